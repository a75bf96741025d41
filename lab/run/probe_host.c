/* probe_host.c - one call to one SMTP host, see probe_host.h. Blocking: it runs in a process of its
 * own. */
#include "run/probe_host.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <openssl/ssl.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#define REPLY_MAX (1 << 18) /* octets; a longer reply counts as none */

struct call {
    int fd;
    SSL *ssl; /* NULL: in clear */
    enum lab_step silent;
    char buffer[4096]; /* received and not yet read */
    size_t at, len;
    struct lab_text reply; /* the last one */
    struct lab_host_facts *facts;
};

static void set_patience(int fd, int ms)
{
    const struct timeval wait = {.tv_sec = ms / 1000, .tv_usec = ms % 1000 * 1000};

    (void)setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof(wait));
    (void)setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &wait, sizeof(wait));
}

/* Wait as long as this step deserves. */
static void at_step(const struct call *c, enum lab_step step)
{
    set_patience(c->fd, step == c->silent ? 100 : 3000);
}

static int dial(const char *address)
{
    struct sockaddr_in in4 = {.sin_family = AF_INET, .sin_port = htons(25)};
    struct sockaddr_in6 in6 = {.sin6_family = AF_INET6, .sin6_port = htons(25)};
    bool v4 = inet_pton(AF_INET, address, &in4.sin_addr) == 1;
    int fd = socket(v4 ? AF_INET : AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const int on = 1;
    int rc;

    if (fd < 0 || (!v4 && inet_pton(AF_INET6, address, &in6.sin6_addr) != 1)) {
        if (fd >= 0)
            (void)close(fd);
        return -1;
    }
    set_patience(fd, 3000);
    /* EHLO follows the end of the handshake at once: without this it waits for an acknowledgement
     */
    (void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    if (v4)
        rc = connect(fd, (const struct sockaddr *)&in4, sizeof(in4));
    else
        rc = connect(fd, (const struct sockaddr *)&in6, sizeof(in6));
    if (rc == 0)
        return fd;
    (void)close(fd);
    return -1;
}

/* More bytes: 1 some, 0 end, -1 none in time. */
static int receive(struct call *c)
{
    ssize_t n;
    int got;

    c->at = 0;
    c->len = 0;
    if (c->ssl != NULL) {
        got = SSL_read(c->ssl, c->buffer, sizeof(c->buffer));
        if (got <= 0)
            return SSL_get_error(c->ssl, got) == SSL_ERROR_WANT_READ ? -1 : 0;
        c->len = (size_t)got;
        return 1;
    }
    n = recv(c->fd, c->buffer, sizeof(c->buffer), 0);
    if (n <= 0)
        return n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK) ? -1 : 0;
    c->len = (size_t)n;
    return 1;
}

/* The code of a line that ends a reply; 0: it does not. */
static int line_code(const char *line, size_t len)
{
    if (len < 3 || strspn(line, "0123456789") != 3)
        return -2;
    return line[3] == '-' ? 0 : (int)strtol(line, NULL, 10);
}

/* One whole reply; its code as lab_reply_last_code has it. */
static int read_reply(struct call *c)
{
    size_t line = 0;
    int code = 0;

    c->reply.len = 0;
    while (code == 0 && c->reply.len < REPLY_MAX) {
        int got = c->at < c->len ? 1 : receive(c);
        char octet;

        if (got <= 0)
            return got;
        octet = c->buffer[c->at++];
        lab_text_add(&c->reply, &octet, 1);
        if (octet != '\n')
            continue;
        code = line_code(c->reply.text + line, c->reply.len - line);
        line = c->reply.len;
    }
    return code;
}

static int command(struct call *c, enum lab_step step, const char *line)
{
    int len = (int)strlen(line);
    bool sent;

    at_step(c, step);
    if (c->ssl != NULL)
        sent = SSL_write(c->ssl, line, len) == len;
    else
        sent = send(c->fd, line, (size_t)len, MSG_NOSIGNAL) == len;
    c->facts->code[step] = sent ? read_reply(c) : 0;
    return c->facts->code[step];
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

static int note_asked(SSL *ssl, X509 **cert, EVP_PKEY **key)
{
    struct call *c = SSL_get_app_data(ssl);

    (void)cert, (void)key;
    c->facts->asked = true;
    return 0;
}

static int note_ticket(SSL *ssl, SSL_SESSION *session)
{
    struct call *c = SSL_get_app_data(ssl);

    c->facts->ticket = c->facts->ticket || SSL_SESSION_has_ticket(session) == 1;
    return 0;
}

static void note_message(int sent, int version, int type, const void *text, size_t len, SSL *ssl,
                         void *self)
{
    struct call *c = self;

    (void)version, (void)ssl;
    if (sent == 0 && type == SSL3_RT_HANDSHAKE && len > 0 &&
        *(const uint8_t *)text == SSL3_MT_KEY_UPDATE)
        c->facts->key_update = true;
}

/* Whatever can be agreed on will do: it is the host that is looked at. One for all calls. */
static SSL_CTX *lax_context(void)
{
    static SSL_CTX *ctx;

    if (ctx != NULL)
        return ctx;
    ctx = SSL_CTX_new(TLS_client_method());
    SSL_CTX_set_security_level(ctx, 0);
    (void)SSL_CTX_set_min_proto_version(ctx, TLS1_VERSION);
    (void)SSL_CTX_set_cipher_list(ctx, "ALL");
    (void)SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_CLIENT);
    SSL_CTX_sess_set_new_cb(ctx, note_ticket);
    SSL_CTX_set_client_cert_cb(ctx, note_asked);
    return ctx;
}

static bool handshake(struct call *c, SSL_CTX *ctx, char *sni)
{
    struct lab_host_facts *out = c->facts;
    X509 *certs[32] = {NULL};
    const STACK_OF(X509) * chain;

    at_step(c, LAB_STEP_HANDSHAKE);
    c->ssl = SSL_new(ctx);
    (void)SSL_set_app_data(c->ssl, c);
    SSL_set_msg_callback(c->ssl, note_message);
    SSL_set_msg_callback_arg(c->ssl, c);
    (void)SSL_set_fd(c->ssl, c->fd);
    if (sni != NULL)
        (void)SSL_set_tlsext_host_name(c->ssl, sni);
    if (SSL_connect(c->ssl) != 1)
        return false;
    out->tls = true;
    out->version = SSL_version(c->ssl);
    chain = SSL_get_peer_cert_chain(c->ssl);
    for (int i = 0; i < sk_X509_num(chain) && out->certs < LAB_COUNT(certs); i++)
        certs[out->certs++] = sk_X509_value(chain, i);
    if (out->certs > 0)
        lab_chain_digest(certs, out->certs, out->chain);
    return true;
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
static void drop_injected(struct call *c)
{
    char dropped[1024];

    c->at = c->len = 0;
    while (recv(c->fd, dropped, sizeof(dropped), MSG_DONTWAIT) > 0)
        continue;
}

/* Returns the last code. */
static int transact(struct call *c)
{
    int code = command(c, LAB_STEP_MAIL, "MAIL FROM:<proof@proof.lab>\r\n");

    if (code != 250)
        return code;
    code = command(c, LAB_STEP_NOBODY, "RCPT TO:<nobody@proof.lab>\r\n");
    if (code > 0)
        code = command(c, LAB_STEP_RCPT, "RCPT TO:<user@proof.lab>\r\n");
    if (code / 100 == 2)
        code = command(c, LAB_STEP_DATA, "DATA\r\n");
    if (code == 354)
        code = command(c, LAB_STEP_DOT, "Subject: proof\r\n\r\n.\r\n");
    return code;
}

/* In TLS, if it comes about; false: no use to go on. */
static bool secure(struct call *c, SSL_CTX *ctx, char *sni)
{
    if (!c->facts->offers)
        return true;
    if (command(c, LAB_STEP_STARTTLS, "STARTTLS\r\n") != 220)
        return c->facts->code[LAB_STEP_STARTTLS] > 0;
    drop_injected(c);
    if (!handshake(c, ctx, sni))
        return false;
    return command(c, LAB_STEP_EHLO_TLS, "EHLO proof.lab\r\n") == 250;
}

static void converse(struct call *c, SSL_CTX *ctx, char *sni)
{
    struct lab_host_facts *out = c->facts;

    at_step(c, LAB_STEP_BANNER);
    out->code[LAB_STEP_BANNER] = read_reply(c);
    if (out->code[LAB_STEP_BANNER] != 220 || command(c, LAB_STEP_EHLO, "EHLO proof.lab\r\n") != 250)
        return;
    lab_text_add(&c->reply, "", 1); /* its end */
    out->offers = offers_starttls(c->reply.text);
    if (!secure(c, ctx, sni))
        return;
    if (transact(c) != -1)
        (void)command(c, LAB_STEP_QUIT, "QUIT\r\n");
}

void lab_host_probe(const char *address, char *sni, enum lab_step silent,
                    struct lab_host_facts *out)
{
    struct call c = {.fd = dial(address), .silent = silent, .facts = out};

    memset(out, 0, sizeof(*out));
    if (c.fd < 0)
        return;
    out->connected = true;
    converse(&c, lax_context(), sni);
    free(c.reply.text);
    SSL_free(c.ssl);
    (void)close(c.fd);
}
