/* cert.c - one X.509 certificate from its plan, always the same bytes. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/ec.h>
#include <openssl/sha.h>
#include <openssl/x509v3.h>

#include "base/ecdsa.h"
#include "pki/pki_internal.h"

#define DAYS_BEFORE (-30)
#define DAYS_AFTER 335
#define SERIAL_LEN 16

static int first_day(const struct lab_element *e)
{
    return e->not_before != NULL ? *e->not_before : DAYS_BEFORE;
}

static int last_day(const struct lab_element *e)
{
    return e->not_after != NULL ? *e->not_after : DAYS_AFTER;
}

/* An issuer must never give one serial number to two certificates, so everything that makes a
 * difference goes in. */
static bool set_serial(X509 *x, const struct lab_cert_plan *plan)
{
    struct lab_text seed = {0};
    uint8_t digest[SHA256_DIGEST_LENGTH], *spki = NULL;
    int spki_len = i2d_PUBKEY(plan->key, &spki);
    unsigned i;
    BIGNUM *number;
    bool ok;

    lab_text_put(&seed, "%s\n%s\n%s\n%lld %d %d\n", plan->recipe, plan->element->element,
                 plan->common_name, (long long)plan->epoch, first_day(plan->element),
                 last_day(plan->element));
    for (i = 0; i < plan->names_count; i++)
        lab_text_put(&seed, "%s\n", plan->names[i]);
    if (spki_len > 0)
        lab_text_add(&seed, (const char *)spki, (size_t)spki_len);
    OPENSSL_free(spki);
    SHA256((const uint8_t *)seed.text, seed.len, digest);
    free(seed.text);

    digest[0] = (uint8_t)((digest[0] & 0x3f) | 0x40); /* positive, and always of the same length */
    number = BN_bin2bn(digest, SERIAL_LEN, NULL);
    ok = number != NULL && BN_to_ASN1_INTEGER(number, X509_get_serialNumber(x)) != NULL;
    BN_free(number);
    return ok && spki_len > 0;
}

static bool set_times(X509 *x, const struct lab_cert_plan *plan)
{
    time_t epoch = (time_t)plan->epoch;

    return X509_time_adj_ex(X509_getm_notBefore(x), first_day(plan->element), 0, &epoch) != NULL &&
           X509_time_adj_ex(X509_getm_notAfter(x), last_day(plan->element), 0, &epoch) != NULL;
}

static bool set_subject(X509 *x, const struct lab_cert_plan *plan)
{
    return X509_NAME_add_entry_by_NID(X509_get_subject_name(x), NID_commonName, MBSTRING_UTF8,
                                      (const unsigned char *)plan->common_name, -1, -1, 0) == 1;
}

static bool add_extension(X509 *x, X509V3_CTX *ctx, int nid, const char *value)
{
    X509_EXTENSION *ext = X509V3_EXT_conf_nid(NULL, ctx, nid, value);
    bool ok = ext != NULL && X509_add_ext(x, ext, -1) == 1;

    X509_EXTENSION_free(ext);
    return ok;
}

/* Is the name of that kind ("ip:", "email:")? Then *rest is what follows. */
static bool kind_is(const char *name, const char *kind, const char **rest)
{
    size_t len = strlen(kind);

    if (strncmp(name, kind, len) != 0)
        return false;
    *rest = name + len;
    return true;
}

/* A DNS name, in which LAB_NUL is a NUL, or an e-mail address. */
static GENERAL_NAME *text_name(int type, const char *text)
{
    GENERAL_NAME *name = GENERAL_NAME_new();
    ASN1_IA5STRING *value = ASN1_IA5STRING_new();
    size_t len = strlen(text);
    char *bytes = lab_strndup(text, len);

    for (size_t i = 0; i < len; i++) {
        if (bytes[i] == LAB_NUL[0])
            bytes[i] = '\0';
    }
    if (name == NULL || value == NULL || ASN1_STRING_set(value, bytes, (int)len) != 1) {
        GENERAL_NAME_free(name);
        ASN1_IA5STRING_free(value);
        name = NULL;
    } else {
        GENERAL_NAME_set0_value(name, type, value);
    }
    free(bytes);
    return name;
}

static GENERAL_NAME *any_name(const char *text)
{
    const char *rest;

    if (kind_is(text, "ip:", &rest))
        return a2i_GENERAL_NAME(NULL, NULL, NULL, GEN_IPADD, rest, 0);
    if (kind_is(text, "email:", &rest))
        return text_name(GEN_EMAIL, rest);
    return text_name(GEN_DNS, text);
}

static bool add_names(X509 *x, const struct lab_cert_plan *plan)
{
    GENERAL_NAMES *list;
    unsigned i;
    bool ok;

    if (plan->names_count == 0)
        return true;
    list = GENERAL_NAMES_new();
    ok = list != NULL;
    for (i = 0; ok && i < plan->names_count; i++) {
        GENERAL_NAME *name = any_name(plan->names[i]);

        ok = name != NULL && sk_GENERAL_NAME_push(list, name) > 0;
        if (!ok)
            GENERAL_NAME_free(name);
    }
    ok = ok && X509_add1_ext_i2d(x, NID_subject_alt_name, list, 0, X509V3_ADD_DEFAULT) == 1;
    GENERAL_NAMES_free(list);
    return ok;
}

/* The limits that a CA puts on names below it, in OpenSSL's words. */
static bool add_constraints(X509 *x, X509V3_CTX *ctx, const struct lab_element *e)
{
    struct lab_text value = {0};
    char *critical;
    bool ok;

    for (unsigned i = 0; i < e->permitted_count; i++)
        lab_text_put(&value, "%spermitted;DNS:%s", value.len > 0 ? "," : "", e->permitted[i]);
    for (unsigned i = 0; i < e->excluded_count; i++)
        lab_text_put(&value, "%sexcluded;DNS:%s", value.len > 0 ? "," : "", e->excluded[i]);
    if (value.len == 0)
        return true;
    critical = lab_format("critical,%s", value.text);
    ok = add_extension(x, ctx, NID_name_constraints, critical);
    free(critical);
    free(value.text);
    return ok;
}

static const char *key_usage(const struct lab_cert_plan *plan)
{
    if (plan->element->signs == LAB_NO)
        return "critical,digitalSignature";
    if (plan->element->ca == LAB_YES && !plan->of_host)
        return "critical,keyCertSign,cRLSign";
    if (plan->element->ca == LAB_YES)
        return "critical,digitalSignature,keyCertSign,cRLSign";
    return EVP_PKEY_is_a(plan->key, "RSA") ? "critical,digitalSignature,keyEncipherment"
                                           : "critical,digitalSignature";
}

static const char *extended_key_usage(const struct lab_cert_plan *plan)
{
    switch (plan->element->eku) {
    case LAB_EKU_USUAL:
        return plan->of_host ? "serverAuth" : NULL;
    case LAB_EKU_SERVER:
        return "serverAuth";
    case LAB_EKU_CLIENT:
        return "clientAuth";
    case LAB_EKU_NONE:
        break;
    }
    return NULL;
}

static bool add_extensions(X509 *x, const struct lab_cert_plan *plan)
{
    const struct lab_element *e = plan->element;
    const char *eku = extended_key_usage(plan);
    char basic[64] = "critical,CA:FALSE";
    X509V3_CTX ctx;

    if (e->ca == LAB_YES && e->path_length != NULL)
        (void)snprintf(basic, sizeof(basic), "critical,CA:TRUE,pathlen:%u", *e->path_length);
    else if (e->ca == LAB_YES)
        (void)snprintf(basic, sizeof(basic), "critical,CA:TRUE");
    X509V3_set_ctx_nodb(&ctx);
    X509V3_set_ctx(&ctx, plan->issuer != NULL ? plan->issuer : x, x, NULL, NULL, 0);
    return add_extension(x, &ctx, NID_basic_constraints, basic) &&
           add_extension(x, &ctx, NID_key_usage, key_usage(plan)) &&
           (eku == NULL || add_extension(x, &ctx, NID_ext_key_usage, eku)) && add_names(x, plan) &&
           add_constraints(x, &ctx, e) &&
           add_extension(x, &ctx, NID_subject_key_identifier, "hash") &&
           (plan->issuer == NULL ||
            add_extension(x, &ctx, NID_authority_key_identifier, "keyid:always"));
}

/* Ed25519 has a digest of its own; that of ECDSA follows from the curve (ecdsa.h), P-256 here. */
static const EVP_MD *digest_for(const struct lab_element *e, const EVP_PKEY *signer)
{
    if (!EVP_PKEY_is_a(signer, "RSA"))
        return EVP_PKEY_is_a(signer, "EC") ? EVP_sha256() : NULL;
    switch (e->digest) {
    case LAB_HASH_SHA1:
        return EVP_sha1();
    case LAB_HASH_SHA512:
        return EVP_sha512();
    case LAB_HASH_SHA256:
        break;
    }
    return EVP_sha256();
}

/* OpenSSL's ECDSA takes random numbers, and has no way to put in a signature of ours but this. */
static bool sign_again(X509 *x, const EVP_PKEY *signer)
{
    const ASN1_BIT_STRING *sig;
    ASN1_STRING *own;
    ECDSA_SIG *pair = ECDSA_SIG_new();
    uint8_t both[LAB_ECDSA_MAX], *tbs = NULL, *der = NULL;
    const int tbs_len = i2d_re_X509_tbs(x, &tbs);
    size_t len = 0;
    int der_len = -1;

    X509_get0_signature(&sig, NULL, x);
    if (pair != NULL && tbs_len > 0 && lab_ecdsa(signer, tbs, (size_t)tbs_len, both, &len) &&
        ECDSA_SIG_set0(pair, BN_bin2bn(both, (int)len / 2, NULL),
                       BN_bin2bn(both + len / 2, (int)len / 2, NULL)) == 1)
        der_len = i2d_ECDSA_SIG(pair, &der);
    if (der_len > 0) {
        memcpy(&own, &sig, sizeof(own)); /* it is ours: the const is OpenSSL's politeness */
        ASN1_STRING_set0(own, der, der_len);
    }
    OPENSSL_free(tbs);
    ECDSA_SIG_free(pair);
    return der_len > 0;
}

/* From now on it is written with dates that are none and a key that is only text, so that nobody
 * can read it as a certificate. OpenSSL keeps the key beside its encoding: it can still be shown.
 */
static bool spoil(X509 *x)
{
    static const char text[] = "This is no public key.";
    uint8_t *bytes = OPENSSL_memdup(text, sizeof(text));

    X509_getm_notBefore(x)->type = V_ASN1_OCTET_STRING;
    X509_getm_notAfter(x)->type = V_ASN1_OCTET_STRING;
    if (bytes != NULL &&
        X509_PUBKEY_set0_param(X509_get_X509_PUBKEY(x), OBJ_nid2obj(NID_rsaEncryption), V_ASN1_NULL,
                               NULL, bytes, sizeof(text)) == 1)
        return true;
    OPENSSL_free(bytes);
    return false;
}

static bool sign(X509 *x, const struct lab_cert_plan *plan)
{
    EVP_PKEY *signer = plan->issuer != NULL ? plan->issuer_key : plan->key;

    return X509_sign(x, signer, digest_for(plan->element, signer)) > 0 &&
           (!EVP_PKEY_is_a(signer, "EC") || sign_again(x, signer));
}

X509 *lab_cert_make(const struct lab_cert_plan *plan)
{
    X509 *x = X509_new();

    if (x != NULL && X509_set_version(x, X509_VERSION_3) == 1 && set_serial(x, plan) &&
        set_times(x, plan) && set_subject(x, plan) && X509_set_pubkey(x, plan->key) == 1 &&
        X509_set_issuer_name(x, X509_get_subject_name(plan->issuer != NULL ? plan->issuer : x)) ==
            1 &&
        add_extensions(x, plan) && sign(x, plan) &&
        (plan->element->form != LAB_FORM_GARBAGE || spoil(x)))
        return x;
    X509_free(x);
    return NULL;
}
