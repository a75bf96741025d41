/* resolver_alias.c - CNAME questions of resolver_alias.h. */
#include "adapt/resolver_alias.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

#include "adapt/dns_message.h"

struct question {
    LIST_ENTRY(question) link;
    struct front *front;
    dsmtp_answer_fn *done;
    void *arg;
    struct dsmtp_query query;
    struct dsmtp_dname name;
    size_t above;                 /* where in name the ancestor begins that is being asked for */
    char why[DSMTP_DNS_WHY_SIZE]; /* the answer to the CNAME question is bogus */
    char text[];
};

LIST_HEAD(question_list, question);

struct front {
    struct dsmtp_resolver inner;
    struct question_list questions;
};

/* Out of the list first: whoever is told may ask, forget, or close. */
static void give(struct question *q, const struct dsmtp_answer *answer)
{
    LIST_REMOVE(q, link);
    q->done(q->arg, answer);
    free(q);
}

static void give_bogus(struct question *q)
{
    struct dsmtp_answer answer =
        dsmtp_answer_failed(&q->query, DSMTP_SECURITY_BOGUS, q->why[0] != '\0' ? q->why : NULL);

    give(q, &answer);
}

/* The labels of the name below the DNAME's owner, and its target behind them. */
static void give_alias(struct question *q, const struct dsmtp_answer *dname)
{
    const struct dsmtp_rdata *target = &dname->records[0];
    uint8_t name[DSMTP_DNAME_MAX];
    const struct dsmtp_rdata record = {.data = name, .len = q->above + target->len};
    struct dsmtp_answer answer = {.query = q->query,
                                  .security = dname->security,
                                  .presence = DSMTP_PRESENCE_DATA,
                                  .records = &record,
                                  .count = 1,
                                  .ttl = dname->ttl};

    if (record.len > sizeof(name)) {
        answer = dsmtp_answer_failed(&q->query, DSMTP_SECURITY_ERROR, "the alias is too long");
    } else {
        memcpy(name, q->name.wire, q->above);
        memcpy(name + q->above, target->data, target->len);
    }
    give(q, &answer);
}

static void on_dname(void *arg, const struct dsmtp_answer *answer);

/* Ask the next ancestor, the nearest first; false: there is none, or it cannot be asked. */
static bool ask_above(struct question *q)
{
    char text[DSMTP_DNAME_TEXT_SIZE];
    struct dsmtp_dname above;
    const struct dsmtp_query query = {.name = text, .type = DSMTP_RR_DNAME};

    if (q->name.wire[q->above] != 0)
        q->above += q->name.wire[q->above] + 1u;
    if (q->name.wire[q->above] == 0)
        return false;
    above.len = q->name.len - q->above;
    memcpy(above.wire, q->name.wire + q->above, above.len);
    dsmtp_dname_to_text(&above, text);
    return q->front->inner.ask(q->front->inner.self, &query, on_dname, q) == DSMTP_OK;
}

/* No DNAME there: further up. Anything that is no clear answer ends the search. */
static void on_dname(void *arg, const struct dsmtp_answer *answer)
{
    struct question *q = arg;
    bool direct = answer->canonical == NULL;

    if (direct && answer->presence == DSMTP_PRESENCE_DATA && answer->count == 1)
        give_alias(q, answer);
    else if (!direct || answer->presence == DSMTP_PRESENCE_DATA ||
             answer->presence == DSMTP_PRESENCE_FAILED || !ask_above(q))
        give_bogus(q);
}

static void on_alias(void *arg, const struct dsmtp_answer *answer)
{
    struct question *q = arg;

    if (answer->security != DSMTP_SECURITY_BOGUS) {
        give(q, answer);
        return;
    }
    if (answer->why != NULL)
        (void)snprintf(q->why, sizeof(q->why), "%s", answer->why);
    if (!ask_above(q))
        give_bogus(q);
}

static enum dsmtp_status resolver_ask(void *self, const struct dsmtp_query *query,
                                      dsmtp_answer_fn *done, void *arg)
{
    struct front *f = self;
    size_t size = strlen(query->name) + 1;
    struct question *q;
    enum dsmtp_status status;

    if (query->type != DSMTP_RR_CNAME)
        return f->inner.ask(f->inner.self, query, done, arg);
    q = calloc(1, sizeof(*q) + size);
    if (q == NULL)
        return DSMTP_NOMEM;
    q->front = f;
    q->done = done;
    q->arg = arg;
    memcpy(q->text, query->name, size);
    q->query = (struct dsmtp_query){.name = q->text, .type = query->type};
    /* What cannot be asked has no name above either. */
    if (dsmtp_dname_from_text(query->name, &q->name) != DSMTP_OK)
        q->name.wire[0] = 0;
    status = f->inner.ask(f->inner.self, query, on_alias, q);
    if (status != DSMTP_OK) {
        free(q);
        return status;
    }
    LIST_INSERT_HEAD(&f->questions, q, link);
    return DSMTP_OK;
}

static void resolver_forget(void *self, const void *arg)
{
    struct front *f = self;
    struct question *next;

    f->inner.forget(f->inner.self, arg);
    for (struct question *q = LIST_FIRST(&f->questions); q != NULL; q = next) {
        next = LIST_NEXT(q, link);
        if (q->arg != arg)
            continue;
        f->inner.forget(f->inner.self, q);
        LIST_REMOVE(q, link);
        free(q);
    }
}

static void resolver_close(void *self)
{
    struct front *f = self;
    struct question *q;

    f->inner.close(f->inner.self);
    while ((q = LIST_FIRST(&f->questions)) != NULL) {
        LIST_REMOVE(q, link);
        free(q);
    }
    free(f);
}

enum dsmtp_status dsmtp_resolver_alias_open(const struct dsmtp_resolver *inner,
                                            struct dsmtp_resolver *out)
{
    struct front *f = calloc(1, sizeof(*f));

    if (f == NULL)
        return DSMTP_NOMEM;
    f->inner = *inner;
    LIST_INIT(&f->questions);
    *out = (struct dsmtp_resolver){
        .self = f, .ask = resolver_ask, .forget = resolver_forget, .close = resolver_close};
    return DSMTP_OK;
}
