/* stub_tcp.c - the shared connection of stub_tcp.h. */
#include "adapt/stub_tcp.h"

#include <errno.h>
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <stdlib.h>
#include <string.h>

#include "adapt/dns_message.h"

enum { LENGTH = 2 }; /* octets before a message */
#define IDLE_S 5

TAILQ_HEAD(request_queue, dsmtp_tcp_request);

struct dsmtp_stub_tcp {
    struct event_base *base;
    const struct dsmtp_endpoint *server;
    struct bufferevent *connection; /* NULL: none */
    struct request_queue waiting;
};

/* Told by its event, so that nobody is called from in here. */
static void finish(struct dsmtp_stub_tcp *tcp, struct dsmtp_tcp_request *r, const char *why)
{
    TAILQ_REMOVE(&tcp->waiting, r, link);
    r->waiting = false;
    r->why = why;
    event_active(&r->ready, EV_READ, 0);
}

static void disconnect(struct dsmtp_stub_tcp *tcp)
{
    if (tcp->connection != NULL)
        bufferevent_free(tcp->connection);
    tcp->connection = NULL;
}

static struct dsmtp_tcp_request *find(const struct dsmtp_stub_tcp *tcp, const uint8_t *message,
                                      size_t len)
{
    struct dsmtp_tcp_request *r;

    TAILQ_FOREACH(r, &tcp->waiting, link)
    if (dsmtp_dns_replies_to(message, len, r->query, r->id))
        return r;
    return NULL;
}

/* A reply that nobody waits for is passed over. */
static void take_message(struct dsmtp_stub_tcp *tcp, const uint8_t *message, size_t len)
{
    struct dsmtp_tcp_request *r = find(tcp, message, len);

    if (r == NULL)
        return;
    r->reply = malloc(len);
    if (r->reply != NULL)
        memcpy(r->reply, message, len);
    r->reply_len = len;
    finish(tcp, r, "out of memory");
}

static void on_read(struct bufferevent *connection, void *arg)
{
    struct evbuffer *in = bufferevent_get_input(connection);
    uint8_t head[LENGTH];

    while (evbuffer_copyout(in, head, LENGTH) == LENGTH) {
        size_t whole = LENGTH + ((size_t)head[0] << 8 | head[1]);
        const uint8_t *bytes = evbuffer_pullup(in, (ev_ssize_t)whole);

        if (bytes == NULL)
            break;
        take_message(arg, bytes + LENGTH, whole - LENGTH);
        (void)evbuffer_drain(in, whole);
    }
}

static const char *connect_and_send(struct dsmtp_stub_tcp *tcp);

/* The connection is gone. A resolver may close one at any time, for want of use or because it was
 * started anew: what is under way goes out once more (RFC 7766, section 6.2.4). */
static void lost(struct dsmtp_stub_tcp *tcp, const char *why)
{
    struct dsmtp_tcp_request *next;

    disconnect(tcp);
    for (struct dsmtp_tcp_request *r = TAILQ_FIRST(&tcp->waiting); r != NULL; r = next) {
        next = TAILQ_NEXT(r, link);
        if (r->again)
            finish(tcp, r, why);
        r->again = true;
    }
    if (TAILQ_EMPTY(&tcp->waiting))
        return;
    why = connect_and_send(tcp);
    while (why != NULL && !TAILQ_EMPTY(&tcp->waiting))
        finish(tcp, TAILQ_FIRST(&tcp->waiting), why);
}

static void on_event(struct bufferevent *connection, short what, void *arg)
{
    struct dsmtp_stub_tcp *tcp = arg;

    if ((what & BEV_EVENT_TIMEOUT) != 0 && !TAILQ_EMPTY(&tcp->waiting))
        /* Whoever waits has a clock of its own. */
        (void)bufferevent_enable(connection, EV_READ);
    else if ((what & BEV_EVENT_ERROR) != 0)
        lost(tcp, strerror(EVUTIL_SOCKET_ERROR()));
    else if ((what & (BEV_EVENT_EOF | BEV_EVENT_TIMEOUT)) != 0)
        lost(tcp, "the resolver closed the connection");
}

static bool put(struct dsmtp_stub_tcp *tcp, const struct dsmtp_tcp_request *r)
{
    const uint8_t head[LENGTH] = {(uint8_t)(r->len >> 8), (uint8_t)r->len};

    return bufferevent_write(tcp->connection, head, LENGTH) == 0 &&
           bufferevent_write(tcp->connection, r->message, r->len) == 0;
}

/* A new connection, and all that waits goes out on it. Returns NULL or what went wrong. */
static const char *connect_and_send(struct dsmtp_stub_tcp *tcp)
{
    const struct timeval idle = {.tv_sec = IDLE_S};
    const struct dsmtp_tcp_request *r;
    bool ok = true;

    tcp->connection = bufferevent_socket_new(tcp->base, -1, BEV_OPT_CLOSE_ON_FREE);
    if (tcp->connection == NULL)
        return "out of memory";
    bufferevent_setcb(tcp->connection, on_read, NULL, on_event, tcp);
    (void)bufferevent_set_timeouts(tcp->connection, &idle, NULL);
    TAILQ_FOREACH(r, &tcp->waiting, link)
    ok = ok && put(tcp, r);
    if (!ok || bufferevent_enable(tcp->connection, EV_READ | EV_WRITE) != 0) {
        disconnect(tcp);
        return "out of memory";
    }
    if (bufferevent_socket_connect(tcp->connection, &tcp->server->sa.any, (int)tcp->server->len) !=
        0) {
        const char *why = strerror(errno);

        disconnect(tcp);
        return why;
    }
    return NULL;
}

struct dsmtp_stub_tcp *dsmtp_stub_tcp_open(struct event_base *base,
                                           const struct dsmtp_endpoint *server)
{
    struct dsmtp_stub_tcp *tcp = calloc(1, sizeof(*tcp));

    if (tcp == NULL)
        return NULL;
    tcp->base = base;
    tcp->server = server;
    TAILQ_INIT(&tcp->waiting);
    return tcp;
}

void dsmtp_stub_tcp_send(struct dsmtp_stub_tcp *tcp, struct dsmtp_tcp_request *request)
{
    const char *why = NULL;

    request->waiting = true;
    request->again = false;
    request->reply = NULL;
    TAILQ_INSERT_TAIL(&tcp->waiting, request, link);
    if (tcp->connection == NULL)
        why = connect_and_send(tcp);
    else if (!put(tcp, request))
        why = "out of memory";
    if (why != NULL && request->waiting)
        finish(tcp, request, why);
}

void dsmtp_stub_tcp_cancel(struct dsmtp_stub_tcp *tcp, struct dsmtp_tcp_request *request)
{
    if (request->waiting)
        TAILQ_REMOVE(&tcp->waiting, request, link);
    request->waiting = false;
    (void)event_del(&request->ready);
    free(request->reply);
    request->reply = NULL;
}

void dsmtp_stub_tcp_close(struct dsmtp_stub_tcp **tcp)
{
    if (*tcp == NULL)
        return;
    disconnect(*tcp);
    free(*tcp);
    *tcp = NULL;
}
