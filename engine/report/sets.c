/* sets.c - words of sets.h. */
#include "report/sets.h"

#include <stdio.h>

#include "core/dialog.h"
#include "core/policy.h"
#include "model/verdict.h"

/* clang-format off */
static const unsigned size_of[] = {
    [DSMTP_SET_POLICY]   = DSMTP_POLICY_COUNT,
    [DSMTP_SET_SECURITY] = DSMTP_SECURITY_COUNT,
    [DSMTP_SET_MX]       = DSMTP_MX_COUNT,
    [DSMTP_SET_TRUST]    = DSMTP_TRUST_COUNT,
    [DSMTP_SET_ADDRESS]  = DSMTP_ADDRESS_COUNT,
    [DSMTP_SET_TLSA]     = DSMTP_TLSA_STATE_COUNT,
    [DSMTP_SET_LEVEL]    = DSMTP_LEVEL_COUNT,
    [DSMTP_SET_STATE]    = DSMTP_STATE_COUNT,
    [DSMTP_SET_EVENT]    = DSMTP_EVENT_COUNT,
};
/* clang-format on */

static const char *member(enum dsmtp_set_of of, unsigned value)
{
    switch (of) {
    case DSMTP_SET_POLICY:
        return dsmtp_policy_name((enum dsmtp_policy)value);
    case DSMTP_SET_SECURITY:
        return dsmtp_security_name((enum dsmtp_security)value);
    case DSMTP_SET_MX:
        return dsmtp_mx_name((enum dsmtp_mx)value);
    case DSMTP_SET_TRUST:
        return dsmtp_trust_name((enum dsmtp_trust)value);
    case DSMTP_SET_ADDRESS:
        return dsmtp_address_name((enum dsmtp_address)value);
    case DSMTP_SET_TLSA:
        return dsmtp_tlsa_state_name((enum dsmtp_tlsa_state)value);
    case DSMTP_SET_LEVEL:
        return dsmtp_level_name((enum dsmtp_level)value);
    case DSMTP_SET_STATE:
        return dsmtp_state_name((enum dsmtp_state)value);
    case DSMTP_SET_EVENT:
        return dsmtp_event_name((enum dsmtp_event)value);
    }
    return "";
}

unsigned dsmtp_set_size(enum dsmtp_set_of of)
{
    return size_of[of];
}

const char *dsmtp_set_text(enum dsmtp_set_of of, unsigned set, char out[DSMTP_SET_TEXT_SIZE])
{
    unsigned all = (1u << size_of[of]) - 1;
    unsigned absent = all & ~set;
    unsigned missing = 0;
    const char *glue = "";
    size_t used = 0;

    for (unsigned i = 0; i < size_of[of]; i++)
        missing += absent >> i & 1u;
    if (missing <= 2 && size_of[of] >= 2 * missing + 3) {
        used = (size_t)snprintf(out, DSMTP_SET_TEXT_SIZE, missing == 0 ? "any" : "any but ");
        set = absent;
    }
    for (unsigned i = 0; i < size_of[of] && used < DSMTP_SET_TEXT_SIZE; i++) {
        if ((set >> i & 1u) == 0)
            continue;
        used +=
            (size_t)snprintf(out + used, DSMTP_SET_TEXT_SIZE - used, "%s%s", glue, member(of, i));
        glue = ", ";
    }
    return out;
}
