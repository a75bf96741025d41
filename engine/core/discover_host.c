/* discover_host.c - RFC 7672, sections 2.2.2 and 2.2.3, for one host. */
#include "core/discover_host.h"

#include <arpa/inet.h>
#include <string.h>

#include "core/family.h"
#include "core/names.h"
#include "core/usable.h"
#include "model/name.h"

static bool on(const struct dsmtp_discover *d, enum dsmtp_switch which)
{
    return d->config.profile->value[which] == DSMTP_ON;
}

static bool has_data(const struct dsmtp_question *q)
{
    return q->answer.presence == DSMTP_PRESENCE_DATA;
}

static bool failed(const struct dsmtp_question *q)
{
    return q->answer.presence == DSMTP_PRESENCE_FAILED;
}

static bool secure(const struct dsmtp_question *q)
{
    return q->answer.security == DSMTP_SECURITY_SECURE;
}

static const struct dsmtp_question *leading(const struct dsmtp_discover *d,
                                            const struct dsmtp_host_search *s)
{
    unsigned first = dsmtp_family_leads(d->config.profile, dsmtp_family_of(&s->a->answer),
                                        dsmtp_family_of(&s->aaaa->answer));

    return first == 0 ? s->a : s->aaaa;
}

static enum dsmtp_status add_addresses(struct dsmtp_discover *d, const struct dsmtp_question *q,
                                       int family, size_t len, const char **list, unsigned *count)
{
    for (unsigned i = 0; has_data(q) && i < q->answer.count; i++) {
        char text[INET6_ADDRSTRLEN];

        if (q->answer.records[i].len != len ||
            inet_ntop(family, q->answer.records[i].data, text, sizeof(text)) == NULL)
            continue;
        list[*count] = dsmtp_arena_strdup(d->arena, text);
        if (list[(*count)++] == NULL)
            return DSMTP_NOMEM;
    }
    return DSMTP_OK;
}

static enum dsmtp_status collect_addresses(struct dsmtp_discover *d, unsigned host)
{
    const struct dsmtp_host_search *s = &d->search[host];
    struct dsmtp_host_plan *h = &d->plan.hosts[host];
    const char **list = dsmtp_arena_alloc(
        d->arena, (size_t)s->a->answer.count + s->aaaa->answer.count, sizeof(*list));

    if (list == NULL)
        return DSMTP_NOMEM;
    DSMTP_TRY(add_addresses(d, s->aaaa, AF_INET6, 16, list, &h->address_count));
    DSMTP_TRY(add_addresses(d, s->a, AF_INET, 4, list, &h->address_count));
    h->addresses = list;
    h->address_security = leading(d, s)->answer.security;
    return DSMTP_OK;
}

/* Only a host that an MX record names can be refused for being an alias: an administrator's relay
 * is expected to be one (R-7672-2.2.2-2). */
static bool refused(const struct dsmtp_discover *d, const struct dsmtp_question *q)
{
    return d->config.profile->value[DSMTP_SWITCH_MX_CNAME] == DSMTP_MX_CNAME_REFUSE &&
           q->answer.canonical != NULL && d->plan.mx_answer == DSMTP_PRESENCE_DATA &&
           d->plan.mx_asked;
}

static enum dsmtp_address address_state(const struct dsmtp_discover *d,
                                        const struct dsmtp_host_search *s, unsigned addresses)
{
    const struct dsmtp_question *q = leading(d, s);

    if (failed(q))
        return q->answer.security == DSMTP_SECURITY_BOGUS ? DSMTP_ADDRESS_BOGUS
                                                          : DSMTP_ADDRESS_ERROR;
    if (refused(d, q))
        return DSMTP_ADDRESS_REFUSED;
    if (addresses == 0)
        return DSMTP_ADDRESS_ABSENT;
    return secure(q) ? DSMTP_ADDRESS_SECURE : DSMTP_ADDRESS_INSECURE;
}

/* What the question for the alias itself says (R-7672-2.2.2-11, -12). That it is no alias any more
 * contradicts the address answer. */
static enum dsmtp_address alias_state(const struct dsmtp_question *alias)
{
    if (failed(alias))
        return alias->answer.security == DSMTP_SECURITY_BOGUS ? DSMTP_ADDRESS_ALIAS_BOGUS
                                                              : DSMTP_ADDRESS_ALIAS_ERROR;
    if (!has_data(alias))
        return DSMTP_ADDRESS_ALIAS_ERROR;
    return secure(alias) ? DSMTP_ADDRESS_ALIAS : DSMTP_ADDRESS_INSECURE;
}

static bool wants_alias_probe(const struct dsmtp_discover *d, const struct dsmtp_host_search *s)
{
    return s->address == DSMTP_ADDRESS_INSECURE && s->alias == NULL &&
           leading(d, s)->answer.canonical != NULL && on(d, DSMTP_SWITCH_ALIAS_PROBE) &&
           d->config.profile->value[DSMTP_SWITCH_HOST_BASE] != DSMTP_BASE_EXPANDED_ONLY &&
           d->config.policy >= DSMTP_POLICY_DANE &&
           dsmtp_policy_host(d->config.profile, d->config.policy, d->trust, DSMTP_ADDRESS_ALIAS,
                             DSMTP_TLSA_NOT_ASKED) == NULL;
}

/* No literals: RFC 6066, section 3. */
static const char *server_name(const struct dsmtp_profile *profile, const char *base,
                               const char *exchange)
{
    const char *name = profile->value[DSMTP_SWITCH_SNI] == DSMTP_SNI_EXCHANGE ? exchange : base;

    return profile->value[DSMTP_SWITCH_SNI] == DSMTP_SNI_OFF || dsmtp_name_is_address(name) ? NULL
                                                                                            : name;
}

/* The reference identifiers and SNI follow the base domain. */
static enum dsmtp_status set_names(struct dsmtp_discover *d, struct dsmtp_host_plan *h,
                                   const char *base)
{
    struct dsmtp_names_input in = {.trust = d->trust,
                                   .base = base,
                                   .exchange = h->name,
                                   .nexthop = d->plan.nexthop,
                                   .expanded = d->expanded};
    const char **names = dsmtp_arena_alloc(d->arena, DSMTP_NAMES_MAX, sizeof(*names));

    if (names == NULL)
        return DSMTP_NOMEM;
    h->tlsa_base = base;
    h->sni = server_name(d->config.profile, base, h->name);
    if (d->config.policy == DSMTP_POLICY_VERIFY || d->config.policy == DSMTP_POLICY_SECURE)
        return dsmtp_names_local(d->arena, d->config.policy, d->config.entry, &in, &h->names,
                                 &h->name_count);
    h->name_count = dsmtp_names_list(d->config.profile, &in, names);
    h->names = names;
    return DSMTP_OK;
}

static enum dsmtp_status decide(struct dsmtp_discover *d, unsigned host, enum dsmtp_tlsa_state tlsa)
{
    struct dsmtp_host_plan *h = &d->plan.hosts[host];
    const struct dsmtp_host_row *row = dsmtp_policy_host(d->config.profile, d->config.policy,
                                                         d->trust, d->search[host].address, tlsa);

    if (row == NULL)
        return DSMTP_MISUSE;
    h->level = row->level;
    h->reason = row->reason;
    h->rules = row->rules;
    d->search[host].decided = true;
    if (h->names == NULL)
        DSMTP_TRY(set_names(d, h, h->name));
    if (!h->tlsa_asked)
        h->tlsa_base = NULL;
    if (d->config.trace != NULL)
        d->config.trace(d->config.trace_arg, h->name, dsmtp_reason_text(h->reason), h->rules);
    return DSMTP_OK;
}

/* Candidates for the TLSA base domain: the expanded name, then the original one, never one between
 * (R-7672-2.2.3-2, -13); host_base can leave out either. */
static unsigned candidates(const struct dsmtp_discover *d, unsigned host, const char **out)
{
    const struct dsmtp_host_search *s = &d->search[host];
    const char *canonical = leading(d, s)->answer.canonical;
    unsigned base = d->config.profile->value[DSMTP_SWITCH_HOST_BASE];
    unsigned count = 0;

    if (s->address == DSMTP_ADDRESS_SECURE && canonical != NULL && base != DSMTP_BASE_EXCHANGE)
        out[count++] = canonical;
    if (canonical == NULL || base != DSMTP_BASE_EXPANDED_ONLY)
        out[count++] = d->plan.hosts[host].name;
    return count;
}

static enum dsmtp_status ask_tlsa(struct dsmtp_discover *d, unsigned host, unsigned round)
{
    struct dsmtp_host_search *s = &d->search[host];
    unsigned port =
        d->config.profile->value[DSMTP_SWITCH_PORT_LABEL] == DSMTP_PORT_25 ? 25 : d->config.port;
    unsigned count = candidates(d, host, s->base);
    unsigned asked = 0;

    /* expanded_only, and no secure way to the expanded name: nowhere to look. */
    if (count == 0)
        return decide(d, host, DSMTP_TLSA_INSECURE_ABSENT);
    d->plan.hosts[host].tlsa_asked = true;
    for (unsigned i = 0; i < count; i++) {
        char owner[DSMTP_NAME_SIZE];

        /* A name too long for a DNS name cannot exist: there are no records below it. */
        if (dsmtp_name_tlsa(s->base[i], port, owner) != DSMTP_OK)
            continue;
        DSMTP_TRY(dsmtp_discover_ask(d, owner, DSMTP_RR_TLSA, host, round, &s->tlsa[i]));
        asked++;
    }
    return asked > 0 ? DSMTP_OK : decide(d, host, DSMTP_TLSA_ABSENT);
}

static enum dsmtp_status take_records(struct dsmtp_discover *d, struct dsmtp_host_plan *h,
                                      const struct dsmtp_answer *answer, enum dsmtp_tlsa_state *out)
{
    struct dsmtp_tlsa *records = dsmtp_arena_alloc(d->arena, answer->count, sizeof(*records));

    if (records == NULL)
        return DSMTP_NOMEM;
    for (unsigned i = 0; i < answer->count; i++)
        records[i] = dsmtp_tlsa_split(answer->records[i].data, answer->records[i].len);
    h->tlsa = records;
    h->tlsa_count = answer->count;
    *out = dsmtp_usable_mark(d->config.profile, records, answer->count) > 0 ? DSMTP_TLSA_USABLE
                                                                            : DSMTP_TLSA_UNUSABLE;
    return DSMTP_OK;
}

/* The first candidate with a secure TLSA RRset is the base domain; an error before that ends the
 * search (R-7672-2.2.3-4, -7, -14). */
static enum dsmtp_status read_tlsa(struct dsmtp_discover *d, unsigned host)
{
    struct dsmtp_host_search *s = &d->search[host];
    struct dsmtp_host_plan *h = &d->plan.hosts[host];
    enum dsmtp_tlsa_state state = DSMTP_TLSA_ABSENT;

    for (unsigned i = 0; i < DSMTP_CANDIDATES_MAX; i++) {
        const struct dsmtp_answer *answer = s->tlsa[i] != NULL ? &s->tlsa[i]->answer : NULL;

        if (answer == NULL)
            continue;
        DSMTP_TRY(set_names(d, h, s->base[i]));
        h->tlsa_security = answer->security;
        h->detail = answer->why;
        if (answer->presence == DSMTP_PRESENCE_FAILED)
            return decide(d, host,
                          answer->security == DSMTP_SECURITY_BOGUS ? DSMTP_TLSA_BOGUS
                                                                   : DSMTP_TLSA_ERROR);
        if (answer->security == DSMTP_SECURITY_INSECURE) {
            if (state != DSMTP_TLSA_INSECURE)
                state = answer->presence == DSMTP_PRESENCE_DATA ? DSMTP_TLSA_INSECURE
                                                                : DSMTP_TLSA_INSECURE_ABSENT;
        } else if (answer->presence == DSMTP_PRESENCE_DATA) {
            if (answer->count > d->config.profile->value[DSMTP_SWITCH_TLSA_MAX]) {
                h->detail = "more TLSA records than the profile allows (tlsa_max)";
                return decide(d, host, DSMTP_TLSA_ERROR);
            }
            DSMTP_TRY(take_records(d, h, answer, &state));
            return decide(d, host, state);
        }
    }
    return decide(d, host, state);
}

static enum dsmtp_status addresses_known(struct dsmtp_discover *d, unsigned host, unsigned round)
{
    struct dsmtp_host_search *s = &d->search[host];

    if (s->alias == NULL) {
        DSMTP_TRY(collect_addresses(d, host));
        s->address = address_state(d, s, d->plan.hosts[host].address_count);
        d->plan.hosts[host].detail = leading(d, s)->answer.why;
    } else {
        s->address = alias_state(s->alias);
        d->plan.hosts[host].detail = s->alias->answer.why;
    }
    if (wants_alias_probe(d, s))
        return dsmtp_discover_ask(d, d->plan.hosts[host].name, DSMTP_RR_CNAME, host, round,
                                  &s->alias);
    if (dsmtp_policy_host(d->config.profile, d->config.policy, d->trust, s->address,
                          DSMTP_TLSA_NOT_ASKED) != NULL)
        return decide(d, host, DSMTP_TLSA_NOT_ASKED);
    return ask_tlsa(d, host, round);
}

/* A next hop in brackets is one; digits in an MX record are a name, which does not exist, unless
 * the profile takes them for an address (R-7672-2.2-13). */
static bool is_literal(const struct dsmtp_discover *d, const char *name)
{
    return d->config.kind == DSMTP_NEXTHOP_ADDRESS ||
           (d->config.profile->value[DSMTP_SWITCH_MX_NUMERIC] == DSMTP_MX_NUMERIC_ADDRESS &&
            dsmtp_name_is_address(name));
}

enum dsmtp_status dsmtp_discover_host_begin(struct dsmtp_discover *d, unsigned host, unsigned round)
{
    struct dsmtp_host_plan *h = &d->plan.hosts[host];
    struct dsmtp_host_search *s = &d->search[host];

    if (is_literal(d, h->name)) {
        s->address = DSMTP_ADDRESS_LITERAL;
        h->addresses = &h->name;
        h->address_count = 1;
        h->address_security = DSMTP_SECURITY_INSECURE;
        return decide(d, host, DSMTP_TLSA_NOT_ASKED);
    }
    DSMTP_TRY(dsmtp_discover_ask(d, h->name, DSMTP_RR_A, host, round, &s->a));
    return dsmtp_discover_ask(d, h->name, DSMTP_RR_AAAA, host, round, &s->aaaa);
}

static bool answered(const struct dsmtp_question *q)
{
    return q == NULL || q->answered;
}

enum dsmtp_status dsmtp_discover_host_next(struct dsmtp_discover *d, unsigned host, unsigned round)
{
    struct dsmtp_host_search *s = &d->search[host];

    if (!answered(s->a) || !answered(s->aaaa) || !answered(s->alias) || !answered(s->tlsa[0]) ||
        !answered(s->tlsa[1]))
        return DSMTP_OK;
    if (s->tlsa[0] == NULL && s->tlsa[1] == NULL)
        return addresses_known(d, host, round);
    return read_tlsa(d, host);
}
