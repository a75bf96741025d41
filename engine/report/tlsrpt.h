/* tlsrpt.h - a report on all sessions of a run in the form of RFC 8460.
 *
 * Outcomes are added one by one; what is kept of them are sums: for each policy the sessions that
 * met it and those that did not, and of these, for each result type, host, address and reason, how
 * many. So memory grows with the policies and failures that differ, not with the sessions.
 *
 * The report is one over all destinations: type tlsa is listed under the TLSA base domain, which is
 * not where the address for reports is looked up (that is the next hop: R-8460-1.1-1). */
#ifndef DSMTP_REPORT_TLSRPT_H
#define DSMTP_REPORT_TLSRPT_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "base/status.h"
#include "model/outcome.h"

struct dsmtp_tlsrpt;

/* The own address that is used to reach a peer, numeric, or false. */
typedef bool dsmtp_tlsrpt_source(const char *peer, char out[46]);

/* NULL: out of memory. source may be NULL: then sending-mta-ip is left out. */
struct dsmtp_tlsrpt *dsmtp_tlsrpt_open(dsmtp_tlsrpt_source *source);
void dsmtp_tlsrpt_close(struct dsmtp_tlsrpt **report);

/* Add what came of one destination. Memory that runs out is told by write: a report that lacks
 * something is none. */
void dsmtp_tlsrpt_add(struct dsmtp_tlsrpt *report, const struct dsmtp_outcome *outcome);

struct dsmtp_tlsrpt_head {
    const char *organization;
    const char *contact;
    const char *id;     /* unique among the reports of this sender */
    int64_t start, end; /* seconds since 1970 */
};

/* Write the report, one JSON object as in tlsrpt.schema.json; policies and failures are in an order
 * that does not depend on the order of adding. Write errors stay with the stream. DSMTP_NOMEM. */
DSMTP_MUST_USE enum dsmtp_status dsmtp_tlsrpt_write(FILE *to, const struct dsmtp_tlsrpt *report,
                                                    const struct dsmtp_tlsrpt_head *head);

#endif
