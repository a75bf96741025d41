/* advice_records.c - what is to be said of TLSA sets as they are published. */
#include <string.h>

#include "core/advice_internal.h"

enum { FULL, SHA256, SHA512 };

/* What a UDP answer may hold without fragments on any link that carries IPv6: the size that
 * resolvers offer. */
#define ANSWER_MAX 1232u
/* Header and question; each record's fixed part, with its owner compressed, and the three octets
 * before the data; at least one signature. Estimated low: nobody is told without need. */
#define ANSWER_HEAD (12u + 4u)
#define ANSWER_RECORD (12u + 3u)
#define ANSWER_SIGNATURE 100u

static bool usable(const struct dsmtp_tlsa *r)
{
    return r->why == DSMTP_UNUSABLE_NO;
}

static bool is_pkix(const struct dsmtp_tlsa *r)
{
    return r->usage <= DSMTP_PKIX_EE && r->why != DSMTP_UNUSABLE_SHORT;
}

static bool is_unknown(const struct dsmtp_tlsa *r)
{
    return r->why == DSMTP_UNUSABLE_SELECTOR || r->why == DSMTP_UNUSABLE_MATCHING ||
           (r->why == DSMTP_UNUSABLE_USAGE && r->usage > DSMTP_DANE_EE);
}

static bool is_malformed(const struct dsmtp_tlsa *r)
{
    return r->why == DSMTP_UNUSABLE_SHORT || r->why == DSMTP_UNUSABLE_LENGTH ||
           r->why == DSMTP_UNUSABLE_FULL_DATA;
}

static bool is_full(const struct dsmtp_tlsa *r)
{
    return usable(r) && r->matching == FULL;
}

static bool is_anchor_key(const struct dsmtp_tlsa *r)
{
    return usable(r) && r->usage == DSMTP_DANE_TA && r->selector == 1;
}

static const struct {
    enum dsmtp_advice_kind kind;
    bool (*is)(const struct dsmtp_tlsa *r);
} of_record[] = {
    {DSMTP_ADVICE_USAGE_PKIX, is_pkix},     {DSMTP_ADVICE_UNKNOWN, is_unknown},
    {DSMTP_ADVICE_MALFORMED, is_malformed}, {DSMTP_ADVICE_FULL_DATA, is_full},
    {DSMTP_ADVICE_TA_KEY, is_anchor_key},
};

/* Records of one kind are told once. */
static void each_record(struct dsmtp_adviser *a, const struct dsmtp_host_plan *h, size_t row)
{
    char label[DSMTP_ADVICE_LABEL_SIZE];

    for (unsigned i = 0; i < h->tlsa_count; i++) {
        const struct dsmtp_tlsa *r = &h->tlsa[i];
        bool told = false;

        if (!of_record[row].is(r))
            continue;
        for (unsigned k = 0; k < i; k++)
            told = told || (of_record[row].is(&h->tlsa[k]) &&
                            dsmtp_advice_same_kind(r, &h->tlsa[k]) && r->why == h->tlsa[k].why);
        if (!told)
            dsmtp_advice_add(a, of_record[row].kind, h->name, NULL, "%s%s%s",
                             dsmtp_advice_label(r, label), usable(r) ? "" : ": ",
                             usable(r) ? "" : dsmtp_unusable_text(r->why));
    }
}

static unsigned count(const struct dsmtp_host_plan *h, const struct dsmtp_tlsa *like,
                      uint8_t matching)
{
    unsigned n = 0;

    for (unsigned i = 0; i < h->tlsa_count; i++)
        n += dsmtp_tlsa_is_sound(&h->tlsa[i]) && h->tlsa[i].usage == like->usage &&
                     h->tlsa[i].selector == like->selector && h->tlsa[i].matching == matching
                 ? 1
                 : 0;
    return n;
}

/* The first of its kind that is sound? */
static bool leads(const struct dsmtp_host_plan *h, const struct dsmtp_tlsa *r)
{
    for (const struct dsmtp_tlsa *other = h->tlsa; other < r; other++)
        if (dsmtp_tlsa_is_sound(other) && dsmtp_advice_same_kind(other, r))
            return false;
    return dsmtp_tlsa_is_sound(r);
}

static void digests(struct dsmtp_adviser *a, const struct dsmtp_host_plan *h)
{
    for (unsigned i = 0; i < h->tlsa_count; i++) {
        const struct dsmtp_tlsa *r = &h->tlsa[i];
        unsigned short_ones = count(h, r, SHA256);
        unsigned long_ones = count(h, r, SHA512);

        if (r->matching != SHA512 || !leads(h, r))
            continue;
        if (short_ones == 0)
            dsmtp_advice_add(a, DSMTP_ADVICE_SHA512_ONLY, h->name, NULL, "%u %u", r->usage,
                             r->selector);
        else if (short_ones != long_ones)
            dsmtp_advice_add(a, DSMTP_ADVICE_DIGESTS_UNEVEN, h->name, NULL,
                             "%u %u: %u of SHA2-256, %u of SHA2-512", r->usage, r->selector,
                             short_ones, long_ones);
    }
}

static void size(struct dsmtp_adviser *a, const struct dsmtp_host_plan *h)
{
    size_t octets = ANSWER_HEAD + strlen(h->tlsa_base) + ANSWER_SIGNATURE;

    for (unsigned i = 0; i < h->tlsa_count; i++)
        octets += ANSWER_RECORD + h->tlsa[i].len;
    if (octets > ANSWER_MAX)
        dsmtp_advice_add(a, DSMTP_ADVICE_ANSWER_BIG, h->name, NULL,
                         "%u records, at least %zu octets", h->tlsa_count, octets);
}

static bool has_record(const struct dsmtp_host_plan *h, const struct dsmtp_tlsa *r)
{
    for (unsigned i = 0; i < h->tlsa_count; i++)
        if (dsmtp_tlsa_is_sound(&h->tlsa[i]) && dsmtp_advice_same_kind(&h->tlsa[i], r) &&
            h->tlsa[i].len == r->len && memcmp(h->tlsa[i].data, r->data, r->len) == 0)
            return true;
    return false;
}

/* A record of usage 3 that another host has, too. Two names for one TLSA base are one host. */
static bool shares(const struct dsmtp_host_plan *h, const struct dsmtp_host_plan *other)
{
    if (h->tlsa_count == 0 || other->tlsa_count == 0 || strcmp(h->tlsa_base, other->tlsa_base) == 0)
        return false;
    for (unsigned i = 0; i < h->tlsa_count; i++)
        if (dsmtp_tlsa_is_sound(&h->tlsa[i]) && h->tlsa[i].usage == DSMTP_DANE_EE &&
            has_record(other, &h->tlsa[i]))
            return true;
    return false;
}

static void shared(struct dsmtp_adviser *a, unsigned host)
{
    const struct dsmtp_host_plan *hosts = a->outcome->plan->hosts;

    for (unsigned i = 0; i < host; i++)
        if (shares(&hosts[host], &hosts[i])) {
            dsmtp_advice_add(a, DSMTP_ADVICE_SHARED, hosts[host].name, NULL, "with %.253s",
                             hosts[i].name);
            return;
        }
}

void dsmtp_advise_records(struct dsmtp_adviser *a)
{
    const struct dsmtp_plan *p = a->outcome->plan;

    for (unsigned i = 0; i < p->host_count; i++) {
        const struct dsmtp_host_plan *h = &p->hosts[i];

        if (h->tlsa_count == 0)
            continue;
        for (size_t row = 0; row < sizeof(of_record) / sizeof(of_record[0]); row++)
            each_record(a, h, row);
        digests(a, h);
        size(a, h);
        shared(a, i);
    }
}
