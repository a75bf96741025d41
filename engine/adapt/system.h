/* system.h - what the command line reads from the system: resolvers, the root's trust anchor, the
 * own name. */
#ifndef DSMTP_ADAPT_SYSTEM_H
#define DSMTP_ADAPT_SYSTEM_H

#include <stdbool.h>
#include <stddef.h>

#include "adapt/address.h"
#include "model/name.h"

/* As many as the C library takes from resolv.conf(5). */
#define DSMTP_NAMESERVERS_MAX 3u

struct dsmtp_resolv_conf {
    char servers[DSMTP_NAMESERVERS_MAX][DSMTP_ADDRESS_TEXT_SIZE];
    size_t server_count; /* without any line: 127.0.0.1, as in the C library */
    bool trust_ad;       /* "options trust-ad", and no server that cannot be used */
};

/* file: NULL for /etc/resolv.conf. A file that is not there counts as empty; lines that are not
 * understood are passed over, and so are search lists and everything else but servers and trust-ad:
 * the names that are asked for are complete. */
void dsmtp_system_resolv_conf(const char *file, struct dsmtp_resolv_conf *out);

/* The first file with the root's trust anchor that can be read, or NULL. Static storage. */
const char *dsmtp_system_trust_anchor(void);

/* The name of this machine for EHLO: its fully qualified name if the system has one, otherwise what
 * hostname(1) says. */
void dsmtp_system_host_name(char out[DSMTP_NAME_SIZE]);

/* The address, numeric, from which this machine would call that one; false: it cannot. */
bool dsmtp_system_source(const char *peer, char out[INET6_ADDRSTRLEN]);

#endif
