/* differs.h - scenarios whose DNS states a resolver rightly sees otherwise:
 * scenarios/resolvers.tsv. They are SKIP there, and nobody is blamed. */
#ifndef LAB_RUN_DIFFERS_H
#define LAB_RUN_DIFFERS_H

#include "base/base.h"

struct lab_differs {
    struct lab_difference *list;
    size_t count;
    char *text; /* what the strings point into */
};
struct lab_difference {
    const char *resolver; /* as --resolver has it */
    const char *scenario;
    const char *why;
};

/* Faults name file and line. */
LAB_MUST_USE int lab_differs_load(const char *path, struct lab_differs *out,
                                  struct lab_fault *fault);
void lab_differs_free(struct lab_differs *differs);
/* Why, or NULL: the resolver has to say what the scenario says. */
const char *lab_differs_why(const struct lab_differs *differs, const char *resolver,
                            const char *scenario);

#endif
