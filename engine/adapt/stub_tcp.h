/* stub_tcp.h - one connection to a resolver, shared by all queries that need TCP (RFC 7766): opened
 * at need, kept for a while, opened again when the resolver has closed it. */
#ifndef DSMTP_ADAPT_STUB_TCP_H
#define DSMTP_ADAPT_STUB_TCP_H

#include <event2/event.h>
#include <event2/event_struct.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/queue.h>

#include "adapt/address.h"
#include "model/record.h"

struct dsmtp_stub_tcp;

/* A query on its way; storage is the caller's. The caller fills what stands above the line, and
 * assigns the event, which is made active once there is a reply or none can come any more. */
struct dsmtp_tcp_request {
    const struct dsmtp_query *query;
    uint16_t id;
    const uint8_t *message;
    size_t len;
    struct event ready;
    /* ---- */
    TAILQ_ENTRY(dsmtp_tcp_request) link;
    bool waiting;   /* for a reply */
    bool again;     /* sent a second time */
    uint8_t *reply; /* to be freed by the caller; NULL: none */
    size_t reply_len;
    const char *why; /* there is none */
};

/* No connection is made yet. NULL: out of memory. The server's address must stay valid. */
struct dsmtp_stub_tcp *dsmtp_stub_tcp_open(struct event_base *base,
                                           const struct dsmtp_endpoint *server);

/* The reply is the one that has the query's id and question, in whatever order replies come. */
void dsmtp_stub_tcp_send(struct dsmtp_stub_tcp *tcp, struct dsmtp_tcp_request *request);

/* Forget a request, whatever has become of it. */
void dsmtp_stub_tcp_cancel(struct dsmtp_stub_tcp *tcp, struct dsmtp_tcp_request *request);

/* All requests must have been cancelled. */
void dsmtp_stub_tcp_close(struct dsmtp_stub_tcp **tcp);

#endif
