/* session.c - the driver of one SMTP session: bytes -> reply -> event -> row -> action. */
#include "run/session.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/dialog.h"
#include "core/reply.h"

#define SECONDS(n) ((n)*1000u)
#define COMMAND_MAX 1024u

/* clang-format off */
/* How long to wait in each state (RFC 5321, section 4.5.3.2); STARTTLS and the handshake as for a command. */
static const unsigned wait_ms[DSMTP_STATE_COUNT] = {
    [DSMTP_STATE_GREETING]  = SECONDS(300),
    [DSMTP_STATE_EHLO]      = SECONDS(300),
    [DSMTP_STATE_HELO]      = SECONDS(300),
    [DSMTP_STATE_STARTTLS]  = SECONDS(300),
    [DSMTP_STATE_HANDSHAKE] = SECONDS(300),
    [DSMTP_STATE_EHLO_TLS]  = SECONDS(300),
    [DSMTP_STATE_MAIL]      = SECONDS(300),
    [DSMTP_STATE_RCPT]      = SECONDS(300),
    [DSMTP_STATE_DATA]      = SECONDS(120),
    [DSMTP_STATE_DOT]       = SECONDS(600),
};
/* clang-format on */
#define CONNECT_MS SECONDS(30)

struct dsmtp_session {
    struct dsmtp_session_config config;
    struct dsmtp_stream *stream;
    struct dsmtp_tls_demand demand;
    enum dsmtp_state state;
    struct dsmtp_reply reply;
    unsigned rcpt; /* index of the recipient whose reply is awaited */
    unsigned accepted;
    bool tls;
    bool over;
    bool busy; /* inside an event: a close frees at its end */
    bool closed;
};

static const struct dsmtp_connector *connector(const struct dsmtp_session *s)
{
    return &s->config.engine->connector;
}

static void set_deadline(struct dsmtp_session *s, unsigned ms)
{
    unsigned cap = s->config.engine->timeout_ms;

    connector(s)->deadline(s->stream, cap != 0 && cap < ms ? cap : ms);
}

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
    return connector(s)->write(s->stream, line, (size_t)n + 2);
}

static void trace(const struct dsmtp_session *s, const char *what, const char *rules)
{
    const struct dsmtp_engine *e = s->config.engine;

    if (e->trace != NULL)
        e->trace(e->trace_arg, s->config.target, s->config.attempt->address, what, rules);
}

/* The end, told once. The words that decided go into the attempt. */
static void finish(struct dsmtp_session *s, enum dsmtp_event event, enum dsmtp_state state,
                   enum dsmtp_reason reason)
{
    struct dsmtp_attempt *a = s->config.attempt;
    struct dsmtp_attempt_end end = {
        .state = state, .event = event, .reason = reason, .level = s->config.level, .tls = s->tls};

    if (s->over)
        return;
    s->over = true;
    a->reason = reason;
    if (reason == DSMTP_REASON_DELIVERED || reason == DSMTP_REASON_SESSION_READY)
        a->result = a->tls.authenticated ? DSMTP_RESULT_AUTHENTICATED
                    : a->tls.up          ? DSMTP_RESULT_ENCRYPTED
                                         : DSMTP_RESULT_CLEARTEXT;
    trace(s, dsmtp_reason_text(reason), a->rules);
    s->config.done(s->config.arg, &end);
}

/* Move to the next recipient that is not settled; false when there is none. */
static bool next_recipient(struct dsmtp_session *s)
{
    const struct dsmtp_mail *mail = s->config.mail;

    while (s->rcpt < mail->recipient_count && mail->recipients[s->rcpt].settled)
        s->rcpt++;
    return s->rcpt < mail->recipient_count;
}

static enum dsmtp_against against(enum dsmtp_level level)
{
    static const enum dsmtp_against of[DSMTP_LEVEL_COUNT] = {
        [DSMTP_LEVEL_DANE] = DSMTP_AGAINST_TLSA,
        [DSMTP_LEVEL_FINGERPRINT] = DSMTP_AGAINST_FINGERPRINTS,
        [DSMTP_LEVEL_VERIFY] = DSMTP_AGAINST_AUTHORITIES,
        [DSMTP_LEVEL_SECURE] = DSMTP_AGAINST_AUTHORITIES,
    };

    return of[level];
}

static enum dsmtp_status start_tls(struct dsmtp_session *s)
{
    const struct dsmtp_host_plan *h = s->config.host;
    const struct dsmtp_local_entry *entry = s->config.entry;
    const uint16_t *rules = s->config.engine->profile.value;

    s->demand = (struct dsmtp_tls_demand){
        .authenticate = against(s->config.level),
        .audit = s->config.level == DSMTP_LEVEL_AUDIT,
        .records = h->tlsa,
        .record_count = h->tlsa_count,
        .names = h->names,
        .name_count = h->name_count,
        .multi_label_wildcards = rules[DSMTP_SWITCH_WILDCARD] == DSMTP_WILDCARD_MULTI_LABEL,
        .no_common_name = rules[DSMTP_SWITCH_CN_FALLBACK] == DSMTP_OFF,
        .sni = h->sni,
    };
    if (entry != NULL) {
        s->demand.fingerprints = entry->fingerprints;
        s->demand.fingerprint_count = entry->fingerprint_count;
        s->demand.limits = entry->limits;
    }
    s->tls = true;
    return connector(s)->secure(s->stream, &s->demand);
}

static enum dsmtp_status act(struct dsmtp_session *s, enum dsmtp_action action)
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
        return send_line(s, mail->from != NULL ? "MAIL FROM:<%s>" : "QUIT%s",
                         mail->from != NULL ? mail->from : "");
    case DSMTP_ACTION_SEND_RCPT:
        return send_line(s, "RCPT TO:<%s>", mail->recipients[s->rcpt].address);
    case DSMTP_ACTION_SEND_DATA:
        return send_line(s, "DATA");
    case DSMTP_ACTION_SEND_BODY:
        return connector(s)->write(s->stream, mail->data, mail->len);
    case DSMTP_ACTION_QUIT:
        return send_line(s, "QUIT");
    case DSMTP_ACTION_CLOSE:
    case DSMTP_ACTION_COUNT:
        break;
    }
    return DSMTP_OK;
}

/* One event through the table. */
static void step(struct dsmtp_session *s, enum dsmtp_event event, enum dsmtp_reason given)
{
    const struct dsmtp_dialog_row *row = dsmtp_dialog_step(s->state, event, s->config.level);
    enum dsmtp_state was = s->state;
    bool probe = row->action == DSMTP_ACTION_READY && s->config.mail->from == NULL;
    enum dsmtp_status status;

    s->config.attempt->rules = row->rules;
    s->state = row->next;
    trace(s, dsmtp_action_name(row->action), row->rules);
    status = act(s, row->action);
    if (status != DSMTP_OK && row->next != DSMTP_STATE_END) {
        s->config.attempt->detail = dsmtp_status_text(status);
        s->state = DSMTP_STATE_END;
        finish(s, DSMTP_EVENT_FAILED, was,
               status == DSMTP_TOOBIG || status == DSMTP_SYNTAX ? DSMTP_REASON_INTERNAL
                                                                : DSMTP_REASON_CONNECTION_LOST);
    } else if (row->next == DSMTP_STATE_END) {
        finish(s, event, was, event == DSMTP_EVENT_FAILED ? given : row->reason);
    } else if (probe) {
        s->state = DSMTP_STATE_END;
        finish(s, event, was, row->reason);
    } else {
        set_deadline(s, wait_ms[s->state]);
    }
}

/* Note the answer for one recipient; the event tells whether it was the last. */
static enum dsmtp_event note_recipient(struct dsmtp_session *s, enum dsmtp_event event)
{
    struct dsmtp_recipient *r = &s->config.mail->recipients[s->rcpt];

    r->reply = dsmtp_arena_strdup(s->config.arena, s->reply.text);
    r->accepted = event == DSMTP_EVENT_OK;
    s->accepted += r->accepted ? 1 : 0;
    if (event == DSMTP_EVENT_PERM) {
        r->settled = true;
        r->verdict = DSMTP_VERDICT_BOUNCED;
    }
    s->rcpt++;
    if (next_recipient(s))
        return event;
    return s->accepted > 0 ? DSMTP_EVENT_LAST : DSMTP_EVENT_NONE_LEFT;
}

static void take_reply(struct dsmtp_session *s)
{
    bool offers = (s->reply.extensions & DSMTP_EXT_STARTTLS) != 0;
    enum dsmtp_event event = dsmtp_dialog_event(s->state, s->reply.code, offers);

    s->config.attempt->reply = dsmtp_arena_strdup(s->config.arena, s->reply.text);
    trace(s, s->reply.text, "");
    if (s->state == DSMTP_STATE_RCPT && event != DSMTP_EVENT_BROKEN)
        event = note_recipient(s, event);
    dsmtp_reply_init(&s->reply);
    step(s, event, DSMTP_REASON_NONE);
}

static void on_connected(void *arg)
{
    struct dsmtp_session *s = arg;

    set_deadline(s, wait_ms[DSMTP_STATE_GREETING]);
}

/* Whoever is told of the end may close the session; it is freed when the event is over. */
static void leave_event(struct dsmtp_session *s)
{
    s->busy = false;
    if (s->closed)
        free(s);
}

static void take_bytes(struct dsmtp_session *s, const uint8_t *bytes, size_t len)
{
    while (len > 0 && !s->over) {
        size_t used = 0;
        bool last_before_tls = s->state == DSMTP_STATE_STARTTLS;
        enum dsmtp_status status = dsmtp_reply_feed(&s->reply, bytes, len, &used);

        bytes += used;
        len -= used;
        if (status == DSMTP_AGAIN)
            return;
        if (status != DSMTP_OK) {
            step(s, DSMTP_EVENT_BROKEN, DSMTP_REASON_NONE);
            return;
        }
        /* Whatever stands behind the reply came in clear and would be taken for the inside of TLS
         * (RFC 3207, section 6). */
        if (last_before_tls && len > 0 && s->reply.code / 100 == 2) {
            s->state = DSMTP_STATE_HANDSHAKE;
            step(s, DSMTP_EVENT_FAILED, DSMTP_REASON_STARTTLS_INJECTION);
            return;
        }
        take_reply(s);
    }
}

static void on_received(void *arg, const uint8_t *bytes, size_t len)
{
    struct dsmtp_session *s = arg;

    s->busy = true;
    take_bytes(s, bytes, len);
    leave_event(s);
}

/* Level audit: the mail goes on, and everybody is told that it should not. */
static void note_audit(struct dsmtp_session *s)
{
    const char *why = dsmtp_reason_text(s->config.attempt->tls.reason);
    char detail[160];

    (void)snprintf(detail, sizeof(detail), "audit only: %.140s", why);
    s->config.attempt->detail = dsmtp_arena_strdup(s->config.arena, detail);
    trace(s, detail, "R-7672-9.1-2");
}

static void on_secured(void *arg, const struct dsmtp_tls_evidence *evidence)
{
    struct dsmtp_session *s = arg;

    s->busy = true;
    s->config.attempt->tls = *evidence;
    if (s->demand.audit && !evidence->authenticated)
        note_audit(s);
    if (s->demand.authenticate != DSMTP_AGAINST_NOTHING && !evidence->authenticated)
        step(s, DSMTP_EVENT_FAILED, DSMTP_REASON_INTERNAL);
    else
        step(s, DSMTP_EVENT_SECURED, DSMTP_REASON_NONE);
    leave_event(s);
}

static void on_failed(void *arg, enum dsmtp_reason reason, const char *detail,
                      const struct dsmtp_tls_evidence *evidence)
{
    struct dsmtp_session *s = arg;

    if (s->over)
        return;
    s->busy = true;
    if (evidence != NULL)
        s->config.attempt->tls = *evidence;
    s->config.attempt->detail = dsmtp_arena_strdup(s->config.arena, detail);
    step(s, DSMTP_EVENT_FAILED, reason);
    leave_event(s);
}

static const struct dsmtp_stream_events events = {on_connected, on_received, on_secured, on_failed};

enum dsmtp_status dsmtp_session_open(const struct dsmtp_session_config *config,
                                     struct dsmtp_session **out)
{
    struct dsmtp_session *s = calloc(1, sizeof(*s));
    enum dsmtp_status status;

    if (s == NULL)
        return DSMTP_NOMEM;
    s->config = *config;
    s->state = DSMTP_STATE_GREETING;
    dsmtp_reply_init(&s->reply);
    *config->attempt = (struct dsmtp_attempt){.host = config->host->name,
                                              .address = config->address,
                                              .level = config->host->level,
                                              .result = DSMTP_RESULT_FAIL,
                                              .rules = ""};
    for (unsigned i = 0; i < config->mail->recipient_count; i++)
        config->mail->recipients[i].accepted = false;
    (void)next_recipient(s);
    status = connector(s)->open(connector(s)->self, config->address,
                                (uint16_t)config->engine->dial_port, &events, s, &s->stream);
    if (status != DSMTP_OK) {
        free(s);
        return status;
    }
    set_deadline(s, CONNECT_MS);
    *out = s;
    return DSMTP_OK;
}

void dsmtp_session_close(struct dsmtp_session **session)
{
    struct dsmtp_session *s = *session;

    if (s == NULL)
        return;
    *session = NULL;
    s->over = true;
    if (s->stream != NULL)
        connector(s)->shut(&s->stream);
    s->closed = s->busy;
    if (!s->busy)
        free(s);
}
