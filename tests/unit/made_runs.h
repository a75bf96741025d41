/* made_runs.h - directories with a run.jsonl, for tests of reports. */
#ifndef TESTS_UNIT_MADE_RUNS_H
#define TESTS_UNIT_MADE_RUNS_H

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
/* A file of a case's evidence. */
void made_evidence(const char *dir, const char *name, const char *file, const char *text);
/* Everything away, as far as it was made by the above. */
void made_remove(const char *dir);

#endif
