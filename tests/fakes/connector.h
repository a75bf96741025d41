/* connector.h - connections to servers that follow a script, and a record of every octet that was
 * written to them.
 *
 * One script serves all connections, one after the other. After the connection is made, after each
 * write and after `secure` the server makes its next move, one letter (blanks are passed over): o
 * 250   s 250 with STARTTLS   3 354   4 450   5 550   b no reply at all   i 220 and a line behind
 * it c closes   t times out   x the connection cannot be made T handshake, good certificate   M
 * handshake, a certificate that matches nothing   H handshake fails A handshake letter out of place
 * is rubbish, a reply during the handshake fails it. Behind the end of the script the server
 * closes. */
#ifndef TESTS_FAKES_CONNECTOR_H
#define TESTS_FAKES_CONNECTOR_H

#include <stdbool.h>
#include <stddef.h>

#include "fakes/loop.h"
#include "port/stream.h"

enum { FAKE_STREAMS_MAX = 24, FAKE_WIRE_MAX = 1600 };

/* What one server has seen. */
struct fake_wire {
    char address[48];
    char clear[FAKE_WIRE_MAX]; /* written before TLS was up */
    char tls[FAKE_WIRE_MAX];   /* written inside TLS */
    bool asked_tls;            /* secure was called */
    bool authenticate;         /* with the demand to authenticate */
    bool audit;                /* with the demand to look at the certificate only */
    char demand[200];          /* against what, names, fingerprints, limits, SNI, as text */
    bool matched;              /* TLS came up with a good certificate */
};

struct fake_connector {
    struct fake_loop *loop;
    const char *script;
    unsigned piece;        /* octets delivered at once; 0: all */
    bool lie;              /* tell of good TLS without authentication */
    unsigned refuse_open;  /* the open of this number (from 1) fails with DSMTP_SYSTEM; 0: none */
    unsigned refuse_write; /* the write of this number likewise */
    bool exhausted;        /* the script was too short */
    bool misused;          /* a call that the port forbids, or a wait without a deadline */
    unsigned opened, open, writes;
    struct fake_wire wire[FAKE_STREAMS_MAX];
};

struct dsmtp_connector fake_connector_port(struct fake_connector *fake);

/* Did sender, recipient or message go over this wire in clear? In TLS? */
bool fake_mail_in_clear(const struct fake_wire *wire);
bool fake_mail_in_tls(const struct fake_wire *wire);

#endif
