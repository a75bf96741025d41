/* test_resolver_real.c - both resolvers against a server in another process: refusals, big answers,
 * names that others answer by themselves, a server that dies and comes back, thousands of questions
 * at once.
 *
 * The server signs nothing. What is secure or bogus the lab tries, in a signed world. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <unistd.h>

#include "adapt/resolver_stub.h"
#include "adapt/resolver_unbound.h"
#include "check.h"
#include "dns_server.h"

#define PATIENCE_MS 400u
#define S(word) DSMTP_SECURITY_##word
#define P(word) DSMTP_PRESENCE_##word

/* --- what the server says, by the first label of the name ----------------------------------------
 */

static void rcode(struct reply *r, unsigned code)
{
    r->bytes[3] |= (uint8_t)code;
}

static void formerr(const struct dns_query *q, struct reply *r)
{
    (void)q;
    rcode(r, 1);
}

static void header_only(const struct dns_query *q, struct reply *r)
{
    formerr(q, r);
    r->len = 12;
    memset(r->bytes + 4, 0, 8);
}

static void servfail(const struct dns_query *q, struct reply *r)
{
    (void)q;
    rcode(r, SERVFAIL);
}

static void notimp(const struct dns_query *q, struct reply *r)
{
    (void)q;
    rcode(r, 4);
}

static void refused(const struct dns_query *q, struct reply *r)
{
    (void)q;
    rcode(r, REFUSED);
}

static void too_long(const struct dns_query *q, struct reply *r)
{
    (void)q;
    rcode(r, 6);
}

static void denied(const struct dns_query *q, struct reply *r)
{
    (void)q;
    rcode(r, NX);
    reply_soa(r);
}

static void records(const struct dns_query *q, struct reply *r, unsigned count, size_t len)
{
    static uint8_t data[70000];

    for (unsigned i = 0; i < count; i++) {
        data[0] = 3;
        data[1] = data[2] = 1;
        data[3] = (uint8_t)(i >> 8);
        data[4] = (uint8_t)i;
        reply_add(r, AN, q->name, q->type, data, len);
    }
}

/* A record as long as the number of connections so far. */
static void connections(const struct dns_query *q, struct reply *r)
{
    if (q->tcp)
        records(q, r, 1, q->connections);
    else
        r->bytes[2] |= 0x02;
}

static void one(const struct dns_query *q, struct reply *r)
{
    if (q->type == DSMTP_RR_A)
        reply_address(r, q->name);
    else
        records(q, r, 1, 35);
}

static void fifty(const struct dns_query *q, struct reply *r)
{
    records(q, r, 50, 35);
}

static void eight_kib(const struct dns_query *q, struct reply *r)
{
    records(q, r, 120, 35);
}

/* The largest message there is. */
static void full(const struct dns_query *q, struct reply *r)
{
    records(q, r, 1, 65535 - r->len - strlen(q->name) - 2 - 10);
}

static void says_secure(const struct dns_query *q, struct reply *r)
{
    one(q, r);
    r->bytes[3] |= AD;
}

static void always_cut(const struct dns_query *q, struct reply *r)
{
    (void)q;
    r->bytes[2] |= 0x02;
    r->bytes[3] |= AD;
}

static void malformed(const struct dns_query *q, struct reply *r)
{
    one(q, r);
    r->len--;
}

static void other_question(const struct dns_query *q, struct reply *r)
{
    one(q, r);
    r->bytes[13] ^= 1;
}

static void other_type(const struct dns_query *q, struct reply *r)
{
    one(q, r);
    r->bytes[12 + strlen(q->name) + 3] ^= 16;
}

static void other_id(const struct dns_query *q, struct reply *r)
{
    one(q, r);
    r->bytes[0] ^= 1;
}

static void loop(const struct dns_query *q, struct reply *r)
{
    reply_alias(r, q->name, "loop2.example");
    reply_alias(r, "loop2.example", q->name);
}

static void half(const struct dns_query *q, struct reply *r)
{
    reply_alias(r, q->name, "one.example");
}

static void whole(const struct dns_query *q, struct reply *r)
{
    half(q, r);
    reply_address(r, "one.example");
}

static void to_nothing(const struct dns_query *q, struct reply *r)
{
    reply_alias(r, q->name, "denied.example");
    denied(q, r);
}

static void to_no_data(const struct dns_query *q, struct reply *r)
{
    reply_alias(r, q->name, "nodata.example");
    reply_soa(r);
}

static void no_data(const struct dns_query *q, struct reply *r)
{
    (void)q;
    reply_soa(r);
}

static const struct {
    const char *label;
    void (*fill)(const struct dns_query *q, struct reply *r);
} answers[] = {
    {"formerr", formerr},
    {"header", header_only},
    {"ad", says_secure},
    {"servfail", servfail},
    {"notimp", notimp},
    {"refused", refused},
    {"yxdomain", too_long},
    {"denied", denied},
    {"nodata", no_data},
    {"one", one},
    {"fifty", fifty},
    {"eight", eight_kib},
    {"full", full},
    {"cut", always_cut},
    {"malformed", malformed},
    {"question", other_question},
    {"type", other_type},
    {"id", other_id},
    {"loop", loop},
    {"loop2", loop},
    {"half", half},
    {"whole", whole},
    {"nothing", to_nothing},
    {"empty", to_no_data},
    {"connections", connections},
    {"hangup", connections},
};

/* Whatever the table does not name exists. */
static bool serve(const struct dns_query *q, struct reply *r)
{
    size_t len = strcspn(q->name, ".");

    if (strncmp(q->name, "mute.", 5) == 0)
        return false;
    if (strncmp(q->name, "hangup.", 7) == 0 && q->tcp && q->connections == 1)
        return false;

    for (size_t i = 0; i < CHECK_COUNT(answers); i++)
        if (strlen(answers[i].label) == len && strncasecmp(q->name, answers[i].label, len) == 0) {
            answers[i].fill(q, r);
            return true;
        }
    one(q, r);
    return true;
}

static bool serve_well(const struct dns_query *q, struct reply *r)
{
    one(q, r);
    return true;
}

/* --- asking --------------------------------------------------------------------------------------
 */

static struct dsmtp_loop main_loop;
static struct dns_server server;
static char anchor[] = "/tmp/unit-anchor-XXXXXX";

struct got {
    enum dsmtp_security security;
    enum dsmtp_presence presence;
    unsigned count;
    size_t len; /* of the first record */
    char why[200];
};

/* Of all questions of one round. */
static struct {
    unsigned awaited, answered, failed;
    struct got last;
} tally;

static void take(void *arg, const struct dsmtp_answer *a)
{
    (void)arg;
    tally.answered++;
    tally.failed += a->presence == P(FAILED) ? 1 : 0;
    tally.last = (struct got){a->security, a->presence, a->count, 0, ""};
    if (a->presence == P(DATA))
        tally.last.len = a->records[0].len;
    snprintf(tally.last.why, sizeof(tally.last.why), "%.199s", a->why != NULL ? a->why : "");
    if (tally.answered == tally.awaited)
        dsmtp_loop_stop(&main_loop);
}

static bool ask(struct dsmtp_resolver *r, const char *name, enum dsmtp_rrtype type)
{
    const struct dsmtp_query query = {.name = name, .type = type};

    tally.awaited++;
    return check_int(r->ask(r->self, &query, take, &tally), DSMTP_OK);
}

static void ask_one(struct dsmtp_resolver *r, const char *name, enum dsmtp_rrtype type)
{
    memset(&tally, 0, sizeof(tally));
    if (ask(r, name, type))
        check_int(dsmtp_loop_run(&main_loop), DSMTP_OK);
}

/* Different names, so that no cache helps. */
static void ask_many(struct dsmtp_resolver *r, unsigned count, const char *zone)
{
    char name[60];

    memset(&tally, 0, sizeof(tally));
    for (unsigned i = 0; i < count; i++) {
        snprintf(name, sizeof(name), "host%u.%s.example", i, zone);
        if (!ask(r, name, DSMTP_RR_A))
            return;
    }
    check_int(dsmtp_loop_run(&main_loop), DSMTP_OK);
}

/* An anchor for a zone that does not matter: libunbound validates, and finds everything else
 * insecure. */
static bool write_anchor(void)
{
    static const char record[] = "anchor.example. DS 1 13 2 "
                                 "00000000000000000000000000000000000000000000000000000000000000"
                                 "00\n";
    int fd = mkstemp(anchor);
    bool ok = fd >= 0 && write(fd, record, sizeof(record) - 1) == (ssize_t)sizeof(record) - 1;

    (void)close(fd);
    return check_true(ok);
}

enum kind { STUB, UNBOUND };
static const char *const kinds[] = {"stub", "libunbound"};

static bool open_kind(enum kind kind, unsigned timeout_ms, struct dsmtp_resolver *out)
{
    const char *servers[] = {server.address};
    const struct dsmtp_stub_options stub = {
        .servers = servers, .server_count = 1, .timeout_ms = timeout_ms};
    const struct dsmtp_unbound_options unbound = {.forwarders = servers,
                                                  .forwarder_count = 1,
                                                  .trust_anchor = anchor,
                                                  .timeout_ms = timeout_ms};
    struct dsmtp_fault fault = {.what = ""};
    enum dsmtp_status status = kind == STUB
                                   ? dsmtp_resolver_stub_open(&main_loop, &stub, out, &fault)
                                   : dsmtp_resolver_unbound_open(&main_loop, &unbound, out, &fault);

    check_str(fault.what, "");
    return check_int(status, DSMTP_OK);
}

static bool open_world(unsigned delay_ms)
{
    struct dsmtp_fault fault;

    server = (struct dns_server){.serve = serve, .delay_ms = delay_ms};
    memcpy(anchor + strlen(anchor) - 6, "XXXXXX", 6);
    return write_anchor() && dns_server_start(&server) &&
           check_int(dsmtp_loop_open(&main_loop, &fault), DSMTP_OK);
}

static void close_world(void)
{
    dns_server_kill(&server);
    dsmtp_loop_close(&main_loop);
    (void)unlink(anchor);
}

/* --- one question each ---------------------------------------------------------------------------
 */

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
    {"question.example",  DSMTP_RR_TLSA, S(ERROR),    P(FAILED),   0,   0,     "the resolver does not answer", "SERVFAIL"},
    {"type.example",      DSMTP_RR_TLSA, S(ERROR),    P(FAILED),   0,   0,     "the resolver does not answer", "SERVFAIL"},
    {"id.example",        DSMTP_RR_TLSA, S(ERROR),    P(FAILED),   0,   0,     "the resolver does not answer", "no answer in time"},
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

    if (!open_world(0))
        return;
    for (enum kind kind = STUB; kind <= UNBOUND; kind++) {
        for (size_t i = 0; i < CHECK_COUNT(rows); i++) {
            const char *why = kind == STUB ? rows[i].stub : rows[i].unbound;

            check_rowf("%s: %s", kinds[kind], rows[i].name);
            /* A new one each time: what is remembered of a bad server must not matter. */
            if (!open_kind(kind, PATIENCE_MS, &r))
                break;
            ask_one(&r, rows[i].name, rows[i].type);
            r.close(r.self);
            check_str(dsmtp_security_name(tally.last.security),
                      dsmtp_security_name(rows[i].security));
            check_str(dsmtp_presence_name(tally.last.presence),
                      dsmtp_presence_name(rows[i].presence));
            check_uint(tally.last.count, rows[i].count);
            check_uint(tally.last.len, rows[i].len);
            check_str(tally.last.why, why);
        }
    }
    close_world();
}

/* R-4035-4.9.3-1, R-7672-2.1.1-6: the stub looks at AD; R-4035-4.9.3-3: who validates does not. */
static void test_ad(void)
{
    struct dsmtp_resolver r;

    for (enum kind kind = STUB; kind <= UNBOUND && open_world(0); kind++) {
        check_row(kinds[kind]);
        if (open_kind(kind, PATIENCE_MS, &r)) {
            ask_one(&r, "ad.example", DSMTP_RR_TLSA);
            check_int(tally.last.presence, P(DATA));
            check_str(dsmtp_security_name(tally.last.security),
                      kind == STUB ? "secure" : "insecure");
            r.close(r.self);
        }
        close_world();
    }
}

/* The first resolver is dead, refuses, or fails: the second one is asked. */
static void test_next_server(void)
{
    static const char *const names[] = {"dead.example", "refused.example", "servfail.example",
                                        "mute.example"};
    struct dns_server second = {.serve = serve_well};
    const char *servers[] = {server.address, second.address};
    const struct dsmtp_stub_options options = {
        .servers = servers, .server_count = 2, .timeout_ms = PATIENCE_MS};
    struct dsmtp_resolver r;
    struct dsmtp_fault fault;

    if (!open_world(0) || !dns_server_start(&second))
        return;
    for (size_t i = 0; i < CHECK_COUNT(names); i++) {
        check_row(names[i]);
        if (i == 0)
            dns_server_kill(&server);
        if (check_int(dsmtp_resolver_stub_open(&main_loop, &options, &r, &fault), DSMTP_OK)) {
            ask_one(&r, names[i], DSMTP_RR_A);
            check_str(tally.last.why, "");
            check_int(tally.last.presence, P(DATA));
            r.close(r.self);
        }
        if (i == 0)
            check_true(dns_server_start(&server));
    }
    dns_server_kill(&second);
    close_world();
}

/* RFC 7766: queries share a connection; when the resolver closes it they go out once more. */
static void test_tcp(void)
{
    static const struct {
        const char *label;
        const char *names[4];
        size_t connections;
    } shared[] = {
        {"one", {"connections.a.example"}, 1},
        {"side by side",
         {"connections.a.example", "connections.b.example", "connections.a.example"},
         1},
        {"hung up", {"hangup.a.example"}, 2},
        {"hung up on three", {"connections.a.example", "hangup.a.example", "hangup.b.example"}, 2},
    };
    struct dsmtp_resolver r;

    for (size_t i = 0; i < CHECK_COUNT(shared) && open_world(0); i++) {
        check_row(shared[i].label);
        if (open_kind(STUB, PATIENCE_MS, &r)) {
            memset(&tally, 0, sizeof(tally));
            for (size_t n = 0; n < 4 && shared[i].names[n] != NULL; n++)
                ask(&r, shared[i].names[n], DSMTP_RR_TLSA);
            check_int(dsmtp_loop_run(&main_loop), DSMTP_OK);
            check_uint(tally.failed, 0);
            check_uint(tally.last.len, shared[i].connections);
            ask_one(&r, "connections.c.example", DSMTP_RR_TLSA);
            check_uint(tally.last.len, shared[i].connections);
            r.close(r.self);
        }
        close_world();
    }
}

/* --- a server that dies --------------------------------------------------------------------------
 */

/* What is under way ends as an error within its time, what is asked later has an answer
 * (R-7672-2.1.1-9). */
static void test_death(void)
{
    struct dsmtp_resolver r;
    char zone[20];

    for (enum kind kind = STUB; kind <= UNBOUND; kind++) {
        check_row(kinds[kind]);
        if (!open_world(5))
            return;
        if (open_kind(kind, PATIENCE_MS, &r)) {
            ask_many(&r, 20, "before");
            check_uint(tally.failed, 0);
            dns_server_kill(&server);
            ask_many(&r, 500, "under-way");
            check_uint(tally.answered, 500);
            check_uint(tally.failed, 500);
            check_true(dns_server_start(&server));
            tally.failed = 1;
            for (unsigned i = 0; i < 10 && tally.failed > 0; i++) {
                snprintf(zone, sizeof(zone), "after%u", i);
                ask_many(&r, 20, zone);
            }
            check_uint(tally.failed, 0);
            r.close(r.self);
        }
        close_world();
    }
}

/* --- many questions ------------------------------------------------------------------------------
 */

#define MANY 5000u
/* About 13 KiB each in libunbound; the sanitizer keeps more. */
#ifdef __SANITIZE_ADDRESS__
#define MANY_KIB 300000
#else
#define MANY_KIB 96000
#endif

static long peak_kib(void)
{
    struct rusage usage;

    (void)getrusage(RUSAGE_SELF, &usage);
    return usage.ru_maxrss;
}

/* All are outstanding together, more than may be on the wire. */
static void test_many(void)
{
    struct dsmtp_resolver r;

    for (enum kind kind = STUB; kind <= UNBOUND; kind++) {
        long before = peak_kib();

        check_row(kinds[kind]);
        if (!open_world(20))
            return;
        if (open_kind(kind, 30000, &r)) {
            ask_many(&r, MANY, "many");
            check_uint(tally.answered, MANY);
            check_uint(tally.failed, 0);
            check_str(tally.last.why, "");
            if (!check_true(peak_kib() - before < MANY_KIB))
                printf("%ld KiB\n", peak_kib() - before);
            r.close(r.self);
        }
        close_world();
    }
}

/* With few descriptors libunbound must not run out of them, which it would call SERVFAIL. */
static void test_few_descriptors(void)
{
    struct rlimit was, few;
    struct dsmtp_resolver r;

    if (!open_world(20))
        return;
    (void)getrlimit(RLIMIT_NOFILE, &was);
    few = (struct rlimit){.rlim_cur = 128, .rlim_max = was.rlim_max};
    check_int(setrlimit(RLIMIT_NOFILE, &few), 0);
    if (open_kind(UNBOUND, 30000, &r)) {
        ask_many(&r, 1000, "few");
        check_uint(tally.answered, 1000);
        check_uint(tally.failed, 0);
        r.close(r.self);
    }
    (void)setrlimit(RLIMIT_NOFILE, &was);
    close_world();
}

static const struct check_test tests[] = {
    {"answers", test_answers},
    {"AD", test_ad},
    {"next server", test_next_server},
    {"TCP", test_tcp},
    {"a server that dies and comes back", test_death},
    {"five thousand questions", test_many},
    {"few descriptors", test_few_descriptors},
};
SUITE(resolver_real, tests);
