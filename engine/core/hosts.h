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

/* Names (canonical) and numeric addresses of this client. A host that bears one of them is this
 * client itself, and its MX record ends the list (RFC 5321, section 5.1). */
struct dsmtp_self {
    const char *const *list;
    unsigned count;
};

bool dsmtp_self_is(const struct dsmtp_self *self, const char *name);

struct dsmtp_host_names {
    enum dsmtp_mx kind; /* DATA: the list is not empty */
    struct dsmtp_host_name
        *list; /* by preference, equal ones shuffled with seed (RFC 5321, section 5.1) */
    unsigned count;
    bool self;       /* own records, and what is no better, were left out */
    const char *why; /* FAILED because of a limit: which */
};

struct dsmtp_hosts_config {
    const struct dsmtp_profile *profile; /* mx_nxdomain, nullmx_mixed, mx_numeric, tld_mx */
    struct dsmtp_self self;
    uint64_t seed;
};

/* Read an MX answer. A name that appears twice counts once, at its better preference; names that
 * are no host names are left out, as is what the profile drops. */
DSMTP_MUST_USE enum dsmtp_status dsmtp_hosts_read(struct dsmtp_arena *arena,
                                                  const struct dsmtp_answer *answer,
                                                  const struct dsmtp_hosts_config *config,
                                                  struct dsmtp_host_names *out);

#endif
