/* batch.c - one batch through the adapter, see batch.h. */
#include "run/batch.h"

#include <stdlib.h>
#include <string.h>

#include "judge/evidence.h"
#include "run/checker.h"
#include "run/claims.h"
#include "run/evidence_dir.h"
#include "run/group.h"
#include "run/known.h"
#include "run/order.h"
#include "run/play.h"
#include "run/setup.h"
#include "scen/near.h"
#include "scen/reason.h"
#include "smtp/smtp.h"

#define CALL_SECONDS 20u
#define SETTLE_MS 3000u /* the sender has stopped: nothing keeps its sessions open */

void lab_batch_give(struct lab_case *k, enum lab_verdict verdict, const char *why)
{
    if (k->judged)
        return;
    k->judged = true;
    k->judgement.verdict = verdict;
    k->judgement.why = lab_strdup(why);
}

static void give_all(const struct lab_batch *b, enum lab_verdict verdict, const char *why)
{
    for (size_t i = 0; i < b->count; i++)
        lab_batch_give(b->cases[i], verdict, why);
}

static struct lab_case *find_case(const struct lab_batch *b, const char *name)
{
    for (size_t i = 0; name != NULL && i < b->count; i++)
        if (strcmp(b->cases[i]->name, name) == 0)
            return b->cases[i];
    return NULL;
}

/* One request of the sequence; what the adapter declares unsupported is UNSUPPORTED for all cases
 * of the batch, a breach ADAPTER-ERROR. */
static int call(struct lab_batch *b, json_t *request)
{
    json_t *reply;
    enum lab_answer_kind kind;
    struct lab_fault fault;

    if (lab_adapter_call(b->adapter, request, CALL_SECONDS, NULL, NULL, &reply, &kind, &fault) !=
        0) {
        give_all(b, LAB_V_ADAPTER_ERROR, fault.what);
        return -1;
    }
    if (kind == LAB_ADAPTER_UNSUPPORTED) {
        const char *reason = json_string_value(json_object_get(reply, "reason"));

        give_all(b, LAB_V_UNSUPPORTED, reason != NULL ? reason : "unsupported");
    }
    json_decref(reply);
    return kind == LAB_ADAPTER_UNSUPPORTED ? -1 : 0;
}

static int call_plain(struct lab_batch *b, const char *verb)
{
    return call(b, json_pack("{s:s}", "verb", verb));
}

static int configure(struct lab_batch *b)
{
    const struct lab_run_config *c = b->config;
    json_t *request = json_pack(
        "{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s?, s:i, s:i, s:i, s:s?, s:b}", "verb",
        "configure", "dir", b->dir, "resolver", LAB_RESOLVER, "trust_anchor",
        "/etc/danelab/trust-anchor", "ca_file", "/etc/danelab/roots.pem", "helo", LAB_SENDER_HELO,
        "profile", c->profile, "policy", lab_policy_name(lab_group_policy(b->group, b->policy)),
        "variant", c->variant, "timeout", LAB_SERVER_SECONDS, "seed",
        c->seed != 0 ? (int)c->seed : LAB_DEFAULT_SEED, "jobs",
        c->jobs != 0 ? (int)c->jobs : LAB_DEFAULT_JOBS, "wrap", c->wrap, "clock_moves",
        b->times_count > 0);

    return call(b, request);
}

/* For a checker of hosts. */
static void add_host(const struct lab_batch *b, const struct lab_case *k, json_t *message)
{
    char *host = b->checker ? lab_checker_host(k->scenario) : NULL;

    if (host != NULL)
        (void)json_object_set_new(message, "host", json_string(host));
    free(host);
}

static unsigned messages_of(const struct lab_case *k)
{
    return k->scenario->recipients_count > 0 ? k->scenario->recipients_count : 1;
}

/* Whom the message goes to; the first, whose id is the case, is the one that is judged. */
static void add_messages(const struct lab_batch *b, const struct lab_case *k, json_t *messages)
{
    for (unsigned i = 0; i < messages_of(k); i++) {
        char *to = lab_scenario_recipient(k->scenario, i);
        char *id = i == 0 ? lab_strdup(k->name) : lab_format("%s+%u", k->name, i);
        json_t *message = json_pack("{s:s, s:s, s:i}", "id", id, "to", to, "attempts",
                                    i == 0 ? (int)k->scenario->attempts : 1);

        add_host(b, k, message);
        (void)json_array_append_new(messages, message);
        free(id);
        free(to);
    }
}

/* The cases in the order in which they are submitted. */
static void add_cases(const struct lab_batch *b, json_t *messages)
{
    size_t *order = lab_calloc(b->count, sizeof(*order));

    lab_order(b->cases, b->count, b->config->shuffle, b->config->seed, order);
    for (size_t i = 0; i < b->count; i++) {
        add_messages(b, b->cases[order[i]], messages);
        b->cases[i]->attempts = 1;
    }
    free(order);
}

char *lab_batch_message(const char *phase, const char *profile)
{
    return lab_format(
        "From: <%s>\nTo: undisclosed-recipients:;\nSubject: danelab\nDate: Thu, 15 Jan 2026 "
        "12:00:00 +0000\n"
        "Message-Id: <%s.%s@probe.lab>\n\nA message of the lab.\n" LAB_DOT_LINE "\n",
        LAB_SENDER, phase, profile);
}

static int submit(struct lab_batch *b)
{
    char *file = lab_format("%s/message", b->dir);
    char *text = lab_batch_message(b->phase, b->config->profile);
    json_t *messages = json_array();
    struct lab_fault fault;
    int rc = lab_file_write(file, text, strlen(text), &fault);

    if (rc != 0)
        give_all(b, LAB_V_ADAPTER_ERROR, fault.what);
    add_cases(b, messages);
    if (rc == 0)
        rc = call(b, json_pack("{s:s, s:s, s:s, s:O}", "verb", "submit", "from", LAB_SENDER, "file",
                               file, "messages", messages));
    json_decref(messages);
    free(text);
    free(file);
    return rc;
}

/* Both kinds may crash, or lack something; apart from that each has words of its own. */
static bool is_for(enum lab_report_outcome v, bool checker)
{
    return v == LAB_R_CRASHED || v == LAB_R_UNSUPPORTED || lab_report_of_checker(v) == checker;
}

static char *text_of(const json_t *result, const char *key)
{
    const char *s = json_string_value(json_object_get(result, key));

    return s != NULL ? lab_strdup(s) : NULL;
}

/* A word of its own would be FAIL:reason, or nothing where any reason will do. */
static void check_reason_word(struct lab_case *k)
{
    char *meant, *why;

    if (k->reason == NULL || lab_reason_known(k->reason))
        return;
    meant = lab_meant(lab_reason_near(k->reason));
    why = lab_format("the adapter gives the reason \"%s\", which is no reason word%s; expected "
                     "one of lab/adapters/README.md, or none",
                     k->reason, meant);
    lab_batch_give(k, LAB_V_ADAPTER_ERROR, why);
    free(why);
    free(meant);
}

static void take_results(struct lab_batch *b, const json_t *reply)
{
    const json_t *results = json_object_get(reply, "results");

    for (size_t i = 0; i < json_array_size(results); i++) {
        const json_t *result = json_array_get(results, i);
        struct lab_case *k = find_case(b, json_string_value(json_object_get(result, "id")));
        const char *word;

        if (k == NULL)
            continue;
        free(k->reason);
        free(k->text);
        /* The protocol's words are the judge's; queued counts as deferred later on. */
        word = json_string_value(json_object_get(result, "outcome"));
        if (!lab_report_outcome_find(word, &k->outcome) || !is_for(k->outcome, b->checker))
            k->outcome = LAB_R_NONE;
        k->reason = text_of(result, "reason");
        k->text = text_of(result, "text");
        lab_claims_free(k->claims, k->claims_count);
        k->claims = lab_claims_read(json_object_get(result, "claims"), &k->claims_count);
        if (k->outcome == LAB_R_NONE)
            lab_batch_give(k, LAB_V_ADAPTER_ERROR,
                           "the adapter's result has no outcome that the protocol knows");
        check_reason_word(k);
    }
}

static void on_progress(void *arg, unsigned done)
{
    const struct lab_batch *b = arg;
    char phase[80];

    (void)snprintf(phase, sizeof(phase), "sending, %s", b->phase);
    lab_console_bar(b->console, phase, done, b->messages);
}

/* Wait for the outcomes. A deadline is no breach: the cases without an outcome hang. */
static int await(struct lab_batch *b)
{
    unsigned seconds = b->config->deadline;
    enum lab_answer_kind kind;
    struct lab_fault fault;
    json_t *reply;
    json_t *request = json_pack("{s:s, s:i}", "verb", "wait", "deadline", (int)seconds);

    if (lab_adapter_call(b->adapter, request, seconds + 5, on_progress, b, &reply, &kind, &fault) !=
        0) {
        give_all(b, lab_adapter_timed_out(b->adapter) ? LAB_V_HANG : LAB_V_ADAPTER_ERROR,
                 fault.what);
        return -1;
    }
    if (kind == LAB_ADAPTER_OK)
        take_results(b, reply);
    json_decref(reply);
    return 0;
}

/* Does this case want another attempt, and did the sender keep the message for one? */
bool lab_case_wants_more(const struct lab_case *k)
{
    return !k->judged && k->attempts < k->scenario->attempts &&
           (k->outcome == LAB_R_DEFERRED || k->outcome == LAB_R_QUEUED ||
            lab_checker_comes_again(k));
}

static bool wants_more(const struct lab_batch *b, const struct lab_case *k)
{
    return lab_case_wants_more(k) && lab_play_due(b, k);
}

/* Those that want it, as messages of the protocol; what is known of them is forgotten. */
static json_t *take_again(struct lab_batch *b)
{
    json_t *messages = json_array();

    for (size_t i = 0; i < b->count; i++) {
        struct lab_case *k = b->cases[i];
        json_t *message;
        char *to;

        if (!wants_more(b, k))
            continue;
        to = lab_scenario_recipient(k->scenario, 0);
        message = json_pack("{s:s, s:s}", "id", k->name, "to", to);
        add_host(b, k, message);
        (void)json_array_append_new(messages, message);
        free(to);
        k->attempts++;
        k->outcome = LAB_R_NONE;
    }
    return messages;
}

/* May the adapter be asked to try again? If not, the cases that need it are not supported. */
static bool can_retry(struct lab_batch *b)
{
    enum lab_answer_kind kind = LAB_ADAPTER_UNSUPPORTED;
    struct lab_fault fault;
    json_t *reply;

    if (lab_adapter_call(b->adapter, json_pack("{s:s, s:s}", "verb", "probe", "feature", "retry"),
                         CALL_SECONDS, NULL, NULL, &reply, &kind, &fault) == 0)
        json_decref(reply);
    for (size_t i = 0; i < b->count && kind == LAB_ADAPTER_UNSUPPORTED; i++) {
        if (wants_more(b, b->cases[i]))
            lab_batch_give(b->cases[i], LAB_V_UNSUPPORTED,
                           "the adapter cannot be asked to try again");
    }
    return kind == LAB_ADAPTER_OK;
}

/* Ask for further attempts until no case wants one. */
static int retry(struct lab_batch *b)
{
    bool any = false;
    int rc = 0;

    for (size_t i = 0; i < b->count && !any; i++)
        any = wants_more(b, b->cases[i]);
    if (!any || !can_retry(b))
        return 0;
    for (;;) {
        json_t *messages = take_again(b);

        if (json_array_size(messages) == 0 || rc != 0) {
            json_decref(messages);
            return rc;
        }
        rc = call(b, json_pack("{s:s, s:o}", "verb", "retry", "messages", messages));
        if (rc == 0)
            rc = await(b);
    }
}

/* At once, or step by step. */
static int retry_all(struct lab_batch *b)
{
    struct lab_fault fault;
    int rc = b->times_count == 0 ? retry(b) : 0;

    for (size_t i = 0; i < b->times_count && rc == 0; i++) {
        if (lab_play_step(b, i, &fault) != 0) {
            give_all(b, LAB_V_LAB_INVALID, fault.what);
            return -1;
        }
        rc = retry(b);
    }
    return rc;
}

static int drive(struct lab_batch *b)
{
    int rc;

    if (configure(b) != 0 || call_plain(b, "start") != 0)
        return -1;
    rc = submit(b);
    if (rc == 0)
        rc = await(b);
    if (rc == 0)
        rc = retry_all(b);
    if (rc == 0)
        (void)call(b, json_pack("{s:s, s:s}", "verb", "collect", "dir", b->dir));
    return call_plain(b, "stop") == 0 ? rc : -1;
}

int lab_batch_greet(struct lab_adapter *adapter, json_t **hello, struct lab_fault *fault)
{
    enum lab_answer_kind kind;
    json_t *reply;

    if (lab_adapter_call(adapter, json_pack("{s:s, s:i}", "verb", "hello", "protocol", 1),
                         CALL_SECONDS, NULL, NULL, hello, &kind, fault) != 0)
        return -1;
    if (kind == LAB_ADAPTER_UNSUPPORTED) {
        const char *reason = json_string_value(json_object_get(*hello, "reason"));

        (void)lab_fail(fault, EX_UNAVAILABLE, "the adapter cannot run here: %s",
                       reason != NULL ? reason : "no reason given");
        json_decref(*hello);
        return -1;
    }
    if (lab_adapter_call(
            adapter,
            json_pack("{s:s, s:s}", "verb", "probe", "feature", "policy:made-up-by-the-lab"),
            CALL_SECONDS, NULL, NULL, &reply, &kind, fault) != 0) {
        json_decref(*hello);
        return -1;
    }
    json_decref(reply);
    if (kind == LAB_ADAPTER_UNSUPPORTED)
        return 0;
    json_decref(*hello);
    return lab_fail(
        fault, EX_PROTOCOL,
        "the adapter claims to support a made-up policy: nothing it says can be believed");
}

/* The wire decides; what could not be asked was judged before. */
static void judge(struct lab_case *k, struct lab_evidence *evidence)
{
    char *to = lab_scenario_recipient(k->scenario, 0);
    const char *unfair;

    evidence->recipient = k->scenario->recipients_count > 0 ? to : NULL;
    evidence->attempts = k->attempts;
    evidence->report.outcome = k->outcome;
    evidence->report.reason = k->reason;
    evidence->report.text = k->text;
    evidence->report.claims = k->claims;
    evidence->report.claims_count = k->claims_count;
    unfair = lab_checker_unfair(k, evidence);
    if (unfair != NULL)
        lab_batch_give(k, LAB_V_UNSUPPORTED, unfair);
    if (!k->judged) {
        k->judged = true;
        lab_judge(k->scenario, k->expect, evidence, &k->judgement);
    }
    evidence->recipient = NULL; /* the text ends here */
    free(to);
}

int lab_case_finish(const struct lab_batch *b, struct lab_case *k, struct lab_evidence_index *index,
                    const struct lab_traces *traces, struct lab_fault *fault)
{
    struct lab_evidence evidence = {0};
    char *rerun;
    int rc;

    lab_evidence_of(index, k->scenario->id, &evidence);
    judge(k, &evidence);
    lab_known_apply(b->config->knowns, b->version, b->config->profile, k);
    lab_group_apply(b->group, k);
    lab_setup_apply(b->config->setup, k);
    if (b->record == NULL)
        return 0;
    rerun = lab_rerun_command(b->config, k);
    rc = lab_record_case(b->record, b->world, k, &evidence, traces, fault);
    lab_console_case(b->console, b->config, k, rerun);
    free(rerun);
    return rc;
}

static int finish_all(struct lab_batch *b, struct lab_evidence_from from, size_t packets,
                      struct lab_fault *fault)
{
    struct lab_traces traces = {0};
    struct lab_evidence_index *index;
    int rc = 0;

    if (lab_evidence_collect(lab_world_smtp_log(b->world), lab_world_dns_log(b->world), from,
                             &index, fault) != 0)
        return -1;
    if (b->record != NULL)
        rc = lab_traces_open(b->world, from, packets, &traces, fault);
    for (size_t i = 0; i < b->count && rc == 0; i++)
        rc = lab_case_finish(b, b->cases[i], index, &traces, fault);
    if (b->record != NULL)
        lab_traces_close(&traces);
    lab_evidence_close(&index);
    return rc;
}

int lab_batch_run(struct lab_batch *b, struct lab_fault *fault)
{
    struct lab_evidence_from from;
    size_t packets = 0;
    int rc;

    if (lab_make_dirs(b->dir, fault) != 0 || lab_play_begin(b, fault) != 0 ||
        lab_evidence_now(lab_world_smtp_log(b->world), lab_world_dns_log(b->world), &from, fault) !=
            0 ||
        (b->record != NULL && lab_traces_now(b->world, &packets, fault) != 0))
        return -1;
    for (size_t i = 0; i < b->count; i++)
        b->messages += messages_of(b->cases[i]);
    on_progress(b, 0);
    b->smtp_from = from.smtp;
    lab_world_show(b->world, LAB_NEW_DELIVERY);
    (void)drive(b);
    (void)lab_evidence_settle(lab_world_smtp_log(b->world), from.smtp, SETTLE_MS);
    from.gaps = b->gaps;
    from.gaps_count = b->times_count;
    rc = finish_all(b, from, packets, fault);
    return lab_play_end(b, fault) == 0 ? rc : -1;
}
