/* oracle.h - what a correct sender must do, said a second time and in another way.
 *
 * The oracle was written from the seed text, the rule catalogue and the RFCs, without sight of the
 * engine. It shares no code, no header and no structure with it: where the engine walks through
 * stages, the oracle is a set of predicates, each of which looks at the whole state of the world at
 * once and answers one question: which outcomes are allowed, who may be contacted, over what may
 * mail go, which TLSA questions must not be asked. Where two readings of the rules are defensible
 * it allows both, and says which.
 *
 * Sets of allowed things are masks of ORACLE_BIT(value).
 */
#ifndef TESTS_ORACLE_ORACLE_H
#define TESTS_ORACLE_ORACLE_H

#include <stdbool.h>
#include <stddef.h>

#define ORACLE_BIT(value) (1U << (value))
#define ORACLE_HOSTS 3
#define ORACLE_RECORDS 4

/* --- the state of the world: each list makes an enum and, in states.c, its names --- */

#define ORACLE_PROFILE_LIST(X) \
    X(RFC7672) X(SEED2013) X(OPP2013) X(DRAFT2014) X(DRAFT2014B) X(POSTFIX)

/* What local policy says of the destination (S2, R-7672-2.2-10). NONE: nothing, or DANE, which is
 * the same (S3); CLEAR: no TLS at all. */
#define ORACLE_LOCAL_LIST(X) X(NONE) X(CLEAR) X(MAY) X(ENCRYPT) X(DANE_ONLY)

#define ORACLE_SECURITY_LIST(X) X(SECURE) X(INSECURE) X(BOGUS)

/* The final answer of the MX question; NULL is RFC 7505's "0 .", NULL_PREF "10 .", NULL_MIXED "0 ."
 * beside hosts; INVALID names no host that can exist; TIMEOUT stands for answers that never came.
 */
#define ORACLE_MX_LIST(X) \
    X(HOSTS)              \
    X(NODATA) X(NXDOMAIN) X(NULL) X(NULL_PREF) X(NULL_MIXED) X(INVALID) X(SERVFAIL) X(TIMEOUT)

/* An alias between a name and its data: none, one link, two links. BOGUS is a bogus first link. */
#define ORACLE_ALIAS_LIST(X) \
    X(NONE) X(SECURE) X(INSECURE) X(BOGUS) X(SECURE_SECURE) X(SECURE_INSECURE)

/* What the name at the end of the alias has of one address family. */
#define ORACLE_ADDRESS_LIST(X) \
    X(SECURE)                  \
    X(INSECURE)                \
    X(NONE_SECURE) X(NONE_INSECURE) X(NX_SECURE) X(NX_INSECURE) X(BOGUS) X(BOGUS_NONE) X(SERVFAIL)

/* A separate question for the alias itself (R-7672-2.1.3-6); GONE: it says that there is none. */
#define ORACLE_PROBE_LIST(X) X(TRUE) X(BOGUS) X(SERVFAIL) X(GONE)

#define ORACLE_TLSA_LIST(X) \
    X(SECURE)               \
    X(NODATA_SECURE)        \
    X(NX_SECURE)            \
    X(NODATA_INSECURE)      \
    X(NX_INSECURE) X(INSECURE) X(INSECURE_LINK) X(BOGUS) X(BOGUS_NONE) X(SERVFAIL) X(TIMEOUT)

/* Kinds of TLSA record. GOOD is about the object that a host of this name is meant to have, its
 * leaf (usages 1 and 3) or its trust anchor (0 and 2); BAD is about another one. */
#define ORACLE_RECORD_LIST(X)                    \
    /*  name        u  s  m  good   malformed */ \
    X(EE_KEY_GOOD, 3, 1, 1, true, false)         \
    X(EE_KEY_BAD, 3, 1, 1, false, false)         \
    X(EE_CERT_GOOD, 3, 0, 1, true, false)        \
    X(EE_CERT_BAD, 3, 0, 1, false, false)        \
    X(EE_512_GOOD, 3, 1, 2, true, false)         \
    X(EE_512_BAD, 3, 1, 2, false, false)         \
    X(EE_FULL_GOOD, 3, 1, 0, true, false)        \
    X(EE_FULL_BAD, 3, 1, 0, false, false)        \
    X(TA_KEY_GOOD, 2, 1, 1, true, false)         \
    X(TA_KEY_BAD, 2, 1, 1, false, false)         \
    X(TA_CERT_GOOD, 2, 0, 1, true, false)        \
    X(TA_CERT_BAD, 2, 0, 1, false, false)        \
    X(TA_512_GOOD, 2, 0, 2, true, false)         \
    X(TA_512_BAD, 2, 0, 2, false, false)         \
    X(PKIX_TA_GOOD, 0, 0, 1, true, false)        \
    X(PKIX_TA_BAD, 0, 1, 1, false, false)        \
    X(PKIX_TA_FULL, 0, 1, 0, true, false)        \
    X(PKIX_EE_GOOD, 1, 1, 1, true, false)        \
    X(PKIX_EE_BAD, 1, 1, 1, false, false)        \
    X(USAGE_4, 4, 1, 1, true, false)             \
    X(USAGE_255, 255, 1, 1, true, false)         \
    X(SELECTOR_2, 3, 2, 1, true, false)          \
    X(SELECTOR_255, 2, 255, 1, true, false)      \
    X(MATCHING_3, 3, 1, 3, true, false)          \
    X(MATCHING_255, 2, 0, 255, true, false)      \
    X(SHORT_256, 3, 1, 1, true, true)            \
    X(LONG_256, 3, 1, 1, true, true)             \
    X(SHORT_512, 3, 1, 2, true, true)            \
    X(EMPTY, 3, 1, 1, true, true)                \
    X(FULL_JUNK, 3, 1, 0, false, true)

/* How far a host lets a sender come. LOST: the connection breaks, at MAIL or behind the final dot
 * inside TLS; INJECTS: a line behind the reply to STARTTLS, before TLS. */
#define ORACLE_SERVER_LIST(X) \
    X(TLS)                    \
    X(NO_STARTTLS)            \
    X(STARTTLS_454)           \
    X(STARTTLS_554)           \
    X(HANDSHAKE_FAILS)        \
    X(EHLO_502)               \
    X(EHLO_421)               \
    X(HELO_554)               \
    X(INJECTS)                \
    X(TLS_EHLO_421)           \
    X(TLS_EHLO_554)           \
    X(TLS_LOST_AT_MAIL)       \
    X(TLS_LOST_AT_DOT)        \
    X(DOWN)                   \
    X(LOST_AT_ONCE)           \
    X(NEVER_GREETS)           \
    X(GREETS_RUBBISH)         \
    X(GREETS_421)             \
    X(GREETS_554)

/* What a host shows in the handshake:
 *                  its own   issued by    a name
 *   name           leaf      its TA, sent that fits    in time */
#define ORACLE_CERT_LIST(X)                           \
    X(EE, true, false, EXPANDED, true)                \
    X(EE_WRONG_KEY, false, false, EXPANDED, true)     \
    X(EE_WRONG_NAME, true, false, WRONG, true)        \
    X(EE_EXPIRED, true, false, EXPANDED, false)       \
    X(TA, false, true, EXPANDED, true)                \
    X(TA_ORIGINAL, false, true, ORIGINAL, true)       \
    X(TA_NEXTHOP, false, true, NEXTHOP, true)         \
    X(TA_NEXTHOP_END, false, true, NEXTHOP_END, true) \
    X(TA_WRONG_NAME, false, true, WRONG, true)        \
    X(TA_EXPIRED, false, true, EXPANDED, false)       \
    X(TA_NOT_SENT, false, false, EXPANDED, true)      \
    X(TA_OWN_LEAF, true, true, EXPANDED, true)

/* The mail transaction: accepted, or refused at a step for now (4xx) or for good (5xx). */
#define ORACLE_MAIL_LIST(X) \
    X(OK) X(MAIL_4) X(MAIL_5) X(RCPT_4) X(RCPT_5) X(DATA_4) X(DATA_5) X(END_4) X(END_5)

/* A name that a certificate carries, and a name at which TLSA records may stand. EXPANDED is where
 * the alias of a host ends (the host itself if there is none); MIDDLE lies between. NEXTHOP_END is
 * where the alias of the next-hop domain ends. */
#define ORACLE_NAME_LIST(X) X(ORIGINAL) X(MIDDLE) X(EXPANDED) X(NEXTHOP) X(NEXTHOP_END) X(WRONG)

#define ORACLE_LEVEL_LIST(X) X(SKIP) X(CLEAR) X(MAY) X(ENCRYPT) X(DANE_EXPANDED) X(DANE_ORIGINAL)
#define ORACLE_CHANNEL_LIST(X) X(CLEAR) X(ENCRYPTED) X(AUTHENTICATED)
#define ORACLE_OUTCOME_LIST(X) X(DELIVERED) X(DEFERRED) X(BOUNCED)
#define ORACLE_FAMILY_LIST(X) X(IPV4) X(IPV6)

/* clang-format off */
#define ORACLE_MEMBER_(set) ORACLE_##set
enum oracle_profile {
#define X(name) ORACLE_PROFILE_##name,
    ORACLE_PROFILE_LIST(X) ORACLE_PROFILE_COUNT
#undef X
};
enum oracle_local {
#define X(name) ORACLE_LOCAL_##name,
    ORACLE_LOCAL_LIST(X) ORACLE_LOCAL_COUNT
#undef X
};
enum oracle_security {
#define X(name) ORACLE_##name,
    ORACLE_SECURITY_LIST(X) ORACLE_SECURITY_COUNT
#undef X
};
enum oracle_mx {
#define X(name) ORACLE_MX_##name,
    ORACLE_MX_LIST(X) ORACLE_MX_COUNT
#undef X
};
enum oracle_alias {
#define X(name) ORACLE_ALIAS_##name,
    ORACLE_ALIAS_LIST(X) ORACLE_ALIAS_COUNT
#undef X
};
enum oracle_address {
#define X(name) ORACLE_ADDRESS_##name,
    ORACLE_ADDRESS_LIST(X) ORACLE_ADDRESS_COUNT
#undef X
};
enum oracle_probe {
#define X(name) ORACLE_PROBE_##name,
    ORACLE_PROBE_LIST(X) ORACLE_PROBE_COUNT
#undef X
};
enum oracle_tlsa {
#define X(name) ORACLE_TLSA_##name,
    ORACLE_TLSA_LIST(X) ORACLE_TLSA_COUNT
#undef X
};
enum oracle_record {
#define X(name, usage, selector, matching, good, malformed) ORACLE_RECORD_##name,
    ORACLE_RECORD_LIST(X) ORACLE_RECORD_COUNT
#undef X
};
enum oracle_server {
#define X(name) ORACLE_SERVER_##name,
    ORACLE_SERVER_LIST(X) ORACLE_SERVER_COUNT
#undef X
};
enum oracle_cert {
#define X(name, leaf, anchor, subject, in_time) ORACLE_CERT_##name,
    ORACLE_CERT_LIST(X) ORACLE_CERT_COUNT
#undef X
};
enum oracle_mail {
#define X(name) ORACLE_MAIL_##name,
    ORACLE_MAIL_LIST(X) ORACLE_MAIL_COUNT
#undef X
};
enum oracle_name {
#define X(name) ORACLE_NAME_##name,
    ORACLE_NAME_LIST(X) ORACLE_NAME_COUNT
#undef X
};
enum oracle_level {
#define X(name) ORACLE_LEVEL_##name,
    ORACLE_LEVEL_LIST(X) ORACLE_LEVEL_COUNT
#undef X
};
enum oracle_channel {
#define X(name) ORACLE_CHANNEL_##name,
    ORACLE_CHANNEL_LIST(X) ORACLE_CHANNEL_COUNT
#undef X
};
enum oracle_outcome {
#define X(name) ORACLE_OUTCOME_##name,
    ORACLE_OUTCOME_LIST(X) ORACLE_OUTCOME_COUNT
#undef X
};
enum oracle_family {
#define X(name) ORACLE_##name,
    ORACLE_FAMILY_LIST(X) ORACLE_FAMILY_COUNT
#undef X
};
/* clang-format on */

struct oracle_tlsa_state {
    enum oracle_tlsa state;
    size_t count; /* records; looked at when they exist */
    enum oracle_record records[ORACLE_RECORDS];
};

struct oracle_host {
    unsigned preference;
    enum oracle_alias alias;
    enum oracle_address address[ORACLE_FAMILY_COUNT];
    enum oracle_probe probe;
    struct oracle_tlsa_state tlsa[ORACLE_NAME_EXPANDED + 1]; /* by name; MIDDLE has a good record */
    enum oracle_server server;
    enum oracle_cert cert;
    enum oracle_mail mail;
};

/* If the MX answer is NODATA there is one host, hosts[0], whose name is the next-hop domain: it has
 * the next-hop's alias, and its own one is not looked at. */
struct oracle_state {
    enum oracle_profile profile;
    enum oracle_local local;
    enum oracle_alias mx_alias; /* of the next-hop domain */
    enum oracle_mx mx;
    enum oracle_security mx_security; /* of what stands at the end of the alias */
    size_t count;                     /* of hosts */
    struct oracle_host hosts[ORACLE_HOSTS];
};

/* --- the questions --- */

/* Mask of oracle_outcome that a correct sender may come to. */
unsigned oracle_outcomes(const struct oracle_state *state);

/* How many hosts the destination has: none, state->count, or the next-hop domain alone. */
size_t oracle_host_count(const struct oracle_state *state);

/* The alias that this host has in truth (see oracle_state). */
enum oracle_alias oracle_host_alias(const struct oracle_state *state, size_t host);

/* Mask of oracle_level that may be applied to this host when it is reached over this family. */
unsigned oracle_levels(const struct oracle_state *state, size_t host, enum oracle_family family);

/* May a connection be opened to this address (S22, R-7672-2.1.2-6, R-7672-10-1)? */
bool oracle_may_contact(const struct oracle_state *state, size_t host, enum oracle_family family);

/* Mask of oracle_channel over which a mail transaction may begin there (R-7672-10-2). */
unsigned oracle_channels(const struct oracle_state *state, size_t host, enum oracle_family family);

/* May TLSA records be asked for at this name of the host? */
bool oracle_may_ask_tlsa(const struct oracle_state *state, size_t host, enum oracle_name name);

/* The usage under which a record of a secure set is applied, 2 or 3, or 0 if it is not: it is
 * unusable, or a stronger digest stands beside it. What FULL_JUNK is is left open. */
unsigned oracle_applied_usage(const struct oracle_state *state, const struct oracle_tlsa_state *set,
                              size_t index);

/* Must the addresses of a host have been asked for before its TLSA records (R-7672-2.2.2-4)? */
bool oracle_addresses_first(enum oracle_profile profile);

/* May the host's addresses be asked for at all? */
bool oracle_may_ask_address(const struct oracle_state *state);

#endif
