/* fault_core.c - senders that read DNS in one of the wrong ways that are seen in the field, or
 * leave out one check. */
#include <stddef.h>
#include <string.h>

#include "core/discover_host.h"
#include "core/hosts.h"
#include "core/judge.h"
#include "core/profile.h"
#include "core/usable.h"
#include "faults/faults.h"
#include "model/record.h"

/* clang-format off */
WRAPPED(enum dsmtp_status, dsmtp_answer_copy, struct dsmtp_arena *arena, const struct dsmtp_answer *from, struct dsmtp_answer *out)
WRAPPED(enum dsmtp_status, dsmtp_discover_host_next, struct dsmtp_discover *d, unsigned host, unsigned round)
WRAPPED(enum dsmtp_status, dsmtp_hosts_read, struct dsmtp_arena *arena, const struct dsmtp_answer *answer, const struct dsmtp_hosts_config *config, struct dsmtp_host_names *out)
WRAPPED(void, dsmtp_judge_plan, struct dsmtp_plan *plan)
WRAPPED(enum dsmtp_status, dsmtp_profile_build, const char *name, const char *const *settings, char text[DSMTP_PROFILE_NAME_SIZE], struct dsmtp_profile *out,
        struct dsmtp_fault *fault)
WRAPPED(unsigned, dsmtp_usable_mark, const struct dsmtp_profile *profile, struct dsmtp_tlsa *records, unsigned count)
/* clang-format on */

/* A failed answer taken for a secure "there is none". */
static struct dsmtp_answer as_absent(const struct dsmtp_answer *from)
{
    struct dsmtp_answer out = *from;

    out.security = DSMTP_SECURITY_SECURE;
    out.presence = DSMTP_PRESENCE_NODATA;
    out.count = 0;
    return out;
}

static bool failed_as(const struct dsmtp_answer *a, enum dsmtp_rrtype type,
                      enum dsmtp_security security)
{
    return a->query.type == type && a->security == security;
}

static bool is_address(const struct dsmtp_answer *a)
{
    return a->query.type == DSMTP_RR_A || a->query.type == DSMTP_RR_AAAA;
}

static bool absent(const struct dsmtp_answer *a)
{
    return a->presence == DSMTP_PRESENCE_NODATA || a->presence == DSMTP_PRESENCE_NXDOMAIN;
}

/* Failures that are read as absence, or the other way round. */
static void misread_failure(const struct dsmtp_answer *from, struct dsmtp_answer *a)
{
    /* clang-format off */
    static const struct {
        const char *fault;
        enum dsmtp_rrtype type;
        enum dsmtp_security security;
    } as_absence[] = {
        {"servfail-is-absence",            DSMTP_RR_TLSA,  DSMTP_SECURITY_ERROR},
        {"bogus-absence-is-absence",       DSMTP_RR_TLSA,  DSMTP_SECURITY_BOGUS},
        {"imputes-from-unproven-absence",  DSMTP_RR_MX,    DSMTP_SECURITY_BOGUS},
        {"imputes-from-failure",           DSMTP_RR_MX,    DSMTP_SECURITY_ERROR},
        {"bogus-address-is-absence",       DSMTP_RR_A,     DSMTP_SECURITY_BOGUS},
        {"bogus-address-is-absence",       DSMTP_RR_AAAA,  DSMTP_SECURITY_BOGUS},
        {"failed-address-is-absence",      DSMTP_RR_A,     DSMTP_SECURITY_ERROR},
        {"failed-address-is-absence",      DSMTP_RR_AAAA,  DSMTP_SECURITY_ERROR},
    };
    /* clang-format on */

    for (size_t i = 0; i < sizeof(as_absence) / sizeof(as_absence[0]); i++)
        if (fault_is(as_absence[i].fault) &&
            failed_as(from, as_absence[i].type, as_absence[i].security))
            *a = as_absent(from);
    if ((fault_is("insecure-is-failure") && from->query.type == DSMTP_RR_MX &&
         from->security == DSMTP_SECURITY_INSECURE) ||
        (fault_is("no-such-tlsa-is-failure") && from->query.type == DSMTP_RR_TLSA &&
         from->presence == DSMTP_PRESENCE_NXDOMAIN))
        *a = dsmtp_answer_failed(&from->query, DSMTP_SECURITY_ERROR, NULL);
}

/* Security that is not what the resolver said. */
static void misread_security(const struct dsmtp_answer *from, struct dsmtp_answer *a)
{
    bool insecure = from->security == DSMTP_SECURITY_INSECURE;

    if (fault_is("uses-insecure-tlsa") && from->query.type == DSMTP_RR_TLSA &&
        from->presence == DSMTP_PRESENCE_DATA)
        a->security = DSMTP_SECURITY_SECURE;
    if (fault_is("insecure-address-is-secure") && is_address(from) && insecure)
        a->security = DSMTP_SECURITY_SECURE;
    if (fault_is("insecure-mx-is-secure") && from->query.type == DSMTP_RR_MX && insecure)
        a->security = DSMTP_SECURITY_SECURE;
    if (fault_is("forgets-that-it-was-secure") && from->security == DSMTP_SECURITY_SECURE)
        a->security = DSMTP_SECURITY_INSECURE;
}

/* Is there something in the answer that this sender never sees? */
static bool overlooked(const struct dsmtp_answer *from)
{
    enum dsmtp_rrtype type = from->query.type;

    if (absent(from))
        return false;
    return (fault_is("no-ipv6") && type == DSMTP_RR_AAAA) ||
           (fault_is("no-ipv4") && type == DSMTP_RR_A) ||
           (fault_is("tlsa-behind-no-alias") && type == DSMTP_RR_TLSA && from->canonical != NULL);
}

/* Of several records the lowest, or the highest: resolvers turn the order around. */
static const struct dsmtp_rdata *one_of(const struct dsmtp_answer *a, bool highest)
{
    const struct dsmtp_rdata *best = &a->records[0];

    for (unsigned i = 1; i < a->count; i++) {
        const struct dsmtp_rdata *r = &a->records[i];
        int order = memcmp(r->data, best->data, r->len < best->len ? r->len : best->len);

        if (highest ? order > 0 : order < 0)
            best = r;
    }
    return best;
}

/* Records of which only one is read, and the target of an alias. */
static void overlook(const struct dsmtp_answer *from, struct dsmtp_answer *a)
{
    enum dsmtp_rrtype type = from->query.type;

    if (overlooked(from))
        *a = as_absent(from);
    if (fault_is("forgets-the-alias"))
        a->canonical = NULL;
    if ((fault_is("one-tlsa-record-only") && type == DSMTP_RR_TLSA && from->count > 1) ||
        (fault_is("first-mx-record-only") && type == DSMTP_RR_MX && from->count > 1)) {
        a->records = one_of(from, type == DSMTP_RR_TLSA);
        a->count = 1;
    }
}

enum dsmtp_status WRAP(dsmtp_answer_copy)(struct dsmtp_arena *arena,
                                          const struct dsmtp_answer *from, struct dsmtp_answer *out)
{
    struct dsmtp_answer a = *from;

    misread_failure(from, &a);
    misread_security(from, &a);
    overlook(from, &a);
    return REAL(dsmtp_answer_copy)(arena, &a, out);
}

/* "set:SWITCH=VALUE": the profile with one switch in another position. */
enum dsmtp_status WRAP(dsmtp_profile_build)(const char *name, const char *const *settings,
                                            char text[DSMTP_PROFILE_NAME_SIZE],
                                            struct dsmtp_profile *out, struct dsmtp_fault *fault)
{
    const char *setting = fault_behind("set:");
    enum dsmtp_status status = REAL(dsmtp_profile_build)(name, settings, text, out, fault);

    return status == DSMTP_OK && setting != NULL ? dsmtp_profile_set(out, setting, fault) : status;
}

static void swap_candidates(struct dsmtp_host_search *s)
{
    struct dsmtp_question *tlsa = s->tlsa[0];
    const char *base = s->base[0];

    s->tlsa[0] = s->tlsa[1];
    s->tlsa[1] = tlsa;
    s->base[0] = s->base[1];
    s->base[1] = base;
}

/* The name before expansion first. */
enum dsmtp_status WRAP(dsmtp_discover_host_next)(struct dsmtp_discover *d, unsigned host,
                                                 unsigned round)
{
    struct dsmtp_host_search *s = &d->search[host];
    const struct dsmtp_question *before = s->tlsa[1];
    enum dsmtp_status status = REAL(dsmtp_discover_host_next)(d, host, round);

    if (status == DSMTP_OK && fault_is("original-name-first") && s->tlsa[1] != before)
        swap_candidates(s);
    return status;
}

void WRAP(dsmtp_judge_plan)(struct dsmtp_plan *plan)
{
    REAL(dsmtp_judge_plan)(plan);
    if (fault_is("bounces-when-no-host-is-left") && plan->verdict == DSMTP_VERDICT_DEFER)
        plan->verdict = DSMTP_VERDICT_BOUNCE;
}

static void reverse(struct dsmtp_host_names *names)
{
    for (unsigned i = 0; i < names->count / 2; i++) {
        struct dsmtp_host_name held = names->list[i];

        names->list[i] = names->list[names->count - 1 - i];
        names->list[names->count - 1 - i] = held;
    }
}

static void keep_best(struct dsmtp_host_names *names)
{
    unsigned best = 0;

    while (best < names->count && names->list[best].preference == names->list[0].preference)
        best++;
    names->count = best;
}

enum dsmtp_status WRAP(dsmtp_hosts_read)(struct dsmtp_arena *arena,
                                         const struct dsmtp_answer *answer,
                                         const struct dsmtp_hosts_config *config,
                                         struct dsmtp_host_names *out)
{
    enum dsmtp_status status = REAL(dsmtp_hosts_read)(arena, answer, config, out);

    if (status != DSMTP_OK)
        return status;
    if (fault_is("worst-preference-first"))
        reverse(out);
    if (fault_is("best-preference-only"))
        keep_best(out);
    if ((fault_is("null-mx-is-no-mx") && out->kind == DSMTP_MX_NULL) ||
        (fault_is("no-such-domain-is-no-mx") && out->kind == DSMTP_MX_NXDOMAIN) ||
        (fault_is("invalid-mx-is-no-mx") && out->kind == DSMTP_MX_INVALID))
        out->kind = DSMTP_MX_NODATA;
    return status;
}

/* What a sender cannot use: an octet of the record that it does not know. */
static bool unknown_to(const struct dsmtp_tlsa *r)
{
    return (fault_is("full-data-is-unusable") && r->matching == 0) ||
           (fault_is("sha256-is-unusable") && r->matching == 1) ||
           (fault_is("sha512-is-unusable") && r->matching == 2) ||
           (fault_is("certificates-are-unusable") && r->selector == 0) ||
           (fault_is("keys-are-unusable") && r->selector == 1) ||
           (fault_is("usage-2-is-unusable") && r->effective_usage == 2) ||
           (fault_is("usage-3-is-unusable") && r->effective_usage == 3);
}

static bool wrongly_known_to(const struct dsmtp_tlsa *r)
{
    return (fault_is("unknown-usage-is-usable") && r->why == DSMTP_UNUSABLE_USAGE) ||
           (fault_is("unknown-selector-is-usable") && r->why == DSMTP_UNUSABLE_SELECTOR) ||
           (fault_is("unknown-matching-is-usable") && r->why == DSMTP_UNUSABLE_MATCHING) ||
           (fault_is("any-length-is-usable") && r->why == DSMTP_UNUSABLE_LENGTH) ||
           (fault_is("any-full-data-is-usable") && r->why == DSMTP_UNUSABLE_FULL_DATA);
}

unsigned WRAP(dsmtp_usable_mark)(const struct dsmtp_profile *profile, struct dsmtp_tlsa *records,
                                 unsigned count)
{
    unsigned usable = REAL(dsmtp_usable_mark)(profile, records, count);
    bool spoilt = fault_is("one-bad-record-spoils-all") && usable < count;
    unsigned left = 0;

    for (unsigned i = 0; i < count; i++) {
        if (wrongly_known_to(&records[i]))
            records[i].why = DSMTP_UNUSABLE_NO;
        if (spoilt || (records[i].why == DSMTP_UNUSABLE_NO && unknown_to(&records[i])))
            records[i].why = DSMTP_UNUSABLE_USAGE;
        if (fault_is("usage-2-as-3") && records[i].effective_usage == 2)
            records[i].effective_usage = 3;
        if (fault_is("usage-3-as-2") && records[i].effective_usage == 3)
            records[i].effective_usage = 2;
        left += records[i].why == DSMTP_UNUSABLE_NO ? 1 : 0;
    }
    return left;
}
