/* resolver_stub.c - questions, tries and verdicts of resolver_stub.h. */
#include "adapt/resolver_stub.h"

#include <event2/event.h>
#include <event2/event_struct.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

#include "adapt/address.h"
#include "adapt/dns_message.h"
#include "adapt/stub_exchange.h"

#define TIMEOUT_MS 30000u
/* Unbound as Debian ships it drops a reply that took it 1.9 s (discard-timeout), and has it ready
 * for the next try. */
#define TRIES_MIN 5u
#define PAUSE_MAX_MS 2000u
/* Each question in flight is a socket. */
#define ACTIVE_MAX 200u

struct question {
    TAILQ_ENTRY(question) link;
    struct resolver *resolver;
    dsmtp_answer_fn *done;
    void *arg;
    struct event turn; /* its turn has come: asked for from calls, served by the loop */
    struct event deadline;
    struct dsmtp_exchange *exchange;
    struct dsmtp_query query; /* name: below */
    unsigned tries;           /* begun so far */
    bool active;
    bool probing; /* SERVFAIL has come; asking with CD whether it was for DNSSEC's sake */
    char why[DSMTP_DNS_WHY_SIZE];
    char name[];
};

TAILQ_HEAD(question_queue, question);

struct resolver {
    struct event_base *base;
    struct question_queue waiting;
    struct question_queue active;
    unsigned active_count;
    unsigned timeout_ms;
    unsigned server_count;
    struct dsmtp_endpoint servers[DSMTP_STUB_SERVERS_MAX];
    struct dsmtp_stub_tcp *tcp[DSMTP_STUB_SERVERS_MAX];
};

static void advance(struct question *q);

static void free_question(struct question *q)
{
    dsmtp_exchange_close(&q->exchange);
    (void)event_del(&q->turn);
    (void)event_del(&q->deadline);
    free(q);
}

/* Let the next one have its turn. */
static void call_waiting(struct resolver *r)
{
    struct question *next = TAILQ_FIRST(&r->waiting);

    if (next == NULL || r->active_count >= ACTIVE_MAX)
        return;
    TAILQ_REMOVE(&r->waiting, next, link);
    TAILQ_INSERT_TAIL(&r->active, next, link);
    next->active = true;
    r->active_count++;
    event_active(&next->turn, EV_TIMEOUT, 0);
}

static void unlink_question(struct question *q)
{
    struct resolver *r = q->resolver;

    if (q->active) {
        TAILQ_REMOVE(&r->active, q, link);
        r->active_count--;
        call_waiting(r);
    } else {
        TAILQ_REMOVE(&r->waiting, q, link);
    }
}

/* Out of the resolver first: whoever is told may ask, forget, or close. */
static void give(struct question *q, const struct dsmtp_answer *answer)
{
    unlink_question(q);
    q->done(q->arg, answer);
    free_question(q);
}

static void give_failure(struct question *q, enum dsmtp_security security)
{
    struct dsmtp_answer answer = dsmtp_answer_failed(&q->query, security, q->why);

    give(q, &answer);
}

/* SERVFAIL, and with checking disabled an answer: the extended error says all, if there is one. */
static void give_bogus(struct question *q)
{
    const char *ede = strstr(q->why, "EDE ");

    if (ede != NULL)
        memmove(q->why, ede, strlen(ede) + 1);
    else
        snprintf(q->why, sizeof(q->why), "SERVFAIL, but an answer with checking disabled");
    give_failure(q, DSMTP_SECURITY_BOGUS);
}

static void give_reply(struct question *q, const struct dsmtp_dns_reply *reply)
{
    enum dsmtp_security security =
        reply->authentic ? DSMTP_SECURITY_SECURE : DSMTP_SECURITY_INSECURE;
    struct dsmtp_answer answer = dsmtp_dns_answer(&q->query, reply, security);

    answer.why = reply->why[0] != '\0' ? reply->why : NULL;
    give(q, &answer);
}

/* SERVFAIL and the like: another resolver may know better; when there is none left, find out what
 * SERVFAIL means. */
static void refused(struct question *q, unsigned rcode)
{
    if (q->tries < q->resolver->server_count) {
        advance(q);
    } else if (rcode == DSMTP_RCODE_SERVFAIL) {
        q->probing = true;
        advance(q);
    } else {
        give_failure(q, DSMTP_SECURITY_ERROR);
    }
}

static void describe(struct question *q, const char *what, const char *extended)
{
    size_t used = strlen(what);

    snprintf(q->why, sizeof(q->why), "%s", what);
    if (extended[0] != '\0' && used < sizeof(q->why))
        (void)snprintf(q->why + used, sizeof(q->why) - used, ", %.*s",
                       (int)(sizeof(q->why) - used) - 3, extended);
}

static void take_reply(struct question *q, const uint8_t *message, size_t len)
{
    struct dsmtp_arena arena;
    struct dsmtp_dns_reply reply;
    const char *wrong;

    dsmtp_arena_init(&arena, DSMTP_DNS_REPLY_MEMORY);
    wrong = dsmtp_dns_read(message, len, &q->query, &arena, &reply);
    if (wrong == NULL)
        wrong = dsmtp_dns_objection(&reply, reply.authentic);
    else
        reply = (struct dsmtp_dns_reply){.presence = DSMTP_PRESENCE_FAILED};
    if (q->probing && wrong == NULL) {
        give_bogus(q);
    } else if (q->probing) {
        give_failure(q, DSMTP_SECURITY_ERROR);
    } else if (wrong == NULL) {
        give_reply(q, &reply);
    } else {
        describe(q, wrong, reply.why);
        refused(q, reply.truncated ? DSMTP_RCODE_NOERROR : reply.rcode);
    }
    dsmtp_arena_fini(&arena);
}

static unsigned tries_allowed(const struct resolver *r)
{
    return r->server_count > TRIES_MIN ? r->server_count : TRIES_MIN;
}

/* The time is shared out in growing parts: 1/15, 2/15, ... 5/15 for five tries. */
static unsigned patience(const struct question *q)
{
    uint64_t tries = tries_allowed(q->resolver);

    return (unsigned)(q->resolver->timeout_ms * (uint64_t)q->tries * 2 / (tries * (tries + 1))) + 1;
}

/* Nobody is there: a resolver that is being started anew will be in a moment. */
static bool pause_before_next(struct question *q)
{
    unsigned ms = patience(q) < PAUSE_MAX_MS ? patience(q) : PAUSE_MAX_MS;
    struct timeval tv = {.tv_sec = ms / 1000, .tv_usec = (suseconds_t)(ms % 1000) * 1000};

    return event_add(&q->turn, &tv) == 0;
}

/* This try brought nothing at all: the next one, in turn with all resolvers. */
static void lost(struct question *q, const char *why, bool late)
{
    bool round = q->tries % q->resolver->server_count == 0;

    if (!q->probing)
        snprintf(q->why, sizeof(q->why), "%s", why);
    if (q->probing || q->tries >= tries_allowed(q->resolver))
        give_failure(q, DSMTP_SECURITY_ERROR);
    else if (late || !round || !pause_before_next(q))
        advance(q);
}

static void on_done(void *arg, const struct dsmtp_exchange_end *end)
{
    struct question *q = arg;
    struct dsmtp_exchange *over = q->exchange;

    /* The reply is the exchange's: close it last. */
    q->exchange = NULL;
    if (end->reply != NULL)
        take_reply(q, end->reply, end->len);
    else
        lost(q, end->why, end->late);
    dsmtp_exchange_close(&over);
}

/* Begin the next try, or the probe, which stays with the resolver that said SERVFAIL. */
static void advance(struct question *q)
{
    struct resolver *r = q->resolver;
    const char *why;
    unsigned server;

    if (!q->probing)
        q->tries++;
    server = (q->tries - 1) % r->server_count;
    q->exchange = dsmtp_exchange_open(
        &(struct dsmtp_exchange_config){
            .base = r->base,
            .server = &r->servers[server],
            .tcp = r->tcp[server],
            .query = &q->query,
            .checking_disabled = q->probing,
            .timeout_ms = patience(q),
            .done = on_done,
            .arg = q,
        },
        &why);
    if (q->exchange == NULL)
        lost(q, why, false);
}

/* It may still be waiting for its turn: a resolver that is silent holds all others up. */
static void on_deadline(evutil_socket_t fd, short what, void *arg)
{
    struct question *q = arg;

    (void)fd;
    (void)what;
    if (q->why[0] == '\0')
        snprintf(q->why, sizeof(q->why), "%s", DSMTP_WHY_TIMEOUT);
    give_failure(q, DSMTP_SECURITY_ERROR);
}

static void on_turn(evutil_socket_t fd, short what, void *arg)
{
    (void)fd;
    (void)what;
    advance(arg);
}

static enum dsmtp_status resolver_ask(void *self, const struct dsmtp_query *query,
                                      dsmtp_answer_fn *done, void *arg)
{
    struct resolver *r = self;
    size_t size = strlen(query->name) + 1;
    struct question *q = calloc(1, sizeof(*q) + size);
    struct timeval tv = {.tv_sec = r->timeout_ms / 1000,
                         .tv_usec = (suseconds_t)(r->timeout_ms % 1000) * 1000};

    if (q == NULL)
        return DSMTP_NOMEM;
    q->resolver = r;
    q->done = done;
    q->arg = arg;
    memcpy(q->name, query->name, size);
    q->query = (struct dsmtp_query){.name = q->name, .type = query->type};
    if (event_assign(&q->turn, r->base, -1, 0, on_turn, q) != 0 ||
        event_assign(&q->deadline, r->base, -1, 0, on_deadline, q) != 0 ||
        event_add(&q->deadline, &tv) != 0) {
        free(q);
        return DSMTP_SYSTEM;
    }
    TAILQ_INSERT_TAIL(&r->waiting, q, link);
    call_waiting(r);
    return DSMTP_OK;
}

static void forget_in(struct question_queue *queue, const void *arg)
{
    struct question *next;

    for (struct question *q = TAILQ_FIRST(queue); q != NULL; q = next) {
        next = TAILQ_NEXT(q, link);
        if (q->arg != arg)
            continue;
        unlink_question(q);
        free_question(q);
    }
}

/* Waiting ones first: a place that becomes free must not go to one that is to be forgotten. */
static void resolver_forget(void *self, const void *arg)
{
    struct resolver *r = self;

    forget_in(&r->waiting, arg);
    forget_in(&r->active, arg);
}

static void free_queue(struct question_queue *queue)
{
    struct question *q;

    while ((q = TAILQ_FIRST(queue)) != NULL) {
        TAILQ_REMOVE(queue, q, link);
        free_question(q);
    }
}

static void free_resolver(struct resolver *r)
{
    for (unsigned i = 0; i < r->server_count; i++)
        dsmtp_stub_tcp_close(&r->tcp[i]);
    free(r);
}

static void resolver_close(void *self)
{
    struct resolver *r = self;

    free_queue(&r->waiting);
    free_queue(&r->active);
    free_resolver(r);
}

static enum dsmtp_status add_server(struct resolver *r, const char *text, struct dsmtp_fault *fault)
{
    struct dsmtp_endpoint *address = &r->servers[r->server_count];

    if (r->server_count == DSMTP_STUB_SERVERS_MAX)
        return dsmtp_fault_set(fault, DSMTP_SYNTAX, "more than %u resolvers",
                               DSMTP_STUB_SERVERS_MAX);
    if (dsmtp_address_parse(text, 53, address) != DSMTP_OK)
        return dsmtp_fault_set(fault, DSMTP_SYNTAX,
                               "'%s' is no resolver: expected ADDR or ADDR@PORT", text);
    if (!dsmtp_address_is_loopback(address))
        return dsmtp_fault_set(fault, DSMTP_SYNTAX,
                               "resolver %s is not on this machine: an AD bit is worth nothing "
                               "over a network; use in-process "
                               "validation",
                               text);
    r->tcp[r->server_count] = dsmtp_stub_tcp_open(r->base, address);
    if (r->tcp[r->server_count] == NULL)
        return dsmtp_fault_set(fault, DSMTP_NOMEM, "out of memory");
    r->server_count++;
    return DSMTP_OK;
}

enum dsmtp_status dsmtp_resolver_stub_open(struct dsmtp_loop *loop,
                                           const struct dsmtp_stub_options *options,
                                           struct dsmtp_resolver *out, struct dsmtp_fault *fault)
{
    struct resolver *r = calloc(1, sizeof(*r));
    enum dsmtp_status status = DSMTP_OK;

    if (r == NULL)
        return dsmtp_fault_set(fault, DSMTP_NOMEM, "out of memory");
    r->base = loop->base;
    r->timeout_ms = options->timeout_ms != 0 ? options->timeout_ms : TIMEOUT_MS;
    TAILQ_INIT(&r->waiting);
    TAILQ_INIT(&r->active);
    for (size_t i = 0; i < options->server_count && status == DSMTP_OK; i++)
        status = add_server(r, options->servers[i], fault);
    if (status == DSMTP_OK && r->server_count == 0)
        status = dsmtp_fault_set(fault, DSMTP_SYNTAX, "no resolver is given");
    if (status != DSMTP_OK) {
        free_resolver(r);
        return status;
    }
    *out = (struct dsmtp_resolver){
        .self = r, .ask = resolver_ask, .forget = resolver_forget, .close = resolver_close};
    return DSMTP_OK;
}
