/* advice_dns.c - what the lookups say: the destination, its hosts, the zones behind the answers. */
#include <string.h>

#include "core/advice_internal.h"

#define TTL_MAX 86400u              /* a day: RFC 7671, section 13 */
#define LIFETIME_MAX (31u * 86400u) /* "a few weeks": RFC 7671, section 11 */
#define ALGORITHM_RSASHA1 5u
#define ALGORITHM_RSASHA1_NSEC3 7u
#define DIGEST_SHA1 1u

static const struct dsmtp_answer *mx_answer(const struct dsmtp_adviser *a)
{
    const struct dsmtp_discover *d = a->survey->search;

    return d->plan.mx_asked && d->count > 0 ? &d->questions[0]->answer : NULL;
}

/* Preference and the root's zero octet. */
static bool is_null_mx(const struct dsmtp_rdata *r)
{
    return r->len == 3 && r->data[2] == 0;
}

static bool has_records(const struct dsmtp_plan *p)
{
    for (unsigned i = 0; i < p->host_count; i++)
        if (p->hosts[i].tlsa_count > 0)
            return true;
    return false;
}

static void destination(struct dsmtp_adviser *a)
{
    const struct dsmtp_plan *p = a->outcome->plan;
    const struct dsmtp_answer *mx = mx_answer(a);
    bool null = false;

    if (p->reason == DSMTP_REASON_MX_BOGUS || p->reason == DSMTP_REASON_MX_ERROR)
        dsmtp_advice_say(a, DSMTP_ADVICE_MX_LOOKUP_FAILS, NULL, NULL, p->detail);
    for (unsigned i = 0; mx != NULL && i < mx->count; i++)
        null = null || is_null_mx(&mx->records[i]);
    if (null && mx->count > 1)
        dsmtp_advice_add(a, DSMTP_ADVICE_NULL_MX_BESIDE, NULL, NULL, NULL);
    else if (p->mx_null)
        dsmtp_advice_add(a, DSMTP_ADVICE_NULL_MX, NULL, NULL, NULL);
    if (mx != NULL && mx->presence == DSMTP_PRESENCE_DATA &&
        p->mx_security == DSMTP_SECURITY_INSECURE && has_records(p))
        dsmtp_advice_add(a, DSMTP_ADVICE_MX_INSECURE, NULL, NULL, NULL);
}

/* clang-format off */
/* What the plan says of a host is what there is to say. */
static const struct { enum dsmtp_reason reason; enum dsmtp_advice_kind kind; } of_reason[] = {
    {DSMTP_REASON_NO_ADDRESS,    DSMTP_ADVICE_NO_ADDRESS},
    {DSMTP_REASON_ADDRESS_BOGUS, DSMTP_ADVICE_ADDRESS_LOOKUP_FAILS},
    {DSMTP_REASON_ADDRESS_ERROR, DSMTP_ADVICE_ADDRESS_LOOKUP_FAILS},
    {DSMTP_REASON_ALIAS_BOGUS,   DSMTP_ADVICE_ADDRESS_LOOKUP_FAILS},
    {DSMTP_REASON_ALIAS_ERROR,   DSMTP_ADVICE_ADDRESS_LOOKUP_FAILS},
    {DSMTP_REASON_TLSA_BOGUS,    DSMTP_ADVICE_TLSA_LOOKUP_FAILS},
    {DSMTP_REASON_TLSA_ERROR,    DSMTP_ADVICE_TLSA_LOOKUP_FAILS},
    {DSMTP_REASON_TLSA_ABSENT,   DSMTP_ADVICE_NO_TLSA},
    {DSMTP_REASON_TLSA_UNUSABLE, DSMTP_ADVICE_ALL_UNUSABLE},
};
/* clang-format on */

static bool gave(const struct dsmtp_question *q, enum dsmtp_presence presence)
{
    return q != NULL && q->answered && q->answer.presence == presence;
}

static bool gave_secure_records(const struct dsmtp_question *q)
{
    return gave(q, DSMTP_PRESENCE_DATA) && q->answer.security == DSMTP_SECURITY_SECURE;
}

/* Addresses that nobody can trust: what would the question say that senders do not ask? */
static void insecure_host(struct dsmtp_adviser *a, unsigned host)
{
    const struct dsmtp_question *q = &a->survey->hosts[host];
    const char *name = a->outcome->plan->hosts[host].name;

    if (gave(q, DSMTP_PRESENCE_DATA)) {
        dsmtp_advice_add(a, DSMTP_ADVICE_TLSA_USELESS, name, NULL, NULL);
        return;
    }
    dsmtp_advice_add(a, DSMTP_ADVICE_HOST_INSECURE, name, NULL, NULL);
    if (gave(q, DSMTP_PRESENCE_FAILED))
        dsmtp_advice_say(a, DSMTP_ADVICE_TLSA_UNSIGNED_FAILS, name, NULL, q->answer.why);
}

/* Records without a secure way to them, or not even those. */
static void insecure_records(struct dsmtp_adviser *a, unsigned host)
{
    const struct dsmtp_host_search *s = &a->survey->search->search[host];
    bool any = gave(s->tlsa[0], DSMTP_PRESENCE_DATA) || gave(s->tlsa[1], DSMTP_PRESENCE_DATA);

    dsmtp_advice_add(a, any ? DSMTP_ADVICE_TLSA_INSECURE : DSMTP_ADVICE_NO_TLSA,
                     a->outcome->plan->hosts[host].name, NULL, NULL);
}

static const char *alias_of(const struct dsmtp_host_search *s)
{
    if (gave(s->a, DSMTP_PRESENCE_DATA) && s->a->answer.canonical != NULL)
        return s->a->answer.canonical;
    return gave(s->aaaa, DSMTP_PRESENCE_DATA) ? s->aaaa->answer.canonical : NULL;
}

/* At which end of the alias are the records? One place that was not asked has none that count. */
static void records_of_alias(struct dsmtp_adviser *a, const struct dsmtp_host_plan *h,
                             const struct dsmtp_host_search *s)
{
    bool at[2] = {false, false}; /* the target, the alias */

    for (unsigned i = 0; i < DSMTP_CANDIDATES_MAX; i++)
        if (gave_secure_records(s->tlsa[i]))
            at[strcmp(s->base[i], h->name) == 0] = true;
    if (at[0] != at[1])
        dsmtp_advice_add(a, at[0] ? DSMTP_ADVICE_TLSA_AT_TARGET : DSMTP_ADVICE_TLSA_AT_ALIAS,
                         h->name, NULL, "%.253s", h->tlsa_base);
}

static void addresses(struct dsmtp_adviser *a, const struct dsmtp_host_plan *h,
                      const struct dsmtp_host_search *s)
{
    const struct dsmtp_plan *p = a->outcome->plan;
    const char *alias = alias_of(s);

    if (alias != NULL && p->mx_asked && !p->mx_implicit)
        dsmtp_advice_add(a, DSMTP_ADVICE_MX_ALIAS, h->name, NULL, "it leads to %.253s", alias);
    if (alias != NULL)
        records_of_alias(a, h, s);
    if (h->address_count > 0 &&
        gave(s->a, DSMTP_PRESENCE_FAILED) != gave(s->aaaa, DSMTP_PRESENCE_FAILED) &&
        h->level != DSMTP_LEVEL_SKIP)
        dsmtp_advice_add(a, DSMTP_ADVICE_ADDRESS_HALF_FAILS, h->name, NULL, "%s",
                         gave(s->a, DSMTP_PRESENCE_FAILED) ? "A" : "AAAA");
}

static void host(struct dsmtp_adviser *a, unsigned i)
{
    const struct dsmtp_host_plan *h = &a->outcome->plan->hosts[i];

    for (size_t k = 0; k < sizeof(of_reason) / sizeof(of_reason[0]); k++)
        if (of_reason[k].reason == h->reason)
            dsmtp_advice_say(a, of_reason[k].kind, h->name, NULL, h->detail);
    if (h->reason == DSMTP_REASON_ADDRESS_INSECURE)
        insecure_host(a, i);
    if (h->reason == DSMTP_REASON_TLSA_INSECURE)
        insecure_records(a, i);
    addresses(a, h, &a->survey->search->search[i]);
}

static void partial(struct dsmtp_adviser *a)
{
    const struct dsmtp_plan *p = a->outcome->plan;
    bool any = false;

    for (unsigned i = 0; i < p->host_count; i++)
        any = any || dsmtp_level_is_dane(p->hosts[i].level);
    for (unsigned i = 0; any && i < p->host_count; i++)
        if (p->hosts[i].level == DSMTP_LEVEL_MAY)
            dsmtp_advice_add(a, DSMTP_ADVICE_PARTIAL, p->hosts[i].name, NULL, NULL);
}

/* Is every DS record a SHA-1 digest? */
static bool only_sha1(const struct dsmtp_answer *ds)
{
    for (unsigned i = 0; i < ds->count; i++)
        if (ds->records[i].len < 4 || ds->records[i].data[3] != DIGEST_SHA1)
            return false;
    return ds->count > 0;
}

/* Hash, flags, iterations (RFC 5155, section 4.2). */
static unsigned iterations(const struct dsmtp_answer *nsec3)
{
    const struct dsmtp_rdata *r = nsec3->count > 0 ? &nsec3->records[0] : NULL;

    return r != NULL && r->len >= 4 ? (unsigned)(r->data[2] << 8 | r->data[3]) : 0;
}

static void zone(struct dsmtp_adviser *a, unsigned i)
{
    const struct dsmtp_signature *z = a->survey->zones[i];
    unsigned extra = iterations(&a->survey->nsec3[i].answer);

    if (z->algorithm == ALGORITHM_RSASHA1 || z->algorithm == ALGORITHM_RSASHA1_NSEC3)
        dsmtp_advice_add(a, DSMTP_ADVICE_DNSSEC_SHA1, z->signer, NULL, "algorithm %u",
                         z->algorithm);
    if (only_sha1(&a->survey->ds[i].answer))
        dsmtp_advice_add(a, DSMTP_ADVICE_DS_SHA1, z->signer, NULL, NULL);
    if (extra > 0)
        dsmtp_advice_add(a, DSMTP_ADVICE_NSEC3_ITERATIONS, z->signer, NULL, "%u", extra);
}

/* How long records and their signature live. */
static void times(struct dsmtp_adviser *a, unsigned host)
{
    const struct dsmtp_host_search *s = &a->survey->search->search[host];
    const char *name = a->outcome->plan->hosts[host].name;

    for (unsigned i = 0; i < DSMTP_CANDIDATES_MAX; i++) {
        const struct dsmtp_answer *t;
        uint32_t ttl;

        if (!gave_secure_records(s->tlsa[i]))
            continue;
        t = &s->tlsa[i]->answer;
        ttl = t->signature.original_ttl > t->ttl ? t->signature.original_ttl : t->ttl;
        if (ttl > TTL_MAX)
            dsmtp_advice_add(a, DSMTP_ADVICE_TTL_LONG, name, NULL, "%u s", ttl);
        if (t->signature.lifetime > LIFETIME_MAX)
            dsmtp_advice_add(a, DSMTP_ADVICE_SIGNATURE_LONG, name, NULL, "%u days",
                             t->signature.lifetime / 86400);
    }
}

void dsmtp_advise_dns(struct dsmtp_adviser *a)
{
    destination(a);
    for (unsigned i = 0; i < a->outcome->plan->host_count; i++) {
        host(a, i);
        times(a, i);
    }
    partial(a);
    for (unsigned i = 0; i < a->survey->zone_count; i++)
        zone(a, i);
}
