/* family.c - precedence of two address answers of family.h. */
#include "core/family.h"

#include <stdint.h>

/* clang-format off */
/* By the switch addr_partial_error: the lower one speaks.
   use_found: secure addresses of one family are enough, whatever became of the other. Insecure ones are not while the other family
   is bogus: a zone is not insecure for one type and signed for another. A failure comes before "none", which is only half known.
   skip: any failure speaks for the host. use_any: any address does. */
static const uint8_t rank[][DSMTP_FAMILY_COUNT] = {
    /*                             secure  insecure  absent  bogus  error */
    [DSMTP_ADDR_PARTIAL_USE]     = {0,     2,        4,      1,     3},
    [DSMTP_ADDR_PARTIAL_SKIP]    = {2,     3,        4,      0,     1},
    [DSMTP_ADDR_PARTIAL_USE_ANY] = {0,     1,        4,      2,     3},
};
/* clang-format on */

const char *dsmtp_family_name(enum dsmtp_family v)
{
    static const char *const names[] = {"secure", "insecure", "absent", "bogus", "error"};

    return names[v];
}

enum dsmtp_family dsmtp_family_of(const struct dsmtp_answer *answer)
{
    if (answer->presence == DSMTP_PRESENCE_FAILED)
        return answer->security == DSMTP_SECURITY_BOGUS ? DSMTP_FAMILY_BOGUS : DSMTP_FAMILY_ERROR;
    if (answer->presence != DSMTP_PRESENCE_DATA)
        return DSMTP_FAMILY_ABSENT;
    return answer->security == DSMTP_SECURITY_SECURE ? DSMTP_FAMILY_SECURE : DSMTP_FAMILY_INSECURE;
}

unsigned dsmtp_family_leads(const struct dsmtp_profile *profile, enum dsmtp_family a,
                            enum dsmtp_family aaaa)
{
    const uint8_t *order = rank[profile->value[DSMTP_SWITCH_ADDR_PARTIAL]];

    if (profile->value[DSMTP_SWITCH_FAMILY_STATUS] == DSMTP_FAMILY_STATUS_WORST) {
        if (a == DSMTP_FAMILY_SECURE && aaaa == DSMTP_FAMILY_INSECURE)
            return 1;
        if (a == DSMTP_FAMILY_INSECURE && aaaa == DSMTP_FAMILY_SECURE)
            return 0;
    }
    return order[aaaa] < order[a] ? 1 : 0;
}
