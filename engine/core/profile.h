/* profile.h - the rules exist in several versions; a profile is a named set of switches.
 *
 * Columns of the X list: enum name, word, what it decides, where the versions differ. Values are in
 * profile.c. */
#ifndef DSMTP_CORE_PROFILE_H
#define DSMTP_CORE_PROFILE_H

#include <stdint.h>

#include "base/status.h"

#define DSMTP_SWITCH_LIST(X)                                                                      \
    X(USAGE0, "usage0", "certificate usage PKIX-TA(0)", "S27 R-7672-3.1.3-2")                     \
    X(USAGE1, "usage1", "certificate usage PKIX-EE(1)", "S28 R-7672-3.1.3-2")                     \
    X(ALL_UNUSABLE, "all_unusable", "secure TLSA records of which none is usable",                \
      "S35 R-7672-2.2-5")                                                                         \
    X(INSECURE_TLSA, "insecure_tlsa", "TLSA records without DNSSEC protection",                   \
      "S23 R-7672-2.2-7")                                                                         \
    X(AUTH_FAILURE, "auth_failure", "certificate that matches no usable record",                  \
      "S33 R-7672-9.1-2 R-7672-9.1-3")                                                            \
    X(INSECURE_MX, "insecure_mx", "hosts from an insecure MX answer", "S9 R-7672-2.2.1-9")        \
    X(INSECURE_MX_NAMES, "insecure_mx_refids", "reference identifiers for such hosts",            \
      "R-7672-3.2.2-5")                                                                           \
    X(NO_MX, "no_mx", "a proven absence of MX records", "S12 R-7672-2.2.2-3")                     \
    X(NODATA_INSECURE, "nodata_insecure", "an insecure absence of MX records",                    \
      "S10 R-7672-2.2.2-3")                                                                       \
    X(MX_NXDOMAIN, "mx_nxdomain", "a domain that does not exist", "S11 R-5321-5.1-3")             \
    X(NULLMX_MIXED, "nullmx_mixed", "a null MX beside other MX records", "R-7505-3-2")            \
    X(MX_NUMERIC, "mx_numeric", "an MX record that names an address", "R-7672-2.2-13")            \
    X(TLD_MX, "tld_mx", "an MX host of a single label", "R-5321-5.1-8")                           \
    X(MX_CNAME, "mx_cname", "an MX host that is an alias", "R-7672-2.2.2-2")                      \
    X(SELF_AFTER_SKIP, "self_after_skip", "own MX record behind hosts without address",           \
      "R-5321-5.1-13")                                                                            \
    X(HOST_BASE, "host_base", "TLSA base domain of a host that is an alias",                      \
      "S44 R-7672-2.2.2-13")                                                                      \
    X(ADDR_PRECHECK, "addr_precheck", "addresses must be secure before TLSA is asked for",        \
      "S44 R-7672-2.2.2-6")                                                                       \
    X(ALIAS_PROBE, "alias_probe", "ask for the alias itself when its target is insecure",         \
      "R-7672-2.1.3-6")                                                                           \
    X(FAMILY_STATUS, "family_status", "addresses secure in one family only", "R-7672-2.2.2-9")    \
    X(ADDR_PARTIAL, "addr_partial_error", "addresses of one family, the other one fails",         \
      "R-7672-2.2.2-14")                                                                          \
    X(CHAIN_LIMIT, "chain_limit", "longest alias chain; a longer one is an error",                \
      "R-7672-2.2.2-7")                                                                           \
    X(TLSA_MAX, "tlsa_max", "most TLSA records at one name; more are an error", "R-7672-2.1.2-4") \
    X(TA_NAMES, "ta_refids", "reference identifiers under usage 2", "S32 R-7672-3.2.2-3")         \
    X(HOST_NAMES, "host_refids", "the same where the next hop is the host itself",                \
      "R-7672-3.2.2-6")                                                                           \
    X(SNI, "sni", "server name that is asked for in TLS", "R-7672-8.1-1")                         \
    X(AGILITY, "agility", "digest algorithm agility", "S45 R-7672-5-1")                           \
    X(DIGEST_ORDER, "digest_order", "the stronger digest first", "R-7671-9-1")                    \
    X(PORT_LABEL, "port_label", "port in the TLSA owner name", "S45 R-7672-2.2.3-5")              \
    X(CLEAR_RETRY, "clear_retry", "cleartext retry after TLS failed at level may",                \
      "S9c R-7672-2.2-8")                                                                         \
    X(WILDCARD, "wildcard", "what \"*\" in a certificate stands for", "R-7672-3.2.3-6")           \
    X(CN_FALLBACK, "cn_fallback", "common name of a certificate without DNS names",               \
      "R-7672-3.2.3-2 R-9525-2-1")

enum dsmtp_switch {
#define X(name, word, says, rules) DSMTP_SWITCH_##name,
    DSMTP_SWITCH_LIST(X)
#undef X
        DSMTP_SWITCH_COUNT
};

/* Values; each switch's first value is 0. */
enum { DSMTP_USAGE_UNUSABLE, DSMTP_USAGE_MAP, DSMTP_USAGE_MAP_FULL_ONLY };
enum { DSMTP_ALL_UNUSABLE_ENCRYPT, DSMTP_ALL_UNUSABLE_MAY, DSMTP_ALL_UNUSABLE_DEFER };
enum { DSMTP_INSECURE_TLSA_IGNORE, DSMTP_INSECURE_TLSA_ENCRYPT };
enum { DSMTP_AUTH_FAILURE_DEFER, DSMTP_AUTH_FAILURE_AUDIT };
enum { DSMTP_INSECURE_MX_DANE, DSMTP_INSECURE_MX_MAY, DSMTP_INSECURE_MX_ENCRYPT };
enum {
    DSMTP_INSECURE_MX_NAMES_BASE_HOST,
    DSMTP_INSECURE_MX_NAMES_HOST,
    DSMTP_INSECURE_MX_NAMES_BASE,
    DSMTP_INSECURE_MX_NAMES_ALL
};
enum { DSMTP_NO_MX_BY_HOST, DSMTP_NO_MX_IMPUTE };
enum { DSMTP_NODATA_BY_HOST, DSMTP_NODATA_IMPUTE, DSMTP_NODATA_OPPORTUNISTIC };
enum { DSMTP_MX_NXDOMAIN_BOUNCE, DSMTP_MX_NXDOMAIN_AS_NODATA };
enum { DSMTP_NULLMX_MIXED_IGNORE, DSMTP_NULLMX_MIXED_NULL };
enum { DSMTP_MX_NUMERIC_NAME, DSMTP_MX_NUMERIC_ADDRESS, DSMTP_MX_NUMERIC_DROP };
enum { DSMTP_TLD_MX_ALLOW, DSMTP_TLD_MX_DROP };
enum { DSMTP_MX_CNAME_FOLLOW, DSMTP_MX_CNAME_REFUSE };
enum { DSMTP_SELF_AFTER_SKIP_DEFER, DSMTP_SELF_AFTER_SKIP_BOUNCE };
enum { DSMTP_BASE_EXPANDED, DSMTP_BASE_EXPANDED_ONLY, DSMTP_BASE_EXCHANGE };
enum { DSMTP_ON, DSMTP_OFF };
enum { DSMTP_FAMILY_STATUS_ANY, DSMTP_FAMILY_STATUS_WORST };
enum { DSMTP_ADDR_PARTIAL_USE, DSMTP_ADDR_PARTIAL_SKIP, DSMTP_ADDR_PARTIAL_USE_ANY };
enum { DSMTP_NAMES_EXPANDED, DSMTP_NAMES_NEXTHOP, DSMTP_NAMES_BASE };
enum { DSMTP_HOST_NAMES_NEXTHOP, DSMTP_HOST_NAMES_BASE };
enum { DSMTP_SNI_BASE, DSMTP_SNI_EXCHANGE, DSMTP_SNI_OFF };
enum { DSMTP_DIGEST_512_FIRST, DSMTP_DIGEST_256_FIRST };
enum { DSMTP_PORT_ACTUAL, DSMTP_PORT_25 };
enum { DSMTP_WILDCARD_ONE_LABEL, DSMTP_WILDCARD_MULTI_LABEL };
enum { DSMTP_CLEAR_DATA, DSMTP_CLEAR_HANDSHAKE, DSMTP_CLEAR_NEVER };

#define DSMTP_SWITCH_VALUES_MAX 4u
/* Room for a name with settings; a longer one is cut off. */
#define DSMTP_PROFILE_NAME_SIZE 200u

struct dsmtp_profile {
    const char *name;
    uint16_t value[DSMTP_SWITCH_COUNT];
};

struct dsmtp_switch_info {
    const char *word;
    const char *says;
    const char *rules;                               /* ids, separated by spaces */
    const char *values[DSMTP_SWITCH_VALUES_MAX + 1]; /* NULL-terminated; the index is the value */
    uint16_t max; /* not 0: the switch is a number from 1 to this, and has no words */
};

const struct dsmtp_switch_info *dsmtp_switch_info(enum dsmtp_switch which);

/* A value as it is written behind SWITCH=; returns out or a constant. */
#define DSMTP_SWITCH_TEXT_SIZE 8u
const char *dsmtp_switch_text(enum dsmtp_switch which, unsigned value,
                              char out[DSMTP_SWITCH_TEXT_SIZE]);

/* Profiles by index; NULL past the last. The first is the default, rfc7672. */
const struct dsmtp_profile *dsmtp_profile_at(unsigned index);
const struct dsmtp_profile *dsmtp_profile_find(const char *name);

/* Apply "SWITCH=VALUE" to a profile. DSMTP_SYNTAX with the words that would have been right. */
DSMTP_MUST_USE enum dsmtp_status dsmtp_profile_set(struct dsmtp_profile *profile,
                                                   const char *setting, struct dsmtp_fault *fault);

/* The profile of that name (NULL: the default) with these settings (up to a NULL; or NULL) applied.
 * Its name, "rfc7672" or "rfc7672+usage1=map3", is in the caller's buffer. DSMTP_SYNTAX as above.
 */
DSMTP_MUST_USE enum dsmtp_status dsmtp_profile_build(const char *name, const char *const *settings,
                                                     char text[DSMTP_PROFILE_NAME_SIZE],
                                                     struct dsmtp_profile *out,
                                                     struct dsmtp_fault *fault);

#endif
