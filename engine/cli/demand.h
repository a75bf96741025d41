/* demand.h - the TLSA records, fingerprints and names of the command line as a demand on a
 * certificate chain. */
#ifndef DSMTP_CLI_DEMAND_H
#define DSMTP_CLI_DEMAND_H

#include "base/arena.h"
#include "cli/options.h"
#include "port/stream.h"

/* Records are marked usable or not under the profile; everything lives in the arena. Returns 0, or
 * an exit status after a message was printed. */
int dsmtp_demand_read(const struct dsmtp_options *options, struct dsmtp_arena *arena,
                      struct dsmtp_tls_demand *out);

#endif
