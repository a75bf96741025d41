/* family.h - a host has two address answers, A and AAAA: which of them speaks for it? */
#ifndef DSMTP_CORE_FAMILY_H
#define DSMTP_CORE_FAMILY_H

#include "core/profile.h"
#include "model/record.h"

/* What one address answer is. SECURE, INSECURE: with addresses; ABSENT: a denial of either
 * security. */
enum dsmtp_family {
    DSMTP_FAMILY_SECURE,
    DSMTP_FAMILY_INSECURE,
    DSMTP_FAMILY_ABSENT,
    DSMTP_FAMILY_BOGUS,
    DSMTP_FAMILY_ERROR,
    DSMTP_FAMILY_COUNT
};

const char *dsmtp_family_name(enum dsmtp_family v);
enum dsmtp_family dsmtp_family_of(const struct dsmtp_answer *answer);

/* 0: the first answer speaks for the host, 1: the second. The switches family_status and
 * addr_partial_error decide (RFC 7672, section 2.2.2, speaks of one address answer only). */
unsigned dsmtp_family_leads(const struct dsmtp_profile *profile, enum dsmtp_family a,
                            enum dsmtp_family aaaa);

#endif
