/* known.h - what a sender is known to do otherwise than expected: expect.tsv beside its adapter, or
 * --expect FILE. A known failure does not make a run fail; an entry that no longer holds does. */
#ifndef LAB_RUN_KNOWN_H
#define LAB_RUN_KNOWN_H

#include "run/run.h"

/* One row of the file. The first three are glob patterns: over case names ("ID", "ID@POLICY"), over
 * versions of the sender and over profiles. */
struct lab_known {
    const char *cases;
    const char *versions;
    const char *profiles;
    enum lab_verdict verdict;
    enum lab_report_outcome outcome; /* the sender's word for what became of the mail */
    const char *reference;           /* where it is written down: FINDINGS.md, a bug, a manual */
    const char *why;
    unsigned line;
};

struct lab_knowns {
    char *path;
    char *text; /* holds all strings of the rows */
    struct lab_known *list;
    size_t count;
};

/* Read a file: a header line, rows of seven fields with tabs between them, comments (#) and blank
 * lines. Faults name the file, the line and the field. Release with lab_knowns_free. */
LAB_MUST_USE int lab_knowns_load(const char *path, struct lab_knowns *out, struct lab_fault *fault);
void lab_knowns_free(struct lab_knowns *knowns);

/* Set known or stale of a judged case by the first row for it. Where the lab or the adapter failed
 * nothing is known. */
void lab_known_apply(const struct lab_knowns *knowns, const char *version, const char *profile,
                     struct lab_case *k);

#endif
