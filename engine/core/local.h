/* local.h - the local policy table: a level for a destination that comes before what DNS says.
 *
 * The file has the format of Postfix's smtp_tls_policy_maps: "KEY LEVEL ATTRIBUTE=VALUE..." a line;
 * '#' begins a comment line; a line that begins with white space continues the one before; level
 * and attributes are separated by white space or commas.
 *
 * Keys: "d.example" the domain itself, ".d.example" all domains below it, "[mx.d.example]",
 * "[192.0.2.1]", "[mx.d.example]:587", "d.example:587" that destination only.
 *
 * Attributes:
 *   match=      verify, secure: hostname, nexthop, dot-nexthop, NAME or .NAME, separated by ':';
 *               fingerprint: digests in hex, with or without ':' between octets, separated by '|'.
 *               May be repeated; each adds to the list.
 *   protocols=  versions of TLS, separated by ':': "!NAME" without it, "NAME" only those so named,
 *               ">=NAME" and "<=NAME" a range. An exclusion alone never lets in a version older
 * than the general floor. ciphers=    medium or high, for TLS 1.2 and before. */
#ifndef DSMTP_CORE_LOCAL_H
#define DSMTP_CORE_LOCAL_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "core/nexthop.h"
#include "model/entry.h"

struct dsmtp_local {
    struct dsmtp_local_entry *entries; /* by key */
    unsigned count;
};

/* Read a whole file's text; file is its name for messages and must outlive the table. DSMTP_SYNTAX:
 * "FILE:LINE:COLUMN: what is wrong; what was expected"; DSMTP_NOMEM: the arena is full. */
DSMTP_MUST_USE enum dsmtp_status dsmtp_local_parse(struct dsmtp_arena *arena, const char *text,
                                                   size_t len, const char *file,
                                                   struct dsmtp_local *out,
                                                   struct dsmtp_fault *fault);

/* One entry for this destination from its words alone, "LEVEL ATTRIBUTE=VALUE..."; name stands for
 * the file. As above. */
DSMTP_MUST_USE enum dsmtp_status dsmtp_local_entry_parse(
    struct dsmtp_arena *arena, const char *words, const struct dsmtp_nexthop *nexthop,
    const char *name, struct dsmtp_local_entry *out, struct dsmtp_fault *fault);

/* The entry for a destination: as it is written, then, for a domain without a port, ".parent" from
 * the nearest to the farthest. NULL: the table does not name it. */
const struct dsmtp_local_entry *dsmtp_local_find(const struct dsmtp_local *local,
                                                 const struct dsmtp_nexthop *nexthop);

#endif
