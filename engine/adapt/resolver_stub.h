/* resolver_stub.h - the resolver of port/resolver.h that asks a validating resolver on this machine
 * and trusts its AD bit. */
#ifndef DSMTP_ADAPT_RESOLVER_STUB_H
#define DSMTP_ADAPT_RESOLVER_STUB_H

#include <stddef.h>

#include "adapt/loop.h"
#include "port/resolver.h"

/* More resolvers than this are refused. */
#define DSMTP_STUB_SERVERS_MAX 8u

struct dsmtp_stub_options {
    const char *const
        *servers; /* "ADDR" or "ADDR@PORT", loopback addresses only, in order of preference */
    size_t server_count;
    unsigned timeout_ms; /* a question not answered by then is an ERROR; 0: 30 s. Shared out over at
                            least five tries. */
};

/* An answer is secure if and only if its AD bit is set. SERVFAIL is followed by one question with
 * CD set: BOGUS if that brings an answer, otherwise ERROR. The loop must outlive the resolver.
 * SYNTAX: no server, too many, no address, or one that is not on this machine. */
DSMTP_MUST_USE enum dsmtp_status dsmtp_resolver_stub_open(struct dsmtp_loop *loop,
                                                          const struct dsmtp_stub_options *options,
                                                          struct dsmtp_resolver *out,
                                                          struct dsmtp_fault *fault);

#endif
