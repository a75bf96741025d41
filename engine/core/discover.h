/* discover.h - from a next hop to a plan, without asking anybody itself.
 *
 * Example: init with d.example wants one question, its MX. Fed with two hosts it wants four at
 * once, A and AAAA of both. Fed with those it wants the TLSA records of each host whose address is
 * secure. Fed with the last one it wants nothing and the plan is complete: three rounds, however
 * many hosts. A question for an alias (RFC 7672, section 2.1.3) costs a fourth.
 *
 * Answers may come in any order. No I/O, no clock; memory only from the caller's arena. */
#ifndef DSMTP_CORE_DISCOVER_H
#define DSMTP_CORE_DISCOVER_H

#include "core/hosts.h"
#include "core/policy.h"
#include "model/plan.h"
#include "model/record.h"

/* More addresses in one answer, or more octets of records for one destination, than this is an
 * error, never a shorter list. The switches chain_limit and tlsa_max say the same of aliases and
 * TLSA records. */
#define DSMTP_ADDRESSES_MAX 100u
#define DSMTP_OCTETS_MAX (4u << 20)

enum dsmtp_nexthop_kind { DSMTP_NEXTHOP_DOMAIN, DSMTP_NEXTHOP_HOST, DSMTP_NEXTHOP_ADDRESS };

struct dsmtp_discover_config {
    const char *target;  /* as the user gave it, for the plan */
    const char *nexthop; /* canonical name, or numeric address */
    enum dsmtp_nexthop_kind kind;
    const struct dsmtp_profile *profile;
    enum dsmtp_policy policy;
    const struct dsmtp_local_entry
        *entry;    /* of the policy table, which the policy is from; or NULL */
    unsigned port; /* service port, for the TLSA owner name (25) */
    uint64_t seed; /* shuffles hosts of equal preference */
    struct dsmtp_self self;
    /* Called for each rule as it is applied; may be NULL. The strings are valid during the call. */
    void (*trace)(void *arg, const char *subject, const char *what, const char *rules);
    void *trace_arg;
};

struct dsmtp_question {
    struct dsmtp_query query;
    unsigned host; /* index; unused for MX */
    unsigned round;
    bool answered;
    struct dsmtp_answer answer; /* valid once answered */
};

#define DSMTP_CANDIDATES_MAX 2u

struct dsmtp_host_search {
    struct dsmtp_question *a, *aaaa, *alias;
    struct dsmtp_question *tlsa[DSMTP_CANDIDATES_MAX]; /* candidate base domains, preferred first */
    const char *base[DSMTP_CANDIDATES_MAX];
    enum dsmtp_address address;
    bool decided;
};

struct dsmtp_discover {
    struct dsmtp_discover_config config;
    struct dsmtp_arena *arena;
    struct dsmtp_question **questions;
    unsigned count, room, wanted;
    struct dsmtp_host_search *search; /* one for each host of the plan */
    enum dsmtp_trust trust;
    const char *expanded; /* CNAME-expanded next-hop domain, or NULL */
    bool self;            /* own MX records were left out, and what is no better */
    size_t octets;        /* of the records so far */
    struct dsmtp_plan plan;
    bool done;
};

/* Prepare; config and its strings must outlive the run. DSMTP_NOMEM. */
DSMTP_MUST_USE enum dsmtp_status dsmtp_discover_init(struct dsmtp_discover *d,
                                                     struct dsmtp_arena *arena,
                                                     const struct dsmtp_discover_config *config);

/* The next question that can be asked now, or NULL: feed first, or it is done. Each question is
 * given out once; what it points to lives in the arena. Call until NULL. */
struct dsmtp_question *dsmtp_discover_want(struct dsmtp_discover *d);

/* Give the answer to a question; the answer is copied. DSMTP_MISUSE if it was answered before, or
 * if the answer contradicts itself (model/verdict.h: FAILED exactly when BOGUS or ERROR). */
DSMTP_MUST_USE enum dsmtp_status dsmtp_discover_feed(struct dsmtp_discover *d,
                                                     struct dsmtp_question *question,
                                                     const struct dsmtp_answer *answer);

/* The plan, once everything is known; NULL before. */
const struct dsmtp_plan *dsmtp_discover_plan(const struct dsmtp_discover *d);

#endif
