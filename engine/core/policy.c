/* policy.c - the decision tables of policy.h. */
#include "core/policy.h"

#include <stddef.h>

#define IN(value) (1u << (unsigned)(value))
#define ANY (~0u)

static const char *const mx_names[] = {
#define X(name, word) (word),
    DSMTP_MX_LIST(X)
#undef X
};
static const char *const trust_names[] = {"secure", "insecure", "host"};
static const char *const address_names[] = {"secure",  "alias",  "insecure",    "absent",
                                            "bogus",   "error",  "alias bogus", "alias error",
                                            "refused", "literal"};
static const char *const tlsa_names[] = {"not asked", "usable",          "unusable", "absent",
                                         "insecure",  "insecure absent", "bogus",    "error"};

/* clang-format off */

/* policies */
#define OFF   (IN(DSMTP_POLICY_NONE) | IN(DSMTP_POLICY_MAY) | IN(DSMTP_POLICY_ENCRYPT) | PROOF)
#define PROOF (IN(DSMTP_POLICY_FINGERPRINT) | IN(DSMTP_POLICY_VERIFY) | IN(DSMTP_POLICY_SECURE))
#define DANE  IN(DSMTP_POLICY_DANE)
#define ONLY  IN(DSMTP_POLICY_DANE_ONLY)
/* securities */
#define SEC   IN(DSMTP_SECURITY_SECURE)
#define INS   IN(DSMTP_SECURITY_INSECURE)
#define BOG   IN(DSMTP_SECURITY_BOGUS)
#define ERR   IN(DSMTP_SECURITY_ERROR)
/* conditions */
#define ALWAYS               {0, 0}
#define WHEN(name, value)    {DSMTP_SWITCH_##name, IN(value)}

#define MX(name)  IN(DSMTP_MX_##name)
#define GO(trust) DSMTP_VERDICT_ATTEMPT, DSMTP_TRUST_##trust
#define DEFER     DSMTP_VERDICT_DEFER, DSMTP_TRUST_INSECURE
#define BOUNCE    DSMTP_VERDICT_BOUNCE, DSMTP_TRUST_INSECURE
#define WHY(name) DSMTP_REASON_##name

static const struct dsmtp_mx_row mx_rows[] = {
/*  policy       security   MX              when                                                decision      because                  rules */
    {ANY,        BOG,       MX(FAILED),     ALWAYS,                                             DEFER,        WHY(MX_BOGUS),           "S5 S6 S7 S38 R-7672-2.1.2-1 R-7672-2.1.1-9"},
    {ANY,        ERR,       MX(FAILED),     ALWAYS,                                             DEFER,        WHY(MX_ERROR),           "S8 R-7672-2.1.2-1 R-7672-2.1.1-11"},
    {ANY,        SEC | INS, MX(NXDOMAIN),   ALWAYS,                                             BOUNCE,       WHY(NO_SUCH_DOMAIN),     "S11 R-5321-5.1-3"},
    {ANY,        SEC | INS, MX(NULL),       ALWAYS,                                             BOUNCE,       WHY(NULL_MX),            "S45 R-7505-3-1 R-7505-4.1-1"},
    {ANY,        SEC | INS, MX(INVALID),    ALWAYS,                                             BOUNCE,       WHY(NO_VALID_MX),        "R-5321-5.1-6"},
    {ANY,        SEC | INS, MX(SELF),       ALWAYS,                                             BOUNCE,       WHY(MAIL_LOOP),          "R-5321-5.1-13"},
    {ANY,        SEC,       MX(DATA),       ALWAYS,                                             GO(SECURE),   WHY(NONE),               "S14 R-7672-2.2.1-12"},
    {DANE | OFF, INS,       MX(DATA),       ALWAYS,                                             GO(INSECURE), WHY(MX_INSECURE),        "S9 R-7672-2.2.1-8"},
    {ONLY,       INS,       MX(DATA),       ALWAYS,                                             DEFER,        WHY(DANE_REQUIRED),      "R-7672-2.2.1-7"},
    {ANY,        SEC,       MX(NODATA),     WHEN(NO_MX, DSMTP_NO_MX_BY_HOST),                   GO(HOST),     WHY(NONE),               "R-7672-2.2.2-3"},
    {ANY,        SEC,       MX(NODATA),     WHEN(NO_MX, DSMTP_NO_MX_IMPUTE),                    GO(SECURE),   WHY(NONE),               "S12"},
    {ANY,        INS,       MX(NODATA),     WHEN(NODATA_INSECURE, DSMTP_NODATA_BY_HOST),        GO(HOST),     WHY(MX_ABSENT_INSECURE), "R-7672-2.2.2-3"},
    {ANY,        INS,       MX(NODATA),     WHEN(NODATA_INSECURE, DSMTP_NODATA_IMPUTE),         GO(SECURE),   WHY(NONE),               "S12"},
    {DANE | OFF, INS,       MX(NODATA),     WHEN(NODATA_INSECURE, DSMTP_NODATA_OPPORTUNISTIC),  GO(INSECURE), WHY(MX_ABSENT_INSECURE), "S10"},
    {ONLY,       INS,       MX(NODATA),     WHEN(NODATA_INSECURE, DSMTP_NODATA_OPPORTUNISTIC),  DEFER,        WHY(DANE_REQUIRED),      "S10 R-7672-2.2.1-7"},
    {ANY,        ANY,       MX(NOT_ASKED),  ALWAYS,                                             GO(HOST),     WHY(NONE),               "R-7672-2.2.2-1"},
};
#undef MX
#undef GO
#undef DEFER
#undef BOUNCE

/* address states: reachable by DNS name, all that can be connected to */
#define A(name)  IN(DSMTP_ADDRESS_##name)
#define NAMED    (A(SECURE) | A(ALIAS) | A(INSECURE))
#define FOUND    (NAMED | A(LITERAL))
#define T(name)  IN(DSMTP_TRUST_##name)
#define R(name)  IN(DSMTP_TLSA_##name)
#define UNASKED  R(NOT_ASKED)
#define NO_WHEN  {ALWAYS, ALWAYS}
#define L(name)  DSMTP_LEVEL_##name
/* an insecure MX answer is no end of it */
#define MX_COUNTS {DSMTP_SWITCH_INSECURE_MX, IN(DSMTP_INSECURE_MX_DANE) | IN(DSMTP_INSECURE_MX_ENCRYPT)}

static const struct dsmtp_host_row host_rows[] = {
/*  policy                    trust                 address         TLSA         when                                                       insist on    because                 rules */
    /* no address to connect to */
    {ANY,                     ANY,                  A(BOGUS),       UNASKED,     NO_WHEN,                                                   L(SKIP),     WHY(ADDRESS_BOGUS),     "R-7672-2.1.2-2 R-7672-2.2.2-14"},
    {ANY,                     ANY,                  A(ERROR),       UNASKED,     NO_WHEN,                                                   L(SKIP),     WHY(ADDRESS_ERROR),     "R-7672-2.1.2-2 R-7672-2.2.2-14"},
    {ANY,                     ANY,                  A(ABSENT),      UNASKED,     NO_WHEN,                                                   L(SKIP),     WHY(NO_ADDRESS),        "R-7672-2.2.2-5 R-7672-2.2.2-8"},
    {ANY,                     ANY,                  A(ALIAS_BOGUS), UNASKED,     NO_WHEN,                                                   L(SKIP),     WHY(ALIAS_BOGUS),       "R-7672-2.1.3-3 R-7672-2.2.2-14"},
    {ANY,                     ANY,                  A(ALIAS_ERROR), UNASKED,     NO_WHEN,                                                   L(SKIP),     WHY(ALIAS_ERROR),       "R-7672-2.1.3-3 R-7672-2.2.2-14"},
    {ANY,                     ANY,                  A(REFUSED),     UNASKED,     NO_WHEN,                                                   L(SKIP),     WHY(MX_ALIAS),          "R-7672-2.2.2-2 R-7672-2.2.2-8"},
    /* the local policy decides */
    {IN(DSMTP_POLICY_NONE),   ANY,                  FOUND,          UNASKED,     NO_WHEN,                                                   L(NONE),     WHY(LOCAL_POLICY),      "S2 R-7672-9.1-1"},
    {IN(DSMTP_POLICY_MAY),    ANY,                  FOUND,          UNASKED,     NO_WHEN,                                                   L(MAY),      WHY(LOCAL_POLICY),      "S2 R-7672-9.1-1"},
    {IN(DSMTP_POLICY_ENCRYPT),ANY,                  FOUND,          UNASKED,     NO_WHEN,                                                   L(ENCRYPT),  WHY(LOCAL_POLICY),      "S2"},
    {IN(DSMTP_POLICY_FINGERPRINT), ANY,             FOUND,          UNASKED,     NO_WHEN,                                                   L(FINGERPRINT), WHY(LOCAL_POLICY),   "S2 R-7672-9.1-1"},
    {IN(DSMTP_POLICY_VERIFY), ANY,                  FOUND,          UNASKED,     NO_WHEN,                                                   L(VERIFY),   WHY(LOCAL_POLICY),      "S2 R-7672-9.1-1"},
    {IN(DSMTP_POLICY_SECURE), ANY,                  FOUND,          UNASKED,     NO_WHEN,                                                   L(SECURE),   WHY(LOCAL_POLICY),      "S2 R-7672-9.1-1"},
    /* DANE does not apply, whatever TLSA says */
    {DANE,                    ANY,                  A(LITERAL),     UNASKED,     NO_WHEN,                                                   L(MAY),      WHY(ADDRESS_LITERAL),   "S45 R-7672-2.2-12 R-7672-2.2-13"},
    {ONLY,                    ANY,                  A(LITERAL),     UNASKED,     NO_WHEN,                                                   L(SKIP),     WHY(DANE_REQUIRED),     "R-7672-6-1"},
    {DANE,                    T(INSECURE),          NAMED,          UNASKED,     {WHEN(INSECURE_MX, DSMTP_INSECURE_MX_MAY), ALWAYS},        L(MAY),      WHY(MX_INSECURE),       "S9 R-7672-2.2.1-8"},
    {ONLY,                    T(INSECURE),          NAMED,          UNASKED,     NO_WHEN,                                                   L(SKIP),     WHY(DANE_REQUIRED),     "R-7672-2.2.1-7"},
    {DANE,                    T(SECURE) | T(HOST),  A(INSECURE),    UNASKED,     {WHEN(ADDR_PRECHECK, DSMTP_ON), ALWAYS},                   L(MAY),      WHY(ADDRESS_INSECURE),  "R-7672-2.2.2-6 R-7672-2.2.2-11"},
    {DANE,                    T(INSECURE),          A(INSECURE),    UNASKED,     {WHEN(ADDR_PRECHECK, DSMTP_ON), MX_COUNTS},
                                                                                                                                            L(MAY),      WHY(ADDRESS_INSECURE),  "R-7672-2.2.2-6 R-7672-2.2.2-11"},
    {ONLY,                    T(SECURE) | T(HOST),  A(INSECURE),    UNASKED,     {WHEN(ADDR_PRECHECK, DSMTP_ON), ALWAYS},                   L(SKIP),     WHY(DANE_REQUIRED),     "R-7672-6-1"},
    /* TLSA decides */
    {DANE | ONLY,             ANY,                  NAMED,          R(BOGUS),    NO_WHEN,                                                   L(SKIP),     WHY(TLSA_BOGUS),        "S16 S17 S18 S38 R-7672-2.1.2-4 R-7672-2.2.1-14"},
    {DANE | ONLY,             ANY,                  NAMED,          R(ERROR),    NO_WHEN,                                                   L(SKIP),     WHY(TLSA_ERROR),        "S19 R-7672-2.1.2-4 R-7672-2.2-9"},
    {DANE,                    ANY,                  NAMED,          R(ABSENT),   NO_WHEN,                                                   L(MAY),      WHY(TLSA_ABSENT),       "S35a R-7672-2.2-7 R-7672-2.2.2-10"},
    {DANE,                    ANY,                  NAMED,          R(INSECURE), {WHEN(INSECURE_TLSA, DSMTP_INSECURE_TLSA_IGNORE), ALWAYS},  L(MAY),      WHY(TLSA_INSECURE),     "S23 R-7672-2.2-7 R-7672-2.2.1-13"},
    {DANE,                    ANY,                  NAMED,          R(INSECURE), {WHEN(INSECURE_TLSA, DSMTP_INSECURE_TLSA_ENCRYPT), ALWAYS}, L(ENCRYPT),  WHY(TLSA_INSECURE),     "S23"},
    {DANE,                    ANY,                  NAMED,          R(INSECURE_ABSENT),
                                                                                 NO_WHEN,                                                   L(MAY),      WHY(TLSA_INSECURE),     "S23 R-7672-2.2-7 R-7672-2.2.1-13"},
    {DANE,                    ANY,                  NAMED,          R(UNUSABLE), {WHEN(ALL_UNUSABLE, DSMTP_ALL_UNUSABLE_ENCRYPT), ALWAYS},  L(ENCRYPT),  WHY(TLSA_UNUSABLE),     "R-7672-2.2-5 R-7672-2.2.3-11"},
    {DANE,                    ANY,                  NAMED,          R(UNUSABLE), {WHEN(ALL_UNUSABLE, DSMTP_ALL_UNUSABLE_MAY), ALWAYS},      L(MAY),      WHY(TLSA_UNUSABLE),     "S35"},
    {DANE,                    ANY,                  NAMED,          R(UNUSABLE), {WHEN(ALL_UNUSABLE, DSMTP_ALL_UNUSABLE_DEFER), ALWAYS},    L(SKIP),     WHY(TLSA_UNUSABLE),     "R-7672-6-1"},
    {ONLY,                    ANY,                  NAMED,          R(ABSENT) | R(INSECURE) | R(INSECURE_ABSENT) | R(UNUSABLE),
                                                                                 NO_WHEN,                                                   L(SKIP),     WHY(DANE_REQUIRED),     "R-7672-6-1"},
    {ONLY,                    ANY,                  NAMED,          R(USABLE),   NO_WHEN,                                                   L(DANE),     WHY(TLSA_USABLE),       "S33 R-7672-2.2-3 R-7672-2.2-11"},
    {DANE,                    T(SECURE) | T(HOST),  NAMED,          R(USABLE),   {WHEN(AUTH_FAILURE, DSMTP_AUTH_FAILURE_DEFER), ALWAYS},    L(DANE),     WHY(TLSA_USABLE),       "S33 R-7672-2.2-3 R-7672-9.1-3"},
    {DANE,                    T(SECURE) | T(HOST),  NAMED,          R(USABLE),   {WHEN(AUTH_FAILURE, DSMTP_AUTH_FAILURE_AUDIT), ALWAYS},    L(AUDIT),    WHY(TLSA_USABLE),       "R-7672-9.1-2"},
    {DANE,                    T(INSECURE),          NAMED,          R(USABLE),   {WHEN(AUTH_FAILURE, DSMTP_AUTH_FAILURE_DEFER), WHEN(INSECURE_MX, DSMTP_INSECURE_MX_DANE)},
                                                                                                                                            L(DANE),     WHY(TLSA_USABLE),       "R-7672-2.2-3 R-7672-2.2.1-9"},
    {DANE,                    T(INSECURE),          NAMED,          R(USABLE),   {WHEN(AUTH_FAILURE, DSMTP_AUTH_FAILURE_AUDIT), WHEN(INSECURE_MX, DSMTP_INSECURE_MX_DANE)},
                                                                                                                                            L(AUDIT),    WHY(TLSA_USABLE),       "R-7672-9.1-2"},
    {DANE,                    T(INSECURE),          NAMED,          R(USABLE),   {WHEN(INSECURE_MX, DSMTP_INSECURE_MX_ENCRYPT), ALWAYS},    L(ENCRYPT),  WHY(MX_INSECURE),       "R-7672-2.2.1-8"},
};
/* clang-format on */

#define ROWS(table) (sizeof(table) / sizeof((table)[0]))

const char *dsmtp_mx_name(enum dsmtp_mx v)
{
    return mx_names[v];
}

const char *dsmtp_trust_name(enum dsmtp_trust v)
{
    return trust_names[v];
}

const char *dsmtp_address_name(enum dsmtp_address v)
{
    return address_names[v];
}

const char *dsmtp_tlsa_state_name(enum dsmtp_tlsa_state v)
{
    return tlsa_names[v];
}

const struct dsmtp_mx_row *dsmtp_policy_mx_row(unsigned index)
{
    return index < ROWS(mx_rows) ? &mx_rows[index] : NULL;
}

const struct dsmtp_host_row *dsmtp_policy_host_row(unsigned index)
{
    return index < ROWS(host_rows) ? &host_rows[index] : NULL;
}

static bool has(unsigned set, unsigned value)
{
    return (set & (1u << value)) != 0;
}

static bool holds(const struct dsmtp_when *when, const struct dsmtp_profile *profile)
{
    return when->values == 0 || has(when->values, profile->value[when->which]);
}

bool dsmtp_policy_mx_applies(const struct dsmtp_mx_row *row, const struct dsmtp_profile *profile,
                             enum dsmtp_policy policy, enum dsmtp_security security,
                             enum dsmtp_mx mx)
{
    return has(row->policy, policy) && has(row->security, security) && has(row->mx, mx) &&
           holds(&row->when, profile);
}

bool dsmtp_policy_host_applies(const struct dsmtp_host_row *row,
                               const struct dsmtp_profile *profile, enum dsmtp_policy policy,
                               enum dsmtp_trust trust, enum dsmtp_address address,
                               enum dsmtp_tlsa_state tlsa)
{
    return has(row->policy, policy) && has(row->trust, trust) && has(row->address, address) &&
           has(row->tlsa, tlsa) && holds(&row->when[0], profile) && holds(&row->when[1], profile);
}

const struct dsmtp_mx_row *dsmtp_policy_mx(const struct dsmtp_profile *profile,
                                           enum dsmtp_policy policy, enum dsmtp_security security,
                                           enum dsmtp_mx mx)
{
    for (unsigned i = 0; i < ROWS(mx_rows); i++)
        if (dsmtp_policy_mx_applies(&mx_rows[i], profile, policy, security, mx))
            return &mx_rows[i];
    return NULL;
}

const struct dsmtp_host_row *dsmtp_policy_host(const struct dsmtp_profile *profile,
                                               enum dsmtp_policy policy, enum dsmtp_trust trust,
                                               enum dsmtp_address address,
                                               enum dsmtp_tlsa_state tlsa)
{
    for (unsigned i = 0; i < ROWS(host_rows); i++)
        if (dsmtp_policy_host_applies(&host_rows[i], profile, policy, trust, address, tlsa))
            return &host_rows[i];
    return NULL;
}
