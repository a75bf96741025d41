/* session_internal.h - what session.c (events, deadlines, the table) and session_mail.c (commands
 * and recipients) share. */
#ifndef DSMTP_RUN_SESSION_INTERNAL_H
#define DSMTP_RUN_SESSION_INTERNAL_H

#include "core/recipients.h"
#include "core/reply.h"
#include "run/session.h"

struct dsmtp_session {
    struct dsmtp_session_config config;
    struct dsmtp_stream *stream;
    struct dsmtp_tls_demand demand;
    enum dsmtp_state state;
    struct dsmtp_reply reply;
    char last[DSMTP_REPLY_TEXT_SIZE]; /* the last complete reply, or "" */
    unsigned outstanding;             /* replies that are due */
    unsigned extensions;              /* of the last EHLO; forgotten when TLS starts */
    uint64_t size_limit;
    bool pipelined;                 /* this transaction's RCPT and DATA went out with its MAIL */
    unsigned rcpt;                  /* index of the recipient whose reply is awaited */
    unsigned stray;                 /* RCPT taken though MAIL was refused */
    size_t left;                    /* of the message, when the deadline was last moved */
    bool tls;                       /* started or up */
    struct dsmtp_attempt_end cause; /* once known: what came of it, told at the end */
    bool decided;                   /* cause is known */
    bool over;                      /* and told */
    bool busy;                      /* inside an event: a close frees at its end */
    bool closed;
};

static inline const struct dsmtp_connector *dsmtp_session_connector(const struct dsmtp_session *s)
{
    return &s->config.engine->connector;
}

/* Carry out one action of the table; the replies it asks for are added to outstanding. */
DSMTP_MUST_USE enum dsmtp_status dsmtp_session_act(struct dsmtp_session *s,
                                                   enum dsmtp_action action);

/* READY was reached: NONE if the host can take the message for at least one recipient, which are
 * then chosen; else why not. */
enum dsmtp_reason dsmtp_session_prepare(struct dsmtp_session *s);

/* The event that a complete reply means, after it was noted for whom it concerns. more: octets came
 * behind it. */
enum dsmtp_event dsmtp_session_note(struct dsmtp_session *s, bool more);

#endif
