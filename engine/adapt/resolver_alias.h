/* resolver_alias.h - a resolver in front of another one that asks for an alias below a DNAME record
 * in another way.
 *
 * The alias that follows from a DNAME record has no signature of its own, and Unbound (1.17) takes
 * the answer to a CNAME question for it as bogus, though the same alias in the answer to another
 * question is secure. A host so renamed into an insecure zone could never be sent to. So where a
 * CNAME question ends as bogus, the names above are asked for their DNAME records; one that is
 * there stands for the alias, and is as secure as that (R-4035-4.8-1, R-7672-2.1.3-1,
 * R-7672-2.1.3-6). */
#ifndef DSMTP_ADAPT_RESOLVER_ALIAS_H
#define DSMTP_ADAPT_RESOLVER_ALIAS_H

#include "port/resolver.h"

/* Takes over the inner resolver: close closes it too. On failure (NOMEM) it is left alone. */
DSMTP_MUST_USE enum dsmtp_status dsmtp_resolver_alias_open(const struct dsmtp_resolver *inner,
                                                           struct dsmtp_resolver *out);

#endif
