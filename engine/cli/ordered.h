/* ordered.h - a list of tasks, whose reports are printed in the order given. */
#ifndef DSMTP_CLI_ORDERED_H
#define DSMTP_CLI_ORDERED_H

#include "cli/runner.h"

/* Run all tasks, print their reports to standard output; returns the exit status of the whole. */
int dsmtp_ordered_run(struct dsmtp_setup *setup, const struct dsmtp_options *options,
                      const struct dsmtp_run *run, struct dsmtp_task *tasks, unsigned count);

#endif
