/* usable.h - which records of a secure TLSA set this client can use: RFC 6698, section 4.1; RFC
 * 7671, sections 4, 5 and 9; RFC 7672, section 3.1. */
#ifndef DSMTP_CORE_USABLE_H
#define DSMTP_CORE_USABLE_H

#include "core/profile.h"
#include "model/tlsa.h"

/* Set effective_usage and why of every record; returns the number of usable ones. Usages 0 and 1
 * are mapped before anything else is judged (S30); of equal records the first counts; with digest
 * agility only the strongest digest of a usage and selector stays usable (RFC 7671, section 9). */
unsigned dsmtp_usable_mark(const struct dsmtp_profile *profile, struct dsmtp_tlsa *records,
                           unsigned count);

#endif
