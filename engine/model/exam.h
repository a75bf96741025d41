/* exam.h - what a server's certificates say to each of its TLSA records, one by one. A session does
 * not need to know it: for that one record that holds is enough. Whoever publishes them does. */
#ifndef DSMTP_MODEL_EXAM_H
#define DSMTP_MODEL_EXAM_H

#include <stdbool.h>
#include <stdint.h>

#include "model/evidence.h"

#define DSMTP_EXAM_KEY_SIZE 32u

/* Why the server, or this client, ended a handshake before any certificate counted: no version of
 * TLS in common (RFC 8446, section 4.2.1), or the server knows no such name and sends nothing
 * (alert unrecognized_name; R-7672-8.1-5). */
enum dsmtp_refusal { DSMTP_REFUSAL_NONE, DSMTP_REFUSAL_VERSION, DSMTP_REFUSAL_SERVER_NAME };

struct dsmtp_record_exam {
    int depth; /* of the first certificate that equals it, whatever its usage; 0: leaf, -1: none */
    bool judged; /* under its effective usage, all by itself; what follows is the result */
    bool holds;
    bool holds_multi_label;       /* only because "*" was let stand for several labels
                                     (R-7672-3.2.3-7) */
    enum dsmtp_chain_fault fault; /* NONE if it holds */
};

struct dsmtp_exam {
    bool seen;                        /* the server has sent certificates */
    uint8_t key[DSMTP_EXAM_KEY_SIZE]; /* SHA2-256 of the leaf's SubjectPublicKeyInfo */
    enum dsmtp_refusal refusal;
    struct dsmtp_record_exam *records; /* one for each record of the demand; the caller's room */
};

#endif
