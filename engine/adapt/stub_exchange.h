/* stub_exchange.h - one query to one server and its reply: over UDP, and once more over TCP when
 * that is truncated.
 *
 * The socket hears from the server's address only, on a port and with an id that nobody can
 * foresee. The case of letters is not randomised as well: the server is on this machine. */
#ifndef DSMTP_ADAPT_STUB_EXCHANGE_H
#define DSMTP_ADAPT_STUB_EXCHANGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "adapt/address.h"
#include "adapt/stub_tcp.h"
#include "model/record.h"

struct event_base;
struct dsmtp_exchange;

/* reply is NULL on failure, and why says why; otherwise it belongs to the question and has the
 * right id, and nothing more is known of it. */
struct dsmtp_exchange_end {
    const uint8_t *reply;
    size_t len;
    const char *why;
    bool late; /* all of the time has passed */
};

/* Called once, from the loop. The exchange has to be closed, also from in here. */
typedef void dsmtp_exchange_fn(void *arg, const struct dsmtp_exchange_end *end);

struct dsmtp_exchange_config {
    struct event_base *base;
    const struct dsmtp_endpoint *server;
    struct dsmtp_stub_tcp *tcp;      /* to the same server; outlives the exchange */
    const struct dsmtp_query *query; /* must stay valid until done is called, as must server */
    bool checking_disabled;
    unsigned timeout_ms;
    dsmtp_exchange_fn *done;
    void *arg;
};

/* Send. On failure returns NULL, and done is not called. */
struct dsmtp_exchange *dsmtp_exchange_open(const struct dsmtp_exchange_config *config,
                                           const char **why);
void dsmtp_exchange_close(struct dsmtp_exchange **exchange);

#endif
