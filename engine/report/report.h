/* report.h - an outcome for people and for machines. */
#ifndef DSMTP_REPORT_REPORT_H
#define DSMTP_REPORT_REPORT_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "base/status.h"
#include "model/demand.h"
#include "model/evidence.h"
#include "model/outcome.h"

/* What `danesmtp verify` looked at and found. */
struct dsmtp_verification {
    const char *profile;
    enum dsmtp_against against;
    const struct dsmtp_tlsa *tlsa;
    unsigned tlsa_count;
    const char *const *names;
    unsigned name_count;
    int64_t time; /* seconds since 1970; negative: now */
    struct dsmtp_tls_evidence evidence;
};

/* Where a target came from when there is no order to tell: `danesmtp batch`. */
struct dsmtp_report_source {
    unsigned long line; /* of the input */
    const char *command;
};

/* For people: one block, ended by an empty line by the caller if another follows. colour: mark the
 * verdict for a terminal. Write errors stay with the stream. */
void dsmtp_report_text(FILE *to, const struct dsmtp_outcome *outcome, bool colour);
void dsmtp_report_verification_text(FILE *to, const struct dsmtp_verification *v, bool colour);

/* For machines: one JSON object on one line, as in danesmtp.schema.json. source may be NULL. The
 * second is for a target without outcome. DSMTP_NOMEM. */
DSMTP_MUST_USE enum dsmtp_status dsmtp_report_json(FILE *to, const struct dsmtp_outcome *outcome,
                                                   const struct dsmtp_report_source *source);
DSMTP_MUST_USE enum dsmtp_status dsmtp_report_error_json(FILE *to, const char *target,
                                                         const char *error,
                                                         const struct dsmtp_report_source *source);
DSMTP_MUST_USE enum dsmtp_status dsmtp_report_verification_json(FILE *to,
                                                                const struct dsmtp_verification *v);

#endif
