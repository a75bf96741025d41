/* hosts.h - the MX answer -> what kind of answer it is, and the list of hosts in the order of
 * trying. */
#ifndef DSMTP_CORE_HOSTS_H
#define DSMTP_CORE_HOSTS_H

#include "core/policy.h"
#include "model/name.h"
#include "model/plan.h"
#include "model/record.h"

/* More hosts than this is an error, never a shorter list. */
#define DSMTP_HOSTS_MAX 256u

struct dsmtp_host_name {
    const char *name;
    uint16_t preference;
};

struct dsmtp_host_names {
    enum dsmtp_mx kind; /* DATA: the list is not empty */
    struct dsmtp_host_name
        *list; /* by preference, equal ones shuffled with seed (RFC 5321, section 5.1) */
    unsigned count;
    const char *why; /* FAILED because of a limit: which */
};

/* Read an MX answer. A name that appears twice counts once, at its better preference; the root
 * among other hosts and names that are no host names are left out. */
DSMTP_MUST_USE enum dsmtp_status dsmtp_hosts_read(struct dsmtp_arena *arena,
                                                  const struct dsmtp_answer *answer, uint64_t seed,
                                                  struct dsmtp_host_names *out);

#endif
