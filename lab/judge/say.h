/* say.h - expectations and evidence in one line each, for a mail engineer. Private to judge. */
#ifndef LAB_JUDGE_SAY_H
#define LAB_JUDGE_SAY_H

#include "judge/judge.h"

/* "deferred, because TLSA_BOGUS; no MAIL to mx". The caller frees it. */
char *lab_say_expected(const struct lab_expect *expect);
/* "delivered to mx (198.18.3.1) in TLSv1.3, SNI mx.x.example". The caller frees it. */
char *lab_say_seen(const struct lab_scenario *s, const struct lab_evidence *seen);
/* "MAIL to mx", "a query for _25._tcp.mx TLSA", appended to t. */
void lab_say_observation(struct lab_text *t, const struct lab_observation *o);

#endif
