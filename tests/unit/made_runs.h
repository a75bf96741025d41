/* made_runs.h - directories with a run.jsonl, for tests of reports. */
#ifndef TESTS_UNIT_MADE_RUNS_H
#define TESTS_UNIT_MADE_RUNS_H

#include "made_files.h"

/* A case of a made-up run; NULL: null. */
struct made_case {
    const char *name;
    const char *verdict;
    const char *outcome;
    const char *known;
    const char *seen;
    const char *digest;
    const char *twin;
};

/* Make a directory from the template dir (ends in XXXXXX) with a record of these cases (the last
 * has no name), and a footer unless it was cut off. */
void made_run(char *dir, const char *profile, const struct made_case *cases, int cut);
/* Or with just this text in its run.jsonl. */
void made_text(char *dir, const char *text);

#endif
