/* job.c - plan, then hosts and addresses in order: the core decides, the ports do. */
#include "run/job.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/advice.h"
#include "core/recipients.h"

struct dsmtp_job {
    struct dsmtp_job_config config;
    struct dsmtp_arena arena;
    struct dsmtp_discover discover;
    struct dsmtp_survey survey; /* with config.advise, once the plan is there */
    bool surveyed;
    struct dsmtp_outcome outcome;
    struct dsmtp_mail mail;
    struct dsmtp_session *session;
    unsigned host, address; /* what is being tried */
    bool clear_retry;       /* the current session is one */
    bool wants_clear;       /* the next one shall be one */
    unsigned tried;         /* addresses so far */
    bool temporary;         /* probe: something failed that may heal */
    bool ready;             /* probe: some session was ready for mail */
    bool ended;             /* done was called */
    struct pending *asked;  /* every question that was handed to the resolver */
    unsigned outstanding;   /* of them without an answer */
};

/* A question on its way. */
struct pending {
    struct dsmtp_job *job;
    struct dsmtp_question *question;
    struct pending *next;
};

static void on_trace(void *arg, const char *subject, const char *what, const char *rules)
{
    const struct dsmtp_job *job = arg;
    const struct dsmtp_engine *e = job->config.engine;

    if (e->trace != NULL)
        e->trace(e->trace_arg, job->config.target, subject, what, rules);
}

static void end(struct dsmtp_job *job, enum dsmtp_status status)
{
    if (status == DSMTP_OK && job->surveyed)
        status = dsmtp_advise(&job->arena, &job->survey, &job->outcome);
    job->ended = true;
    job->config.done(job->config.arg, job, status, status == DSMTP_OK ? &job->outcome : NULL);
}

/* The rules that set the level of the attempt's host: they speak for a step that has none of its
 * own. */
static const char *level_rules(const struct dsmtp_plan *plan, const struct dsmtp_attempt *attempt)
{
    for (unsigned i = 0; i < plan->host_count; i++)
        if (plan->hosts[i].name == attempt->host)
            return plan->hosts[i].rules;
    return "";
}

/* The last attempt speaks for the whole, unless it went well and somebody was left behind. */
static enum dsmtp_reason reason_for(const struct dsmtp_outcome *o, enum dsmtp_reason last)
{
    for (unsigned i = 0; last == DSMTP_REASON_DELIVERED && i < o->recipient_count; i++)
        if (o->verdict != DSMTP_VERDICT_DELIVERED && o->recipients[i].verdict == o->verdict)
            return o->recipients[i].reason;
    return last;
}

/* Everything was tried: verdict and reason of the whole. */
static void sum_up(struct dsmtp_job *job)
{
    struct dsmtp_outcome *o = &job->outcome;
    const struct dsmtp_attempt *last =
        o->attempt_count > 0 ? &o->attempts[o->attempt_count - 1] : NULL;

    if (job->config.mode == DSMTP_MODE_SEND)
        o->verdict = dsmtp_recipients_verdict(o->recipients, o->recipient_count);
    else
        o->verdict = job->ready       ? DSMTP_VERDICT_ATTEMPT
                     : job->temporary ? DSMTP_VERDICT_DEFER
                                      : DSMTP_VERDICT_BOUNCE;
    for (unsigned i = 0; job->ready && i < o->attempt_count; i++)
        if (o->attempts[i].reason == DSMTP_REASON_SESSION_READY)
            last = &o->attempts[i];
    if (last != NULL) {
        o->reason = reason_for(o, last->reason);
        o->rules = last->rules[0] != '\0' ? last->rules : level_rules(o->plan, last);
        o->detail = last->detail;
    }
    end(job, DSMTP_OK);
}

/* The plan alone decides: nothing is, or may be, contacted. */
static void end_with_plan(struct dsmtp_job *job)
{
    static const enum dsmtp_verdict sent[] = {
        [DSMTP_VERDICT_DEFER] = DSMTP_VERDICT_DEFERRED,
        [DSMTP_VERDICT_BOUNCE] = DSMTP_VERDICT_BOUNCED,
    };
    struct dsmtp_outcome *o = &job->outcome;
    const struct dsmtp_plan *plan = o->plan;

    o->verdict = job->config.mode == DSMTP_MODE_SEND ? sent[plan->verdict] : plan->verdict;
    o->reason = plan->reason;
    o->rules = plan->rules;
    o->detail = plan->detail;
    dsmtp_recipients_found(o->recipients, o->recipient_count, o->verdict,
                           &(struct dsmtp_finding){plan->reason, NULL, NULL, ""});
    end(job, DSMTP_OK);
}

/* The next address of this host, or the first of the next host that may be contacted; false when
 * there is none, or no more may be tried. Nobody bounces because of a limit. */
static bool advance(struct dsmtp_job *job)
{
    const struct dsmtp_plan *plan = job->outcome.plan;
    unsigned limit = job->config.engine->address_limit;
    const struct dsmtp_finding cut = {DSMTP_REASON_ADDRESS_LIMIT, NULL, NULL, ""};

    job->address++;
    for (; job->host < plan->host_count; job->host++, job->address = 0) {
        const struct dsmtp_host_plan *h = &plan->hosts[job->host];

        if (h->level == DSMTP_LEVEL_SKIP || job->address >= h->address_count)
            continue;
        if (limit == 0 || job->tried++ < limit)
            return true;
        job->temporary = true;
        dsmtp_recipients_cut(job->outcome.recipients, job->outcome.recipient_count, &cut);
        return false;
    }
    return false;
}

/* Whoever has the message, or was refused for good, must be told even if nothing more can be done
 * for the others. */
static bool somebody_settled(const struct dsmtp_job *job)
{
    const struct dsmtp_outcome *o = &job->outcome;

    for (unsigned i = 0; i < o->recipient_count; i++)
        if (o->recipients[i].settled)
            return true;
    return false;
}

/* No session can be had, for lack of memory or the like. */
static void give_up(struct dsmtp_job *job, enum dsmtp_status status)
{
    struct dsmtp_outcome *o = &job->outcome;

    if (!somebody_settled(job)) {
        end(job, status);
        return;
    }
    o->attempt_count--;
    dsmtp_recipients_found(o->recipients, o->recipient_count, DSMTP_VERDICT_DEFERRED,
                           &(struct dsmtp_finding){DSMTP_REASON_INTERNAL, NULL, NULL, ""});
    sum_up(job);
}

/* What all sessions of the job have in common. */
static struct dsmtp_session_config session_config(struct dsmtp_job *job, enum dsmtp_level level,
                                                  struct dsmtp_attempt *attempt,
                                                  dsmtp_session_done *done)
{
    const struct dsmtp_host_plan *h = &job->outcome.plan->hosts[job->host];

    return (struct dsmtp_session_config){
        .engine = job->config.engine,
        .arena = &job->arena,
        .target = job->config.target,
        .host = h,
        .entry = job->outcome.plan->entry,
        .address = h->addresses[job->address],
        .level = level,
        .mail = &job->mail,
        .attempt = attempt,
        .done = done,
        .arg = job,
    };
}

static void on_session(void *arg, const struct dsmtp_attempt_end *ended);

static void open_session(struct dsmtp_job *job, bool clear)
{
    struct dsmtp_session_config config =
        session_config(job, clear ? DSMTP_LEVEL_NONE : job->outcome.plan->hosts[job->host].level,
                       &job->outcome.attempts[job->outcome.attempt_count++], on_session);
    enum dsmtp_status status;

    config.examine = job->config.advise;
    job->clear_retry = clear;
    status = dsmtp_session_open(&config, &job->session);
    if (status != DSMTP_OK)
        give_up(job, status);
}

/* What the end of a session means for the recipients. The server's words go with it only where they
 * are what decided. */
static void note_end(struct dsmtp_job *job, const struct dsmtp_attempt_end *ended,
                     const struct dsmtp_next_row *row)
{
    const struct dsmtp_attempt *a = &job->outcome.attempts[job->outcome.attempt_count - 1];
    bool ready = ended->reason == DSMTP_REASON_SESSION_READY;
    bool refused = ended->event == DSMTP_EVENT_TEMP || ended->event == DSMTP_EVENT_PERM ||
                   ended->event == DSMTP_EVENT_CLOSING;
    struct dsmtp_finding said = {ended->reason, a->host, refused ? a->reply : NULL,
                                 refused ? a->status : ""};

    job->ready = job->ready || ready;
    job->temporary = job->temporary || (!ready && !row->permanent && row->next != DSMTP_NEXT_DONE);
    dsmtp_recipients_ended(job->outcome.recipients, job->outcome.recipient_count, ended, row,
                           &said);
}

static bool nobody_left(const struct dsmtp_job *job)
{
    return job->config.mode == DSMTP_MODE_SEND &&
           dsmtp_recipients_settled(job->outcome.recipients, job->outcome.recipient_count);
}

/* A delivery stops when nobody is left to deliver to, a probe when every address was seen. */
static void go_on(struct dsmtp_job *job)
{
    if (job->wants_clear)
        open_session(job, true);
    else if (nobody_left(job) || !advance(job))
        sum_up(job);
    else
        open_session(job, false);
}

/* Whoever has TLSA records has to offer STARTTLS on every connection, and TLS to clients that name
 * no server (R-7672-9.2-1, R-7672-8.1-4): one more connection shows whether that is so. */
static bool wants_look(const struct dsmtp_job *job, const struct dsmtp_attempt *a)
{
    return job->config.advise && !job->clear_retry &&
           job->outcome.plan->hosts[job->host].tlsa_count > 0 &&
           (a->reason == DSMTP_REASON_SESSION_READY || a->reason == DSMTP_REASON_NO_STARTTLS);
}

static void on_look(void *arg, const struct dsmtp_attempt_end *ended)
{
    struct dsmtp_job *job = arg;

    (void)ended;
    dsmtp_session_close(&job->session);
    go_on(job);
}

static void look(struct dsmtp_job *job, struct dsmtp_attempt *first)
{
    struct dsmtp_attempt *again = dsmtp_arena_alloc(&job->arena, 1, sizeof(*again));
    struct dsmtp_session_config config = session_config(job, DSMTP_LEVEL_ENCRYPT, again, on_look);
    enum dsmtp_status status = DSMTP_NOMEM;

    config.nameless = true;
    first->again = again;
    if (again != NULL)
        status = dsmtp_session_open(&config, &job->session);
    if (status != DSMTP_OK)
        end(job, status);
}

static void on_session(void *arg, const struct dsmtp_attempt_end *ended)
{
    struct dsmtp_job *job = arg;
    struct dsmtp_attempt *a = &job->outcome.attempts[job->outcome.attempt_count - 1];
    const struct dsmtp_next_row *row = dsmtp_judge_next(&job->config.engine->profile, ended);

    dsmtp_session_close(&job->session);
    note_end(job, ended, row);
    job->wants_clear = row->next == DSMTP_NEXT_RETRY_CLEAR && !job->clear_retry;
    if (wants_look(job, a))
        look(job, a);
    else
        go_on(job);
}

/* A host that must not be contacted now may be fit again later. */
static void note_skipped(struct dsmtp_job *job, const struct dsmtp_host_plan *host)
{
    job->temporary = true;
    dsmtp_recipients_found(job->outcome.recipients, job->outcome.recipient_count,
                           DSMTP_VERDICT_DEFERRED,
                           &(struct dsmtp_finding){host->reason, host->name, NULL, ""});
}

/* The plan is complete: contact the hosts, unless the plan or the mode forbids it. */
static void on_plan(struct dsmtp_job *job)
{
    const struct dsmtp_plan *plan = dsmtp_discover_plan(&job->discover);
    size_t tries = 0;

    job->outcome.plan = plan;
    if (plan->verdict != DSMTP_VERDICT_ATTEMPT || job->config.mode == DSMTP_MODE_PLAN) {
        end_with_plan(job);
        return;
    }
    for (unsigned i = 0; i < plan->host_count; i++) {
        tries += plan->hosts[i].address_count;
        if (plan->hosts[i].level == DSMTP_LEVEL_SKIP)
            note_skipped(job, &plan->hosts[i]);
    }
    job->outcome.attempts =
        dsmtp_arena_alloc(&job->arena, 2 * tries, sizeof(*job->outcome.attempts));
    if (job->outcome.attempts == NULL) {
        end(job, DSMTP_NOMEM);
        return;
    }
    job->address = UINT_MAX;
    (void)advance(job);
    open_session(job, false);
}

static void on_answer(void *arg, const struct dsmtp_answer *answer);

static enum dsmtp_status ask(struct dsmtp_job *job, struct dsmtp_question *question)
{
    const struct dsmtp_resolver *r = &job->config.engine->resolver;
    struct pending *p = dsmtp_arena_alloc(&job->arena, 1, sizeof(*p));

    if (p == NULL)
        return DSMTP_NOMEM;
    p->job = job;
    p->question = question;
    DSMTP_TRY(r->ask(r->self, &question->query, on_answer, p));
    p->next = job->asked;
    job->asked = p;
    job->outstanding++;
    return DSMTP_OK;
}

/* The plan is there: what is left to ask for the publisher's sake. */
static enum dsmtp_status ask_survey(struct dsmtp_job *job)
{
    struct dsmtp_question *q;

    job->surveyed = true;
    DSMTP_TRY(dsmtp_survey_init(&job->survey, &job->arena, &job->discover));
    while ((q = dsmtp_survey_want(&job->survey)) != NULL)
        DSMTP_TRY(ask(job, q));
    return DSMTP_OK;
}

/* Ask everything that can be asked now; when nothing is outstanding the plan is there. */
static enum dsmtp_status pump(struct dsmtp_job *job)
{
    struct dsmtp_question *q;

    while ((q = dsmtp_discover_want(&job->discover)) != NULL)
        DSMTP_TRY(ask(job, q));
    if (dsmtp_discover_plan(&job->discover) == NULL || job->outstanding > 0)
        return DSMTP_OK;
    if (job->config.advise && !job->surveyed)
        DSMTP_TRY(ask_survey(job));
    if (job->outstanding == 0)
        on_plan(job);
    return DSMTP_OK;
}

static void trace_answer(struct dsmtp_job *job, const struct dsmtp_answer *a)
{
    char what[400];

    if (job->config.engine->trace == NULL)
        return;
    (void)snprintf(what, sizeof(what), "%s: %s %s%s%.80s%s%.250s", dsmtp_rrtype_name(a->query.type),
                   dsmtp_security_name(a->security), dsmtp_presence_name(a->presence),
                   a->canonical != NULL ? ", alias of " : "",
                   a->canonical != NULL ? a->canonical : "", a->why != NULL ? ", " : "",
                   a->why != NULL ? a->why : "");
    on_trace(job, a->query.name, what, "");
}

static void on_answer(void *arg, const struct dsmtp_answer *answer)
{
    struct pending *p = arg;
    struct dsmtp_job *job = p->job;
    enum dsmtp_status status;

    job->outstanding--;
    if (job->ended)
        return;
    trace_answer(job, answer);
    status = job->surveyed ? dsmtp_survey_feed(&job->survey, p->question, answer)
                           : dsmtp_discover_feed(&job->discover, p->question, answer);
    if (status == DSMTP_OK)
        status = pump(job);
    if (status != DSMTP_OK)
        end(job, status);
}

static enum dsmtp_status take_recipients(struct dsmtp_job *job)
{
    const struct dsmtp_job_config *c = &job->config;
    struct dsmtp_recipient *list =
        dsmtp_arena_alloc(&job->arena, c->recipient_count, sizeof(*list));

    if (list == NULL)
        return DSMTP_NOMEM;
    for (unsigned i = 0; i < c->recipient_count; i++)
        list[i] = (struct dsmtp_recipient){.address = c->recipients[i],
                                           .verdict = DSMTP_VERDICT_DEFERRED};
    job->outcome.recipients = list;
    job->outcome.recipient_count = c->recipient_count;
    job->mail = (struct dsmtp_mail){.from = c->mode == DSMTP_MODE_SEND ? c->from : NULL,
                                    .recipients = list,
                                    .recipient_count = c->recipient_count,
                                    .data = c->data,
                                    .len = c->len};
    if (c->mode == DSMTP_MODE_SEND)
        dsmtp_message_examine(c->data, c->len, &job->mail.facts);
    return DSMTP_OK;
}

static enum dsmtp_status start(struct dsmtp_job *job)
{
    const struct dsmtp_job_config *c = &job->config;
    struct dsmtp_discover_config d = {
        .target = c->target,
        .nexthop = c->nexthop,
        .kind = c->kind,
        .profile = &c->engine->profile,
        .policy = c->policy,
        .entry = c->entry,
        .port = c->engine->service_port,
        .seed = c->engine->seed,
        .self = c->engine->self,
        .trace = on_trace,
        .trace_arg = job,
    };

    DSMTP_TRY(take_recipients(job));
    DSMTP_TRY(dsmtp_discover_init(&job->discover, &job->arena, &d));
    return pump(job);
}

enum dsmtp_status dsmtp_job_open(const struct dsmtp_job_config *config, struct dsmtp_job **out)
{
    struct dsmtp_job *job;
    enum dsmtp_status status;

    if (config->mode == DSMTP_MODE_SEND &&
        (config->from == NULL || config->recipient_count == 0 || config->data == NULL))
        return DSMTP_MISUSE;
    job = calloc(1, sizeof(*job));
    if (job == NULL)
        return DSMTP_NOMEM;
    job->config = *config;
    dsmtp_arena_init(&job->arena, DSMTP_JOB_MEMORY_MAX);
    *out = job;
    status = start(job);
    if (status != DSMTP_OK)
        dsmtp_job_close(out);
    return status;
}

void dsmtp_job_close(struct dsmtp_job **job)
{
    struct dsmtp_job *j = *job;

    if (j == NULL)
        return;
    for (struct pending *p = j->asked; j->outstanding > 0 && p != NULL; p = p->next)
        if (!p->question->answered)
            j->config.engine->resolver.forget(j->config.engine->resolver.self, p);
    dsmtp_session_close(&j->session);
    dsmtp_arena_fini(&j->arena);
    free(j);
    *job = NULL;
}
