/* observe.h - did the evidence show this? Private to judge. */
#ifndef LAB_JUDGE_OBSERVE_H
#define LAB_JUDGE_OBSERVE_H

#include "judge/judge.h"

/* Is this a session with that host of the scenario? host NULL: any host. */
bool lab_at(const struct lab_scenario *s, const struct lab_session *session, const char *host);
/* Was the message acknowledged in this session? */
bool lab_acknowledged(const struct lab_evidence *seen, const struct lab_session *session);
/* The first claim of the sender that no session bears out, or NULL. */
const struct lab_claim *lab_false_claim(const struct lab_evidence *seen);
/* Does the session bear the claim out? */
bool lab_bears_out(const struct lab_session *session, const struct lab_claim *claim);
bool lab_observed(const struct lab_scenario *s, const struct lab_observation *o,
                  const struct lab_evidence *seen);

#endif
