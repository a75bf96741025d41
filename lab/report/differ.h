/* differ.h - what changed from one run to another: two versions of a sender, or two profiles. */
#ifndef LAB_REPORT_DIFFER_H
#define LAB_REPORT_DIFFER_H

#include "report/runs.h"

/* X(name, word, is it worse?, one line about it) */
#define LAB_CHANGE_LIST(X)                                                                         \
    X(FAILING, "newly failing", 1, "fails now and did not before")                                 \
    X(WORSE, "worse", 1, "failed before and now does more harm, or is now only NON-STRICT")        \
    X(UNJUDGED, "no longer judged", 0, "not supported, skipped, or the lab or adapter broke")      \
    X(MENDED, "mended", 0, "failed before and does not now")                                       \
    X(MANNER, "changed manner", 0, "another verdict or another end of the mail, none of it worse") \
    X(SCENARIO, "changed scenario", 0,                                                             \
      "judged otherwise, but the scenario is not the same: says nothing about the sender")         \
    X(APPEARED, "appeared", 0, "only in the new run")                                              \
    X(GONE, "gone", 0, "only in the old run")

enum lab_change_kind {
#define X(name, word, worse, means) LAB_CHANGE_##name,
    LAB_CHANGE_LIST(X)
#undef X
        LAB_CHANGE_COUNT
};
const char *lab_change_name(enum lab_change_kind k);
const char *lab_change_means(enum lab_change_kind k);
bool lab_change_is_worse(enum lab_change_kind k);

struct lab_change {
    enum lab_change_kind kind;
    const struct lab_entry *before; /* NULL: appeared */
    const struct lab_entry *after;  /* NULL: gone */
};

struct lab_differ {
    const struct lab_ran *old, *new;
    struct lab_change *list; /* by kind, then by what is worst, then by name */
    size_t count;
    unsigned of[LAB_CHANGE_COUNT];
    unsigned both;  /* cases that are in both runs */
    unsigned other; /* of them: whose scenario is not the same */
    unsigned blind; /* of them: of which that is not known */
};

/* Pure. Release with lab_differ_free. */
void lab_differ_make(const struct lab_ran *old, const struct lab_ran *new, struct lab_differ *out);
void lab_differ_free(struct lab_differ *d);

/* What a reader has to know before believing it, a line each, ended by a newline; empty: nothing.
 * The caller frees it. */
char *lab_differ_notes(const struct lab_differ *d);

/* 0 nothing got worse, 1 something did, 2 not comparable: no case is in both, 5 one of them did not
 * end, 3 the new one has lab or adapter errors; the first of these that holds, 2 before all. */
int lab_differ_status(const struct lab_differ *d);

/* The case that a change is about: as it is now, or as it was if it is gone. */
const struct lab_entry *lab_change_entry(const struct lab_change *c);

/* "PASS, deferred -> FAIL:leak, delivered" with that arrow; of a case that is in one run only, what
 * it is there. The caller frees it. */
char *lab_change_way(const struct lab_change *c, const char *arrow);

/* "2 newly failing, 1 mended", or "no difference". */
void lab_differ_sum(const struct lab_differ *d, struct lab_text *out);
void lab_differ_text(const struct lab_differ *d, struct lab_text *out);
void lab_differ_markdown(const struct lab_differ *d, struct lab_text *out);

#endif
