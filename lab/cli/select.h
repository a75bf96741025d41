/* select.h - which scenarios and cases the words of a command line mean. */
#ifndef LAB_CLI_SELECT_H
#define LAB_CLI_SELECT_H

#include "cli/common.h"

/* What to run. Patterns are ids, globs over ids, topics ("03-*"), each with @POLICY behind it for
 * the cases of this local policy alone, or @FILE with one pattern a line. No pattern: all. */
struct lab_selection {
    char **patterns;
    size_t pattern_count;
    const char *tag;     /* only with this tag, or NULL */
    const char *rule;    /* only citing this rule, or NULL */
    const char *section; /* "7672#2.2": only citing a rule of that section or below, or NULL */
};

/* Scenarios in the catalogue's order; for each the policies asked for, as bits 1 << POLICY. */
struct lab_selected {
    struct lab_scenario **list;
    unsigned *policies;
    size_t count;
};
/* -1 and a line on standard error: a pattern matches nothing. Release with lab_selected_free, also
 * then. */
int lab_select(const struct lab_suite *suite, const struct lab_selection *selection,
               struct lab_selected *out);
void lab_selected_free(struct lab_selected *selected);

#define LAB_ALL_POLICIES ((1U << LAB_POLICY_COUNT) - 1)
/* Is the expectation for one of these policies, as bits? */
bool lab_policies_about(unsigned policies, const struct lab_expect *e);
/* "ID" or "ID@POLICY" in two: the id, which the caller frees, and the policies as bits, all without
 * an @. -1 after a complaint: there is no such policy. */
int lab_word_split(const char *word, char **id, unsigned *policies);
/* Can it be split? false after a complaint. */
bool lab_word_check(const char *word);
/* Is the case of that name, as results have it, one that the word means, whose id may be a glob?
 * false also after a complaint. */
bool lab_word_fits(const char *word, const char *name);
/* The scenario of such a word that has a case of these policies, or NULL; *policies 0 when there is
 * no such policy, after a complaint. */
const struct lab_scenario *lab_word_find(const struct lab_suite *suite, const char *word,
                                         unsigned *policies);
/* The id of a scenario that somebody who wrote this word, with or without @POLICY, most likely
 * meant, or NULL. */
const char *lab_word_near(const struct lab_suite *suite, const char *word);

#endif
