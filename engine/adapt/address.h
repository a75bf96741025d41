/* address.h - numeric addresses with ports, as text and as the system wants them. */
#ifndef DSMTP_ADAPT_ADDRESS_H
#define DSMTP_ADAPT_ADDRESS_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

#include "base/status.h"

struct dsmtp_endpoint {
    socklen_t len;
    union {
        struct sockaddr any;
        struct sockaddr_in v4;
        struct sockaddr_in6 v6;
    } sa;
};

/* A numeric IPv4 or IPv6 address. DSMTP_SYNTAX for anything else. */
DSMTP_MUST_USE enum dsmtp_status dsmtp_address_set(const char *text, uint16_t port,
                                                   struct dsmtp_endpoint *out);

/* "ADDR" or "ADDR@PORT". DSMTP_SYNTAX for anything else. */
DSMTP_MUST_USE enum dsmtp_status dsmtp_address_parse(const char *text, uint16_t default_port,
                                                     struct dsmtp_endpoint *out);

/* Does it stay on this machine: 127.0.0.0/8 or ::1? */
bool dsmtp_address_is_loopback(const struct dsmtp_endpoint *address);

#endif
