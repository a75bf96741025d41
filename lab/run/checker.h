/* checker.h - adapters of programs that only check: they say whether mail would go to a host, and
 * send none. */
#ifndef LAB_RUN_CHECKER_H
#define LAB_RUN_CHECKER_H

#include <jansson.h>

#include "run/run.h"

/* What a sender says of itself in its hello: "kind" is "sender" (or absent) or "checker". -1: any
 * other. */
LAB_MUST_USE int lab_checker_kind(const json_t *hello, bool *checker, struct lab_fault *fault);

/* The host whose check decides the case, for a checker that is given a host rather than a domain:
 * the only one that there is, the only MX host, under a name that is no alias, in a signed MX
 * record. Absolute, no dot at the end; the caller frees it. NULL: more than one host's check
 * decides, the case has steps, or the question for the MX records has to be seen. */
char *lab_checker_host(const struct lab_scenario *s);

/* May the checker be asked once more, as a sender would that still has the message: because the
 * checker has refused, or because a host of the scenario, that it may have approved of, takes no
 * message at first? */
bool lab_checker_comes_again(const struct lab_case *k);

/* Why a case cannot be held against the checker, or NULL. It looks at one host and stops before
 * MAIL; so nothing is said by it
 * - of a host that is to be judged by what it does with EHLO inside TLS, or with the message;
 * - of the other hosts, where it has refused the first that it reached. */
const char *lab_checker_unfair(const struct lab_case *k, const struct lab_evidence *seen);

#endif
