/* discover.c - the search of discover.h: MX first, then all hosts side by side. */
#include "core/discover.h"

#include <string.h>

#include "core/discover_host.h"
#include "core/judge.h"

enum dsmtp_status dsmtp_discover_ask(struct dsmtp_discover *d, const char *name,
                                     enum dsmtp_rrtype type, unsigned host, unsigned round,
                                     struct dsmtp_question **out)
{
    struct dsmtp_question **list = dsmtp_arena_grow(d->arena, d->questions, d->count, &d->room,
                                                    sizeof(struct dsmtp_question *));
    struct dsmtp_question *q = dsmtp_arena_alloc(d->arena, 1, sizeof(*q));

    if (list == NULL || q == NULL)
        return DSMTP_NOMEM;
    d->questions = list;
    q->query.name = dsmtp_arena_strdup(d->arena, name);
    if (q->query.name == NULL)
        return DSMTP_NOMEM;
    q->query.type = type;
    q->host = host;
    q->round = round;
    if (round > d->plan.rounds)
        d->plan.rounds = round;
    d->questions[d->count++] = q;
    *out = q;
    return DSMTP_OK;
}

/* Apply the destination's row. */
static enum dsmtp_status apply_row(struct dsmtp_discover *d, enum dsmtp_mx kind)
{
    struct dsmtp_plan *plan = &d->plan;
    const struct dsmtp_mx_row *row =
        dsmtp_policy_mx(d->config.profile, d->config.policy, plan->mx_security, kind);

    if (row == NULL)
        return DSMTP_MISUSE;
    plan->verdict = row->verdict;
    plan->reason = row->reason;
    plan->rules = row->rules;
    d->trust = row->trust;
    if (d->config.trace != NULL)
        d->config.trace(d->config.trace_arg, plan->nexthop, dsmtp_mx_name(kind), row->rules);
    return DSMTP_OK;
}

/* Some MX records are not followed, and nothing in the plan tells which. */
static void note_self(struct dsmtp_discover *d)
{
    d->self = true;
    if (d->config.trace != NULL)
        d->config.trace(d->config.trace_arg, d->plan.nexthop,
                        "own MX record: it is left out, with all that are no better",
                        "R-5321-5.1-13");
}

static bool has_own_address(const struct dsmtp_discover *d, unsigned host)
{
    const struct dsmtp_host_plan *h = &d->plan.hosts[host];
    const struct dsmtp_question *const asked[] = {d->search[host].a, d->search[host].aaaa};

    for (unsigned i = 0; i < h->address_count; i++)
        if (dsmtp_self_is(&d->config.self, h->addresses[i]))
            return true;
    for (unsigned i = 0; i < 2; i++)
        if (asked[i] != NULL && asked[i]->answer.canonical != NULL &&
            dsmtp_self_is(&d->config.self, asked[i]->answer.canonical))
            return true;
    return false;
}

/* A host with an own address is this client under another name: it and what is no better go. */
static void leave_out_self(struct dsmtp_discover *d)
{
    unsigned own = 0;
    unsigned better = 0;

    while (own < d->plan.host_count && !has_own_address(d, own))
        own++;
    if (own == d->plan.host_count || d->config.kind != DSMTP_NEXTHOP_DOMAIN)
        return;
    while (better < own && d->plan.hosts[better].preference < d->plan.hosts[own].preference)
        better++;
    d->plan.host_count = better;
    note_self(d);
}

/* Nothing better than this client has an address: is it the best host, and the mail in a loop? A
 * host that may come back leaves the verdict at DEFER in any case (R-5321-5.1-13). */
static enum dsmtp_status judge_self(struct dsmtp_discover *d)
{
    if (d->plan.verdict != DSMTP_VERDICT_BOUNCE)
        return DSMTP_OK;
    if (d->config.profile->value[DSMTP_SWITCH_SELF_AFTER_SKIP] == DSMTP_SELF_AFTER_SKIP_BOUNCE)
        return apply_row(d, DSMTP_MX_SELF);
    d->plan.verdict = DSMTP_VERDICT_DEFER;
    d->plan.rules = "R-5321-5.1-13";
    return DSMTP_OK;
}

static enum dsmtp_status finish_if_complete(struct dsmtp_discover *d)
{
    for (unsigned i = 0; i < d->plan.host_count; i++)
        if (!d->search[i].decided)
            return DSMTP_OK;
    leave_out_self(d);
    d->done = true;
    if (d->plan.host_count == 0)
        return apply_row(d, DSMTP_MX_SELF);
    dsmtp_judge_plan(&d->plan);
    /* as_nodata: no address either, as was to be expected. */
    if (d->plan.verdict == DSMTP_VERDICT_BOUNCE && d->plan.mx_answer == DSMTP_PRESENCE_NXDOMAIN)
        return apply_row(d, DSMTP_MX_NXDOMAIN);
    return d->self ? judge_self(d) : DSMTP_OK;
}

static enum dsmtp_status begin_hosts(struct dsmtp_discover *d, const struct dsmtp_host_name *list,
                                     unsigned count, unsigned round)
{
    d->plan.hosts = dsmtp_arena_alloc(d->arena, count, sizeof(*d->plan.hosts));
    d->search = dsmtp_arena_alloc(d->arena, count, sizeof(*d->search));
    if (d->plan.hosts == NULL || d->search == NULL)
        return DSMTP_NOMEM;
    d->plan.host_count = count;
    for (unsigned i = 0; i < count; i++) {
        d->plan.hosts[i].name = list[i].name;
        d->plan.hosts[i].preference = list[i].preference;
        DSMTP_TRY(dsmtp_discover_host_begin(d, i, round));
    }
    return finish_if_complete(d);
}

/* Apply the destination's row: go on with the hosts, or end here. */
static enum dsmtp_status apply_mx(struct dsmtp_discover *d, const struct dsmtp_host_names *names,
                                  unsigned round)
{
    struct dsmtp_plan *plan = &d->plan;
    struct dsmtp_host_name self = {plan->nexthop, 0};

    DSMTP_TRY(apply_row(d, names->kind));
    plan->mx_null = names->kind == DSMTP_MX_NULL;
    plan->mx_implicit = names->kind == DSMTP_MX_NODATA && plan->verdict == DSMTP_VERDICT_ATTEMPT;
    if (plan->verdict != DSMTP_VERDICT_ATTEMPT) {
        d->done = true;
        return DSMTP_OK;
    }
    if (names->kind == DSMTP_MX_DATA)
        return begin_hosts(d, names->list, names->count, round);
    return begin_hosts(d, &self, 1, round);
}

static enum dsmtp_status feed_mx(struct dsmtp_discover *d, const struct dsmtp_question *q)
{
    const struct dsmtp_hosts_config config = {d->config.profile, d->config.self, d->config.seed};
    struct dsmtp_host_names names;

    d->plan.mx_security = q->answer.security;
    d->plan.mx_answer = q->answer.presence;
    d->plan.detail = q->answer.why;
    d->expanded = q->answer.canonical;
    DSMTP_TRY(dsmtp_hosts_read(d->arena, &q->answer, &config, &names));
    if (names.self)
        note_self(d);
    if (names.kind == DSMTP_MX_NODATA && dsmtp_self_is(&d->config.self, d->plan.nexthop))
        names.kind = DSMTP_MX_SELF;
    if (names.kind == DSMTP_MX_FAILED && q->answer.presence != DSMTP_PRESENCE_FAILED) {
        d->plan.mx_security = DSMTP_SECURITY_ERROR;
        d->plan.detail = names.why;
    }
    return apply_mx(d, &names, q->round + 1);
}

enum dsmtp_status dsmtp_discover_init(struct dsmtp_discover *d, struct dsmtp_arena *arena,
                                      const struct dsmtp_discover_config *config)
{
    struct dsmtp_question *q;

    memset(d, 0, sizeof(*d));
    d->config = *config;
    d->arena = arena;
    d->plan.target = config->target;
    d->plan.nexthop = config->nexthop;
    d->plan.profile = config->profile->name;
    d->plan.switches = config->profile;
    d->plan.policy = config->policy;
    d->plan.entry = config->entry;
    if (config->kind != DSMTP_NEXTHOP_DOMAIN) {
        struct dsmtp_host_names none = {.kind = DSMTP_MX_NOT_ASKED};

        d->plan.mx_security = DSMTP_SECURITY_INSECURE;
        d->plan.mx_answer = DSMTP_PRESENCE_NODATA;
        return apply_mx(d, &none, 1);
    }
    d->plan.mx_asked = true;
    return dsmtp_discover_ask(d, config->nexthop, DSMTP_RR_MX, 0, 1, &q);
}

struct dsmtp_question *dsmtp_discover_want(struct dsmtp_discover *d)
{
    return d->wanted < d->count ? d->questions[d->wanted++] : NULL;
}

static size_t octets_of(const struct dsmtp_answer *answer)
{
    size_t octets = answer->count * sizeof(struct dsmtp_rdata);

    for (unsigned i = 0; i < answer->count; i++)
        octets += answer->records[i].len;
    return octets;
}

/* The limit that an answer breaks, or NULL. */
static const char *over_limit(const struct dsmtp_discover *d, const struct dsmtp_answer *answer,
                              enum dsmtp_rrtype type)
{
    if (answer->aliases > d->config.profile->value[DSMTP_SWITCH_CHAIN_LIMIT])
        return "an alias chain longer than the profile allows (chain_limit)";
    if ((type == DSMTP_RR_A || type == DSMTP_RR_AAAA) && answer->count > DSMTP_ADDRESSES_MAX)
        return "more addresses than the engine's limit";
    if (octets_of(answer) > DSMTP_OCTETS_MAX - d->octets)
        return "more records for one destination than the engine's limit";
    return NULL;
}

enum dsmtp_status dsmtp_discover_feed(struct dsmtp_discover *d, struct dsmtp_question *question,
                                      const struct dsmtp_answer *answer)
{
    bool failed =
        answer->security == DSMTP_SECURITY_BOGUS || answer->security == DSMTP_SECURITY_ERROR;
    struct dsmtp_answer refused;
    const char *limit;

    /* A bogus answer that came with data would pass for data. */
    if (question->answered || failed != (answer->presence == DSMTP_PRESENCE_FAILED))
        return DSMTP_MISUSE;
    limit = over_limit(d, answer, question->query.type);
    if (limit != NULL) {
        refused = dsmtp_answer_failed(&question->query, DSMTP_SECURITY_ERROR, limit);
        answer = &refused;
    }
    d->octets += octets_of(answer);
    DSMTP_TRY(dsmtp_answer_copy(d->arena, answer, &question->answer));
    question->answered = true;
    if (question->query.type == DSMTP_RR_MX)
        return feed_mx(d, question);
    DSMTP_TRY(dsmtp_discover_host_next(d, question->host, question->round + 1));
    return finish_if_complete(d);
}

const struct dsmtp_plan *dsmtp_discover_plan(const struct dsmtp_discover *d)
{
    return d->done ? &d->plan : NULL;
}
