/* resolver_limit.c - the queue of resolver_limit.h. */
#include "adapt/resolver_limit.h"

#include <event2/event.h>
#include <event2/event_struct.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

struct question {
    TAILQ_ENTRY(question) link;
    struct limit *limit;
    dsmtp_answer_fn *done;
    void *arg;
    enum dsmtp_rrtype type;
    char name[];
};

TAILQ_HEAD(question_list, question);

struct limit {
    struct dsmtp_resolver inner;
    struct question_list waiting, asked;
    unsigned max, count; /* of those asked */
    struct event turn;   /* there is room again, but no answer that would tell */
};

static void on_answer(void *arg, const struct dsmtp_answer *answer);

/* On any status but OK the question still waits. */
static enum dsmtp_status hand_on(struct limit *l, struct question *q)
{
    struct dsmtp_query query = {q->name, q->type};

    DSMTP_TRY(l->inner.ask(l->inner.self, &query, on_answer, q));
    TAILQ_REMOVE(&l->waiting, q, link);
    TAILQ_INSERT_TAIL(&l->asked, q, link);
    l->count++;
    return DSMTP_OK;
}

/* The first that waits cannot be asked: it gets an answer, the others another turn. */
static void refuse(struct limit *l, enum dsmtp_status status)
{
    struct question *q = TAILQ_FIRST(&l->waiting);
    const struct dsmtp_query query = {q->name, q->type};
    const struct dsmtp_answer answer =
        dsmtp_answer_failed(&query, DSMTP_SECURITY_ERROR, dsmtp_status_text(status));

    TAILQ_REMOVE(&l->waiting, q, link);
    if (!TAILQ_EMPTY(&l->waiting))
        event_active(&l->turn, EV_TIMEOUT, 0);
    q->done(q->arg, &answer);
    free(q);
}

/* Only from the loop. */
static void hand_on_waiting(struct limit *l)
{
    enum dsmtp_status status = DSMTP_OK;

    while (status == DSMTP_OK && l->count < l->max && !TAILQ_EMPTY(&l->waiting))
        status = hand_on(l, TAILQ_FIRST(&l->waiting));
    if (status != DSMTP_OK)
        refuse(l, status);
}

static void on_answer(void *arg, const struct dsmtp_answer *answer)
{
    struct question *q = arg;
    struct limit *l = q->limit;

    TAILQ_REMOVE(&l->asked, q, link);
    l->count--;
    q->done(q->arg, answer);
    free(q);
    hand_on_waiting(l);
}

static void on_turn(evutil_socket_t fd, short what, void *arg)
{
    (void)fd;
    (void)what;
    hand_on_waiting(arg);
}

static enum dsmtp_status ask(void *self, const struct dsmtp_query *query, dsmtp_answer_fn *done,
                             void *arg)
{
    struct limit *l = self;
    size_t len = strlen(query->name) + 1;
    struct question *q = malloc(sizeof(*q) + len);
    enum dsmtp_status status = DSMTP_OK;

    if (q == NULL)
        return DSMTP_NOMEM;
    q->limit = l;
    q->done = done;
    q->arg = arg;
    q->type = query->type;
    memcpy(q->name, query->name, len);
    TAILQ_INSERT_TAIL(&l->waiting, q, link);
    if (l->count < l->max && TAILQ_FIRST(&l->waiting) == q)
        status = hand_on(l, q);
    if (status != DSMTP_OK) {
        TAILQ_REMOVE(&l->waiting, q, link);
        free(q);
    }
    return status;
}

static void forget_in(struct limit *l, struct question_list *list, const void *arg)
{
    struct question *q = TAILQ_FIRST(list);

    while (q != NULL) {
        struct question *next = TAILQ_NEXT(q, link);

        if (q->arg == arg) {
            if (list == &l->asked) {
                l->inner.forget(l->inner.self, q);
                l->count--;
            }
            TAILQ_REMOVE(list, q, link);
            free(q);
        }
        q = next;
    }
}

/* What waits is not handed on from here: a failure could not be told. */
static void forget(void *self, const void *arg)
{
    struct limit *l = self;

    forget_in(l, &l->waiting, arg);
    forget_in(l, &l->asked, arg);
    if (!TAILQ_EMPTY(&l->waiting))
        event_active(&l->turn, EV_TIMEOUT, 0);
}

static void free_all(struct question_list *list)
{
    struct question *q;

    while ((q = TAILQ_FIRST(list)) != NULL) {
        TAILQ_REMOVE(list, q, link);
        free(q);
    }
}

static void close_limit(void *self)
{
    struct limit *l = self;

    l->inner.close(l->inner.self);
    (void)event_del(&l->turn);
    free_all(&l->asked);
    free_all(&l->waiting);
    free(l);
}

enum dsmtp_status dsmtp_resolver_limit(struct dsmtp_loop *loop, unsigned max,
                                       struct dsmtp_resolver *both)
{
    struct limit *l = calloc(1, sizeof(*l));

    if (l == NULL)
        return DSMTP_NOMEM;
    if (event_assign(&l->turn, loop->base, -1, 0, on_turn, l) != 0) {
        free(l);
        return DSMTP_SYSTEM;
    }
    l->inner = *both;
    l->max = max;
    TAILQ_INIT(&l->waiting);
    TAILQ_INIT(&l->asked);
    *both = (struct dsmtp_resolver){l, ask, forget, close_limit};
    return DSMTP_OK;
}
