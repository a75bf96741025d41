/* record.h - what a run leaves behind: run.jsonl and a folder of evidence for each case. */
#ifndef LAB_RUN_RECORD_H
#define LAB_RUN_RECORD_H

#include <jansson.h>

#include "judge/evidence.h"
#include "run/run.h"
#include "run/traces.h"

struct lab_record;

/* A case as JSON, as it stands in run.jsonl and verdict.json. */
json_t *lab_record_verdict(const struct lab_run_config *config, const struct lab_case *k);

/* Create out_dir, take the run before out of it (see out_dir.h) and begin run.jsonl with its
 * header. hello: what the adapter said of itself. */
LAB_MUST_USE int lab_record_open(const struct lab_run_config *config, const json_t *hello,
                                 struct lab_record **out, struct lab_fault *fault);

/* One record, and the folder of evidence_dir.h (in a lean run not for a PASS). The first case that
 * the sender was asked for makes this run out/last. */
LAB_MUST_USE int lab_record_case(struct lab_record *r, const struct lab_world *world,
                                 const struct lab_case *k, const struct lab_evidence *evidence,
                                 const struct lab_traces *traces, struct lab_fault *fault);

/* The footer with the counts; without it a run.jsonl is incomplete. Before it the cases' records,
 * if none was written before. */
LAB_MUST_USE int lab_record_close(struct lab_record **r, const struct lab_run_result *result,
                                  struct lab_fault *fault);

#endif
