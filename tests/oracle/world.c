/* world.c - the DNS of a state. */
#include "oracle/world.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model/name.h"

enum { TLSA_PREFIX_LEN = 9, MX_RDATA_MAX = 64 };

struct world_scratch {
    struct dsmtp_rdata rdata[WORLD_SET_MAX];
    uint8_t octets[ORACLE_HOSTS + 1][MX_RDATA_MAX];
    struct world_set set;
};

/* A question that waits for its answer. */
struct question {
    struct world *world;
    char name[DSMTP_NAME_SIZE];
    enum dsmtp_rrtype type;
    dsmtp_answer_fn *done;
    void *arg;
};

const char *world_shape_text(enum world_shape shape)
{
    static const char *const texts[] = {
#define X(name, text) text,
        WORLD_SHAPE_LIST(X)
#undef X
    };
    return texts[shape];
}

bool world_shaped(const struct world *world, enum world_shape shape)
{
    return (world->shape & (1U << shape)) != 0;
}

void world_stray(struct world *world, const char *format, ...)
{
    va_list args;
    if (world->stray[0] != '\0')
        return;
    va_start(args, format);
    vsnprintf(world->stray, sizeof(world->stray), format, args);
    va_end(args);
}

/* --- names --- */

static const char nexthop_end[] = "e.example";
static const char *const host_names[ORACLE_HOSTS][ORACLE_NAME_EXPANDED + 1] = {
    {"mx1.d.example", "m1.alias.example", "h1.host.example"},
    {"mx2.d.example", "m2.alias.example", "h2.host.example"},
    {"mx3.d.example", "m3.alias.example", "h3.host.example"},
};
static const char *const implicit_names[ORACLE_NAME_EXPANDED + 1] = {WORLD_NEXTHOP, "m.example",
                                                                     nexthop_end};

const char *world_name(const struct world *world, size_t host, enum oracle_name name)
{
    const char *const *names =
        world->state->mx == ORACLE_MX_NODATA ? implicit_names : host_names[host];
    if (name == ORACLE_NAME_NEXTHOP)
        return WORLD_NEXTHOP;
    if (name == ORACLE_NAME_NEXTHOP_END)
        return world->state->mx_alias == ORACLE_ALIAS_NONE ? WORLD_NEXTHOP : nexthop_end;
    if (name == ORACLE_NAME_WRONG)
        return "wrong.example";
    if (oracle_host_alias(world->state, host) == ORACLE_ALIAS_NONE)
        return names[ORACLE_NAME_ORIGINAL];
    return names[name];
}

static size_t host_limit(const struct world *world)
{
    return world->state->mx == ORACLE_MX_NODATA ? 1 : world->state->count;
}

/* Which name of which host is it? */
static bool find_name(const struct world *world, const char *name, size_t *host,
                      enum oracle_name *which)
{
    for (size_t i = 0; i < host_limit(world); i++)
        for (unsigned n = 0; n <= ORACLE_NAME_EXPANDED; n++)
            if (strcmp(world_name(world, i, (enum oracle_name)n), name) == 0) {
                *host = i;
                *which = (enum oracle_name)n;
                return true;
            }
    return false;
}

bool world_host(const struct world *world, const char *name, size_t *host)
{
    enum oracle_name which = ORACLE_NAME_ORIGINAL;
    return find_name(world, name, host, &which) && which == ORACLE_NAME_ORIGINAL;
}

/* Uncompressed wire form at out; returns its length. */
static size_t wire_name(const struct world *world, const char *name, uint8_t *out)
{
    size_t len = 0;
    while (*name != '\0') {
        size_t label = strcspn(name, ".");
        out[len++] = (uint8_t)label;
        for (size_t i = 0; i < label; i++)
            out[len++] = (uint8_t)(world_shaped(world, WORLD_SHAPE_UPPER_CASE)
                                       ? toupper((unsigned char)name[i])
                                       : name[i]);
        name += label + (name[label] == '.' ? 1 : 0);
    }
    out[len++] = 0;
    return len;
}

/* --- answers --- */

static const enum dsmtp_security securities[] = {[ORACLE_SECURE] = DSMTP_SECURITY_SECURE,
                                                 [ORACLE_INSECURE] = DSMTP_SECURITY_INSECURE,
                                                 [ORACLE_BOGUS] = DSMTP_SECURITY_BOGUS};

struct links {
    enum oracle_security first, all;
};

static struct links links_of(enum oracle_alias alias)
{
    static const struct links links[ORACLE_ALIAS_COUNT] = {
        [ORACLE_ALIAS_INSECURE] = {ORACLE_INSECURE, ORACLE_INSECURE},
        [ORACLE_ALIAS_BOGUS] = {ORACLE_BOGUS, ORACLE_BOGUS},
        [ORACLE_ALIAS_SECURE_INSECURE] = {ORACLE_SECURE, ORACLE_INSECURE},
    };
    return links[alias];
}

/* Security and presence of an answer; count and canonical are the caller's business. */
static struct dsmtp_answer answer_of(const struct question *q, enum oracle_security alias,
                                     enum oracle_security end, enum dsmtp_presence presence)
{
    struct dsmtp_query query = {q->name, q->type};
    enum oracle_security security = alias > end ? alias : end;
    if (security == ORACLE_BOGUS)
        return dsmtp_answer_failed(&query, DSMTP_SECURITY_BOGUS, "a signature is wrong");
    return (struct dsmtp_answer){.query = query,
                                 .security = securities[security],
                                 .presence = presence,
                                 .records = q->world->scratch->rdata,
                                 .ttl = 300};
}

static struct dsmtp_answer lost(const struct question *q, const char *why)
{
    return dsmtp_answer_failed(&(struct dsmtp_query){q->name, q->type}, DSMTP_SECURITY_ERROR, why);
}

static void put_mx(struct world *world, struct dsmtp_answer *out, unsigned preference,
                   const char *name)
{
    struct world_scratch *scratch = world->scratch;
    uint8_t *at = scratch->octets[out->count];
    at[0] = (uint8_t)(preference >> 8);
    at[1] = (uint8_t)preference;
    scratch->rdata[out->count++] = (struct dsmtp_rdata){at, 2 + wire_name(world, name, at + 2)};
}

static struct dsmtp_answer answer_mx(const struct question *q)
{
    static const enum dsmtp_presence presences[ORACLE_MX_COUNT] = {
        [ORACLE_MX_NODATA] = DSMTP_PRESENCE_NODATA,
        [ORACLE_MX_NXDOMAIN] = DSMTP_PRESENCE_NXDOMAIN,
    };
    struct world *world = q->world;
    const struct oracle_state *state = world->state;
    if (state->mx == ORACLE_MX_SERVFAIL || state->mx == ORACLE_MX_TIMEOUT)
        return lost(q, state->mx == ORACLE_MX_TIMEOUT ? "timeout" : "SERVFAIL");
    struct dsmtp_answer out =
        answer_of(q, links_of(state->mx_alias).all, state->mx_security, presences[state->mx]);
    if (out.presence == DSMTP_PRESENCE_FAILED)
        return out;
    if (state->mx_alias != ORACLE_ALIAS_NONE)
        out.canonical = nexthop_end;
    if (state->mx == ORACLE_MX_NULL || state->mx == ORACLE_MX_NULL_MIXED)
        put_mx(world, &out, 0, "");
    if (state->mx == ORACLE_MX_NULL_PREF)
        put_mx(world, &out, 10, "");
    if (state->mx == ORACLE_MX_INVALID)
        put_mx(world, &out, 10, "no host.example");
    for (size_t i = 0; i < state->count; i++) {
        size_t at = world_shaped(world, WORLD_SHAPE_REVERSED) ? state->count - 1 - i : i;
        bool named = state->mx == ORACLE_MX_HOSTS || state->mx == ORACLE_MX_NULL_MIXED;
        if (named && at < ORACLE_HOSTS)
            put_mx(world, &out, state->hosts[at].preference, host_names[at][ORACLE_NAME_ORIGINAL]);
    }
    return out;
}

/* Addresses: 198.18.0.HOST and 2001:db8::HOST. */
static void put_address(struct dsmtp_answer *out, struct world_scratch *scratch, size_t host)
{
    static const uint8_t v4[4] = {198, 18, 0, 0}, v6[16] = {0x20, 0x01, 0x0d, 0xb8};
    bool four = out->query.type == DSMTP_RR_A;
    size_t len = four ? sizeof(v4) : sizeof(v6);
    memcpy(scratch->octets[0], four ? v4 : v6, len);
    scratch->octets[0][len - 1] = (uint8_t)(host + 1);
    scratch->rdata[out->count++] = (struct dsmtp_rdata){scratch->octets[0], len};
}

/* The family that a question or an address stands for in the state. */
static enum oracle_family meant(const struct world *world, bool four)
{
    return four != world_shaped(world, WORLD_SHAPE_SWAPPED) ? ORACLE_IPV4 : ORACLE_IPV6;
}

static struct dsmtp_answer answer_address(const struct question *q, size_t host)
{
    static const struct {
        enum oracle_security security;
        enum dsmtp_presence presence;
    } all[ORACLE_ADDRESS_COUNT] = {
        [ORACLE_ADDRESS_SECURE] = {ORACLE_SECURE, DSMTP_PRESENCE_DATA},
        [ORACLE_ADDRESS_INSECURE] = {ORACLE_INSECURE, DSMTP_PRESENCE_DATA},
        [ORACLE_ADDRESS_NONE_SECURE] = {ORACLE_SECURE, DSMTP_PRESENCE_NODATA},
        [ORACLE_ADDRESS_NONE_INSECURE] = {ORACLE_INSECURE, DSMTP_PRESENCE_NODATA},
        [ORACLE_ADDRESS_NX_SECURE] = {ORACLE_SECURE, DSMTP_PRESENCE_NXDOMAIN},
        [ORACLE_ADDRESS_NX_INSECURE] = {ORACLE_INSECURE, DSMTP_PRESENCE_NXDOMAIN},
        [ORACLE_ADDRESS_BOGUS] = {ORACLE_BOGUS, DSMTP_PRESENCE_DATA},
        [ORACLE_ADDRESS_BOGUS_NONE] = {ORACLE_BOGUS, DSMTP_PRESENCE_NODATA},
    };
    struct world *world = q->world;
    enum oracle_family family = meant(world, q->type == DSMTP_RR_A);
    enum oracle_address address = world->state->hosts[host].address[family];
    enum oracle_alias alias = oracle_host_alias(world->state, host);
    world->address_answered[host][family] = true;
    if (address == ORACLE_ADDRESS_SERVFAIL)
        return lost(q, "SERVFAIL");
    struct dsmtp_answer out =
        answer_of(q, links_of(alias).all, all[address].security, all[address].presence);
    if (out.presence == DSMTP_PRESENCE_FAILED)
        return out;
    if (alias != ORACLE_ALIAS_NONE)
        out.canonical = world_name(world, host, ORACLE_NAME_EXPANDED);
    if (out.presence == DSMTP_PRESENCE_DATA)
        put_address(&out, world->scratch, host);
    return out;
}

static struct dsmtp_answer answer_cname(const struct question *q, size_t host)
{
    struct world *world = q->world;
    enum oracle_alias alias = oracle_host_alias(world->state, host);
    enum oracle_probe probe = world->state->hosts[host].probe;
    bool two = alias == ORACLE_ALIAS_SECURE_SECURE || alias == ORACLE_ALIAS_SECURE_INSECURE;
    if (alias == ORACLE_ALIAS_NONE)
        world_stray(world, "CNAME was asked for at %s, which is no alias", q->name);
    if (probe == ORACLE_PROBE_SERVFAIL)
        return lost(q, "SERVFAIL");
    if (probe == ORACLE_PROBE_GONE || alias == ORACLE_ALIAS_NONE)
        return answer_of(q, ORACLE_SECURE, ORACLE_SECURE, DSMTP_PRESENCE_NODATA);
    struct dsmtp_answer out =
        answer_of(q, links_of(alias).first,
                  probe == ORACLE_PROBE_BOGUS ? ORACLE_BOGUS : ORACLE_SECURE, DSMTP_PRESENCE_DATA);
    if (out.presence == DSMTP_PRESENCE_FAILED)
        return out;
    uint8_t *at = world->scratch->octets[0];
    const char *target = world_name(world, host, two ? ORACLE_NAME_MIDDLE : ORACLE_NAME_EXPANDED);
    world->scratch->rdata[out.count++] = (struct dsmtp_rdata){at, wire_name(world, target, at)};
    return out;
}

/* Everybody has good records at a name in the middle, so that looking there is seen. */
static const struct oracle_tlsa_state in_the_middle = {
    ORACLE_TLSA_SECURE, 1, {ORACLE_RECORD_EE_KEY_GOOD}};

static struct dsmtp_answer answer_tlsa(const struct question *q, size_t host, enum oracle_name name)
{
    static const struct {
        enum oracle_security security;
        enum dsmtp_presence presence;
    } all[ORACLE_TLSA_COUNT] = {
        [ORACLE_TLSA_SECURE] = {ORACLE_SECURE, DSMTP_PRESENCE_DATA},
        [ORACLE_TLSA_NODATA_SECURE] = {ORACLE_SECURE, DSMTP_PRESENCE_NODATA},
        [ORACLE_TLSA_NX_SECURE] = {ORACLE_SECURE, DSMTP_PRESENCE_NXDOMAIN},
        [ORACLE_TLSA_NODATA_INSECURE] = {ORACLE_INSECURE, DSMTP_PRESENCE_NODATA},
        [ORACLE_TLSA_NX_INSECURE] = {ORACLE_INSECURE, DSMTP_PRESENCE_NXDOMAIN},
        [ORACLE_TLSA_INSECURE] = {ORACLE_INSECURE, DSMTP_PRESENCE_DATA},
        [ORACLE_TLSA_INSECURE_LINK] = {ORACLE_INSECURE, DSMTP_PRESENCE_DATA},
        [ORACLE_TLSA_BOGUS] = {ORACLE_BOGUS, DSMTP_PRESENCE_DATA},
        [ORACLE_TLSA_BOGUS_NONE] = {ORACLE_BOGUS, DSMTP_PRESENCE_NODATA},
    };
    struct world *world = q->world;
    const struct oracle_tlsa_state *tlsa =
        name == ORACLE_NAME_MIDDLE ? &in_the_middle : &world->state->hosts[host].tlsa[name];
    if (tlsa->state == ORACLE_TLSA_SERVFAIL || tlsa->state == ORACLE_TLSA_TIMEOUT)
        return lost(q, tlsa->state == ORACLE_TLSA_TIMEOUT ? "timeout" : "SERVFAIL");
    struct dsmtp_answer out =
        answer_of(q, ORACLE_SECURE, all[tlsa->state].security, all[tlsa->state].presence);
    if (tlsa->state == ORACLE_TLSA_INSECURE_LINK || world_shaped(world, WORLD_SHAPE_TLSA_ALIAS))
        out.canonical = out.presence == DSMTP_PRESENCE_FAILED ? NULL : "311._dane.example";
    if (out.presence != DSMTP_PRESENCE_DATA)
        return out;
    struct world_set *set = &world->scratch->set;
    world_tlsa(world, host, tlsa, set);
    for (; out.count < set->count; out.count++)
        world->scratch->rdata[out.count] =
            (struct dsmtp_rdata){set->data[out.count], set->len[out.count]};
    return out;
}

static struct dsmtp_answer answer(const struct question *q)
{
    struct world *world = q->world;
    enum oracle_name name = ORACLE_NAME_ORIGINAL;
    size_t host = 0;
    if (q->type == DSMTP_RR_MX && strcmp(q->name, WORLD_NEXTHOP) == 0)
        return answer_mx(q);
    const char *owner = q->name;
    if (q->type == DSMTP_RR_TLSA && strncmp(owner, "_25._tcp.", TLSA_PREFIX_LEN) == 0)
        owner += TLSA_PREFIX_LEN;
    if (find_name(world, owner, &host, &name)) {
        if (owner != q->name)
            return answer_tlsa(q, host, name);
        if (q->type == DSMTP_RR_CNAME && name == ORACLE_NAME_ORIGINAL)
            return answer_cname(q, host);
        if ((q->type == DSMTP_RR_A || q->type == DSMTP_RR_AAAA) && name == ORACLE_NAME_ORIGINAL)
            return answer_address(q, host);
    }
    /* E3: after NXDOMAIN the name itself has nothing. */
    if (world->state->mx == ORACLE_MX_NXDOMAIN && strcmp(q->name, WORLD_NEXTHOP) == 0)
        return answer_of(q, links_of(world->state->mx_alias).all, world->state->mx_security,
                         DSMTP_PRESENCE_NXDOMAIN);
    world_stray(world, "%s was asked for at %s", dsmtp_rrtype_name(q->type), q->name);
    return lost(q, "no such question");
}

/* --- the port --- */

static void note_question(struct world *world, const struct question *q)
{
    enum oracle_name name = ORACLE_NAME_ORIGINAL;
    size_t host = 0;
    bool tlsa = q->type == DSMTP_RR_TLSA;
    if (q->type == DSMTP_RR_MX || strlen(q->name) <= TLSA_PREFIX_LEN ||
        !find_name(world, q->name + (tlsa ? TLSA_PREFIX_LEN : 0), &host, &name))
        return;
    if (!tlsa) {
        world->address_asked[host] = true;
        return;
    }
    world->tlsa_asked[host][name] = true;
    if (!world->address_answered[host][ORACLE_IPV4] && !world->address_answered[host][ORACLE_IPV6])
        world->tlsa_early[host] = true;
}

static void give(void *owner, void *arg)
{
    struct question *q = owner;
    struct world *world = q->world;
    struct dsmtp_answer out = answer(q);
    (void)arg;
    if (world_shaped(world, WORLD_SHAPE_REMARKS)) {
        out.ttl = 0;
        out.why = "a remark";
    }
    world->questions--;
    q->done(q->arg, &out);
    free(q);
}

static enum dsmtp_status ask(void *self, const struct dsmtp_query *query, dsmtp_answer_fn *done,
                             void *arg)
{
    struct world *world = self;
    struct question *q = malloc(sizeof(*q));
    if (q == NULL || strlen(query->name) >= sizeof(q->name))
        abort();
    q->world = world;
    memcpy(q->name, query->name, strlen(query->name) + 1);
    q->type = query->type;
    q->done = done;
    q->arg = arg;
    world->questions++;
    note_question(world, q);
    fake_post(&world->loop, give, q, arg);
    return DSMTP_OK;
}

static void forget(void *self, const void *arg)
{
    struct world *world = self;
    (void)arg;
    world_stray(world, "a question was given up");
}

static void close_resolver(void *self)
{
    (void)self;
}

struct dsmtp_resolver world_resolver(struct world *world)
{
    return (struct dsmtp_resolver){world, ask, forget, close_resolver};
}

void world_init(struct world *world, const struct oracle_state *state, unsigned shape)
{
    memset(world, 0, sizeof(*world));
    world->state = state;
    world->shape = shape;
    world->loop.last_first = world_shaped(world, WORLD_SHAPE_LAST_FIRST);
    world->scratch = malloc(sizeof(*world->scratch));
    if (world->scratch == NULL)
        abort();
}

void world_fini(struct world *world)
{
    free(world->scratch);
}
