/* stub_exchange.c - UDP and TCP of stub_exchange.h. */
#include "adapt/stub_exchange.h"

#include <errno.h>
#include <event2/event.h>
#include <event2/event_struct.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "adapt/dns_message.h"

enum { LENGTH = 2 }; /* octets before a message over TCP */

struct dsmtp_exchange {
    struct dsmtp_exchange_config config;
    int fd;
    uint16_t id;
    struct event io;
    struct event timer;
    size_t query_len;
    size_t sent;      /* over TCP: of length and query */
    uint8_t *reply;   /* over TCP: length and reply, once the length is known */
    size_t reply_len; /* how much it will be with the length; 0: over UDP */
    size_t got;
    uint8_t query[LENGTH + DSMTP_DNS_QUERY_MAX];
};

static void end(struct dsmtp_exchange *x, const uint8_t *reply, size_t len, const char *why)
{
    (void)event_del(&x->io);
    (void)event_del(&x->timer);
    x->config.done(x->config.arg, reply, len, why);
}

/* A socket that hears from this server only, with a port of the system's choice. */
static int connected_socket(const struct dsmtp_endpoint *server, int type)
{
    int fd = socket(server->sa.any.sa_family, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

    if (fd >= 0 && connect(fd, &server->sa.any, server->len) != 0 && errno != EINPROGRESS) {
        int error = errno;

        (void)close(fd);
        errno = error;
        return -1;
    }
    return fd;
}

/* Wait for that on the socket. */
static bool watch(struct dsmtp_exchange *x, short what, event_callback_fn call)
{
    (void)event_del(&x->io);
    return event_assign(&x->io, x->config.base, x->fd, (short)(what | EV_PERSIST), call, x) == 0 &&
           event_add(&x->io, NULL) == 0;
}

/* --- TCP -----------------------------------------------------------------------------------------
 */

/* The length first, then as much as it says. */
static void on_tcp_read(evutil_socket_t fd, short what, void *arg)
{
    struct dsmtp_exchange *x = arg;
    ssize_t n = recv(fd, x->reply + x->got, x->reply_len - x->got, 0);

    (void)what;
    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (n <= 0) {
        end(x, NULL, 0, n < 0 ? strerror(errno) : "the resolver closed the connection");
        return;
    }
    x->got += (size_t)n;
    if (x->got == LENGTH && x->reply_len == LENGTH)
        x->reply_len += (size_t)x->reply[0] << 8 | x->reply[1];
    if (x->got < x->reply_len)
        return;
    if (dsmtp_dns_replies_to(x->reply + LENGTH, x->reply_len - LENGTH, x->config.query, x->id))
        end(x, x->reply + LENGTH, x->reply_len - LENGTH, NULL);
    else
        end(x, NULL, 0, "not a reply to the question");
}

/* The query is small, but nothing says that it goes out in one piece. */
static void on_tcp_write(evutil_socket_t fd, short what, void *arg)
{
    struct dsmtp_exchange *x = arg;
    ssize_t n = send(fd, x->query + x->sent, LENGTH + x->query_len - x->sent, MSG_NOSIGNAL);

    (void)what;
    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (n < 0) {
        end(x, NULL, 0, strerror(errno));
        return;
    }
    x->sent += (size_t)n;
    if (x->sent < LENGTH + x->query_len)
        return;
    x->reply = malloc(LENGTH + UINT16_MAX);
    x->reply_len = LENGTH;
    if (x->reply == NULL || !watch(x, EV_READ, on_tcp_read))
        end(x, NULL, 0, "out of memory");
}

static void go_tcp(struct dsmtp_exchange *x)
{
    (void)event_del(&x->io);
    (void)close(x->fd);
    x->fd = connected_socket(x->config.server, SOCK_STREAM);
    if (x->fd < 0)
        end(x, NULL, 0, strerror(errno));
    else if (!watch(x, EV_WRITE, on_tcp_write))
        end(x, NULL, 0, "out of memory");
}

/* --- UDP -----------------------------------------------------------------------------------------
 */

static bool truncated(const uint8_t *reply)
{
    return (reply[2] & 0x02) != 0;
}

/* Anything that is not the reply to this question is passed over. */
static void on_udp(evutil_socket_t fd, short what, void *arg)
{
    struct dsmtp_exchange *x = arg;
    uint8_t reply[DSMTP_DNS_UDP_SIZE];
    ssize_t n = recv(fd, reply, sizeof(reply), MSG_TRUNC);

    (void)what;
    if (n < 0) {
        if (errno != EAGAIN && errno != EINTR)
            end(x, NULL, 0, strerror(errno));
        return;
    }
    /* Longer than was offered: take it as truncated if it is the reply at all. */
    if (!dsmtp_dns_replies_to(reply, (size_t)n < sizeof(reply) ? (size_t)n : sizeof(reply),
                              x->config.query, x->id))
        return;
    if (truncated(reply) || (size_t)n > sizeof(reply))
        go_tcp(x);
    else
        end(x, reply, (size_t)n, NULL);
}

static void on_timer(evutil_socket_t fd, short what, void *arg)
{
    (void)fd;
    (void)what;
    end(arg, NULL, 0, "the resolver does not answer");
}

/* Returns NULL or what went wrong. */
static const char *start(struct dsmtp_exchange *x)
{
    unsigned ms = x->config.timeout_ms;
    struct timeval tv = {.tv_sec = ms / 1000, .tv_usec = (suseconds_t)(ms % 1000) * 1000};

    if (getrandom(&x->id, sizeof(x->id), 0) != (ssize_t)sizeof(x->id))
        return "no random numbers to be had";
    x->query_len =
        dsmtp_dns_query(x->config.query, x->id, x->config.checking_disabled, x->query + LENGTH);
    if (x->query_len == 0)
        return "the name cannot be asked";
    x->query[0] = (uint8_t)(x->query_len >> 8);
    x->query[1] = (uint8_t)x->query_len;
    x->fd = connected_socket(x->config.server, SOCK_DGRAM);
    if (x->fd < 0 || send(x->fd, x->query + LENGTH, x->query_len, MSG_NOSIGNAL) < 0)
        return strerror(errno);
    if (!watch(x, EV_READ, on_udp) || event_add(&x->timer, &tv) != 0)
        return "out of memory";
    return NULL;
}

struct dsmtp_exchange *dsmtp_exchange_open(const struct dsmtp_exchange_config *config,
                                           const char **why)
{
    struct dsmtp_exchange *x = calloc(1, sizeof(*x));

    *why = "out of memory";
    if (x == NULL)
        return NULL;
    x->config = *config;
    x->fd = -1;
    if (event_assign(&x->timer, config->base, -1, 0, on_timer, x) != 0 ||
        event_assign(&x->io, config->base, -1, 0, on_udp, x) != 0) {
        free(x);
        return NULL;
    }
    *why = start(x);
    if (*why != NULL)
        dsmtp_exchange_close(&x);
    return x;
}

void dsmtp_exchange_close(struct dsmtp_exchange **exchange)
{
    struct dsmtp_exchange *x = *exchange;

    *exchange = NULL;
    if (x == NULL)
        return;
    (void)event_del(&x->io);
    (void)event_del(&x->timer);
    if (x->fd >= 0)
        (void)close(x->fd);
    free(x->reply);
    free(x);
}
