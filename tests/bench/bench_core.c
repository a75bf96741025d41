/* bench_core.c - how many decisions a second the pure core takes: rows looked up in the policy
 * tables, and whole plans (MX, addresses, TLSA of every host) from answers in memory. One core, no
 * I/O. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "bench/row.h"
#include "core/discover.h"

#define SECONDS_EACH 0.2
#define ROUNDS 7
#define PLAN_MEMORY (1u << 20)

static double now(void)
{
    struct timespec t;

    (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

/* Every possible input of a host's decision once, under a profile; returns how many had a row. */
static unsigned all_rows(const struct dsmtp_profile *profile)
{
    unsigned found = 0;

    for (unsigned policy = 0; policy < DSMTP_POLICY_COUNT; policy++)
        for (unsigned trust = 0; trust < DSMTP_TRUST_COUNT; trust++)
            for (unsigned address = 0; address < DSMTP_ADDRESS_COUNT; address++)
                for (unsigned tlsa = 0; tlsa < DSMTP_TLSA_STATE_COUNT; tlsa++)
                    found += dsmtp_policy_host(profile, policy, trust, address, tlsa) != NULL;
    return found;
}

/* Millions of inputs a second. */
static double rate_of_rows(void)
{
    const double inputs = (double)DSMTP_POLICY_COUNT * DSMTP_TRUST_COUNT * DSMTP_ADDRESS_COUNT *
                          DSMTP_TLSA_STATE_COUNT;
    double start = now();
    double spent = 0;
    unsigned long rounds = 0;

    for (; spent < SECONDS_EACH; rounds++) {
        if (all_rows(dsmtp_profile_at(0)) == 0)
            exit(1);
        spent = now() - start;
    }
    return inputs * (double)rounds / spent / 1e6;
}

/* --- whole plans --- */

/* "MX n  mNN.d.example" in wire form. */
static size_t mx_rdata(unsigned n, uint8_t out[32])
{
    char label[8];
    size_t pos = 2;

    out[0] = 0;
    out[1] = (uint8_t)n;
    (void)snprintf(label, sizeof(label), "m%02u", n % 100);
    out[pos++] = 3;
    memcpy(out + pos, label, 3);
    memcpy(out + pos + 3, "\1d\7example", sizeof("\1d\7example"));
    return pos + 3 + sizeof("\1d\7example");
}

static void answer_to(const struct dsmtp_query *query, unsigned hosts, struct dsmtp_answer *out)
{
    static uint8_t octets[256][32];
    static struct dsmtp_rdata records[256];
    static const uint8_t address[4] = {198, 18, 0, 7};
    static const uint8_t tlsa[35] = {3, 1, 1, 0xab};

    *out = (struct dsmtp_answer){.query = *query,
                                 .security = DSMTP_SECURITY_SECURE,
                                 .presence = DSMTP_PRESENCE_DATA,
                                 .records = records,
                                 .count = 1,
                                 .ttl = 3600};
    if (query->type == DSMTP_RR_MX) {
        out->count = hosts;
        for (unsigned i = 0; i < hosts; i++)
            records[i] = (struct dsmtp_rdata){octets[i], mx_rdata(i, octets[i])};
    } else if (query->type == DSMTP_RR_A) {
        records[0] = (struct dsmtp_rdata){address, sizeof(address)};
    } else if (query->type == DSMTP_RR_TLSA) {
        records[0] = (struct dsmtp_rdata){tlsa, sizeof(tlsa)};
    } else {
        out->presence = DSMTP_PRESENCE_NODATA;
        out->count = 0;
    }
}

static bool plan(const struct dsmtp_discover_config *config, unsigned hosts)
{
    struct dsmtp_arena arena;
    struct dsmtp_discover d;
    struct dsmtp_question *q;
    bool ok;

    dsmtp_arena_init(&arena, PLAN_MEMORY);
    ok = dsmtp_discover_init(&d, &arena, config) == DSMTP_OK;
    while (ok && (q = dsmtp_discover_want(&d)) != NULL) {
        struct dsmtp_answer answer;

        answer_to(&q->query, hosts, &answer);
        ok = dsmtp_discover_feed(&d, q, &answer) == DSMTP_OK;
    }
    ok = ok && dsmtp_discover_plan(&d) != NULL &&
         dsmtp_discover_plan(&d)->hosts[0].level == DSMTP_LEVEL_DANE;
    dsmtp_arena_fini(&arena);
    return ok;
}

/* Millions of plans a second, each with so many hosts. */
static double rate_of_plans(unsigned hosts)
{
    struct dsmtp_discover_config config = {.target = "d.example",
                                           .nexthop = "d.example",
                                           .kind = DSMTP_NEXTHOP_DOMAIN,
                                           .profile = dsmtp_profile_at(0),
                                           .policy = DSMTP_POLICY_DANE,
                                           .port = 25};
    double start = now();
    double spent = 0;
    unsigned long plans = 0;

    for (; spent < SECONDS_EACH; plans++) {
        config.seed = plans;
        if (!plan(&config, hosts)) {
            (void)fprintf(stderr, "bench_core: a plan did not come out at level dane\n");
            exit(1);
        }
        if (plans % 64 == 0)
            spent = now() - start;
    }
    return (double)plans / spent / 1e6;
}

int main(void)
{
    static const char how[] = "one core, CPU time, answers from memory; 7 runs of 0.2 s";
    double rows[ROUNDS], one[ROUNDS], twenty[ROUNDS];
    struct bench_spread spread;

    for (unsigned i = 0; i < ROUNDS; i++) {
        rows[i] = rate_of_rows();
        one[i] = rate_of_plans(1);
        twenty[i] = rate_of_plans(20) * 20;
    }
    spread = bench_spread_of(rows, ROUNDS);
    bench_row("rows of the host table looked up", &spread, "million/s", "", how);
    spread = bench_spread_of(one, ROUNDS);
    bench_row("decisions: whole plans with one host", &spread, "million/s", ">= 1", how);
    spread = bench_spread_of(twenty, ROUNDS);
    bench_row("decisions: hosts, in plans with 20 each", &spread, "million/s", ">= 1", how);
    return 0;
}
