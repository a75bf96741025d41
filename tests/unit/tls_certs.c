/* tls_certs.c - the recipes of tls_certs.h. */
#include "tls_certs.h"

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* clang-format off */
static const struct recipe {
    enum cert_id issuer; /* NONE: itself */
    const char *cn;
    const char *san;
    int from_days, to_days;
    bool ca;
    const char *eku;
} recipes[CERTS] = {
    [ROOT]           = {NONE, "root",       NULL,                           -100, 100, true,  NULL},
    [MID]            = {ROOT, "mid",        NULL,                           -100, 100, true,  NULL},
    [OLD_MID]        = {ROOT, "old mid",    NULL,                           -100, -1,  true,  NULL},
    [STRANGER]       = {NONE, "stranger",   NULL,                           -100, 100, true,  NULL},
    [LEAF]           = {ROOT, "x",          "DNS:mx.d.example",             -1,   1,   false, NULL},
    [OTHER_NAME]     = {ROOT, "x",          "DNS:mx.other.example",         -1,   1,   false, NULL},
    [EXPIRED]        = {ROOT, "x",          "DNS:mx.d.example",             -9,   -1,  false, NULL},
    [EARLY]          = {ROOT, "x",          "DNS:mx.d.example",             1,    9,   false, NULL},
    [WILD]           = {ROOT, "x",          "DNS:*.d.example",              -1,   1,   false, NULL},
    [PARTIAL]        = {ROOT, "x",          "DNS:m*.d.example",             -1,   1,   false, NULL},
    [INNER_WILD]     = {ROOT, "x",          "DNS:mx.*.example",             -1,   1,   false, NULL},
    [CN_ONLY]        = {ROOT, "mx.d.example", NULL,                         -1,   1,   false, NULL},
    [CN_BESIDE_SAN]  = {ROOT, "mx.d.example", "DNS:mx.other.example",       -1,   1,   false, NULL},
    [CN_BESIDE_MAIL] = {ROOT, "mx.d.example", "email:postmaster@d.example", -1,   1,   false, NULL},
    [CLIENT_ONLY]    = {ROOT, "x",          "DNS:mx.d.example",             -1,   1,   false, "clientAuth"},
    [NAMELESS]       = {NONE, NULL,         NULL,                           -1,   1,   false, NULL},
    [DEEP]           = {MID,  "x",          "DNS:mx.d.example",             -1,   1,   false, NULL},
    [OLD_DEEP]       = {OLD_MID, "x",       "DNS:mx.d.example",             -1,   1,   false, NULL},
};
/* clang-format on */

static struct {
    X509 *cert[CERTS];
    EVP_PKEY *key[CERTS];
} made;

static void extend(X509 *cert, int nid, const char *value)
{
    X509_EXTENSION *ext = X509V3_EXT_conf_nid(NULL, NULL, nid, value);

    X509_add_ext(cert, ext, -1);
    X509_EXTENSION_free(ext);
}

static void make_cert(enum cert_id id)
{
    const struct recipe *r = &recipes[id];
    enum cert_id issuer = r->issuer == NONE ? id : r->issuer;
    X509 *cert = X509_new();

    made.cert[id] = cert;
    made.key[id] = EVP_EC_gen("P-256");
    X509_set_version(cert, X509_VERSION_3);
    ASN1_INTEGER_set(X509_get_serialNumber(cert), (long)id);
    ASN1_TIME_set(X509_getm_notBefore(cert), NOW + (time_t)r->from_days * DAY);
    ASN1_TIME_set(X509_getm_notAfter(cert), NOW + (time_t)r->to_days * DAY);
    if (r->cn != NULL)
        X509_NAME_add_entry_by_txt(X509_get_subject_name(cert), "CN", MBSTRING_ASC,
                                   (const unsigned char *)r->cn, -1, -1, 0);
    X509_set_issuer_name(cert, X509_get_subject_name(made.cert[issuer]));
    X509_set_pubkey(cert, made.key[id]);
    if (r->ca)
        extend(cert, NID_basic_constraints, "critical,CA:TRUE");
    if (r->san != NULL)
        extend(cert, NID_subject_alt_name, r->san);
    if (r->eku != NULL)
        extend(cert, NID_ext_key_usage, r->eku);
    X509_sign(cert, made.key[issuer], EVP_sha256());
}

void tls_certs_make(void)
{
    static const enum cert_id first[] = {ROOT, MID, OLD_MID};

    for (size_t i = 0; i < sizeof(first) / sizeof(first[0]); i++)
        make_cert(first[i]);
    for (unsigned id = ROOT; id < CERTS; id++)
        if (made.cert[id] == NULL)
            make_cert((enum cert_id)id);
}

void tls_certs_free(void)
{
    for (unsigned id = ROOT; id < CERTS; id++) {
        X509_free(made.cert[id]);
        EVP_PKEY_free(made.key[id]);
        made.cert[id] = NULL;
        made.key[id] = NULL;
    }
}

X509 *tls_cert(enum cert_id id)
{
    return made.cert[id];
}

char *tls_certs_pem(const enum cert_id chain[CHAIN_MAX], size_t *len)
{
    BIO *bio = BIO_new(BIO_s_mem());
    char *text, *copy;
    long n;

    for (unsigned i = 0; i < CHAIN_MAX && chain[i] != NONE; i++)
        PEM_write_bio_X509(bio, made.cert[chain[i]]);
    n = BIO_get_mem_data(bio, &text);
    copy = malloc((size_t)n + 1);
    memcpy(copy, text, (size_t)n);
    copy[n] = '\0';
    *len = (size_t)n;
    BIO_free(bio);
    return copy;
}
