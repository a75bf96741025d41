/* judge_case.c - the checks of judge_case.h. */
#include "judge_case.h"

#include <string.h>

void check_judged(const struct lab_scenario *s, const struct lab_expect *expect,
                  const struct lab_evidence *seen, enum lab_verdict want, const char *why,
                  const char *told)
{
    struct lab_judgement got;

    lab_judge(s, expect, seen, &got);
    check_str(lab_verdict_name(got.verdict), lab_verdict_name(want));
    check_has(got.why, why);
    check_has(got.seen, told);
    check_true(strpbrk(got.expected, "\n") == NULL && strpbrk(got.seen, "\n") == NULL &&
               strpbrk(got.why, "\n") == NULL);
    lab_judgement_free(&got);
}
