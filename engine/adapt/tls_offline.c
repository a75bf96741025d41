/* tls_offline.c - the verification of tls_openssl.h without a connection. */
#include <limits.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509_vfy.h>

#include "adapt/tls_internal.h"
#include "adapt/tls_openssl.h"

/* As OpenSSL's own default (SSL_CTX_set_max_cert_list) this is far beyond any chain in use. */
enum { CHAIN_MAX = 100 };

/* Nobody is asked for a pass phrase. */
static int no_password(char *buffer, int size, int writing, void *arg)
{
    (void)buffer;
    (void)size;
    (void)writing;
    (void)arg;
    return -1;
}

/* Other PEM blocks are passed over; behind the last certificate OpenSSL reports "no start line". */
static enum dsmtp_status read_chain(BIO *bio, STACK_OF(X509) * chain, struct dsmtp_fault *fault)
{
    char words[200];
    X509 *cert;

    while ((cert = PEM_read_bio_X509(bio, NULL, no_password, NULL)) != NULL) {
        bool room = sk_X509_num(chain) < CHAIN_MAX;

        if (room && sk_X509_push(chain, cert) > 0)
            continue;
        X509_free(cert);
        return room ? dsmtp_fault_set(fault, DSMTP_NOMEM, "out of memory")
                    : dsmtp_fault_set(fault, DSMTP_TOOBIG, "more than %d certificates", CHAIN_MAX);
    }
    if (ERR_GET_LIB(ERR_peek_last_error()) != ERR_LIB_PEM ||
        ERR_GET_REASON(ERR_peek_last_error()) != PEM_R_NO_START_LINE) {
        dsmtp_tls_words(words, sizeof(words));
        return dsmtp_fault_set(fault, DSMTP_SYNTAX, "certificate %d: %s", sk_X509_num(chain) + 1,
                               words);
    }
    ERR_clear_error();
    if (sk_X509_num(chain) == 0)
        return dsmtp_fault_set(fault, DSMTP_SYNTAX, "no certificate in PEM form found");
    return DSMTP_OK;
}

/* What a handshake does when the server's chain has come in, step by step as in OpenSSL's
 * ssl_verify_cert_chain. */
static enum dsmtp_status verify(const struct dsmtp_tls *tls, SSL *ssl, STACK_OF(X509) * chain,
                                const struct dsmtp_tls_demand *demand, int64_t time,
                                struct dsmtp_fault *fault)
{
    X509_STORE_CTX *ctx = X509_STORE_CTX_new();
    X509_STORE *store = dsmtp_tls_kind(demand) == DSMTP_AGAINST_AUTHORITIES
                            ? tls->trusted
                            : SSL_CTX_get_cert_store(tls->ctx);
    X509_VERIFY_PARAM *param;

    if (ctx == NULL || X509_STORE_CTX_init(ctx, store, sk_X509_value(chain, 0), chain) <= 0 ||
        X509_STORE_CTX_set_default(ctx, "ssl_server") <= 0) {
        X509_STORE_CTX_free(ctx);
        return dsmtp_tls_fault(fault, "cannot verify");
    }
    X509_STORE_CTX_set0_dane(ctx, SSL_get0_dane(ssl));
    param = X509_STORE_CTX_get0_param(ctx);
    X509_VERIFY_PARAM_set_auth_level(param, SSL_get_security_level(ssl));
    /* Without them any name would do. */
    if (X509_VERIFY_PARAM_set1(param, SSL_get0_param(ssl)) <= 0) {
        X509_STORE_CTX_free(ctx);
        return dsmtp_tls_fault(fault, "cannot set the names");
    }
    if (time >= 0)
        X509_VERIFY_PARAM_set_time(param, (time_t)time);
    (void)dsmtp_tls_check_chain(ctx, demand);
    SSL_set_verify_result(ssl, X509_STORE_CTX_get_error(ctx));
    X509_VERIFY_PARAM_move_peername(SSL_get0_param(ssl), param);
    X509_STORE_CTX_free(ctx);
    return DSMTP_OK;
}

enum dsmtp_status dsmtp_tls_verify_chain(struct dsmtp_tls *tls, STACK_OF(X509) * chain,
                                         const struct dsmtp_tls_demand *demand, int64_t time,
                                         struct dsmtp_tls_evidence *out, struct dsmtp_fault *fault)
{
    struct dsmtp_tls_evidence evidence = {.reason = DSMTP_REASON_NONE};
    enum dsmtp_status status;
    SSL *ssl = NULL;

    DSMTP_TRY(dsmtp_tls_session(tls, demand, &ssl, fault));
    status = verify(tls, ssl, chain, demand, time, fault);
    if (status == DSMTP_OK) {
        dsmtp_tls_judge_verify(ssl, demand, &evidence);
        *out = evidence;
    }
    SSL_free(ssl);
    ERR_clear_error();
    return status;
}

enum dsmtp_status dsmtp_tls_verify_pem(struct dsmtp_tls *tls, const char *pem, size_t len,
                                       const struct dsmtp_tls_demand *demand, int64_t time,
                                       struct dsmtp_tls_evidence *out, struct dsmtp_fault *fault)
{
    STACK_OF(X509) *chain = NULL;
    enum dsmtp_status status;
    BIO *bio;

    if (len > INT_MAX)
        return dsmtp_fault_set(fault, DSMTP_TOOBIG, "the chain is too long");
    bio = BIO_new_mem_buf(pem, (int)len);
    chain = sk_X509_new_null();
    if (bio == NULL || chain == NULL)
        status = dsmtp_fault_set(fault, DSMTP_NOMEM, "out of memory");
    else
        status = read_chain(bio, chain, fault);
    if (status == DSMTP_OK)
        status = dsmtp_tls_verify_chain(tls, chain, demand, time, out, fault);
    sk_X509_pop_free(chain, X509_free);
    BIO_free(bio);
    return status;
}
