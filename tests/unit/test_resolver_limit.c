/* test_resolver_limit.c - never more questions out than allowed; each answered once, in order. */
#include "adapt/resolver_limit.h"

#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"

enum { MAX = 5, QUESTIONS = 40 };

/* The resolver behind: keeps what it was asked. */
struct asked {
    char name[20];
    dsmtp_answer_fn *done;
    void *arg;
};

static struct {
    struct asked out[MAX + 1];
    unsigned count, forgotten;
    bool refuse, closed;
} inner;

static enum dsmtp_status inner_ask(void *self, const struct dsmtp_query *query,
                                   dsmtp_answer_fn *done, void *arg)
{
    check_true(self == &inner);
    if (inner.refuse)
        return DSMTP_SYSTEM;
    if (!check_true(inner.count < MAX))
        return DSMTP_SYSTEM;
    inner.out[inner.count] = (struct asked){.done = done, .arg = arg};
    (void)snprintf(inner.out[inner.count++].name, sizeof(inner.out[0].name), "%s %d", query->name,
                   (int)query->type);
    return DSMTP_OK;
}

static struct asked take(unsigned i)
{
    struct asked a = inner.out[i];

    inner.count--;
    memmove(&inner.out[i], &inner.out[i + 1], (inner.count - i) * sizeof(a));
    return a;
}

static void inner_forget(void *self, const void *arg)
{
    (void)self;
    for (unsigned i = 0; i < inner.count; i++)
        if (inner.out[i].arg == arg) {
            (void)take(i);
            inner.forgotten++;
        }
}

static void inner_close(void *self)
{
    (void)self;
    inner.closed = true;
}

static unsigned answers[QUESTIONS];
static enum dsmtp_security security[QUESTIONS];
static int numbers[QUESTIONS];

static void on_answer(void *arg, const struct dsmtp_answer *answer)
{
    int n = *(const int *)arg;

    answers[n]++;
    security[n] = answer->security;
}

static struct dsmtp_resolver open_limit(struct dsmtp_loop *loop)
{
    struct dsmtp_resolver r = {&inner, inner_ask, inner_forget, inner_close};
    struct dsmtp_fault fault;

    memset(&inner, 0, sizeof(inner));
    memset(answers, 0, sizeof(answers));
    for (int i = 0; i < QUESTIONS; i++)
        numbers[i] = i;
    check_int(dsmtp_loop_open(loop, &fault), DSMTP_OK);
    check_int(dsmtp_resolver_limit(loop, MAX, &r), DSMTP_OK);
    return r;
}

static void close_limit(struct dsmtp_loop *loop, const struct dsmtp_resolver *r)
{
    r->close(r->self);
    check_true(inner.closed);
    dsmtp_loop_close(loop);
}

static enum dsmtp_status ask(const struct dsmtp_resolver *r, int n)
{
    char name[20];
    const struct dsmtp_query query = {name, n % 2 == 0 ? DSMTP_RR_A : DSMTP_RR_MX};

    (void)snprintf(name, sizeof(name), "q%d", n);
    return r->ask(r->self, &query, on_answer, &numbers[n]);
}

static void give(unsigned i)
{
    const struct dsmtp_query query = {"q", DSMTP_RR_A};
    struct asked a = take(i);
    struct dsmtp_answer answer = {.query = query, .security = DSMTP_SECURITY_SECURE};

    a.done(a.arg, &answer);
}

static void test_order(void)
{
    struct dsmtp_loop loop;
    struct dsmtp_resolver r = open_limit(&loop);
    char want[20];

    for (int i = 0; i < QUESTIONS; i++)
        check_int(ask(&r, i), DSMTP_OK);
    check_uint(inner.count, MAX);
    for (int i = 0; i < QUESTIONS; i++) {
        (void)snprintf(want, sizeof(want), "q%d %d", i, i % 2 == 0 ? 1 : 15);
        check_rowf("answer %d", i);
        check_str(inner.out[0].name, want);
        give(0);
        check_uint(answers[i], 1);
        check_int((int)inner.count, QUESTIONS - 1 - i < MAX ? QUESTIONS - 1 - i : MAX);
    }
    close_limit(&loop, &r);
}

/* Those that wait and those that are out; others move up from the loop. */
static void test_forget(void)
{
    struct dsmtp_loop loop;
    struct dsmtp_resolver r = open_limit(&loop);

    for (int i = 0; i < 10; i++)
        check_int(ask(&r, i), DSMTP_OK);
    r.forget(r.self, &numbers[7]);
    for (int i = 0; i < MAX; i++)
        r.forget(r.self, &numbers[i]);
    check_uint(inner.forgotten, MAX);
    check_uint(inner.count, 0);
    (void)event_base_loop(loop.base, EVLOOP_NONBLOCK);
    check_uint(inner.count, 4);
    while (inner.count > 0)
        give(inner.count - 1);
    for (int i = 0; i < 10; i++) {
        check_rowf("question %d", i);
        check_uint(answers[i], i >= MAX && i != 7 ? 1 : 0);
    }
    close_limit(&loop, &r);
}

/* A refusal is a status for the one who asks, and an answer for the one who waited. */
static void test_refusal(void)
{
    struct dsmtp_loop loop;
    struct dsmtp_resolver r = open_limit(&loop);

    for (int i = 0; i < 8; i++)
        check_int(ask(&r, i), DSMTP_OK);
    inner.refuse = true;
    give(0);
    for (int i = 0; i < 3; i++)
        (void)event_base_loop(loop.base, EVLOOP_NONBLOCK);
    for (int i = 5; i < 8; i++) {
        check_uint(answers[i], 1);
        check_int(security[i], DSMTP_SECURITY_ERROR);
    }
    check_int(ask(&r, 8), DSMTP_SYSTEM);
    inner.refuse = false;
    check_int(ask(&r, 9), DSMTP_OK);
    check_uint(inner.count, MAX);
    close_limit(&loop, &r); /* with questions out and waiting */
    check_uint(answers[9], 0);
}

static const struct check_test tests[] = {
    {"order", test_order},
    {"forget", test_forget},
    {"refusal", test_refusal},
};
SUITE(resolver_limit, tests);
