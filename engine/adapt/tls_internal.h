/* tls_internal.h - what tls_openssl.c and tls_offline.c share. */
#ifndef DSMTP_ADAPT_TLS_INTERNAL_H
#define DSMTP_ADAPT_TLS_INTERNAL_H

#include <openssl/ssl.h>
#include <stddef.h>

#include "base/status.h"
#include "port/stream.h"

struct dsmtp_tls {
    SSL_CTX *ctx;
};

/* The first error of OpenSSL's queue in words; empties the queue. */
void dsmtp_tls_words(char *out, size_t room);

/* DSMTP_SYSTEM with these words. */
enum dsmtp_status dsmtp_tls_fault(struct dsmtp_fault *fault, const char *what);

/* From the session's verify result to reason, match and detail; the rest of the evidence is left
 * alone. */
void dsmtp_tls_judge_verify(SSL *ssl, const struct dsmtp_tls_demand *demand,
                            struct dsmtp_tls_evidence *out);

#endif
