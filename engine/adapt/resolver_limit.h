/* resolver_limit.h - a resolver in front of another that holds back questions while so many are
 * without an answer. */
#ifndef DSMTP_ADAPT_RESOLVER_LIMIT_H
#define DSMTP_ADAPT_RESOLVER_LIMIT_H

#include "adapt/loop.h"
#include "port/resolver.h"

/* Take over the resolver in *both and put the limiting one in its place; closing that closes both.
 * Questions wait in the order asked, and their deadlines, which are the other resolver's, begin
 * when they are handed on. It must not be closed from inside an answer. max: 1 or more.
 * DSMTP_NOMEM, DSMTP_SYSTEM: *both is left as it was. */
DSMTP_MUST_USE enum dsmtp_status dsmtp_resolver_limit(struct dsmtp_loop *loop, unsigned max,
                                                      struct dsmtp_resolver *both);

#endif
