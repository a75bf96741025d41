/* stream_event.c - the connector of stream_event.h: what its owner calls. */
#include "adapt/stream_event.h"

#include <errno.h>
#include <event2/buffer.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "adapt/stream_internal.h"

/* Let go of everything but the memory. */
static void tear_down(struct dsmtp_stream *s)
{
    (void)event_del(&s->readable);
    (void)event_del(&s->writable);
    (void)event_del(&s->timer);
    SSL_free(s->ssl);
    s->ssl = NULL;
    if (s->fd >= 0)
        (void)close(s->fd);
    s->fd = -1;
    if (s->out != NULL)
        evbuffer_free(s->out);
    s->out = NULL;
}

/* The same, from inside a call: told by the loop. */
static void fail_later(struct dsmtp_stream *s, enum dsmtp_reason reason, const char *detail)
{
    s->pending = reason;
    snprintf(s->detail, sizeof(s->detail), "%s", detail);
    (void)event_del(&s->readable);
    (void)event_del(&s->writable);
    (void)event_del(&s->timer);
    event_active(&s->timer, EV_TIMEOUT, 0);
}

static bool assign_events(struct dsmtp_stream *s)
{
    struct event_base *base = s->connector->base;

    return event_assign(&s->readable, base, s->fd, EV_READ | EV_PERSIST, dsmtp_stream_on_readable,
                        s) == 0 &&
           event_assign(&s->writable, base, s->fd, EV_WRITE, dsmtp_stream_on_writable, s) == 0 &&
           event_assign(&s->timer, base, -1, 0, dsmtp_stream_on_timer, s) == 0;
}

/* A socket on its way to the address. Returns 0 or errno. */
static int begin_connect(struct dsmtp_stream *s, const struct dsmtp_endpoint *to)
{
    bool v6 = to->sa.any.sa_family == AF_INET6;
    const struct dsmtp_endpoint *from = v6 ? &s->connector->bind6 : &s->connector->bind4;
    const int on = 1;

    if (from->len > 0 && bind(s->fd, &from->sa.any, from->len) != 0)
        return errno;
    (void)setsockopt(s->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    if (connect(s->fd, &to->sa.any, to->len) != 0 && errno != EINPROGRESS)
        return errno;
    return event_add(&s->writable, NULL) == 0 ? 0 : ENOMEM;
}

/* What is wrong with the address is told later; what is wrong with us, at once. */
static enum dsmtp_status start(struct dsmtp_stream *s, const struct dsmtp_endpoint *to)
{
    int error;

    s->fd = socket(to->sa.any.sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    error = s->fd < 0 ? errno : 0;
    if ((error != 0 && error != EAFNOSUPPORT) || !assign_events(s))
        return DSMTP_SYSTEM;
    if (error == 0)
        error = begin_connect(s, to);
    if (error != 0)
        fail_later(s, DSMTP_REASON_CONNECT_FAILED, strerror(error));
    return DSMTP_OK;
}

static enum dsmtp_status stream_open(void *self, const char *host, const char *address,
                                     uint16_t port, const struct dsmtp_stream_events *events,
                                     void *arg, struct dsmtp_stream **out)
{
    struct dsmtp_endpoint to;
    struct dsmtp_stream *s;
    enum dsmtp_status status;

    (void)host;
    DSMTP_TRY(dsmtp_address_set(address, port, &to));
    s = calloc(1, sizeof(*s));
    if (s == NULL)
        return DSMTP_NOMEM;
    s->connector = self;
    s->events = events;
    s->arg = arg;
    s->fd = -1;
    s->out = evbuffer_new();
    status = s->out != NULL ? start(s, &to) : DSMTP_NOMEM;
    if (status != DSMTP_OK) {
        if (s->fd >= 0)
            (void)close(s->fd);
        if (s->out != NULL)
            evbuffer_free(s->out);
        free(s);
        return status;
    }
    *out = s;
    return DSMTP_OK;
}

static bool usable(const struct dsmtp_stream *s)
{
    return (s->stage == STREAM_PLAIN || s->stage == STREAM_SECURED) &&
           s->pending == DSMTP_REASON_NONE;
}

static enum dsmtp_status stream_write(struct dsmtp_stream *s, const void *bytes, size_t len)
{
    if (!usable(s))
        return DSMTP_MISUSE;
    /* In this order: what was refused must not go out with the last words of a stream. */
    if (event_add(&s->writable, NULL) != 0)
        return DSMTP_SYSTEM;
    return evbuffer_add(s->out, bytes, len) == 0 ? DSMTP_OK : DSMTP_NOMEM;
}

static enum dsmtp_status stream_secure(struct dsmtp_stream *s,
                                       const struct dsmtp_tls_demand *demand)
{
    struct dsmtp_fault fault;
    char byte;

    if (!usable(s) || s->stage != STREAM_PLAIN || evbuffer_get_length(s->out) > 0)
        return DSMTP_MISUSE;
    if (recv(s->fd, &byte, 1, MSG_PEEK) > 0) {
        fail_later(s, DSMTP_REASON_STARTTLS_INJECTION, "data before the TLS handshake");
        return DSMTP_OK;
    }
    DSMTP_TRY(dsmtp_tls_session(s->connector->tls, demand, &s->ssl, &fault));
    if (SSL_set_fd(s->ssl, s->fd) != 1)
        return DSMTP_NOMEM;
    s->demand = demand;
    s->stage = STREAM_HANDSHAKE;
    return event_add(&s->writable, NULL) == 0 ? DSMTP_OK : DSMTP_SYSTEM;
}

static void stream_deadline(struct dsmtp_stream *s, unsigned milliseconds)
{
    struct timeval tv = {.tv_sec = milliseconds / 1000,
                         .tv_usec = (suseconds_t)(milliseconds % 1000) * 1000};

    if (s->stage == STREAM_FAILED || s->pending != DSMTP_REASON_NONE)
        return;
    if (milliseconds == 0)
        (void)event_del(&s->timer);
    else if (event_add(&s->timer, &tv) != 0 && !event_pending(&s->timer, EV_TIMEOUT, NULL))
        fail_later(s, DSMTP_REASON_CONNECTION_LOST, "no memory for a deadline");
}

static void stream_shut(struct dsmtp_stream **stream)
{
    struct dsmtp_stream *s = *stream;
    const char *why = NULL;

    *stream = NULL;
    if (s == NULL)
        return;
    if (usable(s) && s->stage == STREAM_PLAIN) {
        (void)dsmtp_stream_flush_plain(s, &why);
    } else if (usable(s)) {
        ERR_clear_error();
        if (dsmtp_stream_flush_tls(s, &why))
            (void)SSL_shutdown(s->ssl);
        ERR_clear_error();
    }
    tear_down(s);
    s->shut = true;
    if (!s->busy)
        free(s);
}

static void connector_close(void *self)
{
    free(self);
}

static enum dsmtp_status set_source(const char *text, sa_family_t family,
                                    struct dsmtp_endpoint *out, struct dsmtp_fault *fault)
{
    if (text == NULL)
        return DSMTP_OK;
    if (dsmtp_address_set(text, 0, out) != DSMTP_OK || out->sa.any.sa_family != family)
        return dsmtp_fault_set(fault, DSMTP_SYNTAX, "'%s' is no IPv%d address to bind to", text,
                               family == AF_INET ? 4 : 6);
    return DSMTP_OK;
}

/* OpenSSL and libevent write to sockets without MSG_NOSIGNAL. */
static void ignore_sigpipe(void)
{
    struct sigaction action;

    if (sigaction(SIGPIPE, NULL, &action) == 0 && action.sa_handler == SIG_DFL)
        (void)signal(SIGPIPE, SIG_IGN);
}

enum dsmtp_status dsmtp_stream_event_open(struct dsmtp_loop *loop, struct dsmtp_tls *tls,
                                          const struct dsmtp_stream_options *options,
                                          struct dsmtp_connector *out, struct dsmtp_fault *fault)
{
    struct dsmtp_stream_connector made = {.base = loop->base, .tls = tls};
    struct dsmtp_stream_connector *self;

    if (options != NULL) {
        DSMTP_TRY(set_source(options->bind4, AF_INET, &made.bind4, fault));
        DSMTP_TRY(set_source(options->bind6, AF_INET6, &made.bind6, fault));
    }
    self = malloc(sizeof(*self));
    if (self == NULL)
        return dsmtp_fault_set(fault, DSMTP_NOMEM, "out of memory");
    *self = made;
    ignore_sigpipe();
    *out = (struct dsmtp_connector){
        .self = self,
        .open = stream_open,
        .write = stream_write,
        .secure = stream_secure,
        .deadline = stream_deadline,
        .shut = stream_shut,
        .close = connector_close,
    };
    return DSMTP_OK;
}
