/* advice.h - from everything that a probe has seen of a destination to what its publisher should
 * know: model/advice.h has the words, tests/unit/test_advice.c reaches each of them.
 *
 * Pure: answers, plan and attempts come in, a list comes out. Nothing is judged again that the plan
 * or a session has judged. */
#ifndef DSMTP_CORE_ADVICE_H
#define DSMTP_CORE_ADVICE_H

#include "core/survey.h"
#include "model/outcome.h"

/* Fill advised, advice and advice_count of an outcome whose plan is that of the survey's search.
 * The list and its strings live in the arena, or are the plan's. DSMTP_NOMEM. */
DSMTP_MUST_USE enum dsmtp_status dsmtp_advise(struct dsmtp_arena *arena,
                                              const struct dsmtp_survey *survey,
                                              struct dsmtp_outcome *outcome);

/* Does an ERROR stand among the advice? */
bool dsmtp_advice_alarms(const struct dsmtp_outcome *outcome);

#endif
