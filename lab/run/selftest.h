/* selftest.h - can the lab fail a sender, and does it notice when it is broken itself? Senders with
 * one known fault each are run against the scenario that must catch it, labs with one known fault
 * each must not end in a clean run. */
#ifndef LAB_RUN_SELFTEST_H
#define LAB_RUN_SELFTEST_H

#include "run/run.h"

/* A row of tests/faults/faults.tsv or mutants.tsv: the faulty sender, what it is held to, the case
 * that must catch it and the verdict that case must give. The case's twin must be PASS at the same
 * time: the sender is not simply dead. */
struct lab_faulty {
    char *name;
    char *profile;
    char *scenario;
    enum lab_policy policy;
    enum lab_verdict verdict;
    char *says;
};

/* Adds the rows of a table to *list. */
LAB_MUST_USE int lab_faulty_load(const char *path, struct lab_faulty **list, size_t *count,
                                 struct lab_fault *fault);
void lab_faulty_free(struct lab_faulty *list, size_t count);

/* A row of tests/labfaults/labfaults.tsv: a fault of the lab itself, the arguments that danelab is
 * run with, and what must come of it: this exit status, never 0, and these words. */
struct lab_broken {
    char *name;
    char *command; /* "run ID...", "selftest FAULT" */
    int status;
    char *text;
    char *says;
};

LAB_MUST_USE int lab_broken_load(const char *path, struct lab_broken **out, size_t *count,
                                 struct lab_fault *fault);
void lab_broken_free(struct lab_broken *list, size_t count);

struct lab_tally {
    unsigned passed, failed;
};

/* Run danelab-faulty, two at a time, with those faults; prints a line for each and adds them to the
 * tally. -1: one could not even be started. */
LAB_MUST_USE int lab_selftest_lab(const struct lab_paths *paths, const struct lab_broken *list,
                                  size_t count, struct lab_tally *tally, struct lab_fault *fault);

/* Run those faults in one world with the adapter danesmtp. Prints a line for each; the last line is
 * "N passed, N failed", tally included. config: paths and deadline are used. Exit status as
 * lab_run. */
LAB_MUST_USE int lab_selftest(const struct lab_run_config *config, const struct lab_faulty *list,
                              size_t count, const struct lab_catalogue *catalogue,
                              struct lab_tally tally, struct lab_fault *fault);

#endif
