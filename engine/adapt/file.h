/* file.h - whole files in memory. */
#ifndef DSMTP_ADAPT_FILE_H
#define DSMTP_ADAPT_FILE_H

#include <stddef.h>
#include <stdio.h>

#include "base/status.h"

/* Read at most limit octets into *text, NUL-terminated, to be freed by the caller. SYSTEM: it
 * cannot be opened or read; TOOBIG; NOMEM. */
DSMTP_MUST_USE enum dsmtp_status dsmtp_file_read(const char *file, size_t limit, char **text,
                                                 size_t *len, struct dsmtp_fault *fault);

/* The rest of a stream; name is for messages. */
DSMTP_MUST_USE enum dsmtp_status dsmtp_file_read_stream(FILE *from, const char *name, size_t limit,
                                                        char **text, size_t *len,
                                                        struct dsmtp_fault *fault);

#endif
