/* bench_tls.c - what DANE costs in a handshake: CPU time of the engine's TLS adapter with a "3 1 1"
 * record against a bare OpenSSL client that verifies nothing. Client and server are two processes
 * on a socket pair; only the client's CPU time counts. The two take turns, so that a machine that
 * slows down slows both. */
#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "adapt/tls_openssl.h"
#include "bench/row.h"

enum { ROUNDS = 101, HANDSHAKES = 20, DIGEST = 32 };

static _Noreturn void die(const char *what)
{
    (void)fprintf(stderr, "bench_tls: %s\n", what);
    exit(1);
}

static EVP_PKEY *key;
static X509 *cert;

static void make_certificate(void)
{
    X509_NAME *name;

    key = EVP_EC_gen("P-256");
    cert = X509_new();
    if (key == NULL || cert == NULL)
        die("no certificate");
    name = X509_get_subject_name(cert);
    (void)X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
                                     (const unsigned char *)"mx.d.example", -1, -1, 0);
    (void)X509_set_version(cert, 2);
    (void)X509_set_issuer_name(cert, name);
    (void)X509_gmtime_adj(X509_getm_notBefore(cert), -3600);
    (void)X509_gmtime_adj(X509_getm_notAfter(cert), 3600);
    (void)X509_set_pubkey(cert, key);
    if (X509_sign(cert, key, EVP_sha256()) <= 0)
        die("cannot sign");
}

/* One TLS session after the other on the same socket; an octet from the client asks for each. */
static _Noreturn void serve(int fd)
{
    SSL_CTX *ctx = SSL_CTX_new(TLS_server_method());
    char go;

    if (ctx == NULL || SSL_CTX_use_certificate(ctx, cert) <= 0 ||
        SSL_CTX_use_PrivateKey(ctx, key) <= 0)
        die("no server");
    (void)SSL_CTX_set_num_tickets(ctx, 0);
    while (read(fd, &go, 1) == 1) {
        SSL *ssl = SSL_new(ctx);

        if (ssl == NULL || SSL_set_fd(ssl, fd) <= 0 || SSL_accept(ssl) <= 0 ||
            SSL_write(ssl, "k", 1) != 1)
            die("the server's handshake failed");
        SSL_free(ssl);
    }
    _exit(0);
}

static double cpu(void)
{
    struct timespec t;

    (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static void shake_hands(int fd, SSL *ssl)
{
    char octet;

    if (write(fd, "g", 1) != 1 || SSL_set_fd(ssl, fd) <= 0 || SSL_connect(ssl) <= 0 ||
        SSL_read(ssl, &octet, 1) != 1)
        die("the client's handshake failed");
}

static double run_bare(int fd, SSL_CTX *ctx)
{
    char name[] = "mx.d.example";
    double start = cpu();

    for (unsigned i = 0; i < HANDSHAKES; i++) {
        SSL *ssl = SSL_new(ctx);

        (void)SSL_set_tlsext_host_name(ssl, name);
        shake_hands(fd, ssl);
        SSL_free(ssl);
    }
    return cpu() - start;
}

static double run_dane(int fd, struct dsmtp_tls *tls, const struct dsmtp_tls_demand *demand)
{
    double start = cpu();

    for (unsigned i = 0; i < HANDSHAKES; i++) {
        struct dsmtp_tls_evidence evidence;
        struct dsmtp_fault fault;
        SSL *ssl;

        if (dsmtp_tls_session(tls, demand, &ssl, &fault) != DSMTP_OK)
            die(fault.what);
        shake_hands(fd, ssl);
        dsmtp_tls_judge(ssl, demand, true, &evidence);
        if (!evidence.authenticated)
            die("not authenticated");
        SSL_free(ssl);
    }
    return cpu() - start;
}

static void compare(int fd, SSL_CTX *bare, struct dsmtp_tls *tls)
{
    uint8_t digest[DIGEST];
    struct dsmtp_tlsa record = {.usage = 3,
                                .selector = 1,
                                .matching = 1,
                                .data = digest,
                                .len = DIGEST,
                                .effective_usage = 3};
    const char *const names[] = {"mx.d.example"};
    struct dsmtp_tls_demand demand = {.authenticate = true,
                                      .records = &record,
                                      .record_count = 1,
                                      .names = names,
                                      .name_count = 1,
                                      .sni = names[0]};
    double ratio[ROUNDS];
    struct bench_spread spread;
    char how[100];
    double us = 0;
    unsigned char *spki = NULL;
    int len = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(cert), &spki);

    if (len <= 0 || EVP_Digest(spki, (size_t)len, digest, NULL, EVP_sha256(), NULL) <= 0)
        die("no digest");
    OPENSSL_free(spki);
    (void)run_bare(fd, bare);
    for (unsigned i = 0; i < ROUNDS; i++) {
        double without = run_bare(fd, bare);
        double with = run_dane(fd, tls, &demand);

        ratio[i] = with / without;
        us += without / HANDSHAKES / ROUNDS * 1e6;
    }
    spread = bench_spread_of(ratio, ROUNDS);
    (void)snprintf(how, sizeof(how), "CPU; bare %.0f us a handshake; %d pairs of %d handshakes", us,
                   ROUNDS, HANDSHAKES);
    bench_row("handshake with DANE (3 1 1) against a bare OpenSSL client", &spread, "", "<= 1.1",
              how);
}

int main(void)
{
    struct dsmtp_tls *tls;
    struct dsmtp_fault fault;
    SSL_CTX *bare = SSL_CTX_new(TLS_client_method());
    int pair[2];
    pid_t child;

    make_certificate();
    if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair) != 0)
        die("no socket pair");
    child = fork();
    if (child == 0) {
        (void)close(pair[0]);
        serve(pair[1]);
    }
    (void)close(pair[1]);
    if (bare == NULL || dsmtp_tls_open(NULL, &tls, &fault) != DSMTP_OK)
        die("no client");
    compare(pair[0], bare, tls);
    (void)close(pair[0]);
    (void)waitpid(child, NULL, 0);
    dsmtp_tls_close(&tls);
    SSL_CTX_free(bare);
    X509_free(cert);
    EVP_PKEY_free(key);
    return 0;
}
