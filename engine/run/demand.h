/* demand.h - what a host's level asks of it in TLS. */
#ifndef DSMTP_RUN_DEMAND_H
#define DSMTP_RUN_DEMAND_H

#include "core/profile.h"
#include "model/plan.h"
#include "port/stream.h"

/* The demand for a session at this level; it points into host and entry (of the policy table; or
 * NULL). */
struct dsmtp_tls_demand dsmtp_demand_of(const struct dsmtp_profile *profile,
                                        const struct dsmtp_host_plan *host,
                                        const struct dsmtp_local_entry *entry,
                                        enum dsmtp_level level);

#endif
