/* tls_adopt.c - struct dsmtp_tls on an SSL_CTX of the program's. */
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <stdlib.h>

#include "adapt/tls_internal.h"
#include "adapt/tls_openssl.h"

static int adopted_index = -1;
static CRYPTO_ONCE adopted_once = CRYPTO_ONCE_STATIC_INIT;

/* The context is being freed: all but that is let go. */
static void release(void *parent, void *adopted, CRYPTO_EX_DATA *data, int index, long argl,
                    void *argp)
{
    struct dsmtp_tls *tls = adopted;

    (void)parent;
    (void)data;
    (void)index;
    (void)argl;
    (void)argp;
    if (tls == NULL)
        return;
    X509_STORE_free(tls->none);
    free(tls);
}

static void make_index(void)
{
    adopted_index = SSL_CTX_get_ex_new_index(0, NULL, NULL, NULL, release);
}

static struct dsmtp_tls *adopted_by(const SSL_CTX *ctx)
{
    return CRYPTO_THREAD_run_once(&adopted_once, make_index) > 0 && adopted_index >= 0
               ? SSL_CTX_get_ex_data(ctx, adopted_index)
               : NULL;
}

struct dsmtp_tls *dsmtp_tls_adopted(SSL *ssl)
{
    struct dsmtp_tls *tls = adopted_by(SSL_get_SSL_CTX(ssl));

    /* The program may have put in another store since. */
    if (tls != NULL)
        tls->trusted = SSL_CTX_get_cert_store(tls->ctx);
    return tls;
}

/* RFC 8996 unless the program, or the system's configuration, has said otherwise. */
static int floor_of(SSL_CTX *ctx)
{
    int version = (int)SSL_CTX_get_min_proto_version(ctx);

    return version != 0 ? version : TLS1_2_VERSION;
}

enum dsmtp_status dsmtp_tls_adopt(SSL_CTX *ctx, struct dsmtp_fault *fault)
{
    struct dsmtp_tls *tls;

    if (adopted_by(ctx) != NULL)
        return DSMTP_OK;
    ERR_clear_error();
    tls = calloc(1, sizeof(*tls));
    if (tls == NULL)
        return dsmtp_fault_set(fault, DSMTP_NOMEM, "out of memory");
    tls->ctx = ctx;
    tls->floor = floor_of(ctx);
    tls->security_level = -1;
    tls->none = X509_STORE_new();
    if (tls->none == NULL || adopted_index < 0 || !dsmtp_tls_set_up(tls) ||
        SSL_CTX_set_ex_data(ctx, adopted_index, tls) <= 0) {
        X509_STORE_free(tls->none);
        free(tls);
        return dsmtp_tls_fault(fault, "cannot set up TLS");
    }
    return DSMTP_OK;
}
