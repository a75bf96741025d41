/* tables_diff.c - where two profiles decide otherwise: every combination of inputs is put to both.
 */
#include <string.h>

#include "core/policy.h"
#include "report/sets.h"
#include "report/tables.h"
#include "report/tables_internal.h"

typedef char set_text[DSMTP_SET_TEXT_SIZE];

#define WORDS_MAX 80u

struct pair {
    const struct dsmtp_profile *a, *b;
};

static const char *mx_words(const struct dsmtp_mx_row *r, char out[WORDS_MAX])
{
    bool go = r->verdict == DSMTP_VERDICT_ATTEMPT;
    const char *reason = dsmtp_tables_reason(r->reason);

    (void)snprintf(out, WORDS_MAX, "%s%s%s%s%s", dsmtp_verdict_name(r->verdict),
                   go ? ", names " : "", go ? dsmtp_trust_name(r->trust) : "",
                   reason[0] != '\0' ? " " : "", reason);
    return out;
}

/* Do the securities and answers go together (core/policy.h)? */
static bool possible_mx(enum dsmtp_security security, enum dsmtp_mx mx)
{
    bool failed = security == DSMTP_SECURITY_BOGUS || security == DSMTP_SECURITY_ERROR;

    return mx != DSMTP_MX_NOT_ASKED && failed == (mx == DSMTP_MX_FAILED);
}

/* One row for each MX state and pair of outcomes; the policies for which that is so are joined. */
static void compare_mx(struct dsmtp_grid *grid, const struct pair *p, enum dsmtp_security security,
                       enum dsmtp_mx mx)
{
    const struct dsmtp_mx_row *a[DSMTP_POLICY_COUNT], *b[DSMTP_POLICY_COUNT];
    unsigned done = 0;

    for (unsigned i = 0; i < DSMTP_POLICY_COUNT; i++) {
        a[i] = dsmtp_policy_mx(p->a, (enum dsmtp_policy)i, security, mx);
        b[i] = dsmtp_policy_mx(p->b, (enum dsmtp_policy)i, security, mx);
    }
    for (unsigned i = 0; i < DSMTP_POLICY_COUNT; i++) {
        unsigned policies = 0;
        char was[WORDS_MAX], is[WORDS_MAX];
        set_text text;

        if ((done >> i & 1u) != 0 || a[i] == NULL || b[i] == NULL)
            continue;
        for (unsigned k = i; k < DSMTP_POLICY_COUNT; k++)
            policies |= a[k] == a[i] && b[k] == b[i] ? 1u << k : 0;
        done |= policies;
        if (strcmp(mx_words(a[i], was), mx_words(b[i], is)) == 0)
            continue;
        dsmtp_grid_row(grid,
                       (const char *[]){dsmtp_set_text(DSMTP_SET_POLICY, policies, text),
                                        dsmtp_security_name(security), dsmtp_mx_name(mx), was, is});
    }
}

static enum dsmtp_status diff_mx(FILE *to, struct dsmtp_arena *arena, const struct pair *p,
                                 enum dsmtp_grid_form form)
{
    const char *const heads[] = {"policy", "security", "MX", p->a->name, p->b->name, NULL};
    struct dsmtp_grid grid;

    dsmtp_grid_init(&grid, arena, "mx", "Destination: where the outcome differs", heads);
    for (unsigned mx = 0; mx < DSMTP_MX_COUNT; mx++)
        for (unsigned s = 0; s < DSMTP_SECURITY_COUNT; s++)
            if (possible_mx((enum dsmtp_security)s, (enum dsmtp_mx)mx))
                compare_mx(&grid, p, (enum dsmtp_security)s, (enum dsmtp_mx)mx);
    return dsmtp_grid_print(to, &grid, form);
}

/* The inputs of the host table except the address. */
struct host_inputs {
    enum dsmtp_policy policy;
    enum dsmtp_trust trust;
    enum dsmtp_tlsa_state tlsa;
};

/* The outcome of one profile; NULL: its TLSA lookup decides, or, once TLSA is known, it never asked
 * for it. */
static const struct dsmtp_host_row *decide(const struct dsmtp_profile *profile,
                                           const struct host_inputs *in, unsigned address)
{
    return dsmtp_policy_host(profile, in->policy, in->trust, (enum dsmtp_address)address, in->tlsa);
}

static bool asks_tlsa(const struct dsmtp_profile *profile, const struct host_inputs *in,
                      unsigned address)
{
    struct host_inputs before = *in;

    before.tlsa = DSMTP_TLSA_NOT_ASKED;
    return decide(profile, &before, address) == NULL;
}

static const char *host_words(const struct dsmtp_host_row *r, char out[WORDS_MAX])
{
    if (r == NULL)
        (void)snprintf(out, WORDS_MAX, "as TLSA says");
    else
        (void)snprintf(out, WORDS_MAX, "%s %s", dsmtp_level_name(r->level),
                       dsmtp_tables_reason(r->reason));
    return out;
}

/* Is this combination one that both profiles meet, and with different outcomes? */
static bool differs(const struct pair *p, const struct host_inputs *in, unsigned address,
                    char was[WORDS_MAX], char is[WORDS_MAX])
{
    bool asked = in->tlsa != DSMTP_TLSA_NOT_ASKED;

    if (asked && (!asks_tlsa(p->a, in, address) || !asks_tlsa(p->b, in, address)))
        return false;
    return strcmp(host_words(decide(p->a, in, address), was),
                  host_words(decide(p->b, in, address), is)) != 0;
}

/* One row for each pair of outcomes; the addresses for which that is so are joined. */
static void compare_host(struct dsmtp_grid *grid, const struct pair *p,
                         const struct host_inputs *in)
{
    unsigned done = 0;

    for (unsigned i = 0; i < DSMTP_ADDRESS_COUNT; i++) {
        char was[WORDS_MAX], is[WORDS_MAX], was_too[WORDS_MAX], is_too[WORDS_MAX];
        unsigned addresses = 0;
        set_text text;

        if ((done >> i & 1u) != 0 || !differs(p, in, i, was, is))
            continue;
        for (unsigned k = i; k < DSMTP_ADDRESS_COUNT; k++)
            if (differs(p, in, k, was_too, is_too) && strcmp(was, was_too) == 0 &&
                strcmp(is, is_too) == 0)
                addresses |= 1u << k;
        done |= addresses;
        dsmtp_grid_row(grid,
                       (const char *[]){dsmtp_policy_name(in->policy), dsmtp_trust_name(in->trust),
                                        dsmtp_set_text(DSMTP_SET_ADDRESS, addresses, text),
                                        dsmtp_tlsa_state_name(in->tlsa), was, is});
    }
}

static enum dsmtp_status diff_host(FILE *to, struct dsmtp_arena *arena, const struct pair *p,
                                   enum dsmtp_grid_form form)
{
    const char *const heads[] = {"policy",   "name is",  "address", "TLSA",
                                 p->a->name, p->b->name, NULL};
    struct dsmtp_grid grid;

    dsmtp_grid_init(&grid, arena, "host", "Host: where the outcome differs", heads);
    for (unsigned policy = 0; policy < DSMTP_POLICY_COUNT; policy++)
        for (unsigned trust = 0; trust < DSMTP_TRUST_COUNT; trust++)
            for (unsigned tlsa = 0; tlsa < DSMTP_TLSA_STATE_COUNT; tlsa++)
                compare_host(&grid, p,
                             &(struct host_inputs){(enum dsmtp_policy)policy,
                                                   (enum dsmtp_trust)trust,
                                                   (enum dsmtp_tlsa_state)tlsa});
    return dsmtp_grid_print(to, &grid, form);
}

/* One row for each state, kind of session and pair of outcomes; the events for which that is so are
 * joined. */
static void compare_next(struct dsmtp_grid *grid, const struct pair *p, enum dsmtp_state state,
                         enum dsmtp_level level, bool tls)
{
    const struct dsmtp_next_row *a[DSMTP_EVENT_COUNT], *b[DSMTP_EVENT_COUNT];
    unsigned done = 0;

    for (unsigned i = 0; i < DSMTP_EVENT_COUNT; i++) {
        struct dsmtp_attempt_end end = {
            .state = state, .event = (enum dsmtp_event)i, .level = level, .tls = tls};

        a[i] = dsmtp_judge_next(p->a, &end);
        b[i] = dsmtp_judge_next(p->b, &end);
    }
    for (unsigned i = 0; i < DSMTP_EVENT_COUNT; i++) {
        unsigned events = 0;
        set_text text;

        if ((done >> i & 1u) != 0 ||
            (a[i]->next == b[i]->next && a[i]->permanent == b[i]->permanent))
            continue;
        for (unsigned k = i; k < DSMTP_EVENT_COUNT; k++)
            events |= a[k]->next == a[i]->next && b[k]->next == b[i]->next ? 1u << k : 0;
        done |= events;
        dsmtp_grid_row(grid, (const char *[]){dsmtp_state_name(state), tls ? "yes" : "no",
                                              dsmtp_level_name(level),
                                              dsmtp_set_text(DSMTP_SET_EVENT, events, text),
                                              dsmtp_tables_next(a[i]->next),
                                              dsmtp_tables_next(b[i]->next)});
    }
}

/* TLS is on from the handshake on, and off before. */
static bool possible_tls(unsigned state, bool tls)
{
    if (state >= DSMTP_STATE_HANDSHAKE && state <= DSMTP_STATE_HELO_TLS)
        return tls;
    return state > DSMTP_STATE_HELO_TLS || !tls;
}

static enum dsmtp_status diff_next(FILE *to, struct dsmtp_arena *arena, const struct pair *p,
                                   enum dsmtp_grid_form form)
{
    const char *const heads[] = {"ended in state", "in TLS",   "level", "on event",
                                 p->a->name,       p->b->name, NULL};
    struct dsmtp_grid grid;

    dsmtp_grid_init(&grid, arena, "next", "Attempt: where what follows differs", heads);
    for (unsigned s = 0; s < DSMTP_STATE_END; s++)
        for (unsigned l = DSMTP_LEVEL_NONE; l < DSMTP_LEVEL_COUNT; l++)
            for (unsigned tls = 0; tls < 2; tls++)
                if (possible_tls(s, tls != 0) && (tls == 0 || l != DSMTP_LEVEL_NONE))
                    compare_next(&grid, p, (enum dsmtp_state)s, (enum dsmtp_level)l, tls != 0);
    return dsmtp_grid_print(to, &grid, form);
}

enum dsmtp_status dsmtp_tables_diff(FILE *to, const struct dsmtp_profile *a,
                                    const struct dsmtp_profile *b, enum dsmtp_grid_form form)
{
    static enum dsmtp_status (*const tables[])(FILE *, struct dsmtp_arena *, const struct pair *,
                                               enum dsmtp_grid_form) = {diff_mx, diff_host,
                                                                        diff_next};
    const struct dsmtp_profile *const profiles[] = {a, b, NULL};
    const struct pair pair = {a, b};
    struct dsmtp_arena arena;
    enum dsmtp_status status;

    dsmtp_arena_init(&arena, DSMTP_TABLES_MEMORY);
    status = dsmtp_tables_switches(to, &arena, profiles, true, form);
    if (status == DSMTP_OK)
        status = dsmtp_tables_readings(to, &arena, a, b, form);
    for (size_t i = 0; status == DSMTP_OK && i < sizeof(tables) / sizeof(tables[0]); i++)
        status = tables[i](to, &arena, &pair, form);
    dsmtp_arena_fini(&arena);
    return status;
}
