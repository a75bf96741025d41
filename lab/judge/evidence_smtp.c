/* evidence_smtp.c - one event of the SMTP hosts' log. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "judge/evidence_internal.h"

static const char *text_of(const json_t *event, const char *key)
{
    return json_string_value(json_object_get(event, key));
}

static bool flag_of(const json_t *event, const char *key)
{
    return json_is_true(json_object_get(event, key));
}

static int by_conn(const void *a, const void *b)
{
    unsigned x = ((const struct lab_conn *)a)->conn;
    unsigned y = ((const struct lab_conn *)b)->conn;

    return (x > y) - (x < y);
}

/* The session of a connection, or NULL if it began before the evidence does. */
static struct lab_session *session_of(struct lab_evidence_index *index, unsigned conn)
{
    struct lab_conn key = {conn, NULL, 0};
    struct lab_conn *found =
        index->conns_count == 0
            ? NULL
            : bsearch(&key, index->conns, index->conns_count, sizeof(key), by_conn);

    return found == NULL ? NULL : &found->of->sessions[found->index];
}

static int on_connect(struct lab_evidence_index *index, unsigned conn, const json_t *event,
                      struct lab_fault *fault)
{
    const char *scenario = text_of(event, "scenario");
    const char *host = text_of(event, "host");
    const char *address = text_of(event, "address");
    struct lab_evidence_case *c;

    /* An address that no host owns: the sender called it, but it is nobody's evidence. */
    if (json_is_null(json_object_get(event, "scenario")))
        return 0;
    if (scenario == NULL || host == NULL || address == NULL)
        return lab_fail(fault, EX_DATAERR, "connect without scenario, host or address");
    if (index->conns_count > 0 && index->conns[index->conns_count - 1].conn >= conn)
        return lab_fail(fault, EX_DATAERR,
                        "connection %u again; expected connections to be counted", conn);
    c = lab_evidence_case_of(index, scenario, strlen(scenario));
    if (index->conns_count == index->conns_room) {
        index->conns_room = index->conns_room * 2 + 64;
        index->conns = lab_realloc(index->conns, index->conns_room, sizeof(*index->conns));
    }
    index->conns[index->conns_count++] = (struct lab_conn){conn, c, c->sessions_count};
    c->sessions = lab_realloc(c->sessions, c->sessions_count + 1, sizeof(*c->sessions));
    c->sessions[c->sessions_count++] =
        (struct lab_session){.conn = conn, .host = host, .address = address};
    return 0;
}

static void on_command(struct lab_session *s, json_t *event)
{
    const char *line = text_of(event, "line");

    if (line != NULL && strncasecmp(line, "STARTTLS", 8) == 0 && strchr(" \r\n", line[8]) != NULL)
        s->starttls = true;
}

static void on_tls(struct lab_session *s, json_t *event)
{
    s->tls = true;
    s->tls_version = text_of(event, "version");
    s->sni = text_of(event, "sni");
}

static void on_tls_failed(struct lab_session *s, json_t *event)
{
    const char *error = text_of(event, "error");

    s->tls_error = error != NULL ? error : "unknown";
    s->sni = text_of(event, "sni");
}

static void on_mail(struct lab_session *s, json_t *event)
{
    s->mail = true;
    s->clear_mail = s->clear_mail || !flag_of(event, "tls");
}

static void on_rcpt(struct lab_session *s, json_t *event)
{
    s->clear_mail = s->clear_mail || !flag_of(event, "tls");
}

/* The recipients of an acknowledged message, behind those of earlier ones. The text becomes part of
 * the event, which outlives the session. */
static void add_recipients(struct lab_session *s, json_t *event)
{
    const json_t *to = json_object_get(event, "to");
    struct lab_text all = {0};

    lab_text_put(&all, "%s", s->to != NULL ? s->to : "");
    for (size_t i = 0; i < json_array_size(to); i++) {
        const char *address = json_string_value(json_array_get(to, i));

        lab_text_put(&all, "%s%s", all.len > 0 ? " " : "", address != NULL ? address : "");
    }
    (void)json_object_set_new(event, "all", json_string(all.text));
    s->to = text_of(event, "all");
    free(all.text);
}

/* Of several messages in a session the one that was acknowledged counts. */
static void on_message(struct lab_session *s, json_t *event)
{
    int reply = (int)json_integer_value(json_object_get(event, "reply"));
    bool taken = s->message && s->message_reply >= 200 && s->message_reply < 300;

    s->clear_mail = s->clear_mail || !flag_of(event, "tls");
    s->message = true;
    if (reply >= 200 && reply < 300)
        add_recipients(s, event);
    if (taken)
        return;
    s->message_tls = flag_of(event, "tls");
    s->mutilated = json_is_false(json_object_get(event, "dots"));
    s->message_reply = reply;
}

static void on_close(struct lab_session *s, json_t *event)
{
    (void)s;
    (void)event;
}

static int take(struct lab_evidence_index *index, json_t *event, struct lab_fault *fault)
{
    /* clang-format off */
    static const struct {
        const char *event;
        void (*on)(struct lab_session *s, json_t *event);
    } events[] = {
        {"command", on_command},
        {"tls", on_tls},
        {"tls-failed", on_tls_failed},
        {"mail", on_mail},
        {"rcpt", on_rcpt},
        {"message", on_message},
        {"close", on_close},
    };
    /* clang-format on */
    const char *name = text_of(event, "event");
    json_int_t conn = json_integer_value(json_object_get(event, "conn"));
    struct lab_session *session;

    if (name == NULL || conn <= 0 || conn > UINT32_MAX)
        return lab_fail(fault, EX_DATAERR, "an event without its name or connection");
    if (strcmp(name, "connect") == 0)
        return on_connect(index, (unsigned)conn, event, fault);
    session = session_of(index, (unsigned)conn);
    for (size_t i = 0; i < LAB_COUNT(events); i++) {
        if (strcmp(events[i].event, name) != 0)
            continue;
        if (session != NULL)
            events[i].on(session, event);
        return 0;
    }
    return lab_fail(fault, EX_DATAERR, "unknown event \"%.40s\"; expected one of smtp/smtp.h",
                    name);
}

int lab_read_smtp_line(struct lab_evidence_index *index, char *line, struct lab_fault *fault)
{
    json_error_t error;
    json_t *event = json_loads(line, JSON_ALLOW_NUL, &error);

    if (event == NULL || !json_is_object(event)) {
        json_decref(event);
        return lab_fail(fault, EX_DATAERR, "not a JSON object (%.120s)", error.text);
    }
    /* the sessions point at the strings of the event */
    (void)json_array_append_new(index->lines, event);
    return take(index, event, fault);
}
