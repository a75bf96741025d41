/* progress.h - one line on standard error that tells how far a batch has come, while that is a
 * terminal and standard output, which would be mixed with it, is not. */
#ifndef DSMTP_CLI_PROGRESS_H
#define DSMTP_CLI_PROGRESS_H

#include <stdbool.h>

struct event;
struct event_base;

struct dsmtp_count {
    unsigned long done, bad, skipped;
    const unsigned *running; /* the runner's */
};

struct dsmtp_progress {
    struct event *timer; /* NULL: not shown */
    const struct dsmtp_count *count;
    bool drawn;
};

/* The counts are read now and then. Without memory, or a terminal, nothing is shown. */
void dsmtp_progress_open(struct dsmtp_progress *progress, struct event_base *base,
                         const struct dsmtp_count *count);
/* Before anything else is said. */
void dsmtp_progress_clear(struct dsmtp_progress *progress);
void dsmtp_progress_close(struct dsmtp_progress *progress);

#endif
