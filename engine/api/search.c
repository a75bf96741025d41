/* search.c - core/discover.h for a program that asks DNS itself.
 *
 * The program is a resolver that only keeps what it is asked: want hands it out, feed answers. What
 * stands in front of the resolvers of adapt/ stands in front of this one too, so that an alias
 * below a DNAME record is asked for in the same way. */
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

#include "adapt/dns_message.h"
#include "adapt/resolver_alias.h"
#include "api/request.h"
#include "api/setup.h"
#include "api/sized.h"

#define MEMORY_MAX (16u << 20)

struct ask {
    TAILQ_ENTRY(ask) link;
    struct dsmtp_query query;
    dsmtp_answer_fn *done;
    void *arg;
    unsigned id;
    bool given; /* to the program */
    char name[];
};

TAILQ_HEAD(ask_list, ask);

struct dsmtp_search {
    struct dsmtp_arena arena;
    struct dsmtp_engine engine; /* profile, self, seed; the resolver in front of the asks */
    struct dsmtp_errand errand;
    struct dsmtp_discover discover;
    struct ask_list asks;
    unsigned last_id;
    unsigned outstanding;     /* questions of the discovery */
    enum dsmtp_status status; /* the first failure stays */
};

/* --- the program as a resolver ------------------------------------------------------------------
 */

static enum dsmtp_status keep_ask(void *self, const struct dsmtp_query *query,
                                  dsmtp_answer_fn *done, void *arg)
{
    struct dsmtp_search *s = self;
    size_t size = strlen(query->name) + 1;
    struct ask *a = calloc(1, sizeof(*a) + size);

    if (a == NULL)
        return DSMTP_NOMEM;
    memcpy(a->name, query->name, size);
    a->query = (struct dsmtp_query){.name = a->name, .type = query->type};
    a->done = done;
    a->arg = arg;
    a->id = ++s->last_id;
    TAILQ_INSERT_TAIL(&s->asks, a, link);
    return DSMTP_OK;
}

static void drop(struct dsmtp_search *s, struct ask *a)
{
    TAILQ_REMOVE(&s->asks, a, link);
    free(a);
}

/* Drops the questions of arg; of anybody, if arg is NULL. */
static void drop_of(struct dsmtp_search *s, const void *arg)
{
    struct ask *next;

    for (struct ask *a = TAILQ_FIRST(&s->asks); a != NULL; a = next) {
        next = TAILQ_NEXT(a, link);
        if (arg == NULL || a->arg == arg)
            drop(s, a);
    }
}

static void forget_asks(void *self, const void *arg)
{
    drop_of(self, arg);
}

static void drop_all(void *self)
{
    drop_of(self, NULL);
}

/* --- the discovery ------------------------------------------------------------------------------
 */

/* A question on its way. */
struct pending {
    struct dsmtp_search *search;
    struct dsmtp_question *question;
};

static void on_answer(void *arg, const struct dsmtp_answer *answer)
{
    const struct pending *p = arg;
    struct dsmtp_search *s = p->search;

    s->outstanding--;
    if (s->status == DSMTP_OK)
        s->status = dsmtp_discover_feed(&s->discover, p->question, answer);
}

static enum dsmtp_status ask_all(struct dsmtp_search *s)
{
    const struct dsmtp_resolver *r = &s->engine.resolver;
    struct dsmtp_question *q;

    while ((q = dsmtp_discover_want(&s->discover)) != NULL) {
        struct pending *p = dsmtp_arena_alloc(&s->arena, 1, sizeof(*p));

        if (p == NULL)
            return DSMTP_NOMEM;
        *p = (struct pending){s, q};
        DSMTP_TRY(r->ask(r->self, &q->query, on_answer, p));
        s->outstanding++;
    }
    return DSMTP_OK;
}

enum dsmtp_status dsmtp_search_want(struct dsmtp_search *s, struct dsmtp_ask *out)
{
    struct ask *a;

    if (s->status == DSMTP_OK)
        s->status = ask_all(s);
    if (s->status != DSMTP_OK)
        return s->status;
    a = TAILQ_FIRST(&s->asks);
    while (a != NULL && a->given)
        a = TAILQ_NEXT(a, link);
    if (a == NULL)
        return DSMTP_AGAIN;
    a->given = true;
    *out = (struct dsmtp_ask){.name = a->query.name, .type = a->query.type, .id = a->id};
    return DSMTP_OK;
}

static bool has_failed(enum dsmtp_security security)
{
    return security == DSMTP_SECURITY_BOGUS || security == DSMTP_SECURITY_ERROR;
}

/* The words for a failure: the program's, or the extended errors in the reply. */
static struct dsmtp_answer failed(const struct ask *a, const uint8_t *reply, size_t len,
                                  enum dsmtp_security security, const char *why,
                                  struct dsmtp_arena *arena, struct dsmtp_dns_reply *read)
{
    if (why == NULL && reply != NULL &&
        dsmtp_dns_read(reply, len, &a->query, arena, read) == NULL && read->why[0] != '\0')
        why = read->why;
    return dsmtp_answer_failed(&a->query, security, why);
}

/* Out of the list first: the answer may lead to the next question. */
static void answer(struct dsmtp_search *s, struct ask *a, const uint8_t *reply, size_t len,
                   enum dsmtp_security security, const char *why)
{
    struct dsmtp_arena arena;
    struct dsmtp_dns_reply read;
    struct dsmtp_answer answer;

    TAILQ_REMOVE(&s->asks, a, link);
    dsmtp_arena_init(&arena, DSMTP_DNS_REPLY_MEMORY);
    answer = has_failed(security)
                 ? failed(a, reply, len, security, why, &arena, &read)
                 : dsmtp_dns_interpret(reply, len, &a->query, security, &arena, &read);
    if (answer.why == NULL)
        answer.why = why;
    a->done(a->arg, &answer);
    dsmtp_arena_fini(&arena);
    free(a);
}

enum dsmtp_status dsmtp_search_feed(struct dsmtp_search *s, unsigned id, const uint8_t *reply,
                                    size_t len, enum dsmtp_security security, const char *why)
{
    struct ask *a;

    if ((unsigned)security >= DSMTP_SECURITY_COUNT || (reply == NULL && !has_failed(security)))
        return DSMTP_MISUSE;
    a = TAILQ_FIRST(&s->asks);
    while (a != NULL && a->id != id)
        a = TAILQ_NEXT(a, link);
    if (a == NULL || !a->given)
        return DSMTP_MISUSE;
    answer(s, a, reply, len, security, why);
    return s->status;
}

const struct dsmtp_plan *dsmtp_search_plan(const struct dsmtp_search *s)
{
    return s->status == DSMTP_OK && s->outstanding == 0 ? dsmtp_discover_plan(&s->discover) : NULL;
}

/* --- begin and end ------------------------------------------------------------------------------
 */

static enum dsmtp_status begin(struct dsmtp_search *s, const struct dsmtp_request *request,
                               const struct dsmtp_client_options *options,
                               struct dsmtp_fault *fault)
{
    const struct dsmtp_resolver program = {s, keep_ask, forget_asks, drop_all};
    struct dsmtp_discover_config config = {.profile = &s->engine.profile,
                                           .target = s->errand.target,
                                           .nexthop = s->errand.nexthop.name};

    DSMTP_TRY(dsmtp_setup_rules(options, "", &s->arena, &s->engine, fault));
    DSMTP_TRY(dsmtp_errand_read(request, NULL, &s->arena, &s->errand, fault));
    config.kind = s->errand.nexthop.kind;
    config.port = s->errand.nexthop.port;
    config.policy = s->errand.policy;
    config.entry = s->errand.entry;
    config.seed = s->engine.seed;
    config.self = s->engine.self;
    if (dsmtp_resolver_alias_open(&program, &s->engine.resolver) != DSMTP_OK ||
        dsmtp_discover_init(&s->discover, &s->arena, &config) != DSMTP_OK)
        return dsmtp_fault_set(fault, DSMTP_NOMEM, "out of memory");
    return DSMTP_OK;
}

enum dsmtp_status dsmtp_search_open(const struct dsmtp_request *given,
                                    const struct dsmtp_client_options *given_options,
                                    struct dsmtp_search **out, struct dsmtp_fault *fault)
{
    struct dsmtp_fault own;
    struct dsmtp_request request;
    struct dsmtp_client_options options = {.size = sizeof(options)};
    struct dsmtp_search *s;
    enum dsmtp_status status;

    *out = NULL;
    fault = dsmtp_fault_or(fault, &own);
    DSMTP_TRY(dsmtp_sized_take(&request, sizeof(request), given, "dsmtp_request", fault));
    if (given_options != NULL)
        DSMTP_TRY(dsmtp_sized_take(&options, sizeof(options), given_options, "dsmtp_client_options",
                                   fault));
    s = calloc(1, sizeof(*s));
    if (s == NULL)
        return dsmtp_fault_set(fault, DSMTP_NOMEM, "out of memory");
    dsmtp_arena_init(&s->arena, MEMORY_MAX);
    TAILQ_INIT(&s->asks);
    status = begin(s, &request, &options, fault);
    if (status == DSMTP_OK)
        *out = s;
    else
        dsmtp_search_close(&s);
    return status;
}

void dsmtp_search_close(struct dsmtp_search **search)
{
    struct dsmtp_search *s = *search;

    if (s == NULL)
        return;
    if (s->engine.resolver.close != NULL)
        s->engine.resolver.close(s->engine.resolver.self);
    dsmtp_arena_fini(&s->arena);
    free(s);
    *search = NULL;
}
