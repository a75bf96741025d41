/* zones.h - the scenarios' zones as data: what stands in them, what is damaged, and what a
 * validating resolver thinks of each as a whole.
 *
 * The zones are built as for the real lab (lab/sign: apex, delegations, DS, NSEC and NSEC3 chains),
 * but neither signed nor damaged: a damage is what zones/damage.yaml says that it makes. */
#ifndef FAST_ZONES_H
#define FAST_ZONES_H

#include "dns/dns.h"
#include "sign/tree.h"

struct fast_zone {
    const struct lab_tree_zone *tree;
    struct fast_zone *parent; /* NULL: the root */
    struct lab_built built;
    const struct lab_rrset **patients; /* for each harm the RRset that it is done to, or NULL */
    bool ready;                        /* the three above and state are filled */
    enum lab_security state;           /* of what is right in it; ERROR: nobody can ask for it */
};

struct fast_zones {
    const struct lab_tree *tree;
    const struct lab_dns_fault *faults; /* of name servers */
    size_t faults_count;
    struct fast_zone *list;    /* in the tree's order */
    struct fast_zone **sorted; /* by name */
};

/* tree: all zones added, not written. Tree and faults must outlive the zones. */
void fast_zones_open(struct lab_tree *tree, const struct lab_dns_fault *faults, size_t count,
                     struct fast_zones *out);
void fast_zones_close(struct fast_zones *zones);

/* The zone that a name (lower case) is in, ready for use; above: the one above a zone's own name,
 * which has its DS records. Never NULL. */
struct fast_zone *fast_zone_of(const struct fast_zones *zones, const ldns_rdf *name, bool above);

/* The worse of two. */
enum lab_security fast_worse(enum lab_security a, enum lab_security b);

/* What harm is done to an RRset that is there: SECURE if none. */
enum lab_security fast_zone_harm(const struct fast_zone *zone, const struct lab_rrset *set);

/* How good is the proof by the NSEC or NSEC3 record that has the name, or whose span has it? type:
 * that is denied. closer: the span is to show that the next closer name of a wildcard or of nothing
 * is not there, which opt-out leaves open (RFC 5155, section 6). */
enum lab_security fast_zone_denies(const struct fast_zone *zone, const ldns_rdf *name,
                                   ldns_rr_type type, bool closer);

#endif
