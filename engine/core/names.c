/* names.c - reference identifiers of names.h. */
#include "core/names.h"

#include <string.h>

enum { BASE = 1, EXCHANGE = 2, NEXTHOP = 4, EXPANDED = 8 };

/* clang-format off */
/* Names accepted for a host of a secure MX set (R-7672-3.2.2-3, -4), by the switch ta_refids. */
static const unsigned of_secure_mx[] = {
    [DSMTP_NAMES_EXPANDED] = BASE | NEXTHOP | EXPANDED,
    [DSMTP_NAMES_NEXTHOP]  = BASE | NEXTHOP,
    [DSMTP_NAMES_BASE]     = BASE,
};
/* The next hop is the host: the name before expansion is the second one (R-7672-3.2.2-6). */
static const unsigned of_host[] = {
    [DSMTP_HOST_NAMES_NEXTHOP] = BASE | NEXTHOP,
    [DSMTP_HOST_NAMES_BASE]    = BASE,
};
/* Whoever forged the MX answer may name the next hop as he likes: only the MX hostname counts (R-7672-3.2.2-5). */
static const unsigned of_insecure_mx[] = {
    [DSMTP_INSECURE_MX_NAMES_BASE_HOST] = BASE | EXCHANGE,
    [DSMTP_INSECURE_MX_NAMES_HOST]      = EXCHANGE,
    [DSMTP_INSECURE_MX_NAMES_BASE]      = BASE,
    [DSMTP_INSECURE_MX_NAMES_ALL]       = BASE | EXCHANGE | NEXTHOP | EXPANDED,
};
/* clang-format on */

static unsigned accepted(const struct dsmtp_profile *profile, enum dsmtp_trust trust)
{
    switch (trust) {
    case DSMTP_TRUST_SECURE:
        return of_secure_mx[profile->value[DSMTP_SWITCH_TA_NAMES]];
    case DSMTP_TRUST_HOST:
        return of_host[profile->value[DSMTP_SWITCH_HOST_NAMES]];
    case DSMTP_TRUST_INSECURE:
        return of_insecure_mx[profile->value[DSMTP_SWITCH_INSECURE_MX_NAMES]];
    case DSMTP_TRUST_COUNT:
        break;
    }
    return BASE;
}

unsigned dsmtp_names_list(const struct dsmtp_profile *profile, const struct dsmtp_names_input *in,
                          const char *out[DSMTP_NAMES_MAX])
{
    const char *const name[] = {in->base, in->exchange, in->nexthop, in->expanded};
    unsigned set = accepted(profile, in->trust);
    unsigned count = 0;

    for (unsigned i = 0; i < DSMTP_NAMES_MAX; i++) {
        bool known = (set & (1u << i)) == 0 || name[i] == NULL;

        for (unsigned k = 0; k < count && !known; k++)
            known = strcmp(out[k], name[i]) == 0;
        if (!known)
            out[count++] = name[i];
    }
    return count;
}
