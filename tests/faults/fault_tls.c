/* fault_tls.c - senders that check too much or too little of a certificate. */
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509_vfy.h>
#include <string.h>

#include "adapt/tls_openssl.h"
#include "faults/faults.h"

/* clang-format off */
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

void __wrap_SSL_set_verify(SSL *ssl, int mode, SSL_verify_cb callback)
{
    __real_SSL_set_verify(ssl, mode, fault_is("expiry-under-usage-3") ? refuse_expired : callback);
}

int __wrap_X509_VERIFY_PARAM_add1_host(X509_VERIFY_PARAM *param, const char *name, size_t len)
{
    return fault_is("no-names-under-usage-2")
               ? 1
               : __real_X509_VERIFY_PARAM_add1_host(param, name, len);
}

enum dsmtp_status __wrap_dsmtp_tls_session(struct dsmtp_tls *tls,
                                           const struct dsmtp_tls_demand *demand,
                                           struct ssl_st **out, struct dsmtp_fault *fault)
{
    struct dsmtp_tls_demand changed = *demand;
    enum dsmtp_status status;
    void *slot;

    if (fault_is("sends-no-sni"))
        changed.sni = NULL;
    if (fault_is("only-the-first-name") && changed.name_count > 1)
        changed.name_count = 1;
    status = __real_dsmtp_tls_session(tls, &changed, out, fault);
    /* The session looks at its demand again in the handshake; this one is gone by then. */
    memcpy(&slot, &demand, sizeof(slot));
    if (status == DSMTP_OK)
        (void)SSL_set_app_data(*out, slot);
    return status;
}
