/* names.h - which names a server certificate may carry (reference identifiers), RFC 7672,
 * section 3.2.2. */
#ifndef DSMTP_CORE_NAMES_H
#define DSMTP_CORE_NAMES_H

#include "base/arena.h"
#include "core/policy.h"
#include "model/entry.h"

#define DSMTP_NAMES_MAX 4u

struct dsmtp_names_input {
    enum dsmtp_trust trust;
    const char *base;     /* TLSA base domain */
    const char *exchange; /* host name as MX or the next hop gives it */
    const char *nexthop;  /* original next-hop domain */
    const char *expanded; /* CNAME-expanded next-hop domain, or NULL */
};

/* Fill out with the accepted names, primary first, without repetition; returns their number (at
 * least 1). The pointers are the input's. */
unsigned dsmtp_names_list(const struct dsmtp_profile *profile, const struct dsmtp_names_input *in,
                          const char *out[DSMTP_NAMES_MAX]);

/* The names accepted at a policy of verify or secure, which know no TLSA: those of the entry's
 * match=, or the policy's own, which is hostname for verify, nexthop and dot-nexthop for secure.
 * hostname is in->exchange, dot-nexthop any name below in->nexthop, which is written ".NEXTHOP".
 * entry may be NULL; *out lives in the arena. DSMTP_NOMEM. */
DSMTP_MUST_USE enum dsmtp_status dsmtp_names_local(struct dsmtp_arena *arena,
                                                   enum dsmtp_policy policy,
                                                   const struct dsmtp_local_entry *entry,
                                                   const struct dsmtp_names_input *in,
                                                   const char *const **out, unsigned *count);

#endif
