/* outcome.h - what came of a target: the plan, every connection that was tried, every recipient. */
#ifndef DSMTP_MODEL_OUTCOME_H
#define DSMTP_MODEL_OUTCOME_H

#include "model/advice.h"
#include "model/evidence.h"
#include "model/exam.h"
#include "model/plan.h"

/* "5.7.509" and the like (RFC 3463), with its end. */
#define DSMTP_DSN_SIZE 12u

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
    char status[DSMTP_DSN_SIZE];   /* the enhanced status code in it, or "" */
    const struct dsmtp_exam *exam; /* NULL: none was wanted, or it did not come to a handshake */
    const struct dsmtp_attempt *again; /* a second connection, without SNI and authentication; NULL:
                                          none was wanted */
};

/* Where a recipient stands with the current session. */
enum dsmtp_turn {
    DSMTP_TURN_NOT_ASKED,
    DSMTP_TURN_ASKED,    /* part of the current transaction */
    DSMTP_TURN_ACCEPTED, /* by RCPT in it */
    DSMTP_TURN_REFUSED,  /* this host has said no, or would have to: no more with it */
    DSMTP_TURN_TOO_MANY  /* this host wants it in a transaction of its own */
};

struct dsmtp_recipient {
    const char *address;
    bool settled; /* asked no more: delivered, bounced, or perhaps delivered */
    enum dsmtp_turn turn;
    enum dsmtp_verdict verdict;  /* DELIVERED, DEFERRED or BOUNCED; final once the job is done */
    enum dsmtp_reason reason;    /* that decided; NONE before anything was found out */
    const char *host;            /* that decided, or NULL */
    const char *reply;           /* its words, or NULL when the client decided */
    char status[DSMTP_DSN_SIZE]; /* enhanced status code; its class is that of the verdict */
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
    bool advised;                      /* advice was looked for */
    const struct dsmtp_advice *advice; /* the worst first */
    unsigned advice_count;
};

#endif
