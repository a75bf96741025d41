/* runner.h - many jobs on one loop, reported in the order given. */
#ifndef DSMTP_CLI_RUNNER_H
#define DSMTP_CLI_RUNNER_H

#include "cli/options.h"
#include "cli/setup.h"
#include "core/nexthop.h"
#include "run/job.h"

/* One destination. The caller fills what stands above the line. */
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
    char *report;
    size_t report_len;
    bool finished;
    int exit;
};

/* What all tasks share. */
struct dsmtp_run {
    enum dsmtp_mode mode;
    const char *from; /* send */
    const char *data; /* wire form */
    size_t len;
};

/* Run all tasks, print their reports to standard output; returns the exit status of the whole. */
int dsmtp_runner_run(struct dsmtp_setup *setup, const struct dsmtp_options *options,
                     const struct dsmtp_run *run, struct dsmtp_task *tasks, unsigned count);

/* Is standard output a terminal, and colour not unwanted (NO_COLOR)? */
bool dsmtp_runner_colour(void);

#endif
