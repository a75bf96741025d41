/* test_canary.c - what becomes of answers before and after the canary's own? */
#include <stdio.h>
#include <string.h>

#include "adapt/resolver_canary.h"
#include "check.h"
#include "fakes/manual.h"

#define S(word) DSMTP_SECURITY_##word

static struct fake_manual inner;

static void answer(unsigned i, enum dsmtp_security security)
{
    fake_manual_answer(&inner, i, security, DSMTP_PRESENCE_DATA, "\x7f\0\0\1", 4);
}

/* What the asker is told. */
static struct {
    unsigned count;
    enum dsmtp_security security;
    unsigned records;
    char why[200];
} got;
static struct dsmtp_resolver front;
static bool close_inside;

static void take(void *arg, const struct dsmtp_answer *a)
{
    (void)arg;
    got.count++;
    got.security = a->security;
    got.records = a->count;
    snprintf(got.why, sizeof(got.why), "%s", a->why != NULL ? a->why : "");
    check_str(a->query.name, "d.example");
    if (close_inside)
        front.close(front.self);
}

static unsigned told;

static void tell(const void *arg, const struct dsmtp_answer *canary)
{
    (void)arg;
    (void)canary;
    told++;
}

static const struct dsmtp_query question = {.name = "d.example", .type = DSMTP_RR_A};

static bool open_front(bool required)
{
    const struct dsmtp_resolver port = fake_manual_port(&inner);
    const struct dsmtp_canary_options options = {.name = ".", .required = required, .tell = tell};

    memset(&inner, 0, sizeof(inner));
    memset(&got, 0, sizeof(got));
    told = 0;
    close_inside = false;
    return check_int(dsmtp_resolver_canary_open(&port, &options, &front), DSMTP_OK);
}

/* clang-format off */
static const struct {
    const char *label;
    bool required;
    enum dsmtp_security canary, answer, want;
    bool held; /* when it comes before the canary's */
    const char *why;
} rows[] = {
    /* R-7672-2.1.1-1, E45: the default is to warn. */
    {"validates",                 false, S(SECURE),   S(INSECURE), S(INSECURE), true,  ""},
    {"secure passes",             false, S(INSECURE), S(SECURE),   S(SECURE),   false, ""},
    {"bogus passes",              true,  S(INSECURE), S(BOGUS),    S(BOGUS),    false, "inner words"},
    {"error passes",              true,  S(ERROR),    S(ERROR),    S(ERROR),    false, "inner words"},
    {"blind",                     false, S(INSECURE), S(INSECURE), S(INSECURE), true,
     "the resolver does not validate: NS of . is insecure"},
    {"unknown",                   false, S(ERROR),    S(INSECURE), S(INSECURE), true,
     "it is not known whether the resolver validates: NS of .: error, inner words"},
    {"bogus canary",              false, S(BOGUS),    S(INSECURE), S(INSECURE), true,
     "it is not known whether the resolver validates: NS of .: bogus, inner words"},
    {"validates, required",       true,  S(SECURE),   S(INSECURE), S(INSECURE), true,  ""},
    {"blind, required",           true,  S(INSECURE), S(INSECURE), S(ERROR),    true,
     "the resolver does not validate: NS of . is insecure"},
    {"unknown, required",         true,  S(ERROR),    S(INSECURE), S(ERROR),    true,
     "it is not known whether the resolver validates: NS of .: error, inner words"},
};
/* clang-format on */

static void check_got(size_t i)
{
    bool data = rows[i].want == S(SECURE) || rows[i].want == S(INSECURE);

    check_uint(got.count, 1);
    check_str(dsmtp_security_name(got.security), dsmtp_security_name(rows[i].want));
    check_uint(got.records, data ? 1 : 0);
    check_str(got.why, rows[i].why);
}

static void test_canary(void)
{
    for (size_t i = 0; i < CHECK_COUNT(rows) && open_front(rows[i].required); i++) {
        check_rowf("%s, answer first", rows[i].label);
        check_int(front.ask(front.self, &question, take, &got), DSMTP_OK);
        check_uint(inner.asked, 2);
        check_str(inner.questions[0].name, ".");
        check_str(dsmtp_rrtype_name(inner.questions[0].type), "NS");
        answer(1, rows[i].answer);
        check_uint(got.count, rows[i].held ? 0 : 1);
        answer(0, rows[i].canary);
        check_got(i);
        check_uint(told, 1);

        check_rowf("%s, canary first", rows[i].label);
        memset(&got, 0, sizeof(got));
        check_int(front.ask(front.self, &question, take, &got), DSMTP_OK);
        check_uint(inner.asked, 3);
        answer(2, rows[i].answer);
        check_got(i);
        front.close(front.self);
        check_uint(inner.closed, 1);
    }
}

static void test_ends(void)
{
    int other;

    /* Forgotten: one that waits for its answer, one that waits for the canary. */
    if (!open_front(false))
        return;
    check_int(front.ask(front.self, &question, take, &got), DSMTP_OK);
    check_int(front.ask(front.self, &question, take, &got), DSMTP_OK);
    check_int(front.ask(front.self, &question, take, &other), DSMTP_OK);
    answer(2, S(INSECURE));
    front.forget(front.self, &got);
    check_uint(inner.forgotten, 1);
    answer(0, S(SECURE));
    check_uint(got.count, 0);
    answer(3, S(SECURE));
    check_uint(got.count, 1);
    front.close(front.self);

    /* The canary is secure: one asked before that is known, one since. */
    if (!open_front(false))
        return;
    check_int(front.ask(front.self, &question, take, &got), DSMTP_OK);
    answer(0, S(SECURE));
    check_int(front.ask(front.self, &question, take, &got), DSMTP_OK);
    front.forget(front.self, &got);
    check_uint(inner.forgotten, 2);
    front.close(front.self);

    /* The first one told closes; the other is not told any more. */
    if (!open_front(false))
        return;
    close_inside = true;
    check_int(front.ask(front.self, &question, take, &got), DSMTP_OK);
    check_int(front.ask(front.self, &question, take, &got), DSMTP_OK);
    answer(1, S(INSECURE));
    answer(2, S(INSECURE));
    answer(0, S(INSECURE));
    check_uint(got.count, 1);
    check_uint(inner.closed, 1);

    /* What the inner resolver refuses. */
    if (!open_front(false))
        return;
    inner.refuse = 1;
    check_int(front.ask(front.self, &question, take, &got), DSMTP_SYSTEM);
    inner.refuse = 2;
    check_int(front.ask(front.self, &question, take, &got), DSMTP_SYSTEM);
    check_uint(inner.asked, 1);
    inner.refuse = 0;
    check_int(front.ask(front.self, &question, take, &got), DSMTP_OK);
    check_uint(inner.asked, 2);
    front.close(front.self);
    check_uint(got.count, 0);
}

static const struct check_test tests[] = {
    {"before and after the canary", test_canary},
    {"forget, close, refuse", test_ends},
};
SUITE(canary, tests);
