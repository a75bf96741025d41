/* send.c - jobs of the engine, see send.h. */
#include "fast/send.h"

#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "adapt/resolver_alias.h"
#include "adapt/stream_event.h"
#include "core/nexthop.h"
#include "fast/net.h"
#include "fast/resolver.h"
#include "run/batch.h"
#include "run/job.h"

struct sender;

/* A case under way. */
struct task {
    struct sender *sender;
    struct lab_case *of;
    size_t index; /* of the case */
    struct dsmtp_nexthop nexthop;
    char **recipients;
    unsigned count;
    struct dsmtp_job *job;
};

struct sender {
    const struct fast_send *send;
    struct dsmtp_loop loop;
    struct dsmtp_tls *tls;
    struct dsmtp_engine engine;
    enum dsmtp_policy policy;
    char *wire;
    size_t len;
    struct task *tasks;
    size_t count, next, running;
    bool starting;
};

/* --- what came of it: as lab/adapters/danesmtp reports danesmtp's own words ---------------------
 */

static void add_word(struct lab_text *t, const char *word)
{
    if (word != NULL && word[0] != '\0')
        lab_text_put(t, "%s%s", t->len > 0 ? " " : "", word);
}

static enum lab_report_outcome outcome_of(enum dsmtp_verdict v)
{
    return v == DSMTP_VERDICT_DELIVERED  ? LAB_R_DELIVERED
           : v == DSMTP_VERDICT_DEFERRED ? LAB_R_DEFERRED
           : v == DSMTP_VERDICT_BOUNCED  ? LAB_R_BOUNCED
                                         : LAB_R_NONE;
}

static void report(struct lab_case *k, const struct dsmtp_outcome *outcome)
{
    const struct dsmtp_recipient *r = &outcome->recipients[0];
    const char *reason = dsmtp_reason_name(outcome->reason);
    struct lab_text text = {0};

    free(k->reason);
    free(k->text);
    add_word(&text, reason);
    add_word(&text, outcome->detail);
    add_word(&text, r->reply);
    k->text = text.text;
    k->outcome = outcome_of(r->verdict);
    k->reason =
        (r->verdict == DSMTP_VERDICT_DELIVERED) == (outcome->reason == DSMTP_REASON_DELIVERED)
            ? lab_strdup(reason)
            : NULL;
}

int fast_write(int fd, const char *text, size_t len, struct lab_fault *fault)
{
    while (len > 0) {
        const ssize_t n = write(fd, text, len);

        if (n < 0 && errno != EINTR)
            return lab_fail_errno(fault, "memory file");
        text += n > 0 ? n : 0;
        len -= n > 0 ? (size_t)n : 0;
    }
    return 0;
}

/* At once: an engine that dies later must not take it along. */
static void write_result(const struct task *t)
{
    const struct lab_case *k = t->of;
    json_t *result = json_pack("{s:I, s:i, s:i, s:s?, s:s?}", "case", (json_int_t)t->index,
                               "outcome", (int)k->outcome, "attempts", (int)k->attempts, "reason",
                               k->reason, "text", k->text);
    char *text = result != NULL ? json_dumps(result, JSON_COMPACT) : NULL;
    char *line = lab_format("%s\n", text != NULL ? text : "");
    struct lab_fault fault = {.what = "out of memory"};

    if (text == NULL || fast_write(t->sender->send->results, line, strlen(line), &fault) != 0)
        (void)fprintf(stderr, "danelab: the result of %s is lost: %s\n", k->name, fault.what);
    free(text);
    free(line);
    json_decref(result);
}

/* --- jobs ----------------------------------------------------------------------------------------
 */

static void start_some(struct sender *s);

static void on_done(void *arg, struct dsmtp_job *job, enum dsmtp_status status,
                    const struct dsmtp_outcome *outcome)
{
    struct task *t = arg;

    (void)job;
    if (status == DSMTP_OK)
        report(t->of, outcome);
    else
        t->of->outcome = LAB_R_CRASHED;
    write_result(t);
    dsmtp_job_close(&t->job);
    t->sender->running--;
    start_some(t->sender);
}

static void start(struct sender *s, struct task *t)
{
    const struct dsmtp_job_config config = {.engine = &s->engine,
                                            .mode = DSMTP_MODE_SEND,
                                            .target = t->nexthop.name,
                                            .nexthop = t->nexthop.name,
                                            .kind = t->nexthop.kind,
                                            .policy = s->policy,
                                            .from = LAB_SENDER,
                                            .recipients = (const char *const *)t->recipients,
                                            .recipient_count = t->count,
                                            .data = s->wire,
                                            .len = s->len,
                                            .done = on_done,
                                            .arg = t};

    s->running++;
    if (dsmtp_job_open(&config, &t->job) != DSMTP_OK) {
        t->of->outcome = LAB_R_CRASHED;
        write_result(t);
        s->running--;
    }
}

/* A job without any question ends inside its start. */
static void start_some(struct sender *s)
{
    const size_t jobs = s->send->config->jobs != 0 ? s->send->config->jobs : LAB_DEFAULT_JOBS;

    if (s->starting)
        return;
    s->starting = true;
    while (s->running < jobs && s->next < s->count)
        start(s, &s->tasks[s->next++]);
    s->starting = false;
    if (s->running == 0)
        dsmtp_loop_stop(&s->loop);
}

static int make_task(struct sender *s, size_t index, bool again, struct lab_fault *fault)
{
    struct lab_case *k = s->send->cases[index];
    struct task *t = &s->tasks[s->count];
    const unsigned all = k->scenario->recipients_count > 0 ? k->scenario->recipients_count : 1;
    struct dsmtp_fault inner;

    *t = (struct task){.sender = s, .of = k, .index = index, .count = again ? 1 : all};
    t->recipients = lab_calloc(t->count, sizeof(*t->recipients));
    for (unsigned i = 0; i < t->count; i++)
        t->recipients[i] = lab_scenario_recipient(k->scenario, i);
    s->count++;
    if (dsmtp_nexthop_parse(strchr(t->recipients[0], '@') + 1, &t->nexthop, &inner) != DSMTP_OK)
        return lab_fail(fault, EX_DATAERR, "%s: %.300s", k->name, inner.what);
    k->attempts = again ? k->attempts + 1 : 1;
    k->outcome = LAB_R_NONE;
    return 0;
}

static void drop_tasks(struct sender *s)
{
    for (size_t i = 0; i < s->count; i++) {
        dsmtp_job_close(&s->tasks[i].job);
        for (unsigned j = 0; j < s->tasks[i].count; j++)
            free(s->tasks[i].recipients[j]);
        free(s->tasks[i].recipients);
    }
    s->count = s->next = s->running = 0;
}

/* One attempt at all that want it. */
static int attempt(struct sender *s, bool again, struct lab_fault *fault)
{
    int rc = 0;

    for (size_t i = 0; i < s->send->count && rc == 0; i++) {
        if (!again || lab_case_wants_more(s->send->cases[i]))
            rc = make_task(s, i, again, fault);
    }
    if (rc == 0 && s->count > 0) {
        start_some(s);
        if (s->running > 0 && dsmtp_loop_run(&s->loop) != DSMTP_OK)
            s->next = s->count; /* stuck: what is left has no outcome */
    }
    return rc;
}

static int attempts(struct sender *s, struct lab_fault *fault)
{
    int rc = attempt(s, false, fault);
    bool more = s->count > 0;

    while (rc == 0 && more) {
        drop_tasks(s);
        rc = attempt(s, true, fault);
        more = s->count > 0;
    }
    drop_tasks(s);
    return rc;
}

/* --- set-up --------------------------------------------------------------------------------------
 */

static int broken(const struct dsmtp_fault *inner, struct lab_fault *fault)
{
    return lab_fail(fault, EX_SOFTWARE, "engine: %.400s", inner->what);
}

static enum dsmtp_policy policy_of(enum lab_policy policy)
{
    int p = 0;

    while (strcmp(dsmtp_policy_name((enum dsmtp_policy)p), lab_policy_name(policy)) != 0)
        p++;
    return (enum dsmtp_policy)p;
}

static int open_resolver(struct sender *s, struct lab_fault *fault)
{
    struct dsmtp_resolver inner;

    fast_resolver_open(&s->loop, s->send->zones, s->send->asked, &inner);
    if (dsmtp_resolver_alias_open(&inner, &s->engine.resolver) == DSMTP_OK)
        return 0;
    inner.close(inner.self);
    return lab_fail(fault, EX_OSERR, "engine: out of memory");
}

static int open_engine(struct sender *s, struct lab_fault *fault)
{
    const struct lab_run_config *c = s->send->config;
    const struct dsmtp_profile *profile = dsmtp_profile_find(c->profile);
    struct dsmtp_fault inner = {.what = ""};

    if (profile == NULL)
        return lab_fail(fault, EX_USAGE, "engine: no profile %s", c->profile);
    s->engine.profile = *profile;
    s->engine.service_port = DSMTP_SMTP_PORT;
    s->engine.dial_port = DSMTP_SMTP_PORT;
    s->engine.timeout_ms = LAB_SERVER_SECONDS * 1000;
    s->engine.helo = LAB_SENDER_HELO;
    s->engine.seed = c->seed != 0 ? c->seed : LAB_DEFAULT_SEED;
    s->policy = policy_of(s->send->policy);
    if (dsmtp_loop_open(&s->loop, &inner) != DSMTP_OK ||
        dsmtp_tls_open(NULL, &s->tls, &inner) != DSMTP_OK ||
        dsmtp_stream_event_open(&s->loop, s->tls, NULL, &s->engine.connector, &inner) != DSMTP_OK)
        return broken(&inner, fault);
    return open_resolver(s, fault);
}

static void close_engine(struct sender *s)
{
    if (s->engine.connector.close != NULL)
        s->engine.connector.close(s->engine.connector.self);
    dsmtp_tls_close(&s->tls);
    if (s->engine.resolver.close != NULL)
        s->engine.resolver.close(s->engine.resolver.self);
    if (s->loop.base != NULL)
        dsmtp_loop_close(&s->loop);
}

static void make_message(struct sender *s)
{
    char *text = lab_batch_message(lab_policy_name(s->send->policy), s->send->config->profile);

    s->wire = lab_calloc(dsmtp_message_room(strlen(text)), 1);
    s->len = dsmtp_message_wire(text, strlen(text), s->wire);
    free(text);
}

int fast_send(const struct fast_send *send, struct lab_fault *fault)
{
    struct sender s = {.send = send};
    struct lab_fault second;
    int rc = open_engine(&s, fault);

    s.tasks = lab_calloc(send->count, sizeof(*s.tasks));
    make_message(&s);
    if (rc == 0)
        rc =
            fast_net_open(s.loop.base, send->hosts, send->hosts_count, NULL, send->smtp_log, fault);
    if (rc == 0)
        rc = attempts(&s, fault);
    fast_net_settle();
    if (fast_net_close(rc == 0 ? fault : &second) != 0)
        rc = -1;
    close_engine(&s);
    free(s.tasks);
    free(s.wire);
    return rc;
}
