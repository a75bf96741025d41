/* tls_certs.c - the recipes of tls_certs.h. */
#include "tls_certs.h"

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum key { EC, RSA_SHORT, RSA_LONG, ED };

#define CA .basic = "critical,CA:TRUE"
#define NO_PATH .basic = "critical,CA:TRUE,pathlen:0"
#define BY(who, name, alt) .issuer = (who), .cn = (name), .san = (alt)
#define DAYS(from, to) .from_days = (from), .to_days = (to)
#define LONG DAYS(-100, 100)
#define TODAY DAYS(-1, 1)
#define DNS "DNS:mx.d.example"

/* clang-format off */
static const struct recipe {
    enum cert_id issuer; /* NONE: itself */
    const char *cn;
    const char *san;
    int from_days, to_days;
    const char *basic; /* constraints; NULL: not there */
    int nid;           /* one more extension */
    const char *value;
    enum key key;
    enum cert_id key_of;    /* NONE: a key of its own */
    enum cert_id signed_by; /* NONE: the issuer */
    bool sha1;
} recipes[CERTS] = {
    [ROOT]              = {BY(NONE, "root", NULL), LONG, CA},
    [STRANGER]          = {BY(NONE, "stranger", NULL), LONG, CA},
    [CROSS]             = {BY(STRANGER, "root", NULL), LONG, CA, .key_of = ROOT},
    [IMPOSTOR]          = {BY(NONE, "root", NULL), LONG, CA},
    [SHUT_ROOT]         = {BY(NONE, "shut", NULL), LONG, NO_PATH},
    [OPENED_ROOT]       = {BY(NONE, "shut", NULL), LONG, CA, .key_of = SHUT_ROOT},
    [NARROW_ROOT]       = {BY(NONE, "narrow", NULL), LONG, CA, .nid = NID_name_constraints, .value = "critical,permitted;DNS:other.example"},
    [OLD_ROOT]          = {BY(NONE, "old", NULL), DAYS(-100, -1), CA},
    [EARLY_ROOT]        = {BY(NONE, "early", NULL), DAYS(1, 100), CA},
    [MID]               = {BY(ROOT, "mid", NULL), LONG, CA},
    [OLD_MID]           = {BY(ROOT, "old mid", NULL), DAYS(-100, -1), CA},
    [SHUT_MID]          = {BY(ROOT, "shut mid", NULL), LONG, NO_PATH},
    [NARROW_MID]        = {BY(ROOT, "narrow mid", NULL), LONG, CA, .nid = NID_name_constraints, .value = "critical,permitted;DNS:other.example"},
    [CLIENT_MID]        = {BY(ROOT, "client mid", NULL), LONG, CA, .nid = NID_ext_key_usage, .value = "clientAuth"},
    [MUTE_MID]          = {BY(ROOT, "mute mid", NULL), LONG, CA, .nid = NID_key_usage, .value = "critical,digitalSignature"},
    [NO_CA]             = {BY(ROOT, "no ca", NULL), LONG, .basic = "critical,CA:FALSE"},
    [SHA1_MID]          = {BY(ROOT, "sha1 mid", NULL), LONG, CA, .sha1 = true},
    [LOW_MID]           = {BY(SHUT_MID, "low mid", NULL), LONG, CA},
    [UNDER_SHUT_MID]    = {BY(SHUT_ROOT, "under shut", NULL), LONG, CA},
    [OLD_ROOT_MID]      = {BY(OLD_ROOT, "under old", NULL), LONG, CA},
    [LEAF]              = {BY(ROOT, "x", DNS), TODAY},
    [OTHER_NAME]        = {BY(ROOT, "x", "DNS:mx.other.example"), TODAY},
    [EXPIRED]           = {BY(ROOT, "x", DNS), DAYS(-9, -1)},
    [EARLY]             = {BY(ROOT, "x", DNS), DAYS(1, 9)},
    [WILD]              = {BY(ROOT, "x", "DNS:*.d.example"), TODAY},
    [PARTIAL]           = {BY(ROOT, "x", "DNS:m*.d.example"), TODAY},
    [PARTIAL_END]       = {BY(ROOT, "x", "DNS:*x.d.example"), TODAY},
    [INNER_WILD]        = {BY(ROOT, "x", "DNS:mx.*.example"), TODAY},
    [DOUBLE_WILD]       = {BY(ROOT, "x", "DNS:*.*.example"), TODAY},
    [TOP_WILD]          = {BY(ROOT, "x", "DNS:*.example"), TODAY},
    [CN_ONLY]           = {BY(ROOT, "mx.d.example", NULL), TODAY},
    [CN_BESIDE_SAN]     = {BY(ROOT, "mx.d.example", "DNS:mx.other.example"), TODAY},
    [CN_BESIDE_MAIL]    = {BY(ROOT, "mx.d.example", "email:postmaster@d.example"), TODAY},
    [CN_BESIDE_ADDRESS] = {BY(ROOT, "mx.d.example", "IP:192.0.2.1"), TODAY},
    [CN_BESIDE_BOTH]    = {BY(ROOT, "mx.d.example", "IP:192.0.2.1,DNS:mx.other.example"), TODAY},
    [TWO_NAMES]         = {BY(ROOT, "x", "DNS:a.example,DNS:mx.d.example"), TODAY},
    [UPPER_CASE]        = {BY(ROOT, "x", "DNS:MX.D.Example"), TODAY},
    [IDN]               = {BY(ROOT, "x", "DNS:xn--mx-yia.d.example"), TODAY},
    [NEXTHOP]           = {BY(ROOT, "x", "DNS:d.example"), TODAY},
    [EXPANDED_NEXTHOP]  = {BY(ROOT, "x", "DNS:e.example"), TODAY},
    [CLIENT_ONLY]       = {BY(ROOT, "x", DNS), TODAY, .nid = NID_ext_key_usage, .value = "clientAuth"},
    [RSA_1024]          = {BY(ROOT, "x", DNS), TODAY, .key = RSA_SHORT},
    [RSA_2048]          = {BY(ROOT, "x", DNS), TODAY, .key = RSA_LONG},
    [ED25519]           = {BY(ROOT, "x", DNS), TODAY, .key = ED},
    [BAD_SIGNATURE]     = {BY(ROOT, "x", DNS), TODAY, .signed_by = STRANGER},
    [NAMELESS]          = {BY(NONE, NULL, NULL), TODAY},
    [DEEP]              = {BY(MID, "x", DNS), TODAY},
    [OLD_DEEP]          = {BY(OLD_MID, "x", DNS), TODAY},
    [SHUT_DEEP]         = {BY(SHUT_MID, "x", DNS), TODAY},
    [LOW_DEEP]          = {BY(LOW_MID, "x", DNS), TODAY},
    [NARROW_DEEP]       = {BY(NARROW_MID, "x", DNS), TODAY},
    [CLIENT_DEEP]       = {BY(CLIENT_MID, "x", DNS), TODAY},
    [MUTE_DEEP]         = {BY(MUTE_MID, "x", DNS), TODAY},
    [NO_CA_DEEP]        = {BY(NO_CA, "x", DNS), TODAY},
    [SHA1_DEEP]         = {BY(SHA1_MID, "x", DNS), TODAY},
    [SHUT_LEAF]         = {BY(SHUT_ROOT, "x", DNS), TODAY},
    [SHUT_ROOT_DEEP]    = {BY(UNDER_SHUT_MID, "x", DNS), TODAY},
    [NARROW_LEAF]       = {BY(NARROW_ROOT, "x", DNS), TODAY},
    [OLD_ROOT_LEAF]     = {BY(OLD_ROOT, "x", DNS), TODAY},
    [EARLY_ROOT_LEAF]   = {BY(EARLY_ROOT, "x", DNS), TODAY},
    [OLD_ROOT_DEEP]     = {BY(OLD_ROOT_MID, "x", DNS), TODAY},
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

static EVP_PKEY *make_key(const struct recipe *r)
{
    if (r->key_of != NONE) {
        EVP_PKEY_up_ref(made.key[r->key_of]);
        return made.key[r->key_of];
    }
    switch (r->key) {
    case RSA_SHORT:
        return EVP_RSA_gen(1024);
    case RSA_LONG:
        return EVP_RSA_gen(2048);
    case ED:
        return EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
    case EC:
        break;
    }
    return EVP_EC_gen("P-256");
}

static void make_cert(enum cert_id id)
{
    const struct recipe *r = &recipes[id];
    enum cert_id issuer = r->issuer == NONE ? id : r->issuer;
    enum cert_id signer = r->signed_by == NONE ? issuer : r->signed_by;
    X509 *cert = X509_new();

    made.cert[id] = cert;
    made.key[id] = make_key(r);
    X509_set_version(cert, X509_VERSION_3);
    ASN1_INTEGER_set(X509_get_serialNumber(cert), (long)id);
    ASN1_TIME_set(X509_getm_notBefore(cert), NOW + (time_t)r->from_days * DAY);
    ASN1_TIME_set(X509_getm_notAfter(cert), NOW + (time_t)r->to_days * DAY);
    if (r->cn != NULL)
        X509_NAME_add_entry_by_txt(X509_get_subject_name(cert), "CN", MBSTRING_ASC,
                                   (const unsigned char *)r->cn, -1, -1, 0);
    X509_set_issuer_name(cert, X509_get_subject_name(made.cert[issuer]));
    X509_set_pubkey(cert, made.key[id]);
    if (r->basic != NULL)
        extend(cert, NID_basic_constraints, r->basic);
    if (r->san != NULL)
        extend(cert, NID_subject_alt_name, r->san);
    if (r->value != NULL)
        extend(cert, r->nid, r->value);
    X509_sign(cert, made.key[signer], r->sha1 ? EVP_sha1() : EVP_sha256());
}

static void free_all(void)
{
    for (unsigned id = ROOT; id < CERTS; id++) {
        X509_free(made.cert[id]);
        EVP_PKEY_free(made.key[id]);
    }
}

void tls_certs_make(void)
{
    if (made.cert[ROOT] != NULL)
        return;
    for (unsigned id = ROOT; id < CERTS; id++)
        make_cert((enum cert_id)id);
    (void)atexit(free_all);
}

X509 *tls_cert(enum cert_id id)
{
    return made.cert[id];
}

EVP_PKEY *tls_cert_key(enum cert_id id)
{
    return made.key[id];
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
