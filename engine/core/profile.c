/* profile.c - switches and profiles as data. */
#include "core/profile.h"

#include <stdio.h>
#include <string.h>

/* clang-format off */
/* The values of each switch, in the order of the enums in profile.h. */
#define VALUES_USAGE0             "unusable", "map2"
#define VALUES_USAGE1             "unusable", "map3"
#define VALUES_ALL_UNUSABLE       "encrypt", "may", "defer"
#define VALUES_INSECURE_MX        "dane", "may"
#define VALUES_INSECURE_MX_NAMES  "mxhost", "all"
#define VALUES_NO_MX              "by_host_status", "impute_validated"
#define VALUES_NODATA_INSECURE    "by_host_status", "impute", "opportunistic"
#define VALUES_HOST_BASE          "expanded_then_original", "exchange"
#define VALUES_ADDR_PRECHECK      "on", "off"
#define VALUES_ALIAS_PROBE        "on", "off"
#define VALUES_TA_NAMES           "base+nexthop+expanded", "base+nexthop", "base"
#define VALUES_AGILITY            "on", "off"
#define VALUES_PORT_LABEL         "actual", "25"
#define VALUES_CLEAR_RETRY        "handshake+data", "handshake", "none"
#define VALUES_WILDCARD           "one_label", "multi_label"
#define VALUES_CN_FALLBACK        "on", "off"

static const struct dsmtp_switch_info info[DSMTP_SWITCH_COUNT] = {
#define X(name, word, says, rules) [DSMTP_SWITCH_##name] = {(word), (says), (rules), {VALUES_##name}},
    DSMTP_SWITCH_LIST(X)
#undef X
};

static const struct dsmtp_profile profiles[] = {
    /* RFC 7672; every value is the first of its switch. */
    {"rfc7672", {0}},
    /* The mail of 28 February 2013, to the letter. */
    {"seed2013", {
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
};
/* clang-format on */

const struct dsmtp_switch_info *dsmtp_switch_info(enum dsmtp_switch which)
{
    return &info[which];
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

static enum dsmtp_status set_value(struct dsmtp_profile *profile, enum dsmtp_switch which,
                                   const char *value, struct dsmtp_fault *fault)
{
    char expected[200];

    for (uint8_t i = 0; info[which].values[i] != NULL; i++) {
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
    char expected[300];

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
