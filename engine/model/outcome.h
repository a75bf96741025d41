/* outcome.h - what came of a target: the plan, every connection that was tried, every recipient. */
#ifndef DSMTP_MODEL_OUTCOME_H
#define DSMTP_MODEL_OUTCOME_H

#include "model/evidence.h"
#include "model/plan.h"

struct dsmtp_attempt {
    const char *host;
    const char *address;
    enum dsmtp_level level;
    enum dsmtp_result result;
    enum dsmtp_reason reason;
    const char *rules;             /* of the step that ended it */
    const char *detail;            /* a library's or the server's words, or NULL */
    struct dsmtp_tls_evidence tls; /* tls.up: TLS was established */
    const char *reply;             /* last reply of the server, or NULL */
};

struct dsmtp_recipient {
    const char *address;
    bool settled;               /* delivered or bounced: asked no more */
    bool accepted;              /* by RCPT in the current session */
    enum dsmtp_verdict verdict; /* DELIVERED, DEFERRED or BOUNCED once the job is done */
    const char *reply;          /* that decided, or NULL */
};

struct dsmtp_outcome {
    const struct dsmtp_plan *plan;
    enum dsmtp_verdict verdict;
    enum dsmtp_reason reason;
    const char *rules;
    const char *detail;
    struct dsmtp_attempt *attempts;
    unsigned attempt_count;
    struct dsmtp_recipient *recipients;
    unsigned recipient_count;
};

#endif
