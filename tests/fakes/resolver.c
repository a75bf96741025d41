/* resolver.c - the fake resolver of resolver.h. */
#include "fakes/resolver.h"

#include <stdlib.h>
#include <string.h>

struct fake_question {
    char name[256];
    struct dsmtp_query query;
    dsmtp_answer_fn *done;
    void *arg;
    struct fake_question *next;
};

static void unlink_question(struct fake_resolver *f, const struct fake_question *q)
{
    struct fake_question **at = &f->questions;

    while (*at != q)
        at = &(*at)->next;
    *at = q->next;
}

static void answer(void *owner, void *arg)
{
    struct fake_resolver *f = owner;
    struct fake_question *q = arg;

    f->answered++;
    fake_answer(&f->world, &q->query, &f->reply);
    if (f->why != NULL)
        f->reply.answer.why = f->why;
    unlink_question(f, q);
    q->done(q->arg, &f->reply.answer);
    free(q);
}

static enum dsmtp_status ask(void *self, const struct dsmtp_query *query, dsmtp_answer_fn *done,
                             void *arg)
{
    struct fake_resolver *f = self;
    struct fake_question *q;

    if (++f->asked == f->refuse)
        return DSMTP_SYSTEM;
    q = calloc(1, sizeof(*q));
    if (q == NULL || strlen(query->name) >= sizeof(q->name))
        abort();
    memcpy(q->name, query->name, strlen(query->name) + 1);
    q->query = (struct dsmtp_query){q->name, query->type};
    q->done = done;
    q->arg = arg;
    q->next = f->questions;
    f->questions = q;
    fake_post(f->loop, answer, f, q);
    return DSMTP_OK;
}

static void forget(void *self, const void *arg)
{
    struct fake_resolver *f = self;
    struct fake_question **at = &f->questions;

    while (*at != NULL) {
        struct fake_question *q = *at;

        if (q->arg != arg) {
            at = &q->next;
            continue;
        }
        *at = q->next;
        fake_cancel(f->loop, f, q);
        f->forgotten++;
        free(q);
    }
}

static void close_resolver(void *self)
{
    struct fake_resolver *f = self;

    while (f->questions != NULL)
        forget(f, f->questions->arg);
}

struct dsmtp_resolver fake_resolver_port(struct fake_resolver *fake)
{
    return (struct dsmtp_resolver){fake, ask, forget, close_resolver};
}
