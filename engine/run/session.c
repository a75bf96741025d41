/* session.c - the driver of one SMTP session: bytes -> reply -> event -> row -> action. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "run/session_internal.h"

#define SECONDS(n) ((n)*1000u)

/* clang-format off */
/* How long to wait in each state (RFC 5321, section 4.5.3.2); STARTTLS and the handshake as for a command. */
static const unsigned wait_ms[DSMTP_STATE_COUNT] = {
    [DSMTP_STATE_GREETING]  = SECONDS(300),
    [DSMTP_STATE_EHLO]      = SECONDS(300),
    [DSMTP_STATE_HELO]      = SECONDS(300),
    [DSMTP_STATE_STARTTLS]  = SECONDS(300),
    [DSMTP_STATE_HANDSHAKE] = SECONDS(300),
    [DSMTP_STATE_EHLO_TLS]  = SECONDS(300),
    [DSMTP_STATE_HELO_TLS]  = SECONDS(300),
    [DSMTP_STATE_MAIL]      = SECONDS(300),
    [DSMTP_STATE_RCPT]      = SECONDS(300),
    [DSMTP_STATE_DATA]      = SECONDS(120),
    [DSMTP_STATE_BODY]      = SECONDS(180), /* for each CHUNK, not for the whole */
    [DSMTP_STATE_DOT]       = SECONDS(600),
    [DSMTP_STATE_VOID]      = SECONDS(30),  /* what came of the session is known: no longer than is polite */
    [DSMTP_STATE_VOID_DOT]  = SECONDS(30),
    [DSMTP_STATE_BYE]       = SECONDS(5),
};
/* clang-format on */
#define CONNECT_MS SECONDS(30)
#define CHUNK 16384u

static void set_deadline(struct dsmtp_session *s, unsigned ms)
{
    unsigned cap = s->config.engine->timeout_ms;

    dsmtp_session_connector(s)->deadline(s->stream, cap != 0 && cap < ms ? cap : ms);
}

static void trace(const struct dsmtp_session *s, const char *what, const char *rules)
{
    const struct dsmtp_engine *e = s->config.engine;

    if (e->trace != NULL)
        e->trace(e->trace_arg, s->config.target, s->config.attempt->address, what, rules);
}

/* What came of the session is known; some courtesies may follow before it is told. */
static void decide(struct dsmtp_session *s, enum dsmtp_event event, enum dsmtp_state state,
                   enum dsmtp_reason reason)
{
    struct dsmtp_attempt *a = s->config.attempt;

    if (s->decided)
        return;
    s->decided = true;
    s->cause = (struct dsmtp_attempt_end){
        .state = state, .event = event, .reason = reason, .level = s->config.level, .tls = s->tls};
    a->reason = reason;
    a->reply = s->last[0] != '\0' ? dsmtp_arena_strdup(s->config.arena, s->last) : NULL;
    trace(s, dsmtp_reason_text(reason), a->rules);
}

/* Mail could be, or was, handed over. */
static void note_success(struct dsmtp_session *s)
{
    struct dsmtp_attempt *a = s->config.attempt;

    a->result = a->tls.authenticated ? DSMTP_RESULT_AUTHENTICATED
                : a->tls.up          ? DSMTP_RESULT_ENCRYPTED
                                     : DSMTP_RESULT_CLEARTEXT;
}

static void finish(struct dsmtp_session *s)
{
    const struct dsmtp_attempt_end end = s->cause;

    if (s->over)
        return;
    s->over = true;
    s->config.done(s->config.arg, &end);
}

static void step(struct dsmtp_session *s, enum dsmtp_event event, enum dsmtp_reason given);

/* What the new state asks for without waiting. */
static bool follow(struct dsmtp_session *s, enum dsmtp_action action)
{
    enum dsmtp_reason why;

    if (s->state == DSMTP_STATE_VOID && s->outstanding == 0) {
        step(s, DSMTP_EVENT_LAST, DSMTP_REASON_NONE);
        return true;
    }
    if (action != DSMTP_ACTION_READY)
        return false;
    why = dsmtp_session_prepare(s);
    if (why != DSMTP_REASON_NONE)
        step(s, DSMTP_EVENT_UNFIT, why);
    return why != DSMTP_REASON_NONE;
}

/* The row's reason, or the one that comes with the event, is what came of the session. */
static void apply(struct dsmtp_session *s, const struct dsmtp_dialog_row *row,
                  enum dsmtp_event event, enum dsmtp_reason given)
{
    bool ready = row->action == DSMTP_ACTION_READY;

    if (event == DSMTP_EVENT_AGAIN || row->reason == DSMTP_REASON_DELIVERED ||
        (ready && s->config.mail->from == NULL))
        note_success(s);
    if (!s->decided)
        s->config.attempt->rules = row->rules;
    if (row->reason != DSMTP_REASON_NONE && (!ready || s->config.mail->from == NULL))
        decide(s, event, s->state, given != DSMTP_REASON_NONE ? given : row->reason);
}

/* One event through the table. A probe ends where mail would begin. */
static void step(struct dsmtp_session *s, enum dsmtp_event event, enum dsmtp_reason given)
{
    const struct dsmtp_dialog_row *row = dsmtp_dialog_step(s->state, event, s->config.level);
    bool probe = row->action == DSMTP_ACTION_READY && s->config.mail->from == NULL;
    enum dsmtp_action action = probe ? DSMTP_ACTION_QUIT : row->action;
    enum dsmtp_state was = s->state;
    enum dsmtp_status status;

    apply(s, row, event, given);
    s->state = probe ? DSMTP_STATE_BYE : row->next;
    trace(s, dsmtp_action_name(row->action), row->rules);
    if (follow(s, action))
        return;
    status = dsmtp_session_act(s, action);
    if (status != DSMTP_OK) {
        if (!s->decided)
            s->config.attempt->detail = dsmtp_status_text(status);
        decide(s, DSMTP_EVENT_FAILED, was,
               status == DSMTP_TOOBIG || status == DSMTP_SYNTAX ? DSMTP_REASON_INTERNAL
                                                                : DSMTP_REASON_CONNECTION_LOST);
        s->state = DSMTP_STATE_END;
    }
    if (s->state == DSMTP_STATE_END)
        finish(s);
    else
        set_deadline(s, wait_ms[s->state]);
}

/* A complete reply, and whether octets came behind it. The client speaks before the server does:
 * what comes before it was asked for answers nothing, and may be an attempt to answer what is asked
 * next.
 */
static void take_reply(struct dsmtp_session *s, bool more)
{
    bool early = more && s->outstanding == 0 && s->state != DSMTP_STATE_DOT;
    bool quiet = s->state == DSMTP_STATE_VOID_DOT || s->state == DSMTP_STATE_BYE;
    enum dsmtp_event event = DSMTP_EVENT_BROKEN;

    if (!s->decided) {
        memcpy(s->last, s->reply.text, sizeof(s->last));
        memcpy(s->config.attempt->status, s->reply.status, sizeof(s->config.attempt->status));
    }
    trace(s, s->reply.text, "");
    if (early && s->state == DSMTP_STATE_STARTTLS && s->reply.code / 100 == 2) {
        /* It came in clear and would be taken for the inside of TLS (RFC 3207, section 6). */
        s->state = DSMTP_STATE_HANDSHAKE;
        step(s, DSMTP_EVENT_FAILED, DSMTP_REASON_STARTTLS_INJECTION);
        return;
    }
    if (!early || quiet)
        event = dsmtp_session_note(s, more);
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
        enum dsmtp_status status = dsmtp_reply_feed(&s->reply, bytes, len, &used);

        bytes += used;
        len -= used;
        if (status == DSMTP_AGAIN)
            return;
        if (status != DSMTP_OK) {
            step(s, DSMTP_EVENT_BROKEN, DSMTP_REASON_NONE);
            return;
        }
        s->outstanding--;
        take_reply(s, len > 0);
        dsmtp_reply_init(&s->reply);
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

/* The message gets its time chunk by chunk; once it is all on its way, the server has its own to
 * answer (RFC 5321, sections 4.5.3.2.5 and 4.5.3.2.6). */
static void on_sent(void *arg, size_t left)
{
    struct dsmtp_session *s = arg;

    if (s->over || s->state != DSMTP_STATE_BODY)
        return;
    s->busy = true;
    if (left == 0) {
        step(s, DSMTP_EVENT_SENT, DSMTP_REASON_NONE);
    } else if (s->left - left >= CHUNK) {
        s->left = left;
        set_deadline(s, wait_ms[DSMTP_STATE_BODY]);
    }
    leave_event(s);
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
    if (!s->decided)
        s->config.attempt->detail = dsmtp_arena_strdup(s->config.arena, detail);
    step(s, DSMTP_EVENT_FAILED, reason);
    leave_event(s);
}

static const struct dsmtp_stream_events events = {on_connected, on_received, on_sent, on_secured,
                                                  on_failed};

enum dsmtp_status dsmtp_session_open(const struct dsmtp_session_config *config,
                                     struct dsmtp_session **out)
{
    struct dsmtp_session *s = calloc(1, sizeof(*s));
    enum dsmtp_status status;

    if (s == NULL)
        return DSMTP_NOMEM;
    s->config = *config;
    s->state = DSMTP_STATE_GREETING;
    s->outstanding = 1;
    dsmtp_reply_init(&s->reply);
    *config->attempt = (struct dsmtp_attempt){.host = config->host->name,
                                              .address = config->address,
                                              .level = config->host->level,
                                              .result = DSMTP_RESULT_FAIL,
                                              .rules = ""};
    dsmtp_recipients_session(config->mail->recipients, config->mail->recipient_count);
    status = dsmtp_session_connector(s)->open(dsmtp_session_connector(s)->self, config->host->name,
                                              config->address, (uint16_t)config->engine->dial_port,
                                              &events, s, &s->stream);
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
        dsmtp_session_connector(s)->shut(&s->stream);
    s->closed = s->busy;
    if (!s->busy)
        free(s);
}
