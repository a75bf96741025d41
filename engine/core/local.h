/* local.h - the local policy table: a level for a destination that comes before what DNS says.
 *
 * The file has the format of Postfix's smtp_tls_policy_maps: "KEY LEVEL" a line, '#' begins a
 * comment line, a line that begins with white space continues the one before. Keys: "d.example" the
 * domain itself, ".d.example" all domains below it, "[mx.d.example]",
 * "[192.0.2.1]", "[mx.d.example]:587", "d.example:587" that destination only. */
#ifndef DSMTP_CORE_LOCAL_H
#define DSMTP_CORE_LOCAL_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "core/nexthop.h"
#include "model/verdict.h"

struct dsmtp_local_entry {
    const char *key; /* canonical */
    enum dsmtp_policy policy;
    unsigned line, column; /* of the key, from 1 */
};

struct dsmtp_local {
    struct dsmtp_local_entry *entries; /* by key */
    unsigned count;
};

/* Read a whole file's text; file is its name for messages. DSMTP_SYNTAX: "FILE:LINE:COLUMN: what is
 * wrong; what was expected"; DSMTP_NOMEM: the arena is full. */
DSMTP_MUST_USE enum dsmtp_status dsmtp_local_parse(struct dsmtp_arena *arena, const char *text,
                                                   size_t len, const char *file,
                                                   struct dsmtp_local *out,
                                                   struct dsmtp_fault *fault);

/* The level for a destination: as it is written, then, for a domain without a port, ".parent" from
 * the nearest to the farthest. False: the table does not name it. */
bool dsmtp_local_find(const struct dsmtp_local *local, const struct dsmtp_nexthop *nexthop,
                      enum dsmtp_policy *out);

#endif
