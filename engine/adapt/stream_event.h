/* stream_event.h - the connector of port/stream.h on libevent and OpenSSL.
 *
 * A stream costs a socket, three events and a buffer for what is still to be sent, and in TLS an
 * SSL that holds no buffers while idle. `secure` looks for bytes in the kernel that came before
 * TLS; bytes that came in one piece with the reply to STARTTLS have been handed to the owner with
 * it, and are the owner's to refuse. A peer that closes during the handshake is TLS_HANDSHAKE. */
#ifndef DSMTP_ADAPT_STREAM_EVENT_H
#define DSMTP_ADAPT_STREAM_EVENT_H

#include "adapt/loop.h"
#include "adapt/tls_openssl.h"
#include "port/stream.h"

struct dsmtp_stream_options {
    const char *bind4; /* numeric source addresses; NULL: the system's choice */
    const char *bind6;
};

/* Loop and tls must outlive the connector, and the connector its streams. options may be NULL.
 * SIGPIPE is set to be ignored unless the program handles it. DSMTP_SYNTAX: a source address of the
 * wrong family, or none. */
DSMTP_MUST_USE enum dsmtp_status dsmtp_stream_event_open(struct dsmtp_loop *loop,
                                                         struct dsmtp_tls *tls,
                                                         const struct dsmtp_stream_options *options,
                                                         struct dsmtp_connector *out,
                                                         struct dsmtp_fault *fault);

#endif
