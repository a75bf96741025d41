/* runs.h - the records of a run, read back from DIR/run.jsonl, and several runs side by side. */
#ifndef LAB_REPORT_RUNS_H
#define LAB_REPORT_RUNS_H

#include <jansson.h>

#include "report/words.h"

/* A case. */
struct lab_entry {
    json_t *record;
    const char *name; /* fit for a file's name and an anchor */
    enum lab_verdict verdict;
    enum lab_sort sort;
    bool stale;
};

struct lab_ran {
    char *dir;
    char *label; /* sender, version, profile and what else is not as usual; one of a kind */
    json_t *header;
    json_t *footer;         /* NULL: the run did not end */
    size_t missing;         /* cases that the footer counts and that are not there */
    struct lab_entry *list; /* by name */
    size_t count;
    unsigned sums[LAB_SORT_COUNT];
};

/* A text of a record or header, or NULL. */
const char *lab_entry_text(const struct lab_entry *e, const char *key);
const char *lab_ran_text(const struct lab_ran *r, const char *key);
/* Did it end, with all its cases? */
bool lab_ran_whole(const struct lab_ran *r);
const struct lab_entry *lab_ran_find(const struct lab_ran *r, const char *name);

/* A row of the matrix: a case in all runs. Strings are those of the records. */
struct lab_row {
    const char *name, *id, *topic, *policy;
    const char *title;           /* NULL: not recorded */
    const json_t *rules;         /* array of strings */
    const struct lab_entry **of; /* for each run; NULL: not in it */
    unsigned worst;              /* rank */
};

/* The rows of a topic: the first and the one behind the last. */
struct lab_topic {
    const char *name;
    size_t first, end;
};

struct lab_runs {
    struct lab_ran *list;
    size_t count;
    struct lab_row *rows; /* by topic and name */
    size_t rows_count;
    struct lab_topic *topics;
    size_t topics_count;
};

/* Read the runs of these directories. A run that was cut off, also in the midst of a line, is read
 * as far as it goes (lab_ran_whole). -1: no record of a run (file, line and what was expected).
 * Release with lab_runs_free, also then. */
LAB_MUST_USE int lab_runs_load(char *const *dirs, size_t count, struct lab_runs *out,
                               struct lab_fault *fault);
void lab_runs_free(struct lab_runs *runs);

/* How many cases of a run, in these rows, are of each sort. */
void lab_runs_sum(const struct lab_runs *runs, const struct lab_topic *topic, size_t run,
                  unsigned sums[LAB_SORT_COUNT]);

/* The command that runs a case again, as lab_rerun_command has it; the caller frees it. */
char *lab_rerun_of(const struct lab_ran *r, const struct lab_entry *e);

#endif
