/* test_api_ssl.c - plans on sessions of a program: handshakes in memory. */
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <stdio.h>
#include <string.h>

#include "api_search.h"
#include "check.h"
#include "tls_case.h"

#define SEC DSMTP_SECURITY_SECURE
#define INS DSMTP_SECURITY_INSECURE

/* Of d.example with one host, and of that perhaps a TLSA record. */
static struct dsmtp_search *plan_for(const char *policy, enum dsmtp_security mx,
                                     const struct tls_pin *pin)
{
    static uint8_t record[DATA_MAX + 3];
    struct api_row rows[] = {{"d.example", DSMTP_RR_MX, DATA, mx, "mx.d.example", 0, NULL},
                             {"mx.d.example", DSMTP_RR_A, DATA, mx, NULL, 0, NULL},
                             {NULL, DSMTP_RR_TLSA, DATA, mx, (const char *)record, 0, NULL},
                             {.name = NULL}};
    const struct dsmtp_request request = {
        .size = sizeof(request), .target = "d.example", .policy = policy};
    struct dsmtp_search *search;
    unsigned rounds;

    if (pin->of != NONE) {
        record[0] = pin->usage;
        record[1] = pin->selector;
        record[2] = pin->matching;
        rows[2].name = "_25._tcp.mx.d.example";
        rows[2].len = 3 + tls_association(pin, record + 3);
    }
    if (!check_int(dsmtp_search_open(&request, NULL, &search, NULL), DSMTP_OK))
        return NULL;
    check_int(api_answer(search, rows, &rounds), DSMTP_OK);
    check_true(dsmtp_search_plan(search) != NULL);
    return search;
}

/* A program's context, which trusts ROOT. */
static SSL_CTX *open_client(void)
{
    SSL_CTX *ctx = SSL_CTX_new(TLS_client_method());

    check_int(dsmtp_ssl_prepare(ctx, NULL), DSMTP_OK);
    check_int(dsmtp_ssl_prepare(ctx, NULL), DSMTP_OK);
    X509_STORE_add_cert(SSL_CTX_get_cert_store(ctx), tls_cert(ROOT));
    return ctx;
}

static SSL_CTX *open_server(enum cert_id leaf)
{
    SSL_CTX *ctx = SSL_CTX_new(TLS_server_method());

    SSL_CTX_use_certificate(ctx, tls_cert(leaf));
    SSL_CTX_use_PrivateKey(ctx, tls_cert_key(leaf));
    return ctx;
}

static bool converse(SSL *client, SSL *server)
{
    int done = 0;

    for (unsigned i = 0; i < 10 && done != 1; i++) {
        ERR_clear_error();
        done = SSL_do_handshake(client);
        if (done != 1 && SSL_get_error(client, done) != SSL_ERROR_WANT_READ)
            return false;
        (void)SSL_do_handshake(server);
    }
    return done == 1;
}

static void shake(SSL *client, SSL_CTX *server_ctx, struct dsmtp_peer_info *peer, char sni[64])
{
    SSL *server = SSL_new(server_ctx);
    const char *name;

    tls_join(client, server);
    check_int(dsmtp_ssl_judge(client, converse(client, server), peer), DSMTP_OK);
    name = SSL_get_servername(server, TLSEXT_NAMETYPE_host_name);
    (void)snprintf(sni, 64, "%s", name != NULL ? name : "");
    SSL_free(server);
    ERR_clear_error();
}

/* clang-format off */
static const struct {
    const char *label, *policy;
    enum dsmtp_security mx;
    struct tls_pin pin;
    enum cert_id leaf;
    const char *want, *name, *sni;
    int usage;
} cases[] = {
    {"matches",                     NULL, SEC, {LEAF, 3, 1, 1, 0, 0}, LEAF,       "permitted authenticated NONE", "", "mx.d.example", 3},
    {"matches nothing",             NULL, SEC, {LEAF, 3, 1, 1, 0, 0}, OTHER_NAME, "refused TLSA_MISMATCH", "", "mx.d.example", -1},
    /* R-7672-3.1-1: no authority of the program's stands in for one that has to be sent. */
    {"anchor trusted, not sent",    NULL, SEC, {ROOT, 2, 0, 1, 0, 0}, LEAF,       "refused TLSA_MISMATCH", "", "mx.d.example", -1},
    {"anyone will do",              NULL, INS, {NONE, 0, 0, 0, 0, 0}, OTHER_NAME, "permitted NONE", "", "mx.d.example", -1},
    {"encrypt",                     "encrypt", INS, {NONE, 0, 0, 0, 0, 0}, OTHER_NAME, "permitted NONE", "", "mx.d.example", -1},
    {"trusted, and named",          "verify", INS, {NONE, 0, 0, 0, 0, 0}, LEAF,   "permitted authenticated NONE", "mx.d.example", "mx.d.example", -1},
    {"trusted, and named as told",  "secure match=mx.d.example", INS, {NONE, 0, 0, 0, 0, 0}, LEAF, "permitted authenticated NONE", "mx.d.example", "mx.d.example", -1},
    {"named otherwise",             "verify", INS, {NONE, 0, 0, 0, 0, 0}, OTHER_NAME, "refused NAME_MISMATCH", "", "mx.d.example", -1},
    {"trusted by nobody",           "verify", INS, {NONE, 0, 0, 0, 0, 0}, NAMELESS, "refused CHAIN_UNTRUSTED", "", "mx.d.example", -1},
    {"not that fingerprint",        "fingerprint match=0000000000000000000000000000000000000000", INS, {NONE, 0, 0, 0, 0, 0}, LEAF, "refused FINGERPRINT_MISMATCH", "", "mx.d.example", -1},
};
/* clang-format on */

static void test_sessions(void)
{
    SSL_CTX *client;

    tls_certs_make();
    client = open_client();
    for (size_t i = 0; i < CHECK_COUNT(cases); i++) {
        struct dsmtp_search *search = plan_for(cases[i].policy, cases[i].mx, &cases[i].pin);
        SSL_CTX *server = open_server(cases[i].leaf);
        SSL *ssl = SSL_new(client);
        struct dsmtp_peer_info peer = {.size = sizeof(peer)};
        struct dsmtp_fault fault;
        char sni[64], text[80];

        check_row(cases[i].label);
        check_int(dsmtp_ssl_demand(ssl, dsmtp_search_plan(search), 0, &fault), DSMTP_OK);
        check_str(fault.what, "");
        shake(ssl, server, &peer, sni);
        (void)snprintf(text, sizeof(text), "%s%s %s", peer.permitted ? "permitted" : "refused",
                       peer.authenticated ? " authenticated" : "", peer.reason);
        check_str(text, cases[i].want);
        check_str(peer.name, cases[i].name);
        check_str(sni, cases[i].sni);
        check_int(peer.usage, cases[i].usage);
        SSL_free(ssl);
        SSL_CTX_free(server);
        dsmtp_search_close(&search);
    }
    SSL_CTX_free(client);
}

static void test_misuse(void)
{
    static const struct tls_pin none = {NONE, 0, 0, 0, 0, 0};
    struct dsmtp_search *search = plan_for("none", INS, &none);
    struct dsmtp_search *deferred = plan_for("dane-only", INS, &none);
    SSL_CTX *plain = SSL_CTX_new(TLS_client_method());
    SSL_CTX *ready = open_client();
    SSL *ssl[] = {SSL_new(plain), SSL_new(ready)};
    struct dsmtp_peer_info peer = {.size = sizeof(peer)};
    struct dsmtp_fault fault;

    check_int(dsmtp_ssl_demand(ssl[0], dsmtp_search_plan(search), 0, &fault), DSMTP_MISUSE);
    check_str(fault.what, "the SSL_CTX of this session was not given to dsmtp_ssl_prepare");
    check_int(dsmtp_ssl_demand(ssl[1], dsmtp_search_plan(search), 1, &fault), DSMTP_MISUSE);
    check_str(fault.what, "host 1 of 1");
    check_int(dsmtp_ssl_demand(ssl[1], dsmtp_search_plan(search), 0, &fault), DSMTP_MISUSE);
    check_str(fault.what, "no TLS with mx.d.example: verdict attempt, level none");
    check_int(dsmtp_ssl_demand(ssl[1], dsmtp_search_plan(deferred), 0, NULL), DSMTP_MISUSE);
    check_int(dsmtp_ssl_judge(ssl[0], true, &peer), DSMTP_MISUSE);
    check_int(dsmtp_ssl_judge(ssl[1], true, &peer), DSMTP_MISUSE);
    SSL_free(ssl[0]);
    SSL_free(ssl[1]);
    SSL_CTX_free(plain);
    SSL_CTX_free(ready);
    dsmtp_search_close(&search);
    dsmtp_search_close(&deferred);
}

/* Nobody can be mistaken for the right peer for want of a demand, or because the program says so.
 */
static void test_no_demand(void)
{
    static const struct tls_pin pin = {LEAF, 3, 1, 1, 0, 0};
    struct dsmtp_search *search = plan_for(NULL, SEC, &pin);
    SSL_CTX *client = open_client();
    SSL_CTX *server = open_server(LEAF);
    SSL *ssl = SSL_new(client);
    SSL *other = SSL_new(server);
    struct dsmtp_peer_info peer = {.size = sizeof(peer)};

    tls_join(ssl, other);
    SSL_set_connect_state(ssl);
    SSL_set_verify(ssl, SSL_VERIFY_PEER, NULL);
    check_true(!converse(ssl, other));
    SSL_free(ssl);
    SSL_free(other);
    ssl = SSL_new(client);
    check_int(dsmtp_ssl_demand(ssl, dsmtp_search_plan(search), 0, NULL), DSMTP_OK);
    check_int(dsmtp_ssl_judge(ssl, true, &peer), DSMTP_OK);
    check_true(!peer.permitted && !peer.authenticated);
    check_int(dsmtp_ssl_judge(ssl, false, &peer), DSMTP_OK);
    check_true(!peer.permitted);
    check_str(peer.reason, "TLS_HANDSHAKE");
    SSL_free(ssl);
    SSL_CTX_free(client);
    SSL_CTX_free(server);
    dsmtp_search_close(&search);
    ERR_clear_error();
}

/* The only record has the outline of a certificate and is none, which OpenSSL alone finds out:
 * with no record at all it would turn to the authorities that the program trusts. */
static void test_no_record_left(void)
{
    static const struct api_row rows[] = {
        {"d.example", DSMTP_RR_MX, DATA, SEC, "mx.d.example", 0, NULL},
        {"mx.d.example", DSMTP_RR_A, DATA, SEC, NULL, 0, NULL},
        {"_25._tcp.mx.d.example", DSMTP_RR_TLSA, DATA, SEC, "\3\0\0\x30\6\x30\0\x30\0\3\0", 11,
         NULL},
        {.name = NULL}};
    const struct dsmtp_request request = {.size = sizeof(request), .target = "d.example"};
    SSL_CTX *client;
    SSL_CTX *server;
    SSL *ssl;
    struct dsmtp_peer_info peer = {.size = sizeof(peer)};
    struct dsmtp_search *search;
    unsigned rounds;
    char sni[64], text[200];

    tls_certs_make();
    client = open_client();
    server = open_server(LEAF);
    ssl = SSL_new(client);
    if (!check_int(dsmtp_search_open(&request, NULL, &search, NULL), DSMTP_OK))
        return;
    check_int(api_answer(search, rows, &rounds), DSMTP_OK);
    api_describe(dsmtp_search_plan(search), text, sizeof(text));
    check_str(text, "attempt TLSA_USABLE | mx.d.example dane TLSA_USABLE");
    check_int(dsmtp_ssl_demand(ssl, dsmtp_search_plan(search), 0, NULL), DSMTP_OK);
    shake(ssl, server, &peer, sni);
    check_true(!SSL_is_init_finished(ssl));
    check_true(!peer.permitted);
    check_str(peer.reason, "TLSA_MISMATCH");
    SSL_free(ssl);
    SSL_CTX_free(client);
    SSL_CTX_free(server);
    dsmtp_search_close(&search);
}

static const struct check_test tests[] = {
    {"sessions", test_sessions},
    {"misuse", test_misuse},
    {"no demand, no peer", test_no_demand},
    {"no record that OpenSSL can use", test_no_record_left},
};
SUITE(api_ssl, tests);
