/* selftest.h - can the lab fail a sender? Senders with one known fault each are run against the
 * scenario that must catch it. */
#ifndef LAB_RUN_SELFTEST_H
#define LAB_RUN_SELFTEST_H

#include "run/run.h"

/* A row of tests/faults/faults.tsv: the faulty sender, what it is held to, the case that must catch
 * it and the verdict that case must give. The case's twin must be PASS at the same time: the sender
 * is not simply dead. */
struct lab_faulty {
    char *name;
    char *profile;
    char *scenario;
    enum lab_policy policy;
    enum lab_verdict verdict;
    char *says;
};

LAB_MUST_USE int lab_faulty_load(const char *path, struct lab_faulty **out, size_t *count,
                                 struct lab_fault *fault);
void lab_faulty_free(struct lab_faulty *list, size_t count);

/* Run those faults in one world with the adapter danesmtp. Prints a line for each; the last line is
 * "N passed, N failed". config: paths and deadline are used. Exit status as lab_run. */
LAB_MUST_USE int lab_selftest(const struct lab_run_config *config, const struct lab_faulty *list,
                              size_t count, const struct lab_catalogue *catalogue,
                              struct lab_fault *fault);

#endif
