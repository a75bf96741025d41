/* test_local_plan.c - what an entry of the policy table asks for gets into the plan, and from there
 * into the demand on the peer. */
#include <stdio.h>
#include <string.h>

#include "check.h"
#include "core/local.h"
#include "fakes/network.h"

#define HEX32 "8d02536c887482bc34ff54e41d2ba659bf85b341a0a20afadb5813dcfbcf286d"

static struct fake_network net;

/* The hosts m and n of the domain d; TLSA records of both exist and must not be asked for. */
static const char table[] = "d secure\n"
                            "[m] verify\n"
                            "[n] verify match=a.example:hostname:.b.example protocols=>=TLSv1.3\n"
                            "[m]:26 secure match=hostname ciphers=high\n"
                            "[n]:26 fingerprint match=" HEX32 "|" HEX32 "\n"
                            "d:26 dane protocols=!TLSv1.3 ciphers=medium\n"
                            "d:27 encrypt protocols=TLSv1\n"
                            "[198.18.0.1] secure match=m.example\n"
                            "[198.18.0.1]:26 fingerprint match=" HEX32 "\n";

/* clang-format off */
static const struct {
    const char *target;
    const char *plan;   /* line of the entry, verdict, level of the first host, questions for TLSA */
    const char *demand; /* on the first host */
} cases[] = {
    {"d",               "1 delivered secure",      "authorities for d,.d 0 fingerprints 0 SNI m"},
    {"[m]",             "2 delivered verify",      "authorities for m 0 fingerprints 0 SNI m"},
    {"[n]",             "3 delivered verify",      "authorities for a.example,n,.b.example 0 fingerprints 8! SNI n"},
    {"[m]:26",          "4 delivered secure",      "authorities for m 0 fingerprints 0 high SNI m"},
    {"[n]:26",          "5 delivered fingerprint", "fingerprints for n 2 fingerprints 0 SNI n"},
    {"d:26",            "6 delivered dane TLSA",   "tlsa for m,d 0 fingerprints 7 medium SNI m"},
    {"d:27",            "7 delivered encrypt",     "nothing for m,d 0 fingerprints 1! SNI m"},
    {"[198.18.0.1]",    "8 delivered secure",      "authorities for m.example 0 fingerprints 0 SNI none"},
    {"[198.18.0.1]:26", "9 delivered fingerprint", "fingerprints for 198.18.0.1 1 fingerprints 0 SNI none"},
    {"d:28",            "0 delivered dane TLSA",   "tlsa for m,d 0 fingerprints 0 SNI m"},
};
/* clang-format on */

static void done(void *arg, struct dsmtp_job *job, enum dsmtp_status status,
                 const struct dsmtp_outcome *outcome)
{
    char *out = arg;

    (void)job;
    if (!check_int(status, DSMTP_OK) || !check_true(outcome->plan->host_count > 0))
        return;
    snprintf(out, 100, "%u %s %s%s", outcome->plan->entry != NULL ? outcome->plan->entry->line : 0,
             dsmtp_verdict_name(outcome->verdict), dsmtp_level_name(outcome->plan->hosts[0].level),
             outcome->plan->hosts[0].tlsa_asked ? " TLSA" : "");
}

static void run(const struct dsmtp_local *local, const char *target, char got[100])
{
    static const char *const to[] = {"a@d"};
    struct dsmtp_job_config config = {.engine = &net.engine,
                                      .mode = DSMTP_MODE_SEND,
                                      .target = target,
                                      .policy = DSMTP_POLICY_DANE,
                                      .from = "f@s",
                                      .recipients = to,
                                      .recipient_count = 1,
                                      .data = "secret\r\n.\r\n",
                                      .len = 11,
                                      .done = done,
                                      .arg = got};
    struct dsmtp_nexthop nexthop;
    struct dsmtp_fault fault;
    struct dsmtp_job *job = NULL;

    fake_network_init(&net, fake_two_hosts(DSMTP_LEVEL_DANE), "osoTooo3o");
    if (!check_int(dsmtp_nexthop_parse(target, &nexthop, &fault), DSMTP_OK))
        return;
    config.nexthop = nexthop.name;
    config.kind = nexthop.kind;
    config.entry = dsmtp_local_find(local, &nexthop);
    if (config.entry != NULL)
        config.policy = config.entry->policy;
    if (check_int(dsmtp_job_open(&config, &job), DSMTP_OK))
        check_true(fake_run(&net.loop, 500));
    dsmtp_job_close(&job);
}

static void test_cases(void)
{
    struct dsmtp_arena arena;
    struct dsmtp_local local = {NULL, 0};
    struct dsmtp_fault fault = {.what = ""};

    dsmtp_arena_init(&arena, 1u << 20);
    check_int(dsmtp_local_parse(&arena, table, sizeof(table) - 1, "t", &local, &fault), DSMTP_OK);
    check_str(fault.what, "");
    for (size_t i = 0; local.count > 0 && i < CHECK_COUNT(cases); i++) {
        char got[100] = "";

        check_row(cases[i].target);
        run(&local, cases[i].target, got);
        check_str(got, cases[i].plan);
        check_str(net.connector.wire[0].demand, cases[i].demand);
    }
    dsmtp_arena_fini(&arena);
}

static const struct check_test tests[] = {{"entries to demands", test_cases}};
SUITE(local_plan, tests);
