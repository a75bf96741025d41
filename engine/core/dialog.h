/* dialog.h - the SMTP conversation with one host: state x event x level -> next state, action,
 * reason.
 *
 * The dialog knows no bytes. The driver turns replies into events with dsmtp_dialog_event and
 * carries out the actions. What the table guarantees (tests/unit/test_dialog.c walks every
 * sequence): at levels dane, fingerprint, verify and secure no MAIL is sent before TLS has
 * authenticated the peer, at level encrypt none before TLS is up. */
#ifndef DSMTP_CORE_DIALOG_H
#define DSMTP_CORE_DIALOG_H

#include <stdbool.h>

#include "model/verdict.h"

/* What the client waits for: the reply to a command (RCPT: to each of them), the handshake; BODY:
 * that the message is on its way, final dot included; DOT: the reply to it. VOID: the transaction
 * is off, and what was sent ahead of the refusal (RFC 2920) is still to be answered; VOID_DOT: the
 * reply to a dot that ends a message of nothing, to nobody; BYE: the reply to QUIT. X(name) */
#define DSMTP_STATE_LIST(X) \
    X(GREETING)             \
    X(EHLO)                 \
    X(HELO)                 \
    X(STARTTLS)             \
    X(HANDSHAKE)            \
    X(EHLO_TLS)             \
    X(HELO_TLS)             \
    X(MAIL)                 \
    X(RCPT)                 \
    X(DATA)                 \
    X(BODY)                 \
    X(DOT)                  \
    X(VOID)                 \
    X(VOID_DOT)             \
    X(BYE)                  \
    X(END)

/* What happened. OK: a 2xx reply; OFFER: 2xx to EHLO that offers STARTTLS; GO: 354; TEMP, PERM:
 * 4xx, 5xx; CLOSING: 421 (RFC 5321, section 3.8); BROKEN: malformed, impossible or early reply;
 * NONE_LEFT: the last recipient was answered and none is accepted; LAST: answered, some are (RCPT);
 * nothing more is outstanding (VOID); AGAIN: 2xx to the final dot, and the host wants other
 * recipients in a transaction of their own; SENT: the whole message was handed to the network;
 * UNFIT: the host cannot take this message, and the reason comes with it; SECURED: TLS is up and
 * the demand is met; FAILED: the stream failed (closed, timed out, no TLS). */
#define DSMTP_EVENT_LIST(X) \
    X(OK)                   \
    X(OFFER)                \
    X(GO)                   \
    X(TEMP)                 \
    X(PERM)                 \
    X(CLOSING)              \
    X(BROKEN)               \
    X(NONE_LEFT)            \
    X(LAST)                 \
    X(AGAIN)                \
    X(SENT)                 \
    X(UNFIT)                \
    X(SECURED)              \
    X(FAILED)

/* What to do. READY: the session may carry mail (a probe ends here, a delivery sends MAIL). With
 * pipelining SEND_MAIL and READY send RCPT and DATA as well, and their own actions send nothing. */
#define DSMTP_ACTION_LIST(X) \
    X(SEND_EHLO)             \
    X(SEND_HELO)             \
    X(SEND_STARTTLS)         \
    X(START_TLS)             \
    X(READY)                 \
    X(SEND_MAIL)             \
    X(SEND_RCPT)             \
    X(SEND_DATA)             \
    X(SEND_BODY)             \
    X(SEND_DOT)              \
    X(WAIT)                  \
    X(QUIT)                  \
    X(CLOSE)

#define X(name) DSMTP_STATE_##name,
enum dsmtp_state { DSMTP_STATE_LIST(X) DSMTP_STATE_COUNT };
#undef X
#define X(name) DSMTP_EVENT_##name,
enum dsmtp_event { DSMTP_EVENT_LIST(X) DSMTP_EVENT_COUNT };
#undef X
#define X(name) DSMTP_ACTION_##name,
enum dsmtp_action { DSMTP_ACTION_LIST(X) DSMTP_ACTION_COUNT };
#undef X

const char *dsmtp_state_name(enum dsmtp_state v);
const char *dsmtp_event_name(enum dsmtp_event v);
const char *dsmtp_action_name(enum dsmtp_action v);

/* Rows; sets are bit masks. */
struct dsmtp_dialog_row {
    unsigned state, event, level;
    enum dsmtp_state next;
    enum dsmtp_action action;
    enum dsmtp_reason
        reason; /* NONE: go on; SESSION_READY: good so far; FAILED and UNFIT carry their own. The
                   first of a session is what came of it, whatever follows on the way to END */
    const char *rules;
};

/* The row for what happened; never NULL: what cannot happen has rows that end the session with
 * reason INTERNAL. Level SKIP has no dialog: it must not be asked. */
const struct dsmtp_dialog_row *dsmtp_dialog_step(enum dsmtp_state state, enum dsmtp_event event,
                                                 enum dsmtp_level level);

const struct dsmtp_dialog_row *dsmtp_dialog_row_at(unsigned index); /* NULL past the end */
bool dsmtp_dialog_applies(const struct dsmtp_dialog_row *row, enum dsmtp_state state,
                          enum dsmtp_event event, enum dsmtp_level level);

/* The event that a reply code means in a state; offers: the reply lists STARTTLS. */
enum dsmtp_event dsmtp_dialog_event(enum dsmtp_state state, unsigned code, bool offers);

#endif
