/* levels.c - what DNS says: hosts, levels, and what must not be asked. */
#include "oracle/rules.h"

/* --- chains of aliases --- */

static const struct links {
    enum oracle_security first, all;
} alias_links[ORACLE_ALIAS_COUNT] = {
    [ORACLE_ALIAS_NONE] = {ORACLE_SECURE, ORACLE_SECURE},
    [ORACLE_ALIAS_SECURE] = {ORACLE_SECURE, ORACLE_SECURE},
    [ORACLE_ALIAS_INSECURE] = {ORACLE_INSECURE, ORACLE_INSECURE},
    [ORACLE_ALIAS_BOGUS] = {ORACLE_BOGUS, ORACLE_BOGUS},
    [ORACLE_ALIAS_SECURE_SECURE] = {ORACLE_SECURE, ORACLE_SECURE},
    [ORACLE_ALIAS_SECURE_INSECURE] = {ORACLE_SECURE, ORACLE_INSECURE},
};

/* S36-S40, R-7672-2.1.3-3, -4: a chain is as good as its worst link; the enum is in that order. */
static enum oracle_security worse(enum oracle_security a, enum oracle_security b)
{
    return a > b ? a : b;
}

/* --- the MX answer --- */

enum oracle_security oracle_mx_security(const struct oracle_state *state)
{
    /* S8, R-7672-2.1.1-11: an answer that cannot be had is worth as much as a bogus one. */
    if (state->mx == ORACLE_MX_SERVFAIL || state->mx == ORACLE_MX_TIMEOUT)
        return ORACLE_BOGUS;
    return worse(alias_links[state->mx_alias].all, state->mx_security);
}

/* What each kind of answer leads to, if it is not bogus. */
static const unsigned mx_gate[ORACLE_MX_COUNT] = {
    [ORACLE_MX_HOSTS] = ORACLE_BIT(ORACLE_GATE_HOSTS),
    /* S12, R-7672-2.2.2-3, R-5321-5.1-5 */
    [ORACLE_MX_NODATA] = ORACLE_BIT(ORACLE_GATE_HOSTS),
    /* S11, R-5321-5.1-3, E3 */
    [ORACLE_MX_NXDOMAIN] = ORACLE_BIT(ORACLE_GATE_BOUNCE),
    /* R-7505-3-1 */
    [ORACLE_MX_NULL] = ORACLE_BIT(ORACLE_GATE_BOUNCE),
    /* E34: by one reading null, by the other a set without a usable host, which is permanent or not
     * by R-5321-5.1-6. */
    [ORACLE_MX_NULL_PREF] = ORACLE_BIT(ORACLE_GATE_BOUNCE) | ORACLE_BIT(ORACLE_GATE_DEFER),
    /* E58, R-5321-5.1-6: permanent when no valid name is left. */
    [ORACLE_MX_INVALID] = ORACLE_BIT(ORACLE_GATE_BOUNCE),
    /* R-7505-3-2, E34: the root entry is dropped; Postfix takes it for a null MX. */
    [ORACLE_MX_NULL_MIXED] = ORACLE_BIT(ORACLE_GATE_HOSTS),
};

unsigned oracle_gates(const struct oracle_state *state)
{
    enum oracle_security security = oracle_mx_security(state);
    if (security == ORACLE_BOGUS)
        return ORACLE_BIT(ORACLE_GATE_DEFER); /* S5-S8, S38, R-7672-2.1.2-1, R-7505-5-1 */
    unsigned open = mx_gate[state->mx];
    if (state->mx == ORACLE_MX_NULL_MIXED && oracle_rules(state)->postfix_mx)
        open |= ORACLE_BIT(ORACLE_GATE_BOUNCE);
    if (!oracle_mandatory(state) || security == ORACLE_SECURE)
        return open;
    /* R-7672-2.2.1-7: insecure MX and mandatory DANE, delay. Of insecure answers that lead to no MX
     * host R-5321-5.1-3 and R-7505-3-1 want a bounce, and a forger can have it: both are allowed.
     * Insecure NODATA may also be judged by the status of the host (E2), unless the profile takes
     * it for an insecure MX record. */
    bool like_hosts = state->mx == ORACLE_MX_HOSTS || state->mx == ORACLE_MX_NULL_MIXED ||
                      (state->mx == ORACLE_MX_NODATA && oracle_rules(state)->imputed_mx);
    if (like_hosts)
        return ORACLE_BIT(ORACLE_GATE_DEFER) | (open & ORACLE_BIT(ORACLE_GATE_BOUNCE));
    return open | ORACLE_BIT(ORACLE_GATE_DEFER);
}

bool oracle_implicit(const struct oracle_state *state)
{
    return state->mx == ORACLE_MX_NODATA;
}

size_t oracle_host_count(const struct oracle_state *state)
{
    if (!(oracle_gates(state) & ORACLE_BIT(ORACLE_GATE_HOSTS)))
        return 0;
    return oracle_implicit(state) ? 1 : state->count;
}

enum oracle_alias oracle_host_alias(const struct oracle_state *state, size_t host)
{
    return oracle_implicit(state) ? state->mx_alias : state->hosts[host].alias;
}

bool oracle_aliased(const struct oracle_state *state, size_t host)
{
    return oracle_host_alias(state, host) != ORACLE_ALIAS_NONE;
}

/* --- addresses --- */

static const struct address {
    bool found;
    enum oracle_security security;
} addresses[ORACLE_ADDRESS_COUNT] = {
    [ORACLE_ADDRESS_SECURE] = {true, ORACLE_SECURE},
    [ORACLE_ADDRESS_INSECURE] = {true, ORACLE_INSECURE},
    [ORACLE_ADDRESS_NONE_SECURE] = {false, ORACLE_SECURE},
    [ORACLE_ADDRESS_NONE_INSECURE] = {false, ORACLE_INSECURE},
    [ORACLE_ADDRESS_NX_SECURE] = {false, ORACLE_SECURE},
    [ORACLE_ADDRESS_NX_INSECURE] = {false, ORACLE_INSECURE},
    [ORACLE_ADDRESS_BOGUS] = {false, ORACLE_BOGUS},
    [ORACLE_ADDRESS_BOGUS_NONE] = {false, ORACLE_BOGUS},
    [ORACLE_ADDRESS_SERVFAIL] = {false, ORACLE_BOGUS},
};

static enum oracle_security address_security(const struct oracle_state *state, size_t host,
                                             enum oracle_family family)
{
    return worse(alias_links[oracle_host_alias(state, host)].all,
                 addresses[state->hosts[host].address[family]].security);
}

bool oracle_address_failed(const struct oracle_state *state, size_t host, enum oracle_family family)
{
    return address_security(state, host, family) == ORACLE_BOGUS;
}

bool oracle_address_found(const struct oracle_state *state, size_t host, enum oracle_family family)
{
    return addresses[state->hosts[host].address[family]].found &&
           !oracle_address_failed(state, host, family);
}

static enum oracle_family other_family(enum oracle_family family)
{
    return family == ORACLE_IPV4 ? ORACLE_IPV6 : ORACLE_IPV4;
}

/* --- the TLSA search --- */

enum finding { FOUND, NEXT_NAME, FAILED };

/* R-7672-2.2.3-4, -7, -14; S16-S19, S23, S37, S38 */
static const enum finding findings[ORACLE_TLSA_COUNT] = {
    [ORACLE_TLSA_SECURE] = FOUND,
    [ORACLE_TLSA_NODATA_SECURE] = NEXT_NAME,
    [ORACLE_TLSA_NX_SECURE] = NEXT_NAME,
    [ORACLE_TLSA_NODATA_INSECURE] = NEXT_NAME,
    [ORACLE_TLSA_NX_INSECURE] = NEXT_NAME,
    [ORACLE_TLSA_INSECURE] = NEXT_NAME,
    [ORACLE_TLSA_INSECURE_LINK] = NEXT_NAME,
    [ORACLE_TLSA_BOGUS] = FAILED,
    [ORACLE_TLSA_BOGUS_NONE] = FAILED,
    [ORACLE_TLSA_SERVFAIL] = FAILED,
    [ORACLE_TLSA_TIMEOUT] = FAILED,
};

static bool insecure_records(const struct oracle_tlsa_state *set)
{
    return set->state == ORACLE_TLSA_INSECURE || set->state == ORACLE_TLSA_INSECURE_LINK;
}

/* R-7672-2.2-3, -5, R-7671-10.3-2; S33, S35. The two readings of E21 give two levels. */
static unsigned level_of_set(const struct oracle_rules *rules, const struct oracle_tlsa_state *set,
                             enum oracle_level dane)
{
    unsigned levels = 0;
    for (int junk = 0; junk <= 1; junk++)
        if (oracle_any_usable(rules, set, junk != 0))
            levels |= ORACLE_BIT(dane);
        else
            levels |= ORACLE_BIT(rules->unusable_is_none ? ORACLE_LEVEL_MAY : ORACLE_LEVEL_ENCRYPT);
    return levels;
}

/* Names to look at, in this order. */
struct candidates {
    bool expanded, original;
};

static unsigned search(const struct oracle_state *state, size_t host, struct candidates names)
{
    const struct oracle_rules *rules = oracle_rules(state);
    const struct oracle_tlsa_state *sets = state->hosts[host].tlsa;
    unsigned none = ORACLE_BIT(ORACLE_LEVEL_MAY);
    if (names.expanded) {
        const struct oracle_tlsa_state *set = &sets[ORACLE_NAME_EXPANDED];
        if (findings[set->state] == FAILED)
            return ORACLE_BIT(ORACLE_LEVEL_SKIP);
        if (findings[set->state] == FOUND)
            return level_of_set(rules, set, ORACLE_LEVEL_DANE_EXPANDED);
        if (insecure_records(set) && rules->insecure_tlsa_helps)
            none |= ORACLE_BIT(ORACLE_LEVEL_ENCRYPT);
    }
    if (names.original) {
        const struct oracle_tlsa_state *set = &sets[ORACLE_NAME_ORIGINAL];
        if (findings[set->state] == FAILED)
            return ORACLE_BIT(ORACLE_LEVEL_SKIP);
        if (findings[set->state] == FOUND)
            return level_of_set(rules, set, ORACLE_LEVEL_DANE_ORIGINAL);
        if (insecure_records(set) && rules->insecure_tlsa_helps)
            none |= ORACLE_BIT(ORACLE_LEVEL_ENCRYPT);
    }
    return none; /* R-7672-2.2-7, R-7672-2.2.3-8, S35a */
}

/* Is DANE in use for the hosts of this MX answer at all? */
static bool dane_applies(const struct oracle_state *state)
{
    if (oracle_dane_is_off(state))
        return false;
    if (oracle_mx_security(state) == ORACLE_SECURE)
        return true;
    if (oracle_implicit(state))
        return !oracle_rules(state)->imputed_mx;     /* E2, S10 */
    return oracle_rules(state)->dane_on_insecure_mx; /* C4 */
}

/* Where the rules let records be looked for, by what one family's addresses say. */
static struct candidates candidates(const struct oracle_state *state, size_t host,
                                    enum oracle_family family)
{
    const struct oracle_rules *rules = oracle_rules(state);
    enum oracle_alias alias = oracle_host_alias(state, host);
    bool secure = address_security(state, host, family) == ORACLE_SECURE;
    struct candidates at_original = {false, true};
    if (rules->exchange_is_base)
        return at_original; /* S14, S44 */
    if (alias == ORACLE_ALIAS_NONE) {
        /* R-7672-2.2.2-9, -6; before C9 addresses do not count. */
        at_original.original = secure || !rules->addresses_decide;
        return at_original;
    }
    /* R-7672-2.2.2-13, -12, -11; before C10 the security of the first link is not asked for. */
    at_original.original = alias_links[alias].first == ORACLE_SECURE || !rules->addresses_decide;
    at_original.expanded = secure;
    return at_original;
}

/* Does this family's answer leave open how good the first link is, and the question for it fail
 * (R-7672-2.1.3-6, R-7672-2.2.2-14, E10)? */
static bool probe_fails(const struct oracle_state *state, size_t host, enum oracle_family family)
{
    return oracle_rules(state)->addresses_decide && oracle_aliased(state, host) &&
           address_security(state, host, family) == ORACLE_INSECURE &&
           state->hosts[host].probe != ORACLE_PROBE_TRUE;
}

static unsigned levels_by(const struct oracle_state *state, size_t host, enum oracle_family family)
{
    if (!dane_applies(state))
        return ORACLE_BIT(ORACLE_LEVEL_MAY); /* S9, R-7672-2.2.1-8 */
    if (probe_fails(state, host, family))
        return ORACLE_BIT(ORACLE_LEVEL_SKIP);
    unsigned levels = search(state, host, candidates(state, host, family));
    /* The draft of 2013 follows the alias and leaves open what counts when it is not secure: the
     * original name, or no name. */
    if (!oracle_rules(state)->addresses_decide && !oracle_rules(state)->exchange_is_base &&
        oracle_aliased(state, host) && address_security(state, host, family) == ORACLE_INSECURE)
        levels |= ORACLE_BIT(ORACLE_LEVEL_MAY);
    return levels;
}

static unsigned apply_local_policy(const struct oracle_state *state, unsigned levels)
{
    unsigned dane = ORACLE_BIT(ORACLE_LEVEL_DANE_EXPANDED) | ORACLE_BIT(ORACLE_LEVEL_DANE_ORIGINAL);
    if (state->local == ORACLE_LOCAL_CLEAR)
        return ORACLE_BIT(ORACLE_LEVEL_CLEAR);
    if (state->local == ORACLE_LOCAL_ENCRYPT)
        return ORACLE_BIT(ORACLE_LEVEL_ENCRYPT);
    /* R-7672-2.2-11, R-7672-6-1, R-7671-10.3-1: mandatory DANE or nothing. */
    if (oracle_mandatory(state) && (levels & ~dane))
        return (levels & dane) | ORACLE_BIT(ORACLE_LEVEL_SKIP);
    return levels;
}

unsigned oracle_levels(const struct oracle_state *state, size_t host, enum oracle_family family)
{
    if (!oracle_address_found(state, host, family))
        return ORACLE_BIT(ORACLE_LEVEL_SKIP);
    enum oracle_family other = other_family(family);
    unsigned levels = levels_by(state, host, family);
    /* E8: "the address RRset" may mean this family's or both families', so that the other one may
     * decide for this one. */
    if (oracle_address_found(state, host, other))
        levels |= levels_by(state, host, other);
    levels = apply_local_policy(state, levels);
    /* E9: R-7672-2.2.2-14 wants the host abandoned when any query fails, R-7672-2.1.2-2 and
     * practice use the family that was found. */
    if (oracle_address_failed(state, host, other))
        levels |= ORACLE_BIT(ORACLE_LEVEL_SKIP);
    return levels;
}

/* --- what must not be done --- */

bool oracle_may_contact(const struct oracle_state *state, size_t host, enum oracle_family family)
{
    return host < oracle_host_count(state) &&
           (oracle_levels(state, host, family) & ~ORACLE_BIT(ORACLE_LEVEL_SKIP)) != 0;
}

bool oracle_may_ask_address(const struct oracle_state *state)
{
    /* E3: Postfix goes on from NXDOMAIN to the addresses of the same name. */
    return oracle_host_count(state) > 0 ||
           (state->mx == ORACLE_MX_NXDOMAIN && oracle_rules(state)->postfix_mx &&
            oracle_mx_security(state) != ORACLE_BOGUS);
}

bool oracle_may_ask_tlsa(const struct oracle_state *state, size_t host, enum oracle_name name)
{
    /* S2, S5, S9; R-7672-2.2.3-13: a name in the middle never. */
    if (host >= oracle_host_count(state) || !dane_applies(state) || name == ORACLE_NAME_MIDDLE)
        return false;
    if (!oracle_rules(state)->addresses_decide && name == ORACLE_NAME_ORIGINAL)
        return true; /* S14: before C9 the host's addresses do not matter */
    for (unsigned i = 0; i < ORACLE_FAMILY_COUNT; i++) {
        enum oracle_family family = (enum oracle_family)i;
        /* R-7672-2.2.2-5, -6, -11: no question without a usable address, nor at a name that is not
         * a candidate. */
        if (!oracle_address_found(state, host, family) || probe_fails(state, host, family))
            continue;
        struct candidates names = candidates(state, host, family);
        if (name == ORACLE_NAME_EXPANDED ? names.expanded : names.original)
            return true;
    }
    return false;
}
