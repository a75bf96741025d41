/* say.c - expectations and evidence in one line each. */
#include "judge/say.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "judge/observe.h"

#define MOST_SESSIONS 4 /* told one by one; the rest is counted */
#define MOST_TEXT 160   /* of the sender's own words */

static void say_observation(struct lab_text *t, const char *article,
                            const struct lab_observation *o)
{
    const char *at = o->at != NULL ? o->at : "any host";

    switch (o->see) {
    case LAB_SEE_QUERY:
        lab_text_put(t, "%squery for %s", article, o->of);
        break;
    case LAB_SEE_CONNECT:
        lab_text_put(t, "%sconnection to %s", article, at);
        break;
    case LAB_SEE_STARTTLS:
        lab_text_put(t, "STARTTLS to %s", at);
        break;
    case LAB_SEE_TLS:
        lab_text_put(t, "TLS with %s", at);
        break;
    case LAB_SEE_SNI:
        lab_text_put(t, "SNI %s at %s", o->of, at);
        break;
    case LAB_SEE_MAIL:
        lab_text_put(t, "MAIL to %s", at);
        break;
    case LAB_SEE_CLEAR_MAIL:
        lab_text_put(t, "MAIL in clear to %s", at);
        break;
    }
}

void lab_say_observation(struct lab_text *t, const struct lab_observation *o)
{
    say_observation(t, "a ", o);
}

static void say_accept(struct lab_text *t, const struct lab_accept *a)
{
    lab_text_put(t, "%s", lab_outcome_name(a->outcome));
    if (a->host != NULL)
        lab_text_put(t, " to %s", a->host);
    if (a->over != LAB_OVER_ANY)
        lab_text_put(t, "%s", a->over == LAB_OVER_TLS ? " in TLS" : " in clear");
    if (a->as != LAB_GRADE_PASS)
        lab_text_put(t, " (%s)", a->as == LAB_GRADE_INFO ? "INFO" : "NON-STRICT");
}

static void say_observations(struct lab_text *t, const char *lead, const char *article,
                             const struct lab_observation *list, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        lab_text_put(t, "%s", i == 0 ? lead : ", ");
        say_observation(t, article, &list[i]);
    }
}

char *lab_say_expected(const struct lab_expect *expect)
{
    struct lab_text t = {0};

    for (unsigned i = 0; i < expect->accept_count; i++) {
        lab_text_put(&t, "%s", i == 0 ? "" : " or ");
        say_accept(&t, &expect->accept[i]);
    }
    for (unsigned i = 0; i < expect->reasons_count; i++)
        lab_text_put(&t, "%s%s", i == 0 ? ", because " : " or ", expect->reasons[i]);
    say_observations(&t, "; with ", "a ", expect->require, expect->require_count);
    say_observations(&t, "; no ", "", expect->forbid, expect->forbid_count);
    return t.text != NULL ? t.text : lab_strdup("");
}

/* The host's name as the scenario writes it: without the scenario's domain. */
static void say_host(struct lab_text *t, const struct lab_scenario *s, const char *host)
{
    char *end = lab_format(".%s.example", s->id);
    size_t len = strlen(host);
    size_t cut = strlen(end);

    if (len > cut && strcasecmp(host + len - cut, end) == 0)
        len -= cut;
    lab_text_put(t, "%.*s", (int)len, host);
    free(end);
}

static void say_tls(struct lab_text *t, const struct lab_session *session)
{
    if (session->tls)
        lab_text_put(t, "%s", session->tls_version != NULL ? session->tls_version : "TLS");
    else if (session->tls_error != NULL)
        lab_text_put(t, "TLS failed (%.80s)", session->tls_error);
    else
        lab_text_put(t, "%s", session->starttls ? "STARTTLS without TLS" : "no STARTTLS");
    if (session->sni != NULL)
        lab_text_put(t, ", SNI %s", session->sni);
    else if (session->tls)
        lab_text_put(t, ", no SNI");
}

char *lab_session_reply(const struct lab_session *session)
{
    return session->message_reply != 0 ? lab_format("reply %d", session->message_reply)
                                       : lab_strdup("no reply");
}

static void say_session(struct lab_text *t, const struct lab_scenario *s,
                        const struct lab_session *session)
{
    lab_text_put(t, "; ");
    say_host(t, s, session->host);
    lab_text_put(t, " (%s): ", session->address);
    say_tls(t, session);
    if (session->message) {
        char *reply = lab_session_reply(session);

        lab_text_put(t, ", message%s, %s", session->message_tls ? "" : " in clear", reply);
        free(reply);
    } else {
        lab_text_put(t, "%s",
                     session->clear_mail ? ", MAIL in clear"
                     : session->mail     ? ", MAIL"
                                         : ", no MAIL");
    }
}

static const char *report_word(enum lab_report_outcome outcome)
{
    static const char *const words[] = {[LAB_R_DELIVERED] = "said to be delivered",
                                        [LAB_R_DEFERRED] = "deferred",
                                        [LAB_R_BOUNCED] = "bounced",
                                        [LAB_R_QUEUED] = "still queued",
                                        [LAB_R_NONE] = "no outcome reported",
                                        [LAB_R_CRASHED] = "the sender died",
                                        [LAB_R_VERIFIED] = "verified",
                                        [LAB_R_NO_DANE] = "said to be without DANE",
                                        [LAB_R_REFUSED] = "refused",
                                        [LAB_R_UNSUPPORTED] = "not supported by the sender"};

    return words[outcome];
}

/* So much of a text, up to the end of a word; only a word of that length is cut in its midst. */
static size_t length_told(const char *text)
{
    size_t len = strlen(text);

    if (len <= MOST_TEXT)
        return len;
    len = MOST_TEXT;
    while (len > 0 && text[len] != ' ')
        len--;
    if (len > 0)
        return len;
    len = MOST_TEXT;
    while (len > 0 && ((unsigned char)text[len] & 0xc0) == 0x80)
        len--;
    return len;
}

static void say_text(struct lab_text *t, const char *text)
{
    const size_t len = length_told(text);

    lab_text_put(t, " (\"%.*s%s\")", (int)len, text, text[len] != '\0' ? " ..." : "");
}

static void say_report(struct lab_text *t, const struct lab_report *report)
{
    lab_text_put(t, "%s", report_word(report->outcome));
    if (report->reason != NULL)
        lab_text_put(t, ", because %s", report->reason);
    if (report->text != NULL)
        say_text(t, report->text);
}

static void one_line(char *text)
{
    for (; *text != '\0'; text++) {
        if ((unsigned char)*text < ' ' || *text == 0x7f)
            *text = ' ';
    }
}

char *lab_say_seen(const struct lab_scenario *s, const struct lab_evidence *seen)
{
    struct lab_text t = {0};
    unsigned told = 0;
    unsigned delivered = 0;

    for (unsigned i = 0; i < seen->sessions_count; i++) {
        const struct lab_session *session = &seen->sessions[i];

        if (!lab_acknowledged(seen, session))
            continue;
        lab_text_put(&t, "%s%s ", delivered++ > 0 ? " and " : "",
                     session->imagined ? "mail would go to" : "delivered to");
        say_host(&t, s, session->host);
        lab_text_put(&t, " (%s) in ", session->address);
        if (session->message_tls)
            say_tls(&t, session);
        else
            lab_text_put(&t, "clear");
    }
    if (delivered == 0)
        say_report(&t, &seen->report);
    else if (seen->report.outcome != LAB_R_DELIVERED)
        lab_text_put(&t, "; by the sender's report: %s", report_word(seen->report.outcome));
    for (unsigned i = 0; i < seen->sessions_count; i++) {
        if (!lab_acknowledged(seen, &seen->sessions[i]) && told++ < MOST_SESSIONS)
            say_session(&t, s, &seen->sessions[i]);
    }
    if (told > MOST_SESSIONS)
        lab_text_put(&t, "; %u more session%s", told - MOST_SESSIONS,
                     lab_plural(told - MOST_SESSIONS));
    if (seen->sessions_count == 0)
        lab_text_put(&t, "; no connection, %u quer%s", seen->queries_count,
                     seen->queries_count == 1 ? "y" : "ies");
    one_line(t.text);
    return t.text;
}
