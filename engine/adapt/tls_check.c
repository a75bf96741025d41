/* tls_check.c - is this chain what the demand asks for? */
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <string.h>

#include "adapt/tls_internal.h"

enum { CERTIFICATE = 0, KEY = 1 };

/* Certificate or SubjectPublicKeyInfo in DER (RFC 6698, section 2.1.2); to be freed. */
static int encode(X509 *cert, unsigned selector, unsigned char **der)
{
    *der = NULL;
    return selector == CERTIFICATE ? i2d_X509(cert, der)
                                   : i2d_X509_PUBKEY(X509_get_X509_PUBKEY(cert), der);
}

/* Does the part of the certificate, or its digest, equal the data? md NULL: the part itself.
 * *unable: no memory to find out. */
static bool equals(X509 *cert, unsigned selector, const EVP_MD *md, const uint8_t *data, size_t len,
                   bool *unable)
{
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned digest_len = 0;
    unsigned char *der;
    int der_len = encode(cert, selector, &der);
    bool same = false;

    *unable = *unable || der_len <= 0;
    if (der_len > 0 && md == NULL)
        same = (size_t)der_len == len && memcmp(der, data, len) == 0;
    else if (der_len > 0 && EVP_Digest(der, (size_t)der_len, digest, &digest_len, md, NULL) > 0)
        same = digest_len == len && memcmp(digest, data, len) == 0;
    OPENSSL_free(der);
    return same;
}

bool dsmtp_tls_record_is(const struct dsmtp_tlsa *r, X509 *cert)
{
    const EVP_MD *const md[] = {NULL, EVP_sha256(), EVP_sha512()};
    bool unable = false;

    return r->selector <= KEY && r->matching < sizeof(md) / sizeof(md[0]) &&
           equals(cert, r->selector, md[r->matching], r->data, r->len, &unable);
}

static const EVP_MD *digest_of_length(size_t len)
{
    switch (len) {
    case 20:
        return EVP_sha1();
    case 32:
        return EVP_sha256();
    case 64:
        return EVP_sha512();
    default:
        return NULL;
    }
}

static bool has_fingerprint(X509 *leaf, const struct dsmtp_tls_demand *demand, bool *unable)
{
    for (unsigned i = 0; leaf != NULL && i < demand->fingerprint_count; i++) {
        const struct dsmtp_fingerprint *f = &demand->fingerprints[i];
        const EVP_MD *md = digest_of_length(f->len);

        if (md != NULL && (equals(leaf, CERTIFICATE, md, f->digest, f->len, unable) ||
                           equals(leaf, KEY, md, f->digest, f->len, unable)))
            return true;
    }
    return false;
}

/* Does a usable record of usage 2 name it? */
static bool is_anchor(X509 *cert, const struct dsmtp_tls_demand *demand)
{
    for (unsigned i = 0; i < demand->record_count; i++) {
        const struct dsmtp_tlsa *r = &demand->records[i];

        if (r->why == DSMTP_UNUSABLE_NO && r->effective_usage == DSMTP_DANE_TA &&
            dsmtp_tls_record_is(r, cert))
            return true;
    }
    return false;
}

/* The chain as it was sent, but for the anchors, which stand right behind the leaf, and for other
 * roots, which lead nowhere: of two issuers of the same name and key, one of them cross-signed,
 * OpenSSL tries the first only. *anchors: how many there are; without any all stays as it is. NULL:
 * out of memory. */
static STACK_OF(X509) *
    anchors_first(STACK_OF(X509) * sent, const struct dsmtp_tls_demand *demand, int *anchors)
{
    STACK_OF(X509) *out = sk_X509_dup(sent);

    *anchors = 0;
    for (int i = 1; out != NULL && i < sk_X509_num(out); i++) {
        X509 *cert = sk_X509_value(out, i);

        if (!is_anchor(cert, demand))
            continue;
        (void)sk_X509_delete(out, i);
        if (sk_X509_insert(out, cert, ++*anchors) > 0)
            continue;
        sk_X509_free(out);
        return NULL;
    }
    for (int i = sk_X509_num(out) - 1; *anchors > 0 && i > *anchors; i--)
        if (X509_self_signed(sk_X509_value(out, i), 0) == 1)
            (void)sk_X509_delete(out, i);
    return out;
}

/* To OpenSSL an anchor that was not sent and one that the chain does not lead to are the same. */
static bool check_tlsa(X509_STORE_CTX *ctx, const struct dsmtp_tls_demand *demand)
{
    STACK_OF(X509) *sent = X509_STORE_CTX_get0_untrusted(ctx);
    int anchors = 0;
    STACK_OF(X509) *sorted = anchors_first(sent, demand, &anchors);
    bool good;

    if (sorted != NULL)
        X509_STORE_CTX_set0_untrusted(ctx, sorted);
    good = X509_verify_cert(ctx) > 0;
    X509_STORE_CTX_set0_untrusted(ctx, sent);
    sk_X509_free(sorted);
    if (!good && X509_STORE_CTX_get_error(ctx) == X509_V_ERR_DANE_NO_MATCH && anchors > 0)
        X509_STORE_CTX_set_error(ctx, X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT);
    return good;
}

static bool check_fingerprint(X509_STORE_CTX *ctx, const struct dsmtp_tls_demand *demand)
{
    bool unable = false;
    bool good = has_fingerprint(X509_STORE_CTX_get0_cert(ctx), demand, &unable);

    X509_STORE_CTX_set_error(ctx, good     ? X509_V_OK
                                  : unable ? X509_V_ERR_OUT_OF_MEM
                                           : X509_V_ERR_DANE_NO_MATCH);
    return good;
}

bool dsmtp_tls_check_chain(X509_STORE_CTX *ctx, const struct dsmtp_tls_demand *demand)
{
    bool good = false;

    switch (dsmtp_tls_kind(demand)) {
    case DSMTP_AGAINST_NOTHING:
        X509_STORE_CTX_set_error(ctx, X509_V_OK);
        return true;
    case DSMTP_AGAINST_TLSA:
        good = check_tlsa(ctx, demand);
        break;
    case DSMTP_AGAINST_AUTHORITIES:
        good = X509_verify_cert(ctx) > 0;
        break;
    case DSMTP_AGAINST_FINGERPRINTS:
        good = check_fingerprint(ctx, demand);
        break;
    case DSMTP_AGAINST_COUNT:
        break;
    }
    if (!good && X509_STORE_CTX_get_error(ctx) == X509_V_OK)
        X509_STORE_CTX_set_error(ctx, X509_V_ERR_UNSPECIFIED);
    return good;
}
