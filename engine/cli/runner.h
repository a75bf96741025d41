/* runner.h - many jobs on one loop. Where they come from and what becomes of their outcomes is the
 * business of a feed: a list whose reports come in order (cli/ordered.h), or a stream of lines
 * without end (cli/batch.h). */
#ifndef DSMTP_CLI_RUNNER_H
#define DSMTP_CLI_RUNNER_H

#include <sys/queue.h>

#include "cli/options.h"
#include "cli/setup.h"
#include "core/nexthop.h"
#include "report/tlsrpt.h"
#include "run/job.h"

/* One destination. The feed fills what stands above the line. */
struct dsmtp_task {
    struct dsmtp_nexthop nexthop;
    enum dsmtp_policy policy;
    const struct dsmtp_local_entry
        *entry;              /* of the policy table, which the policy is from; or NULL */
    const char **recipients; /* send */
    unsigned recipient_count;
    /* ---- */
    char target[DSMTP_NEXTHOP_TEXT_SIZE];
    struct dsmtp_engine engine;
    struct dsmtp_job *job;
    struct dsmtp_runner *runner;
    TAILQ_ENTRY(dsmtp_task) link;
};

TAILQ_HEAD(dsmtp_task_list, dsmtp_task);

struct dsmtp_feed {
    void *self;
    /* A task to start, or NULL: there is none for now. */
    struct dsmtp_task *(*next)(void *self);
    /* What came of a task. outcome is NULL unless status is DSMTP_OK; DSMTP_AGAIN: given up by
     * dsmtp_runner_give_up. */
    void (*done)(void *self, struct dsmtp_task *task, enum dsmtp_status status,
                 const struct dsmtp_outcome *outcome);
    /* Nothing of the task is in use any more; may be NULL. */
    void (*release)(void *self, struct dsmtp_task *task);
    /* Is all work done and written? */
    bool (*over)(void *self);
};

/* What all tasks share. */
struct dsmtp_run {
    enum dsmtp_mode mode;
    bool advise;      /* probe: look for what the publisher should know */
    const char *from; /* send */
    const char *data; /* wire form */
    size_t len;
};

/* Filled by the caller above the line. */
struct dsmtp_runner {
    struct dsmtp_setup *setup;
    const struct dsmtp_run *run;
    struct dsmtp_feed feed;
    unsigned jobs;               /* at work at the same time */
    unsigned port;               /* connected to; 0: the next hop's */
    struct dsmtp_tlsrpt *tlsrpt; /* told of every outcome; may be NULL */
    /* ---- */
    struct dsmtp_task_list running;
    unsigned count;
    bool starting;
};

/* Work until the feed is over. DSMTP_SYSTEM: the loop has ended before; what was running is closed
 * without a word to the feed. */
DSMTP_MUST_USE enum dsmtp_status dsmtp_runner_run(struct dsmtp_runner *runner);

/* For the feed: there may be something to start, or it may be over. */
void dsmtp_runner_go(struct dsmtp_runner *runner);

/* For the feed: end all that is running; done is called for each. */
void dsmtp_runner_give_up(struct dsmtp_runner *runner);

/* Is standard output a terminal, and colour not unwanted (NO_COLOR)? */
bool dsmtp_runner_colour(void);

#endif
