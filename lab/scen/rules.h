/* rules.h - the catalogue of rules that scenarios cite, and which of them are covered. */
#ifndef LAB_SCEN_RULES_H
#define LAB_SCEN_RULES_H

#include "base/base.h"
#include "scen/scenario.h"

/* A row of rules.tsv. */
struct lab_rule {
    const char *id;           /* "S5", "R-7672-2.1.2-1" */
    const char *level;        /* MUST ... INFO; for the seed: explicit, derived, gap */
    const char *role;         /* C client, P publisher, R resolver */
    const char *source;       /* "seed", "7672#2.1.2": RFC and section */
    const char *statement;    /* in our own words */
    const char *unobservable; /* why nothing on the wire can show it, or NULL (unobservable.tsv) */
};
struct lab_rules {
    struct lab_rule *list; /* in the file's order */
    size_t count;
    char *text; /* what the strings point into */
    char *reasons;
};

/* Load rules_path and, beside it, unobservable.tsv (which need not exist). Faults name file and
 * line. */
LAB_MUST_USE int lab_rules_load(const char *rules_path, struct lab_rules *out,
                                struct lab_fault *fault);
void lab_rules_free(struct lab_rules *rules);
const struct lab_rule *lab_rules_find(const struct lab_rules *rules, const char *id);

/* Is the rule a scenario's to cover: the seed's rules and the client's of RFC 7672. */
bool lab_rule_wanted(const struct lab_rule *rule);

/* Which scenarios cite a rule; ids are the catalogue's, the array is the caller's. A wanted rule
 * with neither ids nor an "unobservable" is a gap. */
struct lab_coverage {
    const struct lab_rule *rule;
    const char **ids;
    size_t count;
};
/* One row for each wanted rule, in order; the number is returned. Release with lab_coverage_free.
 */
size_t lab_coverage_of(const struct lab_rules *rules, const struct lab_catalogue *catalogue,
                       struct lab_coverage **out);
void lab_coverage_free(struct lab_coverage *rows, size_t count);

#endif
