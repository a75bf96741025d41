/* send.h - the engine as the sender: one job a case, all on one loop. */
#ifndef FAST_SEND_H
#define FAST_SEND_H

#include "fast/zones.h"
#include "run/run.h"
#include "smtp/smtp.h"

struct fast_send {
    const struct lab_run_config *config;
    const struct fast_zones *zones;
    const struct lab_smtp_host *hosts;
    size_t hosts_count;
    enum lab_policy policy;
    struct lab_case **cases;
    size_t count;
    int smtp_log; /* descriptor that the hosts log to */
    int results;  /* descriptor for what comes of the cases, see batch.h */
    int asked;    /* descriptor for the questions, see resolver.h */
};

/* Deliver to all cases, again where a scenario wants it: outcome, reason, text and attempts of each
 * are filled as the adapter of danesmtp would, and written to results at once. A case that does not
 * end keeps the outcome NONE. */
LAB_MUST_USE int fast_send(const struct fast_send *send, struct lab_fault *fault);

/* All of it to a file in memory. */
LAB_MUST_USE int fast_write(int fd, const char *text, size_t len, struct lab_fault *fault);

#endif
