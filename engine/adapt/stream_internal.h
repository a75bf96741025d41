/* stream_internal.h - what stream_event.c (the owner's side) and stream_io.c (the loop's side)
 * share. */
#ifndef DSMTP_ADAPT_STREAM_INTERNAL_H
#define DSMTP_ADAPT_STREAM_INTERNAL_H

#include <event2/event.h>
#include <event2/event_struct.h>
#include <openssl/ssl.h>

#include "adapt/address.h"
#include "adapt/tls_openssl.h"
#include "port/stream.h"

struct dsmtp_stream_connector {
    struct event_base *base;
    struct dsmtp_tls *tls;
    struct dsmtp_endpoint bind4; /* len 0: none */
    struct dsmtp_endpoint bind6;
};

enum dsmtp_stream_stage {
    STREAM_CONNECTING,
    STREAM_PLAIN,
    STREAM_HANDSHAKE,
    STREAM_SECURED,
    STREAM_FAILED
};

struct dsmtp_stream {
    struct dsmtp_stream_connector *connector;
    const struct dsmtp_stream_events *events;
    void *arg;
    enum dsmtp_stream_stage stage;
    int fd;
    struct event readable;
    struct event writable;
    struct event
        timer; /* the deadline, or at once: a failure that must not be told from inside a call */
    struct evbuffer *out;
    SSL *ssl;
    const struct dsmtp_tls_demand *demand;
    enum dsmtp_reason pending; /* NONE: the timer is a deadline */
    char detail[100];          /* of pending */
    bool busy;                 /* inside an event: the owner may shut, but the memory has to stay */
    bool shut;
};

/* What the loop calls. */
void dsmtp_stream_on_readable(evutil_socket_t fd, short what, void *arg);
void dsmtp_stream_on_writable(evutil_socket_t fd, short what, void *arg);
void dsmtp_stream_on_timer(evutil_socket_t fd, short what, void *arg);

/* Send what the socket takes now, at most so much that reading is not kept waiting; the loop goes
 * on with the rest. False: the connection is gone, *why says why. */
bool dsmtp_stream_flush_plain(struct dsmtp_stream *s, const char **why);
bool dsmtp_stream_flush_tls(struct dsmtp_stream *s, const char **why);

#endif
