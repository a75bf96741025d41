/* fill.h - placeholders in the records of a zone: {a HOST} and the others of scenarios/README.md.
 */
#ifndef LAB_SCEN_FILL_H
#define LAB_SCEN_FILL_H

#include "scen/scenario.h"

enum lab_fill { LAB_FILL_A, LAB_FILL_AAAA, LAB_FILL_TLSA, LAB_FILL_DIGEST, LAB_FILL_OCTETS };

struct lab_placeholder {
    enum lab_fill kind;
    size_t len;                  /* of its text, with the braces */
    const struct lab_host *host; /* not of OCTETS; after a fault, what was found of it */
    char *element;               /* TLSA, DIGEST: of the host's chain; NULL: its leaf */
    unsigned usage;              /* TLSA */
    unsigned selector, matching; /* TLSA, DIGEST */
    unsigned octets;             /* OCTETS: how many; DIGEST: only so many, 0: all */
};

/* Read the placeholder that begins at text, a `{`. out is always filled as far as it goes; release
 * its element. */
LAB_MUST_USE int lab_placeholder_read(const struct lab_scenario *s, const char *text,
                                      struct lab_placeholder *out, struct lab_fault *fault);

/* Where data of certificates comes from: hex digits for a TLSA or DIGEST, which the caller frees.
 */
struct lab_pinned {
    int (*data)(const void *self, const struct lab_scenario *s, const struct lab_placeholder *p,
                char **hex, struct lab_fault *fault);
    const void *self;
};

/* records with placeholders replaced; comments and lines stay. The caller frees *out. */
LAB_MUST_USE int lab_fill_records(const struct lab_scenario *s, const char *records,
                                  const struct lab_pinned *pinned, char **out,
                                  struct lab_fault *fault);

#endif
