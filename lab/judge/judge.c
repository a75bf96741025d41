/* judge.c - from evidence to verdict. The checks, in order; the first that speaks decides:
 *
 * - leak: MAIL, RCPT or message in clear at a host where no accepted delivery is in clear -> LEAK.
 *   Whatever else happened, and whatever the sender says.
 * - forbidden, but seen: MAIL in clear -> LEAK; in TLS -> LEAK, or DOWNGRADE where that is the
 *   impact; a connection -> OTHER, or what the delivery is that it led to; the rest -> REASON.
 * - no outcome: UNSUPPORTED, CRASH, HANG from the report, if no host has acknowledged the message.
 * - contradiction between report (also what it claims of its connections) and wire, and delivery
 *   more than once -> OTHER.
 * - no attempt: not delivered, but neither a query nor a session -> OTHER: a sender that does
 *   nothing also "defers".
 * - too early: delivered or bounced before the last attempt that the scenario asks for: what it
 *   comes to says early_verdict; bounced -> LOST.
 * - outcome: the first accepted alternative that fits. None: delivered in clear -> LEAK, in TLS ->
 *   LEAK or DOWNGRADE, bounced -> LOST, deferred -> STUCK.
 * - message: delivered, but not as it was -> OTHER.
 * - required: not seen -> REASON.
 * - reason: the sender gave a reason word that is not among the accepted ones -> REASON.
 * - the grade of the alternative: PASS, NON-STRICT or INFO.
 *
 * For a program that only checks, the evidence is first made that of a sender who acts on what it
 * says (checker.c); its "refused" fits whatever is not delivered, and it may connect where a
 * sender may not.
 *
 * "Delivered" means that a host has acknowledged the final dot with 2xx; only for what is not
 * delivered the sender is asked whether it deferred or bounced. Mail that is still queued is
 * deferred. */
#include "judge/judge.h"

#include <stdlib.h>
#include <string.h>

#include "judge/checker.h"
#include "judge/observe.h"
#include "judge/say.h"

struct trial {
    const struct lab_scenario *s;
    const struct lab_expect *expect;
    const struct lab_evidence *seen;
    const struct lab_session *delivery; /* the session that took the message, or NULL */
    unsigned deliveries;
    enum lab_outcome outcome;
    const struct lab_accept *match;
    struct lab_text why;
};

static const char *const verdicts[] = {
#define X(name, word, sort) word,
    LAB_VERDICT_LIST(X)
#undef X
};

const char *lab_verdict_name(enum lab_verdict v)
{
    return v < LAB_V_COUNT ? verdicts[v] : "?";
}

bool lab_verdict_find(const char *word, enum lab_verdict *out)
{
    for (size_t i = 0; word != NULL && i < LAB_COUNT(verdicts); i++) {
        if (strcmp(verdicts[i], word) == 0) {
            *out = (enum lab_verdict)i;
            return true;
        }
    }
    return false;
}

static const char *const reported[] = {"delivered", "deferred",   "bounced",  "queued",
                                       "none",      "crashed",    "verified", "no-dane",
                                       "refused",   "unsupported"};

const char *lab_report_outcome_name(enum lab_report_outcome v)
{
    return reported[v];
}

bool lab_report_outcome_find(const char *word, enum lab_report_outcome *out)
{
    *out = LAB_R_NONE;
    for (size_t i = 0; word != NULL && i < LAB_COUNT(reported); i++) {
        if (strcmp(reported[i], word) == 0) {
            *out = (enum lab_report_outcome)i;
            return true;
        }
    }
    return false;
}

static const char *const claimed[] = {
#define X(name, word) word,
    LAB_CLAIMED_LIST(X)
#undef X
};

const char *lab_claimed_name(enum lab_claimed v)
{
    return claimed[v];
}

bool lab_claimed_find(const char *word, enum lab_claimed *out)
{
    for (size_t i = 0; word != NULL && i < LAB_COUNT(claimed); i++) {
        if (strcmp(claimed[i], word) == 0) {
            *out = (enum lab_claimed)i;
            return true;
        }
    }
    return false;
}

/* May mail go in clear to the host of this session? Also if the scenario wants to see it (and have
 * it refused). */
static bool may_be_clear(const struct trial *t, const struct lab_session *session)
{
    for (unsigned i = 0; i < t->expect->accept_count; i++) {
        const struct lab_accept *a = &t->expect->accept[i];

        if (a->outcome == LAB_DELIVERED && a->over != LAB_OVER_TLS &&
            lab_at(t->s, session, a->host))
            return true;
    }
    for (unsigned i = 0; i < t->expect->require_count; i++) {
        if (t->expect->require[i].see == LAB_SEE_CLEAR_MAIL &&
            lab_at(t->s, session, t->expect->require[i].at))
            return true;
    }
    return false;
}

/* Each check returns true if it has decided, with *v set and the reason in why. */

static bool check_leak(struct trial *t, enum lab_verdict *v)
{
    for (unsigned i = 0; i < t->seen->sessions_count; i++) {
        const struct lab_session *session = &t->seen->sessions[i];

        if (!session->clear_mail || may_be_clear(t, session))
            continue;
        lab_text_put(&t->why, "mail was sent in clear to %s, where no accepted outcome allows it",
                     session->host);
        *v = LAB_V_LEAK;
        return true;
    }
    return false;
}

static enum lab_verdict forbidden_verdict(enum lab_see see)
{
    switch (see) {
    case LAB_SEE_MAIL:
    case LAB_SEE_CLEAR_MAIL:
        return LAB_V_LEAK;
    case LAB_SEE_CONNECT:
        return LAB_V_OTHER;
    case LAB_SEE_QUERY:
    case LAB_SEE_STARTTLS:
    case LAB_SEE_TLS:
    case LAB_SEE_SNI:
        break;
    }
    return LAB_V_REASON;
}

static bool fits(const struct trial *t, const struct lab_accept *a)
{
    if (t->seen->report.outcome == LAB_R_REFUSED)
        return a->outcome != LAB_DELIVERED; /* put off or returned, it does not say */
    if (a->outcome != t->outcome)
        return false;
    if (t->delivery == NULL)
        return true;
    return lab_at(t->s, t->delivery, a->host) &&
           (a->over == LAB_OVER_ANY || (a->over == LAB_OVER_TLS) == t->delivery->message_tls);
}

/* Did the connection lead to a delivery that must not be, and is worse? check_outcome says how bad.
 */
static bool worse_follows(const struct trial *t)
{
    if (t->delivery == NULL ||
        (t->s->impact != LAB_IMPACT_LEAK && t->s->impact != LAB_IMPACT_DOWNGRADE))
        return false;
    for (unsigned i = 0; i < t->expect->accept_count; i++) {
        if (fits(t, &t->expect->accept[i]))
            return false;
    }
    return true;
}

/* The gravest counts, not the first in the file. */
static bool check_forbidden(struct trial *t, enum lab_verdict *v)
{
    static const enum lab_verdict gravity[] = {LAB_V_LEAK, LAB_V_OTHER, LAB_V_REASON};

    for (size_t g = 0; g < LAB_COUNT(gravity); g++) {
        for (unsigned i = 0; i < t->expect->forbid_count; i++) {
            const struct lab_observation *o = &t->expect->forbid[i];

            if (forbidden_verdict(o->see) != gravity[g] || !lab_observed(t->s, o, t->seen))
                continue;
            /* to look at a host is what a checker is for */
            if (o->see == LAB_SEE_CONNECT &&
                (worse_follows(t) || lab_report_of_checker(t->seen->report.outcome)))
                continue;
            lab_text_put(&t->why, "forbidden, but seen: ");
            lab_say_observation(&t->why, o);
            /* in clear it was a leak before it came to this */
            *v = o->see == LAB_SEE_MAIL && t->s->impact == LAB_IMPACT_DOWNGRADE ? LAB_V_DOWNGRADE
                                                                                : gravity[g];
            return true;
        }
    }
    return false;
}

/* For what is not delivered the report has to say what became of it. */
static bool check_no_outcome(struct trial *t, enum lab_verdict *v)
{
    enum lab_report_outcome said = t->seen->report.outcome;

    if (said == LAB_R_CRASHED) {
        lab_text_put(&t->why, "the sender died");
        *v = LAB_V_CRASH;
        return true;
    }
    if (said == LAB_R_UNSUPPORTED) {
        bool tried = t->seen->sessions_count > 0;

        lab_text_put(&t->why, "the adapter says that this is not supported%s",
                     tried ? ", but the sender connected" : "");
        if (t->seen->report.text != NULL)
            lab_text_put(&t->why, ": %s", t->seen->report.text);
        *v = tried ? LAB_V_ADAPTER_ERROR : LAB_V_UNSUPPORTED;
        return true;
    }
    if (said == LAB_R_NONE && t->deliveries == 0) {
        lab_text_put(&t->why, "no outcome before the deadline%s",
                     t->seen->sessions_count == 0 && t->seen->queries_count == 0
                         ? ", and no sign of an attempt"
                         : "");
        *v = LAB_V_HANG;
        return true;
    }
    return false;
}

static bool check_contradiction(struct trial *t, enum lab_verdict *v)
{
    enum lab_report_outcome said = t->seen->report.outcome;
    const struct lab_claim *claim;

    *v = LAB_V_OTHER;
    if ((said == LAB_R_VERIFIED || said == LAB_R_NO_DANE) && t->deliveries == 0)
        lab_text_put(&t->why, "the checker says %s, but of no connection that was seen",
                     lab_report_outcome_name(said));
    else if (said == LAB_R_REFUSED && t->deliveries > 0)
        lab_text_put(&t->why, "the checker says refused, but %s has acknowledged mail",
                     t->delivery->host);
    else if (said == LAB_R_DELIVERED && t->deliveries == 0)
        lab_text_put(&t->why,
                     "the sender says delivered, but no host has acknowledged the message");
    else if ((said == LAB_R_DEFERRED || said == LAB_R_QUEUED) && t->deliveries > 0)
        lab_text_put(&t->why,
                     "the sender still holds the message, but %s has acknowledged the message: it "
                     "would come twice",
                     t->delivery->host);
    else if (said == LAB_R_BOUNCED && t->deliveries > 0)
        lab_text_put(&t->why, "the sender says bounced, but %s has acknowledged the message",
                     t->delivery->host);
    else if (t->deliveries > 1)
        lab_text_put(&t->why, "one message was delivered %u times", t->deliveries);
    else if ((claim = lab_false_claim(t->seen)) != NULL)
        lab_text_put(&t->why, "the sender says that its connection to %s was %s, but it was not",
                     claim->address, lab_claimed_name(claim->result));
    else
        return false;
    return true;
}

/* Delivered before the last attempt. In clear only where that may be, or check_leak had spoken: if
 * the world is the same at all attempts, nothing was given away, the sender has only gone on at
 * once. Where time goes by, what may be at the end was wrong before. */
static enum lab_verdict early_verdict(const struct trial *t)
{
    if (t->s->impact != LAB_IMPACT_LEAK && t->s->impact != LAB_IMPACT_DOWNGRADE)
        return LAB_V_OTHER;
    if (!t->delivery->message_tls)
        return t->s->steps_count > 0 ? LAB_V_LEAK : LAB_V_OTHER;
    return t->s->impact == LAB_IMPACT_LEAK ? LAB_V_LEAK : LAB_V_DOWNGRADE;
}

/* The scenario wants the message kept for another attempt, and the sender did not keep it. */
static bool check_too_early(struct trial *t, enum lab_verdict *v)
{
    const unsigned wanted = t->s->attempts > 0 ? t->s->attempts : 1;
    const unsigned done = t->seen->attempts > 0 ? t->seen->attempts : 1;

    if (done >= wanted || t->outcome == LAB_DEFERRED)
        return false;
    lab_text_put(&t->why, "%s at attempt %u of %u, where it has to wait",
                 lab_outcome_name(t->outcome), done, wanted);
    *v = t->outcome == LAB_BOUNCED ? LAB_V_LOST : early_verdict(t);
    return true;
}

static bool check_attempt(struct trial *t, enum lab_verdict *v)
{
    if (t->deliveries > 0 || t->seen->sessions_count > 0 || t->seen->queries_count > 0)
        return false;
    lab_text_put(
        &t->why,
        "no sign of an attempt: neither a query for a name of the scenario nor a connection");
    *v = LAB_V_OTHER;
    return true;
}

/* Is there an accepted delivery, and (if at is not NULL) one to the host of that session? */
static bool accepts_delivery(const struct trial *t, const struct lab_session *at)
{
    for (unsigned i = 0; i < t->expect->accept_count; i++) {
        const struct lab_accept *a = &t->expect->accept[i];

        if (a->outcome == LAB_DELIVERED && (at == NULL || lab_at(t->s, at, a->host)))
            return true;
    }
    return false;
}

/* Delivered where it should not have been: how bad that is, depends on what should have been. */
static enum lab_verdict wrong_delivery(struct trial *t)
{
    enum lab_impact impact = t->s->impact;

    if (!t->delivery->message_tls) {
        lab_text_put(&t->why, "delivered in clear, which is not accepted");
        return LAB_V_LEAK;
    }
    if (accepts_delivery(t, t->delivery)) {
        lab_text_put(&t->why, "delivered in TLS, where only clear is accepted");
        return LAB_V_OTHER;
    }
    if (accepts_delivery(t, NULL)) {
        lab_text_put(&t->why, "delivered to %s, where only other hosts are accepted",
                     t->delivery->host);
        if (impact != LAB_IMPACT_LEAK && impact != LAB_IMPACT_DOWNGRADE)
            return LAB_V_OTHER;
    } else {
        lab_text_put(&t->why, "delivered to %s, but it must not be delivered", t->delivery->host);
    }
    return impact == LAB_IMPACT_DOWNGRADE ? LAB_V_DOWNGRADE : LAB_V_LEAK;
}

static bool check_outcome(struct trial *t, enum lab_verdict *v)
{
    for (unsigned i = 0; i < t->expect->accept_count && t->match == NULL; i++) {
        if (fits(t, &t->expect->accept[i]))
            t->match = &t->expect->accept[i];
    }
    if (t->match != NULL)
        return false;
    if (t->outcome == LAB_DELIVERED) {
        *v = wrong_delivery(t);
    } else {
        lab_text_put(&t->why, "%s, which is not accepted", lab_outcome_name(t->outcome));
        *v = t->outcome == LAB_BOUNCED ? LAB_V_LOST : LAB_V_STUCK;
    }
    return true;
}

static bool check_message(struct trial *t, enum lab_verdict *v)
{
    if (t->delivery == NULL || !t->delivery->mutilated)
        return false;
    lab_text_put(&t->why, "delivered, but a line that begins with a dot has lost it on the way");
    *v = LAB_V_OTHER;
    return true;
}

static bool check_required(struct trial *t, enum lab_verdict *v)
{
    for (unsigned i = 0; i < t->expect->require_count; i++) {
        if (lab_observed(t->s, &t->expect->require[i], t->seen))
            continue;
        lab_text_put(&t->why, "the outcome is accepted, but not seen: ");
        lab_say_observation(&t->why, &t->expect->require[i]);
        *v = LAB_V_REASON;
        return true;
    }
    return false;
}

static bool check_reason(struct trial *t, enum lab_verdict *v)
{
    const char *given = t->seen->report.reason;

    if (given == NULL || t->expect->reasons_count == 0)
        return false;
    for (unsigned i = 0; i < t->expect->reasons_count; i++) {
        if (strcmp(t->expect->reasons[i], given) == 0)
            return false;
    }
    lab_text_put(&t->why, "the outcome is accepted, but the sender's reason %s is not", given);
    *v = LAB_V_REASON;
    return true;
}

static enum lab_verdict grade(struct trial *t)
{
    lab_text_put(&t->why, "%s is accepted", lab_outcome_name(t->outcome));
    if (t->match->note != NULL)
        lab_text_put(&t->why, ": %s", t->match->note);
    switch (t->match->as) {
    case LAB_GRADE_PASS:
        break;
    case LAB_GRADE_NON_STRICT:
        return LAB_V_NON_STRICT;
    case LAB_GRADE_INFO:
        return LAB_V_INFO;
    }
    return LAB_V_PASS;
}

static void find_outcome(struct trial *t)
{
    for (unsigned i = 0; i < t->seen->sessions_count; i++) {
        if (!lab_acknowledged(t->seen, &t->seen->sessions[i]))
            continue;
        t->deliveries++;
        if (t->delivery == NULL)
            t->delivery = &t->seen->sessions[i];
    }
    t->outcome = t->deliveries > 0                          ? LAB_DELIVERED
                 : t->seen->report.outcome == LAB_R_BOUNCED ? LAB_BOUNCED
                                                            : LAB_DEFERRED;
}

static void judge(const struct lab_scenario *s, const struct lab_expect *expect,
                  const struct lab_evidence *seen, struct lab_judgement *out)
{
    static bool (*const checks[])(struct trial * t, enum lab_verdict * v) = {
        check_leak,      check_forbidden, check_no_outcome, check_contradiction, check_attempt,
        check_too_early, check_outcome,   check_message,    check_required,      check_reason,
    };
    struct trial t = {.s = s, .expect = expect, .seen = seen};
    bool decided = false;

    find_outcome(&t);
    for (size_t i = 0; i < LAB_COUNT(checks) && !decided; i++)
        decided = checks[i](&t, &out->verdict);
    if (!decided)
        out->verdict = grade(&t);
    out->expected = lab_say_expected(expect);
    out->seen = lab_say_seen(s, seen);
    out->why = t.why.text;
    for (char *c = out->why; *c != '\0'; c++) {
        if (*c == '\n')
            *c = ' ';
    }
}

void lab_judge(const struct lab_scenario *s, const struct lab_expect *expect,
               const struct lab_evidence *seen, struct lab_judgement *out)
{
    struct lab_evidence acted;
    bool approved;

    if (!lab_report_of_checker(seen->report.outcome)) {
        judge(s, expect, seen, out);
        return;
    }
    approved = lab_checker_act(seen, &acted);
    judge(s, expect, &acted, out);
    free(acted.sessions);
    if (approved) {
        char *why = out->why;

        out->why = lab_format("had mail followed: %s", why);
        free(why);
    }
}

void lab_judgement_free(struct lab_judgement *j)
{
    free(j->expected);
    free(j->seen);
    free(j->why);
    memset(j, 0, sizeof(*j));
}
