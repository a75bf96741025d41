/* checker.c - a checker connects, looks and says; a sender that asks it would go on with MAIL in
 * the session that it approves of, and not where it refuses. That is what is judged: the checks of
 * judge.c are the same, and what the checker says of a session counts only if the wire bears it
 * out. Without such a session it has approved of nothing that was seen, which is a
 * contradiction. */
#include "judge/checker.h"

#include <string.h>

#include "judge/observe.h"

bool lab_report_of_checker(enum lab_report_outcome v)
{
    return v == LAB_R_VERIFIED || v == LAB_R_NO_DANE || v == LAB_R_REFUSED;
}

/* The claim that goes with its approval, or NULL. */
static const struct lab_claim *approval(const struct lab_report *report)
{
    const struct lab_claim *last;
    bool authenticated;

    if (report->claims_count == 0)
        return NULL;
    last = &report->claims[report->claims_count - 1];
    authenticated = last->result == LAB_CLAIMED_AUTHENTICATED;
    return report->outcome == (authenticated ? LAB_R_VERIFIED : LAB_R_NO_DANE) ? last : NULL;
}

/* Did it break off the handshake itself, as it may when it has the certificate? The host has done
 * its part then: to a checker it is a session in TLS. */
static bool left(const struct lab_session *session)
{
    return session->tls_error != NULL && strstr(session->tls_error, "close notify") != NULL;
}

static bool looked(const struct lab_session *session, const struct lab_claim *claim)
{
    if (claim->result == LAB_CLAIMED_CLEARTEXT)
        return session->tls_error == NULL && lab_bears_out(session, claim);
    return lab_bears_out(session, claim) ||
           (left(session) && strcmp(session->address, claim->address) == 0);
}

const struct lab_session *lab_checker_approves(const struct lab_evidence *seen)
{
    const struct lab_claim *claim = approval(&seen->report);

    for (unsigned i = seen->sessions_count; claim != NULL && i > 0; i--) {
        if (looked(&seen->sessions[i - 1], claim))
            return &seen->sessions[i - 1];
    }
    return NULL;
}

bool lab_checker_in_tls(const struct lab_report *report)
{
    const struct lab_claim *claim = approval(report);

    return claim != NULL && claim->result != LAB_CLAIMED_CLEARTEXT;
}

bool lab_checker_act(const struct lab_evidence *seen, struct lab_evidence *out)
{
    const struct lab_session *approved = lab_checker_approves(seen);
    struct lab_session *session;
    bool tls;

    *out = *seen;
    out->sessions = lab_calloc(seen->sessions_count + 1, sizeof(*out->sessions));
    for (unsigned i = 0; i < seen->sessions_count; i++) {
        out->sessions[i] = seen->sessions[i];
        out->sessions[i].tls = seen->sessions[i].tls || left(&seen->sessions[i]);
    }
    if (approved == NULL)
        return false;
    session = &out->sessions[approved - seen->sessions];
    tls = lab_checker_in_tls(&seen->report);
    session->imagined = true;
    session->tls = tls;
    session->mail = true;
    session->clear_mail = !tls;
    session->message = true;
    session->message_tls = tls;
    session->message_reply = 250;
    return true;
}
