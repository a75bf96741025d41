/* observe.c - did the evidence show this? */
#include "judge/observe.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* a has a trailing dot, b may have one. */
static bool same_name(const char *a, const char *b)
{
    size_t len = strlen(a) - 1;

    return strncasecmp(a, b, len) == 0 && (b[len] == '\0' || strcmp(b + len, ".") == 0);
}

bool lab_at(const struct lab_scenario *s, const struct lab_session *session, const char *host)
{
    char *name;
    bool same;

    if (host == NULL)
        return true;
    name = lab_scenario_name(s, host);
    same = same_name(name, session->host);
    free(name);
    return same;
}

/* Was the message for the recipient that counts? */
static bool is_for(const struct lab_session *session, const char *recipient)
{
    size_t len = recipient != NULL ? strlen(recipient) : 0;
    const char *to = session->to;

    if (recipient == NULL || to == NULL)
        return true;
    while (*to != '\0') {
        size_t word = strcspn(to, " ");

        if (word == len && strncasecmp(to, recipient, len) == 0)
            return true;
        to += word;
        to += *to == ' ';
    }
    return false;
}

bool lab_acknowledged(const struct lab_evidence *seen, const struct lab_session *session)
{
    return session->message && session->message_reply >= 200 && session->message_reply < 300 &&
           is_for(session, seen->recipient);
}

/* owner: absolute; "*.X" is any name below X. */
static bool asked_for(const char *owner, const char *type, const struct lab_query *q)
{
    size_t len = strlen(owner);
    size_t asked = strlen(q->name);

    if (strcasecmp(type, q->type) != 0)
        return false;
    if (strncmp(owner, "*.", 2) != 0)
        return strcasecmp(owner, q->name) == 0;
    return asked > len - 1 && strcasecmp(owner + 1, q->name + asked - (len - 1)) == 0;
}

static bool query_seen(const struct lab_scenario *s, const char *question,
                       const struct lab_evidence *seen)
{
    size_t len = strcspn(question, " ");
    char *name = lab_strndup(question, len);
    char *owner = lab_scenario_name(s, name);
    const char *type = question + len + (question[len] == ' ');
    bool found = false;

    for (unsigned i = 0; i < seen->queries_count && !found; i++)
        found = asked_for(owner, type, &seen->queries[i]);
    free(owner);
    free(name);
    return found;
}

static bool sni_is(const struct lab_scenario *s, const struct lab_session *session,
                   const char *wanted)
{
    char *name = lab_scenario_name(s, wanted);
    bool same = session->sni != NULL && same_name(name, session->sni);

    free(name);
    return same;
}

static bool session_shows(const struct lab_scenario *s, const struct lab_observation *o,
                          const struct lab_session *session)
{
    switch (o->see) {
    case LAB_SEE_CONNECT:
        return true;
    case LAB_SEE_STARTTLS:
        return session->starttls;
    case LAB_SEE_TLS:
        return session->tls;
    case LAB_SEE_SNI:
        return sni_is(s, session, o->of);
    case LAB_SEE_MAIL:
        return session->mail || session->message || session->clear_mail;
    case LAB_SEE_CLEAR_MAIL:
        return session->clear_mail;
    case LAB_SEE_QUERY:
        break;
    }
    return false;
}

bool lab_observed(const struct lab_scenario *s, const struct lab_observation *o,
                  const struct lab_evidence *seen)
{
    if (o->see == LAB_SEE_QUERY)
        return query_seen(s, o->of, seen);
    for (unsigned i = 0; i < seen->sessions_count; i++) {
        if (lab_at(s, &seen->sessions[i], o->at) && session_shows(s, o, &seen->sessions[i]))
            return true;
    }
    return false;
}

/* In TLS 1.3 a host sees only behind the client's end of the handshake that there is no certificate
 * of the client: for the client all was well until then. */
static bool refused_client(const struct lab_session *session)
{
    return session->tls_error != NULL &&
           strstr(session->tls_error, "did not return a certificate") != NULL;
}

bool lab_bears_out(const struct lab_session *session, const struct lab_claim *claim)
{
    const bool tls = session->tls || refused_client(session);

    return strcmp(session->address, claim->address) == 0 &&
           tls == (claim->result != LAB_CLAIMED_CLEARTEXT);
}

const struct lab_claim *lab_false_claim(const struct lab_evidence *seen)
{
    for (unsigned c = 0; c < seen->report.claims_count; c++) {
        const struct lab_claim *claim = &seen->report.claims[c];
        bool found = false;

        for (unsigned i = 0; i < seen->sessions_count && !found; i++)
            found = lab_bears_out(&seen->sessions[i], claim);
        if (!found)
            return claim;
    }
    return NULL;
}
