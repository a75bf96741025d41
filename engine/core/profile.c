/* profile.c - switches and profiles as data. */
#include "core/profile.h"

#include <stdio.h>
#include <string.h>

/* clang-format off */
/* The values of each switch, in the order of the enums in profile.h. */
#define WORDS(...)                {__VA_ARGS__}, 0
#define NUMBER(max)               {NULL}, (max)
#define VALUES_USAGE0             WORDS("unusable", "map2", "map2_full_only")
#define VALUES_USAGE1             WORDS("unusable", "map3")
#define VALUES_ALL_UNUSABLE       WORDS("encrypt", "may", "defer")
#define VALUES_INSECURE_TLSA      WORDS("ignore", "avoid_downgrade")
#define VALUES_AUTH_FAILURE       WORDS("defer", "audit")
#define VALUES_INSECURE_MX        WORDS("dane", "may", "encrypt")
#define VALUES_INSECURE_MX_NAMES  WORDS("base+mxhost", "mxhost", "base", "all")
#define VALUES_NO_MX              WORDS("by_host_status", "impute_validated")
#define VALUES_NODATA_INSECURE    WORDS("by_host_status", "impute", "opportunistic")
#define VALUES_MX_NXDOMAIN        WORDS("bounce", "as_nodata")
#define VALUES_NULLMX_MIXED       WORDS("ignore", "null")
#define VALUES_MX_NUMERIC         WORDS("name", "address", "drop")
#define VALUES_TLD_MX             WORDS("allow", "drop")
#define VALUES_MX_CNAME           WORDS("follow", "refuse")
#define VALUES_SELF_AFTER_SKIP    WORDS("defer", "bounce")
#define VALUES_HOST_BASE          WORDS("expanded_then_original", "expanded_only", "exchange")
#define VALUES_ADDR_PRECHECK      WORDS("on", "off")
#define VALUES_ALIAS_PROBE        WORDS("on", "off")
#define VALUES_FAMILY_STATUS      WORDS("any", "worst")
#define VALUES_ADDR_PARTIAL       WORDS("use_found", "skip", "use_any")
#define VALUES_CHAIN_LIMIT        NUMBER(16)
#define VALUES_TLSA_MAX           NUMBER(1000)
#define VALUES_TA_NAMES           WORDS("base+nexthop+expanded", "base+nexthop", "base")
#define VALUES_HOST_NAMES         WORDS("base+nexthop", "base")
#define VALUES_SNI                WORDS("base", "exchange", "off")
#define VALUES_AGILITY            WORDS("on", "off")
#define VALUES_DIGEST_ORDER       WORDS("sha512", "sha256")
#define VALUES_PORT_LABEL         WORDS("actual", "25")
#define VALUES_CLEAR_RETRY        WORDS("handshake+data", "handshake", "none")
#define VALUES_WILDCARD           WORDS("one_label", "multi_label")
#define VALUES_CN_FALLBACK        WORDS("on", "off")

static const struct dsmtp_switch_info info[DSMTP_SWITCH_COUNT] = {
#define X(name, word, says, rules) [DSMTP_SWITCH_##name] = {(word), (says), (rules), VALUES_##name},
    DSMTP_SWITCH_LIST(X)
#undef X
};

#define LIMITS [DSMTP_SWITCH_CHAIN_LIMIT] = 16, [DSMTP_SWITCH_TLSA_MAX] = 100

static const struct dsmtp_profile profiles[] = {
    /* RFC 7672; every word is the first of its switch. */
    {"rfc7672", {LIMITS}},
    /* The mail of 28 February 2013, to the letter. */
    {"seed2013", {
        LIMITS,
        [DSMTP_SWITCH_USAGE0]          = DSMTP_USAGE_MAP,
        [DSMTP_SWITCH_USAGE1]          = DSMTP_USAGE_MAP,
        [DSMTP_SWITCH_ALL_UNUSABLE]    = DSMTP_ALL_UNUSABLE_MAY,
        [DSMTP_SWITCH_INSECURE_MX]     = DSMTP_INSECURE_MX_MAY,
        [DSMTP_SWITCH_NO_MX]           = DSMTP_NO_MX_IMPUTE,
        [DSMTP_SWITCH_NODATA_INSECURE] = DSMTP_NODATA_OPPORTUNISTIC,
        [DSMTP_SWITCH_HOST_BASE]       = DSMTP_BASE_EXCHANGE,
        [DSMTP_SWITCH_ADDR_PRECHECK]   = DSMTP_OFF,
        [DSMTP_SWITCH_ALIAS_PROBE]     = DSMTP_OFF,
        [DSMTP_SWITCH_TA_NAMES]        = DSMTP_NAMES_NEXTHOP,
        [DSMTP_SWITCH_AGILITY]         = DSMTP_OFF,
        [DSMTP_SWITCH_PORT_LABEL]      = DSMTP_PORT_25,
        [DSMTP_SWITCH_CLEAR_RETRY]     = DSMTP_CLEAR_HANDSHAKE,
    }},
    /* draft-dukhovni-smtp-opportunistic-tls-01, summer of 2013. */
    {"opp2013", {
        LIMITS,
        [DSMTP_SWITCH_USAGE0]          = DSMTP_USAGE_MAP_FULL_ONLY,
        [DSMTP_SWITCH_USAGE1]          = DSMTP_USAGE_MAP,
        [DSMTP_SWITCH_INSECURE_MX]     = DSMTP_INSECURE_MX_MAY,
        [DSMTP_SWITCH_ADDR_PRECHECK]   = DSMTP_OFF,
        [DSMTP_SWITCH_ALIAS_PROBE]     = DSMTP_OFF,
        [DSMTP_SWITCH_TA_NAMES]        = DSMTP_NAMES_NEXTHOP,
        [DSMTP_SWITCH_AGILITY]         = DSMTP_OFF,
        [DSMTP_SWITCH_CLEAR_RETRY]     = DSMTP_CLEAR_HANDSHAKE,
    }},
    /* draft-ietf-dane-smtp-with-dane-08, April 2014. */
    {"draft2014", {
        LIMITS,
        [DSMTP_SWITCH_INSECURE_MX]     = DSMTP_INSECURE_MX_MAY,
    }},
    /* The next one, May 2014: insecure MX answers do not end it, and insecure TLSA records may be used against stripping. */
    {"draft2014b", {
        LIMITS,
        [DSMTP_SWITCH_INSECURE_TLSA]   = DSMTP_INSECURE_TLSA_ENCRYPT,
    }},
    /* Postfix 3.12 as its source reads, where the switches can say it. Not so here: an alias chain beyond its limit is "no records"
       to Postfix, and the first address that is tried decides for its host. */
    {"postfix", {
        [DSMTP_SWITCH_INSECURE_MX_NAMES] = DSMTP_INSECURE_MX_NAMES_ALL,
        [DSMTP_SWITCH_MX_NXDOMAIN]     = DSMTP_MX_NXDOMAIN_AS_NODATA,
        [DSMTP_SWITCH_NULLMX_MIXED]    = DSMTP_NULLMX_MIXED_NULL,
        [DSMTP_SWITCH_MX_NUMERIC]      = DSMTP_MX_NUMERIC_ADDRESS,
        [DSMTP_SWITCH_ADDR_PARTIAL]    = DSMTP_ADDR_PARTIAL_USE_ANY,
        [DSMTP_SWITCH_CHAIN_LIMIT]     = 10,
        [DSMTP_SWITCH_TLSA_MAX]        = 100,
        [DSMTP_SWITCH_HOST_NAMES]      = DSMTP_HOST_NAMES_BASE,
    }},
};
/* clang-format on */

const struct dsmtp_switch_info *dsmtp_switch_info(enum dsmtp_switch which)
{
    return &info[which];
}

const char *dsmtp_switch_text(enum dsmtp_switch which, unsigned value,
                              char out[DSMTP_SWITCH_TEXT_SIZE])
{
    if (info[which].max == 0)
        return info[which].values[value];
    (void)snprintf(out, DSMTP_SWITCH_TEXT_SIZE, "%u", value);
    return out;
}

const struct dsmtp_profile *dsmtp_profile_at(unsigned index)
{
    return index < sizeof(profiles) / sizeof(profiles[0]) ? &profiles[index] : NULL;
}

const struct dsmtp_profile *dsmtp_profile_find(const char *name)
{
    const struct dsmtp_profile *p;

    for (unsigned i = 0; (p = dsmtp_profile_at(i)) != NULL; i++)
        if (strcmp(p->name, name) == 0)
            return p;
    return NULL;
}

/* "a, b or c" of a NULL-terminated list. */
static void list_words(const char *const *words, char *out, size_t room)
{
    size_t used = 0;

    out[0] = '\0';
    for (unsigned i = 0; words[i] != NULL && used < room; i++) {
        const char *glue = i == 0 ? "" : words[i + 1] == NULL ? " or " : ", ";
        int n = snprintf(out + used, room - used, "%s%s", glue, words[i]);

        used += n > 0 ? (size_t)n : 0;
    }
}

/* Digits only, within the switch's range. */
static enum dsmtp_status set_number(struct dsmtp_profile *profile, enum dsmtp_switch which,
                                    const char *value, struct dsmtp_fault *fault)
{
    unsigned number = 0;

    for (const char *c = value; *c != '\0' && number <= info[which].max; c++)
        number = *c >= '0' && *c <= '9' ? number * 10 + (unsigned)(*c - '0') : UINT16_MAX;
    if (number == 0 || number > info[which].max)
        return dsmtp_fault_set(fault, DSMTP_SYNTAX,
                               "switch %s has no value \"%s\"; expected a number from 1 to %u",
                               info[which].word, value, info[which].max);
    profile->value[which] = (uint16_t)number;
    return DSMTP_OK;
}

static enum dsmtp_status set_value(struct dsmtp_profile *profile, enum dsmtp_switch which,
                                   const char *value, struct dsmtp_fault *fault)
{
    char expected[200];

    if (info[which].max != 0)
        return set_number(profile, which, value, fault);
    for (uint16_t i = 0; info[which].values[i] != NULL; i++) {
        if (strcmp(info[which].values[i], value) == 0) {
            profile->value[which] = i;
            return DSMTP_OK;
        }
    }
    list_words(info[which].values, expected, sizeof(expected));
    return dsmtp_fault_set(fault, DSMTP_SYNTAX, "switch %s has no value \"%s\"; expected %s",
                           info[which].word, value, expected);
}

enum dsmtp_status dsmtp_profile_set(struct dsmtp_profile *profile, const char *setting,
                                    struct dsmtp_fault *fault)
{
    const char *words[DSMTP_SWITCH_COUNT + 1] = {NULL};
    const char *equals = strchr(setting, '=');
    size_t len = equals != NULL ? (size_t)(equals - setting) : strlen(setting);
    char expected[600];

    for (unsigned i = 0; i < DSMTP_SWITCH_COUNT; i++) {
        words[i] = info[i].word;
        if (equals != NULL && strlen(info[i].word) == len &&
            strncmp(info[i].word, setting, len) == 0)
            return set_value(profile, (enum dsmtp_switch)i, equals + 1, fault);
    }
    list_words(words, expected, sizeof(expected));
    return dsmtp_fault_set(fault, DSMTP_SYNTAX, "no switch \"%.*s\"; expected SWITCH=VALUE with %s",
                           (int)len, setting, expected);
}

enum dsmtp_status dsmtp_profile_build(const char *name, const char *const *settings,
                                      char text[DSMTP_PROFILE_NAME_SIZE], struct dsmtp_profile *out,
                                      struct dsmtp_fault *fault)
{
    const struct dsmtp_profile *profile =
        name != NULL ? dsmtp_profile_find(name) : dsmtp_profile_at(0);
    size_t used;

    if (profile == NULL)
        return dsmtp_fault_set(fault, DSMTP_SYNTAX,
                               "no profile \"%.100s\"; \"danesmtp tables\" lists them", name);
    *out = *profile;
    used = (size_t)snprintf(text, DSMTP_PROFILE_NAME_SIZE, "%s", profile->name);
    for (; settings != NULL && *settings != NULL; settings++) {
        DSMTP_TRY(dsmtp_profile_set(out, *settings, fault));
        if (used < DSMTP_PROFILE_NAME_SIZE)
            used += (size_t)snprintf(text + used, DSMTP_PROFILE_NAME_SIZE - used, "+%s", *settings);
    }
    out->name = text;
    return DSMTP_OK;
}
