/* turnstile.c - gates and those who wait at them, for turnstile.h.
 *
 * A stream passes three gates: its host's, its address's, the common one. It waits at one gate at a
 * time, the first that is full, and is called when somebody leaves that gate; then it looks at all
 * of them again. So nobody is looked at in vain more than once for each departure, and no gate with
 * room has anybody waiting at it. */
#include "adapt/turnstile.h"

#include <event2/event.h>
#include <event2/event_struct.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

#define BUCKETS 1024u

TAILQ_HEAD(stream_list, dsmtp_stream);

struct gate {
    LIST_ENTRY(gate) link; /* of its bucket */
    struct stream_list waiting;
    unsigned inside, max;
    unsigned users; /* streams that know it, inside or not */
    char kind;      /* a host may be named like an address */
    char name[];
};

LIST_HEAD(gate_list, gate);

enum { HOST, ADDRESS, COMMON, GATES };

struct turnstile {
    struct dsmtp_connector inner;
    struct event_base *base;
    unsigned per_peer;
    struct gate *common;
    struct gate_list buckets[BUCKETS];
};

struct dsmtp_stream {
    struct turnstile *turnstile;
    struct dsmtp_stream *inner; /* NULL: not let through */
    const struct dsmtp_stream_events *events;
    void *arg;
    struct gate *gates[GATES];
    struct gate *waits_at; /* NULL: nowhere */
    TAILQ_ENTRY(dsmtp_stream) link;
    struct event refusal; /* the other connector refused: to be told by the loop */
    unsigned deadline_ms;
    uint16_t port;
    bool inside;
};

/* --- gates ---------------------------------------------------------------------------------------
 */

static struct gate *new_gate(char kind, const char *name, unsigned max)
{
    size_t len = strlen(name) + 1;
    struct gate *g = calloc(1, sizeof(*g) + len);

    if (g == NULL)
        return NULL;
    TAILQ_INIT(&g->waiting);
    g->max = max;
    g->kind = kind;
    memcpy(g->name, name, len);
    return g;
}

static struct gate *find(const struct gate_list *bucket, char kind, const char *name)
{
    struct gate *g;

    LIST_FOREACH(g, bucket, link)
    if (g->kind == kind && strcmp(g->name, name) == 0)
        return g;
    return NULL;
}

/* The gate of that name, made if there is none; the caller is one of its users. */
static struct gate *enlist(struct turnstile *t, char kind, const char *name)
{
    unsigned hash = (unsigned char)kind;
    struct gate_list *bucket;
    struct gate *g;

    for (const char *c = name; *c != '\0'; c++)
        hash = hash * 31 + (unsigned char)*c;
    bucket = &t->buckets[hash % BUCKETS];
    g = find(bucket, kind, name);
    if (g == NULL) {
        g = new_gate(kind, name, t->per_peer);
        if (g == NULL)
            return NULL;
        LIST_INSERT_HEAD(bucket, g, link);
    }
    g->users++;
    return g;
}

static void discharge(struct gate *g)
{
    if (g == NULL || --g->users > 0)
        return;
    LIST_REMOVE(g, link);
    free(g);
}

/* --- passing -------------------------------------------------------------------------------------
 */

static void on_connected(void *arg)
{
    struct dsmtp_stream *s = arg;

    s->events->connected(s->arg);
}

static void on_received(void *arg, const uint8_t *bytes, size_t len)
{
    struct dsmtp_stream *s = arg;

    s->events->received(s->arg, bytes, len);
}

static void on_sent(void *arg, size_t left)
{
    struct dsmtp_stream *s = arg;

    s->events->sent(s->arg, left);
}

static void on_secured(void *arg, const struct dsmtp_tls_evidence *evidence)
{
    struct dsmtp_stream *s = arg;

    s->events->secured(s->arg, evidence);
}

static void on_failed(void *arg, enum dsmtp_reason reason, const char *detail,
                      const struct dsmtp_tls_evidence *evidence)
{
    struct dsmtp_stream *s = arg;

    s->events->failed(s->arg, reason, detail, evidence);
}

static const struct dsmtp_stream_events relay = {on_connected, on_received, on_sent, on_secured,
                                                 on_failed};

static void on_refusal(evutil_socket_t fd, short what, void *arg)
{
    struct dsmtp_stream *s = arg;

    (void)fd;
    (void)what;
    s->events->failed(s->arg, DSMTP_REASON_CONNECT_FAILED, "no connection can be opened", NULL);
}

static enum dsmtp_status let_through(struct dsmtp_stream *s)
{
    const struct dsmtp_connector *c = &s->turnstile->inner;
    enum dsmtp_status status = c->open(c->self, s->gates[HOST]->name, s->gates[ADDRESS]->name,
                                       s->port, &relay, s, &s->inner);

    if (status == DSMTP_OK && s->deadline_ms != 0)
        c->deadline(s->inner, s->deadline_ms);
    return status;
}

static void wait_at(struct dsmtp_stream *s, struct gate *g)
{
    s->waits_at = g;
    TAILQ_INSERT_TAIL(&g->waiting, s, link);
}

/* Pass all gates or wait at the first that is full; the status is that of opening the connection.
 */
static enum dsmtp_status try(struct dsmtp_stream *s)
{
    for (unsigned i = 0; i < GATES; i++) {
        if (s->gates[i]->inside < s->gates[i]->max)
            continue;
        wait_at(s, s->gates[i]);
        return DSMTP_OK;
    }
    for (unsigned i = 0; i < GATES; i++)
        s->gates[i]->inside++;
    s->inside = true;
    return let_through(s);
}

/* Call those who wait while there is room. */
static void call(struct gate *g)
{
    struct dsmtp_stream *s;

    while (g->inside < g->max && (s = TAILQ_FIRST(&g->waiting)) != NULL) {
        TAILQ_REMOVE(&g->waiting, s, link);
        s->waits_at = NULL;
        if (try(s) != DSMTP_OK)
            event_active(&s->refusal, EV_TIMEOUT, 0);
    }
}

/* Out of all gates, wherever it stands. */
static void leave(struct dsmtp_stream *s)
{
    if (s->waits_at != NULL)
        TAILQ_REMOVE(&s->waits_at->waiting, s, link);
    for (unsigned i = 0; s->inside && i < GATES; i++)
        s->gates[i]->inside--;
    for (unsigned i = 0; s->inside && i < GATES; i++)
        call(s->gates[i]);
    discharge(s->gates[HOST]);
    discharge(s->gates[ADDRESS]);
    (void)event_del(&s->refusal);
    free(s);
}

/* --- the port ------------------------------------------------------------------------------------
 */

static enum dsmtp_status stream_open(void *self, const char *host, const char *address,
                                     uint16_t port, const struct dsmtp_stream_events *events,
                                     void *arg, struct dsmtp_stream **out)
{
    struct turnstile *t = self;
    struct dsmtp_stream *s = calloc(1, sizeof(*s));
    enum dsmtp_status status = DSMTP_NOMEM;

    if (s == NULL)
        return DSMTP_NOMEM;
    s->turnstile = t;
    s->events = events;
    s->arg = arg;
    s->port = port;
    s->gates[HOST] = enlist(t, 'h', host);
    s->gates[ADDRESS] = enlist(t, 'a', address);
    s->gates[COMMON] = t->common;
    if (s->gates[HOST] != NULL && s->gates[ADDRESS] != NULL &&
        event_assign(&s->refusal, t->base, -1, 0, on_refusal, s) == 0) {
        status = try(s);
        if (status != DSMTP_OK)
            leave(s);
        else
            *out = s;
        return status;
    }
    discharge(s->gates[HOST]);
    discharge(s->gates[ADDRESS]);
    free(s);
    return status;
}

static enum dsmtp_status stream_write(struct dsmtp_stream *s, const void *bytes, size_t len)
{
    return s->inner != NULL ? s->turnstile->inner.write(s->inner, bytes, len) : DSMTP_MISUSE;
}

static enum dsmtp_status stream_secure(struct dsmtp_stream *s,
                                       const struct dsmtp_tls_demand *demand)
{
    return s->inner != NULL ? s->turnstile->inner.secure(s->inner, demand) : DSMTP_MISUSE;
}

static void stream_deadline(struct dsmtp_stream *s, unsigned milliseconds)
{
    s->deadline_ms = milliseconds;
    if (s->inner != NULL)
        s->turnstile->inner.deadline(s->inner, milliseconds);
}

static void stream_shut(struct dsmtp_stream **stream)
{
    struct dsmtp_stream *s = *stream;

    *stream = NULL;
    if (s == NULL)
        return;
    if (s->inner != NULL)
        s->turnstile->inner.shut(&s->inner);
    leave(s);
}

static void close_turnstile(void *self)
{
    struct turnstile *t = self;

    t->inner.close(t->inner.self);
    free(t->common);
    free(t);
}

enum dsmtp_status dsmtp_turnstile_open(struct dsmtp_loop *loop,
                                       const struct dsmtp_turnstile_limits *limits,
                                       struct dsmtp_connector *both)
{
    struct turnstile *t = calloc(1, sizeof(*t));

    if (t == NULL)
        return DSMTP_NOMEM;
    t->common = new_gate('c', "", limits->total);
    if (t->common == NULL) {
        free(t);
        return DSMTP_NOMEM;
    }
    t->inner = *both;
    t->base = loop->base;
    t->per_peer = limits->per_peer;
    for (unsigned i = 0; i < BUCKETS; i++)
        LIST_INIT(&t->buckets[i]);
    *both = (struct dsmtp_connector){
        t, stream_open, stream_write, stream_secure, stream_deadline, stream_shut, close_turnstile};
    return DSMTP_OK;
}
