/* session_mail.c - what a session says, and what the replies mean for the recipients. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "run/demand.h"
#include "run/session_internal.h"

#define COMMAND_MAX 1024u

static enum dsmtp_status send_line(struct dsmtp_session *s, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static enum dsmtp_status send_line(struct dsmtp_session *s, const char *format, ...)
{
    char line[COMMAND_MAX];
    va_list args;
    int n;

    va_start(args, format);
    n = vsnprintf(line, sizeof(line) - 2, format, args);
    va_end(args);
    if (n < 0 || (size_t)n >= sizeof(line) - 2)
        return DSMTP_TOOBIG;
    /* An address with a line end in it would be a second command. */
    if (strpbrk(line, "\r\n") != NULL)
        return DSMTP_SYNTAX;
    memcpy(line + n, "\r\n", 2);
    s->outstanding++;
    return dsmtp_session_connector(s)->write(s->stream, line, (size_t)n + 2);
}

/* Room for what the certificates say to each record; it lives as long as the attempt. */
static enum dsmtp_status examine(struct dsmtp_session *s)
{
    struct dsmtp_arena *arena = s->config.arena;
    struct dsmtp_exam *exam = dsmtp_arena_alloc(arena, 1, sizeof(*exam));

    if (exam == NULL)
        return DSMTP_NOMEM;
    exam->records = dsmtp_arena_alloc(arena, s->demand.record_count, sizeof(*exam->records));
    if (exam->records == NULL)
        return DSMTP_NOMEM;
    s->demand.exam = exam;
    s->config.attempt->exam = exam;
    return DSMTP_OK;
}

static enum dsmtp_status start_tls(struct dsmtp_session *s)
{
    s->demand = dsmtp_demand_of(&s->config.engine->profile, s->config.host, s->config.entry,
                                s->config.level);
    if (s->config.nameless)
        s->demand.sni = NULL;
    s->tls = true;
    /* RFC 3207, section 4.2: what was said in clear counts no more. */
    s->extensions = 0;
    s->size_limit = 0;
    if (s->config.examine)
        DSMTP_TRY(examine(s));
    return dsmtp_session_connector(s)->secure(s->stream, &s->demand);
}

static bool offers(const struct dsmtp_session *s, enum dsmtp_extension extension)
{
    return (s->extensions & extension) != 0;
}

static enum dsmtp_status send_recipient(struct dsmtp_session *s, unsigned index)
{
    return send_line(s, "RCPT TO:<%s>", s->config.mail->recipients[index].address);
}

/* An internationalised message, or one to or from an internationalised address, is declared as such
 * (RFC 6531, section 3.4). */
static bool needs_utf8(const struct dsmtp_mail *mail)
{
    bool needed = mail->facts.utf8_header || dsmtp_name_beyond_ascii(mail->from);

    for (unsigned i = 0; i < mail->recipient_count; i++)
        needed = needed || (mail->recipients[i].turn == DSMTP_TURN_ASKED &&
                            dsmtp_name_beyond_ascii(mail->recipients[i].address));
    return needed;
}

static enum dsmtp_status send_mail(struct dsmtp_session *s)
{
    const struct dsmtp_mail *mail = s->config.mail;
    char size[32] = "";

    if (offers(s, DSMTP_EXT_SIZE))
        (void)snprintf(size, sizeof(size), " SIZE=%zu", mail->facts.size);
    return send_line(s, "MAIL FROM:<%s>%s%s%s", mail->from, size,
                     mail->facts.eight_bit ? " BODY=8BITMIME" : "",
                     needs_utf8(mail) ? " SMTPUTF8" : "");
}

/* A transaction: with pipelining all of its commands at once (RFC 2920, section 3.1). */
static enum dsmtp_status begin(struct dsmtp_session *s)
{
    const struct dsmtp_mail *mail = s->config.mail;
    unsigned count = mail->recipient_count;

    s->pipelined = offers(s, DSMTP_EXT_PIPELINING);
    s->rcpt = dsmtp_recipients_next(mail->recipients, count, 0);
    s->stray = 0;
    DSMTP_TRY(send_mail(s));
    if (!s->pipelined)
        return DSMTP_OK;
    for (unsigned i = s->rcpt; i < count; i = dsmtp_recipients_next(mail->recipients, count, i + 1))
        DSMTP_TRY(send_recipient(s, i));
    return send_line(s, "DATA");
}

static enum dsmtp_status begin_again(struct dsmtp_session *s)
{
    const struct dsmtp_mail *mail = s->config.mail;

    (void)dsmtp_recipients_choose(mail->recipients, mail->recipient_count,
                                  offers(s, DSMTP_EXT_SMTPUTF8), s->config.host->name);
    return begin(s);
}

/* The octets of a message, or the dot that ends none. */
static enum dsmtp_status send_data(struct dsmtp_session *s, const char *data, size_t len)
{
    s->outstanding++;
    s->left = len;
    return dsmtp_session_connector(s)->write(s->stream, data, len);
}

enum dsmtp_status dsmtp_session_act(struct dsmtp_session *s, enum dsmtp_action action)
{
    const struct dsmtp_mail *mail = s->config.mail;

    switch (action) {
    case DSMTP_ACTION_SEND_EHLO:
        return send_line(s, "EHLO %s", s->config.engine->helo);
    case DSMTP_ACTION_SEND_HELO:
        return send_line(s, "HELO %s", s->config.engine->helo);
    case DSMTP_ACTION_SEND_STARTTLS:
        return send_line(s, "STARTTLS");
    case DSMTP_ACTION_START_TLS:
        return start_tls(s);
    case DSMTP_ACTION_READY:
        return begin(s);
    case DSMTP_ACTION_SEND_MAIL:
        return begin_again(s);
    case DSMTP_ACTION_SEND_RCPT:
        return s->pipelined ? DSMTP_OK : send_recipient(s, s->rcpt);
    case DSMTP_ACTION_SEND_DATA:
        return s->pipelined ? DSMTP_OK : send_line(s, "DATA");
    case DSMTP_ACTION_SEND_BODY:
        return send_data(s, mail->data, mail->len);
    case DSMTP_ACTION_SEND_DOT:
        return send_data(s, ".\r\n", 3);
    case DSMTP_ACTION_QUIT:
        return send_line(s, "QUIT");
    case DSMTP_ACTION_WAIT:
    case DSMTP_ACTION_CLOSE:
    case DSMTP_ACTION_COUNT:
        break;
    }
    return DSMTP_OK;
}

enum dsmtp_reason dsmtp_session_prepare(struct dsmtp_session *s)
{
    const struct dsmtp_mail *mail = s->config.mail;
    bool utf8 = offers(s, DSMTP_EXT_SMTPUTF8);
    enum dsmtp_reason why = dsmtp_message_unfit(&mail->facts, s->extensions, s->size_limit);

    if (!utf8 && dsmtp_name_beyond_ascii(mail->from))
        why = DSMTP_REASON_NO_SMTPUTF8;
    if (why != DSMTP_REASON_NONE)
        return why;
    return dsmtp_recipients_choose(mail->recipients, mail->recipient_count, utf8,
                                   s->config.host->name) > 0
               ? DSMTP_REASON_NONE
               : DSMTP_REASON_NO_SMTPUTF8;
}

static struct dsmtp_finding finding(struct dsmtp_session *s, enum dsmtp_reason reason)
{
    return (struct dsmtp_finding){reason, s->config.host->name,
                                  dsmtp_arena_strdup(s->config.arena, s->reply.text),
                                  s->reply.status};
}

/* The answer for one recipient; the event tells whether it was the last. */
static enum dsmtp_event note_recipient(struct dsmtp_session *s, enum dsmtp_event event)
{
    const struct dsmtp_mail *mail = s->config.mail;
    struct dsmtp_finding said = {.status = ""};

    if (event != DSMTP_EVENT_OK)
        said = finding(s, DSMTP_REASON_RCPT_REFUSED);
    dsmtp_recipients_answer(&mail->recipients[s->rcpt], s->reply.code, &said);
    s->rcpt = dsmtp_recipients_next(mail->recipients, mail->recipient_count, s->rcpt);
    if (s->rcpt < mail->recipient_count)
        return event;
    return dsmtp_recipients_count(mail->recipients, mail->recipient_count, DSMTP_TURN_ACCEPTED) > 0
               ? DSMTP_EVENT_LAST
               : DSMTP_EVENT_NONE_LEFT;
}

/* The message was taken; a host that has more to say than that gets no second transaction. */
static enum dsmtp_event note_delivered(struct dsmtp_session *s, bool more)
{
    const struct dsmtp_mail *mail = s->config.mail;
    const struct dsmtp_finding said = finding(s, DSMTP_REASON_DELIVERED);

    dsmtp_recipients_delivered(mail->recipients, mail->recipient_count, &said);
    return !more && dsmtp_recipients_count(mail->recipients, mail->recipient_count,
                                           DSMTP_TURN_TOO_MANY) > 0
               ? DSMTP_EVENT_AGAIN
               : DSMTP_EVENT_OK;
}

/* 354 although the transaction is off: only to DATA, which was sent last. If the server has taken a
 * recipient all the same, a dot might deliver an empty message. */
static enum dsmtp_event note_void(struct dsmtp_session *s, enum dsmtp_event event)
{
    const struct dsmtp_mail *mail = s->config.mail;
    bool taken =
        dsmtp_recipients_count(mail->recipients, mail->recipient_count, DSMTP_TURN_ACCEPTED) > 0;

    s->stray += event == DSMTP_EVENT_OK ? 1 : 0;
    return event == DSMTP_EVENT_GO && (s->outstanding > 0 || s->stray > 0 || taken)
               ? DSMTP_EVENT_BROKEN
               : event;
}

enum dsmtp_event dsmtp_session_note(struct dsmtp_session *s, bool more)
{
    bool starttls = (s->reply.extensions & DSMTP_EXT_STARTTLS) != 0;
    enum dsmtp_event event = dsmtp_dialog_event(s->state, s->reply.code, starttls);
    bool refused = event == DSMTP_EVENT_TEMP || event == DSMTP_EVENT_PERM;

    if (s->state == DSMTP_STATE_EHLO || s->state == DSMTP_STATE_EHLO_TLS) {
        s->extensions = s->reply.code / 100 == 2 ? s->reply.extensions : 0;
        s->size_limit = s->reply.size_limit;
    }
    if (s->state == DSMTP_STATE_RCPT && (event == DSMTP_EVENT_OK || refused))
        return note_recipient(s, event);
    if (s->state == DSMTP_STATE_DOT && event == DSMTP_EVENT_OK)
        return note_delivered(s, more);
    if (s->state == DSMTP_STATE_VOID)
        return note_void(s, event);
    return event;
}
