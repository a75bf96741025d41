/* fault_tls.c - senders that check too much or too little of a certificate. */
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>
#include <string.h>

#include "adapt/tls_internal.h"
#include "faults/faults.h"

/* clang-format off */
WRAPPED(unsigned long, SSL_dane_set_flags, SSL *ssl, unsigned long flags)
WRAPPED(int, SSL_dane_tlsa_add, SSL *s, uint8_t usage, uint8_t selector, uint8_t mtype, const unsigned char *data, size_t dlen)
WRAPPED(void, X509_VERIFY_PARAM_set_hostflags, X509_VERIFY_PARAM *param, unsigned int flags)
WRAPPED(bool, dsmtp_tls_check_chain, X509_STORE_CTX *ctx, const struct dsmtp_tls_demand *demand)
WRAPPED(void, SSL_set_verify, SSL *ssl, int mode, SSL_verify_cb callback)
WRAPPED(int, X509_VERIFY_PARAM_add1_host, X509_VERIFY_PARAM *param, const char *name, size_t len)
WRAPPED(enum dsmtp_status, dsmtp_tls_session, struct dsmtp_tls *tls, const struct dsmtp_tls_demand *demand, struct ssl_st **out,
        struct dsmtp_fault *fault)
/* clang-format on */

static int refuse_expired(int ok, X509_STORE_CTX *store)
{
    const X509 *cert = X509_STORE_CTX_get_current_cert(store);

    if (ok == 1 && cert != NULL && X509_cmp_current_time(X509_get0_notAfter(cert)) < 0) {
        X509_STORE_CTX_set_error(store, X509_V_ERR_CERT_HAS_EXPIRED);
        return 0;
    }
    return ok;
}

void WRAP(SSL_set_verify)(SSL *ssl, int mode, SSL_verify_cb callback)
{
    if (fault_is("goes-on-unauthenticated"))
        mode = SSL_VERIFY_NONE;
    REAL(SSL_set_verify)(ssl, mode, fault_is("expiry-under-usage-3") ? refuse_expired : callback);
}

unsigned long WRAP(SSL_dane_set_flags)(SSL *ssl, unsigned long flags)
{
    return REAL(SSL_dane_set_flags)(ssl, fault_is("names-under-usage-3") ? 0 : flags);
}

int WRAP(SSL_dane_tlsa_add)(SSL *s, uint8_t usage, uint8_t selector, uint8_t mtype,
                            const unsigned char *data, size_t dlen)
{
    if (fault_is("mixes-up-selectors"))
        selector = selector == 0 ? 1 : 0;
    return REAL(SSL_dane_tlsa_add)(s, usage, selector, mtype, data, dlen);
}

void WRAP(X509_VERIFY_PARAM_set_hostflags)(X509_VERIFY_PARAM *param, unsigned int flags)
{
    if (fault_is("no-wildcards"))
        flags |= X509_CHECK_FLAG_NO_WILDCARDS;
    if (fault_is("partial-wildcards"))
        flags &= ~(unsigned int)X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS;
    if (fault_is("common-name-always"))
        flags |= X509_CHECK_FLAG_ALWAYS_CHECK_SUBJECT;
    REAL(X509_VERIFY_PARAM_set_hostflags)(param, flags);
}

bool WRAP(dsmtp_tls_check_chain)(X509_STORE_CTX *ctx, const struct dsmtp_tls_demand *demand)
{
    if (!fault_is("any-certificate-will-do"))
        return REAL(dsmtp_tls_check_chain)(ctx, demand);
    (void)REAL(dsmtp_tls_check_chain)(ctx, demand);
    X509_STORE_CTX_set_error(ctx, X509_V_OK);
    return true;
}

int WRAP(X509_VERIFY_PARAM_add1_host)(X509_VERIFY_PARAM *param, const char *name, size_t len)
{
    return fault_is("no-names-under-usage-2") ? 1
                                              : REAL(X509_VERIFY_PARAM_add1_host)(param, name, len);
}

/* What else a session may be too strict or too lax about. */
static void change_session(SSL *ssl)
{
    X509_VERIFY_PARAM *param = SSL_get0_param(ssl);

    if (fault_is("no-dates-under-usage-2"))
        (void)X509_VERIFY_PARAM_set_flags(param, X509_V_FLAG_NO_CHECK_TIME);
    if (fault_is("no-purpose-under-usage-2"))
        (void)X509_VERIFY_PARAM_set_purpose(param, X509_PURPOSE_ANY);
    if (fault_is("chains-of-two-only"))
        X509_VERIFY_PARAM_set_depth(param, 0);
    if (fault_is("strong-keys-only"))
        SSL_set_security_level(ssl, 3);
    if (fault_is("weak-keys-too")) {
        SSL_set_security_level(ssl, 0);
        X509_VERIFY_PARAM_set_auth_level(param, 0);
    }
    if (fault_is("no-tls-1.3"))
        (void)SSL_set_max_proto_version(ssl, TLS1_2_VERSION);
    if (fault_is("only-tls-1.3"))
        (void)SSL_set_min_proto_version(ssl, TLS1_3_VERSION);
    if (fault_is("tls-1.0-too"))
        (void)SSL_set_min_proto_version(ssl, TLS1_VERSION);
}

enum dsmtp_status WRAP(dsmtp_tls_session)(struct dsmtp_tls *tls,
                                          const struct dsmtp_tls_demand *demand,
                                          struct ssl_st **out, struct dsmtp_fault *fault)
{
    struct dsmtp_tls_demand changed = *demand;
    enum dsmtp_status status;
    void *slot;

    if (fault_is("sends-no-sni"))
        changed.sni = NULL;
    if (fault_is("sni-is-the-second-name") && changed.name_count > 1)
        changed.sni = changed.names[1];
    if (fault_is("only-the-first-name") && changed.name_count > 1)
        changed.name_count = 1;
    if (fault_is("not-the-first-name") && changed.name_count > 1) {
        changed.names++;
        changed.name_count--;
    }
    status = REAL(dsmtp_tls_session)(tls, &changed, out, fault);
    /* The session looks at its demand again in the handshake; this one is gone by then. */
    memcpy(&slot, &demand, sizeof(slot));
    if (status == DSMTP_OK) {
        (void)SSL_set_app_data(*out, slot);
        change_session(*out);
    }
    return status;
}
