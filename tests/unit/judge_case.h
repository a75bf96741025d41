/* judge_case.h - for tables of evidence and what the judge makes of it. */
#ifndef TESTS_UNIT_JUDGE_CASE_H
#define TESTS_UNIT_JUDGE_CASE_H

#include "check.h"
#include "judge/judge.h"

/* Members of an expectation, and of evidence. */
#define REQUIRE(list) .require = (list), .require_count = CHECK_COUNT(list)
#define FORBID(list) .forbid = (list), .forbid_count = CHECK_COUNT(list)
#define SEEN(list) .sessions = (list), .sessions_count = CHECK_COUNT(list)

/* Is this the verdict, for a reason that has why in it, on what is told with told in it? Each text
 * is one line. */
void check_judged(const struct lab_scenario *s, const struct lab_expect *expect,
                  const struct lab_evidence *seen, enum lab_verdict want, const char *why,
                  const char *told);

#endif
