/* evidence.h - what a TLS handshake has shown about the peer. */
#ifndef DSMTP_MODEL_EVIDENCE_H
#define DSMTP_MODEL_EVIDENCE_H

#include <stdbool.h>
#include <stdint.h>

#include "model/verdict.h"

/* What TLS has shown. */
struct dsmtp_tls_evidence {
    enum dsmtp_reason reason; /* NONE: as demanded; else TLS_HANDSHAKE, TLSA_MISMATCH,
                                 NAME_MISMATCH, CHAIN_INVALID */
    bool up;                  /* the handshake itself succeeded */
    bool authenticated;
    char version[16];
    char cipher[64];
    bool matched;                      /* a record matched: */
    uint8_t usage, selector, matching; /* as published */
    int depth;                         /* of the matching certificate in the chain; 0: leaf */
    char detail[200];                  /* the library's words, or empty */
};

#endif
