/* test_lab_tls.c - how the lab's SMTP hosts do TLS: a client in memory sees what the table says. */
#include <stdlib.h>
#include <string.h>

#include <openssl/ssl.h>

#include "chain_case.h"
#include "check.h"
#include "smtp/tls.h"

struct client {
    SSL_CTX *ctx;
    SSL *ssl;
    SSL_SESSION *session;
    bool asked, key_update;
};

static int on_session(SSL *ssl, SSL_SESSION *session)
{
    struct client *c = SSL_get_app_data(ssl);

    SSL_SESSION_free(c->session);
    c->session = session;
    return 1;
}

static int on_asked(SSL *ssl, X509 **cert, EVP_PKEY **key)
{
    struct client *c = SSL_get_app_data(ssl);

    (void)cert, (void)key;
    c->asked = true;
    return 0;
}

static void on_message(int sent, int version, int type, const void *text, size_t len, SSL *ssl,
                       void *self)
{
    struct client *c = self;

    (void)version, (void)ssl;
    if (sent == 0 && type == SSL3_RT_HANDSHAKE && len > 0 &&
        *(const uint8_t *)text == SSL3_MT_KEY_UPDATE)
        c->key_update = true;
}

static void client_open(struct client *c, const char *ciphers)
{
    c->ctx = SSL_CTX_new(TLS_client_method());
    SSL_CTX_set_security_level(c->ctx, 0);
    (void)SSL_CTX_set_min_proto_version(c->ctx, TLS1_VERSION);
    (void)SSL_CTX_set_cipher_list(c->ctx, ciphers);
    (void)SSL_CTX_set_session_cache_mode(c->ctx, SSL_SESS_CACHE_CLIENT);
    SSL_CTX_sess_set_new_cb(c->ctx, on_session);
    SSL_CTX_set_client_cert_cb(c->ctx, on_asked);
    SSL_CTX_set_msg_callback(c->ctx, on_message);
}

static void client_call(struct client *c, const char *sni)
{
    if (c->ssl != NULL) /* a session that ends without a goodbye cannot be resumed */
        SSL_set_shutdown(c->ssl, SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN);
    SSL_free(c->ssl);
    c->ssl = SSL_new(c->ctx);
    (void)SSL_set_app_data(c->ssl, c);
    SSL_set_msg_callback_arg(c->ssl, c);
    SSL_set_bio(c->ssl, BIO_new(BIO_s_mem()), BIO_new(BIO_s_mem()));
    if (sni != NULL) {
        char *name = lab_strdup(sni); /* OpenSSL's macro wants it writable */

        (void)SSL_set_tlsext_host_name(c->ssl, name);
        free(name);
    }
    if (c->session != NULL)
        (void)SSL_set_session(c->ssl, c->session);
    SSL_set_connect_state(c->ssl);
}

static void client_close(struct client *c)
{
    SSL_free(c->ssl);
    SSL_SESSION_free(c->session);
    SSL_CTX_free(c->ctx);
}

/* Carry what one side has to say to the other, both ways, a few times. */
static void carry(struct client *c, struct lab_tls *server)
{
    struct evbuffer *to_server = evbuffer_new();
    struct evbuffer *to_client = evbuffer_new();
    struct evbuffer *clear = evbuffer_new();
    bool greeted = false;
    char chunk[4096];
    int n;

    for (int i = 0; i < 8; i++) {
        if (SSL_is_init_finished(c->ssl))
            (void)SSL_read(c->ssl, chunk, sizeof(chunk));
        else
            (void)SSL_do_handshake(c->ssl);
        while ((n = BIO_read(SSL_get_wbio(c->ssl), chunk, sizeof(chunk))) > 0)
            (void)evbuffer_add(to_server, chunk, (size_t)n);
        (void)lab_tls_feed(server, to_server, clear);
        if (server->up && !greeted)
            greeted = lab_tls_write(server, "250 hello\r\n", 11);
        lab_tls_flush(server, to_client);
        while ((n = evbuffer_remove(to_client, chunk, sizeof(chunk))) > 0)
            (void)BIO_write(SSL_get_rbio(c->ssl), chunk, n);
    }
    evbuffer_free(to_server);
    evbuffer_free(to_client);
    evbuffer_free(clear);
}

/* clang-format off */
static const struct {
    const char *behaviour, *recipe, *sni;
    bool later;
    const char *element; /* shown; NULL: no handshake */
    int version;
    bool asked, ticket, key_update;
} rows[] = {
    {"starttls",                "self-signed",   NULL,   false, "leaf",    TLS1_3_VERSION, false, false, false},
    {"tls-1.0-only",            "self-signed",   NAME,   false, "leaf",    TLS1_VERSION,   false, false, false},
    {"tls-1.1-only",            "self-signed",   NAME,   false, "leaf",    TLS1_1_VERSION, false, false, false},
    {"tls-1.2-only",            "self-signed",   NAME,   false, "leaf",    TLS1_2_VERSION, false, false, false},
    {"tls-1.3-only",            "self-signed",   NAME,   false, "leaf",    TLS1_3_VERSION, false, false, false},
    {"tls-one-cipher",          "self-signed",   NAME,   false, "leaf",    TLS1_2_VERSION, false, false, false},
    {"tls-no-common-cipher",    "self-signed",   NAME,   false, NULL,      0, false, false, false},
    {"tls-client-cert-asked",   "self-signed",   NAME,   false, "leaf",    TLS1_3_VERSION, true, false, false},
    {"tls-client-cert-demanded", "self-signed",  NAME,   false, NULL,      0, true, false, false},
    {"tls-tickets",             "self-signed",   NAME,   false, "leaf",    TLS1_3_VERSION, false, true, false},
    {"tls-key-update",          "self-signed",   NAME,   false, "leaf",    TLS1_3_VERSION, false, false, true},
    {"tls-handshake-alert",     "self-signed",   NAME,   false, NULL,      0, false, false, false},
    {"tls-handshake-stall",     "self-signed",   NAME,   false, NULL,      0, false, false, false},
    {"tls-handshake-other-name", "self-signed",  NAME,   false, "leaf",    TLS1_3_VERSION, false, false, false},
    {"tls-handshake-other-name", "self-signed",  NULL,   false, NULL,      0, false, false, false},
    {"tls-handshake-other-name", "self-signed",  "x.example", false, NULL, 0, false, false, false},
    {"starttls",                "by-sni",        NAME,   false, "leaf",    TLS1_3_VERSION, false, false, false},
    {"starttls",                "by-sni",        "MX.Unit.Example", false, "leaf", TLS1_3_VERSION, false, false, false},
    {"starttls",                "by-sni",        NULL,   false, "default", TLS1_3_VERSION, false, false, false},
    {"starttls",                "by-sni",        "x.example", false, "default", TLS1_3_VERSION, false, false, false},
    {"starttls",                "changes-key",   NAME,   false, "leaf",    TLS1_3_VERSION, false, false, false},
    {"starttls",                "changes-key",   NAME,   true,  "next",    TLS1_3_VERSION, false, false, false},
    {"starttls",                "rsa-and-ecdsa", NAME,   false, "ecdsa",   TLS1_3_VERSION, false, false, false},
};
/* clang-format on */

static const char *element_shown(const struct lab_chain *chain, SSL *ssl)
{
    X509 *peer = SSL_get0_peer_certificate(ssl);

    for (unsigned e = 0; peer != NULL && e < chain->count; e++) {
        if (X509_cmp(chain->certs[e].x509, peer) == 0)
            return chain->certs[e].element;
    }
    return NULL;
}

static void try_tls(size_t i, SSL_CTX *ctx, const struct lab_pki *pki)
{
    struct lab_chain chain = {0};
    struct lab_smtp_host host = {.name = NAME, .behaviour = lab_behaviour_find(rows[i].behaviour)};
    struct client c = {0};
    struct lab_tls *server;

    check_rowf("%s, %s, SNI %s%s", rows[i].behaviour, rows[i].recipe,
               rows[i].sni != NULL ? rows[i].sni : "none", rows[i].later ? ", later" : "");
    if (!check_true(host.behaviour != NULL) || chain_build(pki, rows[i].recipe, &chain) != 0)
        return;
    host.chain = &chain;
    client_open(&c, "DEFAULT");
    client_call(&c, rows[i].sni);
    server = lab_tls_open(ctx, &host, host.behaviour, rows[i].later);
    if (check_true(server != NULL) && server != NULL) {
        carry(&c, server);
        check_int(server->up, rows[i].element != NULL);
        check_str(server->sni, rows[i].sni);
        if (server->up) {
            check_str(element_shown(&chain, c.ssl), rows[i].element);
            check_int(SSL_version(c.ssl), rows[i].version);
        }
        check_int(c.asked, rows[i].asked);
        check_int(c.session != NULL && SSL_SESSION_has_ticket(c.session), rows[i].ticket);
        check_int(c.key_update, rows[i].key_update);
        lab_tls_close(&server);
    }
    client_close(&c);
    lab_chain_free(&chain);
}

static void test_tls(void)
{
    int no_log = -1;
    SSL_CTX *ctx = lab_tls_context(&no_log);
    struct lab_pki *pki = chain_pki();

    for (size_t i = 0; i < CHECK_COUNT(rows); i++)
        try_tls(i, ctx, pki);
    lab_pki_close(&pki);
    SSL_CTX_free(ctx);
}

/* Second call with the ticket of the first: resumed by the same host, not by another. */
static void test_resumption(void)
{
    int no_log = -1;
    SSL_CTX *ctx = lab_tls_context(&no_log);
    struct lab_pki *pki = chain_pki();
    struct lab_chain chain = {0};
    struct client c = {0};
    struct lab_smtp_host host = {.name = NAME, .behaviour = lab_behaviour_find("tls-tickets")};

    if (chain_build(pki, "self-signed", &chain) == 0) {
        host.chain = &chain;
        client_open(&c, "DEFAULT");
        for (int call = 0; call < 3; call++) {
            struct lab_tls *server;

            check_rowf("call %d", call);
            if (call == 2)
                host.name = "mx.other.example";
            client_call(&c, NAME);
            server = lab_tls_open(ctx, &host, host.behaviour, false);
            if (server == NULL)
                break;
            carry(&c, server);
            check_true(server->up);
            check_int(SSL_session_reused(c.ssl), call == 1);
            lab_tls_close(&server);
        }
        client_close(&c);
    }
    lab_chain_free(&chain);
    lab_pki_close(&pki);
    SSL_CTX_free(ctx);
}

/* A session without any certificate, for those who offer it. */
static void test_anonymous(void)
{
    int no_log = -1;
    SSL_CTX *ctx = lab_tls_context(&no_log);
    struct lab_pki *pki = chain_pki();
    struct lab_chain chain = {0};
    struct lab_smtp_host host = {.name = NAME,
                                 .behaviour = lab_behaviour_find("tls-anonymous-only")};

    if (chain_build(pki, "self-signed", &chain) == 0) {
        host.chain = &chain;
        for (int all = 0; all < 2; all++) {
            struct client c = {0};
            struct lab_tls *server = lab_tls_open(ctx, &host, host.behaviour, false);

            check_row(all ? "ALL" : "DEFAULT");
            client_open(&c, all ? "ALL" : "DEFAULT");
            client_call(&c, NAME);
            if (server == NULL)
                break;
            carry(&c, server);
            check_int(server->up, all);
            check_true(SSL_get0_peer_certificate(c.ssl) == NULL);
            lab_tls_close(&server);
            client_close(&c);
        }
    }
    lab_chain_free(&chain);
    lab_pki_close(&pki);
    SSL_CTX_free(ctx);
}

static const struct check_test tests[] = {
    {"TLS", test_tls},
    {"resumption", test_resumption},
    {"without a certificate", test_anonymous},
};
SUITE(lab_tls, tests);
