/* matrix.h - every faulty sender against every case: who catches whom? */
#ifndef LAB_RUN_MATRIX_H
#define LAB_RUN_MATRIX_H

#include "run/run.h"

/* Put each fault to all cases of config (scenarios, profile, all policies), several faults in one
 * world. Adds to the file out a line "FAULT PROFILE CASE VERDICT", by tabs, for every case that
 * catches the fault (a verdict that gates), or one with "-" for case and verdict if none does.
 * Before the faults of a world come those of no fault, "none": what that catches is no evidence.
 * Progress goes to standard error. config: paths, deadline, profile, scenarios. Exit status as
 * lab_run. */
LAB_MUST_USE int lab_matrix(const struct lab_run_config *config, char *const faults[], size_t count,
                            const char *out, struct lab_fault *fault);

#endif
