/* test_canary.c - what becomes of answers before and after the canary's own? */
#include <stdio.h>
#include <string.h>

#include "adapt/resolver_canary.h"
#include "check.h"

#define S(word) DSMTP_SECURITY_##word

/* A resolver that answers when the test says so: question 0 is the canary's. */
static struct {
    struct dsmtp_query query[8];
    dsmtp_answer_fn *done[8];
    void *arg[8];
    unsigned asked, refused, forgotten, closed;
} inner;

static enum dsmtp_status inner_ask(void *self, const struct dsmtp_query *query,
                                   dsmtp_answer_fn *done, void *arg)
{
    (void)self;
    if (inner.asked + 1 == inner.refused)
        return DSMTP_SYSTEM;
    inner.query[inner.asked] = *query;
    inner.done[inner.asked] = done;
    inner.arg[inner.asked++] = arg;
    return DSMTP_OK;
}

static void inner_forget(void *self, const void *arg)
{
    (void)self;
    for (unsigned i = 0; i < inner.asked; i++)
        if (inner.arg[i] == arg) {
            inner.arg[i] = NULL;
            inner.forgotten++;
        }
}

static void inner_close(void *self)
{
    (void)self;
    inner.closed++;
}

static void answer(unsigned i, enum dsmtp_security security)
{
    static const struct dsmtp_rdata record = {(const uint8_t *)"\x7f\0\0\1", 4};
    struct dsmtp_answer a = {.query = inner.query[i],
                             .security = security,
                             .presence = DSMTP_PRESENCE_DATA,
                             .records = &record,
                             .count = 1};

    if (security == S(BOGUS) || security == S(ERROR))
        a = dsmtp_answer_failed(&inner.query[i], security, "inner words");
    inner.done[i](inner.arg[i], &a);
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
    const struct dsmtp_resolver port = {
        .ask = inner_ask, .forget = inner_forget, .close = inner_close};
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
        check_str(inner.query[0].name, ".");
        check_str(dsmtp_rrtype_name(inner.query[0].type), "NS");
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
    inner.refused = 1;
    check_int(front.ask(front.self, &question, take, &got), DSMTP_SYSTEM);
    inner.refused = 2;
    check_int(front.ask(front.self, &question, take, &got), DSMTP_SYSTEM);
    check_uint(inner.asked, 1);
    inner.refused = 0;
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
