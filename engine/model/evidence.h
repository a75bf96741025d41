/* evidence.h - what a TLS handshake has shown about the peer. */
#ifndef DSMTP_MODEL_EVIDENCE_H
#define DSMTP_MODEL_EVIDENCE_H

#include <stdbool.h>
#include <stdint.h>

#include "model/verdict.h"

/* What was wrong with the peer's certificates, finer than the reason, for reports (RFC 8460,
 * section 4.3) and operators. X(name, word)
 *
 * NO_MATCH: records of usage 3 only, and the leaf matches none. ANCHOR_MISSING: nothing matches,
 * and the anchor of a record of usage 2 was not sent (R-7671-5.2.2-2). ISSUER: the anchor is there,
 * but the chain does not lead to it; without TLSA, no trusted authority is reached. */
#define DSMTP_CHAIN_FAULT_LIST(X)            \
    X(NONE, "none")                          \
    X(NO_MATCH, "no-match")                  \
    X(ANCHOR_MISSING, "anchor-not-sent")     \
    X(ISSUER, "issuer-not-found")            \
    X(FINGERPRINT, "no-fingerprint")         \
    X(NAME, "name-mismatch")                 \
    X(EXPIRED, "expired")                    \
    X(NOT_YET_VALID, "not-yet-valid")        \
    X(PURPOSE, "not-for-servers")            \
    X(NOT_CA, "issuer-is-no-authority")      \
    X(PATH_LENGTH, "path-too-long")          \
    X(NAME_CONSTRAINT, "name-not-permitted") \
    X(SIGNATURE, "bad-signature")            \
    X(WEAK, "too-weak")                      \
    X(OTHER, "other")

enum dsmtp_chain_fault {
#define X(name, word) DSMTP_CHAIN_FAULT_##name,
    DSMTP_CHAIN_FAULT_LIST(X)
#undef X
        DSMTP_CHAIN_FAULT_COUNT
};
const char *dsmtp_chain_fault_name(enum dsmtp_chain_fault v);

/* What TLS has shown. */
struct dsmtp_tls_evidence {
    enum dsmtp_reason reason;     /* NONE: as demanded; else TLS_HANDSHAKE, TLSA_MISMATCH,
                                     FINGERPRINT_MISMATCH, NAME_MISMATCH, CHAIN_INVALID,
                                     CHAIN_UNTRUSTED */
    enum dsmtp_chain_fault fault; /* NONE unless the reason is one of the certificates */
    bool up;                      /* the handshake itself succeeded */
    bool authenticated;
    char version[16];
    char cipher[64];
    bool matched;                      /* a TLSA record matched: */
    uint8_t usage, selector, matching; /* as published */
    int depth;                         /* of the matching certificate in the chain; 0: leaf */
    char name[256];                    /* that the certificate bears and that was accepted; empty:
                                          names were not looked at */
    char detail[200];                  /* the library's words, or empty */
};

#endif
