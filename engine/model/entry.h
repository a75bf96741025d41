/* entry.h - an entry of the local policy table: what the operator wants of a destination. */
#ifndef DSMTP_MODEL_ENTRY_H
#define DSMTP_MODEL_ENTRY_H

#include "model/demand.h"
#include "model/verdict.h"

struct dsmtp_local_entry {
    const char *file;
    const char *key;       /* canonical */
    unsigned line, column; /* of the key, from 1 */
    enum dsmtp_policy policy;
    /* verify, secure: names as match= gives them, canonical: hostname, nexthop, dot-nexthop, NAME,
     * .NAME (any name below it); none: the level's default. */
    const char *const *matches;
    unsigned match_count;
    const struct dsmtp_fingerprint *fingerprints; /* fingerprint: at least one */
    unsigned fingerprint_count;
    struct dsmtp_tls_limits limits;
};

#endif
