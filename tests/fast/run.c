/* run.c - cases, policy by policy, see run.h. */
#include "fast/run.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "fast/clock.h"
#include "fast/prove.h"
#include "fast/send.h"
#include "fast/world.h"
#include "run/batch.h"
#include "run/evidence_dir.h"

struct run {
    const struct lab_run_config *config;
    struct fast_world world;
    struct lab_record *record;
    struct lab_console console;
    struct lab_run_result result;
    lab_smtp_round round;
};

/* A file in memory that others can open by name. */
struct log {
    int fd;
    char path[32];
};

static int open_log(struct log *log, struct lab_fault *fault)
{
    log->fd = memfd_create("danelab", MFD_CLOEXEC);
    (void)snprintf(log->path, sizeof(log->path), "/proc/self/fd/%d", log->fd);
    return log->fd >= 0 ? 0 : lab_fail_errno(fault, "memfd_create");
}

/* What the case shows, in the ways of a real run. */
static int finish(struct run *r, struct lab_case *k, struct lab_evidence_index *index,
                  const struct lab_traces *traces, struct lab_fault *fault)
{
    struct lab_evidence evidence = {0};
    char *rerun = lab_rerun_command(r->config, k);
    int rc = 0;

    lab_evidence_of(index, k->scenario->id, &evidence);
    if (!k->judged && k->outcome == LAB_R_NONE) {
        k->judged = true;
        k->judgement.verdict = LAB_V_HANG;
        k->judgement.why = lab_strdup("nothing happens any more, and there is no outcome");
    }
    lab_case_judge(k, &evidence);
    if (r->record != NULL)
        rc = lab_record_case(r->record, NULL, k, &evidence, traces, fault);
    lab_console_case(&r->console, k, r->config->out_dir, rerun);
    free(rerun);
    return rc;
}

static int finish_all(struct run *r, const struct fast_send *send, const struct log *smtp,
                      const struct log *dns, struct lab_fault *fault)
{
    struct lab_evidence_index *index = NULL;
    struct lab_traces traces = {0};
    int rc = lab_evidence_reopen(smtp->path, dns->path, &index, fault);

    if (rc == 0)
        rc = lab_transcript_open(smtp->path, 0, &traces.transcript, fault);
    for (size_t i = 0; i < send->count && rc == 0; i++)
        rc = finish(r, send->cases[i], index, &traces, fault);
    lab_transcript_close(&traces.transcript);
    if (index != NULL)
        lab_evidence_close(&index);
    return rc;
}

static int run_batch(struct run *r, struct fast_send *send, struct lab_fault *fault)
{
    struct lab_text asked = {0};
    struct log smtp, dns;
    int rc = open_log(&smtp, fault);

    if (rc == 0)
        rc = open_log(&dns, fault);
    if (rc != 0)
        return rc;
    lab_text_add(&asked, "", 0);
    send->smtp_log = smtp.fd;
    send->asked = &asked;
    r->round++;
    rc = fast_send(send, fault);
    if (rc == 0 && write(dns.fd, asked.text, asked.len) != (ssize_t)asked.len)
        rc = lab_fail_errno(fault, "questions");
    if (rc == 0)
        rc = finish_all(r, send, &smtp, &dns, fault);
    send->asked = NULL;
    free(asked.text);
    (void)close(smtp.fd);
    (void)close(dns.fd);
    return rc;
}

static int run_policy(struct run *r, enum lab_policy policy, struct lab_fault *fault)
{
    struct fast_send send = {.config = r->config,
                             .zones = &r->world.zones,
                             .hosts = r->world.world.hosts,
                             .hosts_count = r->world.world.hosts_count,
                             .round = &r->round,
                             .policy = policy};
    int rc;

    send.cases = lab_calloc(r->result.count, sizeof(struct lab_case *));
    for (size_t i = 0; i < r->result.count; i++) {
        if (r->result.cases[i].policy == policy)
            send.cases[send.count++] = &r->result.cases[i];
    }
    rc = send.count > 0 ? run_batch(r, &send, fault) : 0;
    free((void *)send.cases);
    return rc;
}

/* The cases of a scenario that the model gets wrong count for nothing. */
static void prove(struct run *r)
{
    for (size_t i = 0; i < r->result.count; i++) {
        struct lab_case *k = &r->result.cases[i];
        char *wrong = fast_prove(&r->world.zones, k->scenario);

        if (wrong == NULL)
            continue;
        k->judged = true;
        k->judgement.verdict = LAB_V_LAB_INVALID;
        k->judgement.why = wrong;
    }
}

static int open_record(struct run *r, struct lab_fault *fault)
{
    json_t *hello = json_pack("{s:s}", "name", "danesmtp, in process");
    int rc = r->config->out_dir != NULL ? lab_record_open(r->config, hello, &r->record, fault) : 0;

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
    for (int p = 0; p < LAB_POLICY_COUNT && rc == 0; p++)
        rc = run_policy(r, (enum lab_policy)p, fault);
    r->result.total_ms = (int)(fast_true_ms() - begin);
    lab_run_count(&r->result);
    if (rc == 0 && r->record != NULL)
        rc = lab_record_close(&r->record, &r->result, fault);
    return rc;
}

int fast_run(const struct lab_run_config *config, struct lab_fault *fault)
{
    struct run r = {.config = config, .round = LAB_SHOW_ROUND};
    int rc;

    lab_console_init(&r.console, config->quiet);
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
