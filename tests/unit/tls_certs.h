/* tls_certs.h - certificates made for a fixed moment: authorities, and leaves that they signed. */
#ifndef TESTS_UNIT_TLS_CERTS_H
#define TESTS_UNIT_TLS_CERTS_H

#include <openssl/x509.h>
#include <stddef.h>

#define NOW 1768478400 /* 2026-01-15T12:00:00Z */
#define DAY 86400
#define CHAIN_MAX 6

/* Issuers come before what they sign. */
enum cert_id {
    NONE,
    /* authorities */
    ROOT,
    STRANGER,    /* self-signed, signed nothing but CROSS */
    CROSS,       /* ROOT once more, same name and key, but signed by STRANGER */
    IMPOSTOR,    /* ROOT's name, another key */
    SHUT_ROOT,   /* no authority below it: path length 0 */
    OPENED_ROOT, /* the same name and key without that limit */
    NARROW_ROOT, /* for names below other.example only */
    OLD_ROOT,
    EARLY_ROOT,
    MID,            /* signed by ROOT, as are the next ones */
    OLD_MID,        /* expired */
    SHUT_MID,       /* path length 0 */
    NARROW_MID,     /* for names below other.example only */
    CLIENT_MID,     /* for clients only */
    MUTE_MID,       /* an authority whose key may not sign certificates */
    NO_CA,          /* no authority at all */
    SHA1_MID,       /* its signature is one of SHA-1 */
    LOW_MID,        /* signed by SHUT_MID */
    UNDER_SHUT_MID, /* signed by SHUT_ROOT */
    OLD_ROOT_MID,   /* signed by OLD_ROOT */
    /* leaves, signed by ROOT */
    LEAF,
    OTHER_NAME,
    EXPIRED,
    EARLY,
    WILD,
    PARTIAL,
    PARTIAL_END,
    INNER_WILD,
    DOUBLE_WILD,
    TOP_WILD,
    CN_ONLY,
    CN_BESIDE_SAN,
    CN_BESIDE_MAIL,
    CN_BESIDE_ADDRESS,
    CN_BESIDE_BOTH,
    TWO_NAMES,
    UPPER_CASE,
    IDN,
    NEXTHOP,          /* d.example */
    EXPANDED_NEXTHOP, /* e.example */
    CLIENT_ONLY,
    RSA_1024,
    RSA_2048,
    ED25519,
    BAD_SIGNATURE, /* says ROOT, signed by STRANGER */
    NAMELESS,      /* self-signed and without any name */
    /* leaves, signed by another */
    DEEP, /* MID, and so on */
    OLD_DEEP,
    SHUT_DEEP,
    LOW_DEEP,
    NARROW_DEEP,
    CLIENT_DEEP,
    MUTE_DEEP,
    NO_CA_DEEP,
    SHA1_DEEP,
    SHUT_LEAF,
    SHUT_ROOT_DEEP,
    NARROW_LEAF,
    OLD_ROOT_LEAF,
    EARLY_ROOT_LEAF,
    OLD_ROOT_DEEP,
    CERTS
};

/* Make all of them, with new keys, unless that was done before. They stay until the program ends.
 */
void tls_certs_make(void);

X509 *tls_cert(enum cert_id id);
EVP_PKEY *tls_cert_key(enum cert_id id);

/* A chain up to NONE or CHAIN_MAX in PEM form, NUL behind it; the caller frees. */
char *tls_certs_pem(const enum cert_id chain[CHAIN_MAX], size_t *len);

#endif
