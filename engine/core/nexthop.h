/* nexthop.h - a destination as people and policy tables write it: d.example, [mx.d.example],
 * [192.0.2.1], [IPv6:2001:db8::1], each with :PORT. */
#ifndef DSMTP_CORE_NEXTHOP_H
#define DSMTP_CORE_NEXTHOP_H

#include "core/discover.h"
#include "model/name.h"

#define DSMTP_SMTP_PORT 25u

struct dsmtp_nexthop {
    enum dsmtp_nexthop_kind kind; /* brackets mean HOST or ADDRESS: no MX lookup */
    char name[DSMTP_NAME_SIZE];   /* canonical name, or numeric address in its shortest form */
    unsigned port;                /* of the service; 25 unless given */
};

/* Longest text: "[IPv6:" or "[", a name, "]:65535". */
#define DSMTP_NEXTHOP_TEXT_SIZE (DSMTP_NAME_SIZE + 16u)

/* DSMTP_SYNTAX with what was expected. */
DSMTP_MUST_USE enum dsmtp_status dsmtp_nexthop_parse(const char *text, struct dsmtp_nexthop *out,
                                                     struct dsmtp_fault *fault);

/* The one canonical text of a next hop; port 25 is left out. */
void dsmtp_nexthop_text(const struct dsmtp_nexthop *nexthop, char out[DSMTP_NEXTHOP_TEXT_SIZE]);

#endif
