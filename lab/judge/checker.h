/* checker.h - the evidence of a program that only checks, as that of the sender that would act on
 * what it says. Private to judge. */
#ifndef LAB_JUDGE_CHECKER_H
#define LAB_JUDGE_CHECKER_H

#include "judge/judge.h"

/* A copy of the evidence in which handshakes that the checker broke off itself are complete, and
 * mail follows in the session that it approves of, taken by the host. The caller frees
 * out->sessions; everything else stays seen's. False: it approves of none. */
bool lab_checker_act(const struct lab_evidence *seen, struct lab_evidence *out);

#endif
