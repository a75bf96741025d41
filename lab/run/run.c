/* run.c - one run inside its world, see run.h. */
#include "run/run.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/streams.h"
#include "run/batch.h"
#include "run/checker.h"
#include "run/claims.h"
#include "run/group.h"
#include "run/out_dir.h"
#include "run/prove.h"
#include "run/setup.h"

/* Everything of a run, inside the world's first process. */
struct run {
    const struct lab_run_config *config;
    struct lab_world *world;
    struct lab_adapter *adapter;
    struct lab_record *record;
    struct lab_console console;
    struct lab_run_result result;
    struct lab_scenario **scenarios; /* selected and controls, each once */
    size_t scenarios_count;
    char **invalid;      /* for each of them */
    const char *version; /* the sender's, held by its hello */
    bool checker;        /* it only checks */
    bool unproven;       /* a control is not what it says: no fault of the adapter's */
    struct lab_fault fault;
};

static bool selected(const struct lab_run_config *c, size_t scenario, enum lab_policy policy)
{
    return (c->any_policy || c->policy == policy) &&
           (c->policies == NULL || (c->policies[scenario] >> policy & 1) != 0);
}

char *lab_case_name(const struct lab_scenario *s, enum lab_policy policy)
{
    return policy == LAB_POLICY_DANE ? lab_strdup(s->id)
                                     : lab_format("%s@%s", s->id, lab_policy_name(policy));
}

static void add_case(struct lab_case **list, size_t *count, struct lab_scenario *s,
                     enum lab_policy policy, const struct lab_expect *expect)
{
    struct lab_case k = {.scenario = s, .policy = policy, .expect = expect, .outcome = LAB_R_NONE};

    k.name = lab_case_name(s, policy);
    *list = lab_realloc(*list, *count + 1, sizeof(**list));
    (*list)[(*count)++] = k;
}

size_t lab_cases_make(const struct lab_run_config *config, struct lab_case **out)
{
    size_t count = 0;

    *out = NULL;
    for (size_t i = 0; i < config->count; i++) {
        for (int p = 0; p < LAB_POLICY_COUNT; p++) {
            enum lab_policy policy = (enum lab_policy)p;
            const struct lab_expect *expect =
                lab_expect_for(config->scenarios[i], config->profile, policy);

            if (expect != NULL && selected(config, i, policy))
                add_case(out, &count, config->scenarios[i], policy, expect);
        }
    }
    return count;
}

void lab_cases_free(struct lab_case *cases, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        free(cases[i].name);
        free(cases[i].reason);
        free(cases[i].text);
        lab_claims_free(cases[i].claims, cases[i].claims_count);
        lab_judgement_free(&cases[i].judgement);
    }
    free(cases);
}

static void gather(struct run *r)
{
    const struct lab_run_config *c = r->config;

    r->scenarios = lab_calloc(c->count + c->controls_count, sizeof(struct lab_scenario *));
    for (size_t i = 0; i < c->count; i++)
        r->scenarios[r->scenarios_count++] = c->scenarios[i];
    for (size_t i = 0; i < c->controls_count; i++) {
        bool there = false;

        for (size_t k = 0; k < c->count; k++)
            there = there || c->scenarios[k] == c->controls[i];
        if (!there)
            r->scenarios[r->scenarios_count++] = c->controls[i];
    }
    r->invalid = lab_calloc(r->scenarios_count, sizeof(char *));
}

static const char *invalid_of(const struct run *r, const struct lab_scenario *s)
{
    for (size_t i = 0; i < r->scenarios_count; i++)
        if (r->scenarios[i] == s)
            return r->invalid[i];
    return NULL;
}

/* Boot and prove. */
static int prepare(struct run *r)
{
    lab_console_bar(&r->console, "building the world", 0, 1);
    if (lab_world_start(r->config->paths, r->config->resolver, r->scenarios, r->scenarios_count,
                        &r->world, &r->fault) != 0)
        return -1;
    r->result.boot_ms = lab_world_boot_ms(r->world);
    lab_console_bar(&r->console, "proving that it is what the scenarios say", 0, 1);
    return lab_prove(r->world, r->config->paths, r->scenarios, r->scenarios_count, NULL, r->invalid,
                     &r->fault);
}

static char *batch_dir(const struct run *r, const char *phase)
{
    if (r->config->out_dir == NULL)
        return lab_format(LAB_WORLD_DIR "/sender/%s", phase);
    return lab_format("%s/sender/%s", r->config->out_dir, phase);
}

static int send_batch(struct run *r, const char *phase, enum lab_policy policy,
                      struct lab_case **cases, size_t count, bool record)
{
    char *dir = batch_dir(r, phase);
    struct lab_batch b = {.config = r->config,
                          .world = r->world,
                          .adapter = r->adapter,
                          .console = &r->console,
                          .record = record ? r->record : NULL,
                          .phase = phase,
                          .dir = dir,
                          .policy = policy,
                          .version = r->version,
                          .group = &r->result.group,
                          .checker = r->checker,
                          .cases = cases,
                          .count = count};
    int rc = count > 0 ? lab_batch_run(&b, &r->fault) : 0;

    free(dir);
    return rc;
}

/* What became of a control that is not as it must be. */
static const char *control_text(const struct lab_judgement *j)
{
    if (j->seen != NULL && j->verdict != LAB_V_ADAPTER_ERROR)
        return j->seen;
    return j->why != NULL ? j->why : "no evidence";
}

/* The controls. 0: all hold, and at least one delivery is as it must be: without any the adapter
 * may be dead. Otherwise fault says which does not. */
static int run_controls(struct run *r, const char *phase)
{
    struct lab_run_config c = *r->config;
    struct lab_case *cases;
    struct lab_case **list;
    bool delivered = false;
    size_t count;
    int rc;

    c.scenarios = r->config->controls;
    c.count = r->config->controls_count;
    c.policies = NULL;
    c.any_policy = false;
    c.policy = LAB_POLICY_DANE;
    count = lab_cases_make(&c, &cases);
    list = lab_calloc(count, sizeof(struct lab_case *));
    for (size_t i = 0; i < count; i++)
        list[i] = &cases[i];
    rc = send_batch(r, phase, LAB_POLICY_DANE, list, count, false);
    for (size_t i = 0; i < count && rc == 0; i++) {
        const struct lab_case *k = &cases[i];
        const char *invalid = invalid_of(r, k->scenario);

        r->unproven = r->unproven || invalid != NULL;
        if (invalid != NULL)
            rc = lab_fail(&r->fault, EX_PROTOCOL, "%s: control %s is not proven: %s", phase,
                          k->name, invalid);
        else if (!lab_group_control(k))
            rc = lab_fail(&r->fault, EX_PROTOCOL, "%s: control %s is %s: %s", phase, k->name,
                          lab_verdict_name(k->judgement.verdict), control_text(&k->judgement));
        delivered = delivered || (k->judgement.verdict == LAB_V_PASS &&
                                  (k->outcome == LAB_R_DELIVERED || k->outcome == LAB_R_VERIFIED));
    }
    if (rc == 0 && !delivered)
        rc = lab_fail(&r->fault, EX_PROTOCOL, "%s: no control was delivered as it must be", phase);
    free(list);
    lab_cases_free(cases, count);
    return rc;
}

const char *lab_run_skips(const struct lab_run_config *c, const struct lab_scenario *s)
{
    if (c->fast && s->steps_count > 0)
        return "has steps: needs caches and a clock, without --fast";
    return c->resolver != NULL && c->differs != NULL
               ? lab_differs_why(c->differs, c->resolver->name, s->id)
               : NULL;
}

/* Cases whose scenario is not proven are judged before anything is sent: whatever the sender does
 * there counts for nothing. */
static void judge_invalid(struct run *r)
{
    for (size_t i = 0; i < r->result.count; i++) {
        struct lab_case *k = &r->result.cases[i];
        const char *invalid = invalid_of(r, k->scenario);
        const char *skips = lab_run_skips(r->config, k->scenario);

        if (skips != NULL)
            lab_batch_give(k, LAB_V_SKIP, skips);
        else if (invalid != NULL)
            lab_batch_give(k, LAB_V_LAB_INVALID, invalid);
    }
}

/* All cases of one policy in one batch: those without steps, or those with. */
static int run_policy(struct run *r, enum lab_policy policy, bool steps)
{
    struct lab_case **list = lab_calloc(r->result.count, sizeof(struct lab_case *));
    size_t count = 0;
    char *phase;
    int rc;

    for (size_t i = 0; i < r->result.count; i++)
        if (r->result.cases[i].policy == policy &&
            (r->result.cases[i].scenario->steps_count > 0) == steps)
            list[count++] = &r->result.cases[i];
    phase = lab_format("%s%s", lab_policy_name(policy), steps ? "-steps" : "");
    rc = send_batch(r, phase, policy, list, count, true);
    free(phase);
    free(list);
    return rc;
}

/* Nothing that was seen can be trusted: no case has a verdict of its own. */
static void controls_failed(struct run *r, const char *why)
{
    const enum lab_verdict verdict = r->unproven ? LAB_V_LAB_INVALID : LAB_V_ADAPTER_ERROR;

    for (size_t i = 0; i < r->result.count; i++)
        lab_batch_give(&r->result.cases[i], verdict, why);
}

void lab_run_count(struct lab_run_result *result)
{
    unsigned sums[LAB_SORT_COUNT] = {0};

    result->stale = 0;
    for (size_t i = 0; i < result->count; i++) {
        const struct lab_case *k = &result->cases[i];

        sums[lab_verdict_sort_with(k->judgement.verdict, k->known != NULL, k->stale)]++;
        result->stale += k->stale ? 1 : 0;
    }
    result->passed = sums[LAB_SORT_GOOD];
    result->failed = sums[LAB_SORT_FAILED] + sums[LAB_SORT_BROKEN];
    result->skipped = sums[LAB_SORT_NEITHER];
    result->known = sums[LAB_SORT_KNOWN];
    result->lab_broken = result->lab_broken || sums[LAB_SORT_BROKEN] > 0;
}

static int send_all(struct run *r)
{
    int rc = 0;

    if (r->config->controls_count > 0 && run_controls(r, "controls-before") != 0) {
        lab_console_say(&r->console, "%s: %s", r->unproven ? "LAB-INVALID" : "ADAPTER-ERROR",
                        r->fault.what);
        if (!r->unproven)
            lab_console_controls(&r->console, r->config, "controls-before");
        controls_failed(r, r->fault.what);
        r->result.lab_broken = true;
        return 0;
    }
    judge_invalid(r);
    for (int p = 0; p < 2 * LAB_POLICY_COUNT && rc == 0; p++)
        rc = run_policy(r, (enum lab_policy)(p % LAB_POLICY_COUNT), p >= LAB_POLICY_COUNT);
    if (rc == 0)
        rc = lab_world_check(r->world, &r->fault);
    if (rc == 0 && r->config->controls_count > 0 && run_controls(r, "controls-after") != 0) {
        lab_console_say(&r->console, "ADAPTER-ERROR: %s", r->fault.what);
        lab_console_controls(&r->console, r->config, "controls-after");
        r->result.lab_broken = true;
    }
    return rc;
}

/* Of a run that did not begin nothing stays but what somebody has said in it. */
static void discard(const char *out_dir, const char *work)
{
    static const char *const parts[] = {"/sender/adapter", "/sender", ""};
    char *log = lab_format("%s/adapter.log", work);
    struct stat st;

    if (stat(log, &st) == 0 && st.st_size == 0)
        (void)unlink(log);
    for (size_t i = 0; i < LAB_COUNT(parts); i++) {
        char *dir = lab_format("%s%s", out_dir, parts[i]);

        (void)rmdir(dir); /* fails if something is in it */
        free(dir);
    }
    free(log);
    lab_out_restore(out_dir);
}

static int open_sender(struct run *r, json_t **hello)
{
    char *work = batch_dir(r, "adapter");
    int rc = r->config->out_dir != NULL ? lab_out_aside(r->config->out_dir, &r->fault) : 0;

    if (rc == 0)
        rc = lab_adapter_open(r->world, r->config->paths, r->config->sut, work, &r->adapter,
                              &r->fault);
    if (rc == 0)
        rc = lab_batch_greet(r->adapter, hello, &r->fault);
    if (rc != 0) {
        lab_adapter_close(&r->adapter);
        if (r->config->out_dir != NULL)
            discard(r->config->out_dir, work);
    }
    free(work);
    return rc;
}

int lab_run_status(const struct lab_run_config *config, const struct lab_run_result *result)
{
    if (result->lab_broken)
        return 3;
    if (result->failed > 0)
        return 1;
    return result->passed + result->known < config->min || result->count == 0 ? 4 : 0;
}

static int drive(struct run *r)
{
    json_t *hello = NULL;
    int rc = prepare(r);

    if (rc == 0)
        rc = open_sender(r, &hello);
    if (rc == 0)
        rc = lab_group_of(hello, &r->result.group, &r->fault);
    if (rc == 0)
        rc = lab_checker_kind(hello, &r->checker, &r->fault);
    if (rc == 0 && r->config->out_dir != NULL)
        rc = lab_record_open(r->config, hello, &r->record, &r->fault);
    if (rc == 0) {
        const char *version = json_string_value(json_object_get(hello, "version"));

        r->version = version != NULL ? version : "";
        rc = send_all(r);
    }
    json_decref(hello);
    return rc;
}

static int body(void *self)
{
    struct run *r = self;
    int64_t begin = lab_now_ms();
    int rc;

    lab_console_init(&r->console, r->config->loudness);
    r->result.count = lab_cases_make(r->config, &r->result.cases);
    gather(r);
    rc = drive(r);
    r->result.total_ms = (int)(lab_now_ms() - begin);
    lab_run_count(&r->result);
    if (rc == 0 && !r->result.lab_broken && r->config->setup != NULL &&
        !lab_setup_holds(r->config->setup, r->result.cases, r->result.count))
        r->result.failed++;
    if (rc == 0 && r->record != NULL)
        rc = lab_record_close(&r->record, &r->result, &r->fault);
    lab_adapter_close(&r->adapter);
    if (rc == 0)
        lab_console_sum(&r->console, r->config, &r->result);
    else
        (void)fprintf(stderr, "danelab: %s\n", r->fault.what);
    lab_world_stop(&r->world);
    return lab_streams_end(rc == 0 ? lab_run_status(r->config, &r->result) : 3);
}

/* When the records of the directory were last written: 0 without any. */
static struct timespec written(const struct lab_run_config *c)
{
    char *path = lab_format("%s/run.jsonl", c->out_dir != NULL ? c->out_dir : "");
    struct stat st = {0};
    const bool there = c->out_dir != NULL && stat(path, &st) == 0;

    free(path);
    return there ? st.st_mtim : (struct timespec){0};
}

/* The world's first process, which draws the bar, was ended by a signal that somebody sent. */
static void say_interrupted(struct run *r, struct timespec before)
{
    const struct timespec after = written(r->config);
    const bool any = after.tv_sec != before.tv_sec || after.tv_nsec != before.tv_nsec;

    lab_console_init(&r->console, r->config->loudness);
    lab_console_end(&r->console);
    if (any)
        (void)fprintf(stderr, "danelab: interrupted; what was recorded is in %s\n",
                      r->config->out_dir);
    else
        (void)fputs("danelab: interrupted; nothing was recorded\n", stderr);
}

int lab_run(const struct lab_run_config *config, struct lab_fault *fault)
{
    const struct timespec before = written(config);
    struct run r = {.config = config};
    int rc;

    if (lab_adapter_find(config->paths, config->sut, fault) != 0)
        return -1;
    rc = lab_world_enter(body, &r, fault);
    if (rc == 128 + SIGINT || rc == 128 + SIGTERM || rc == 128 + SIGHUP)
        say_interrupted(&r, before);
    return rc;
}
