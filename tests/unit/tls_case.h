/* tls_case.h - a chain, the TLSA records and the names: what has to come of it? Without a socket.
 */
#ifndef TESTS_UNIT_TLS_CASE_H
#define TESTS_UNIT_TLS_CASE_H

#include "adapt/tls_openssl.h"
#include "tls_certs.h"

#define DATA_MAX 2048
#define RECORDS_MAX 3
#define NAMES_MAX 4

/* A TLSA record of a certificate. */
struct tls_pin {
    enum cert_id of; /* NONE: no record */
    uint8_t usage, selector, matching;
    uint8_t effective; /* 0: as published */
    enum dsmtp_unusable why;
};

struct tls_records {
    struct dsmtp_tlsa tlsa[RECORDS_MAX];
    uint8_t data[RECORDS_MAX][DATA_MAX];
    unsigned count;
};

struct tls_case {
    const char *rules; /* ids, separated by spaces */
    const char *label;
    enum cert_id chain[CHAIN_MAX];
    struct tls_pin pins[RECORDS_MAX];
    const char *names[NAMES_MAX];
    enum dsmtp_reason want;
    enum dsmtp_chain_fault fault;
    unsigned matched; /* which of the pins, when OK */
    int depth;
};

/* Outcomes of a case. */
#define OK(pin, depth) DSMTP_REASON_NONE, DSMTP_CHAIN_FAULT_NONE, pin, depth
#define NOT(reason, fault) DSMTP_REASON_##reason, DSMTP_CHAIN_FAULT_##fault, 0, 0

/* The association data of a record, made without the code under test; returns its length. */
size_t tls_association(const struct tls_pin *pin, uint8_t out[DATA_MAX]);
void tls_publish(const struct tls_pin pins[RECORDS_MAX], struct tls_records *out);
struct dsmtp_tls_demand tls_demand(const struct tls_records *records,
                                   const char *const names[NAMES_MAX]);

/* Connect them in memory: the server is to accept, and to the client it is NOW. */
void tls_join(struct ssl_st *client, struct ssl_st *server);

/* Verify with TLS as it is set up by default. */
enum dsmtp_status tls_verify(const char *pem, size_t len, const struct dsmtp_tls_demand *demand,
                             int64_t time, struct dsmtp_tls_evidence *out,
                             struct dsmtp_fault *fault);

/* Every case, at NOW, with checks. */
void tls_run(const struct tls_case *cases, size_t count);

#endif
