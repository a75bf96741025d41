/* octets.c - what keys, certificates and records of a state look like, and whether they fit. */
#include <string.h>

#include "oracle/world.h"

/* Whose object it is: the host's own, the one that a BAD record speaks of, another one yet. */
enum owner { OWN, OF_BAD_RECORD, ANOTHER };
enum { DIGEST_256 = 32, DIGEST_512 = 64, FULL_KEY = 44 };

/* What a digest or the key itself looks like: different for all that can differ. */
static size_t object_octets(size_t host, bool leaf, unsigned selector, unsigned matching,
                            enum owner owner, uint8_t *out)
{
    static const uint8_t spki[] = {0x30, 0x2a, 0x30, 0x05, 0x06, 0x03,
                                   0x2b, 0x65, 0x70, 0x03, 0x21, 0x00};
    size_t len = matching == 2 ? DIGEST_512 : matching == 0 ? FULL_KEY : DIGEST_256;
    uint32_t mix = (uint32_t)host * 64 + (leaf ? 32U : 0U) + selector * 1024 + matching * 4 +
                   (uint32_t)owner * 512 * 1024;
    size_t start = 0;
    if (matching == 0) {
        memcpy(out, spki, sizeof(spki));
        start = sizeof(spki);
    }
    for (size_t i = start; i < len; i++) {
        mix = mix * 1664525U + 1013904223U;
        out[i] = (uint8_t)(mix >> 24);
    }
    return len;
}

/* Fields and length of a record kind; the lists in oracle.h say what a kind is about. */
static const struct kind {
    uint8_t usage, selector, matching;
    bool good;
} kinds[ORACLE_RECORD_COUNT] = {
#define X(name, usage, selector, matching, good, malformed) {usage, selector, matching, good},
    ORACLE_RECORD_LIST(X)
#undef X
};

static size_t cut(enum oracle_record record, size_t len, uint8_t *data)
{
    switch ((int)record) {
    case ORACLE_RECORD_SHORT_256:
    case ORACLE_RECORD_SHORT_512:
        return len - 1;
    case ORACLE_RECORD_LONG_256:
        data[len] = 0;
        return len + 1;
    case ORACLE_RECORD_EMPTY:
        return 0;
    case ORACLE_RECORD_FULL_JUNK:
        memcpy(data, "junk!", 5);
        return 5;
    default:
        return len;
    }
}

static void put_record(size_t host, enum oracle_record record, struct world_set *out)
{
    const struct kind *kind = &kinds[record];
    uint8_t *at = out->data[out->count];
    bool leaf = kind->usage != 0 && kind->usage != 2;
    at[0] = kind->usage;
    at[1] = kind->selector;
    at[2] = kind->matching;
    size_t len = object_octets(host, leaf, kind->selector, kind->matching,
                               kind->good ? OWN : OF_BAD_RECORD, at + 3);
    out->len[out->count++] = 3 + cut(record, len, at + 3);
}

void world_tlsa(const struct world *world, size_t host, const struct oracle_tlsa_state *tlsa,
                struct world_set *out)
{
    unsigned times = world_shaped(world, WORLD_SHAPE_DUPLICATES) ? 2 : 1;
    out->count = 0;
    if (world_shaped(world, WORLD_SHAPE_ONE_MORE))
        put_record(host, ORACLE_RECORD_USAGE_4, out);
    for (size_t i = 0; i < tlsa->count * times; i++) {
        size_t at =
            world_shaped(world, WORLD_SHAPE_REVERSED) ? tlsa->count - 1 - i / times : i / times;
        put_record(host, tlsa->records[at], out);
    }
}

/* What the host shows. */
static const struct shown {
    bool own_leaf, anchor_sent;
    enum oracle_name subject;
    bool in_time;
} shown[ORACLE_CERT_COUNT] = {
#define X(name, leaf, anchor, subject, in_time) {leaf, anchor, ORACLE_NAME_##subject, in_time},
    ORACLE_CERT_LIST(X)
#undef X
};

static bool named(const struct world *world, size_t host, const struct dsmtp_tls_demand *demand)
{
    const char *subject = world_name(world, host, shown[world->state->hosts[host].cert].subject);
    for (unsigned i = 0; i < demand->name_count; i++)
        if (strcmp(demand->names[i], subject) == 0)
            return true;
    return false;
}

static enum world_match verify_record(const struct world *world, size_t host,
                                      const struct dsmtp_tls_demand *demand,
                                      const struct dsmtp_tlsa *record)
{
    const struct shown *peer = &shown[world->state->hosts[host].cert];
    uint8_t octets[DIGEST_512];
    bool leaf = record->effective_usage == 3;
    enum owner owner = leaf && !peer->own_leaf ? ANOTHER : OWN;
    size_t len = object_octets(host, leaf, record->selector, record->matching, owner, octets);
    if (record->selector > 1 || record->matching > 2 || len != record->len ||
        memcmp(octets, record->data, len) != 0)
        return WORLD_NO_MATCH;
    if (leaf)
        return WORLD_MATCH;
    if (record->effective_usage != 2 || !peer->anchor_sent)
        return WORLD_NO_MATCH;
    if (!peer->in_time)
        return WORLD_NO_CHAIN;
    return named(world, host, demand) ? WORLD_MATCH : WORLD_NO_NAME;
}

enum world_match world_verify(const struct world *world, size_t host,
                              const struct dsmtp_tls_demand *demand)
{
    enum world_match best = WORLD_NO_MATCH;
    for (unsigned i = 0; i < demand->record_count; i++) {
        const struct dsmtp_tlsa *record = &demand->records[i];
        if (record->why != DSMTP_UNUSABLE_NO)
            continue; /* the port's contract: only what the demand calls usable is applied */
        enum world_match match = verify_record(world, host, demand, record);
        if (match == WORLD_MATCH)
            return match;
        if (match != WORLD_NO_MATCH)
            best = match;
    }
    return best;
}
