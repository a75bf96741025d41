/* address.h - numeric addresses with ports, as text and as the system wants them. */
#ifndef DSMTP_ADAPT_ADDRESS_H
#define DSMTP_ADAPT_ADDRESS_H

#include <net/if.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

#include "base/status.h"

/* Room for an address with its zone as text. */
#define DSMTP_ADDRESS_TEXT_SIZE (INET6_ADDRSTRLEN + 1 + IF_NAMESIZE)

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

/* "ADDR" or "ADDR@PORT"; an IPv6 address may have a zone, "fe80::1%eth0" or "fe80::1%2" (RFC 4007,
 * section 11), an interface of this machine. DSMTP_SYNTAX for anything else. */
DSMTP_MUST_USE enum dsmtp_status dsmtp_address_parse(const char *text, uint16_t default_port,
                                                     struct dsmtp_endpoint *out);

/* Does it stay on this machine: 127.0.0.0/8 or ::1? */
bool dsmtp_address_is_loopback(const struct dsmtp_endpoint *address);

#endif
