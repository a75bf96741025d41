/* transcript.h - the SMTP hosts' log, line by line with the connection that each line belongs to;
 * read once for many cases. */
#ifndef LAB_RUN_TRANSCRIPT_H
#define LAB_RUN_TRANSCRIPT_H

#include "base/base.h"
#include "judge/judge.h"
#include "run/timeline.h"

struct lab_transcript;

LAB_MUST_USE int lab_transcript_open(const char *smtp_log, size_t from, struct lab_transcript **out,
                                     struct lab_fault *fault);
void lab_transcript_close(struct lab_transcript **t);

/* The lines of these sessions: raw as they stand in the log (appended), and as events. */
void lab_transcript_of(const struct lab_transcript *t, const struct lab_evidence *evidence,
                       struct lab_text *raw, struct lab_timeline *timeline);

#endif
