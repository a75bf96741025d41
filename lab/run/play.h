/* play.h - the steps of scenarios, played in one world: its clock only goes forward, from the time
 * of one step to the next, whichever scenario's it is. Private to run/batch.c. */
#ifndef LAB_RUN_PLAY_H
#define LAB_RUN_PLAY_H

#include "run/batch.h"

/* Find the times of all steps. If there are any: put the world back to its start, with a resolver
 * that knows nothing, and prove the cases' scenarios there. */
LAB_MUST_USE int lab_play_begin(struct lab_batch *b, struct lab_fault *fault);
/* Let it be the time of that number, and prove the scenarios that have a step there. What is not
 * proven is LAB-INVALID, whatever the sender has done before. */
LAB_MUST_USE int lab_play_step(struct lab_batch *b, size_t which, struct lab_fault *fault);
/* Is it a step of this case, and has the sender not been asked since? Always, if the batch has
 * none. */
bool lab_play_due(const struct lab_batch *b, const struct lab_case *k);
/* Back to the start. */
LAB_MUST_USE int lab_play_end(struct lab_batch *b, struct lab_fault *fault);

#endif
