/* dialog.c - the transition table of dialog.h. */
#include "core/dialog.h"

#include <stddef.h>

#define X(name) #name,
static const char *const state_names[] = {DSMTP_STATE_LIST(X)};
static const char *const event_names[] = {DSMTP_EVENT_LIST(X)};
static const char *const action_names[] = {DSMTP_ACTION_LIST(X)};
#undef X

/* clang-format off */
#define S(name)   (1u << DSMTP_STATE_##name)
#define E(name)   (1u << DSMTP_EVENT_##name)
#define L(name)   (1u << DSMTP_LEVEL_##name)
#define ANY       (~L(SKIP) & ((1u << DSMTP_LEVEL_COUNT) - 1))
#define MAY       (L(MAY) | L(NONE))
#define LOCAL     (L(FINGERPRINT) | L(VERIFY) | L(SECURE))
#define MUST      (L(ENCRYPT) | L(AUDIT) | L(DANE) | LOCAL)
#define REFUSED   (E(TEMP) | E(PERM) | E(CLOSING))
#define NOT_WIRE  (S(HANDSHAKE) | S(BYE) | S(END))
#define TO(name)  DSMTP_STATE_##name
#define DO(name)  DSMTP_ACTION_##name
#define WHY(name) DSMTP_REASON_##name

static const struct dsmtp_dialog_row rows[] = {
/*  in state                                    on event                             level     go to           do                  because                  rules */
    {S(GREETING),                               E(OK),                               ANY,      TO(EHLO),       DO(SEND_EHLO),      WHY(NONE),               "R-3207-4-1"},
    {S(GREETING),                               REFUSED,                             ANY,      TO(BYE),        DO(QUIT),           WHY(GREETING_REFUSED),   ""},

    /* STARTTLS offered: take it, unless the local policy says none. */
    {S(EHLO),                                   E(OFFER),                            ANY & ~L(NONE),
                                                                                               TO(STARTTLS),   DO(SEND_STARTTLS),  WHY(NONE),               "S9a R-7672-2.2-3 R-7672-2.2-5 R-3207-4-1"},
    {S(EHLO),                                   E(OFFER),                            L(NONE),  TO(MAIL),       DO(READY),          WHY(SESSION_READY),      "S2"},
    /* Not offered: in clear only where that is allowed. */
    {S(EHLO),                                   E(OK),                               MAY,      TO(MAIL),       DO(READY),          WHY(SESSION_READY),      "S9b R-7672-2.2-7"},
    {S(EHLO),                                   E(OK),                               MUST,     TO(BYE),        DO(QUIT),           WHY(NO_STARTTLS),        "S33 R-7672-2.2-4 R-7672-2.2-6 R-7672-2.2.3-11 R-3207-6-1"},
    /* EHLO refused: HELO knows no STARTTLS. */
    {S(EHLO),                                   E(PERM),                             MAY,      TO(HELO),       DO(SEND_HELO),      WHY(NONE),               "R-7672-2.2-7"},
    {S(EHLO),                                   E(PERM),                             MUST,     TO(BYE),        DO(QUIT),           WHY(EHLO_REFUSED),       "R-7672-2.2-4 R-7672-2.2-6 R-3207-6-2"},
    {S(EHLO),                                   E(TEMP) | E(CLOSING),                ANY,      TO(BYE),        DO(QUIT),           WHY(EHLO_REFUSED),       ""},
    {S(HELO),                                   E(OK),                               MAY,      TO(MAIL),       DO(READY),          WHY(SESSION_READY),      "R-7672-2.2-7"},
    {S(HELO),                                   REFUSED,                             MAY,      TO(BYE),        DO(QUIT),           WHY(EHLO_REFUSED),       ""},

    {S(STARTTLS),                               E(OK),                               ANY & ~L(NONE),
                                                                                               TO(HANDSHAKE),  DO(START_TLS),      WHY(NONE),               "R-3207-4-1"},
    /* Offered, then refused: the session goes on in clear where that is allowed. */
    {S(STARTTLS),                               E(TEMP) | E(PERM),                   L(MAY),   TO(MAIL),       DO(READY),          WHY(SESSION_READY),      "S9c R-7672-2.2-8 R-3207-4-2"},
    {S(STARTTLS),                               E(TEMP) | E(PERM),                   MUST,     TO(BYE),        DO(QUIT),           WHY(STARTTLS_REFUSED),   "R-7672-2.2-4 R-7672-2.2-6 R-3207-4-2"},
    {S(STARTTLS),                               E(CLOSING),                          ANY & ~L(NONE),
                                                                                               TO(BYE),        DO(QUIT),           WHY(STARTTLS_REFUSED),   "R-7672-2.2-4 R-7672-2.2-6 R-3207-4-2"},
    {S(HANDSHAKE),                              E(SECURED),                          ANY & ~L(NONE),
                                                                                               TO(EHLO_TLS),   DO(SEND_EHLO),      WHY(NONE),               "R-7672-2.2-3 R-3207-4.2-2"},
    /* At every level alike: what the level asks of TLS has been decided by now. */
    {S(EHLO_TLS),                               E(OK) | E(OFFER),                    ANY & ~L(NONE),
                                                                                               TO(MAIL),       DO(READY),          WHY(SESSION_READY),      "R-3207-4.2-1 R-3207-4.2-4"},
    /* An old server may know no EHLO behind its TLS either (RFC 5321, section 3.2). */
    {S(EHLO_TLS),                               E(PERM),                             ANY & ~L(NONE),
                                                                                               TO(HELO_TLS),   DO(SEND_HELO),      WHY(NONE),               ""},
    {S(EHLO_TLS),                               E(TEMP) | E(CLOSING),                ANY & ~L(NONE),
                                                                                               TO(BYE),        DO(QUIT),           WHY(EHLO_REFUSED),       ""},
    {S(HELO_TLS),                               E(OK),                               ANY & ~L(NONE),
                                                                                               TO(MAIL),       DO(READY),          WHY(SESSION_READY),      "R-3207-4.2-1"},
    {S(HELO_TLS),                               REFUSED,                             ANY & ~L(NONE),
                                                                                               TO(BYE),        DO(QUIT),           WHY(EHLO_REFUSED),       ""},

    {S(MAIL),                                   E(OK),                               ANY,      TO(RCPT),       DO(SEND_RCPT),      WHY(NONE),               ""},
    {S(MAIL),                                   REFUSED,                             ANY,      TO(VOID),       DO(WAIT),           WHY(MAIL_REFUSED),       ""},
    {S(MAIL),                                   E(UNFIT),                            ANY,      TO(BYE),        DO(QUIT),           WHY(MESSAGE_TOO_BIG),    ""},
    {S(RCPT),                                   E(OK) | E(TEMP) | E(PERM),           ANY,      TO(RCPT),       DO(SEND_RCPT),      WHY(NONE),               ""},
    {S(RCPT),                                   E(LAST),                             ANY,      TO(DATA),       DO(SEND_DATA),      WHY(NONE),               ""},
    {S(RCPT),                                   E(NONE_LEFT) | E(CLOSING),           ANY,      TO(VOID),       DO(WAIT),           WHY(RCPT_REFUSED),       ""},
    {S(DATA),                                   E(GO),                               ANY,      TO(BODY),       DO(SEND_BODY),      WHY(NONE),               ""},
    {S(DATA),                                   REFUSED,                             ANY,      TO(BYE),        DO(QUIT),           WHY(DATA_REFUSED),       ""},
    /* Refused while it was being sent: there is no place for QUIT in the middle of a message. */
    {S(BODY),                                   REFUSED,                             ANY,      TO(END),        DO(CLOSE),          WHY(DATA_REFUSED),       ""},
    {S(BODY),                                   E(SENT),                             ANY,      TO(DOT),        DO(WAIT),           WHY(NONE),               ""},
    {S(DOT),                                    REFUSED,                             ANY,      TO(BYE),        DO(QUIT),           WHY(DATA_REFUSED),       ""},
    {S(DOT),                                    E(OK),                               ANY,      TO(BYE),        DO(QUIT),           WHY(DELIVERED),          ""},
    {S(DOT),                                    E(AGAIN),                            ANY,      TO(MAIL),       DO(SEND_MAIL),      WHY(NONE),               ""},

    /* The transaction is off; what was pipelined still gets its replies (RFC 2920, section 3.1). */
    {S(VOID),                                   E(OK) | REFUSED,                     ANY,      TO(VOID),       DO(WAIT),           WHY(NONE),               ""},
    {S(VOID),                                   E(GO),                               ANY,      TO(VOID_DOT),   DO(SEND_DOT),       WHY(NONE),               ""},
    {S(VOID),                                   E(LAST),                             ANY,      TO(BYE),        DO(QUIT),           WHY(NONE),               ""},
    {S(VOID_DOT),                               E(OK) | REFUSED,                     ANY,      TO(BYE),        DO(QUIT),           WHY(NONE),               ""},
    {S(BYE),                                    ~(E(SECURED)),                       ANY,      TO(END),        DO(CLOSE),          WHY(NONE),               ""},

    /* The stream failed: the reason comes with the event. */
    {~NOT_WIRE,                                 E(FAILED),                           ANY,      TO(END),        DO(CLOSE),          WHY(CONNECTION_LOST),    ""},
    {S(HANDSHAKE),                              E(FAILED),                           MAY,      TO(END),        DO(CLOSE),          WHY(TLS_HANDSHAKE),      "S9c R-7672-2.2-8"},
    {S(HANDSHAKE),                              E(FAILED),                           L(ENCRYPT) | L(AUDIT),
                                                                                               TO(END),        DO(CLOSE),          WHY(TLS_HANDSHAKE),      "R-7672-2.2-6"},
    {S(HANDSHAKE),                              E(FAILED),                           L(DANE),  TO(END),        DO(CLOSE),          WHY(TLS_HANDSHAKE),      "S33 R-7672-2.2-4 R-7672-3.2-1 R-3207-4.1-1"},
    {S(HANDSHAKE),                              E(FAILED),                           LOCAL,    TO(END),        DO(CLOSE),          WHY(TLS_HANDSHAKE),      "S2"},
    /* Replies that no server may give here. */
    {~NOT_WIRE,                                 E(BROKEN),                           ANY,      TO(END),        DO(CLOSE),          WHY(PROTOCOL_ERROR),     ""},

    /* Impossible, and said so: nothing is left out by chance. */
    {S(HANDSHAKE),                              ~(E(SECURED) | E(FAILED)),           ANY,      TO(END),        DO(CLOSE),          WHY(PROTOCOL_ERROR),     ""},
    {S(HANDSHAKE),                              E(SECURED),                          L(NONE),  TO(END),        DO(CLOSE),          WHY(INTERNAL),           ""},
    {S(STARTTLS) | S(EHLO_TLS) | S(HELO_TLS),   E(OK) | REFUSED,                     L(NONE),  TO(END),        DO(CLOSE),          WHY(INTERNAL),           ""},
    {S(EHLO_TLS),                               E(OFFER),                            L(NONE),  TO(END),        DO(CLOSE),          WHY(INTERNAL),           ""},
    {S(HELO),                                   E(OK) | REFUSED,                     MUST,     TO(END),        DO(CLOSE),          WHY(INTERNAL),           ""},
    {S(END),                                    ~0u,                                 ANY,      TO(END),        DO(CLOSE),          WHY(INTERNAL),           ""},
    {~(S(HANDSHAKE) | S(END)),                  E(SECURED),                          ANY,      TO(END),        DO(CLOSE),          WHY(INTERNAL),           ""},
    {~(S(RCPT) | NOT_WIRE),                     E(NONE_LEFT),                        ANY,      TO(END),        DO(CLOSE),          WHY(INTERNAL),           ""},
    {~(S(RCPT) | S(VOID) | NOT_WIRE),           E(LAST),                             ANY,      TO(END),        DO(CLOSE),          WHY(INTERNAL),           ""},
    {~(S(DOT) | NOT_WIRE),                      E(AGAIN),                            ANY,      TO(END),        DO(CLOSE),          WHY(INTERNAL),           ""},
    {~(S(BODY) | NOT_WIRE),                     E(SENT),                             ANY,      TO(END),        DO(CLOSE),          WHY(INTERNAL),           ""},
    {~(S(MAIL) | NOT_WIRE),                     E(UNFIT),                            ANY,      TO(END),        DO(CLOSE),          WHY(INTERNAL),           ""},
    {~(S(DATA) | S(VOID) | NOT_WIRE),           E(GO),                               ANY,      TO(END),        DO(CLOSE),          WHY(INTERNAL),           ""},
    {~(S(EHLO) | S(EHLO_TLS) | NOT_WIRE),       E(OFFER),                            ANY,      TO(END),        DO(CLOSE),          WHY(INTERNAL),           ""},
    {S(DATA) | S(BODY),                         E(OK),                               ANY,      TO(END),        DO(CLOSE),          WHY(INTERNAL),           ""},
};
/* clang-format on */

#define ROWS (sizeof(rows) / sizeof(rows[0]))

const char *dsmtp_state_name(enum dsmtp_state v)
{
    return state_names[v];
}

const char *dsmtp_event_name(enum dsmtp_event v)
{
    return event_names[v];
}

const char *dsmtp_action_name(enum dsmtp_action v)
{
    return action_names[v];
}

const struct dsmtp_dialog_row *dsmtp_dialog_row_at(unsigned index)
{
    return index < ROWS ? &rows[index] : NULL;
}

bool dsmtp_dialog_applies(const struct dsmtp_dialog_row *row, enum dsmtp_state state,
                          enum dsmtp_event event, enum dsmtp_level level)
{
    return (row->state & 1u << state) != 0 && (row->event & 1u << event) != 0 &&
           (row->level & 1u << level) != 0;
}

const struct dsmtp_dialog_row *dsmtp_dialog_step(enum dsmtp_state state, enum dsmtp_event event,
                                                 enum dsmtp_level level)
{
    static const struct dsmtp_dialog_row impossible = {
        0, 0, 0, DSMTP_STATE_END, DSMTP_ACTION_CLOSE, DSMTP_REASON_INTERNAL, ""};

    for (unsigned i = 0; i < ROWS; i++)
        if (dsmtp_dialog_applies(&rows[i], state, event, level))
            return &rows[i];
    return &impossible;
}

enum dsmtp_event dsmtp_dialog_event(enum dsmtp_state state, unsigned code, bool offers)
{
    bool ehlo = state == DSMTP_STATE_EHLO || state == DSMTP_STATE_EHLO_TLS;

    switch (code / 100) {
    case 2:
        /* No message without 354; none has arrived that is still being sent. */
        if (state == DSMTP_STATE_DATA || state == DSMTP_STATE_BODY)
            return DSMTP_EVENT_BROKEN;
        return ehlo && offers ? DSMTP_EVENT_OFFER : DSMTP_EVENT_OK;
    case 3:
        return code == 354 && (state == DSMTP_STATE_DATA || state == DSMTP_STATE_VOID)
                   ? DSMTP_EVENT_GO
                   : DSMTP_EVENT_BROKEN;
    case 4:
        return code == 421 ? DSMTP_EVENT_CLOSING : DSMTP_EVENT_TEMP;
    case 5:
        return DSMTP_EVENT_PERM;
    default:
        return DSMTP_EVENT_BROKEN;
    }
}
