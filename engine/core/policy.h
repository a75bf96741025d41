/* policy.h - what DNS said -> what is insisted on: RFC 7672, section 2.2, as two decision tables.
 *
 * Example: the destination's MX answer is secure, so its row says "go on, the names are trusted";
 * for one of its hosts the addresses are secure, no row of the host table can decide without TLSA,
 * so TLSA is asked for; the answer is secure data of which one record is usable: the row says level
 * dane.
 *
 * Every row carries the ids of its rules. For each possible combination exactly one row applies,
 * under every value of every switch; tests/unit/test_policy.c proves it. */
#ifndef DSMTP_CORE_POLICY_H
#define DSMTP_CORE_POLICY_H

#include <stdbool.h>

#include "core/profile.h"
#include "model/verdict.h"

/* What the MX lookup gave, after the profile's reading of it (core/hosts.h). NOT_ASKED: the next
 * hop is a host, not a domain. INVALID: records, but none names a valid host. SELF: no host is
 * better than this client itself. */
#define DSMTP_MX_LIST(X)        \
    X(NOT_ASKED, "not asked")   \
    X(DATA, "records")          \
    X(NODATA, "no records")     \
    X(NXDOMAIN, "no domain")    \
    X(NULL, "null MX")          \
    X(INVALID, "no valid host") \
    X(SELF, "own host first")   \
    X(FAILED, "failed")

enum dsmtp_mx {
#define X(name, word) DSMTP_MX_##name,
    DSMTP_MX_LIST(X)
#undef X
        DSMTP_MX_COUNT
};

/* How far a host's name can be trusted. SECURE: from a secure MX answer, or imputed as such.
 * INSECURE: from an insecure one. HOST: no MX involved, the name is the next hop itself (RFC 7672,
 * section 2.2.2). */
enum dsmtp_trust { DSMTP_TRUST_SECURE, DSMTP_TRUST_INSECURE, DSMTP_TRUST_HOST, DSMTP_TRUST_COUNT };

/* What the address lookups of a host gave. ALIAS: insecure, but the first alias on the way is
 * secure (section 2.2.2). ALIAS_BOGUS, ALIAS_ERROR: the question for that alias failed. REFUSED: an
 * alias, which the profile does not follow. LITERAL: the name is itself an address. */
enum dsmtp_address {
    DSMTP_ADDRESS_SECURE,
    DSMTP_ADDRESS_ALIAS,
    DSMTP_ADDRESS_INSECURE,
    DSMTP_ADDRESS_ABSENT,
    DSMTP_ADDRESS_BOGUS,
    DSMTP_ADDRESS_ERROR,
    DSMTP_ADDRESS_ALIAS_BOGUS,
    DSMTP_ADDRESS_ALIAS_ERROR,
    DSMTP_ADDRESS_REFUSED,
    DSMTP_ADDRESS_LITERAL,
    DSMTP_ADDRESS_COUNT
};

/* What the TLSA lookups of a host gave. INSECURE: records; INSECURE_ABSENT: not even these. */
enum dsmtp_tlsa_state {
    DSMTP_TLSA_NOT_ASKED,
    DSMTP_TLSA_USABLE,
    DSMTP_TLSA_UNUSABLE,
    DSMTP_TLSA_ABSENT,
    DSMTP_TLSA_INSECURE,
    DSMTP_TLSA_INSECURE_ABSENT,
    DSMTP_TLSA_BOGUS,
    DSMTP_TLSA_ERROR,
    DSMTP_TLSA_STATE_COUNT
};

const char *dsmtp_mx_name(enum dsmtp_mx v);
const char *dsmtp_trust_name(enum dsmtp_trust v);
const char *dsmtp_address_name(enum dsmtp_address v);
const char *dsmtp_tlsa_state_name(enum dsmtp_tlsa_state v);

/* A row applies only while a switch has one of these values; values 0: always. */
struct dsmtp_when {
    enum dsmtp_switch which;
    unsigned values; /* bit set */
};

/* Sets are bit masks over the enums above. */
struct dsmtp_mx_row {
    unsigned policy, security, mx;
    struct dsmtp_when when;
    enum dsmtp_verdict verdict; /* ATTEMPT: go on with the hosts */
    enum dsmtp_trust trust;
    enum dsmtp_reason reason;
    const char *rules; /* ids, separated by spaces */
};

struct dsmtp_host_row {
    unsigned policy, trust, address, tlsa;
    struct dsmtp_when when[2];
    enum dsmtp_level level;
    enum dsmtp_reason reason;
    const char *rules;
};

/* The row for a destination; security is ignored for NOT_ASKED. Never NULL for a possible
 * combination (FAILED goes with BOGUS and ERROR, all others with SECURE and INSECURE). */
const struct dsmtp_mx_row *dsmtp_policy_mx(const struct dsmtp_profile *profile,
                                           enum dsmtp_policy policy, enum dsmtp_security security,
                                           enum dsmtp_mx mx);

/* The row for a host, or NULL: with TLSA_NOT_ASKED that means "ask for TLSA first". */
const struct dsmtp_host_row *dsmtp_policy_host(const struct dsmtp_profile *profile,
                                               enum dsmtp_policy policy, enum dsmtp_trust trust,
                                               enum dsmtp_address address,
                                               enum dsmtp_tlsa_state tlsa);

/* The tables, for tests and for printing; NULL past the end. */
const struct dsmtp_mx_row *dsmtp_policy_mx_row(unsigned index);
const struct dsmtp_host_row *dsmtp_policy_host_row(unsigned index);
bool dsmtp_policy_mx_applies(const struct dsmtp_mx_row *row, const struct dsmtp_profile *profile,
                             enum dsmtp_policy policy, enum dsmtp_security security,
                             enum dsmtp_mx mx);
bool dsmtp_policy_host_applies(const struct dsmtp_host_row *row,
                               const struct dsmtp_profile *profile, enum dsmtp_policy policy,
                               enum dsmtp_trust trust, enum dsmtp_address address,
                               enum dsmtp_tlsa_state tlsa);

#endif
