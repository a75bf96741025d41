/* resolver.h - what the driver asks of a resolver.
 *
 * The resolver decides about DNSSEC and nothing else: every reply becomes one dsmtp_answer.
 * Anything that is not a proven answer (SERVFAIL, timeout, REFUSED, NOTIMP, malformed, truncated,
 * loop, over a limit) is BOGUS or ERROR, never an absence (RFC 7672, section 2.1.1). */
#ifndef DSMTP_PORT_RESOLVER_H
#define DSMTP_PORT_RESOLVER_H

#include "base/status.h"
#include "model/record.h"

/* The answer and all that it points to are valid during the call only. */
typedef void dsmtp_answer_fn(void *arg, const struct dsmtp_answer *answer);

struct dsmtp_resolver {
    void *self;
    /* Ask; done(arg, answer) is called exactly once, later, from the event loop (never from inside
     * ask). On any status but OK done is not called. Query strings need not outlive the call. */
    enum dsmtp_status (*ask)(void *self, const struct dsmtp_query *query, dsmtp_answer_fn *done,
                             void *arg);
    /* Give up all outstanding questions whose arg is this one; done is not called for them any
     * more. */
    void (*forget)(void *self, const void *arg);
    void (*close)(void *self);
};

#endif
