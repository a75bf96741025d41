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

struct dsmtp_exchange {
    struct dsmtp_exchange_config config;
    int fd;
    uint16_t id;
    struct event io;
    struct event timer;
    struct dsmtp_tcp_request tcp;
    size_t query_len;
    uint8_t query[DSMTP_DNS_QUERY_MAX];
};

static void end_with(struct dsmtp_exchange *x, const struct dsmtp_exchange_end *ended)
{
    (void)event_del(&x->io);
    (void)event_del(&x->timer);
    /* Whoever is told may close the connection. */
    if (x->tcp.waiting)
        dsmtp_stub_tcp_cancel(x->config.tcp, &x->tcp);
    x->config.done(x->config.arg, ended);
}

static void end(struct dsmtp_exchange *x, const uint8_t *reply, size_t len, const char *why)
{
    end_with(x, &(struct dsmtp_exchange_end){.reply = reply, .len = len, .why = why});
}

/* A socket that hears from this server only, with a port of the system's choice. */
static int connected_socket(const struct dsmtp_endpoint *server)
{
    int fd = socket(server->sa.any.sa_family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

    if (fd >= 0 && connect(fd, &server->sa.any, server->len) != 0) {
        int error = errno;

        (void)close(fd);
        errno = error;
        return -1;
    }
    return fd;
}

/* --- TCP -----------------------------------------------------------------------------------------
 */

static void on_tcp(evutil_socket_t fd, short what, void *arg)
{
    struct dsmtp_exchange *x = arg;

    (void)fd;
    (void)what;
    if (x->tcp.reply != NULL)
        end(x, x->tcp.reply, x->tcp.reply_len, NULL);
    else
        end(x, NULL, 0, x->tcp.why);
}

static void go_tcp(struct dsmtp_exchange *x)
{
    (void)event_del(&x->io);
    (void)close(x->fd);
    x->fd = -1;
    x->tcp.query = x->config.query;
    x->tcp.id = x->id;
    x->tcp.message = x->query;
    x->tcp.len = x->query_len;
    dsmtp_stub_tcp_send(x->config.tcp, &x->tcp);
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
    end_with(arg, &(struct dsmtp_exchange_end){.why = DSMTP_WHY_TIMEOUT, .late = true});
}

/* Returns NULL or what went wrong. */
static const char *start(struct dsmtp_exchange *x)
{
    unsigned ms = x->config.timeout_ms;
    struct timeval tv = {.tv_sec = ms / 1000, .tv_usec = (suseconds_t)(ms % 1000) * 1000};

    if (getrandom(&x->id, sizeof(x->id), 0) != (ssize_t)sizeof(x->id))
        return "no random numbers to be had";
    x->query_len = dsmtp_dns_query(x->config.query, x->id, x->config.checking_disabled, x->query);
    if (x->query_len == 0)
        return "the name cannot be asked";
    x->fd = connected_socket(x->config.server);
    if (x->fd < 0 || send(x->fd, x->query, x->query_len, MSG_NOSIGNAL) < 0)
        return strerror(errno);
    if (event_assign(&x->io, x->config.base, x->fd, EV_READ | EV_PERSIST, on_udp, x) != 0 ||
        event_add(&x->io, NULL) != 0 || event_add(&x->timer, &tv) != 0)
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
        event_assign(&x->io, config->base, -1, 0, on_udp, x) != 0 ||
        event_assign(&x->tcp.ready, config->base, -1, 0, on_tcp, x) != 0) {
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
    dsmtp_stub_tcp_cancel(x->config.tcp, &x->tcp);
    free(x);
}
