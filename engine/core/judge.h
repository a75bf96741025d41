/* judge.h - from hosts to the whole: does a plan allow an attempt, what follows a failed attempt,
 * what is the outcome? */
#ifndef DSMTP_CORE_JUDGE_H
#define DSMTP_CORE_JUDGE_H

#include "core/dialog.h"
#include "core/profile.h"
#include "model/plan.h"

/* Set the plan's verdict, reason and rules from its hosts: ATTEMPT if any may be contacted;
 * otherwise DEFER, or BOUNCE when every host certainly has no address (RFC 7672, section 2.1.2; RFC
 * 5321, section 5.1). */
void dsmtp_judge_plan(struct dsmtp_plan *plan);

/* How one connection ended. */
struct dsmtp_attempt_end {
    enum dsmtp_state state; /* where it ended */
    enum dsmtp_event event; /* on what */
    enum dsmtp_reason reason;
    enum dsmtp_level level; /* of the attempt */
    bool tls;               /* TLS was started or up */
};

/* What follows for the recipients concerned. RETRY_CLEAR: the same address again, without TLS (only
 * at level may: R-7672-2.2-8). TRY: the next address or host. STOP: no further host is tried. */
enum dsmtp_next {
    DSMTP_NEXT_DONE,
    DSMTP_NEXT_RETRY_CLEAR,
    DSMTP_NEXT_TRY,
    DSMTP_NEXT_STOP,
    DSMTP_NEXT_COUNT
};

struct dsmtp_next_row {
    unsigned state, event, level;
    enum dsmtp_next next;
    bool permanent; /* the recipients concerned bounce, otherwise they stay deferred */
};

/* Never NULL. What ends behind the final dot without a refusal is not tried elsewhere at once: the
 * message might have been taken. */
const struct dsmtp_next_row *dsmtp_judge_next(const struct dsmtp_profile *profile,
                                              const struct dsmtp_attempt_end *end);
const struct dsmtp_next_row *dsmtp_judge_next_row(unsigned index); /* NULL past the end */

#endif
