/* test_tlsa_rules.c - rule by rule, from TLSA answers to plans: RFC 7671, RFC 6698, section 4, and
 * the names of RFC 7672, section 3.2. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "core/nexthop.h"
#include "core/usable.h"
#include "fakes/network.h"

enum { TEXT_MAX = 600 };

static struct fake_network net;

/* --- plans --- */

/* "attempt | m dane TLSA_USABLE 0- m,d sni m | ...": level, reason, its records (digit: effective
 * usage,
 * '-': not usable), names, SNI. */
static void describe(const struct dsmtp_plan *p, char out[TEXT_MAX])
{
    int used = snprintf(out, TEXT_MAX, "%s", dsmtp_verdict_name(p->verdict));

    for (unsigned i = 0; i < p->host_count; i++) {
        const struct dsmtp_host_plan *h = &p->hosts[i];

        used += snprintf(out + used, TEXT_MAX - (size_t)used, " | %s %s %s ", h->name,
                         dsmtp_level_name(h->level), dsmtp_reason_name(h->reason));
        for (unsigned k = 0; k < h->tlsa_count; k++)
            used += snprintf(out + used, TEXT_MAX - (size_t)used, "%c",
                             h->tlsa[k].why == DSMTP_UNUSABLE_NO ? '0' + h->tlsa[k].effective_usage
                                                                 : '-');
        for (unsigned k = 0; h->level == DSMTP_LEVEL_DANE && k < h->name_count; k++)
            used += snprintf(out + used, TEXT_MAX - (size_t)used, "%s%s", k == 0 ? " " : ",",
                             h->names[k]);
        if (h->level == DSMTP_LEVEL_DANE)
            used += snprintf(out + used, TEXT_MAX - (size_t)used, " sni %s", h->sni);
    }
}

static void done(void *arg, struct dsmtp_job *job, enum dsmtp_status status,
                 const struct dsmtp_outcome *outcome)
{
    (void)job;
    if (check_int(status, DSMTP_OK))
        describe(outcome->plan, arg);
}

/* clang-format off */
#define SEC  DSMTP_SECURITY_SECURE, DSMTP_PRESENCE_DATA
#define INS  DSMTP_SECURITY_INSECURE, DSMTP_PRESENCE_DATA
#define BOG  DSMTP_SECURITY_BOGUS, DSMTP_PRESENCE_FAILED, ""
#define ERR  DSMTP_SECURITY_ERROR, DSMTP_PRESENCE_FAILED, ""
#define MX(...)    {.name = "d", .type = DSMTP_RR_MX, __VA_ARGS__}
#define A(n, ...)  {.name = n, .type = DSMTP_RR_A, __VA_ARGS__}
#define TL(n, ...) {.name = "_25._tcp." n, .type = DSMTP_RR_TLSA, __VA_ARGS__}
#define IP         "198.18.0.1"
#define ONE        MX(SEC, "1 m"), A("m", SEC, IP)
#define ONLY       DSMTP_POLICY_DANE_ONLY
#define DANE       DSMTP_POLICY_DANE
/* The zones of RFC 7672, section 3.2.2, under shorter names: x is an alias of d, and m15 of another host's
 * name, at which there is no TLSA record. */
#define EXAMPLE    {.name = "x", .type = DSMTP_RR_MX, SEC, "10 m10.d; 15 m15.d; 20 backup.n", "d"}, \
                   A("m10.d", SEC, IP), TL("m10.d", SEC, "201"), \
                   A("m15.d", SEC, IP, "real.n"), TL("m15.d", SEC, "201"), \
                   A("backup.n", SEC, IP), TL("backup.n", SEC, "201")

static const struct {
    const char *rules;
    const char *target;
    const char *profile;
    enum dsmtp_policy policy;
    struct fake_record world[8];
    const char *want;
} plans[] = {
    {"R-7671-4-1 R-7671-4.1-1 R-7672-3.1.3-2", "d", "rfc7672", DANE, {ONE, TL("m", SEC, "011; 111; 201; 311")},
        "attempt | m dane TLSA_USABLE --23 m,d sni m"},
    {"R-7671-14-1 R-7671-10.3-2", "d", "rfc7672", DANE, {ONE, TL("m", SEC, "011; 111")}, "attempt | m encrypt TLSA_UNUSABLE --"},
    {"R-7671-10.3-1", "d", "rfc7672", ONLY, {ONE, TL("m", SEC, "011; 111")},             "defer | m skip DANE_REQUIRED --"},
    {"R-7671-2-4 R-6698-4.1-5", "d", "rfc7672", DANE, {ONE, TL("m", SEC, "raw ff0101aa; 321; 313; 411; 311")},
        "attempt | m dane TLSA_USABLE ----3 m,d sni m"},
    {"R-6698-4.1-6", "d", "rfc7672", DANE, {ONE, TL("m", SEC, "311/31; 312/65; 300/9; 311")}, "attempt | m dane TLSA_USABLE ---3 m,d sni m"},
    {"R-6698-4.1-6", "d", "rfc7672", DANE, {ONE, TL("m", SEC, "311/31")},                "attempt | m encrypt TLSA_UNUSABLE -"},
    {"R-6698-2.1-1", "d", "rfc7672", DANE, {ONE, TL("m", SEC, "raw ; raw 03; raw 0301; raw 030101; 311")},
        "attempt | m dane TLSA_USABLE ----3 m,d sni m"},
    {"R-7671-9-5", "d", "rfc7672", DANE, {ONE, TL("m", SEC, "312/63; 311")},             "attempt | m dane TLSA_USABLE -3 m,d sni m"},
    {"R-7671-9-6", "d", "rfc7672", DANE, {ONE, TL("m", SEC, "311; 312; 301")},           "attempt | m dane TLSA_USABLE -33 m,d sni m"},
    {"R-7671-9-7", "d", "rfc7672", DANE, {ONE, TL("m", SEC, "201; 202; 301; 311; 312")}, "attempt | m dane TLSA_USABLE -23-3 m,d sni m"},
    {"R-6698-4.1-1 R-6698-4.1-2", "d", "rfc7672", DANE, {ONE, TL("m", SEC, "311")},      "attempt | m dane TLSA_USABLE 3 m,d sni m"},
    {"R-6698-4.1-1 R-6698-4.1-3", "d", "rfc7672", DANE, {ONE, TL("m", BOG)},             "defer | m skip TLSA_BOGUS "},
    {"R-6698-4.1-1 R-6698-4.1-4", "d", "rfc7672", DANE, {ONE, TL("m", INS, "311")},      "attempt | m may TLSA_INSECURE "},
    {"R-6698-4.1-1 R-6698-4.1-11", "d", "rfc7672", DANE, {ONE, TL("m", ERR)},            "defer | m skip TLSA_ERROR "},
    {"R-6698-4.1-8", "d", "rfc7672", DANE, {ONE, TL("m", SEC, "411")},                   "attempt | m encrypt TLSA_UNUSABLE -"},
    {"R-6698-4.1-8", "d", "seed2013", DANE, {ONE, TL("m", SEC, "411")},                  "attempt | m may TLSA_UNUSABLE -"},
    {"R-6698-4-1 R-7672-2.2.3-5", "[m]:2525", "rfc7672", DANE, {A("m", SEC, IP), TL("m", SEC, "411"), {.name = "_2525._tcp.m", .type = DSMTP_RR_TLSA, SEC, "311"}},
        "attempt | m dane TLSA_USABLE 3 m sni m"},
    {"R-7671-7-1 R-7671-7-2 R-7671-7-3 R-7671-7-4", "d", "rfc7672", DANE, {MX(SEC, "1 m"), A("m", SEC, IP, "r"), TL("r", SEC, "211"), TL("m", SEC, "311")},
        "attempt | m dane TLSA_USABLE 2 r,d sni r"},
    {"R-7671-7-2", "d", "rfc7672", DANE, {MX(SEC, "1 m"), A("m", SEC, IP, "r"), TL("m", SEC, "311")},
        "attempt | m dane TLSA_USABLE 3 m,d sni m"},
    {"R-7671-7-1", "d", "rfc7672", DANE, {MX(SEC, "1 m"), A("m", INS, IP, "r"), TL("r", SEC, "211"), {.name = "m", .type = DSMTP_RR_CNAME, INS, "r"}},
        "attempt | m may ADDRESS_INSECURE "},
    {"R-7672-3.2.2-2 R-7671-10.2-2", "d", "rfc7672", DANE, {ONE, TL("m", SEC, "201")},   "attempt | m dane TLSA_USABLE 2 m,d sni m"},
    {"R-7672-3.2.2-6", "[h]", "rfc7672", DANE, {A("h", SEC, IP, "r"), TL("r", SEC, "201")}, "attempt | h dane TLSA_USABLE 2 r,h sni r"},
    {"R-9525-6.1-1", "d", "rfc7672", DANE, {MX(INS, "1 m"), A("m", SEC, IP), TL("m", SEC, "201")}, "attempt | m dane TLSA_USABLE 2 m sni m"},
    {"R-7672-3.2.2-7", "x", "rfc7672", DANE, {EXAMPLE},
        "attempt | m10.d dane TLSA_USABLE 2 m10.d,x,d sni m10.d | m15.d dane TLSA_USABLE 2 m15.d,x,d sni m15.d"
        " | backup.n dane TLSA_USABLE 2 backup.n,x,d sni backup.n"},
};
/* clang-format on */

/* R-7672-1.1-4: the next hop counts; whatever the mail's domain is, it is nowhere in the plan. */
static void test_plans(void)
{
    for (size_t i = 0; i < CHECK_COUNT(plans); i++) {
        const struct fake_world world = {plans[i].world, CHECK_COUNT(plans[i].world)};
        struct dsmtp_job_config config = {.engine = &net.engine,
                                          .mode = DSMTP_MODE_PLAN,
                                          .target = "recipient.example",
                                          .policy = plans[i].policy,
                                          .done = done};
        struct dsmtp_nexthop nexthop;
        struct dsmtp_fault fault;
        struct dsmtp_job *job = NULL;
        char got[TEXT_MAX] = "";

        check_row(plans[i].rules);
        fake_network_init(&net, world, "");
        net.engine.profile = *dsmtp_profile_find(plans[i].profile);
        check_int(dsmtp_nexthop_parse(plans[i].target, &nexthop, &fault), DSMTP_OK);
        net.engine.service_port = nexthop.port;
        config.nexthop = nexthop.name;
        config.kind = nexthop.kind;
        config.arg = got;
        if (check_int(dsmtp_job_open(&config, &job), DSMTP_OK))
            check_true(fake_run(&net.loop, 500));
        check_str(got, plans[i].want);
        dsmtp_job_close(&job);
    }
}

/* R-6698-4.1-5, R-6698-6-1, R-7671-2-4: of all 2^24 combinations of fields exactly these can be
 * used, when the data is what the matching type asks for. */
static void test_fields(void)
{
    static const uint8_t octets[64];
    const struct dsmtp_profile *profile = dsmtp_profile_at(0);
    unsigned usable = 0;
    unsigned wrong = 0;

    for (unsigned fields = 0; fields < 1u << 24; fields++) {
        const uint8_t usage = (uint8_t)(fields >> 16);
        const uint8_t selector = (uint8_t)(fields >> 8);
        const uint8_t matching = (uint8_t)fields;
        struct dsmtp_tlsa r = {.usage = usage,
                               .selector = selector,
                               .matching = matching,
                               .data = octets,
                               .len = matching == 1 ? 32 : 64};
        bool want = (usage == 2 || usage == 3) && selector <= 1 && (matching == 1 || matching == 2);

        usable += dsmtp_usable_mark(profile, &r, 1);
        wrong += (r.why == DSMTP_UNUSABLE_NO) == want ? 0 : 1;
    }
    check_uint(usable, 8);
    check_uint(wrong, 0);
}

static const struct check_test tests[] = {{"from answers to plans", test_plans},
                                          {"every combination of fields", test_fields}};
SUITE(tlsa_rules, tests);
