/* tlsrpt_map.h - from what came of a target to what a TLS report (RFC 8460) says of it: one table.
 *
 * Example: a host at level dane did not offer STARTTLS; the row D11 says that this is a failed
 * session of result type starttls-not-supported under the host's TLSA policy.
 *
 * A D id names an outcome of the engine as in the catalogue of rules; D20 (usage 3 with an expired
 * certificate or another name) and D23 (DANE behind an insecure MX) are successes like D1, D28 is
 * that every connection is one session, D24 that under audit what TLS has shown counts. For any
 * facts at most one row applies; none: nothing is reported. tests/unit/test_tlsrpt_map.c proves it,
 * and names the reasons for which there is no row. */
#ifndef DSMTP_REPORT_TLSRPT_MAP_H
#define DSMTP_REPORT_TLSRPT_MAP_H

#include <stdbool.h>
#include <stdint.h>

#include "model/outcome.h"

/* What is judged: the destination as a whole, a host that was passed over, a connection. */
enum dsmtp_tlsrpt_stage {
    DSMTP_TLSRPT_DESTINATION,
    DSMTP_TLSRPT_HOST,
    DSMTP_TLSRPT_SESSION,
    DSMTP_TLSRPT_STAGES
};

/* The host's TLSA records. ABSENT: asked for, but there are none that are secure. */
enum dsmtp_tlsrpt_records {
    DSMTP_TLSRPT_UNASKED,
    DSMTP_TLSRPT_ABSENT,
    DSMTP_TLSRPT_UNUSABLE,
    DSMTP_TLSRPT_USABLE,
    DSMTP_TLSRPT_RECORDS
};

struct dsmtp_tlsrpt_facts {
    enum dsmtp_tlsrpt_stage stage;
    enum dsmtp_reason reason;
    enum dsmtp_level level;
    enum dsmtp_tlsrpt_records records;
    enum dsmtp_chain_fault fault;
    bool up;        /* TLS was established as the level demands */
    bool transient; /* the resolver did not answer in time; the server's last reply was a 4xx */
};

/* Registered result types (RFC 8460, section 4.3); those of MTA-STS, which is not spoken here (D25,
 * D26), are left out. X(name, word) */
#define DSMTP_TLSRPT_RESULT_LIST(X)                           \
    X(STARTTLS_NOT_SUPPORTED, "starttls-not-supported")       \
    X(CERTIFICATE_HOST_MISMATCH, "certificate-host-mismatch") \
    X(CERTIFICATE_EXPIRED, "certificate-expired")             \
    X(CERTIFICATE_NOT_TRUSTED, "certificate-not-trusted")     \
    X(VALIDATION_FAILURE, "validation-failure")               \
    X(TLSA_INVALID, "tlsa-invalid")                           \
    X(DNSSEC_INVALID, "dnssec-invalid")                       \
    X(DANE_REQUIRED, "dane-required")

enum dsmtp_tlsrpt_result {
#define X(name, word) DSMTP_TLSRPT_##name,
    DSMTP_TLSRPT_RESULT_LIST(X)
#undef X
        DSMTP_TLSRPT_RESULT_COUNT
};
const char *dsmtp_tlsrpt_result_name(enum dsmtp_tlsrpt_result v);

enum dsmtp_tlsrpt_count { DSMTP_TLSRPT_SUCCESS, DSMTP_TLSRPT_FAILURE, DSMTP_TLSRPT_NOTHING };

/* Which policy it counts for. BY_RECORDS: type tlsa of the TLSA base domain with its records if
 * there are secure ones, otherwise NEXT_HOP. BASE and NAME: type tlsa without records, of the first
 * place where they were to be found, and of the host. NEXT_HOP: type no-policy-found. */
enum dsmtp_tlsrpt_policy {
    DSMTP_TLSRPT_BY_RECORDS,
    DSMTP_TLSRPT_BASE,
    DSMTP_TLSRPT_NAME,
    DSMTP_TLSRPT_NEXT_HOP
};

/* What follows the failure-reason-code. */
enum dsmtp_tlsrpt_adds {
    DSMTP_TLSRPT_ADDS_NOTHING,
    DSMTP_TLSRPT_ADDS_DETAIL, /* the library's words */
    DSMTP_TLSRPT_ADDS_REPLY,  /* the server's last reply */
    DSMTP_TLSRPT_ADDS_NAMES   /* the names of which one was expected */
};

/* Sets are bit masks over the enums above; up and transient are masks over {false, true}. */
struct dsmtp_tlsrpt_row {
    const char *id;    /* D ids, separated by spaces */
    const char *rules; /* ids of the catalogue likewise */
    unsigned stage;
    uint64_t reasons;
    unsigned levels, records, faults, up, transient;
    enum dsmtp_tlsrpt_count count;
    enum dsmtp_tlsrpt_policy policy;
    enum dsmtp_tlsrpt_result result; /* FAILURE only, as are the rest */
    const char *code;                /* failure-reason-code */
    enum dsmtp_tlsrpt_adds adds;
};

/* The row that applies, or NULL: nothing is to be reported. */
const struct dsmtp_tlsrpt_row *dsmtp_tlsrpt_find(const struct dsmtp_tlsrpt_facts *facts);

/* For tests; NULL past the end. */
const struct dsmtp_tlsrpt_row *dsmtp_tlsrpt_row(unsigned index);
bool dsmtp_tlsrpt_applies(const struct dsmtp_tlsrpt_row *row,
                          const struct dsmtp_tlsrpt_facts *facts);

#endif
