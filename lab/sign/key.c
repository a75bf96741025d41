/* key.c - the fixed keys of zones/keys/, and the DNSKEY and DS records made of them. */
#include <openssl/core_names.h>
#include <openssl/pem.h>
#include <stdlib.h>

#include "sign/tree.h"

#define ZONE_KEY 256
#define SECURE_ENTRY 1

enum form { FORM_RAW, FORM_POINT, FORM_RSA };

/* clang-format off */
/* How OpenSSL calls what the DNSSEC algorithm number stands for. Edwards curves hash by themselves. */
static const struct {
    const char *type;
    const char *digest;
    enum form form;
    uint8_t number;
} algorithms[LAB_ALGORITHM_COUNT] = {
    [LAB_ED25519]       = {"ED25519", NULL,     FORM_RAW,   15},
    [LAB_RSASHA1]       = {"RSA",     "SHA1",   FORM_RSA,   5},
    [LAB_RSASHA1_NSEC3] = {"RSA",     "SHA1",   FORM_RSA,   7},
    [LAB_RSASHA256]     = {"RSA",     "SHA256", FORM_RSA,   8},
    [LAB_RSASHA512]     = {"RSA",     "SHA512", FORM_RSA,   10},
    [LAB_ECDSAP256]     = {"EC",      "SHA256", FORM_POINT, 13},
    [LAB_ECDSAP384]     = {"EC",      "SHA384", FORM_POINT, 14},
    [LAB_ED448]         = {"ED448",   NULL,     FORM_RAW,   16},
};

/* The keys of a tree. Zones with a key for signing keys of their own differ from the others in flags only: so does the
 * tag. */
static const struct {
    const char *file;
    enum lab_algorithm algorithm;
    uint16_t flags;
} files[LAB_KEY_COUNT] = {
    [LAB_KEY_ROOT]     = {"root.pem",     LAB_ED25519, ZONE_KEY | SECURE_ENTRY},
    [LAB_KEY_TLD]      = {"tld.pem",      LAB_ED25519, ZONE_KEY | SECURE_ENTRY},
    [LAB_KEY_ZSK]      = {"leaf.pem",     LAB_ED25519, ZONE_KEY},
    [LAB_KEY_KSK]      = {"leaf-ksk.pem", LAB_ED25519, ZONE_KEY | SECURE_ENTRY},
    [LAB_KEY_NEXT_ZSK] = {"leaf-next.pem", LAB_ED25519, ZONE_KEY},
    [LAB_KEY_NEXT]     = {"leaf-next.pem", LAB_ED25519, ZONE_KEY | SECURE_ENTRY},
    [LAB_KEY_LEAF + LAB_ED25519]       = {"leaf.pem",  LAB_ED25519,       ZONE_KEY | SECURE_ENTRY},
    [LAB_KEY_LEAF + LAB_RSASHA1]       = {"rsa.pem",   LAB_RSASHA1,       ZONE_KEY | SECURE_ENTRY},
    [LAB_KEY_LEAF + LAB_RSASHA1_NSEC3] = {"rsa.pem",   LAB_RSASHA1_NSEC3, ZONE_KEY | SECURE_ENTRY},
    [LAB_KEY_LEAF + LAB_RSASHA256]     = {"rsa.pem",   LAB_RSASHA256,     ZONE_KEY | SECURE_ENTRY},
    [LAB_KEY_LEAF + LAB_RSASHA512]     = {"rsa.pem",   LAB_RSASHA512,     ZONE_KEY | SECURE_ENTRY},
    [LAB_KEY_LEAF + LAB_ECDSAP256]     = {"p256.pem",  LAB_ECDSAP256,     ZONE_KEY | SECURE_ENTRY},
    [LAB_KEY_LEAF + LAB_ECDSAP384]     = {"p384.pem",  LAB_ECDSAP384,     ZONE_KEY | SECURE_ENTRY},
    [LAB_KEY_LEAF + LAB_ED448]         = {"ed448.pem", LAB_ED448,         ZONE_KEY | SECURE_ENTRY},
};
/* clang-format on */

static ldns_rdf *raw_public(const EVP_PKEY *pkey)
{
    uint8_t data[57];
    size_t len = sizeof(data);

    if (EVP_PKEY_get_raw_public_key(pkey, data, &len) != 1)
        return NULL;
    return ldns_rdf_new_frm_data(LDNS_RDF_TYPE_B64, len, data);
}

/* RFC 6605, section 4: the point without the octet that says "uncompressed". */
static ldns_rdf *point_public(const EVP_PKEY *pkey)
{
    uint8_t data[133];
    size_t len = 0;

    if (EVP_PKEY_get_octet_string_param(pkey, OSSL_PKEY_PARAM_PUB_KEY, data, sizeof(data), &len) !=
            1 ||
        len < 2)
        return NULL;
    return ldns_rdf_new_frm_data(LDNS_RDF_TYPE_B64, len - 1, data + 1);
}

/* RFC 3110, section 2: length of the exponent, exponent, modulus. */
static ldns_rdf *rsa_public(const EVP_PKEY *pkey)
{
    uint8_t data[1024];
    BIGNUM *e = NULL;
    BIGNUM *n = NULL;
    ldns_rdf *rdf = NULL;

    if (EVP_PKEY_get_bn_param(pkey, OSSL_PKEY_PARAM_RSA_E, &e) == 1 &&
        EVP_PKEY_get_bn_param(pkey, OSSL_PKEY_PARAM_RSA_N, &n) == 1 && BN_num_bytes(e) < 256 &&
        BN_num_bytes(n) <= 512) {
        data[0] = (uint8_t)BN_num_bytes(e);
        (void)BN_bn2bin(e, data + 1);
        (void)BN_bn2bin(n, data + 1 + data[0]);
        rdf =
            ldns_rdf_new_frm_data(LDNS_RDF_TYPE_B64, 1U + data[0] + (size_t)BN_num_bytes(n), data);
    }
    BN_free(e);
    BN_free(n);
    return rdf;
}

static ldns_rdf *public_key(const EVP_PKEY *pkey, enum form form)
{
    return form == FORM_RAW     ? raw_public(pkey)
           : form == FORM_POINT ? point_public(pkey)
                                : rsa_public(pkey);
}

static int make_ready(struct lab_zone_key *key, enum lab_algorithm algorithm)
{
    const char *digest = algorithms[algorithm].digest;

    key->ready = lab_must(EVP_MD_CTX_new());
    return EVP_DigestSignInit_ex(key->ready, NULL, digest, NULL, NULL, key->pkey, NULL);
}

int lab_zone_key_load(const char *dir, enum lab_key_id which, struct lab_zone_key *out,
                      struct lab_fault *fault)
{
    enum lab_algorithm algorithm = files[which].algorithm;
    struct lab_zone_key key = {.algorithm = algorithms[algorithm].number,
                               .flags = files[which].flags};
    char *path = lab_format("%s/keys/%s", dir, files[which].file);
    FILE *f = fopen(path, "re");
    ldns_rdf *root;
    ldns_rr *dnskey;
    int rc = 0;

    if (f == NULL) {
        rc = lab_fail_errno(fault, "%s: cannot open", path);
    } else {
        key.pkey = PEM_read_PrivateKey(f, NULL, NULL, NULL);
        (void)fclose(f);
    }
    if (rc == 0 && key.pkey != NULL && EVP_PKEY_is_a(key.pkey, algorithms[algorithm].type) == 1)
        key.public_key = public_key(key.pkey, algorithms[algorithm].form);
    if (rc == 0 && (key.public_key == NULL || make_ready(&key, algorithm) != 1))
        rc =
            lab_fail(fault, EX_DATAERR, "%s: not usable; expected a PEM file with a private %s key",
                     path, algorithms[algorithm].type);
    free(path);
    if (rc != 0) {
        lab_zone_key_fini(&key);
        return -1;
    }
    root = lab_must(ldns_dname_new_frm_str("."));
    dnskey = lab_zone_key_dnskey(&key, root);
    key.tag = ldns_calc_keytag(dnskey);
    ldns_rr_free(dnskey);
    ldns_rdf_deep_free(root);
    *out = key;
    return 0;
}

void lab_zone_key_fini(struct lab_zone_key *key)
{
    EVP_MD_CTX_free(key->ready);
    EVP_PKEY_free(key->pkey);
    ldns_rdf_deep_free(key->public_key);
    *key = (struct lab_zone_key){0};
}

ldns_rr *lab_new_rr(const ldns_rdf *owner, ldns_rr_type type, uint32_t ttl)
{
    ldns_rr *rr = lab_must(ldns_rr_new());

    ldns_rr_set_owner(rr, lab_must(ldns_rdf_clone(owner)));
    ldns_rr_set_type(rr, type);
    ldns_rr_set_class(rr, LDNS_RR_CLASS_IN);
    ldns_rr_set_ttl(rr, ttl);
    return rr;
}

void lab_push(ldns_rr *rr, ldns_rdf *rdf)
{
    (void)ldns_rr_push_rdf(rr, lab_must(rdf));
}

ldns_rr *lab_zone_key_dnskey(const struct lab_zone_key *key, const ldns_rdf *owner)
{
    ldns_rr *rr = lab_new_rr(owner, LDNS_RR_TYPE_DNSKEY, LAB_ZONE_TTL);

    lab_push(rr, ldns_native2rdf_int16(LDNS_RDF_TYPE_INT16, key->flags));
    lab_push(rr, ldns_native2rdf_int8(LDNS_RDF_TYPE_INT8, LDNS_DNSSEC_KEYPROTO));
    lab_push(rr, ldns_native2rdf_int8(LDNS_RDF_TYPE_ALG, key->algorithm));
    lab_push(rr, ldns_rdf_clone(key->public_key));
    return rr;
}

ldns_rr *lab_zone_key_ds(const struct lab_zone_key *key, const ldns_rdf *owner, ldns_hash digest)
{
    ldns_rr *dnskey = lab_zone_key_dnskey(key, owner);
    ldns_rr *ds = lab_must(ldns_key_rr2ds(dnskey, digest));

    ldns_rr_set_ttl(ds, LAB_ZONE_TTL);
    ldns_rr_free(dnskey);
    return ds;
}
