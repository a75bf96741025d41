/* tls_certs.h - certificates made for a fixed moment: a root that signed an intermediate, and
 * leaves that either of them signed. */
#ifndef TESTS_UNIT_TLS_CERTS_H
#define TESTS_UNIT_TLS_CERTS_H

#include <openssl/x509.h>
#include <stddef.h>

#define NOW 1768478400 /* 2026-01-15T12:00:00Z */
#define DAY 86400
#define CHAIN_MAX 4

enum cert_id {
    NONE,
    ROOT,
    MID,
    STRANGER, /* another self-signed authority, which signed nothing */
    LEAF,     /* signed by ROOT, as are the next ones */
    OTHER_NAME,
    EXPIRED,
    EARLY,
    WILD,
    PARTIAL,
    INNER_WILD,
    CN_ONLY,
    CN_BESIDE_SAN,
    CN_BESIDE_MAIL,
    CLIENT_ONLY,
    NAMELESS, /* self-signed and without any name */
    DEEP,     /* signed by MID */
    OLD_DEEP, /* signed by an expired intermediate */
    OLD_MID,
    CERTS
};

/* Make all of them, with new keys; free them. */
void tls_certs_make(void);
void tls_certs_free(void);

X509 *tls_cert(enum cert_id id);

/* A chain up to NONE or CHAIN_MAX in PEM form, NUL behind it; the caller frees. */
char *tls_certs_pem(const enum cert_id chain[CHAIN_MAX], size_t *len);

#endif
