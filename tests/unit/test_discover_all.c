/* test_discover_all.c - every small world: turning any one answer bogus or into an error never
 * lowers a level. */
#include <stdio.h>
#include <string.h>

#include "check.h"
#include "core/discover.h"
#include "fakes/world.h"

/* What a world is made of. In each list the last two are the failures that any answer is turned
 * into. */
enum {
    MX_SECURE,
    MX_INSECURE,
    MX_NONE,
    MX_NONE_INSECURE,
    MX_NO_DOMAIN,
    MX_BOGUS,
    MX_ERROR,
    MX_COUNT
};
/* Of the host's name. MIXED: A is secure and AAAA is not. */
enum { PLAIN, PLAIN_INSECURE, PLAIN_MIXED, ALIAS, ALIAS_INSECURE, KIND_COUNT };
enum { FOUND, NONE, BOGUS, ERROR, ADDRESS_COUNT };
enum { PROBE_SECURE, PROBE_INSECURE, PROBE_BOGUS, PROBE_ERROR, PROBE_COUNT };
enum { USABLE, UNUSABLE, ABSENT, INSECURE, INSECURE_ABSENT, TLSA_BOGUS, TLSA_ERROR, TLSA_COUNT };

struct world {
    unsigned mx, kind, a, aaaa, probe, expanded, original;
};

enum {
    WORLDS = MX_COUNT * KIND_COUNT * ADDRESS_COUNT * ADDRESS_COUNT * PROBE_COUNT * TLSA_COUNT *
             TLSA_COUNT
};

/* The levels of the host in question and of its neighbour, by rank: whoever is not contacted at all
 * is safest. */
struct ranks {
    uint8_t host, other;
    bool known;
};

static struct ranks ranks[WORLDS];
static struct fake_reply reply;

static unsigned index_of(const struct world *w)
{
    unsigned i = w->mx;

    i = i * KIND_COUNT + w->kind;
    i = i * ADDRESS_COUNT + w->a;
    i = i * ADDRESS_COUNT + w->aaaa;
    i = i * PROBE_COUNT + w->probe;
    i = i * TLSA_COUNT + w->expanded;
    return i * TLSA_COUNT + w->original;
}

/* clang-format off */
#define SEC(text) {.security = DSMTP_SECURITY_SECURE, .presence = DSMTP_PRESENCE_DATA, .data = (text)}
#define INS(text) {.security = DSMTP_SECURITY_INSECURE, .presence = DSMTP_PRESENCE_DATA, .data = (text)}
#define SNO {.security = DSMTP_SECURITY_SECURE, .presence = DSMTP_PRESENCE_NODATA}
#define INO {.security = DSMTP_SECURITY_INSECURE, .presence = DSMTP_PRESENCE_NODATA}
#define SNX {.security = DSMTP_SECURITY_SECURE, .presence = DSMTP_PRESENCE_NXDOMAIN}
#define BOG {.security = DSMTP_SECURITY_BOGUS, .presence = DSMTP_PRESENCE_FAILED}
#define ERR {.security = DSMTP_SECURITY_ERROR, .presence = DSMTP_PRESENCE_FAILED}
static const struct fake_record mx_answers[MX_COUNT] = {SEC("1 m; 2 n"), INS("1 m; 2 n"), SNO, INO, SNX, BOG, ERR};
static const struct fake_record tlsa_answers[TLSA_COUNT] = {SEC("311"), SEC("411"), SNO, INS("311"), INO, BOG, ERR};
static const struct fake_record probe_answers[PROBE_COUNT] = {SEC("x"), INS("x"), BOG, ERR};
static const struct fake_record failures[] = {BOG, ERR};
/* clang-format on */

static struct fake_record address_answer(unsigned kind, unsigned state, const char *address)
{
    bool mixed = kind == PLAIN_MIXED && strchr(address, ':') != NULL;
    bool insecure = mixed || kind == PLAIN_INSECURE || kind == ALIAS_INSECURE;

    if (state == BOGUS || state == ERROR)
        return failures[state - BOGUS];
    return (struct fake_record){
        .security = insecure ? DSMTP_SECURITY_INSECURE : DSMTP_SECURITY_SECURE,
        .presence = state == FOUND ? DSMTP_PRESENCE_DATA : DSMTP_PRESENCE_NODATA,
        .data = address,
        .canonical = kind >= ALIAS ? "r" : NULL};
}

static struct fake_record answer_for(const struct world *w, const struct dsmtp_query *q)
{
    static const struct fake_record other_a = SEC("198.18.0.2"), other_tlsa = SEC("311"),
                                    none = SNO;

    if (strcmp(q->name, "n") == 0)
        return q->type == DSMTP_RR_A ? other_a : none;
    if (strcmp(q->name, "_25._tcp.n") == 0)
        return other_tlsa;
    switch (q->type) {
    case DSMTP_RR_MX:
        return mx_answers[w->mx];
    case DSMTP_RR_A:
        return address_answer(w->kind, w->a, "198.18.0.1");
    case DSMTP_RR_AAAA:
        return address_answer(w->kind, w->aaaa, "2001:db8::1");
    case DSMTP_RR_NS:
    case DSMTP_RR_DNAME:
    case DSMTP_RR_DS:
    case DSMTP_RR_NSEC3PARAM:
    case DSMTP_RR_CNAME:
        return probe_answers[w->probe];
    case DSMTP_RR_TLSA:
        break;
    }
    return strcmp(q->name, "_25._tcp.r") == 0 ? tlsa_answers[w->expanded]
                                              : tlsa_answers[w->original];
}

static uint8_t rank(const struct dsmtp_plan *plan, unsigned host)
{
    static const uint8_t ranked[] = {
        [DSMTP_LEVEL_NONE] = 0,   [DSMTP_LEVEL_MAY] = 1,    [DSMTP_LEVEL_ENCRYPT] = 2,
        [DSMTP_LEVEL_AUDIT] = 3,  [DSMTP_LEVEL_DANE] = 4,   [DSMTP_LEVEL_FINGERPRINT] = 4,
        [DSMTP_LEVEL_VERIFY] = 4, [DSMTP_LEVEL_SECURE] = 4, [DSMTP_LEVEL_SKIP] = 5};

    if (plan->verdict != DSMTP_VERDICT_ATTEMPT || host >= plan->host_count)
        return ranked[DSMTP_LEVEL_SKIP];
    return ranked[plan->hosts[host].level];
}

static struct ranks evaluate(const struct world *w, const struct dsmtp_profile *profile,
                             enum dsmtp_policy policy)
{
    struct dsmtp_discover_config config = {.target = "d",
                                           .nexthop = "d",
                                           .kind = DSMTP_NEXTHOP_DOMAIN,
                                           .profile = profile,
                                           .policy = policy,
                                           .port = 25};
    struct dsmtp_discover d;
    struct dsmtp_arena arena;
    struct dsmtp_question *q;
    struct ranks out = {0, 0, false};
    enum dsmtp_status status;
    const struct dsmtp_plan *plan;

    dsmtp_arena_init(&arena, 1u << 20);
    status = dsmtp_discover_init(&d, &arena, &config);
    while (status == DSMTP_OK && (q = dsmtp_discover_want(&d)) != NULL) {
        struct fake_record record = answer_for(w, &q->query);

        fake_answer_from(&record, &q->query, &reply);
        status = dsmtp_discover_feed(&d, q, &reply.answer);
    }
    plan = dsmtp_discover_plan(&d);
    if (status == DSMTP_OK && plan != NULL && plan->rounds <= 4)
        out = (struct ranks){rank(plan, 0), rank(plan, 1), true};
    dsmtp_arena_fini(&arena);
    return out;
}

/* Does this world differ from all that came before? Questions that are not asked need not be
 * varied. */
static bool distinct(const struct world *w)
{
    return (w->kind == ALIAS_INSECURE || w->probe == 0) && (w->kind == ALIAS || w->expanded == 0);
}

static bool next(struct world *w)
{
    unsigned *const digit[] = {&w->original, &w->expanded, &w->probe, &w->aaaa,
                               &w->a,        &w->kind,     &w->mx};
    static const unsigned base[] = {TLSA_COUNT,    TLSA_COUNT, PROBE_COUNT, ADDRESS_COUNT,
                                    ADDRESS_COUNT, KIND_COUNT, MX_COUNT};

    for (unsigned i = 0; i < CHECK_COUNT(base); i++) {
        if (++*digit[i] < base[i])
            return true;
        *digit[i] = 0;
    }
    return false;
}

static void compare(const struct world *from, const struct world *to)
{
    struct ranks a = ranks[index_of(from)];
    struct ranks b = ranks[index_of(to)];

    if (b.known && b.host >= a.host && b.other >= a.other)
        return;
    check_rowf("MX %u, name %u, A %u, AAAA %u, probe %u, TLSA %u %u to MX %u, A %u, AAAA %u, probe "
               "%u, TLSA %u %u",
               from->mx, from->kind, from->a, from->aaaa, from->probe, from->expanded,
               from->original, to->mx, to->a, to->aaaa, to->probe, to->expanded, to->original);
    check_true(b.known);
    check_true(b.host >= a.host);
    check_true(b.other >= a.other);
}

/* A failed address lookup beside insecure addresses does not hide these (E9: many servers of
 * unsigned zones fail for AAAA); a bogus one does. So "bogus" may turn into "error", and "secure
 * beside insecure" into "error", with a lower level.
 *
 * addr_partial_error=use_any, which the profile postfix has, is weaker, and known to be: addresses
 * of one family hide a bogus answer of the other. Whoever can damage the secure answer of a host
 * whose other answer is insecure has TLSA left out. There the state stays as it is. */
static unsigned bad_address(const struct world *w, const struct dsmtp_profile *p, unsigned state,
                            unsigned k)
{
    if (p->value[DSMTP_SWITCH_ADDR_PARTIAL] == DSMTP_ADDR_PARTIAL_USE_ANY &&
        (state == BOGUS || w->kind == PLAIN_MIXED))
        return state;
    return state == BOGUS || w->kind == PLAIN_MIXED ? BOGUS : BOGUS + k;
}

/* Each answer of a world turned bogus, and into an error. */
static void turn_each(const struct world *w, const struct dsmtp_profile *p)
{
    for (unsigned k = 0; k < 2; k++) {
        struct world v = *w;

        v.mx = MX_BOGUS + k;
        compare(w, &v);
        v = *w;
        v.a = bad_address(w, p, w->a, k);
        compare(w, &v);
        v = *w;
        v.aaaa = bad_address(w, p, w->aaaa, k);
        compare(w, &v);
        v = *w;
        v.probe = w->kind == ALIAS_INSECURE ? PROBE_BOGUS + k : 0;
        compare(w, &v);
        v = *w;
        v.expanded = w->kind == ALIAS ? TLSA_BOGUS + k : 0;
        compare(w, &v);
        v = *w;
        v.original = TLSA_BOGUS + k;
        compare(w, &v);
    }
}

static void check_all(const struct dsmtp_profile *profile, enum dsmtp_policy policy)
{
    struct world w = {0};

    do {
        if (distinct(&w))
            ranks[index_of(&w)] = evaluate(&w, profile, policy);
    } while (next(&w));
    do {
        if (distinct(&w))
            turn_each(&w, profile);
    } while (next(&w));
    check_true(ranks[0].known);
}

static void test_profiles(void)
{
    for (unsigned i = 0; dsmtp_profile_at(i) != NULL; i++)
        for (unsigned policy = 0; policy < DSMTP_POLICY_COUNT; policy++)
            check_all(dsmtp_profile_at(i), policy);
}

/* Each word of each switch. */
static void test_switches(void)
{
    for (unsigned i = 0; i < DSMTP_SWITCH_COUNT; i++) {
        struct dsmtp_profile p = *dsmtp_profile_at(0);

        if (dsmtp_switch_info(i)->max != 0)
            continue;
        for (p.value[i] = 1; dsmtp_switch_info(i)->values[p.value[i]] != NULL; p.value[i]++)
            check_all(&p, DSMTP_POLICY_DANE);
    }
}

/* The weakness that bad_address leaves out is there, and only with use_any. */
static void test_use_any(void)
{
    for (unsigned value = 0; value <= DSMTP_ADDR_PARTIAL_USE_ANY; value++) {
        struct dsmtp_profile p = *dsmtp_profile_at(0);
        const struct world good = {.kind = PLAIN_MIXED};
        const struct world damaged = {.kind = PLAIN_MIXED, .a = BOGUS};
        struct ranks before, after;

        p.value[DSMTP_SWITCH_ADDR_PARTIAL] = (uint16_t)value;
        before = evaluate(&good, &p, DSMTP_POLICY_DANE);
        after = evaluate(&damaged, &p, DSMTP_POLICY_DANE);
        check_rowf("addr_partial_error=%s",
                   dsmtp_switch_info(DSMTP_SWITCH_ADDR_PARTIAL)->values[value]);
        check_int(after.host < before.host, value == DSMTP_ADDR_PARTIAL_USE_ANY);
    }
}

static const struct check_test tests[] = {{"profiles and policies", test_profiles},
                                          {"switches", test_switches},
                                          {"a known weakness", test_use_any}};
SUITE(discover_all, tests);
