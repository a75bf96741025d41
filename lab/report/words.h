/* words.h - the words of reports: what each verdict is worth, and what it says to a reader. */
#ifndef LAB_REPORT_WORDS_H
#define LAB_REPORT_WORDS_H

#include "judge/judge.h"

/* What becomes of a case in a sum. X(name, word, one line about it) */
#define LAB_SORT_LIST(X)                                                                          \
    X(GOOD, "passed", "the sender did what is accepted here: PASS, NON-STRICT or INFO")           \
    X(FAILED, "failed",                                                                           \
      "a failure that the expect file does not have, or a row of that file that no longer holds") \
    X(KNOWN, "known", "a failure that the sender's expect file has, as it has it")                \
    X(NEITHER, "not judged", "nothing is said about the sender: UNSUPPORTED, SKIP or DISPUTED")   \
    X(BROKEN, "lab errors", "the lab or the adapter broke; never blamed on the sender")

enum lab_sort {
#define X(name, word, means) LAB_SORT_##name,
    LAB_SORT_LIST(X)
#undef X
        LAB_SORT_COUNT
};
const char *lab_sort_name(enum lab_sort s);
const char *lab_sort_means(enum lab_sort s);

/* Of a verdict alone: nothing is known or stale. */
enum lab_sort lab_verdict_sort(enum lab_verdict v);
/* How bad it is: 0 as it should be, then upwards; of lab errors and of what was not judged it says
 * only where they stand in a list. */
unsigned lab_verdict_rank(enum lab_verdict v);
/* At most seven letters, for the cell of a table; also a class of page.css. */
const char *lab_verdict_mark(enum lab_verdict v);
/* One line. */
const char *lab_verdict_means(enum lab_verdict v);

/* Other words that stand in reports, with one line about each; NULL behind the last. */
struct lab_word {
    const char *word;
    const char *means;
};
const struct lab_word *lab_word_at(size_t index);

#endif
