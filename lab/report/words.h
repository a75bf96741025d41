/* words.h - the words of reports: what each verdict is worth, and what it says to a reader. */
#ifndef LAB_REPORT_WORDS_H
#define LAB_REPORT_WORDS_H

#include "judge/judge.h"

const char *lab_sort_name(enum lab_sort s);
const char *lab_sort_means(enum lab_sort s);

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
