/* tls_internal.h - what the tls_*.c files share. */
#ifndef DSMTP_ADAPT_TLS_INTERNAL_H
#define DSMTP_ADAPT_TLS_INTERNAL_H

#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>
#include <stddef.h>

#include "base/status.h"
#include "port/stream.h"

struct dsmtp_tls {
    SSL_CTX *ctx;        /* its own store of authorities stays empty, unless it is the program's */
    X509_STORE *trusted; /* for AGAINST_AUTHORITIES; NULL: the system's, not read yet */
    X509_STORE *none;    /* empty, in place of the program's; NULL: the context is not its */
    const char *ciphers; /* NULL: OpenSSL's */
    int floor;           /* oldest version */
    int security_level;  /* negative: by demand */
};

/* Sessions are never resumed, demands are heeded. */
bool dsmtp_tls_set_up(struct dsmtp_tls *tls);

/* The first error of OpenSSL's queue in words; empties the queue. */
void dsmtp_tls_words(char *out, size_t room);

/* DSMTP_SYSTEM with these words. */
enum dsmtp_status dsmtp_tls_fault(struct dsmtp_fault *fault, const char *what);

/* Fill and keep the store for AGAINST_AUTHORITIES; both NULL: the system's. DSMTP_SYNTAX: no such
 * file or directory, or nothing in it. */
enum dsmtp_status dsmtp_tls_trust(struct dsmtp_tls *tls, const char *file, const char *path,
                                  struct dsmtp_fault *fault);

/* Against what the chain is judged: to audit is to look at TLSA, and to demand nothing. */
static inline enum dsmtp_against dsmtp_tls_kind(const struct dsmtp_tls_demand *demand)
{
    return demand->audit ? DSMTP_AGAINST_TLSA : demand->authenticate;
}

/* Judge the chain in ctx by the demand; sets the error of ctx. What a handshake calls when the
 * server's chain has come in, and what is called offline. */
bool dsmtp_tls_check_chain(X509_STORE_CTX *ctx, const struct dsmtp_tls_demand *demand);

/* Would this chain, leaf first, meet the demand at that time (seconds since 1970; negative: now)?
 */
enum dsmtp_status dsmtp_tls_verify_chain(struct dsmtp_tls *tls, STACK_OF(X509) * chain,
                                         const struct dsmtp_tls_demand *demand, int64_t time,
                                         struct dsmtp_tls_evidence *out, struct dsmtp_fault *fault);

/* Does the record, whatever its usage, name this certificate or its key? */
bool dsmtp_tls_record_is(const struct dsmtp_tlsa *record, X509 *cert);

/* Fill demand->exam from the chain that a server has sent; empties OpenSSL's queue of errors. */
void dsmtp_tls_examine(struct dsmtp_tls *tls, X509_STORE_CTX *ctx,
                       const struct dsmtp_tls_demand *demand);

/* What kind of refusal is this error of a handshake? */
enum dsmtp_refusal dsmtp_tls_refusal(unsigned long error);

/* From the session's verify result to reason, fault, match and detail; the rest of the evidence is
 * left alone. */
void dsmtp_tls_judge_verify(SSL *ssl, const struct dsmtp_tls_demand *demand,
                            struct dsmtp_tls_evidence *out);

#endif
