/* resolver.h - the engine's resolver port over answer.h; every question is noted as evidence. */
#ifndef FAST_RESOLVER_H
#define FAST_RESOLVER_H

#include "adapt/loop.h"
#include "fast/zones.h"
#include "port/resolver.h"

/* asked: descriptor that gets a line "NAME TYPE" for each question, as lab_evidence_reopen reads
 * them. Loop and zones must outlive the resolver. */
void fast_resolver_open(struct dsmtp_loop *loop, const struct fast_zones *zones, int asked,
                        struct dsmtp_resolver *out);

#endif
