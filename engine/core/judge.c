/* judge.c - precedence of hosts and what follows an attempt. */
#include "core/judge.h"

#include <stddef.h>

static bool certainly_unreachable(const struct dsmtp_host_plan *h)
{
    return h->reason == DSMTP_REASON_NO_ADDRESS;
}

void dsmtp_judge_plan(struct dsmtp_plan *plan)
{
    const struct dsmtp_host_plan *blamed = NULL;

    for (unsigned i = 0; i < plan->host_count; i++) {
        const struct dsmtp_host_plan *h = &plan->hosts[i];

        if (h->level != DSMTP_LEVEL_SKIP) {
            plan->verdict = DSMTP_VERDICT_ATTEMPT;
            plan->reason = h->reason;
            plan->rules = h->rules;
            return;
        }
        if (blamed == NULL || (certainly_unreachable(blamed) && !certainly_unreachable(h)))
            blamed = h;
    }
    plan->verdict = DSMTP_VERDICT_DEFER;
    plan->reason = DSMTP_REASON_NO_HOST_LEFT;
    plan->rules = "S20 R-7672-2.1.2-5";
    if (blamed == NULL)
        return;
    plan->verdict = certainly_unreachable(blamed) ? DSMTP_VERDICT_BOUNCE : DSMTP_VERDICT_DEFER;
    plan->reason = blamed->reason;
    plan->rules = blamed->rules;
    plan->detail = blamed->detail;
}

/* clang-format off */
#define S(name)   (1u << DSMTP_STATE_##name)
#define E(name)   (1u << DSMTP_EVENT_##name)
#define REFUSED   (E(TEMP) | E(PERM) | E(CLOSING))
#define ANY       (~0u)
#define L(name)   (1u << DSMTP_LEVEL_##name)
#define MAY       L(MAY)
#define MUST      (L(ENCRYPT) | L(AUDIT) | L(DANE) | L(FINGERPRINT) | L(VERIFY) | L(SECURE))
#define CLEAR     (S(GREETING) | S(EHLO) | S(HELO) | S(STARTTLS))
#define SESSION   (CLEAR | S(EHLO_TLS) | S(HELO_TLS))
#define BEFORE    (S(MAIL) | S(RCPT) | S(DATA) | S(BODY))
#define NO_ENDS   (S(VOID) | S(VOID_DOT) | S(BYE) | S(END)) /* what came of it was settled before */

static const struct dsmtp_next_row rows[] = {
/*  ended in state                    on event                             level   then                      bounce */
    {S(DOT),                          E(OK),                               ANY,    DSMTP_NEXT_DONE,          false},
    /* TLS could not be had, nothing demands it: once more in clear. */
    {S(STARTTLS),                     E(FAILED) | E(CLOSING),              MAY,    DSMTP_NEXT_RETRY_CLEAR,   false},
    {S(HANDSHAKE),                    ANY,                                 MAY,    DSMTP_NEXT_RETRY_CLEAR,   false},
    {S(HANDSHAKE),                    ANY,                                 ~MAY,   DSMTP_NEXT_TRY,           false},
    /* It cannot take this message: another might (RFC 1870, section 6.1). */
    {S(MAIL),                         E(UNFIT),                            ANY,    DSMTP_NEXT_TRY,           true},
    /* The host does not talk to us: the next one may. If none does, a refusal for good bounces. */
    {CLEAR,                           E(PERM),                             ~MUST,  DSMTP_NEXT_TRY,           true},
    {S(EHLO_TLS) | S(HELO_TLS),       E(PERM),                             ANY,    DSMTP_NEXT_TRY,           true},
    /* Where TLS is demanded a word said in clear bounces nothing: it may be an attacker's (R-7672-2.2-4, R-7672-2.2-6). */
    {CLEAR,                           E(PERM),                             MUST,   DSMTP_NEXT_TRY,           false},
    {S(STARTTLS),                     ~(E(PERM) | E(FAILED) | E(CLOSING)), MAY,    DSMTP_NEXT_TRY,           false},
    {S(STARTTLS),                     ~E(PERM),                            ~MAY,   DSMTP_NEXT_TRY,           false},
    {SESSION & ~S(STARTTLS),          ~E(PERM),                            ANY,    DSMTP_NEXT_TRY,           false},
    /* It talks, and refuses this mail for good: no other host is asked (RFC 5321, section 4.2.1). */
    {BEFORE | S(DOT),                 E(PERM),                             ANY,    DSMTP_NEXT_STOP,          true},
    {S(MAIL),                         ~(E(PERM) | E(UNFIT)),               ANY,    DSMTP_NEXT_TRY,           false},
    {BEFORE & ~S(MAIL),               ~E(PERM),                            ANY,    DSMTP_NEXT_TRY,           false},
    {S(DOT),                          E(TEMP) | E(CLOSING),                ANY,    DSMTP_NEXT_TRY,           false},
    /* Behind the final dot without an answer: the message may have been taken. Later, not elsewhere. */
    {S(DOT),                          ~(E(OK) | REFUSED),                  ANY,    DSMTP_NEXT_STOP,          false},
    {NO_ENDS,                         ANY,                                 ANY,    DSMTP_NEXT_STOP,          false},
};
/* clang-format on */

#define ROWS (sizeof(rows) / sizeof(rows[0]))

const struct dsmtp_next_row *dsmtp_judge_next_row(unsigned index)
{
    return index < ROWS ? &rows[index] : NULL;
}

static const struct dsmtp_next_row *find(const struct dsmtp_attempt_end *end, unsigned level)
{
    for (unsigned i = 0; i < ROWS - 1; i++)
        if ((rows[i].state & 1u << end->state) != 0 && (rows[i].event & 1u << end->event) != 0 &&
            (rows[i].level & 1u << level) != 0)
            return &rows[i];
    return &rows[ROWS - 1];
}

/* A cleartext retry that the profile does not allow is a failure like any other. With
 * "handshake+data" a TLS session that breaks before the final dot is tried again in clear as well.
 */
const struct dsmtp_next_row *dsmtp_judge_next(const struct dsmtp_profile *profile,
                                              const struct dsmtp_attempt_end *end)
{
    static const struct dsmtp_next_row broken_in_tls = {0, 0, 0, DSMTP_NEXT_RETRY_CLEAR, false};
    unsigned allowed = profile->value[DSMTP_SWITCH_CLEAR_RETRY];
    /* Somebody is on the path: not the moment to speak in clear. */
    bool tampered = end->reason == DSMTP_REASON_STARTTLS_INJECTION;
    const struct dsmtp_next_row *row = find(end, end->level);

    if (row->next == DSMTP_NEXT_RETRY_CLEAR && (allowed == DSMTP_CLEAR_NEVER || tampered))
        return find(end, DSMTP_LEVEL_ENCRYPT);
    if (end->tls && end->level == DSMTP_LEVEL_MAY && end->event == DSMTP_EVENT_FAILED &&
        end->state < DSMTP_STATE_DOT && allowed == DSMTP_CLEAR_DATA && !tampered)
        return &broken_in_tls;
    return row;
}
