/* run.h - lab_run of lab/run/run.h without a world: the same cases, judge, records and console, the
 * engine in process. */
#ifndef FAST_RUN_H
#define FAST_RUN_H

#include "run/run.h"

/* A lab_runner. A scenario whose "prove" lines the model does not bear out is LAB-INVALID. */
int fast_run(const struct lab_run_config *config, struct lab_fault *fault);

#endif
