/* resolver_unbound.h - the resolver of port/resolver.h by libunbound: recursion or forwarding,
 * always validated in process. */
#ifndef DSMTP_ADAPT_RESOLVER_UNBOUND_H
#define DSMTP_ADAPT_RESOLVER_UNBOUND_H

#include <stddef.h>

#include "adapt/loop.h"
#include "port/resolver.h"

struct dsmtp_unbound_options {
    const char *const *forwarders; /* "ADDR" or "ADDR@PORT"; none: own recursion. Their AD bit is
                                      never believed. */
    size_t forwarder_count;
    const char *root_hints; /* file; NULL: the Internet's */
    const char
        *trust_anchor; /* file of DS or DNSKEY records; may be NULL if unbound_conf names anchors */
    const char *unbound_conf; /* file, read after the settings of this adapter; NULL: none */
    unsigned timeout_ms;      /* a question not answered by then is an ERROR; 0: 30 s */
};

/* The loop must outlive the resolver. SYNTAX: a malformed or missing option or file, or no trust
 * anchor: without one nothing is ever secure, and DANE would be off without a word. */
DSMTP_MUST_USE enum dsmtp_status dsmtp_resolver_unbound_open(
    struct dsmtp_loop *loop, const struct dsmtp_unbound_options *options,
    struct dsmtp_resolver *out, struct dsmtp_fault *fault);

#endif
