/* limits.h - how much batch does at once, and that there are descriptors for it. */
#ifndef DSMTP_CLI_LIMITS_H
#define DSMTP_CLI_LIMITS_H

#include "cli/options.h"
#include "cli/setup.h"

struct dsmtp_limits {
    unsigned questions;
    unsigned connections; /* 0: none are made */
};

/* What fits into so many file descriptors. */
struct dsmtp_limits dsmtp_limits_fit(struct dsmtp_limits wanted, unsigned descriptors);

/* Raise the limit on file descriptors as far as it goes, and put limits on questions and
 * connections in front of the adapters of setup. What does not fit is less, after a message.
 * Returns 0, or an exit status after a message was printed. */
int dsmtp_limits_apply(struct dsmtp_setup *setup, const struct dsmtp_options *options,
                       bool connect);

#endif
