/* stream.h - what the driver asks of a connection: bytes, deadlines, and TLS with evidence.
 *
 * All calls return at once; what happens is told through the events, from the event loop, never
 * from inside a call. After `failed` nothing more is told. The owner closes a stream exactly once,
 * at any time, also from inside an event. */
#ifndef DSMTP_PORT_STREAM_H
#define DSMTP_PORT_STREAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "model/demand.h"
#include "model/evidence.h"
#include "model/exam.h"
#include "model/tlsa.h"
#include "model/verdict.h"

/* What to ask of the peer in TLS. Must stay valid until `secured` or `failed`. */
struct dsmtp_tls_demand {
    enum dsmtp_against authenticate; /* NOTHING: any peer will do; otherwise no proof, no session */
    bool audit; /* DANE, but without a match the session goes on: evidence->reason tells why */
    const struct dsmtp_tlsa *records; /* TLSA: all records; only the usable ones are applied, under
                                         their effective usage */
    unsigned record_count;
    const char *const
        *names; /* reference identifiers for usage 2, primary first (RFC 7672, section 3.2), and for
                   AUTHORITIES; there ".d.example" stands for every name below d.example */
    unsigned name_count;
    bool multi_label_wildcards; /* "*" may stand for several labels (R-7672-3.2.3-6) */
    bool no_common_name; /* the subject's CN is no name, even without any other (R-9525-2-1) */
    const struct dsmtp_fingerprint *fingerprints; /* FINGERPRINTS: any of these */
    unsigned fingerprint_count;
    struct dsmtp_tls_limits limits;
    const char *sni;         /* NULL: none */
    struct dsmtp_exam *exam; /* filled until `secured` or `failed`, if it comes to a handshake;
                                NULL: not wanted */
};

struct dsmtp_stream;

struct dsmtp_stream_events {
    void (*connected)(void *arg);
    void (*received)(void *arg, const uint8_t *bytes, size_t len);
    /* Some of what was written has been handed to the network; left: octets that have not. Always
     * told before anything that happens later: whoever hears of a failure knows what may have
     * reached the peer. */
    void (*sent)(void *arg, size_t left);
    /* The handshake ended well and the demand is met. */
    void (*secured)(void *arg, const struct dsmtp_tls_evidence *evidence);
    /* CONNECT_FAILED, CONNECTION_LOST, TIMEOUT, STARTTLS_INJECTION, or a TLS failure (then evidence
     * is not NULL). */
    void (*failed)(void *arg, enum dsmtp_reason reason, const char *detail,
                   const struct dsmtp_tls_evidence *evidence);
};

struct dsmtp_connector {
    void *self;
    /* Begin to connect. address: numeric IPv4 or IPv6. host: whose it is, for limits on
     * connections; it need not outlive the call. */
    enum dsmtp_status (*open)(void *self, const char *host, const char *address, uint16_t port,
                              const struct dsmtp_stream_events *events, void *arg,
                              struct dsmtp_stream **out);
    enum dsmtp_status (*write)(struct dsmtp_stream *stream, const void *bytes, size_t len);
    /* Start TLS as client. Bytes received before are an attack or an error: STARTTLS_INJECTION. */
    enum dsmtp_status (*secure)(struct dsmtp_stream *stream, const struct dsmtp_tls_demand *demand);
    /* Fail with TIMEOUT so many milliseconds from now; each call replaces the last; 0: no deadline.
     * What is received does not move it, so that a peer that sends an octet now and then gains no
     * time. */
    void (*deadline)(struct dsmtp_stream *stream, unsigned milliseconds);
    /* Closes and sets *stream to NULL. What was written before is still sent, without waiting. */
    void (*shut)(struct dsmtp_stream **stream);
    void (*close)(void *self);
};

#endif
