/* session.c - the life of one connection: clear bytes, then perhaps TLS, and an end that loses no
 * reply. */
#include "smtp/session.h"

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#define IDLE_SECONDS 20
#define LINGER_SECONDS 2
#define LINGER_BYTES (1 << 20)
#define BACKLOG_BYTES (1 << 18) /* replies that a peer may leave unread */

struct lab_session {
    struct lab_smtp_server *server;
    struct bufferevent *io;
    struct lab_dialog dialog;
    struct lab_tls *tls;    /* NULL: in clear */
    struct evbuffer *input; /* SMTP as it came, in clear or out of TLS */
    bool skipping;          /* inside an overlong command line */
    bool later;             /* not the first connection of a delivery */
    bool stalled;           /* it will say nothing any more */
    bool closing;           /* "close" is logged: only output is left to be sent */
    bool gone;              /* ... and the peer sends no more */
    size_t lingered;
    struct lab_session *next, *prev;
};

static void log_tls_failed(struct lab_session *s, const char *error)
{
    lab_smtp_log(s->dialog.log, s->dialog.conn, "tls-failed",
                 json_pack("{s:o, s:s}", "sni", lab_smtp_json(s->tls->sni, s->tls->sni_len),
                           "error", error));
}

static void log_tls(struct lab_session *s)
{
    lab_smtp_log(s->dialog.log, s->dialog.conn, "tls",
                 json_pack("{s:s, s:s, s:o, s:b}", "version", SSL_get_version(s->tls->ssl),
                           "cipher", SSL_get_cipher_name(s->tls->ssl), "sni",
                           lab_smtp_json(s->tls->sni, s->tls->sni_len), "resumed",
                           SSL_session_reused(s->tls->ssl)));
}

static void set_timeout(struct lab_session *s, int seconds)
{
    const struct timeval tv = {.tv_sec = seconds};

    (void)bufferevent_set_timeouts(s->io, &tv, &tv);
}

static bool all_sent(const struct lab_session *s)
{
    return evbuffer_get_length(bufferevent_get_output(s->io)) == 0;
}

/* Everything that has to be said is in the output by now. Close only our half and wait for the
 * peer's: closing both while input is unread would reset the connection and could take the last
 * reply from the peer. */
static void hang_up(struct lab_session *s, const char *by)
{
    bool in_tls = s->tls != NULL && s->tls->up;

    lab_smtp_log(s->dialog.log, s->dialog.conn, "close",
                 json_pack("{s:s, s:b}", "by", by, "tls", in_tls));
    s->closing = true;
    if (s->tls != NULL) {
        lab_tls_bye(s->tls);
        lab_tls_flush(s->tls, bufferevent_get_output(s->io));
    }
    set_timeout(s, LINGER_SECONDS);
    if (all_sent(s))
        (void)shutdown(bufferevent_getfd(s->io), SHUT_WR);
}

/* Replies in clear go out as they are, the others through TLS. */
static void send_text(struct lab_session *s, const struct lab_text *t)
{
    struct evbuffer *out = bufferevent_get_output(s->io);

    if (t->len == 0)
        return;
    if (s->tls == NULL) {
        (void)evbuffer_add(out, t->text, t->len);
    } else if (lab_tls_write(s->tls, t->text, t->len)) {
        lab_tls_flush(s->tls, out);
    } else {
        hang_up(s, "error");
        return;
    }
    if (evbuffer_get_length(out) > BACKLOG_BYTES)
        hang_up(s, "error");
}

static void start_tls(struct lab_session *s)
{
    size_t behind =
        evbuffer_get_length(s->input) + evbuffer_get_length(bufferevent_get_input(s->io));
    char *error;

    s->tls = lab_tls_open(s->server->tls, s->dialog.host, s->dialog.behaviour, s->later);
    if (s->tls == NULL) {
        hang_up(s, "error");
    } else if (behind > 0) {
        error = lab_format("%zu octets in clear behind STARTTLS", behind);
        log_tls_failed(s, error);
        free(error);
        hang_up(s, "error");
    }
}

/* Take one command line out of the input. NULL: not all of it is there. too_long: longer than a
 * command may be; if its end is not there yet, the rest will be skipped. */
static char *take_line(struct lab_session *s, size_t *len, bool *too_long)
{
    char *line = evbuffer_readln(s->input, len, EVBUFFER_EOL_CRLF);
    size_t have = evbuffer_get_length(s->input);

    *too_long = false;
    if (line != NULL && s->skipping) {
        s->skipping = false;
        free(line);
        return take_line(s, len, too_long);
    }
    if (line == NULL && have <= LAB_COMMAND_MAX)
        return NULL;
    if (line == NULL && !s->skipping) {
        line = lab_calloc(LAB_COMMAND_MAX + 1, 1);
        *len = (size_t)evbuffer_copyout(s->input, line, LAB_COMMAND_MAX);
        s->skipping = true;
    }
    if (s->skipping)
        (void)evbuffer_drain(s->input, have);
    *too_long = *len + 2 > LAB_COMMAND_MAX;
    return line;
}

/* One step of the conversation; false if it needs more input. */
static bool converse(struct lab_session *s)
{
    struct lab_text out = {0};
    enum lab_next next;
    size_t len = evbuffer_get_length(s->input), used;
    bool too_long;
    char *line;

    if (s->dialog.in_data) {
        if (len == 0)
            return false;
        next = lab_dialog_data(&s->dialog, evbuffer_pullup(s->input, -1), len, &used, &out);
        (void)evbuffer_drain(s->input, used);
    } else {
        line = take_line(s, &len, &too_long);
        if (line == NULL)
            return false;
        next = evbuffer_get_length(s->input) > 0 && !lab_dialog_pipelines(&s->dialog)
                   ? lab_dialog_hasty(&s->dialog, line, len, &out)
                   : lab_dialog_command(&s->dialog, line, len, too_long, &out);
        free(line);
    }
    send_text(s, &out);
    free(out.text);
    if (s->closing)
        return false;
    switch (next) {
    case LAB_GO_ON:
        return true;
    case LAB_START_TLS:
        start_tls(s);
        return false;
    case LAB_QUIT:
        hang_up(s, "client");
        return false;
    case LAB_HANG_UP:
        hang_up(s, "server");
        return false;
    case LAB_STALL:
        s->stalled = true;
        return false;
    }
    return false;
}

/* Evidence that cannot be written makes the whole run worthless: stop. */
static void check_log(struct lab_session *s)
{
    if (s->server->log.failed)
        (void)event_base_loopbreak(s->server->base);
}

static void read_tls(struct lab_session *s)
{
    bool was_up = s->tls->up;
    enum lab_tls_end end = lab_tls_feed(s->tls, bufferevent_get_input(s->io), s->input);

    if (s->tls->up && !was_up) {
        lab_dialog_secured(&s->dialog);
        log_tls(s);
    }
    if (end == LAB_TLS_BROKEN && !s->tls->up)
        log_tls_failed(s, s->tls->error);
    lab_tls_flush(s->tls, bufferevent_get_output(s->io));
    if (s->tls->up) {
        while (!s->closing && !s->stalled && converse(s))
            continue;
    }
    if (s->closing || end == LAB_TLS_MORE)
        return;
    if (end == LAB_TLS_BYE)
        hang_up(s, "client");
    else
        hang_up(s, s->tls->deaf ? "server" : "error");
}

static void linger(struct lab_session *s)
{
    struct evbuffer *input = bufferevent_get_input(s->io);

    s->lingered += evbuffer_get_length(input);
    (void)evbuffer_drain(input, evbuffer_get_length(input));
    if (s->lingered > LINGER_BYTES)
        lab_session_free(s);
}

static void on_read(struct bufferevent *io, void *self)
{
    struct lab_session *s = self;

    if (s->closing) {
        linger(s);
        return;
    }
    if (s->stalled) {
        (void)evbuffer_drain(bufferevent_get_input(io),
                             evbuffer_get_length(bufferevent_get_input(io)));
        return;
    }
    if (s->tls != NULL) {
        read_tls(s);
    } else {
        (void)evbuffer_add_buffer(s->input, bufferevent_get_input(io));
        while (!s->closing && !s->stalled && s->tls == NULL && converse(s))
            continue;
    }
    check_log(s);
}

/* All output has been sent. */
static void on_written(struct bufferevent *io, void *self)
{
    struct lab_session *s = self;

    if (!s->closing)
        return;
    if (s->gone)
        lab_session_free(s);
    else
        (void)shutdown(bufferevent_getfd(io), SHUT_WR);
}

static void on_timeout(struct lab_session *s)
{
    static const char last_word[] = "421 4.4.2 Timeout\r\n";
    char text[sizeof(last_word)];
    const struct lab_text out = {.text = text, .len = sizeof(last_word) - 1};

    memcpy(text, last_word, sizeof(last_word));
    (void)bufferevent_enable(s->io, EV_READ | EV_WRITE);
    if (s->tls != NULL && !s->tls->up)
        log_tls_failed(s, s->tls->deaf ? "stalled on purpose" : "timeout in the handshake");
    else if (!s->stalled)
        send_text(s, &out);
    if (!s->closing)
        hang_up(s, "server");
}

static void on_event(struct bufferevent *io, short what, void *self)
{
    struct lab_session *s = self;

    (void)io;
    if (!s->closing && (what & BEV_EVENT_TIMEOUT) != 0) {
        on_timeout(s);
        check_log(s);
        return;
    }
    if (!s->closing) {
        if (s->tls != NULL && !s->tls->up)
            log_tls_failed(s,
                           s->tls->deaf ? "stalled on purpose" : "connection closed by the client");
        hang_up(s, (what & BEV_EVENT_EOF) != 0 ? "client" : "error");
        check_log(s);
    }
    s->gone = true;
    if ((what & BEV_EVENT_EOF) == 0 || all_sent(s))
        lab_session_free(s);
}

static void link_session(struct lab_session *s)
{
    s->next = s->server->sessions;
    if (s->next != NULL)
        s->next->prev = s;
    s->server->sessions = s;
}

static void unlink_session(struct lab_session *s)
{
    if (s->next != NULL)
        s->next->prev = s->prev;
    if (s->prev != NULL)
        s->prev->next = s->next;
    else
        s->server->sessions = s->next;
}

static void greet(struct lab_session *s)
{
    struct lab_text out = {0};
    enum lab_next next = lab_dialog_banner(&s->dialog, &out);

    send_text(s, &out);
    if (next == LAB_HANG_UP)
        hang_up(s, "server");
    s->stalled = next == LAB_STALL;
    free(out.text);
}

void lab_session_start(struct lab_smtp_server *server, unsigned conn,
                       const struct lab_smtp_host *host, bool later, evutil_socket_t fd)
{
    struct bufferevent *io = bufferevent_socket_new(server->base, fd, BEV_OPT_CLOSE_ON_FREE);
    struct lab_session *s;

    if (io == NULL) {
        (void)evutil_closesocket(fd);
        return;
    }
    s = lab_calloc(1, sizeof(*s));
    s->server = server;
    s->io = io;
    s->later = later;
    s->dialog.host = host;
    s->dialog.behaviour = lab_behaviour_shown(host->behaviour, later);
    s->dialog.log = &server->log;
    s->dialog.conn = conn;
    s->input = evbuffer_new();
    link_session(s);
    bufferevent_setcb(io, on_read, on_written, on_event, s);
    set_timeout(s, IDLE_SECONDS);
    if (s->input == NULL || bufferevent_enable(io, EV_READ | EV_WRITE) != 0)
        lab_session_free(s);
    else
        greet(s);
}

void lab_session_free(struct lab_session *s)
{
    unlink_session(s);
    lab_tls_close(&s->tls);
    lab_dialog_fini(&s->dialog);
    if (s->input != NULL)
        evbuffer_free(s->input);
    bufferevent_free(s->io);
    free(s);
}
