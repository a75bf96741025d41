/* turnstile.h - a connector in front of another that lets only so many connections exist at once:
 * in all, to one host, and to one address. */
#ifndef DSMTP_ADAPT_TURNSTILE_H
#define DSMTP_ADAPT_TURNSTILE_H

#include "adapt/loop.h"
#include "port/stream.h"

/* Each 1 or more. */
struct dsmtp_turnstile_limits {
    unsigned total;
    unsigned per_peer; /* to hosts of one name, and to one address */
};

/* Take over the connector in *both and put the limiting one in its place; closing that closes both.
 * A stream that has to wait is one that takes long to connect, but its deadline begins when it is
 * let through. DSMTP_NOMEM: *both is left as it was. */
DSMTP_MUST_USE enum dsmtp_status dsmtp_turnstile_open(struct dsmtp_loop *loop,
                                                      const struct dsmtp_turnstile_limits *limits,
                                                      struct dsmtp_connector *both);

#endif
