/* test_starve_job.c - memory that runs out in the policy table, in whole jobs over the fakes and
 * in their reports, and in batches. */
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "adapt/tls_internal.h"
#include "core/local.h"
#include "fakes/network.h"
#include "report/report.h"
#include "report/tlsrpt.h"
#include "starve/starve.h"
#include "unit/batch_bench.h"
#include "unit/check.h"
#include "unit/tls_case.h"

enum { CALLS_MAX = 5000, TABLE_MEMORY = 1 << 20 };

/* --- the policy table ----------------------------------------------------------------------------
 */

struct table {
    enum dsmtp_status status;
    unsigned count;
    struct dsmtp_fault fault;
};

static void parse(void *arg, unsigned n)
{
    static const char text[] = "d.example secure match=nexthop:.e.example protocols=>=TLSv1.2\n"
                               "[mx.example]:587 fingerprint "
                               "match=0123456789abcdef0123456789abcdef01234567\n";
    struct table *t = arg;
    struct dsmtp_arena arena;
    struct dsmtp_local local = {0};

    (void)n;
    dsmtp_arena_init(&arena, TABLE_MEMORY);
    t->fault.what[0] = '\0';
    t->status = dsmtp_local_parse(&arena, text, sizeof(text) - 1, "t", &local, &t->fault);
    t->count = local.count;
    dsmtp_arena_fini(&arena);
}

static void look_at_table(void *arg, unsigned n, bool hungry)
{
    const struct table *t = arg;

    check_rowf("allocation %u", n);
    check_int(t->status, hungry ? DSMTP_NOMEM : DSMTP_OK);
    check_uint(t->count, hungry ? 0 : 2);
    check_str(t->fault.what, hungry ? "t: the table is too large" : "");
}

static void test_table(void)
{
    struct table t;

    check_true(starve(parse, look_at_table, &t, true) > 0);
}

/* --- jobs ----------------------------------------------------------------------------------------
 */

static struct fake_network net;

/* clang-format off */
static const struct job_case {
    const char *label;
    enum dsmtp_mode mode;
    enum dsmtp_level level;
    unsigned recipients;
    const char *script;
    bool again; /* somebody is left for a second session */
    bool advise;
} jobs[] = {
    {"plan",                  DSMTP_MODE_PLAN,  DSMTP_LEVEL_DANE, 0, "", false, false},
    {"probe",                 DSMTP_MODE_PROBE, DSMTP_LEVEL_DANE, 0, "osoTo osoMo", false, false},
    {"probe, advised",        DSMTP_MODE_PROBE, DSMTP_LEVEL_DANE, 0, "osoTo osoTo osoMo", false, true},
    {"advised, unprotected",  DSMTP_MODE_PROBE, DSMTP_LEVEL_MAY,  0, "osoTo oo", false, true},
    {"dane",                  DSMTP_MODE_SEND,  DSMTP_LEVEL_DANE, 1, "osoTooo3o", false, false},
    {"dane, second host",     DSMTP_MODE_SEND,  DSMTP_LEVEL_DANE, 1, "osoM osoTooo3o", false, false},
    {"three of a kind",       DSMTP_MODE_SEND,  DSMTP_LEVEL_MAY,  3, "ooo45o3o ooo4", true, false},
    {"put off, then taken",   DSMTP_MODE_SEND,  DSMTP_LEVEL_MAY,  2, "oooo43o oooo3o", true, false},
    {"pipelining",            DSMTP_MODE_SEND,  DSMTP_LEVEL_MAY,  3, "opo4o53o", false, false},
    {"again in clear",        DSMTP_MODE_SEND,  DSMTP_LEVEL_MAY,  1, "osoH osoo3o", false, false},
    {"audit",                 DSMTP_MODE_SEND,  DSMTP_LEVEL_AUDIT, 1, "osoMooo3o", false, false},
};
/* clang-format on */

enum form { NONE_AT_ALL, TEXT, JSON, TLSRPT };

struct job_run {
    const struct job_case *job;
    enum form form;
    unsigned calls;
    enum dsmtp_status opened, status, reported;
    char verdicts[40]; /* of recipients, one letter each; of the whole, if there are none */
    char *report;
    size_t len;
    bool idle;
    /* of the run in which nothing failed */
    char *want_verdicts, *want_report;
};

static enum dsmtp_status report_to(FILE *to, enum form form, const struct dsmtp_outcome *o)
{
    static const struct dsmtp_tlsrpt_head head = {"o", "mailto:c@d", "i", 1, 2};
    struct dsmtp_tlsrpt *t;
    enum dsmtp_status status = DSMTP_NOMEM;

    switch (form) {
    case NONE_AT_ALL:
        return DSMTP_OK;
    case TEXT:
        dsmtp_report_text(to, o, true);
        return DSMTP_OK;
    case JSON:
        return dsmtp_report_json(to, o, NULL);
    case TLSRPT:
        t = dsmtp_tlsrpt_open(NULL);
        if (t != NULL) {
            dsmtp_tlsrpt_add(t, o);
            dsmtp_tlsrpt_add(t, o);
            status = dsmtp_tlsrpt_write(to, t, &head);
        }
        dsmtp_tlsrpt_close(&t);
    }
    return status;
}

static void done(void *arg, struct dsmtp_job *job, enum dsmtp_status status,
                 const struct dsmtp_outcome *o)
{
    struct job_run *r = arg;
    FILE *to;

    (void)job;
    r->calls++;
    r->status = status;
    if (o == NULL)
        return;
    for (unsigned i = 0; i < o->recipient_count; i++)
        r->verdicts[i] = dsmtp_verdict_name(o->recipients[i].verdict)[2];
    if (o->recipient_count == 0)
        r->verdicts[0] = dsmtp_verdict_name(o->verdict)[0];
    to = open_memstream(&r->report, &r->len);
    r->reported = report_to(to, r->form, o);
    (void)fclose(to);
}

static void run_job(void *arg, unsigned n)
{
    struct job_run *r = arg;
    struct dsmtp_job_config config =
        fake_job_config(&net, r->job->mode, DSMTP_POLICY_DANE, r->job->recipients, NULL);
    struct dsmtp_job *job = NULL;

    (void)n;
    memset(r->verdicts, 0, sizeof(r->verdicts));
    r->calls = 0;
    r->report = NULL;
    fake_network_init(&net, fake_two_hosts(r->job->level), r->job->script);
    if (r->job->level == DSMTP_LEVEL_AUDIT)
        net.engine.profile.value[DSMTP_SWITCH_AUTH_FAILURE] = DSMTP_AUTH_FAILURE_AUDIT;
    config.advise = r->job->advise;
    config.done = done;
    config.arg = r;
    r->opened = dsmtp_job_open(&config, &job);
    if (r->opened == DSMTP_OK)
        (void)fake_run(&net.loop, CALLS_MAX);
    dsmtp_job_close(&job);
    r->idle = fake_network_idle(&net) && !net.connector.misused;
}

/* Who has the message is told so, and who has not is not; a reply that could not be kept changes
 * the report, not the verdict. */
static void look_at_job(void *arg, unsigned n, bool hungry)
{
    struct job_run *r = arg;

    check_rowf("%s, form %u, allocation %u", r->job->label, r->form, n);
    check_true(r->idle);
    check_true(r->opened == DSMTP_OK || (hungry && r->opened == DSMTP_NOMEM));
    check_uint(r->calls, r->opened == DSMTP_OK ? 1 : 0);
    if (r->calls == 1 && r->status == DSMTP_OK) {
        for (unsigned i = 0; i < r->job->recipients; i++)
            check_int(net.connector.taken[i], r->verdicts[i] == 'l' ? 1 : 0);
        if (!r->job->again)
            check_str(r->verdicts, r->want_verdicts);
        check_true(r->reported == DSMTP_OK || (hungry && r->reported == DSMTP_NOMEM));
        if (!hungry)
            check_str(r->report, r->want_report);
    } else {
        check_true(hungry);
        for (unsigned i = 0; i < r->job->recipients; i++)
            check_uint(net.connector.taken[i], 0);
    }
    free(r->report);
}

static void test_jobs(void)
{
    for (size_t i = 0; i < CHECK_COUNT(jobs); i++) {
        for (unsigned form = NONE_AT_ALL; form <= TLSRPT; form++) {
            struct job_run r = {.job = &jobs[i], .form = (enum form)form};
            char verdicts[sizeof(r.verdicts)];

            run_job(&r, 0);
            memcpy(verdicts, r.verdicts, sizeof(verdicts));
            r.want_verdicts = verdicts;
            r.want_report = r.report;
            check_row(jobs[i].label);
            check_true(verdicts[0] != '\0');
            check_true(starve(run_job, look_at_job, &r, true) > 1);
            free(r.want_report);
        }
    }
}

/* --- batches -------------------------------------------------------------------------------------
 */

static void run_batch(void *arg, unsigned n)
{
    static const char input[] = "null.example\nbad!\nb.example\n[192.0.2.1]\n";
    struct bench *b = arg;

    (void)n;
    bench_run(b, input, sizeof(input) - 1);
}

/* Each line once, or the batch says that it could not go on. */
static void test_batch(void)
{
    unsigned n = 0;
    bool hungry = true;

    while (hungry && ++n < 2000) {
        for (unsigned all = 0; all < 2; all++) {
            unsigned seen[4] = {0}, errors = 0;
            struct bench b;

            check_rowf("allocation %u%s", n, all ? " and on" : "");
            bench_init(&b, 3);
            starve_begin(n, all != 0);
            run_batch(&b, n);
            hungry = starve_end();
            bench_check(b.text, seen, 4, &errors);
            for (unsigned i = 0; i < 4; i++)
                check_true(seen[i] == 1 || (seen[i] == 0 && b.status != EX_DATAERR));
            check_true(hungry || b.status == EX_DATAERR);
            check_true(b.status == EX_DATAERR || b.status == EX_SOFTWARE || b.status == EX_IOERR);
            check_true(b.status == EX_DATAERR || b.said[0] != '\0');
            bench_fini(&b);
        }
    }
    check_true(!hungry && n > 10);
}

/* --- certificates --------------------------------------------------------------------------------
 */

struct verify_run {
    char *pem;
    size_t len;
    const struct dsmtp_tls_demand *demand;
    enum dsmtp_status status;
    struct dsmtp_tls_evidence evidence;
    struct dsmtp_fault fault;
};

static void run_verify(void *arg, unsigned n)
{
    struct verify_run *v = arg;

    (void)n;
    v->evidence = (struct dsmtp_tls_evidence){.reason = DSMTP_REASON_INTERNAL};
    v->fault.what[0] = '\0';
    v->status = tls_verify(v->pem, v->len, v->demand, NOW, &v->evidence, &v->fault);
}

/* What cannot be verified for lack of memory is not authenticated; the other way round neither. */
static void look_at_verify(void *arg, unsigned n, bool hungry)
{
    const struct verify_run *v = arg;

    check_rowf("allocation %u", n);
    if (!hungry)
        check_true(v->status == DSMTP_OK && v->evidence.authenticated);
    else if (v->status == DSMTP_OK && !v->evidence.authenticated)
        check_true(v->evidence.reason != DSMTP_REASON_NONE);
    if (v->status != DSMTP_OK)
        check_true(!v->evidence.authenticated && v->fault.what[0] != '\0');
}

static void test_verify(void)
{
    static const enum cert_id chain[CHAIN_MAX] = {DEEP, MID, ROOT};
    static const struct tls_pin pins[RECORDS_MAX] = {{ROOT, 2, 0, 1, 0, 0}, {DEEP, 3, 1, 2, 0, 0}};
    static const struct tls_pin anchor[RECORDS_MAX] = {{ROOT, 2, 1, 1, 0, 0}};
    static const char *const names[NAMES_MAX] = {"mx.d.example", "d.example"};
    struct tls_records records;
    struct dsmtp_tls_demand demand;
    struct verify_run v = {.demand = &demand};

    tls_certs_make();
    v.pem = tls_certs_pem(chain, &v.len);
    tls_publish(pins, &records);
    demand = tls_demand(&records, names);
    check_true(starve(run_verify, look_at_verify, &v, true) > 5);
    tls_publish(anchor, &records);
    demand = tls_demand(&records, names);
    check_true(starve(run_verify, look_at_verify, &v, true) > 5);
    free(v.pem);
}

struct exam_run {
    X509_STORE_CTX *ctx;
    const struct dsmtp_tls_demand *demand;
};

static void run_exam(void *arg, unsigned n)
{
    const struct exam_run *e = arg;
    struct dsmtp_tls *tls = NULL;
    struct dsmtp_fault fault;

    (void)n;
    memset(e->demand->exam->records, 0xff, 2 * sizeof(*e->demand->exam->records));
    e->demand->exam->seen = false;
    if (dsmtp_tls_open(NULL, &tls, &fault) == DSMTP_OK)
        dsmtp_tls_examine(tls, e->ctx, e->demand);
    dsmtp_tls_close(&tls);
}

/* A record that could not be judged is none that does not hold. */
static void look_at_exam(void *arg, unsigned n, bool hungry)
{
    const struct exam_run *e = arg;
    const struct dsmtp_record_exam *records = e->demand->exam->records;

    check_rowf("allocation %u", n);
    check_true(hungry || (e->demand->exam->seen && records[0].judged && records[1].judged));
    for (unsigned i = 0; e->demand->exam->seen && i < 2; i++)
        check_true(!records[i].judged || records[i].holds);
}

static void test_exam(void)
{
    static const struct tls_pin pins[RECORDS_MAX] = {{ROOT, 2, 0, 1, 0, 0}, {LEAF, 3, 1, 1, 0, 0}};
    static const char *const names[NAMES_MAX] = {"mx.d.example"};
    struct dsmtp_record_exam results[2];
    struct dsmtp_exam exam = {.records = results};
    struct tls_records records;
    struct dsmtp_tls_demand demand;
    struct exam_run e = {.ctx = X509_STORE_CTX_new(), .demand = &demand};
    X509_STORE *store = X509_STORE_new();
    STACK_OF(X509) *chain = sk_X509_new_null();

    tls_certs_make();
    tls_publish(pins, &records);
    demand = tls_demand(&records, names);
    demand.exam = &exam;
    (void)sk_X509_push(chain, tls_cert(LEAF));
    (void)sk_X509_push(chain, tls_cert(ROOT));
    check_int(X509_STORE_CTX_init(e.ctx, store, tls_cert(LEAF), chain), 1);
    X509_STORE_CTX_set_time(e.ctx, 0, NOW);
    check_true(starve(run_exam, look_at_exam, &e, true) > 1);
    X509_STORE_CTX_free(e.ctx);
    X509_STORE_free(store);
    sk_X509_free(chain);
}

static const struct check_test tests[] = {{"policy table", test_table},
                                          {"jobs and reports", test_jobs},
                                          {"batch", test_batch},
                                          {"certificates", test_verify},
                                          {"examination", test_exam}};
SUITE(starve_job, tests);
