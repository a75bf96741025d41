/* sets.h - bit sets over the engine's enums, in words. */
#ifndef DSMTP_REPORT_SETS_H
#define DSMTP_REPORT_SETS_H

#include <stddef.h>

#define DSMTP_SET_TEXT_SIZE 400u

enum dsmtp_set_of {
    DSMTP_SET_POLICY,
    DSMTP_SET_SECURITY,
    DSMTP_SET_MX,
    DSMTP_SET_TRUST,
    DSMTP_SET_ADDRESS,
    DSMTP_SET_TLSA,
    DSMTP_SET_LEVEL,
    DSMTP_SET_STATE,
    DSMTP_SET_EVENT
};

/* "a, b", "any", or "any but c"; returns out. */
const char *dsmtp_set_text(enum dsmtp_set_of of, unsigned set, char out[DSMTP_SET_TEXT_SIZE]);

/* How many members the whole set has. */
unsigned dsmtp_set_size(enum dsmtp_set_of of);

#endif
