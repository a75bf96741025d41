/* merge.h - the records of several runs as those of one: the parts of a run that several machines
 * shared. */
#ifndef LAB_RUN_MERGE_H
#define LAB_RUN_MERGE_H

#include <jansson.h>

#include "base/base.h"

struct lab_merge {
    json_t *header; /* of the first run; NULL: none yet */
    json_t *cases;  /* objects by name */
    json_t *sums;   /* the footers, added up */
    json_t *verdicts;
};

/* Zero-initialise, then add the directory of each run. -1: it is none, it did not end, it is not
 * about the same sender, profile and clock as the first, or a case is in two of them. */
LAB_MUST_USE int lab_merge_add(struct lab_merge *merge, const char *dir, struct lab_fault *fault);

/* Write DIR/run.jsonl, cases by name. */
LAB_MUST_USE int lab_merge_write(const struct lab_merge *merge, const char *dir,
                                 struct lab_fault *fault);
void lab_merge_free(struct lab_merge *merge);

#endif
