/* usable.c - usability of TLSA records of usable.h. */
#include "core/usable.h"

#include <stdbool.h>
#include <string.h>

/* clang-format off */
/* Matching types: digest length, and strength by the switch digest_order (RFC 6698, section 2.1.3; RFC 7671, section 9). */
static const struct { size_t length; unsigned strength[2]; } matching_types[] = {
    {0,  {[DSMTP_DIGEST_512_FIRST] = 0, [DSMTP_DIGEST_256_FIRST] = 0}},  /* Full(0) */
    {32, {[DSMTP_DIGEST_512_FIRST] = 1, [DSMTP_DIGEST_256_FIRST] = 2}},  /* SHA2-256(1) */
    {64, {[DSMTP_DIGEST_512_FIRST] = 2, [DSMTP_DIGEST_256_FIRST] = 1}},  /* SHA2-512(2) */
};
/* clang-format on */

/* With map2_full_only a digest of a trust anchor does not stand for the anchor: nobody promised to
 * send it. */
static uint8_t effective_usage(const struct dsmtp_profile *profile, const struct dsmtp_tlsa *r)
{
    unsigned map0 = profile->value[DSMTP_SWITCH_USAGE0];

    if (r->usage == DSMTP_PKIX_TA &&
        (map0 == DSMTP_USAGE_MAP || (map0 == DSMTP_USAGE_MAP_FULL_ONLY && r->matching == 0)))
        return DSMTP_DANE_TA;
    if (r->usage == DSMTP_PKIX_EE && profile->value[DSMTP_SWITCH_USAGE1] == DSMTP_USAGE_MAP)
        return DSMTP_DANE_EE;
    return r->usage;
}

enum { DER_BIT_STRING = 0x03, DER_SEQUENCE = 0x30 };

/* clang-format off */
/* What full data is made of, by selector (RFC 5280, section 4.1): Certificate and SubjectPublicKeyInfo. */
static const struct { uint8_t parts[3]; unsigned count; } objects[] = {
    {{DER_SEQUENCE, DER_SEQUENCE, DER_BIT_STRING}, 3},
    {{DER_SEQUENCE, DER_BIT_STRING}, 2},
};
/* clang-format on */

/* The element at data with that tag: how long are its header and its body? False: there is none, or
 * it does not fit into len. */
static bool der_element(const uint8_t *data, size_t len, uint8_t tag, size_t *header, size_t *body)
{
    size_t octets;

    if (len < 2 || data[0] != tag)
        return false;
    octets = data[1] < 0x80 ? 0 : data[1] & 0x7fu;
    if (data[1] == 0x80 || octets > 4 || len < 2 + octets)
        return false;
    *header = 2 + octets;
    *body = octets == 0 ? data[1] : 0;
    for (size_t i = 0; i < octets; i++)
        *body = *body << 8 | data[2 + i];
    return *body <= len - *header;
}

/* Does the data have the shape of a certificate or of a public key, with nothing missing and
 * nothing left over? The TLS library parses the rest; what only it can find wrong matches nothing.
 */
static bool der_object(const struct dsmtp_tlsa *r)
{
    size_t header, body, pos;

    if (!der_element(r->data, r->len, DER_SEQUENCE, &header, &body) || header + body != r->len)
        return false;
    pos = header;
    for (unsigned i = 0; i < objects[r->selector].count; i++) {
        if (!der_element(r->data + pos, r->len - pos, objects[r->selector].parts[i], &header,
                         &body))
            return false;
        pos += header + body;
    }
    return pos == r->len;
}

static enum dsmtp_unusable why_unusable(const struct dsmtp_tlsa *r)
{
    if (r->why == DSMTP_UNUSABLE_SHORT)
        return DSMTP_UNUSABLE_SHORT;
    if (r->effective_usage != DSMTP_DANE_TA && r->effective_usage != DSMTP_DANE_EE)
        return DSMTP_UNUSABLE_USAGE;
    if (r->selector > 1)
        return DSMTP_UNUSABLE_SELECTOR;
    if (r->matching >= sizeof(matching_types) / sizeof(matching_types[0]))
        return DSMTP_UNUSABLE_MATCHING;
    if (r->matching != 0 && r->len != matching_types[r->matching].length)
        return DSMTP_UNUSABLE_LENGTH;
    if (r->matching == 0 && !der_object(r))
        return DSMTP_UNUSABLE_FULL_DATA;
    return DSMTP_UNUSABLE_NO;
}

/* Is there a usable record of the same usage and selector with a stronger digest? */
static bool outclassed(const struct dsmtp_tlsa *records, unsigned count, const struct dsmtp_tlsa *r,
                       unsigned order)
{
    for (unsigned i = 0; i < count; i++) {
        const struct dsmtp_tlsa *other = &records[i];

        if (other->why == DSMTP_UNUSABLE_NO && other->effective_usage == r->effective_usage &&
            other->selector == r->selector && other->matching != 0 &&
            matching_types[other->matching].strength[order] >
                matching_types[r->matching].strength[order])
            return true;
    }
    return false;
}

/* Does a usable record before this one ask for the same? It may be published twice, or be the same
 * only after usages were mapped. */
static bool repeats(const struct dsmtp_tlsa *records, const struct dsmtp_tlsa *r)
{
    for (const struct dsmtp_tlsa *other = records; other < r; other++)
        if (other->why == DSMTP_UNUSABLE_NO && other->effective_usage == r->effective_usage &&
            other->selector == r->selector && other->matching == r->matching &&
            other->len == r->len && memcmp(other->data, r->data, r->len) == 0)
            return true;
    return false;
}

unsigned dsmtp_usable_mark(const struct dsmtp_profile *profile, struct dsmtp_tlsa *records,
                           unsigned count)
{
    bool agility = profile->value[DSMTP_SWITCH_AGILITY] == DSMTP_ON;
    unsigned order = profile->value[DSMTP_SWITCH_DIGEST_ORDER];
    unsigned usable = 0;

    for (unsigned i = 0; i < count; i++) {
        records[i].effective_usage = effective_usage(profile, &records[i]);
        records[i].why = why_unusable(&records[i]);
        if (records[i].why == DSMTP_UNUSABLE_NO && repeats(records, &records[i]))
            records[i].why = DSMTP_UNUSABLE_DUPLICATE;
    }
    for (unsigned i = 0; i < count; i++) {
        struct dsmtp_tlsa *r = &records[i];

        if (r->why == DSMTP_UNUSABLE_NO && r->matching != 0 && agility &&
            outclassed(records, count, r, order))
            r->why = DSMTP_UNUSABLE_WEAKER_DIGEST;
        usable += r->why == DSMTP_UNUSABLE_NO ? 1 : 0;
    }
    return usable;
}
