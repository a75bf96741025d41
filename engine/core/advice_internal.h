/* advice_internal.h - what the advice_*.c files share: a list that grows, and the three of them
 * that fill it. */
#ifndef DSMTP_CORE_ADVICE_INTERNAL_H
#define DSMTP_CORE_ADVICE_INTERNAL_H

#include "core/advice.h"

struct dsmtp_adviser {
    struct dsmtp_arena *arena;
    const struct dsmtp_survey *survey;
    const struct dsmtp_outcome *outcome;
    struct dsmtp_advice *list;
    unsigned count, room;
    enum dsmtp_status status; /* NOMEM: the list lacks something */
};

/* Add to the list. host and address live as long as the plan; format NULL: no detail. */
void dsmtp_advice_add(struct dsmtp_adviser *adviser, enum dsmtp_advice_kind kind, const char *host,
                      const char *address, const char *format, ...)
    __attribute__((format(printf, 5, 6)));

/* The same with a detail as it is; NULL: none. */
void dsmtp_advice_say(struct dsmtp_adviser *adviser, enum dsmtp_advice_kind kind, const char *host,
                      const char *address, const char *detail);

void dsmtp_advise_dns(struct dsmtp_adviser *adviser);      /* MX, hosts, lookups, zones */
void dsmtp_advise_records(struct dsmtp_adviser *adviser);  /* TLSA sets as they are published */
void dsmtp_advise_sessions(struct dsmtp_adviser *adviser); /* connections, certificates */

/* "3 1 1"; room for three octets in decimal. */
#define DSMTP_ADVICE_LABEL_SIZE 12u
const char *dsmtp_advice_label(const struct dsmtp_tlsa *record, char out[DSMTP_ADVICE_LABEL_SIZE]);

/* Same usage, selector and matching type (RFC 7671, section 8)? */
bool dsmtp_advice_same_kind(const struct dsmtp_tlsa *a, const struct dsmtp_tlsa *b);

#endif
