/* discover_host.h - the part of discover.h that looks at one host: addresses, alias, TLSA, level.
 */
#ifndef DSMTP_CORE_DISCOVER_HOST_H
#define DSMTP_CORE_DISCOVER_HOST_H

#include "core/discover.h"

/* Add a question to those that can be asked now; *out lives in the arena. */
DSMTP_MUST_USE enum dsmtp_status dsmtp_discover_ask(struct dsmtp_discover *d, const char *name,
                                                    enum dsmtp_rrtype type, unsigned host,
                                                    unsigned round, struct dsmtp_question **out);

/* Begin with a host: ask for its addresses, or decide at once if the name is an address. */
DSMTP_MUST_USE enum dsmtp_status dsmtp_discover_host_begin(struct dsmtp_discover *d, unsigned host,
                                                           unsigned round);

/* Go on with a host after one of its questions was answered. */
DSMTP_MUST_USE enum dsmtp_status dsmtp_discover_host_next(struct dsmtp_discover *d, unsigned host,
                                                          unsigned round);

#endif
