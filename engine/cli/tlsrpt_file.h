/* tlsrpt_file.h - the file of --tlsrpt: all of the report or nothing. */
#ifndef DSMTP_CLI_TLSRPT_FILE_H
#define DSMTP_CLI_TLSRPT_FILE_H

#include "cli/options.h"
#include "report/tlsrpt.h"

struct dsmtp_tlsrpt_file {
    struct dsmtp_tlsrpt *report; /* NULL: none is wanted */
    const struct dsmtp_options *options;
    FILE *to;
    char *temporary; /* NULL: no plain file, written in place */
    int64_t start;
};

/* Before anything is sent: a new file beside the one that is to be, so that a report that cannot be
 * written is known now. Returns 0, or an exit status after a message was printed. */
int dsmtp_tlsrpt_file_open(struct dsmtp_tlsrpt_file *file, const struct dsmtp_options *options);

/* Write the report, and put it in the place of an older one; helo: the own name. Returns status, or
 * EX_IOERR after a message if that was EX_OK and the report could not be written. Without helo
 * nothing is written. */
int dsmtp_tlsrpt_file_close(struct dsmtp_tlsrpt_file *file, const char *helo, int status);

#endif
