/* match.c - which records count, and whether what a host shows matches one of them. */
#include "oracle/rules.h"

static const struct record {
    unsigned usage, selector, matching;
    bool good, malformed;
} records[ORACLE_RECORD_COUNT] = {
#define X(name, usage, selector, matching, good, malformed) \
    {usage, selector, matching, good, malformed},
    ORACLE_RECORD_LIST(X)
#undef X
};

static unsigned acts_as(const struct oracle_rules *rules, const struct record *record)
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
static bool is_usable(const struct oracle_rules *rules, enum oracle_record kind, bool junk_counts)
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
static bool outshone(const struct oracle_rules *rules, const struct oracle_tlsa_state *set,
                     size_t index)
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

bool oracle_any_usable(const struct oracle_rules *rules, const struct oracle_tlsa_state *set,
                       bool junk)
{
    for (size_t i = 0; i < set->count; i++)
        if (is_usable(rules, set->records[i], junk))
            return true;
    return false;
}

unsigned oracle_applied_usage(const struct oracle_state *state, const struct oracle_tlsa_state *set,
                              size_t index)
{
    const struct oracle_rules *rules = oracle_rules(state);
    if (!is_usable(rules, set->records[index], false) || outshone(rules, set, index))
        return 0;
    return acts_as(rules, &records[set->records[index]]);
}

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
    if (oracle_implicit(state) && name == ORACLE_NAME_NEXTHOP_END)
        name = ORACLE_NAME_EXPANDED;
    if (oracle_implicit(state) && name == ORACLE_NAME_NEXTHOP)
        name = ORACLE_NAME_ORIGINAL;
    if (name == ORACLE_NAME_EXPANDED && !oracle_aliased(state, host))
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
    const struct oracle_rules *rules = oracle_rules(state);
    unsigned original = ORACLE_BIT(ORACLE_NAME_ORIGINAL);
    unsigned nexthop = ORACLE_BIT(ORACLE_NAME_NEXTHOP);
    unsigned end = ORACLE_BIT(ORACLE_NAME_NEXTHOP_END);
    struct names names = {ORACLE_BIT(base), 0}; /* R-7672-3.2.2-2 */
    if (oracle_implicit(state)) {
        /* R-7672-3.2.2-6; E15: Postfix leaves the second name out. */
        *(rules->postfix_names ? &names.may : &names.must) |= original;
    } else if (oracle_mx_security(state) == ORACLE_SECURE) {
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
    if (acts_as(oracle_rules(state), record) == 3)
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

bool oracle_authenticated(const struct oracle_state *state, size_t host, enum oracle_level level,
                          bool strict)
{
    bool at_expanded = level == ORACLE_LEVEL_DANE_EXPANDED;
    enum oracle_name base = at_expanded ? ORACLE_NAME_EXPANDED : ORACLE_NAME_ORIGINAL;
    struct names names = reference_names(state, base);
    return authenticates(state, host, &state->hosts[host].tlsa[base],
                         names.must | (strict ? 0 : names.may));
}
