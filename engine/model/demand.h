/* demand.h - what is asked of a peer in TLS beyond TLSA records: fingerprints, versions, ciphers.
 */
#ifndef DSMTP_MODEL_DEMAND_H
#define DSMTP_MODEL_DEMAND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Against what the peer has to authenticate itself: the host's TLSA records; the authorities that
 * this client trusts, and a list of names; digests of the certificate or of its key. X(name, word)
 */
#define DSMTP_AGAINST_LIST(X)     \
    X(NOTHING, "nothing")         \
    X(TLSA, "tlsa")               \
    X(AUTHORITIES, "authorities") \
    X(FINGERPRINTS, "fingerprints")

enum dsmtp_against {
#define X(name, word) DSMTP_AGAINST_##name,
    DSMTP_AGAINST_LIST(X)
#undef X
        DSMTP_AGAINST_COUNT
};
const char *dsmtp_against_name(enum dsmtp_against v);

/* A digest of a certificate or of its public key (SubjectPublicKeyInfo); the length says which:
 * 20 octets SHA-1, 32 SHA2-256, 64 SHA2-512. */
#define DSMTP_FINGERPRINT_MAX 64u
struct dsmtp_fingerprint {
    uint8_t digest[DSMTP_FINGERPRINT_MAX];
    size_t len;
};

/* Octets in hex, with or without colons between them. False: not that, or of no such length. */
bool dsmtp_fingerprint_parse(const char *text, size_t len, struct dsmtp_fingerprint *out);

/* Versions of TLS, as bits of a set and as Postfix writes them. X(name, word) */
#define DSMTP_TLS_VERSION_LIST(X) \
    X(1_0, "TLSv1")               \
    X(1_1, "TLSv1.1")             \
    X(1_2, "TLSv1.2")             \
    X(1_3, "TLSv1.3")

enum dsmtp_tls_version {
#define X(name, word) DSMTP_TLS_VERSION_##name,
    DSMTP_TLS_VERSION_LIST(X)
#undef X
        DSMTP_TLS_VERSION_COUNT
};
const char *dsmtp_tls_version_name(enum dsmtp_tls_version v);

/* Ciphers of TLS 1.2 and before. DEFAULT: as the adapter was set up; the others are Postfix's
 * grades of these names. */
enum dsmtp_cipher_grade { DSMTP_CIPHERS_DEFAULT, DSMTP_CIPHERS_MEDIUM, DSMTP_CIPHERS_HIGH };

struct dsmtp_tls_limits {
    unsigned versions; /* bit set over enum dsmtp_tls_version; 0: all */
    bool own_floor; /* versions alone say which is the oldest; false: the adapter's floor holds too
                     */
    enum dsmtp_cipher_grade ciphers;
};

#endif
