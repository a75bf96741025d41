#include "oracle/oracle.h"

#include <string.h>

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

/* --- profiles: the table at the end of catalogue section C
 * ---------------------------------------- */

static const struct rules {
    bool zero_is_two;         /* C1, S27; zero_full_only: of usage 0 only Full(0) data */
    bool zero_full_only;      /* C1, opp2013 */
    bool one_is_three;        /* C2, S28 */
    bool unusable_is_none;    /* C3, S35: nothing usable is as good as no records */
    bool dane_on_insecure_mx; /* C4, R-7672-2.2.1-9 */
    bool imputed_mx;          /* C6, C7, S10, S12: NODATA counts as an MX record of its security */
    bool exchange_is_base;    /* C8, S44 */
    bool addresses_decide;    /* C9, R-7672-2.2.2-6; C10 goes with it */
    bool nexthop_end_is_name; /* C16, R-7672-3.2.2-4 */
    bool clear_after_loss; /* C20, R-7672-2.2-8: cleartext also after TLS broke during the mail */
    bool agility;          /* C18, R-7671-9-4 */
    bool insecure_tlsa_helps; /* C24: insecure records may be used against stripping */
    bool postfix_names;       /* E14, E15: as Postfix is read to do */
    bool postfix_mx;          /* E3, E34 */
} profiles[ORACLE_PROFILE_COUNT] = {
    [ORACLE_PROFILE_RFC7672] = {.dane_on_insecure_mx = true,
                                .addresses_decide = true,
                                .nexthop_end_is_name = true,
                                .clear_after_loss = true,
                                .agility = true},
    [ORACLE_PROFILE_SEED2013] = {.zero_is_two = true,
                                 .one_is_three = true,
                                 .unusable_is_none = true,
                                 .imputed_mx = true,
                                 .exchange_is_base = true},
    [ORACLE_PROFILE_OPP2013] = {.zero_is_two = true, .zero_full_only = true, .one_is_three = true},
    [ORACLE_PROFILE_DRAFT2014] = {.addresses_decide = true,
                                  .nexthop_end_is_name = true,
                                  .clear_after_loss = true,
                                  .agility = true},
    [ORACLE_PROFILE_DRAFT2014B] = {.dane_on_insecure_mx = true,
                                   .addresses_decide = true,
                                   .nexthop_end_is_name = true,
                                   .clear_after_loss = true,
                                   .agility = true,
                                   .insecure_tlsa_helps = true},
    [ORACLE_PROFILE_POSTFIX] = {.dane_on_insecure_mx = true,
                                .addresses_decide = true,
                                .nexthop_end_is_name = true,
                                .clear_after_loss = true,
                                .agility = true,
                                .postfix_names = true,
                                .postfix_mx = true},
};

static const struct rules *rules_of(const struct oracle_state *state)
{
    return &profiles[state->profile];
}

static bool mandatory(const struct oracle_state *state)
{
    return state->local == ORACLE_LOCAL_DANE_ONLY;
}

/* S2, S3: any local policy that is not DANE is applied in its place. */
static bool dane_is_off(const struct oracle_state *state)
{
    return state->local == ORACLE_LOCAL_CLEAR || state->local == ORACLE_LOCAL_MAY ||
           state->local == ORACLE_LOCAL_ENCRYPT;
}

/* --- chains of aliases
 * ----------------------------------------------------------------------------- */

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

/* --- the MX answer
 * ---------------------------------------------------------------------------------- */

static enum oracle_security mx_security(const struct oracle_state *state)
{
    /* S8, R-7672-2.1.1-11: an answer that cannot be had is worth as much as a bogus one. */
    if (state->mx == ORACLE_MX_SERVFAIL || state->mx == ORACLE_MX_TIMEOUT)
        return ORACLE_BOGUS;
    return worse(alias_links[state->mx_alias].all, state->mx_security);
}

enum gate { GATE_DEFER, GATE_BOUNCE, GATE_HOSTS };

/* What each kind of answer leads to, if it is not bogus. */
static const unsigned mx_gate[ORACLE_MX_COUNT] = {
    [ORACLE_MX_HOSTS] = ORACLE_BIT(GATE_HOSTS),
    /* S12, R-7672-2.2.2-3, R-5321-5.1-5 */
    [ORACLE_MX_NODATA] = ORACLE_BIT(GATE_HOSTS),
    /* S11, R-5321-5.1-3, E3 */
    [ORACLE_MX_NXDOMAIN] = ORACLE_BIT(GATE_BOUNCE),
    /* R-7505-3-1 */
    [ORACLE_MX_NULL] = ORACLE_BIT(GATE_BOUNCE),
    /* E34: by one reading null, by the other a set without a usable host, which is permanent or not
     * by R-5321-5.1-6. */
    [ORACLE_MX_NULL_PREF] = ORACLE_BIT(GATE_BOUNCE) | ORACLE_BIT(GATE_DEFER),
    /* E58, R-5321-5.1-6: permanent when no valid name is left. */
    [ORACLE_MX_INVALID] = ORACLE_BIT(GATE_BOUNCE),
    /* R-7505-3-2, E34: the root entry is dropped; Postfix takes it for a null MX. */
    [ORACLE_MX_NULL_MIXED] = ORACLE_BIT(GATE_HOSTS),
};

static unsigned gates(const struct oracle_state *state)
{
    enum oracle_security security = mx_security(state);
    if (security == ORACLE_BOGUS)
        return ORACLE_BIT(GATE_DEFER); /* S5-S8, S38, R-7672-2.1.2-1, R-7505-5-1 */
    unsigned open = mx_gate[state->mx];
    if (state->mx == ORACLE_MX_NULL_MIXED && rules_of(state)->postfix_mx)
        open |= ORACLE_BIT(GATE_BOUNCE);
    if (!mandatory(state) || security == ORACLE_SECURE)
        return open;
    /* R-7672-2.2.1-7: insecure MX and mandatory DANE, delay. Of insecure answers that lead to no MX
     * host R-5321-5.1-3 and R-7505-3-1 want a bounce, and a forger can have it: both are allowed.
     * Insecure NODATA may also be judged by the status of the host (E2), unless the profile takes
     * it for an insecure MX record. */
    bool like_hosts = state->mx == ORACLE_MX_HOSTS || state->mx == ORACLE_MX_NULL_MIXED ||
                      (state->mx == ORACLE_MX_NODATA && rules_of(state)->imputed_mx);
    if (like_hosts)
        return ORACLE_BIT(GATE_DEFER) | (open & ORACLE_BIT(GATE_BOUNCE));
    return open | ORACLE_BIT(GATE_DEFER);
}

static bool implicit(const struct oracle_state *state)
{
    return state->mx == ORACLE_MX_NODATA;
}

size_t oracle_host_count(const struct oracle_state *state)
{
    if (!(gates(state) & ORACLE_BIT(GATE_HOSTS)))
        return 0;
    return implicit(state) ? 1 : state->count;
}

enum oracle_alias oracle_host_alias(const struct oracle_state *state, size_t host)
{
    return implicit(state) ? state->mx_alias : state->hosts[host].alias;
}

static bool aliased(const struct oracle_state *state, size_t host)
{
    return oracle_host_alias(state, host) != ORACLE_ALIAS_NONE;
}

/* --- addresses
 * -------------------------------------------------------------------------------------- */

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

static bool address_failed(const struct oracle_state *state, size_t host, enum oracle_family family)
{
    return address_security(state, host, family) == ORACLE_BOGUS;
}

static bool address_found(const struct oracle_state *state, size_t host, enum oracle_family family)
{
    return addresses[state->hosts[host].address[family]].found &&
           !address_failed(state, host, family);
}

static enum oracle_family other_family(enum oracle_family family)
{
    return family == ORACLE_IPV4 ? ORACLE_IPV6 : ORACLE_IPV4;
}

/* --- records
 * ---------------------------------------------------------------------------------------- */

static const struct record {
    unsigned usage, selector, matching;
    bool good, malformed;
} records[ORACLE_RECORD_COUNT] = {
#define X(name, usage, selector, matching, good, malformed) \
    {usage, selector, matching, good, malformed},
    ORACLE_RECORD_LIST(X)
#undef X
};

static unsigned acts_as(const struct rules *rules, const struct record *record)
{
    if (record->usage == 1 && rules->one_is_three)
        return 3; /* S28 */
    if (record->usage == 0 && rules->zero_is_two &&
        (!rules->zero_full_only || record->matching == 0))
        return 2; /* S27 */
    return record->usage;
}

/* E21: Full(0) data that is no key at all is malformed by one reading and merely matches nothing by
 * the other. */
static bool is_usable(const struct rules *rules, enum oracle_record kind, bool junk_counts)
{
    const struct record *record = &records[kind];
    unsigned usage = acts_as(rules, record);
    if (kind == ORACLE_RECORD_FULL_JUNK)
        return junk_counts;
    /* S24, S25, S30, R-6698-4.1-5, -6, R-7671-2-4, R-7671-4-1 */
    return (usage == 2 || usage == 3) && record->selector <= 1 && record->matching <= 2 &&
           !record->malformed;
}

/* R-7671-9-5, -6, -8: of one usage and selector only the strongest digest counts, and Full(0). */
static bool outshone(const struct rules *rules, const struct oracle_tlsa_state *set, size_t index)
{
    const struct record *record = &records[set->records[index]];
    for (size_t i = 0; rules->agility && record->matching != 0 && i < set->count; i++) {
        const struct record *other = &records[set->records[i]];
        if (is_usable(rules, set->records[i], false) &&
            acts_as(rules, other) == acts_as(rules, record) &&
            other->selector == record->selector && other->matching > record->matching)
            return true;
    }
    return false;
}

static bool any_usable(const struct rules *rules, const struct oracle_tlsa_state *set, bool junk)
{
    for (size_t i = 0; i < set->count; i++)
        if (is_usable(rules, set->records[i], junk))
            return true;
    return false;
}

unsigned oracle_applied_usage(const struct oracle_state *state, const struct oracle_tlsa_state *set,
                              size_t index)
{
    const struct rules *rules = rules_of(state);
    if (!is_usable(rules, set->records[index], false) || outshone(rules, set, index))
        return 0;
    return acts_as(rules, &records[set->records[index]]);
}

/* --- the TLSA search
 * -------------------------------------------------------------------------------- */

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
static unsigned level_of_set(const struct rules *rules, const struct oracle_tlsa_state *set,
                             enum oracle_level dane)
{
    unsigned levels = 0;
    for (int junk = 0; junk <= 1; junk++)
        if (any_usable(rules, set, junk != 0))
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
    const struct rules *rules = rules_of(state);
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
    if (dane_is_off(state))
        return false;
    if (mx_security(state) == ORACLE_SECURE)
        return true;
    if (implicit(state))
        return !rules_of(state)->imputed_mx;     /* E2, S10 */
    return rules_of(state)->dane_on_insecure_mx; /* C4 */
}

/* Where the rules let records be looked for, by what one family's addresses say. */
static struct candidates candidates(const struct oracle_state *state, size_t host,
                                    enum oracle_family family)
{
    const struct rules *rules = rules_of(state);
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
    return rules_of(state)->addresses_decide && aliased(state, host) &&
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
    if (!rules_of(state)->addresses_decide && !rules_of(state)->exchange_is_base &&
        aliased(state, host) && address_security(state, host, family) == ORACLE_INSECURE)
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
    if (mandatory(state) && (levels & ~dane))
        return (levels & dane) | ORACLE_BIT(ORACLE_LEVEL_SKIP);
    return levels;
}

unsigned oracle_levels(const struct oracle_state *state, size_t host, enum oracle_family family)
{
    if (!address_found(state, host, family))
        return ORACLE_BIT(ORACLE_LEVEL_SKIP);
    enum oracle_family other = other_family(family);
    unsigned levels = levels_by(state, host, family);
    /* E8: "the address RRset" may mean this family's or both families', so that the other one may
     * decide for this one. */
    if (address_found(state, host, other))
        levels |= levels_by(state, host, other);
    levels = apply_local_policy(state, levels);
    /* E9: R-7672-2.2.2-14 wants the host abandoned when any query fails, R-7672-2.1.2-2 and
     * practice use the family that was found. */
    if (address_failed(state, host, other))
        levels |= ORACLE_BIT(ORACLE_LEVEL_SKIP);
    return levels;
}

/* --- certificates
 * ----------------------------------------------------------------------------------- */

static const struct cert {
    bool own_leaf, anchor_sent;
    enum oracle_name subject;
    bool in_time;
} certs[ORACLE_CERT_COUNT] = {
#define X(name, leaf, anchor, subject, in_time) {leaf, anchor, ORACLE_NAME_##subject, in_time},
    ORACLE_CERT_LIST(X)
#undef X
};

/* Names that differ in the abstract can be one name in the world. */
static enum oracle_name one_name(const struct oracle_state *state, size_t host,
                                 enum oracle_name name)
{
    if (implicit(state) && name == ORACLE_NAME_NEXTHOP_END)
        name = ORACLE_NAME_EXPANDED;
    if (implicit(state) && name == ORACLE_NAME_NEXTHOP)
        name = ORACLE_NAME_ORIGINAL;
    if (name == ORACLE_NAME_EXPANDED && !aliased(state, host))
        return ORACLE_NAME_ORIGINAL;
    if (name == ORACLE_NAME_NEXTHOP_END && state->mx_alias == ORACLE_ALIAS_NONE)
        return ORACLE_NAME_NEXTHOP;
    return name;
}

/* Reference names of usage 2: masks of those that must and of those that may be accepted. */
struct names {
    unsigned must, may;
};

static struct names reference_names(const struct oracle_state *state, enum oracle_name base)
{
    const struct rules *rules = rules_of(state);
    unsigned original = ORACLE_BIT(ORACLE_NAME_ORIGINAL);
    unsigned nexthop = ORACLE_BIT(ORACLE_NAME_NEXTHOP);
    unsigned end = ORACLE_BIT(ORACLE_NAME_NEXTHOP_END);
    struct names names = {ORACLE_BIT(base), 0}; /* R-7672-3.2.2-2 */
    if (implicit(state)) {
        /* R-7672-3.2.2-6; E15: Postfix leaves the second name out. */
        *(rules->postfix_names ? &names.may : &names.must) |= original;
    } else if (mx_security(state) == ORACLE_SECURE) {
        names.must |= nexthop; /* R-7672-3.2.2-3, -4 */
        names.must |= rules->nexthop_end_is_name ? end : 0;
    } else if (rules->postfix_names) {
        names.may |= original | nexthop | end; /* E14 */
    } else {
        /* R-7672-3.2.2-5: nothing but the MX host's name; E14: or the base domain beside it, which
         * R-7672-3.2.2-2 calls the primary one in all cases. */
        names.may |= names.must;
        names.must = original;
    }
    return names;
}

static bool name_fits(const struct oracle_state *state, size_t host, unsigned accepted)
{
    enum oracle_name subject = one_name(state, host, certs[state->hosts[host].cert].subject);
    for (unsigned i = 0; i < ORACLE_NAME_COUNT; i++)
        if ((accepted & ORACLE_BIT(i)) && one_name(state, host, (enum oracle_name)i) == subject)
            return true;
    return false;
}

static bool record_matches(const struct oracle_state *state, size_t host,
                           const struct record *record, unsigned accepted)
{
    const struct cert *cert = &certs[state->hosts[host].cert];
    if (!record->good)
        return false;
    if (acts_as(rules_of(state), record) == 3)
        return cert->own_leaf; /* S31, R-7672-3.1.1-1, -2, -3 */
    /* R-7672-3.1.2-1, R-7671-5.2.2-2 */
    return cert->anchor_sent && cert->in_time && name_fits(state, host, accepted);
}

/* S34, R-7672-3.2-2: one match is enough. */
static bool authenticates(const struct oracle_state *state, size_t host,
                          const struct oracle_tlsa_state *set, unsigned accepted)
{
    for (size_t i = 0; i < set->count; i++)
        if (oracle_applied_usage(state, set, i) != 0 &&
            record_matches(state, host, &records[set->records[i]], accepted))
            return true;
    return false;
}

/* --- what a host lets happen
 * ------------------------------------------------------------------------ */

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

/* Is the peer authenticated at this level, in the stricter or the laxer reading of its names? */
static bool authenticated_at(const struct oracle_state *state, size_t host, enum oracle_level level,
                             bool strict)
{
    bool at_expanded = level == ORACLE_LEVEL_DANE_EXPANDED;
    enum oracle_name base = at_expanded ? ORACLE_NAME_EXPANDED : ORACLE_NAME_ORIGINAL;
    struct names names = reference_names(state, base);
    return authenticates(state, host, &state->hosts[host].tlsa[base],
                         names.must | (strict ? 0 : names.may));
}

/* R-7672-2.2-8: cleartext retry after TLS was lost during the mail; only before the final dot
 * (E61). */
static bool clear_after_loss(const struct oracle_state *state, enum oracle_level level,
                             enum offer offer)
{
    return level == ORACLE_LEVEL_MAY && offer == SHAKY_TLS && rules_of(state)->clear_after_loss;
}

static unsigned channels_at(const struct oracle_state *state, size_t host, enum oracle_level level)
{
    enum offer offer = servers[state->hosts[host].server].offer;
    if (is_dane(level))
        return channels[ORACLE_LEVEL_ENCRYPT][offer] != 0 &&
                       authenticated_at(state, host, level, false)
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
        bool strict = !is_dane(level) || authenticated_at(state, host, level, true);
        return results_of_mail(state, host, level) | (strict ? 0 : ORACLE_BIT(PASS_SOFT));
    }
    /* What is said in TLS to a peer that was let in counts like a greeting. */
    bool let_in = !is_dane(level) || authenticated_at(state, host, level, false);
    return ORACLE_BIT(PASS_SOFT) | (let_in ? server->refused : 0);
}

/* --- from addresses to the destination
 * -------------------------------------------------------------- */

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
        failed = failed || address_failed(state, host, family);
        if (!address_found(state, host, family))
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
        if (implicit(state) || state->hosts[i].preference == preference)
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
        if (implicit(state))
            break;
    }
    /* All were passed. One that was passed for now in every reading settles it (S47, E33). */
    if (passes & (ORACLE_BIT(PASS_SOFT) << 8))
        return outcomes | ORACLE_BIT(ORACLE_OUTCOME_DEFERRED);
    return outcomes | outcomes_of(passes);
}

unsigned oracle_outcomes(const struct oracle_state *state)
{
    unsigned open = gates(state), outcomes = 0;
    if (open & ORACLE_BIT(GATE_DEFER))
        outcomes |= ORACLE_BIT(ORACLE_OUTCOME_DEFERRED);
    if (open & ORACLE_BIT(GATE_BOUNCE))
        outcomes |= ORACLE_BIT(ORACLE_OUTCOME_BOUNCED);
    if (open & ORACLE_BIT(GATE_HOSTS))
        outcomes |= outcomes_of_hosts(state);
    return outcomes;
}

/* --- what must not be done
 * --------------------------------------------------------------------------- */

bool oracle_may_contact(const struct oracle_state *state, size_t host, enum oracle_family family)
{
    return host < oracle_host_count(state) &&
           (oracle_levels(state, host, family) & ~ORACLE_BIT(ORACLE_LEVEL_SKIP)) != 0;
}

bool oracle_may_ask_address(const struct oracle_state *state)
{
    /* E3: Postfix goes on from NXDOMAIN to the addresses of the same name. */
    return oracle_host_count(state) > 0 ||
           (state->mx == ORACLE_MX_NXDOMAIN && rules_of(state)->postfix_mx &&
            mx_security(state) != ORACLE_BOGUS);
}

bool oracle_may_ask_tlsa(const struct oracle_state *state, size_t host, enum oracle_name name)
{
    /* S2, S5, S9; R-7672-2.2.3-13: a name in the middle never. */
    if (host >= oracle_host_count(state) || !dane_applies(state) || name == ORACLE_NAME_MIDDLE)
        return false;
    if (!rules_of(state)->addresses_decide && name == ORACLE_NAME_ORIGINAL)
        return true; /* S14: before C9 the host's addresses do not matter */
    for (unsigned i = 0; i < ORACLE_FAMILY_COUNT; i++) {
        enum oracle_family family = (enum oracle_family)i;
        /* R-7672-2.2.2-5, -6, -11: no question without a usable address, nor at a name that is not
         * a candidate. */
        if (!address_found(state, host, family) || probe_fails(state, host, family))
            continue;
        struct candidates names = candidates(state, host, family);
        if (name == ORACLE_NAME_EXPANDED ? names.expanded : names.original)
            return true;
    }
    return false;
}

bool oracle_addresses_first(enum oracle_profile profile)
{
    return profiles[profile].addresses_decide;
}
