/* record.h - DNS questions and answers as plain data. */
#ifndef DSMTP_MODEL_RECORD_H
#define DSMTP_MODEL_RECORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "model/verdict.h"

enum dsmtp_rrtype {
    DSMTP_RR_A = 1,
    DSMTP_RR_NS = 2,
    DSMTP_RR_CNAME = 5,
    DSMTP_RR_MX = 15,
    DSMTP_RR_AAAA = 28,
    DSMTP_RR_DNAME = 39,
    DSMTP_RR_DS = 43,
    DSMTP_RR_NSEC3PARAM = 51,
    DSMTP_RR_TLSA = 52
};

/* More records than this in one answer is an error, never "no records" (RFC 7672 gives no limit; a
 * cap must not downgrade). */
#define DSMTP_RECORDS_MAX 1000u

struct dsmtp_query {
    const char *name; /* lower case, no trailing dot */
    enum dsmtp_rrtype type;
};

struct dsmtp_rdata {
    const uint8_t *data; /* wire form, names uncompressed */
    size_t len;
};

/* What the signatures of an RRset say (RFC 4034, section 3.1); of several the oldest algorithm and
 * the longest life. */
struct dsmtp_signature {
    const char *signer;    /* the zone's apex, canonical; NULL: no signature was seen */
    uint8_t algorithm;     /* the least number */
    uint32_t original_ttl; /* seconds */
    uint32_t lifetime;     /* from inception to expiration, seconds */
};

struct dsmtp_answer {
    struct dsmtp_query query;
    enum dsmtp_security security; /* of the whole alias chain and the final answer: the weakest (RFC
                                     7672, section 2.1.3) */
    enum dsmtp_presence presence;
    const char
        *canonical;   /* owner of the final answer when an alias was followed, otherwise NULL */
    unsigned aliases; /* how many were followed */
    const struct dsmtp_rdata *records;
    unsigned count;
    uint32_t ttl;                     /* seconds */
    struct dsmtp_signature signature; /* of the records; validated only if the answer is secure */
    const char *why;                  /* the resolver's words about it (EDE, RFC 8914), or NULL */
};

/* "A", "MX", ... */
const char *dsmtp_rrtype_name(enum dsmtp_rrtype type);

/* A deep copy in the arena; DSMTP_NOMEM when it does not fit. */
DSMTP_MUST_USE enum dsmtp_status dsmtp_answer_copy(struct dsmtp_arena *arena,
                                                   const struct dsmtp_answer *from,
                                                   struct dsmtp_answer *out);

/* Why an answer failed that did not come in time: transient, and nobody's fault (R-8460-4.3.4-1).
 */
#define DSMTP_WHY_TIMEOUT "no answer in time"

/* An answer that says "failed": security BOGUS or ERROR, presence FAILED. */
struct dsmtp_answer dsmtp_answer_failed(const struct dsmtp_query *query,
                                        enum dsmtp_security security, const char *why);

#endif
