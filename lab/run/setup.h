/* setup.h - the ways in which operators lose DANE without noticing: lab/adapters/NAME/setups.tsv.
 */
#ifndef LAB_RUN_SETUP_H
#define LAB_RUN_SETUP_H

#include "judge/judge.h"
#include "run/run.h"

/* A sender as some people set it up. */
struct lab_setup {
    char *name;
    const struct lab_resolver *resolver; /* NULL: the usual one */
    char *variant;                       /* for the adapter; NULL: none */
    enum lab_verdict shows;              /* what is seen then; PASS: it does no harm */
    char *says;                          /* what is wrong, for its operator */
    char *remedy;                        /* what to do about it */
};

struct lab_setups {
    char *path;
    struct lab_setup *list;
    size_t count;
};

/* Read the file of this sender, six fields a row; without one there are no set-ups. Faults name
 * file and line. Release with lab_setups_free. */
LAB_MUST_USE int lab_setups_load(const char *source, const char *sut, struct lab_setups *out,
                                 struct lab_fault *fault);
void lab_setups_free(struct lab_setups *setups);

/* NULL: there is none of that name. */
const struct lab_setup *lab_setup_find(const struct lab_setups *setups, const char *name);

/* In a set-up that does harm every failure of the sender is known: that is what it is run for. */
void lab_setup_apply(const struct lab_setup *setup, struct lab_case *k);

/* Was what the row says seen at all? Always, if it says PASS. */
bool lab_setup_holds(const struct lab_setup *setup, const struct lab_case *cases, size_t count);

#endif
