/* words.h - the words of scenario.h's enums, once: the schema reads them, names print them. Private
 * to scen. */
#ifndef LAB_SCEN_WORDS_H
#define LAB_SCEN_WORDS_H

#include <cyaml/cyaml.h>

#include "scen/scenario.h"

extern const cyaml_strval_t lab_security_words[4];
extern const cyaml_strval_t lab_answer_words[4];
extern const cyaml_strval_t lab_outcome_words[3];
extern const cyaml_strval_t lab_over_words[3];
extern const cyaml_strval_t lab_grade_words[3];
extern const cyaml_strval_t lab_impact_words[5];
extern const cyaml_strval_t lab_policy_words[4];
extern const cyaml_strval_t lab_family_words[2];
extern const cyaml_strval_t lab_denial_words[3];
extern const cyaml_strval_t lab_algorithm_words[LAB_ALGORITHM_COUNT];
extern const cyaml_strval_t lab_keys_words[2];
extern const cyaml_strval_t lab_serve_words[LAB_SERVE_COUNT];
extern const cyaml_strval_t lab_records_words[3];
extern const cyaml_strval_t lab_see_words[7];
extern const cyaml_strval_t lab_bool_words[2];
extern const cyaml_strval_t lab_attempts_words[5];

/* Of count words, the one that somebody who wrote s most likely meant, or NULL: at most two letters
 * differ, case apart, and fewer than half. word(list, i) gives the i-th. */
const char *lab_near(const char *s, const char *(*word)(const void *list, size_t i),
                     const void *list, size_t count);

#endif
