/* tlsrpt_internal.h - the sums of a report: what tlsrpt.c adds up and tlsrpt_json.c writes. */
#ifndef DSMTP_REPORT_TLSRPT_INTERNAL_H
#define DSMTP_REPORT_TLSRPT_INTERNAL_H

#include <stdbool.h>
#include <stddef.h>

#include "report/tlsrpt.h"

/* Strings one behind the other, each ended by a NUL: what makes an entry different from others. */
struct dsmtp_tlsrpt_key {
    char *text;
    size_t len;
};

enum { /* the strings of a policy's key; its records follow */
       DSMTP_TLSRPT_POLICY_DOMAIN,
       DSMTP_TLSRPT_POLICY_TYPE,
       DSMTP_TLSRPT_POLICY_STRINGS
};

struct dsmtp_tlsrpt_policy_sum {
    struct dsmtp_tlsrpt_key key;
    unsigned long successes, failures;
    void *details; /* tsearch(3) tree of struct dsmtp_tlsrpt_failure_sum */
};

enum { /* the strings of a failure's key; empty: not known */
       DSMTP_TLSRPT_FAILURE_TYPE,
       DSMTP_TLSRPT_FAILURE_HOST,
       DSMTP_TLSRPT_FAILURE_ADDRESS,
       DSMTP_TLSRPT_FAILURE_SENDER,
       DSMTP_TLSRPT_FAILURE_CODE
};

struct dsmtp_tlsrpt_failure_sum {
    struct dsmtp_tlsrpt_key key;
    unsigned long count;
};

struct dsmtp_tlsrpt {
    void *policies; /* tsearch(3) tree of struct dsmtp_tlsrpt_policy_sum */
    dsmtp_tlsrpt_source *source;
    bool incomplete; /* memory ran out */
};

/* The string of that number, or NULL behind the last. */
const char *dsmtp_tlsrpt_part(const struct dsmtp_tlsrpt_key *key, unsigned number);

#endif
