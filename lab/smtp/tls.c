/* tls.c - handshakes, good and bad, and what can be known about those that fail. */
#include "smtp/tls.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <openssl/err.h>
#include <openssl/sha.h>
#include <openssl/x509v3.h>

static const char garbage[] = "This is not what TLS looks like.\r\n";

static void log_key(const SSL *ssl, const char *line)
{
    const int *fd = SSL_CTX_get_app_data(SSL_get_SSL_CTX(ssl));
    char *text;

    if (*fd < 0)
        return;
    text = lab_format("%s\n", line);
    if (write(*fd, text, strlen(text)) < 0)
        perror("danelab: key log");
    free(text);
}

/* where and what are as SSL_CTX_set_info_callback(3) has them; the low octet of what is the alert.
 */
static void note_alert(const SSL *ssl, int where, int what)
{
    struct lab_tls *tls = SSL_get_app_data(ssl);

    if ((where & SSL_CB_ALERT) == 0)
        return;
    if ((where & SSL_CB_READ) != 0)
        tls->alert_in = what;
    else
        tls->alert_out = what;
}

/* The name in a server_name extension: list length, type 0, name length, name (RFC 6066, section
 * 3). */
static void note_sni(SSL *ssl, struct lab_tls *tls)
{
    const unsigned char *p;
    size_t len, name_len;

    if (tls->sni != NULL || SSL_client_hello_get0_ext(ssl, TLSEXT_TYPE_server_name, &p, &len) != 1)
        return;
    if (len < 5 || p[2] != TLSEXT_NAMETYPE_host_name)
        return;
    name_len = (size_t)p[3] << 8 | p[4];
    if (name_len > len - 5)
        name_len = len - 5;
    tls->sni = lab_strndup((const char *)p + 5, name_len);
    tls->sni_len = strlen(tls->sni);
}

static bool show_certs(SSL *ssl, const struct lab_chain *chain, bool other)
{
    const struct lab_cert *sent[LAB_CHAIN_MAX];
    const unsigned count = lab_chain_sent(chain, other, sent);
    unsigned i;

    if (SSL_use_certificate(ssl, sent[0]->x509) != 1 ||
        SSL_use_PrivateKey(ssl, sent[0]->key) != 1 || SSL_clear_chain_certs(ssl) != 1)
        return false;
    for (i = 1; i < count; i++) {
        if (SSL_add1_chain_cert(ssl, sent[i]->x509) != 1)
            return false;
    }
    return true;
}

static bool show_chain(SSL *ssl, const struct lab_chain *chain, bool later)
{
    if (chain == NULL)
        return true;
    if (chain->other_when == LAB_OTHER_ECDSA)
        return show_certs(ssl, chain, false) && show_certs(ssl, chain, true);
    return show_certs(ssl, chain, later && chain->other_when == LAB_OTHER_LATER);
}

/* Is the name that the client asks for in the host's certificate? */
static bool knows_name(const struct lab_tls *tls)
{
    return tls->sni != NULL && tls->chain != NULL &&
           X509_check_host(tls->chain->certs[0].x509, tls->sni, tls->sni_len, 0, NULL) == 1;
}

static int misbehave_at_hello(const struct lab_tls *tls)
{
    return tls->handshake == LAB_HS_STALL ? SSL_CLIENT_HELLO_RETRY : SSL_CLIENT_HELLO_ERROR;
}

/* Runs when the ClientHello is complete, before anything is decided. */
static int on_client_hello(SSL *ssl, int *alert, void *self)
{
    struct lab_tls *tls = SSL_get_app_data(ssl);

    (void)self;
    note_sni(ssl, tls);
    if (tls->handshake == LAB_HS_OTHER_NAME) {
        *alert = SSL_AD_UNRECOGNIZED_NAME;
        return knows_name(tls) ? SSL_CLIENT_HELLO_SUCCESS : SSL_CLIENT_HELLO_ERROR;
    }
    if (tls->chain != NULL && tls->chain->other_when == LAB_OTHER_SNI && !knows_name(tls) &&
        !show_certs(ssl, tls->chain, true))
        return SSL_CLIENT_HELLO_ERROR;
    tls->deaf = tls->handshake != LAB_HS_OK;
    *alert = SSL_AD_HANDSHAKE_FAILURE;
    return tls->handshake == LAB_HS_OK ? SSL_CLIENT_HELLO_SUCCESS : misbehave_at_hello(tls);
}

SSL_CTX *lab_tls_context(int *key_log_fd)
{
    SSL_CTX *ctx = SSL_CTX_new(TLS_server_method());

    if (ctx == NULL)
        return NULL;
    if (SSL_CTX_set_min_proto_version(ctx, TLS1_2_VERSION) != 1 ||
        SSL_CTX_set_max_proto_version(ctx, TLS1_3_VERSION) != 1 ||
        SSL_CTX_set_num_tickets(ctx, 0) != 1) {
        SSL_CTX_free(ctx);
        return NULL;
    }
    SSL_CTX_set_security_level(ctx, 0); /* weak keys and signatures are part of the exercise */
    (void)SSL_CTX_set_options(ctx,
                              SSL_OP_NO_TICKET | SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
    (void)SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_OFF);
    (void)SSL_CTX_set_mode(ctx, SSL_MODE_NO_AUTO_CHAIN | SSL_MODE_ENABLE_PARTIAL_WRITE |
                                    SSL_MODE_RELEASE_BUFFERS);
    (void)SSL_CTX_set_dh_auto(ctx, 1);
    (void)SSL_CTX_set_app_data(ctx, key_log_fd);
    SSL_CTX_set_client_hello_cb(ctx, on_client_hello, NULL);
    SSL_CTX_set_info_callback(ctx, note_alert);
    SSL_CTX_set_keylog_callback(ctx, log_key);
    return ctx;
}

static int take_any(int ok, X509_STORE_CTX *store)
{
    (void)ok, (void)store;
    return 1;
}

/* Sessions belong to one host: nobody resumes what another has begun. */
static bool offer_tickets(SSL *ssl, const struct lab_smtp_host *host)
{
    uint8_t id[SHA256_DIGEST_LENGTH];

    SHA256((const uint8_t *)host->name, strlen(host->name), id);
    (void)SSL_clear_options(ssl, SSL_OP_NO_TICKET);
    return SSL_set_num_tickets(ssl, 2) == 1 && SSL_set_session_id_context(ssl, id, sizeof(id)) == 1;
}

static bool set_habit(SSL *ssl, const struct lab_smtp_host *host, const struct lab_tls_habit *habit)
{
    if ((habit->min != 0 && SSL_set_min_proto_version(ssl, habit->min) != 1) ||
        (habit->max != 0 && SSL_set_max_proto_version(ssl, habit->max) != 1) ||
        (habit->ciphers != NULL && SSL_set_cipher_list(ssl, habit->ciphers) != 1))
        return false;
    if (habit->client != LAB_CERT_IGNORED)
        SSL_set_verify(ssl,
                       habit->client == LAB_CERT_DEMANDED
                           ? SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT
                           : SSL_VERIFY_PEER,
                       take_any);
    return !habit->tickets || offer_tickets(ssl, host);
}

struct lab_tls *lab_tls_open(SSL_CTX *ctx, const struct lab_smtp_host *host,
                             const struct lab_behaviour *behaviour, bool later)
{
    struct lab_tls *tls = lab_calloc(1, sizeof(*tls));

    tls->chain = host->chain;
    tls->handshake = behaviour->handshake;
    tls->key_update = behaviour->habit.key_update;
    tls->alert_in = -1;
    tls->alert_out = -1;
    tls->ssl = SSL_new(ctx);
    tls->in = BIO_new(BIO_s_mem());
    tls->out = BIO_new(BIO_s_mem());
    if (tls->ssl == NULL || tls->in == NULL || tls->out == NULL) {
        BIO_free(tls->in);
        BIO_free(tls->out);
        lab_tls_close(&tls);
        return NULL;
    }
    SSL_set_bio(tls->ssl, tls->in, tls->out);
    SSL_set_accept_state(tls->ssl);
    (void)SSL_set_app_data(tls->ssl, tls);
    if (!set_habit(tls->ssl, host, &behaviour->habit) || !show_chain(tls->ssl, host->chain, later))
        lab_tls_close(&tls);
    ERR_clear_error();
    return tls;
}

void lab_tls_close(struct lab_tls **tls)
{
    if (*tls == NULL)
        return;
    SSL_free((*tls)->ssl);
    free((*tls)->sni);
    free(*tls);
    *tls = NULL;
}

static void explain(struct lab_tls *tls)
{
    const char *reason = ERR_reason_error_string(ERR_peek_error());

    if (tls->alert_in >= 0)
        (void)snprintf(tls->error, sizeof(tls->error), "alert received: %s",
                       SSL_alert_desc_string_long(tls->alert_in));
    else if (tls->alert_out >= 0)
        (void)snprintf(tls->error, sizeof(tls->error), "alert sent: %s (%s)",
                       SSL_alert_desc_string_long(tls->alert_out),
                       reason != NULL ? reason : "no reason");
    else
        (void)snprintf(tls->error, sizeof(tls->error), "%s",
                       reason != NULL ? reason : "unknown reason");
}

/* OpenSSL has an alert ready for a handshake that is to fail; some behaviours say something else.
 */
static void misbehave(struct lab_tls *tls)
{
    const char *what = "alert sent on purpose";

    if (tls->handshake != LAB_HS_ALERT) {
        (void)BIO_reset(tls->out);
        what = "closed on purpose";
    }
    if (tls->handshake == LAB_HS_GARBAGE) {
        (void)BIO_write(tls->out, garbage, sizeof(garbage) - 1);
        what = "garbage sent on purpose";
    }
    (void)snprintf(tls->error, sizeof(tls->error), "%s", what);
}

static enum lab_tls_end step_end(struct lab_tls *tls, int result)
{
    switch (SSL_get_error(tls->ssl, result)) {
    case SSL_ERROR_WANT_READ:
    case SSL_ERROR_WANT_WRITE:
    case SSL_ERROR_WANT_CLIENT_HELLO_CB:
        return LAB_TLS_MORE;
    case SSL_ERROR_ZERO_RETURN:
        if (tls->up)
            return LAB_TLS_BYE;
        break;
    }
    if (tls->deaf)
        misbehave(tls);
    else
        explain(tls);
    ERR_clear_error();
    return LAB_TLS_BROKEN;
}

static void take_in(struct lab_tls *tls, struct evbuffer *cipher)
{
    char chunk[4096];
    int n;

    while ((n = evbuffer_remove(cipher, chunk, sizeof(chunk))) > 0)
        (void)BIO_write(tls->in, chunk, n);
}

enum lab_tls_end lab_tls_feed(struct lab_tls *tls, struct evbuffer *cipher, struct evbuffer *clear)
{
    char chunk[4096];
    int n;

    if (tls->deaf) { /* stalled: do not even look */
        (void)evbuffer_drain(cipher, evbuffer_get_length(cipher));
        return LAB_TLS_MORE;
    }
    take_in(tls, cipher);
    ERR_clear_error();
    if (!tls->up) {
        n = SSL_do_handshake(tls->ssl);
        if (n != 1)
            return step_end(tls, n);
        tls->up = true;
        if (tls->key_update)
            (void)SSL_key_update(tls->ssl, SSL_KEY_UPDATE_REQUESTED);
    }
    while ((n = SSL_read(tls->ssl, chunk, sizeof(chunk))) > 0)
        (void)evbuffer_add(clear, chunk, (size_t)n);
    return step_end(tls, n);
}

bool lab_tls_write(struct lab_tls *tls, const char *data, size_t len)
{
    size_t done;

    ERR_clear_error();
    while (len > 0) {
        if (SSL_write_ex(tls->ssl, data, len, &done) != 1) {
            ERR_clear_error();
            return false;
        }
        data += done;
        len -= done;
    }
    return true;
}

void lab_tls_bye(struct lab_tls *tls)
{
    if (tls->up)
        (void)SSL_shutdown(tls->ssl);
    ERR_clear_error();
}

void lab_tls_flush(struct lab_tls *tls, struct evbuffer *out)
{
    char *data;
    long len = BIO_get_mem_data(tls->out, &data);

    if (len > 0)
        (void)evbuffer_add(out, data, (size_t)len);
    (void)BIO_reset(tls->out);
}
