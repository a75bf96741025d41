/* targets.h - arguments to tasks: destinations, recipients, and their local policy. */
#ifndef DSMTP_CLI_TARGETS_H
#define DSMTP_CLI_TARGETS_H

#include "base/arena.h"
#include "cli/runner.h"
#include "core/local.h"

struct dsmtp_targets {
    struct dsmtp_arena arena; /* owns everything below */
    struct dsmtp_local local;
    struct dsmtp_task *tasks;
    unsigned count;
};

/* Each returns 0, or an exit status after a message was printed. fini in any case.
 *
 * The policy table alone, without any task. */
int dsmtp_targets_policy(struct dsmtp_targets *targets, const struct dsmtp_options *options);

/* plan, probe: one task for each target. */
int dsmtp_targets_plan(struct dsmtp_targets *targets, const struct dsmtp_options *options,
                       const char *command);

/* send: one task for each domain of the recipients, or one for all with --nexthop. */
int dsmtp_targets_send(struct dsmtp_targets *targets, const struct dsmtp_options *options,
                       const char *command);

/* What is known of a task before it starts. */
void dsmtp_targets_fill(struct dsmtp_task *task, const struct dsmtp_options *options,
                        const struct dsmtp_local *local, const struct dsmtp_nexthop *nexthop);

void dsmtp_targets_fini(struct dsmtp_targets *targets);

#endif
