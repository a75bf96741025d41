/* discover.c - the search of discover.h: MX first, then all hosts side by side. */
#include "core/discover.h"

#include <string.h>

#include "core/discover_host.h"
#include "core/judge.h"

enum dsmtp_status dsmtp_discover_ask(struct dsmtp_discover *d, const char *name,
                                     enum dsmtp_rrtype type, unsigned host, unsigned round,
                                     struct dsmtp_question **out)
{
    struct dsmtp_question *q = dsmtp_arena_alloc(d->arena, 1, sizeof(*q));

    if (d->count == d->room) {
        unsigned room = d->room == 0 ? 8 : d->room * 2;
        struct dsmtp_question **bigger =
            dsmtp_arena_alloc(d->arena, room, sizeof(struct dsmtp_question *));

        if (bigger == NULL)
            return DSMTP_NOMEM;
        if (d->count > 0)
            memcpy(bigger, d->questions, d->count * sizeof(struct dsmtp_question *));
        d->questions = bigger;
        d->room = room;
    }
    if (q == NULL)
        return DSMTP_NOMEM;
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

static void finish_if_complete(struct dsmtp_discover *d)
{
    for (unsigned i = 0; i < d->plan.host_count; i++)
        if (!d->search[i].decided)
            return;
    dsmtp_judge_plan(&d->plan);
    d->done = true;
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
    finish_if_complete(d);
    return DSMTP_OK;
}

/* Apply the destination's row: go on with the hosts, or end here. */
static enum dsmtp_status apply_mx(struct dsmtp_discover *d, const struct dsmtp_host_names *names,
                                  unsigned round)
{
    struct dsmtp_plan *plan = &d->plan;
    struct dsmtp_host_name self = {plan->nexthop, 0};
    const struct dsmtp_mx_row *row =
        dsmtp_policy_mx(d->config.profile, d->config.policy, plan->mx_security, names->kind);

    if (row == NULL)
        return DSMTP_MISUSE;
    plan->verdict = row->verdict;
    plan->reason = row->reason;
    plan->rules = row->rules;
    plan->mx_null = names->kind == DSMTP_MX_NULL;
    plan->mx_implicit = names->kind == DSMTP_MX_NODATA && row->verdict == DSMTP_VERDICT_ATTEMPT;
    d->trust = row->trust;
    if (d->config.trace != NULL)
        d->config.trace(d->config.trace_arg, plan->nexthop, dsmtp_mx_name(names->kind), row->rules);
    if (row->verdict != DSMTP_VERDICT_ATTEMPT) {
        d->done = true;
        return DSMTP_OK;
    }
    if (names->kind == DSMTP_MX_DATA)
        return begin_hosts(d, names->list, names->count, round);
    return begin_hosts(d, &self, 1, round);
}

static enum dsmtp_status feed_mx(struct dsmtp_discover *d, const struct dsmtp_question *q)
{
    struct dsmtp_host_names names;

    d->plan.mx_security = q->answer.security;
    d->plan.mx_answer = q->answer.presence;
    d->plan.detail = q->answer.why;
    d->expanded = q->answer.canonical;
    DSMTP_TRY(dsmtp_hosts_read(d->arena, &q->answer, d->config.seed, &names));
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

enum dsmtp_status dsmtp_discover_feed(struct dsmtp_discover *d, struct dsmtp_question *question,
                                      const struct dsmtp_answer *answer)
{
    bool failed =
        answer->security == DSMTP_SECURITY_BOGUS || answer->security == DSMTP_SECURITY_ERROR;

    /* A bogus answer that came with data would pass for data. */
    if (question->answered || failed != (answer->presence == DSMTP_PRESENCE_FAILED))
        return DSMTP_MISUSE;
    DSMTP_TRY(dsmtp_answer_copy(d->arena, answer, &question->answer));
    question->answered = true;
    if (question->query.type == DSMTP_RR_MX)
        return feed_mx(d, question);
    DSMTP_TRY(dsmtp_discover_host_next(d, question->host, question->round + 1));
    finish_if_complete(d);
    return DSMTP_OK;
}

const struct dsmtp_plan *dsmtp_discover_plan(const struct dsmtp_discover *d)
{
    return d->done ? &d->plan : NULL;
}
