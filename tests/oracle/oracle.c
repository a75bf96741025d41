/* oracle.c - what happens at a host, and what comes of all of them. */
#include "oracle/rules.h"

/* What happens when one address of a host is tried. A PASS leads to the next address or host; it is
 * SOFT if the destination can then at worst be deferred, HARD if the host is out of reach for good.
 */
enum result {
    DELIVERED,
    STOP_SOFT,
    STOP_HARD,
    PASS_SOFT,
    PASS_HARD,
};
#define ANY_PASS (ORACLE_BIT(PASS_SOFT) | ORACLE_BIT(PASS_HARD))

/* --- what a host lets happen --- */

/* Can a session be had, and with it TLS? SHAKY: until mail begins. */
enum offer {
    NO_SESSION,
    NO_TLS,
    BROKEN_TLS,
    INJECTED,
    NO_SESSION_IN_TLS,
    SHAKY_TLS,
    LOSES_DOT,
    GOOD_TLS
};
enum { OFFERS = GOOD_TLS + 1 };

#define SOFT (ORACLE_BIT(PASS_SOFT) | ORACLE_BIT(STOP_SOFT))
#define SURLY (ANY_PASS | ORACLE_BIT(STOP_HARD))

static const struct server {
    enum offer offer;
    unsigned refused; /* results where no mail can begin */
} servers[ORACLE_SERVER_COUNT] = {
    [ORACLE_SERVER_TLS] = {GOOD_TLS, 0},
    [ORACLE_SERVER_NO_STARTTLS] = {NO_TLS, 0},
    /* R-3207-4-2: the session goes on in clear where clear is allowed. */
    [ORACLE_SERVER_STARTTLS_454] = {NO_TLS, 0},
    [ORACLE_SERVER_STARTTLS_554] = {NO_TLS, 0},
    [ORACLE_SERVER_HANDSHAKE_FAILS] = {BROKEN_TLS, 0},
    [ORACLE_SERVER_EHLO_502] = {NO_TLS, 0}, /* R-3207-6-2 */
    [ORACLE_SERVER_INJECTS] = {INJECTED, 0},
    [ORACLE_SERVER_TLS_LOST_AT_MAIL] = {SHAKY_TLS, 0},
    [ORACLE_SERVER_TLS_LOST_AT_DOT] = {LOSES_DOT, 0},
    /* RFC 5321 leaves open whether a refused session speaks for the host or for the destination. */
    [ORACLE_SERVER_EHLO_421] = {NO_SESSION, SOFT},
    [ORACLE_SERVER_HELO_554] = {NO_SESSION, SURLY},
    [ORACLE_SERVER_TLS_EHLO_421] = {NO_SESSION_IN_TLS, SOFT},
    [ORACLE_SERVER_TLS_EHLO_554] = {NO_SESSION_IN_TLS, SURLY},
    [ORACLE_SERVER_DOWN] = {NO_SESSION, ORACLE_BIT(PASS_SOFT)},
    [ORACLE_SERVER_LOST_AT_ONCE] = {NO_SESSION, ORACLE_BIT(PASS_SOFT)},
    [ORACLE_SERVER_NEVER_GREETS] = {NO_SESSION, ORACLE_BIT(PASS_SOFT)},
    [ORACLE_SERVER_GREETS_RUBBISH] = {NO_SESSION, ORACLE_BIT(PASS_SOFT)},
    [ORACLE_SERVER_GREETS_421] = {NO_SESSION, SOFT},
    [ORACLE_SERVER_GREETS_554] = {NO_SESSION, SURLY},
};

/* A 4xx may be tried at the next host or ends the attempt; a 5xx is the recipient's answer. */
static const unsigned mail_results[ORACLE_MAIL_COUNT] = {
    [ORACLE_MAIL_OK] = ORACLE_BIT(DELIVERED),     [ORACLE_MAIL_MAIL_4] = SOFT,
    [ORACLE_MAIL_MAIL_5] = ORACLE_BIT(STOP_HARD), [ORACLE_MAIL_RCPT_4] = SOFT,
    [ORACLE_MAIL_RCPT_5] = ORACLE_BIT(STOP_HARD), [ORACLE_MAIL_DATA_4] = SOFT,
    [ORACLE_MAIL_DATA_5] = ORACLE_BIT(STOP_HARD), [ORACLE_MAIL_END_4] = SOFT,
    [ORACLE_MAIL_END_5] = ORACLE_BIT(STOP_HARD),
};

#define CLEAR ORACLE_BIT(ORACLE_CHANNEL_CLEAR)
#define ENCRYPTED ORACLE_BIT(ORACLE_CHANNEL_ENCRYPTED)

/* Masks of channels by level and by what TLS comes to; no channel means that mail may not go. At a
 * DANE level it is the row of ENCRYPT, once the peer is authenticated. */
static const unsigned channels[ORACLE_LEVEL_DANE_EXPANDED][OFFERS] = {
    /* S2: what the operator says. TLS is not tried, and what is wrong with it not seen. */
    [ORACLE_LEVEL_CLEAR] = {[NO_TLS] = CLEAR,
                            [BROKEN_TLS] = CLEAR,
                            [INJECTED] = CLEAR,
                            [NO_SESSION_IN_TLS] = CLEAR,
                            [SHAKY_TLS] = CLEAR,
                            [LOSES_DOT] = CLEAR,
                            [GOOD_TLS] = CLEAR},
    /* R-7435-3-2: no cleartext where TLS can be had; R-7672-2.2-8, S9c: cleartext after TLS fails,
     * but not after an attack was seen (R-3207-4.2-3). */
    [ORACLE_LEVEL_MAY] = {[NO_TLS] = CLEAR,
                          [BROKEN_TLS] = CLEAR,
                          [SHAKY_TLS] = ENCRYPTED,
                          [LOSES_DOT] = ENCRYPTED,
                          [GOOD_TLS] = ENCRYPTED},
    /* R-7672-2.2-5, -6 */
    [ORACLE_LEVEL_ENCRYPT] =
        {[SHAKY_TLS] = ENCRYPTED, [LOSES_DOT] = ENCRYPTED, [GOOD_TLS] = ENCRYPTED},
};

static bool is_dane(enum oracle_level level)
{
    return level == ORACLE_LEVEL_DANE_EXPANDED || level == ORACLE_LEVEL_DANE_ORIGINAL;
}

/* R-7672-2.2-8: cleartext retry after TLS was lost during the mail; only before the final dot
 * (E61). */
static bool clear_after_loss(const struct oracle_state *state, enum oracle_level level,
                             enum offer offer)
{
    return level == ORACLE_LEVEL_MAY && offer == SHAKY_TLS && oracle_rules(state)->clear_after_loss;
}

static unsigned channels_at(const struct oracle_state *state, size_t host, enum oracle_level level)
{
    enum offer offer = servers[state->hosts[host].server].offer;
    if (is_dane(level))
        return channels[ORACLE_LEVEL_ENCRYPT][offer] != 0 &&
                       oracle_authenticated(state, host, level, false)
                   ? ORACLE_BIT(ORACLE_CHANNEL_AUTHENTICATED)
                   : 0; /* R-7672-2.2-4 */
    return channels[level][offer] | (clear_after_loss(state, level, offer) ? CLEAR : 0);
}

unsigned oracle_channels(const struct oracle_state *state, size_t host, enum oracle_family family)
{
    unsigned levels = oracle_levels(state, host, family), found = 0;
    for (unsigned i = 0; i < ORACLE_LEVEL_COUNT; i++)
        if (levels & ORACLE_BIT(i))
            found |= channels_at(state, host, (enum oracle_level)i);
    return found;
}

/* What comes of the mail itself. */
static unsigned results_of_mail(const struct oracle_state *state, size_t host,
                                enum oracle_level level)
{
    const struct oracle_host *peer = &state->hosts[host];
    enum offer offer = servers[peer->server].offer;
    if (level == ORACLE_LEVEL_CLEAR || (offer != SHAKY_TLS && offer != LOSES_DOT))
        return mail_results[peer->mail];
    if (clear_after_loss(state, level, offer))
        return mail_results[peer->mail] | ORACLE_BIT(PASS_SOFT);
    /* A refusal before the final dot counts; behind the dot nobody knows. */
    bool refused = peer->mail != ORACLE_MAIL_OK && peer->mail < ORACLE_MAIL_END_4;
    return offer == LOSES_DOT && refused ? mail_results[peer->mail] : SOFT;
}

static unsigned results_at(const struct oracle_state *state, size_t host, enum oracle_level level)
{
    const struct server *server = &servers[state->hosts[host].server];
    if (level == ORACLE_LEVEL_SKIP)
        return ORACLE_BIT(PASS_SOFT); /* S20, S47, R-7672-2.1.2-5 */
    if (server->offer == NO_SESSION)
        return server->refused;
    if (channels_at(state, host, level) != 0) {
        bool strict = !is_dane(level) || oracle_authenticated(state, host, level, true);
        return results_of_mail(state, host, level) | (strict ? 0 : ORACLE_BIT(PASS_SOFT));
    }
    /* What is said in TLS to a peer that was let in counts like a greeting. */
    bool let_in = !is_dane(level) || oracle_authenticated(state, host, level, false);
    return ORACLE_BIT(PASS_SOFT) | (let_in ? server->refused : 0);
}

/* --- from addresses to the destination --- */

static unsigned address_results(const struct oracle_state *state, size_t host,
                                enum oracle_family family)
{
    unsigned levels = oracle_levels(state, host, family), results = 0;
    for (unsigned i = 0; i < ORACLE_LEVEL_COUNT; i++)
        if (levels & ORACLE_BIT(i))
            results |= results_at(state, host, (enum oracle_level)i);
    return results;
}

/* Hosts of one preference, and the addresses of each, may be tried in any order (R-5321-5.1-11). So
 * each of them may be the first and end the attempt, and the group is passed only if each can be.
 */
struct group {
    unsigned stops;  /* results that any member may end with */
    unsigned passes; /* PASS results of the members, if passed is true */
    bool passed;
};

static void add_member(struct group *group, unsigned results)
{
    group->stops |= results & ~ANY_PASS;
    group->passes |= results & ANY_PASS;
    /* A host that is passed for now in every reading makes the destination wait (E33). */
    if ((results & ANY_PASS) == ORACLE_BIT(PASS_SOFT))
        group->passes |= ORACLE_BIT(PASS_SOFT) << 8;
    group->passed = group->passed && (results & ANY_PASS);
}

static void add_host(struct group *group, const struct oracle_state *state, size_t host)
{
    bool found = false, failed = false;
    for (unsigned i = 0; i < ORACLE_FAMILY_COUNT; i++) {
        enum oracle_family family = (enum oracle_family)i;
        failed = failed || oracle_address_failed(state, host, family);
        if (!oracle_address_found(state, host, family))
            continue;
        found = true;
        add_member(group, address_results(state, host, family));
    }
    /* R-7672-2.2.2-5, R-7672-2.1.2-2; a host that has no address is lost for good or for now by
     * R-5321-5.1-6, one whose address cannot be learnt for now. */
    if (!found)
        add_member(group, failed ? ORACLE_BIT(PASS_SOFT) : ANY_PASS);
}

static struct group group_of(const struct oracle_state *state, unsigned preference)
{
    struct group group = {0, 0, true};
    for (size_t i = 0; i < oracle_host_count(state); i++)
        if (oracle_implicit(state) || state->hosts[i].preference == preference)
            add_host(&group, state, i);
    return group;
}

/* The best preference that is not better than this. */
static bool next_preference(const struct oracle_state *state, unsigned from, unsigned *out)
{
    bool any = false;
    for (size_t i = 0; i < oracle_host_count(state); i++) {
        unsigned preference = state->hosts[i].preference;
        if (preference >= from && (!any || preference < *out)) {
            *out = preference;
            any = true;
        }
    }
    return any;
}

static unsigned outcomes_of(unsigned results)
{
    unsigned outcomes = 0;
    if (results & ORACLE_BIT(DELIVERED))
        outcomes |= ORACLE_BIT(ORACLE_OUTCOME_DELIVERED);
    if (results & (ORACLE_BIT(STOP_SOFT) | ORACLE_BIT(PASS_SOFT)))
        outcomes |= ORACLE_BIT(ORACLE_OUTCOME_DEFERRED);
    if (results & (ORACLE_BIT(STOP_HARD) | ORACLE_BIT(PASS_HARD)))
        outcomes |= ORACLE_BIT(ORACLE_OUTCOME_BOUNCED);
    return outcomes;
}

/* R-5321-5.1-10, R-7672-2.2.1-3, -4: in order of preference, whatever the protection. */
static unsigned outcomes_of_hosts(const struct oracle_state *state)
{
    unsigned outcomes = 0, passes = 0, preference = 0;
    for (unsigned from = 0; next_preference(state, from, &preference); from = preference + 1) {
        struct group group = group_of(state, preference);
        outcomes |= outcomes_of(group.stops);
        if (!group.passed)
            return outcomes;
        passes |= group.passes;
        if (oracle_implicit(state))
            break;
    }
    /* All were passed. One that was passed for now in every reading settles it (S47, E33). */
    if (passes & (ORACLE_BIT(PASS_SOFT) << 8))
        return outcomes | ORACLE_BIT(ORACLE_OUTCOME_DEFERRED);
    return outcomes | outcomes_of(passes);
}

unsigned oracle_outcomes(const struct oracle_state *state)
{
    unsigned open = oracle_gates(state), outcomes = 0;
    if (open & ORACLE_BIT(ORACLE_GATE_DEFER))
        outcomes |= ORACLE_BIT(ORACLE_OUTCOME_DEFERRED);
    if (open & ORACLE_BIT(ORACLE_GATE_BOUNCE))
        outcomes |= ORACLE_BIT(ORACLE_OUTCOME_BOUNCED);
    if (open & ORACLE_BIT(ORACLE_GATE_HOSTS))
        outcomes |= outcomes_of_hosts(state);
    return outcomes;
}
