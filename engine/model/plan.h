/* plan.h - what was found out about a destination before any connection: hosts, levels, records,
 * names, reasons. Everything lives in the arena of the run that made it. */
#ifndef DSMTP_MODEL_PLAN_H
#define DSMTP_MODEL_PLAN_H

#include <stdbool.h>
#include <stdint.h>

#include "model/entry.h"
#include "model/tlsa.h"
#include "model/verdict.h"

struct dsmtp_profile;

struct dsmtp_host_plan {
    const char *name;
    uint16_t preference;
    enum dsmtp_level level;
    enum dsmtp_reason reason;
    const char *rules;  /* ids, separated by spaces */
    const char *detail; /* a library's words about a failure, or NULL */
    enum dsmtp_security address_security;
    const char *const *addresses; /* numeric, IPv6 first */
    unsigned address_count;
    const char
        *tlsa_base; /* where TLSA was found, or the first place it was asked for; NULL: not asked */
    bool tlsa_asked;
    enum dsmtp_security tlsa_security;
    const struct dsmtp_tlsa *tlsa;
    unsigned tlsa_count;
    const char *const *names; /* reference identifiers, primary first; at levels verify and secure
                                 ".d.example" stands for every name below d.example */
    unsigned name_count;
    const char *sni;
};

struct dsmtp_plan {
    const char *target;  /* as given */
    const char *nexthop; /* the next-hop domain, host or address */
    const char *profile;
    const struct dsmtp_profile *switches; /* of the run that made it; NULL: none are known */
    enum dsmtp_policy policy;
    const struct dsmtp_local_entry *entry; /* that gave the policy; NULL: the default */
    enum dsmtp_verdict verdict;            /* ATTEMPT, DEFER or BOUNCE */
    enum dsmtp_reason reason;
    const char *rules;
    const char *detail;
    bool mx_asked;
    enum dsmtp_security mx_security;
    enum dsmtp_presence mx_answer;
    bool mx_implicit; /* the next hop stands in for missing MX records */
    bool mx_null;
    struct dsmtp_host_plan *hosts; /* in the order of trying */
    unsigned host_count;
    unsigned rounds; /* serial DNS rounds that were needed */
};

#endif
