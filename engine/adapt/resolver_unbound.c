/* resolver_unbound.c - questions and answers of resolver_unbound.h. */
#include "adapt/resolver_unbound.h"

#include <event2/event.h>
#include <event2/event_struct.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>
#include <unbound-event.h>
#include <unbound.h>

#include "adapt/dns_ede.h"
#include "adapt/dns_message.h"
#include "adapt/unbound_context.h"

#define TIMEOUT_MS 30000u

/* What libunbound's callback brings. */
enum { SEC_BOGUS = 1, SEC_SECURE = 2 };
struct outcome {
    int rcode; /* not 0: no packet */
    int security;
    uint8_t *packet;
    size_t len;
    char *why;
};

/* libunbound cannot take a question back in this mode (ub_cancel frees what its callback still
 * uses). So a question that is forgotten, or answered by the clock, stays until libunbound has come
 * back, and then goes without a word. */
struct question {
    LIST_ENTRY(question) link;
    struct resolver *resolver; /* NULL: closed */
    dsmtp_answer_fn *done;     /* NULL: nobody wants to know any more */
    void *arg;
    struct event timer;
    bool back;    /* libunbound has come back */
    bool serving; /* done is being called */
    struct outcome outcome;
    enum dsmtp_rrtype type;
    char name[];
};

LIST_HEAD(question_list, question);

struct resolver {
    struct ub_ctx *ctx;
    struct event_base *base;
    unsigned timeout_ms;
    struct question_list questions;
};

static void free_question(struct question *q)
{
    (void)event_del(&q->timer);
    free(q->outcome.packet);
    free(q->outcome.why);
    free(q);
}

static void drop(struct question *q)
{
    LIST_REMOVE(q, link);
    free_question(q);
}

static void describe_bogus(const char *why, char out[DSMTP_DNS_WHY_SIZE])
{
    out[0] = '\0';
    if (why == NULL)
        why = "";
    dsmtp_ede_append(out, DSMTP_DNS_WHY_SIZE, dsmtp_ede_of_words(why), (const uint8_t *)why,
                     strlen(why));
}

/* In this order: could it be answered at all, is it bogus, does the reply make sense, is it secure?
 * A reply without the secure mark is insecure only if there is a reply. */
static struct dsmtp_answer interpret(const struct dsmtp_query *query, const struct outcome *o,
                                     struct dsmtp_arena *arena, char why[DSMTP_DNS_WHY_SIZE])
{
    struct dsmtp_dns_reply reply;

    if (o->rcode != 0 || o->packet == NULL)
        return dsmtp_answer_failed(query, DSMTP_SECURITY_ERROR,
                                   o->why != NULL ? o->why
                                                  : dsmtp_dns_rcode_name((unsigned)o->rcode));
    if (o->security == SEC_BOGUS) {
        describe_bogus(o->why, why);
        return dsmtp_answer_failed(query, DSMTP_SECURITY_BOGUS, why);
    }
    return dsmtp_dns_interpret(
        o->packet, o->len, query,
        o->security == SEC_SECURE ? DSMTP_SECURITY_SECURE : DSMTP_SECURITY_INSECURE, arena, &reply);
}

static void give(struct question *q)
{
    struct dsmtp_query query = {.name = q->name, .type = q->type};
    dsmtp_answer_fn *done = q->done;
    struct dsmtp_arena arena;
    struct dsmtp_answer answer;
    char why[DSMTP_DNS_WHY_SIZE];

    q->done = NULL;
    dsmtp_arena_init(&arena, DSMTP_DNS_REPLY_MEMORY);
    if (q->back)
        answer = interpret(&query, &q->outcome, &arena, why);
    else
        answer = dsmtp_answer_failed(&query, DSMTP_SECURITY_ERROR, DSMTP_WHY_TIMEOUT);
    done(q->arg, &answer);
    dsmtp_arena_fini(&arena);
}

/* libunbound has come back, or the time is over. Whoever is told may close the resolver, which
 * leaves the question that is being answered to us. */
static void on_timer(evutil_socket_t fd, short what, void *arg)
{
    struct question *q = arg;

    (void)fd;
    (void)what;
    if (q->done != NULL) {
        q->serving = true;
        give(q);
        q->serving = false;
    }
    if (q->resolver == NULL)
        free_question(q);
    else if (q->back)
        drop(q);
}

/* Called in the depth of libunbound, perhaps even by ask: only take note. */
static void on_result(void *arg, int rcode, void *packet, int len, int security, char *why,
                      int ratelimited)
{
    struct question *q = arg;

    (void)ratelimited;
    q->back = true;
    q->outcome = (struct outcome){.rcode = rcode, .security = security};
    if (q->done != NULL && rcode == 0 && packet != NULL && len > 0) {
        q->outcome.packet = malloc((size_t)len);
        if (q->outcome.packet != NULL) {
            memcpy(q->outcome.packet, packet, (size_t)len);
            q->outcome.len = (size_t)len;
        }
        q->outcome.why = why != NULL ? strdup(why) : NULL;
    }
    event_active(&q->timer, EV_TIMEOUT, 0);
}

static struct question *new_question(struct resolver *r, const struct dsmtp_query *query,
                                     dsmtp_answer_fn *done, void *arg)
{
    size_t size = strlen(query->name) + 1;
    struct question *q = calloc(1, sizeof(*q) + size);

    if (q == NULL)
        return NULL;
    q->resolver = r;
    q->done = done;
    q->arg = arg;
    q->type = query->type;
    memcpy(q->name, query->name, size);
    if (event_assign(&q->timer, r->base, -1, 0, on_timer, q) != 0) {
        free(q);
        return NULL;
    }
    LIST_INSERT_HEAD(&r->questions, q, link);
    return q;
}

static enum dsmtp_status resolver_ask(void *self, const struct dsmtp_query *query,
                                      dsmtp_answer_fn *done, void *arg)
{
    struct resolver *r = self;
    struct question *q = new_question(r, query, done, arg);
    struct timeval tv = {.tv_sec = r->timeout_ms / 1000,
                         .tv_usec = (suseconds_t)(r->timeout_ms % 1000) * 1000};
    int error;

    if (q == NULL)
        return DSMTP_NOMEM;
    if (event_add(&q->timer, &tv) != 0) {
        drop(q);
        return DSMTP_NOMEM;
    }
    error = ub_resolve_event(r->ctx, q->name, (int)q->type, 1, q, on_result, NULL);
    if (error == UB_SYNTAX) {
        /* A name that cannot be asked (a label too long, ...) has no proven answer. */
        on_result(q, DSMTP_RCODE_FORMERR, NULL, 0, 0, NULL, 0);
        q->outcome.why = strdup("the name cannot be asked");
    } else if (error != 0) {
        drop(q);
        return error == UB_NOMEM ? DSMTP_NOMEM : DSMTP_SYSTEM;
    }
    return DSMTP_OK;
}

static void resolver_forget(void *self, const void *arg)
{
    struct resolver *r = self;
    struct question *q;

    LIST_FOREACH(q, &r->questions, link)
    if (q->arg == arg)
        q->done = NULL;
}

static void resolver_close(void *self)
{
    struct resolver *r = self;
    struct question *q;

    /* First, so that no callback comes any more. */
    ub_ctx_delete(r->ctx);
    while ((q = LIST_FIRST(&r->questions)) != NULL) {
        LIST_REMOVE(q, link);
        q->resolver = NULL;
        if (!q->serving)
            free_question(q);
    }
    free(r);
}

enum dsmtp_status dsmtp_resolver_unbound_open(struct dsmtp_loop *loop,
                                              const struct dsmtp_unbound_options *options,
                                              struct dsmtp_resolver *out, struct dsmtp_fault *fault)
{
    struct resolver *r = calloc(1, sizeof(*r));
    enum dsmtp_status status;

    if (r == NULL)
        return dsmtp_fault_set(fault, DSMTP_NOMEM, "out of memory");
    r->base = loop->base;
    r->timeout_ms = options->timeout_ms != 0 ? options->timeout_ms : TIMEOUT_MS;
    LIST_INIT(&r->questions);
    status = dsmtp_unbound_context(loop, options, &r->ctx, fault);
    if (status != DSMTP_OK) {
        free(r);
        return status;
    }
    *out = (struct dsmtp_resolver){
        .self = r, .ask = resolver_ask, .forget = resolver_forget, .close = resolver_close};
    return DSMTP_OK;
}
