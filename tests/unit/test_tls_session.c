/* test_tls_session.c - handshakes in memory: what a client of ours says in its first message, what
 * it agrees to, and that a refused server gets nothing more. */
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <string.h>

#include "check.h"
#include "tls_case.h"

#define MX "mx.d.example"

/* What the server has seen of the ClientHello. */
struct hello {
    unsigned ciphers;
    unsigned unauthenticated; /* ciphers without authentication or without encryption */
    bool ticket, psk, raw_key, status;
};

struct shake {
    struct hello hello;
    unsigned char first[3]; /* octets on the wire */
    bool up;                /* at the client */
    bool reused;
    bool revocation; /* lists of revoked certificates are looked for */
    char sni[64];
    struct dsmtp_tls_evidence evidence;
};

static bool extended(SSL *ssl, unsigned type)
{
    const unsigned char *data;
    size_t len;

    return SSL_client_hello_get0_ext(ssl, type, &data, &len) == 1;
}

static int on_hello(SSL *ssl, int *alert, void *arg)
{
    struct hello *h = arg;
    const unsigned char *octets;
    size_t len = SSL_client_hello_get0_ciphers(ssl, &octets);
    STACK_OF(SSL_CIPHER) *list = NULL;
    STACK_OF(SSL_CIPHER) *signals = NULL;

    (void)alert;
    if (SSL_bytes_to_cipher_list(ssl, octets, len, 0, &list, &signals) == 1) {
        h->ciphers = (unsigned)sk_SSL_CIPHER_num(list);
        for (int i = 0; i < sk_SSL_CIPHER_num(list); i++) {
            const SSL_CIPHER *c = sk_SSL_CIPHER_value(list, i);

            if (SSL_CIPHER_get_auth_nid(c) == NID_auth_null ||
                SSL_CIPHER_get_cipher_nid(c) == NID_undef)
                h->unauthenticated++;
        }
    }
    sk_SSL_CIPHER_free(list);
    sk_SSL_CIPHER_free(signals);
    h->ticket = extended(ssl, TLSEXT_TYPE_session_ticket);
    h->psk = extended(ssl, TLSEXT_TYPE_psk);
    h->status = extended(ssl, TLSEXT_TYPE_status_request);
    h->raw_key = extended(ssl, 20); /* server_certificate_type, RFC 7250 */
    return SSL_CLIENT_HELLO_SUCCESS;
}

/* A server of one version (0: any) that would resume whatever it can. */
static SSL_CTX *open_server(enum cert_id leaf, int version, const char *ciphers)
{
    SSL_CTX *ctx = SSL_CTX_new(TLS_server_method());

    SSL_CTX_set_security_level(ctx, 0);
    SSL_CTX_set_min_proto_version(ctx, version != 0 ? version : TLS1_VERSION);
    SSL_CTX_set_max_proto_version(ctx, version);
    SSL_CTX_set_session_id_context(ctx, (const unsigned char *)"t", 1);
    SSL_CTX_set_cipher_list(ctx, ciphers);
    SSL_CTX_use_certificate(ctx, tls_cert(leaf));
    SSL_CTX_use_PrivateKey(ctx, tls_cert_key(leaf));
    SSL_CTX_set_client_hello_cb(ctx, on_hello, NULL);
    return ctx;
}

/* Let both talk until neither gets on. */
static void converse(SSL *client, SSL *server, struct shake *out)
{
    int done = 0;

    for (unsigned i = 0; i < 20; i++) {
        BIO *wire = SSL_get_wbio(client);
        char *octets;
        unsigned char byte;

        ERR_clear_error();
        done = SSL_do_handshake(client);
        if (i == 0 && BIO_get_mem_data(wire, &octets) >= 3)
            memcpy(out->first, octets, 3);
        if (done != 1 && SSL_get_error(client, done) != SSL_ERROR_WANT_READ)
            break;
        (void)SSL_do_handshake(server);
        (void)SSL_read(server, &byte, 1);
        if (done == 1)
            (void)SSL_read(client, &byte, 1); /* tickets of TLS 1.3 */
    }
    out->up = done == 1;
}

static void shake(struct dsmtp_tls *tls, SSL_CTX *server_ctx, const struct dsmtp_tls_demand *demand,
                  struct shake *out)
{
    SSL *server = SSL_new(server_ctx);
    SSL *client = NULL;
    struct dsmtp_fault fault = {.what = ""};

    memset(out, 0, sizeof(*out));
    SSL_CTX_set_client_hello_cb(server_ctx, on_hello, &out->hello);
    check_int(dsmtp_tls_session(tls, demand, &client, &fault), DSMTP_OK);
    check_str(fault.what, "");
    if (client != NULL) {
        tls_join(client, server);
        converse(client, server, out);
        out->revocation = (X509_VERIFY_PARAM_get_flags(SSL_get0_param(client)) &
                           (X509_V_FLAG_CRL_CHECK | X509_V_FLAG_CRL_CHECK_ALL)) != 0;
        dsmtp_tls_judge(client, demand, out->up, &out->evidence);
        out->reused = SSL_session_reused(client) == 1 || SSL_session_reused(server) == 1;
        if (SSL_get_servername(server, TLSEXT_NAMETYPE_host_name) != NULL)
            snprintf(out->sni, sizeof(out->sni), "%s",
                     SSL_get_servername(server, TLSEXT_NAMETYPE_host_name));
    }
    SSL_free(client);
    SSL_free(server);
    ERR_clear_error();
}

static struct dsmtp_tls *open_client(int floor, const char *ciphers)
{
    const struct dsmtp_tls_options options = {
        .min_version = floor, .security_level = -1, .ciphers = ciphers};
    struct dsmtp_fault fault = {.what = ""};
    struct dsmtp_tls *tls = NULL;

    check_int(dsmtp_tls_open(&options, &tls, &fault), DSMTP_OK);
    return tls;
}

/* A demand of each kind that LEAF meets. */
struct demands {
    struct tls_records records;
    struct dsmtp_fingerprint fingerprint;
    struct dsmtp_tls_demand tlsa, fingerprints, nothing;
};

static void make_demands(struct demands *d)
{
    static const struct tls_pin pins[RECORDS_MAX] = {{LEAF, 3, 1, 1, 0, 0}};
    static const char *const names[NAMES_MAX] = {MX};

    tls_certs_make();
    tls_publish(pins, &d->records);
    d->tlsa = tls_demand(&d->records, names);
    d->tlsa.sni = MX;
    memcpy(d->fingerprint.digest, d->records.data[0], 32);
    d->fingerprint.len = 32;
    d->fingerprints = (struct dsmtp_tls_demand){.authenticate = DSMTP_AGAINST_FINGERPRINTS,
                                                .fingerprints = &d->fingerprint,
                                                .fingerprint_count = 1};
    d->nothing = (struct dsmtp_tls_demand){.authenticate = DSMTP_AGAINST_NOTHING};
}

/* R-7672-8.1-1, R-7671-3-2, R-7671-10.2-1: the demand's SNI is sent, and none where there is none;
 * R-7672-8.1-6: a server that does not acknowledge it will do. R-7672-8.1-2: the first octets are a
 * TLS record. R-7672-8.2-1, R-7672-8.2-2: ciphers with authentication, and only those.
 * R-7671-5.1-2: no raw public keys. R-7672-4-5, R-6698-8-1: revoked is what is no more in DNS; no
 * OCSP, no CRL, neither for the leaf nor above it. */
static void test_hello(void)
{
    struct dsmtp_tls *tls = open_client(0, NULL);
    struct demands d;
    const struct dsmtp_tls_demand *const all[] = {&d.tlsa, &d.fingerprints, &d.nothing};
    SSL_CTX *server;

    make_demands(&d);
    server = open_server(LEAF, 0, "ALL");
    for (size_t i = 0; i < CHECK_COUNT(all); i++) {
        static const unsigned char record[] = {0x16, 0x03, 0x01};
        struct shake s;

        check_rowf("demand %zu", i);
        shake(tls, server, all[i], &s);
        check_true(s.up && s.evidence.reason == DSMTP_REASON_NONE);
        check_int(s.evidence.authenticated, all[i]->authenticate != DSMTP_AGAINST_NOTHING);
        check_str(s.sni, all[i]->sni != NULL ? MX : "");
        check_mem(s.first, 3, record, 3);
        check_true(s.hello.ciphers >= 6);
        check_uint(s.hello.unauthenticated, 0);
        check_true(!s.hello.raw_key);
        check_true(!s.hello.status && !s.revocation);
    }
    SSL_CTX_free(server);
    dsmtp_tls_close(&tls);
}

/* A session was verified under the records of its day and for one destination: no later one rests
 * on it, whatever the server offers. */
static void test_no_resumption(void)
{
    static const int versions[] = {TLS1_2_VERSION, TLS1_3_VERSION};
    struct dsmtp_tls *tls = open_client(0, NULL);
    struct demands d;
    const struct dsmtp_tls_demand *const all[] = {&d.nothing, &d.tlsa, &d.tlsa, &d.fingerprints,
                                                  &d.nothing};

    make_demands(&d);
    for (size_t v = 0; v < CHECK_COUNT(versions); v++) {
        SSL_CTX *server = open_server(LEAF, versions[v], "ALL");

        for (size_t i = 0; i < CHECK_COUNT(all); i++) {
            struct shake s;

            check_rowf("version %x, session %zu", (unsigned)versions[v], i);
            shake(tls, server, all[i], &s);
            check_true(s.up);
            check_true(!s.reused && !s.hello.psk && !s.hello.ticket);
        }
        SSL_CTX_free(server);
    }
    dsmtp_tls_close(&tls);
}

#define V(name) (1u << DSMTP_TLS_VERSION_##name)

/* clang-format off */
/* R-7671-3-1: which version comes of it? "": none. */
static const struct {
    const char *label;
    int server, floor; /* 0: any, default */
    struct dsmtp_tls_limits limits;
    const char *want;
} versions[] = {
    {"any",                        0,              0,              {0, false, 0}, "TLSv1.3"},
    {"server has only 1.3",        TLS1_3_VERSION, 0,              {0, false, 0}, "TLSv1.3"},
    {"server has only 1.2",        TLS1_2_VERSION, 0,              {0, false, 0}, "TLSv1.2"},
    {"server has only 1.1",        TLS1_1_VERSION, 0,              {0, false, 0}, ""},
    {"server has only 1.0",        TLS1_VERSION,   0,              {0, false, 0}, ""},
    {"floor 1.1",                  TLS1_1_VERSION, TLS1_1_VERSION, {0, false, 0}, "TLSv1.1"},
    {"floor 1.1, server 1.0",      TLS1_VERSION,   TLS1_1_VERSION, {0, false, 0}, ""},
    {"floor 1.0",                  TLS1_VERSION,   TLS1_VERSION,   {0, false, 0}, "TLSv1"},
    {"floor 1.3, server 1.2",      TLS1_2_VERSION, TLS1_3_VERSION, {0, false, 0}, ""},
    {"!SSLv2:!SSLv3, server 1.0",  TLS1_VERSION,   0,              {V(1_0) | V(1_1) | V(1_2) | V(1_3), false, 0}, ""},
    {">=TLSv1, server 1.0",        TLS1_VERSION,   0,              {V(1_0) | V(1_1) | V(1_2) | V(1_3), true, 0}, "TLSv1"},
    {"!TLSv1.3",                   0,              0,              {V(1_0) | V(1_1) | V(1_2), false, 0}, "TLSv1.2"},
    {"TLSv1.1, named",             0,              0,              {V(1_1), true, 0}, "TLSv1.1"},
    {"a hole at 1.2",              TLS1_2_VERSION, 0,              {V(1_1) | V(1_3), true, 0}, ""},
    {"named below the floor",      TLS1_2_VERSION, TLS1_3_VERSION, {V(1_2), true, 0}, "TLSv1.2"},
    {"not named, below the floor", TLS1_2_VERSION, TLS1_3_VERSION, {V(1_2) | V(1_3), false, 0}, ""},
};
/* clang-format on */

static void test_versions(void)
{
    struct demands d;

    make_demands(&d);
    for (size_t i = 0; i < CHECK_COUNT(versions); i++) {
        struct dsmtp_tls *tls = open_client(versions[i].floor, NULL);
        SSL_CTX *server = open_server(LEAF, versions[i].server, "ALL");
        const struct dsmtp_tls_demand *const both[] = {&d.tlsa, &d.nothing};

        for (size_t k = 0; k < CHECK_COUNT(both); k++) {
            struct dsmtp_tls_demand demand = *both[k];
            struct shake s;

            demand.limits = versions[i].limits;
            check_rowf("%s, demand %zu", versions[i].label, k);
            shake(tls, server, &demand, &s);
            check_str(s.evidence.version, versions[i].want);
            check_str(dsmtp_reason_name(s.evidence.reason),
                      versions[i].want[0] != '\0' ? "NONE" : "TLS_HANDSHAKE");
        }
        SSL_CTX_free(server);
        dsmtp_tls_close(&tls);
    }
}

/* clang-format off */
static const struct {
    const char *label;
    const char *client; /* NULL: OpenSSL's */
    enum dsmtp_cipher_grade grade;
    const char *server;
    const char *want; /* "": none */
} ciphers[] = {
    {"no restriction",        NULL, DSMTP_CIPHERS_DEFAULT, "ECDHE-ECDSA-AES128-SHA", "ECDHE-ECDSA-AES128-SHA"},
    {"list",                  "ECDHE-ECDSA-AES256-GCM-SHA384", DSMTP_CIPHERS_DEFAULT, "ALL", "ECDHE-ECDSA-AES256-GCM-SHA384"},
    {"list that excludes",    "ECDHE-ECDSA-AES256-GCM-SHA384", DSMTP_CIPHERS_DEFAULT, "ECDHE-ECDSA-AES128-SHA", ""},
    {"grade instead of list", "ECDHE-ECDSA-AES256-GCM-SHA384", DSMTP_CIPHERS_HIGH, "ECDHE-ECDSA-AES128-SHA", "ECDHE-ECDSA-AES128-SHA"},
    {"medium",                NULL, DSMTP_CIPHERS_MEDIUM, "ECDHE-ECDSA-AES128-SHA", "ECDHE-ECDSA-AES128-SHA"},
    {"anonymous",             NULL, DSMTP_CIPHERS_MEDIUM, "aNULL", ""},
    {"nothing encrypted",     NULL, DSMTP_CIPHERS_DEFAULT, "eNULL", ""},
};
/* clang-format on */

static void test_ciphers(void)
{
    struct demands d;

    make_demands(&d);
    for (size_t i = 0; i < CHECK_COUNT(ciphers); i++) {
        struct dsmtp_tls *tls = open_client(0, ciphers[i].client);
        SSL_CTX *server = open_server(LEAF, TLS1_2_VERSION, ciphers[i].server);
        struct dsmtp_tls_demand demand = d.nothing;
        struct shake s;

        demand.limits.ciphers = ciphers[i].grade;
        check_row(ciphers[i].label);
        shake(tls, server, &demand, &s);
        check_str(s.evidence.cipher, ciphers[i].want);
        check_uint(s.hello.unauthenticated, 0);
        SSL_CTX_free(server);
        dsmtp_tls_close(&tls);
    }
}

/* A server with another certificate: the handshake fails at the client, with the reason. A key that
 * is too short for the system's taste is one that a record vouches for all the same. */
static void test_refusal(void)
{
    struct dsmtp_tls *tls = open_client(0, NULL);
    struct demands d;
    static const struct tls_pin pins[RECORDS_MAX] = {{RSA_1024, 3, 1, 1, 0, 0}};
    static const char *const names[NAMES_MAX] = {MX};
    struct tls_records short_key;
    struct dsmtp_tls_demand demand;
    SSL_CTX *other, *weak;
    struct shake s;

    make_demands(&d);
    other = open_server(EXPIRED, 0, "ALL");
    weak = open_server(RSA_1024, 0, "ALL");
    shake(tls, other, &d.tlsa, &s);
    check_true(!s.up && !s.evidence.authenticated);
    check_str(dsmtp_reason_name(s.evidence.reason), "TLSA_MISMATCH");
    check_str(dsmtp_chain_fault_name(s.evidence.fault), "no-match");
    shake(tls, other, &d.fingerprints, &s);
    check_true(!s.up && !s.evidence.authenticated);
    check_str(dsmtp_reason_name(s.evidence.reason), "FINGERPRINT_MISMATCH");
    shake(tls, other, &d.nothing, &s);
    check_true(s.up && !s.evidence.authenticated && s.evidence.reason == DSMTP_REASON_NONE);
    demand = d.tlsa;
    demand.authenticate = DSMTP_AGAINST_NOTHING;
    demand.audit = true;
    shake(tls, other, &demand, &s);
    check_true(s.up && !s.evidence.authenticated);
    check_str(dsmtp_reason_name(s.evidence.reason), "TLSA_MISMATCH");
    tls_publish(pins, &short_key);
    demand = tls_demand(&short_key, names);
    shake(tls, weak, &demand, &s);
    check_true(s.up && s.evidence.authenticated);
    shake(tls, weak, &d.nothing, &s);
    check_true(s.up);
    SSL_CTX_free(other);
    SSL_CTX_free(weak);
    dsmtp_tls_close(&tls);
}

static const struct check_test tests[] = {
    {"the first message", test_hello}, {"no session is resumed", test_no_resumption},
    {"versions", test_versions},       {"ciphers", test_ciphers},
    {"refusal", test_refusal},
};
SUITE(tls_session, tests);
