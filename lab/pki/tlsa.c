/* tlsa.c - what is handed out: TLSA data of certificates, and the file of private roots. */
#include <stdlib.h>
#include <string.h>

#include <openssl/pem.h>
#include <openssl/sha.h>

#include "pki/pki_internal.h"

static const X509 *pinned(const struct lab_pki *pki, const struct lab_chain *chain,
                          const char *element)
{
    unsigned e;

    if (element == NULL)
        return chain->certs[0].x509;
    if (strcmp(element, "wrong") == 0)
        return pki->stranger;
    for (e = 0; e < chain->count; e++) {
        if (strcmp(chain->certs[e].element, element) == 0)
            return chain->certs[e].x509;
    }
    return NULL;
}

static int fail_unknown(const struct lab_chain *chain, const char *element, struct lab_fault *fault)
{
    struct lab_text known = {0};
    unsigned e;

    for (e = 0; e < chain->count; e++)
        lab_text_put(&known, "%s, ", chain->certs[e].element);
    (void)lab_fail(fault, EX_DATAERR, "the chain has no element \"%s\"; expected %swrong", element,
                   known.text);
    free(known.text);
    return -1;
}

/* Selector 1 is the public key; 0, and selectors that nobody has defined, take the whole
 * certificate. */
static int selected(const X509 *x, unsigned selector, uint8_t **out)
{
    *out = NULL;
    return selector == 1 ? i2d_X509_PUBKEY(X509_get_X509_PUBKEY(x), out) : i2d_X509(x, out);
}

int lab_tlsa_data(const struct lab_pki *pki, const struct lab_chain *chain, const char *element,
                  unsigned selector, unsigned matching, char **out, struct lab_fault *fault)
{
    const X509 *x = pinned(pki, chain, element);
    uint8_t digest[SHA512_DIGEST_LENGTH], *der;
    int len;

    if (x == NULL)
        return fail_unknown(chain, element, fault);
    len = selected(x, selector, &der);
    if (len <= 0)
        return lab_pki_fail(fault, "TLSA data");
    if (matching == 0)
        *out = lab_hex(der, (size_t)len);
    else if (matching == 2)
        *out = lab_hex(SHA512(der, (size_t)len, digest), SHA512_DIGEST_LENGTH);
    else
        *out = lab_hex(SHA256(der, (size_t)len, digest), SHA256_DIGEST_LENGTH);
    OPENSSL_free(der);
    return 0;
}

int lab_pki_write_roots(const struct lab_pki *pki, const char *path, struct lab_fault *fault)
{
    BIO *pem = BIO_new(BIO_s_mem());
    bool ok = pem != NULL;
    unsigned r, e;
    char *text;
    long len;
    int result;

    for (r = 0; ok && r < pki->recipes->list_count; r++) {
        const struct lab_recipe *recipe = &pki->recipes->list[r];

        for (e = 1; ok && e < recipe->chain_count; e++) {
            if (recipe->chain[e].ca == LAB_YES && !lab_recipe_of_host(recipe, e) &&
                strcmp(recipe->chain[e].issuer, "self") == 0)
                ok = PEM_write_bio_X509(pem, pki->upper[r].certs[e].x509) == 1;
        }
    }
    if (!ok) {
        BIO_free(pem);
        return lab_pki_fail(fault, path);
    }
    len = BIO_get_mem_data(pem, &text);
    result = lab_file_write(path, text, (size_t)len, fault);
    BIO_free(pem);
    return result;
}
