/* test_turnstile.c - limits on connections: never more than allowed, and nobody waits for nothing.
 */
#include "adapt/turnstile.h"

#include <event2/event.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"

enum { STREAMS = 60, STEPS = 20000, HOSTS = 4, ADDRESSES = 3 };

/* The connector behind the turnstile: notes who is connected. */
struct dsmtp_stream {
    char host, address;
    unsigned deadline;
    unsigned *open;
};

struct inner {
    unsigned open;
    unsigned at_host[256], at_address[256];
    bool refuse, closed;
};

static struct inner inner;

static enum dsmtp_status inner_open(void *self, const char *host, const char *address,
                                    uint16_t port, const struct dsmtp_stream_events *events,
                                    void *arg, struct dsmtp_stream **out)
{
    struct dsmtp_stream *s;

    check_true(self == &inner && port == 25 && events != NULL && arg != NULL);
    if (inner.refuse)
        return DSMTP_SYSTEM;
    s = calloc(1, sizeof(*s));
    if (s == NULL)
        return DSMTP_NOMEM;
    s->host = host[0];
    s->address = address[0];
    inner.open++;
    inner.at_host[(unsigned char)s->host]++;
    inner.at_address[(unsigned char)s->address]++;
    *out = s;
    return DSMTP_OK;
}

static void inner_deadline(struct dsmtp_stream *s, unsigned milliseconds)
{
    s->deadline = milliseconds;
    check_uint(milliseconds, 30000);
}

static enum dsmtp_status inner_write(struct dsmtp_stream *s, const void *bytes, size_t len)
{
    (void)bytes;
    return s->deadline == 30000 && len == 1 ? DSMTP_OK : DSMTP_SYSTEM;
}

static void inner_shut(struct dsmtp_stream **stream)
{
    struct dsmtp_stream *s = *stream;

    inner.open--;
    inner.at_host[(unsigned char)s->host]--;
    inner.at_address[(unsigned char)s->address]--;
    free(s);
    *stream = NULL;
}

static void inner_close(void *self)
{
    ((struct inner *)self)->closed = true;
}

/* One who wants a connection. */
struct client {
    struct dsmtp_stream *stream;
    char host[2], address[2];
    enum dsmtp_reason failed;
};

static void on_failed(void *arg, enum dsmtp_reason reason, const char *detail,
                      const struct dsmtp_tls_evidence *evidence)
{
    struct client *c = arg;

    check_true(detail != NULL && evidence == NULL);
    c->failed = reason;
}

static const struct dsmtp_stream_events events = {.failed = on_failed};

static struct dsmtp_connector open_turnstile(struct dsmtp_loop *loop, unsigned total, unsigned peer)
{
    const struct dsmtp_turnstile_limits limits = {total, peer};
    struct dsmtp_connector c = {.self = &inner,
                                .open = inner_open,
                                .write = inner_write,
                                .deadline = inner_deadline,
                                .shut = inner_shut,
                                .close = inner_close};
    struct dsmtp_fault fault;

    memset(&inner, 0, sizeof(inner));
    check_int(dsmtp_loop_open(loop, &fault), DSMTP_OK);
    check_int(dsmtp_turnstile_open(loop, &limits, &c), DSMTP_OK);
    return c;
}

static enum dsmtp_status come(const struct dsmtp_connector *c, struct client *client, char host,
                              char address)
{
    enum dsmtp_status status;

    *client = (struct client){.host = {host}, .address = {address}};
    status = c->open(c->self, client->host, client->address, 25, &events, client, &client->stream);
    if (status == DSMTP_OK)
        c->deadline(client->stream, 30000);
    return status;
}

/* Connected? A write goes through then. */
static bool inside(const struct dsmtp_connector *c, const struct client *client)
{
    return c->write(client->stream, "x", 1) == DSMTP_OK;
}

/* Whoever waits does so at a gate that is full, and no gate is overfull. */
static void check_gates(const struct dsmtp_connector *c, struct client *clients, unsigned total,
                        unsigned peer)
{
    check_true(inner.open <= total);
    for (unsigned i = 0; i < STREAMS; i++) {
        unsigned at_host = inner.at_host[(unsigned char)clients[i].host[0]];
        unsigned at_address = inner.at_address[(unsigned char)clients[i].address[0]];

        if (clients[i].stream == NULL)
            continue;
        check_true(at_host <= peer && at_address <= peer);
        check_true(inside(c, &clients[i]) || inner.open == total || at_host == peer ||
                   at_address == peer);
    }
}

/* Comings and goings in a fixed disorder. */
static void test_limits(void)
{
    static const struct {
        unsigned total, peer;
    } limits[] = {{1, 1}, {6, 2}, {8, 8}, {100, 3}, {100, 100}};
    static struct client clients[STREAMS];
    struct dsmtp_loop loop;
    uint32_t x = 1;

    for (size_t n = 0; n < CHECK_COUNT(limits); n++) {
        struct dsmtp_connector c = open_turnstile(&loop, limits[n].total, limits[n].peer);

        memset(clients, 0, sizeof(clients));
        for (unsigned step = 0; step < STEPS; step++) {
            struct client *client;

            x = x * 1664525 + 1013904223;
            client = &clients[(x >> 8) % STREAMS];
            if (client->stream != NULL)
                c.shut(&client->stream);
            else
                check_int(come(&c, client, (char)('a' + (x >> 16) % HOSTS),
                               (char)('1' + (x >> 20) % ADDRESSES)),
                          DSMTP_OK);
            check_rowf("limits %zu, step %u", n, step);
            if (step % 7 == 0)
                check_gates(&c, clients, limits[n].total, limits[n].peer);
        }
        for (unsigned i = 0; i < STREAMS; i++)
            if (clients[i].stream != NULL)
                c.shut(&clients[i].stream);
        check_uint(inner.open, 0);
        c.close(c.self);
        check_true(inner.closed);
        dsmtp_loop_close(&loop);
    }
}

/* First come, first served. */
static void test_order(void)
{
    struct client clients[4];
    struct dsmtp_loop loop;
    struct dsmtp_connector c = open_turnstile(&loop, 100, 1);

    for (unsigned i = 0; i < 4; i++)
        check_int(come(&c, &clients[i], 'a', '1'), DSMTP_OK);
    for (unsigned i = 0; i < 4; i++) {
        for (unsigned k = i; k < 4; k++) {
            check_rowf("%u of %u", k, i);
            check_int(inside(&c, &clients[k]), k == i);
        }
        c.shut(&clients[i].stream);
    }
    c.close(c.self);
    dsmtp_loop_close(&loop);
}

/* A refusal is a status for the one who comes, and an event for the one who waited. */
static void test_refusal(void)
{
    struct client first, second, third;
    struct dsmtp_loop loop;
    struct dsmtp_connector c = open_turnstile(&loop, 1, 1);

    check_int(come(&c, &first, 'a', '1'), DSMTP_OK);
    check_int(come(&c, &second, 'b', '2'), DSMTP_OK);
    inner.refuse = true;
    c.shut(&first.stream);
    check_int(second.failed, DSMTP_REASON_NONE);
    (void)event_base_loop(loop.base, EVLOOP_NONBLOCK);
    check_int(second.failed, DSMTP_REASON_CONNECT_FAILED);
    c.shut(&second.stream);
    check_int(come(&c, &third, 'a', '1'), DSMTP_SYSTEM);
    inner.refuse = false;
    check_int(come(&c, &third, 'a', '1'), DSMTP_OK);
    check_true(inside(&c, &third));
    /* gone before it is told */
    check_int(come(&c, &second, 'a', '1'), DSMTP_OK);
    inner.refuse = true;
    c.shut(&third.stream);
    c.shut(&second.stream);
    (void)event_base_loop(loop.base, EVLOOP_NONBLOCK);
    check_int(second.failed, DSMTP_REASON_NONE);
    c.close(c.self);
    dsmtp_loop_close(&loop);
}

static const struct check_test tests[] = {
    {"limits", test_limits},
    {"order", test_order},
    {"refusal", test_refusal},
};
SUITE(turnstile, tests);
