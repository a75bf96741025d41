/* tls_openssl.h - TLS as a client, and DANE authentication (RFC 6698, 7671, 7672) by OpenSSL.
 *
 * One struct dsmtp_tls serves all connections. A session is an SSL that makes one demand; how its
 * bytes travel is the caller's business. What came of it is read with dsmtp_tls_judge, online and
 * offline alike:
 *
 *     dsmtp_tls_session(tls, &demand, &ssl, &fault);
 *     SSL_set_fd(ssl, fd); SSL_connect(ssl), until it is done one way or the other
 *     dsmtp_tls_judge(ssl, &demand, connected, &evidence);
 *     SSL_free(ssl);
 */
#ifndef DSMTP_ADAPT_TLS_OPENSSL_H
#define DSMTP_ADAPT_TLS_OPENSSL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "port/stream.h"

struct dsmtp_tls;
struct ssl_st;
struct ssl_ctx_st;

/* Strings must outlive the struct dsmtp_tls. */
struct dsmtp_tls_options {
    int min_version;     /* TLS1_2_VERSION and so on; 0: TLS 1.2 (RFC 8996) */
    int security_level;  /* OpenSSL's; negative: 1 for a peer that has to authenticate itself, 0 for
                            any other, and where versions before 1.2 are let in */
    const char *ciphers; /* of TLS 1.2 and before, as in openssl-ciphers(1); NULL: OpenSSL's own */
    const char
        *ca_file; /* trusted certificates in PEM form for AGAINST_AUTHORITIES, or a directory */
    const char *ca_path; /* of them as c_rehash(1) leaves it; both NULL: the system's */
};

/* OpenSSL's number of a version of TLS, "1.0" to "1.3"; 0: it is none. */
int dsmtp_tls_version_of(const char *word);

/* options may be NULL. DSMTP_SYNTAX: bad ciphers, or nothing to trust in ca_file or ca_path. */
DSMTP_MUST_USE enum dsmtp_status dsmtp_tls_open(const struct dsmtp_tls_options *options,
                                                struct dsmtp_tls **out, struct dsmtp_fault *fault);
void dsmtp_tls_close(struct dsmtp_tls **tls);

/* The same on an SSL_CTX of the program's: its versions, ciphers, modes and authorities stay what
 * they are. What is opened lives as long as the context; a second time nothing happens. */
DSMTP_MUST_USE enum dsmtp_status dsmtp_tls_adopt(struct ssl_ctx_st *ctx, struct dsmtp_fault *fault);

/* What dsmtp_tls_adopt made of the context of this session; NULL: it did not. */
struct dsmtp_tls *dsmtp_tls_adopted(struct ssl_st *ssl);

/* A client session that makes the demand; what that points to must outlive its handshake. If the
 * demand is to authenticate, the handshake fails, before any application data, unless the peer
 *
 * - matches a usable TLSA record (and, under usage 2, bears one of the names), or
 * - has a chain to a trusted authority, and bears one of the names, or
 * - has one of the fingerprints;
 *
 * with demand->audit TLSA is looked at in the same way, but no handshake fails for it; otherwise
 * any peer will do. No session is resumed, whatever the server offers. DSMTP_MISUSE: a usable
 * record of usage 2, or authorities, but no name to check. */
DSMTP_MUST_USE enum dsmtp_status dsmtp_tls_session(struct dsmtp_tls *tls,
                                                   const struct dsmtp_tls_demand *demand,
                                                   struct ssl_st **out, struct dsmtp_fault *fault);

/* Let a session that was just made from the context of tls make the demand. */
DSMTP_MUST_USE enum dsmtp_status dsmtp_tls_apply(struct dsmtp_tls *tls, struct ssl_st *ssl,
                                                 const struct dsmtp_tls_demand *demand,
                                                 struct dsmtp_fault *fault);

/* The demand that a session makes; NULL: none. It is the session's. */
const struct dsmtp_tls_demand *dsmtp_tls_demand(const struct ssl_st *ssl);

/* Fill the evidence. up: the handshake ended well. Takes the words for a failure from OpenSSL's
 * queue of errors, and empties it. */
void dsmtp_tls_judge(struct ssl_st *ssl, const struct dsmtp_tls_demand *demand, bool up,
                     struct dsmtp_tls_evidence *out);

/* The same without a connection: would this chain (PEM, leaf first) meet the demand at that time
 * (seconds since 1970; negative: now)? evidence->up stays false, version and cipher empty.
 * DSMTP_SYNTAX: no certificate, or a broken one. */
DSMTP_MUST_USE enum dsmtp_status dsmtp_tls_verify_pem(struct dsmtp_tls *tls, const char *pem,
                                                      size_t len,
                                                      const struct dsmtp_tls_demand *demand,
                                                      int64_t time, struct dsmtp_tls_evidence *out,
                                                      struct dsmtp_fault *fault);

#endif
