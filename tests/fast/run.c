/* run.c - cases, policy by policy, see run.h. */
#include "fast/run.h"

#include "fast/batch.h"
#include "fast/clock.h"
#include "fast/prove.h"
#include "fast/world.h"
#include "run/batch.h"
#include "run/out_dir.h"

struct run {
    const struct lab_run_config *config;
    struct fast_world world;
    struct lab_record *record;
    struct lab_console console;
    struct lab_run_result result;
};

/* What the cases show, in the ways of a real run; the engine tells no version. */
static int finish_all(struct run *r, struct fast_batch *b, struct lab_fault *fault)
{
    const struct lab_batch as_real = {
        .config = r->config, .console = &r->console, .record = r->record, .version = ""};
    struct lab_evidence_index *index = NULL;
    struct lab_traces traces = {0};
    int rc = fast_batch_await(b, fault);

    if (rc == 0)
        rc = lab_evidence_reopen(b->smtp.path, b->asked.path, &index, fault);
    if (rc == 0)
        rc = lab_transcript_open(b->smtp.path, 0, &traces.transcript, fault);
    for (size_t i = 0; i < b->send.count && rc == 0; i++)
        rc = lab_case_finish(&as_real, b->send.cases[i], index, &traces, fault);
    lab_transcript_close(&traces.transcript);
    if (index != NULL)
        lab_evidence_close(&index);
    return rc;
}

static int start_policy(struct run *r, enum lab_policy policy, struct fast_batch *b,
                        struct lab_fault *fault)
{
    b->send = (struct fast_send){.config = r->config,
                                 .zones = &r->world.zones,
                                 .hosts = r->world.world.hosts,
                                 .hosts_count = r->world.world.hosts_count,
                                 .policy = policy};
    b->send.cases = lab_calloc(r->result.count, sizeof(struct lab_case *));
    for (size_t i = 0; i < r->result.count; i++) {
        if (r->result.cases[i].policy == policy)
            b->send.cases[b->send.count++] = &r->result.cases[i];
    }
    return b->send.count > 0 ? fast_batch_start(b, fault) : 0;
}

/* All at once; their ends are taken in order. */
static int run_policies(struct run *r, struct lab_fault *fault)
{
    struct fast_batch batches[LAB_POLICY_COUNT] = {0};
    int rc = 0;

    for (int p = 0; p < LAB_POLICY_COUNT && rc == 0; p++)
        rc = start_policy(r, (enum lab_policy)p, &batches[p], fault);
    for (int p = 0; p < LAB_POLICY_COUNT && rc == 0; p++)
        rc = batches[p].pid > 0 ? finish_all(r, &batches[p], fault) : 0;
    for (int p = 0; p < LAB_POLICY_COUNT; p++)
        fast_batch_close(&batches[p]);
    return rc;
}

/* The cases of a scenario that the model gets wrong count for nothing, and those of one that goes
 * on for days are not for it: nothing here has a cache. */
static void prove(struct run *r)
{
    for (size_t i = 0; i < r->result.count; i++) {
        struct lab_case *k = &r->result.cases[i];
        const char *skips = lab_run_skips(r->config, k->scenario);
        char *wrong = skips == NULL ? fast_prove(&r->world.zones, k->scenario) : NULL;

        if (skips != NULL)
            lab_batch_give(k, LAB_V_SKIP, skips);
        else if (wrong != NULL)
            lab_batch_give(k, LAB_V_LAB_INVALID, wrong);
        free(wrong);
    }
}

static int open_record(struct run *r, struct lab_fault *fault)
{
    json_t *hello = json_pack("{s:s}", "name", "danesmtp, in process");
    int rc = r->config->out_dir != NULL ? lab_out_aside(r->config->out_dir, fault) : 0;

    if (rc == 0 && r->config->out_dir != NULL)
        rc = lab_record_open(r->config, hello, &r->record, fault);
    json_decref(hello);
    return rc;
}

static int drive(struct run *r, struct lab_fault *fault)
{
    const struct lab_run_config *c = r->config;
    const int64_t begin = fast_true_ms();
    int rc = fast_world_open(c->paths, c->scenarios, c->count, &r->world, fault);

    if (rc == 0)
        rc = open_record(r, fault);
    if (rc != 0)
        return rc;
    prove(r);
    r->result.boot_ms = (int)(fast_true_ms() - begin);
    rc = run_policies(r, fault);
    r->result.total_ms = (int)(fast_true_ms() - begin);
    lab_run_count(&r->result);
    if (rc == 0 && r->record != NULL)
        rc = lab_record_close(&r->record, &r->result, fault);
    return rc;
}

int fast_run(const struct lab_run_config *config, struct lab_fault *fault)
{
    struct run r = {.config = config};
    int rc;

    lab_console_init(&r.console, config->loudness);
    r.result.count = lab_cases_make(config, &r.result.cases);
    rc = drive(&r, fault);
    if (rc == 0) {
        lab_console_sum(&r.console, config, &r.result);
        rc = lab_run_status(config, &r.result);
    }
    fast_world_close(&r.world);
    lab_cases_free(r.result.cases, r.result.count);
    return rc;
}
