/* probe_host.c - one call to one SMTP host, see probe_host.h. Blocking: it runs in a process of its
 * own. */
#include "run/probe_host.h"

#include <arpa/inet.h>
#include <openssl/ssl.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

static int dial(const char *address)
{
    struct sockaddr_in in4 = {.sin_family = AF_INET, .sin_port = htons(25)};
    struct sockaddr_in6 in6 = {.sin6_family = AF_INET6, .sin6_port = htons(25)};
    bool v4 = inet_pton(AF_INET, address, &in4.sin_addr) == 1;
    const struct timeval wait = {.tv_sec = 3};
    int fd = socket(v4 ? AF_INET : AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);
    int rc;

    if (fd < 0 || (!v4 && inet_pton(AF_INET6, address, &in6.sin6_addr) != 1)) {
        if (fd >= 0)
            (void)close(fd);
        return -1;
    }
    (void)setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof(wait));
    (void)setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &wait, sizeof(wait));
    if (v4)
        rc = connect(fd, (const struct sockaddr *)&in4, sizeof(in4));
    else
        rc = connect(fd, (const struct sockaddr *)&in6, sizeof(in6));
    if (rc == 0)
        return fd;
    (void)close(fd);
    return -1;
}

/* One whole reply into text; its code, or 0. */
static int read_reply(int fd, char *text, size_t room)
{
    size_t len = 0;
    size_t line = 0;

    while (len + 1 < room) {
        ssize_t n = recv(fd, text + len, 1, 0);

        if (n <= 0)
            return 0;
        if (text[len++] != '\n')
            continue;
        text[len] = '\0';
        if (len - line >= 4 && text[line + 3] != '-')
            return (int)strtol(text + line, NULL, 10);
        line = len;
    }
    return 0;
}

static int command(int fd, const char *line, char *reply, size_t room)
{
    size_t len = strlen(line);

    reply[0] = '\0';
    return send(fd, line, len, MSG_NOSIGNAL) == (ssize_t)len ? read_reply(fd, reply, room) : 0;
}

static void hash_hex(EVP_MD_CTX *hash, char out[65])
{
    uint8_t digest[EVP_MAX_MD_SIZE] = {0};
    char *hex;

    (void)EVP_DigestFinal_ex(hash, digest, NULL);
    hex = lab_hex(digest, 32);
    memcpy(out, hex, 65);
    free(hex);
}

void lab_chain_digest(X509 *const *certs, unsigned count, char out[65])
{
    EVP_MD_CTX *hash = EVP_MD_CTX_new();

    (void)EVP_DigestInit_ex(hash, EVP_sha256(), NULL);
    for (unsigned i = 0; i < count; i++) {
        unsigned char *der = NULL;
        int len = i2d_X509(certs[i], &der);

        if (len > 0)
            (void)EVP_DigestUpdate(hash, der, (size_t)len);
        OPENSSL_free(der);
    }
    hash_hex(hash, out);
    EVP_MD_CTX_free(hash);
}

static void handshake(int fd, struct lab_host_facts *out)
{
    SSL_CTX *ctx = SSL_CTX_new(TLS_client_method());
    SSL *ssl = SSL_new(ctx);
    const STACK_OF(X509) * chain;

    (void)SSL_set_fd(ssl, fd);
    if (SSL_connect(ssl) == 1) {
        X509 *certs[32] = {NULL};

        out->tls = true;
        chain = SSL_get_peer_cert_chain(ssl);
        for (int i = 0; i < sk_X509_num(chain) && out->certs < LAB_COUNT(certs); i++)
            certs[out->certs++] = sk_X509_value(chain, i);
        lab_chain_digest(certs, out->certs, out->chain);
        (void)SSL_shutdown(ssl);
    }
    SSL_free(ssl);
    SSL_CTX_free(ctx);
}

/* Is STARTTLS a keyword of the EHLO reply? It may also be part of the host's name. */
static bool offers_starttls(const char *reply)
{
    const char *const word = "STARTTLS";
    const size_t len = strlen(word);
    const char *line = strchr(reply, '\n'); /* the first line is the greeting */

    for (; line != NULL; line = strchr(line + 1, '\n')) {
        if (strlen(line) > 5 + len && strncasecmp(line + 5, word, len) == 0 &&
            strchr(" \r\n", line[5 + len]) != NULL)
            return true;
    }
    return false;
}

/* Throw away what stands behind the reply to STARTTLS, as a client has to (RFC 3207, section 4.2).
 */
static void drop_injected(int fd)
{
    char dropped[1024];

    while (recv(fd, dropped, sizeof(dropped), MSG_DONTWAIT) > 0)
        continue;
}

void lab_host_probe(const char *address, struct lab_host_facts *out)
{
    char reply[4096];
    int fd = dial(address);

    memset(out, 0, sizeof(*out));
    if (fd < 0)
        return;
    out->connected = true;
    out->banner = read_reply(fd, reply, sizeof(reply));
    if (out->banner == 220)
        out->ehlo = command(fd, "EHLO proof.lab\r\n", reply, sizeof(reply));
    out->offers = out->ehlo == 250 && offers_starttls(reply);
    if (out->offers)
        out->starttls = command(fd, "STARTTLS\r\n", reply, sizeof(reply));
    if (out->starttls == 220) {
        drop_injected(fd);
        handshake(fd, out);
    } else {
        (void)send(fd, "QUIT\r\n", 6, MSG_NOSIGNAL);
    }
    (void)close(fd);
}
