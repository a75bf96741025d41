/* smtp.h - the fake SMTP hosts: one process, one listener on port 25, every MX host of the world at
 * once.
 *
 * A connection's part is chosen by the local address it was made to. Every event goes to a log of
 * JSON lines; the judge reads nothing else about SMTP and TLS. */
#ifndef LAB_SMTP_SMTP_H
#define LAB_SMTP_SMTP_H

#include "base/base.h"
#include "pki/pki.h"

/* What the server does at the moment of the handshake. OTHER_NAME: an alert for clients that ask
 * for no name, or for one that is not in its certificate. */
enum lab_handshake {
    LAB_HS_OK,
    LAB_HS_ALERT,
    LAB_HS_CLOSE,
    LAB_HS_GARBAGE,
    LAB_HS_STALL,
    LAB_HS_DROP, /* closes behind the 220 to STARTTLS, before the ClientHello */
    LAB_HS_OTHER_NAME
};
enum lab_client_cert { LAB_CERT_IGNORED, LAB_CERT_ASKED, LAB_CERT_DEMANDED };

/* What is special about TLS; all zero: 1.2 or 1.3, usual ciphers, no tickets. */
struct lab_tls_habit {
    int min, max;        /* TLS1_VERSION ... TLS1_3_VERSION */
    const char *ciphers; /* of TLS 1.2 and before, as ciphers(1) has them */
    bool fails;          /* with these no ordinary client comes to an agreement */
    enum lab_client_cert client;
    bool tickets;    /* lets sessions be resumed */
    bool key_update; /* changes its keys after the handshake, and asks the client to */
};

/* A line of the lab's message. Who forgets to double its dot (RFC 5321, section 4.5.2) loses it. */
#define LAB_DOT_LINE ".A line that begins with a dot."

#define LAB_CLOSE ""    /* close the connection instead of replying */
#define LAB_SILENCE "~" /* do nothing, until the client gives up */

/* clang-format off */
/* One row of the table in behaviour.c. Replies are whole replies without CRLF at the end, "\n" between the lines of
 * one that has several, "\v" for a bare LF and "\f" for a thousand times "x"; NULL means the ordinary 2xx/3xx answer; see also the two above. */
struct lab_behaviour {
    const char *name;         /* as scenarios write it: "starttls", "no-starttls", "starttls-refused-454", ... */
    const char *says;         /* one sentence */
    const char *later;        /* from the second connection of a delivery on the host behaves like this row; or NULL */
    bool unreachable;         /* the host's addresses are not routed at all: no connection can be made */
    bool offers_starttls;
    bool offers_after_tls;    /* misbehaves: offers STARTTLS again inside TLS */
    const char *keyword;      /* how it offers STARTTLS, if not by this word alone */
    const char *offers;       /* other EHLO keywords in clear, "\n" between them; NULL: the usual ones. A host with lists
                                 of its own takes nothing that it has not offered. */
    const char *offers_tls;   /* the same inside TLS */
    const char *banner;
    const char *ehlo;
    const char *ehlo_tls;     /* reply to EHLO inside TLS */
    const char *helo;         /* reply to HELO, in clear and in TLS */
    const char *starttls;     /* reply to STARTTLS */
    const char *injected;     /* lines in clear behind the 220 to STARTTLS, as from somebody in the middle; or NULL */
    enum lab_handshake handshake;
    struct lab_tls_habit habit;
    const char *mail;
    const char *rcpt;
    const char *nobody;       /* reply to RCPT for the mailbox "nobody", where the others are served as usual */
    const char *data;
    bool drops_data;          /* closes at the first octet of the message */
    const char *dot;          /* reply after the message */
    bool only_clear_fails;    /* the mail/rcpt/data/dot replies above apply only outside TLS */
    const char *quit;
};
/* clang-format on */

/* The code of a reply's last line; 0: none (it closes), -1: silence, -2: no code where one should
 * be. reply NULL: ordinary. */
int lab_reply_last_code(const char *reply, int ordinary);
/* Is it the ordinary reply, or one with the same code? */
bool lab_reply_is(const char *reply, int ordinary);

const struct lab_behaviour *lab_behaviour_find(const char *name); /* NULL: no such behaviour */
const struct lab_behaviour *lab_behaviour_at(size_t index);       /* NULL past the end */
/* From EHLO on (in TLS: from the one behind the handshake), does it take a message? */
bool lab_behaviour_takes_mail(const struct lab_behaviour *b, bool tls);
/* The row that a connection sees. */
const struct lab_behaviour *lab_behaviour_shown(const struct lab_behaviour *b, bool later);

/* One MX host. Pointers stay the caller's and must outlive the server. */
struct lab_smtp_host {
    const char *scenario;
    const char *name; /* absolute, no trailing dot: also the name in the banner */
    const char *address4;
    const char *address6;
    const struct lab_behaviour *behaviour;
    const struct lab_chain *chain;     /* NULL: no TLS possible */
    const struct lab_smtp_host *later; /* what it is like some time later, or NULL */
    unsigned from;                     /* from when it is like this: see lab_smtp_round */
};

/* number: which connections see what a host's behaviour does "later": none, all, or from the second
 * connection on since the number last became another one (ROUND and above). now: seconds after the
 * start, by which hosts become what they are later. Shared between processes. */
enum { LAB_SHOW_FIRST, LAB_SHOW_LATER, LAB_SHOW_ROUND };
typedef struct {
    _Atomic unsigned number;
    _Atomic unsigned now;
    unsigned delivery; /* the number of the delivery that is on; its owner's */
} lab_smtp_round;

/* clang-format off */
/* Serve until a signal ends the process: call it in a child process inside the internet namespace. Writes one byte to
 * ready_fd and closes it as soon as it listens. key_log: NSS key log file, or NULL. round: see above; NULL: ROUND.
 * Returns only on failure.
 *
 * Log lines (no other fields are promised; t is milliseconds of the monotonic clock, conn counts connections from 1):
 *  {"t":12,"conn":1,"event":"connect","scenario":"ID","host":"NAME","address":"198.18.1.1","peer":"192.0.2.1"}
 *  {"t":..,"conn":1,"event":"command","tls":false,"line":"EHLO sender.lab","reply":"250-..."}   each command
 *  {"t":..,"conn":1,"event":"tls","version":"TLSv1.3","cipher":"...","sni":"NAME or null",
 *   "resumed":false}               handshake done
 *  {"t":..,"conn":1,"event":"tls-failed","sni":..,"error":"..."}      handshake failed, and why
 *  {"t":..,"conn":1,"event":"mail","tls":true,"from":"..."}      MAIL was sent (whatever the reply)
 *  {"t":..,"conn":1,"event":"rcpt","tls":true,"to":"...","reply":250}
 *  {"t":..,"conn":1,"event":"message","tls":true,"from":"..","to":["accepted recipients"],"bytes":N,"dots":true,"reply":250}
 *                                  dots: the line LAB_DOT_LINE has arrived with its dot; the final dot was seen and this reply goes out
 *  {"t":..,"conn":1,"event":"close","by":"client|server|error","tls":bool}
 *                                  who ended it: QUIT counts as the client's, 421 and idling as the server's
 * A line is written before its reply is sent. Texts from the network that are not UTF-8 are shown as if they were
 * ISO 8859-1. A connection to an address that is nobody's has scenario and host null and is reset at once.
 * SIGTERM, SIGINT and SIGHUP end the process with status 0. */
int lab_smtp_serve(const struct lab_smtp_host *hosts, size_t count, const lab_smtp_round *round, const char *log_path,
                   const char *key_log, int ready_fd, struct lab_fault *fault);
/* clang-format on */

#endif
