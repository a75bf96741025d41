/* request.h - what a request is about: next hop and policy. */
#ifndef DSMTP_API_REQUEST_H
#define DSMTP_API_REQUEST_H

#include "base/arena.h"
#include "core/local.h"
#include "core/nexthop.h"

struct dsmtp_errand {
    struct dsmtp_nexthop nexthop;
    char target[DSMTP_NEXTHOP_TEXT_SIZE]; /* canonical */
    enum dsmtp_policy policy;
    const struct dsmtp_local_entry *entry; /* that the policy is from; or NULL */
};

/* The request's size has been looked at. table: goes before the request's policy; may be NULL, and
 * has to outlive the errand. SYNTAX with what was expected. */
DSMTP_MUST_USE enum dsmtp_status dsmtp_errand_read(const struct dsmtp_request *request,
                                                   const struct dsmtp_local *table,
                                                   struct dsmtp_arena *arena,
                                                   struct dsmtp_errand *out,
                                                   struct dsmtp_fault *fault);

#endif
