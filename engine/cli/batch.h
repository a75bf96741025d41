/* batch.h - targets from a stream of lines, outcomes to a stream of JSON lines as they come.
 *
 * Every target in the input gives one line of output. Memory is that of the targets at work: input
 * is read only when there is room for another job, and no job is started while much output waits
 * for its reader. The first SIGINT or SIGTERM ends the reading, and what is at work is finished;
 * the second gives that up. */
#ifndef DSMTP_CLI_BATCH_H
#define DSMTP_CLI_BATCH_H

#include "cli/nameset.h"
#include "cli/runner.h"
#include "core/local.h"

/* No job is started while more octets than this wait to be written. */
#define DSMTP_BATCH_BACKLOG ((size_t)256 * 1024)

struct dsmtp_batch_config {
    struct dsmtp_setup *setup;
    const struct dsmtp_options *options;
    const struct dsmtp_run *run;
    const char *command; /* "plan" or "probe" */
    const struct dsmtp_local *local;
    const struct dsmtp_nameset *skip;
    bool fresh_line; /* the output begins behind a line that was cut */
    int in, out;     /* descriptors */
};

/* Returns 0 when every line has its result, whatever that is; otherwise, the first that holds:
 * EX_IOERR the output or the input failed, EX_TEMPFAIL interrupted, EX_SOFTWARE an error of the
 * engine or the system for some target, EX_DATAERR a line that names no target. */
int dsmtp_batch_run(const struct dsmtp_batch_config *config);

#endif
