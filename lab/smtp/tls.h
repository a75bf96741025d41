/* tls.h - the server's side of TLS over memory: ciphertext in and out of buffers, no socket.
 * Private to lab/smtp. */
#ifndef LAB_SMTP_TLS_H
#define LAB_SMTP_TLS_H

#include <event2/buffer.h>
#include <openssl/ssl.h>

#include "smtp/smtp.h"

/* One context for all, at security level 0: TLS 1.2 and 1.3, no resumption, unless a host's habit
 * is another. key_log_fd: -1 or where keys are written; it must outlive the context at this
 * address. NULL if OpenSSL fails. */
SSL_CTX *lab_tls_context(int *key_log_fd);

struct lab_tls {
    SSL *ssl;
    BIO *in;  /* the SSL's */
    BIO *out; /* the SSL's */
    const struct lab_chain *chain;
    enum lab_handshake handshake;
    bool key_update; /* is still to be done */
    bool up;
    bool deaf; /* the handshake was ended, or stalled, on purpose */
    char *sni; /* NULL: none was sent */
    size_t sni_len;
    int alert_in; /* -1: none */
    int alert_out;
    char error[256]; /* why it failed */
};

/* Start a handshake as a host of that behaviour does it. later: not the first connection of a
 * delivery. NULL if OpenSSL fails. */
struct lab_tls *lab_tls_open(SSL_CTX *ctx, const struct lab_smtp_host *host,
                             const struct lab_behaviour *behaviour, bool later);
void lab_tls_close(struct lab_tls **tls);

/* How a step ended: all input used; the peer said goodbye; broken, see error. */
enum lab_tls_end { LAB_TLS_MORE, LAB_TLS_BYE, LAB_TLS_BROKEN };

/* Take ciphertext from cipher and add what it says to clear. Sends nothing: lab_tls_flush does. */
enum lab_tls_end lab_tls_feed(struct lab_tls *tls, struct evbuffer *cipher, struct evbuffer *clear);
/* Encrypt; false if that is impossible. */
bool lab_tls_write(struct lab_tls *tls, const char *data, size_t len);
/* Say goodbye. */
void lab_tls_bye(struct lab_tls *tls);
/* Move what is to be sent to out. */
void lab_tls_flush(struct lab_tls *tls, struct evbuffer *out);

#endif
