/* resolver_canary.c - the canary of resolver_canary.h, and answers held back for it. */
#include "adapt/resolver_canary.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

#include "adapt/dns_message.h"

#define WHY_SIZE 600u

struct question {
    LIST_ENTRY(question) link;
    struct canary *canary;
    dsmtp_answer_fn *done;
    void *arg;
    struct dsmtp_arena arena; /* of the answer, if it waits for the canary */
    struct dsmtp_answer answer;
};

LIST_HEAD(question_list, question);

enum state { NOT_ASKED, ASKED, SECURE, NOT_SECURE };

struct canary {
    struct dsmtp_resolver inner;
    struct dsmtp_canary_options options;
    struct question_list asked;
    struct question_list held; /* answers are here, the canary is not */
    enum state state;
    bool busy;   /* telling those whose answers were held back: close leaves the rest to us */
    bool closed; /* meanwhile */
    char why[WHY_SIZE]; /* what insecure answers say if the canary is not secure */
};

static void free_question(struct question *q)
{
    dsmtp_arena_fini(&q->arena);
    free(q);
}

/* It is out of all lists: whoever is told may ask, forget, or close. */
static void give(struct question *q, const struct dsmtp_answer *answer)
{
    q->done(q->arg, answer);
    free_question(q);
}

/* The canary's state is known. */
static void give_insecure(struct question *q, const struct dsmtp_answer *from)
{
    const struct canary *c = q->canary;
    char why[WHY_SIZE];
    struct dsmtp_answer answer = *from;

    /* The canary may be closed from within. */
    memcpy(why, c->why, sizeof(why));
    if (c->state == NOT_SECURE && c->options.required)
        answer = dsmtp_answer_failed(&from->query, DSMTP_SECURITY_ERROR, why);
    else if (c->state == NOT_SECURE)
        answer.why = why;
    give(q, &answer);
}

static void on_answer(void *arg, const struct dsmtp_answer *answer)
{
    struct question *q = arg;

    LIST_REMOVE(q, link);
    if (answer->security != DSMTP_SECURITY_INSECURE) {
        give(q, answer);
    } else if (q->canary->state != ASKED) {
        give_insecure(q, answer);
    } else if (dsmtp_answer_copy(&q->arena, answer, &q->answer) == DSMTP_OK) {
        LIST_INSERT_HEAD(&q->canary->held, q, link);
    } else {
        struct dsmtp_answer failed =
            dsmtp_answer_failed(&answer->query, DSMTP_SECURITY_ERROR, "out of memory");

        give(q, &failed);
    }
}

static void free_list(struct question_list *list)
{
    struct question *q;

    while ((q = LIST_FIRST(list)) != NULL) {
        LIST_REMOVE(q, link);
        free_question(q);
    }
}

static void free_canary(struct canary *c)
{
    free_list(&c->asked);
    free_list(&c->held);
    free(c);
}

static void on_canary(void *arg, const struct dsmtp_answer *answer)
{
    struct canary *c = arg;
    struct question *q;

    c->state = answer->security == DSMTP_SECURITY_SECURE ? SECURE : NOT_SECURE;
    if (answer->security == DSMTP_SECURITY_INSECURE)
        (void)snprintf(c->why, sizeof(c->why),
                       "the resolver does not validate: NS of %.200s is insecure", c->options.name);
    else if (c->state == NOT_SECURE)
        (void)snprintf(c->why, sizeof(c->why),
                       "it is not known whether the resolver validates: NS of %.200s: %s%s%.300s",
                       c->options.name, dsmtp_security_name(answer->security),
                       answer->why != NULL ? ", " : "", answer->why != NULL ? answer->why : "");
    c->busy = true;
    if (c->options.tell != NULL)
        c->options.tell(c->options.arg, answer);
    while (!c->closed && (q = LIST_FIRST(&c->held)) != NULL) {
        LIST_REMOVE(q, link);
        give_insecure(q, &q->answer);
    }
    c->busy = false;
    if (c->closed)
        free_canary(c);
}

static enum dsmtp_status resolver_ask(void *self, const struct dsmtp_query *query,
                                      dsmtp_answer_fn *done, void *arg)
{
    struct canary *c = self;
    const struct dsmtp_query canary = {.name = c->options.name, .type = DSMTP_RR_NS};
    struct question *q;
    enum dsmtp_status status = DSMTP_OK;

    /* Nothing is to be said of its answers, then, and this never changes. */
    if (c->state == SECURE)
        return c->inner.ask(c->inner.self, query, done, arg);
    if (c->state == NOT_ASKED)
        status = c->inner.ask(c->inner.self, &canary, on_canary, c);
    if (status != DSMTP_OK)
        return status;
    if (c->state == NOT_ASKED)
        c->state = ASKED;
    q = calloc(1, sizeof(*q));
    if (q == NULL)
        return DSMTP_NOMEM;
    q->canary = c;
    q->done = done;
    q->arg = arg;
    dsmtp_arena_init(&q->arena, DSMTP_DNS_REPLY_MEMORY);
    status = c->inner.ask(c->inner.self, query, on_answer, q);
    if (status != DSMTP_OK) {
        free_question(q);
        return status;
    }
    LIST_INSERT_HEAD(&c->asked, q, link);
    return DSMTP_OK;
}

static void forget_in(struct canary *c, struct question_list *list, const void *arg)
{
    struct question *next;

    for (struct question *q = LIST_FIRST(list); q != NULL; q = next) {
        next = LIST_NEXT(q, link);
        if (q->arg != arg)
            continue;
        if (list == &c->asked)
            c->inner.forget(c->inner.self, q);
        LIST_REMOVE(q, link);
        free_question(q);
    }
}

static void resolver_forget(void *self, const void *arg)
{
    struct canary *c = self;

    forget_in(c, &c->asked, arg);
    forget_in(c, &c->held, arg);
    if (c->state == SECURE)
        c->inner.forget(c->inner.self, arg);
}

static void resolver_close(void *self)
{
    struct canary *c = self;

    c->inner.close(c->inner.self);
    c->closed = true;
    if (!c->busy)
        free_canary(c);
}

enum dsmtp_status dsmtp_resolver_canary_open(const struct dsmtp_resolver *inner,
                                             const struct dsmtp_canary_options *options,
                                             struct dsmtp_resolver *out)
{
    struct canary *c = calloc(1, sizeof(*c));

    if (c == NULL)
        return DSMTP_NOMEM;
    c->inner = *inner;
    c->options = *options;
    LIST_INIT(&c->asked);
    LIST_INIT(&c->held);
    *out = (struct dsmtp_resolver){
        .self = c, .ask = resolver_ask, .forget = resolver_forget, .close = resolver_close};
    return DSMTP_OK;
}
