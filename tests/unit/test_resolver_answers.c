/* test_resolver_answers.c - what do both resolvers make of refusals, of big answers, and of names
 * that others answer by themselves? */
#include <stdio.h>
#include <string.h>

#include "adapt/resolver_stub.h"
#include "check.h"
#include "resolver_world.h"

#define S(word) DSMTP_SECURITY_##word
#define P(word) DSMTP_PRESENCE_##word

/* clang-format off */
static const struct {
    const char *name;
    enum dsmtp_rrtype type;
    enum dsmtp_security security;
    enum dsmtp_presence presence;
    unsigned count;
    size_t len;
    const char *stub, *unbound; /* their words */
} rows[] = {
    /* R-7672-2.1.1-10: an absence is an answer, */
    {"nodata.example",    DSMTP_RR_TLSA, S(INSECURE), P(NODATA),   0,   0,     "", ""},
    {"denied.example",    DSMTP_RR_TLSA, S(INSECURE), P(NXDOMAIN), 0,   0,     "", ""},
    {"nothing.example",   DSMTP_RR_TLSA, S(INSECURE), P(NXDOMAIN), 0,   0,     "", ""},
    {"empty.example",     DSMTP_RR_TLSA, S(INSECURE), P(NODATA),   0,   0,     "", ""},
    /* R-7672-2.1.1-11, R-7672-2.1.2-4: and any failure is none. */
    {"formerr.example",   DSMTP_RR_TLSA, S(ERROR),    P(FAILED),   0,   0,     "FORMERR",  "SERVFAIL"},
    {"header.example",    DSMTP_RR_TLSA, S(ERROR),    P(FAILED),   0,   0,     "FORMERR",  "SERVFAIL"},
    {"servfail.example",  DSMTP_RR_TLSA, S(ERROR),    P(FAILED),   0,   0,     "SERVFAIL", "SERVFAIL"},
    {"notimp.example",    DSMTP_RR_TLSA, S(ERROR),    P(FAILED),   0,   0,     "NOTIMP",   "SERVFAIL"},
    {"refused.example",   DSMTP_RR_TLSA, S(ERROR),    P(FAILED),   0,   0,     "REFUSED",  "SERVFAIL"},
    {"yxdomain.example",  DSMTP_RR_TLSA, S(ERROR),    P(FAILED),   0,   0,     "YXDOMAIN", "YXDOMAIN"},
    {"loop.example",      DSMTP_RR_TLSA, S(ERROR),    P(FAILED),   0,   0,     "alias chain too long or a loop", "SERVFAIL"},
    {"cut.example",       DSMTP_RR_TLSA, S(ERROR),    P(FAILED),   0,   0,     "the reply is truncated", "SERVFAIL"},
    {"malformed.example", DSMTP_RR_TLSA, S(ERROR),    P(FAILED),   0,   0,     "malformed reply", "SERVFAIL"},
    {"question.example",  DSMTP_RR_TLSA, S(ERROR),    P(FAILED),   0,   0,     DSMTP_WHY_TIMEOUT, "SERVFAIL"},
    {"type.example",      DSMTP_RR_TLSA, S(ERROR),    P(FAILED),   0,   0,     DSMTP_WHY_TIMEOUT, "SERVFAIL"},
    {"id.example",        DSMTP_RR_TLSA, S(ERROR),    P(FAILED),   0,   0,     DSMTP_WHY_TIMEOUT, "no answer in time"},
    /* R-7672-2.1.3-2: libunbound asks on; to a resolver that does not, half an alias is all there is. */
    {"whole.example",     DSMTP_RR_A,    S(INSECURE), P(DATA),     1,   4,     "", ""},
    /* R-4035-4.1-2: answers that need TCP. */
    {"one.example",       DSMTP_RR_TLSA, S(INSECURE), P(DATA),     1,   35,    "", ""},
    {"fifty.example",     DSMTP_RR_TLSA, S(INSECURE), P(DATA),     50,  35,    "", ""},
    {"eight.example",     DSMTP_RR_TLSA, S(INSECURE), P(DATA),     120, 35,    "", ""},
    {"full.example",      DSMTP_RR_TLSA, S(INSECURE), P(DATA),     1,   65481, "", ""},
    /* Names that many a resolver answers by itself, or never asks for; and no search list. */
    {"mx.test",           DSMTP_RR_TLSA, S(INSECURE), P(DATA),     1,   35,    "", ""},
    {"mx.invalid",        DSMTP_RR_TLSA, S(INSECURE), P(DATA),     1,   35,    "", ""},
    {"mx.home.arpa",      DSMTP_RR_TLSA, S(INSECURE), P(DATA),     1,   35,    "", ""},
    {"localhost",         DSMTP_RR_TLSA, S(INSECURE), P(DATA),     1,   35,    "", ""},
    {"1.10.in-addr.arpa", DSMTP_RR_TLSA, S(INSECURE), P(DATA),     1,   35,    "", ""},
    {"mx",                DSMTP_RR_TLSA, S(INSECURE), P(DATA),     1,   35,    "", ""},
};
/* clang-format on */

static void test_answers(void)
{
    struct dsmtp_resolver r;

    if (!world_open(0))
        return;
    for (enum kind kind = STUB; kind <= UNBOUND; kind++) {
        for (size_t i = 0; i < CHECK_COUNT(rows); i++) {
            const char *why = kind == STUB ? rows[i].stub : rows[i].unbound;
            /* What will come is waited for, also on a machine that has much to do. */
            const bool comes = rows[i].presence == P(DATA) || why[0] == '\0';

            check_rowf("%s: %s", kind_names[kind], rows[i].name);
            /* A new one each time: what is remembered of a bad server must not matter. */
            if (!world_resolver(kind, comes ? 10 * PATIENCE_MS : PATIENCE_MS, &r))
                break;
            world_ask_one(&r, rows[i].name, rows[i].type);
            r.close(r.self);
            check_str(dsmtp_security_name(world.tally.security),
                      dsmtp_security_name(rows[i].security));
            check_str(dsmtp_presence_name(world.tally.presence),
                      dsmtp_presence_name(rows[i].presence));
            check_uint(world.tally.count, rows[i].count);
            check_uint(world.tally.len, rows[i].len);
            check_str(world.tally.why, why);
        }
    }
    world_close();
}

/* R-4035-4.9.3-1, R-7672-2.1.1-6: the stub looks at AD; R-4035-4.9.3-3, R-4035-4.6-1: who validates
 * does not. R-7672-2.1.1-5: what no anchor is above of is insecure, not indeterminate. */
static void test_ad(void)
{
    struct dsmtp_resolver r;

    for (enum kind kind = STUB; kind <= UNBOUND && world_open(0); kind++) {
        check_row(kind_names[kind]);
        if (world_resolver(kind, PATIENCE_MS, &r)) {
            world_ask_one(&r, "ad.example", DSMTP_RR_TLSA);
            check_int(world.tally.presence, P(DATA));
            check_str(dsmtp_security_name(world.tally.security),
                      kind == STUB ? "secure" : "insecure");
            r.close(r.self);
        }
        world_close();
    }
}

/* The first resolver is dead, refuses, or fails: the second one is asked. */
static void test_next_server(void)
{
    static const char *const names[] = {"dead.example", "refused.example", "servfail.example",
                                        "mute.example"};
    struct dns_server second = {.serve = world_serve_well};
    const char *servers[] = {world.server.address, second.address};
    const struct dsmtp_stub_options options = {
        .servers = servers, .server_count = 2, .timeout_ms = PATIENCE_MS};
    struct dsmtp_resolver r;
    struct dsmtp_fault fault;

    if (!world_open(0) || !dns_server_start(&second))
        return;
    for (size_t i = 0; i < CHECK_COUNT(names); i++) {
        check_row(names[i]);
        if (i == 0)
            dns_server_kill(&world.server);
        if (check_int(dsmtp_resolver_stub_open(&world.loop, &options, &r, &fault), DSMTP_OK)) {
            world_ask_one(&r, names[i], DSMTP_RR_A);
            check_str(world.tally.why, "");
            check_int(world.tally.presence, P(DATA));
            r.close(r.self);
        }
        if (i == 0)
            check_true(dns_server_start(&world.server));
    }
    dns_server_kill(&second);
    world_close();
}

/* RFC 7766: queries share a connection; when the resolver closes it they go out once more. */
static void test_tcp(void)
{
    static const struct {
        const char *label;
        const char *names[4];
        size_t seen; /* 100 * connections + datagrams */
    } shared[] = {
        {"one", {"connections.a.example"}, 101},
        {"side by side",
         {"connections.a.example", "connections.b.example", "connections.a.example"},
         103},
        {"hung up", {"hangup.a.example"}, 201},
        {"hung up on three",
         {"connections.a.example", "hangup.a.example", "hangup.b.example"},
         203},
    };
    struct dsmtp_resolver r;

    for (size_t i = 0; i < CHECK_COUNT(shared) && world_open(0); i++) {
        check_row(shared[i].label);
        if (world_resolver(STUB, 30000, &r)) {
            world_begin();
            for (size_t n = 0; n < 4 && shared[i].names[n] != NULL; n++)
                world_ask(&r, shared[i].names[n], DSMTP_RR_TLSA);
            world_wait();
            check_uint(world.tally.failed, 0);
            check_uint(world.tally.len, shared[i].seen);
            world_ask_one(&r, "connections.c.example", DSMTP_RR_TLSA);
            check_uint(world.tally.len, shared[i].seen + 1);
            r.close(r.self);
        }
        world_close();
    }
}

static const struct check_test tests[] = {
    {"answers", test_answers},
    {"AD", test_ad},
    {"next server", test_next_server},
    {"TCP", test_tcp},
};
SUITE(resolver_answers, tests);
