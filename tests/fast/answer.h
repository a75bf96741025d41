/* answer.h - what a validating resolver says of a question: by the rules of DNS (RFC 1034, section
 * 4.3.2, with RFC 4592 and 6672) from what stands in the zones, and by those of DNSSEC (RFC 4035,
 * 5155) from what is signed and what is damaged. */
#ifndef FAST_ANSWER_H
#define FAST_ANSWER_H

#include "fast/zones.h"

struct fast_answer {
    enum lab_security security;  /* of all links and the end; BOGUS, ERROR: the rest is unset */
    enum lab_answer answer;      /* DATA, NODATA, NXDOMAIN */
    const struct lab_rrset *set; /* DATA: the records, the zones' own */
    ldns_rdf *alias;             /* DATA without a set: what a DNAME record makes of it, owned */
    ldns_rdf *canonical;         /* owner of the end if there was an alias, owned; else NULL */
    unsigned aliases;
};

/* name: absolute, any case. Release with fast_answer_free. */
void fast_ask(const struct fast_zones *zones, const ldns_rdf *name, ldns_rr_type type,
              struct fast_answer *out);
void fast_answer_free(struct fast_answer *answer);

#endif
