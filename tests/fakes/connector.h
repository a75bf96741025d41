/* connector.h - connections to servers that follow a script, a record of every octet that was
 * written to them, and what the servers believe to have taken.
 *
 * One script serves all connections, one after the other. After the connection is made, for each
 * command, for each message and after `secure` the server makes its next move, one letter (blanks
 * are passed over). Replies: o 250   s 250 with STARTTLS and SIZE   p 250 with PIPELINING, SIZE,
 * 8BITMIME and SMTPUTF8   P the same with STARTTLS   3 354   4 450   5 550   2 452   q 421   b no
 * reply at all   i 220 and a line behind it   * the next of
 * texts, and if that ends within a line c. Others: c closes   t times out
 * l closes before it has all that was written   e 250 before it has all   x the connection cannot
 * be made   T handshake, good certificate   M handshake, a certificate that matches nothing   H
 * handshake fails. A handshake letter out of place is rubbish, a reply during the handshake fails
 * it. Behind the end of the script the server closes. QUIT costs no letter: see quit. */
#ifndef TESTS_FAKES_CONNECTOR_H
#define TESTS_FAKES_CONNECTOR_H

#include <stdbool.h>
#include <stddef.h>

#include "fakes/loop.h"
#include "port/stream.h"

enum { FAKE_STREAMS_MAX = 24, FAKE_WIRE_MAX = 1600, FAKE_PEOPLE = 26 };

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
    unsigned writes;           /* pieces that were written before TLS, and in it */
};

struct fake_connector {
    struct fake_loop *loop;
    const char *script;
    const char *const *texts; /* for the letter * */
    unsigned piece;           /* octets delivered at once; 0: all */
    bool together;            /* replies to what came in one piece go out in one piece */
    bool hold;                /* texts come before all that was written has gone out */
    char quit;                /* what QUIT gets: a letter; 0: 221 */
    bool willing;             /* behind the script: offers everything and takes every mail */
    bool lie;                 /* tell of good TLS without authentication */
    unsigned refuse_open;  /* the open of this number (from 1) fails with DSMTP_SYSTEM; 0: none */
    unsigned refuse_write; /* the write of this number likewise */
    bool exhausted;        /* the script was too short */
    bool misused;          /* a call that the port forbids, a wait without a deadline, or something
                              that is no message in answer to 354 */
    bool quit_seen;
    unsigned deadline; /* the last that was set */
    unsigned opened, open, writes;
    /* By the first letter of a recipient's address, a to z: transactions in which it was accepted
     * and the message acknowledged; the message came whole and got no answer. */
    unsigned taken[FAKE_PEOPLE], perhaps[FAKE_PEOPLE];
    unsigned empty; /* messages of nothing that were acknowledged for somebody */
    struct fake_wire wire[FAKE_STREAMS_MAX];
};

struct dsmtp_connector fake_connector_port(struct fake_connector *fake);

/* Did sender, recipient or message go over this wire in clear? In TLS? */
bool fake_mail_in_clear(const struct fake_wire *wire);
bool fake_mail_in_tls(const struct fake_wire *wire);

#endif
