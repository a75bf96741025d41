/* resolver_canary.h - a resolver in front of another one that finds out whether that one validates
 * at all (R-7672-2.1.1-1).
 *
 * A resolver that has stopped to validate calls everything insecure, and DANE is off without a
 * word. So a name that is known to be signed, the canary, is asked for along with the first
 * question. While its answer is on the way insecure answers are held back; all others pass. If the
 * canary turns out not to be secure, insecure answers say so, and count as errors where validation
 * is required. */
#ifndef DSMTP_ADAPT_RESOLVER_CANARY_H
#define DSMTP_ADAPT_RESOLVER_CANARY_H

#include <stdbool.h>

#include "port/resolver.h"

struct dsmtp_canary_options {
    const char *name; /* known to be signed; its NS records are asked for. Outlives the resolver */
    bool required;    /* unless the canary is secure, insecure answers become errors */
    /* Called once, with what became of the canary; NULL: nobody wants to know. */
    void (*tell)(const void *arg, const struct dsmtp_answer *canary);
    const void *arg;
};

/* Takes over the inner resolver: close closes it too. On failure (NOMEM) it is left alone. */
DSMTP_MUST_USE enum dsmtp_status dsmtp_resolver_canary_open(
    const struct dsmtp_resolver *inner, const struct dsmtp_canary_options *options,
    struct dsmtp_resolver *out);

#endif
