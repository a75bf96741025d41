/* signature.c - RRSIG records: right ones, and cryptographically right ones over wrong fields. */
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/sha.h>
#include <stdlib.h>
#include <string.h>

#include "sign/tree.h"

#define SIGNATURE_MAX 512 /* RSA of 4096 bits */

/* One record in canonical wire form; head: octets before its rdata. */
struct wire {
    uint8_t *data;
    size_t len;
    size_t head;
};

static int by_rdata(const void *left, const void *right)
{
    const struct wire *a = left;
    const struct wire *b = right;
    size_t a_len = a->len - a->head;
    size_t b_len = b->len - b->head;
    int order = memcmp(a->data + a->head, b->data + b->head, a_len < b_len ? a_len : b_len);

    return order != 0 ? order : (a_len > b_len) - (a_len < b_len);
}

/* The owner as RFC 4035, 5.3.2 has it: with fewer labels than it has, that of a wildcard. */
static ldns_rdf *signed_owner(const ldns_rdf *owner, uint8_t labels)
{
    uint8_t count = ldns_dname_label_count(owner);
    ldns_rdf *star;
    ldns_rdf *end;

    if (labels >= count || ldns_dname_is_wildcard(owner))
        return lab_must(ldns_rdf_clone(owner));
    star = lab_must(ldns_dname_new_frm_str("*"));
    end = lab_must(ldns_dname_clone_from(owner, (uint16_t)(count - labels)));
    (void)ldns_dname_cat(star, end);
    ldns_rdf_deep_free(end);
    return star;
}

static void put_one(ldns_buffer *one, const ldns_rr *rr, const ldns_rdf *owner, uint32_t ttl,
                    struct wire *out)
{
    ldns_rr *copy = lab_must(ldns_rr_clone(rr));

    ldns_rdf_deep_free(ldns_rr_owner(copy));
    ldns_rr_set_owner(copy, lab_must(ldns_rdf_clone(owner)));
    ldns_rr_set_ttl(copy, ttl);
    ldns_buffer_clear(one);
    (void)ldns_rr2buffer_wire_canonical(one, copy, LDNS_SECTION_ANSWER);
    out->len = ldns_buffer_position(one);
    out->head = ldns_rdf_size(owner) + 10; /* type, class, TTL, length */
    out->data = lab_calloc(out->len, 1);
    memcpy(out->data, ldns_buffer_begin(one), out->len);
    ldns_rr_free(copy);
}

/* RFC 4034, 3.1.8.1: the records, canonical and in canonical order. */
static void put_canonical(ldns_buffer *to, const struct lab_rrset *set, uint8_t labels,
                          uint32_t ttl)
{
    size_t count = ldns_rr_list_rr_count(set->rrs);
    struct wire *wires = lab_calloc(count, sizeof(*wires));
    ldns_buffer *one = lab_must(ldns_buffer_new(LDNS_MIN_BUFLEN));
    ldns_rdf *owner = signed_owner(set->owner, labels);

    for (size_t i = 0; i < count; i++)
        put_one(one, ldns_rr_list_rr(set->rrs, i), owner, ttl, &wires[i]);
    qsort(wires, count, sizeof(*wires), by_rdata);
    for (size_t i = 0; i < count; i++) {
        if (i > 0 && by_rdata(&wires[i - 1], &wires[i]) == 0)
            continue; /* names that differ in case only */
        (void)ldns_buffer_reserve(to, wires[i].len);
        ldns_buffer_write(to, wires[i].data, wires[i].len);
    }
    for (size_t i = 0; i < count; i++)
        free(wires[i].data);
    ldns_rdf_deep_free(owner);
    ldns_buffer_free(one);
    free(wires);
}

/* The RRSIG without its signature. */
static ldns_rr *unsigned_rrsig(const struct lab_rrset *set, const struct lab_signing *how)
{
    uint32_t ttl = ldns_rr_ttl(ldns_rr_list_rr(set->rrs, 0));
    ldns_rr *sig = lab_new_rr(set->owner, LDNS_RR_TYPE_RRSIG, ttl);
    uint8_t labels = ldns_dname_label_count(set->owner);

    if (ldns_dname_is_wildcard(set->owner))
        labels--;
    lab_push(sig, ldns_native2rdf_int16(LDNS_RDF_TYPE_TYPE, (uint16_t)set->type));
    lab_push(sig, ldns_native2rdf_int8(LDNS_RDF_TYPE_ALG,
                                       how->algorithm != 0 ? how->algorithm : how->key->algorithm));
    lab_push(sig, ldns_native2rdf_int8(LDNS_RDF_TYPE_INT8, (uint8_t)(labels + how->labels)));
    lab_push(sig, ldns_native2rdf_int32(LDNS_RDF_TYPE_INT32, ttl + how->ttl));
    lab_push(sig, ldns_native2rdf_int32(LDNS_RDF_TYPE_TIME, (uint32_t)how->when.expiration));
    lab_push(sig, ldns_native2rdf_int32(LDNS_RDF_TYPE_TIME, (uint32_t)how->when.inception));
    lab_push(sig, ldns_native2rdf_int16(LDNS_RDF_TYPE_INT16, (uint16_t)(how->key->tag + how->tag)));
    lab_push(sig, ldns_rdf_clone(how->signer));
    return sig;
}

/* The private key and the group of a key on a NIST curve; the caller frees both. */
static bool open_curve(const EVP_PKEY *pkey, BIGNUM **secret, EC_GROUP **group)
{
    int nid = EVP_PKEY_get_bits(pkey) == 256 ? NID_X9_62_prime256v1 : NID_secp384r1;

    *group = EC_GROUP_new_by_curve_name(nid);
    return *group != NULL && EVP_PKEY_get_bn_param(pkey, OSSL_PKEY_PARAM_PRIV_KEY, secret) == 1;
}

/* A number below the order that only key and digest decide: OpenSSL takes a random one, and no two
 * worlds would be the same. (RFC 6979 has a better one, for keys that are secret.) */
static bool choose_k(BIGNUM *k, const BIGNUM *secret, const BIGNUM *digest, const BIGNUM *order,
                     BN_CTX *ctx)
{
    uint8_t both[2 * 48];
    uint8_t hash[SHA512_DIGEST_LENGTH];

    return BN_bn2binpad(secret, both, 48) == 48 && BN_bn2binpad(digest, both + 48, 48) == 48 &&
           SHA512(both, sizeof(both), hash) != NULL && BN_bin2bn(hash, sizeof(hash), k) != NULL &&
           BN_mod(k, k, order, ctx) == 1 && !BN_is_zero(k);
}

/* r = x(kG), s = (z + r d) / k, both modulo the order (FIPS 186-4, 6.4). */
static bool ecdsa(const EC_GROUP *group, const BIGNUM *secret, const BIGNUM *z, BIGNUM *r,
                  BIGNUM *s, BN_CTX *ctx)
{
    const BIGNUM *order = EC_GROUP_get0_order(group);
    EC_POINT *point = EC_POINT_new(group);
    BIGNUM *k = BN_CTX_get(ctx);
    bool ok = point != NULL && k != NULL && choose_k(k, secret, z, order, ctx) &&
              EC_POINT_mul(group, point, k, NULL, NULL, ctx) == 1 &&
              EC_POINT_get_affine_coordinates(group, point, r, NULL, ctx) == 1 &&
              BN_mod(r, r, order, ctx) == 1 && BN_mod_mul(s, r, secret, order, ctx) == 1 &&
              BN_mod_add(s, s, z, order, ctx) == 1 && BN_mod_inverse(k, k, order, ctx) != NULL &&
              BN_mod_mul(s, s, k, order, ctx) == 1 && !BN_is_zero(r) && !BN_is_zero(s);

    EC_POINT_free(point);
    return ok;
}

/* RFC 6605, section 4: r and s, each as long as the curve's order; so is the digest. */
static bool sign_ecdsa(const EVP_PKEY *pkey, const ldns_buffer *data, uint8_t *bytes, size_t *len)
{
    int half = (EVP_PKEY_get_bits(pkey) + 7) / 8;
    const EVP_MD *md = half == 32 ? EVP_sha256() : EVP_sha384();
    BN_CTX *ctx = lab_must(BN_CTX_new());
    EC_GROUP *group = NULL;
    BIGNUM *secret = NULL;
    BIGNUM *z, *r, *s;
    uint8_t digest[48];
    bool ok;

    BN_CTX_start(ctx);
    z = BN_CTX_get(ctx);
    r = BN_CTX_get(ctx);
    s = BN_CTX_get(ctx);
    ok = s != NULL && open_curve(pkey, &secret, &group) &&
         EVP_Digest(ldns_buffer_begin(data), ldns_buffer_position(data), digest, NULL, md, NULL) ==
             1 &&
         BN_bin2bn(digest, half, z) != NULL && ecdsa(group, secret, z, r, s, ctx) &&
         BN_bn2binpad(r, bytes, half) == half && BN_bn2binpad(s, bytes + half, half) == half;
    *len = (size_t)half * 2;
    BN_CTX_end(ctx);
    BN_CTX_free(ctx);
    EC_GROUP_free(group);
    BN_clear_free(secret);
    return ok;
}

static bool sign_plain(const struct lab_zone_key *key, const ldns_buffer *data, uint8_t *bytes,
                       size_t *len)
{
    EVP_MD_CTX *md = lab_must(EVP_MD_CTX_new());
    bool ok =
        EVP_MD_CTX_copy_ex(md, key->ready) == 1 &&
        EVP_DigestSign(md, bytes, len, ldns_buffer_begin(data), ldns_buffer_position(data)) == 1;

    EVP_MD_CTX_free(md);
    return ok;
}

/* ldns signs by itself, but only with the clock or dates in an ldns_key, and clones the RRset for
 * it: this is shorter and twice as fast. The same input gives the same bytes. */
ldns_rr *lab_rrset_signature(const struct lab_rrset *set, const struct lab_signing *how,
                             struct lab_fault *fault)
{
    ldns_rr *sig = unsigned_rrsig(set, how);
    ldns_buffer *data = lab_must(ldns_buffer_new(LDNS_MIN_BUFLEN));
    uint8_t bytes[SIGNATURE_MAX];
    size_t len = sizeof(bytes);
    bool ok;

    for (size_t i = 0; i < ldns_rr_rd_count(sig); i++)
        (void)ldns_rdf2buffer_wire_canonical(data, ldns_rr_rdf(sig, i));
    put_canonical(data, set, ldns_rdf2native_int8(ldns_rr_rdf(sig, 2)),
                  ldns_rdf2native_int32(ldns_rr_rdf(sig, 3)));
    ok = EVP_PKEY_is_a(how->key->pkey, "EC") == 1 ? sign_ecdsa(how->key->pkey, data, bytes, &len)
                                                  : sign_plain(how->key, data, bytes, &len);
    ldns_buffer_free(data);
    if (!ok) {
        ldns_rr_free(sig);
        (void)lab_fail(fault, EX_SOFTWARE, "OpenSSL cannot sign with DNSSEC algorithm %d",
                       how->key->algorithm);
        return NULL;
    }
    lab_push(sig, ldns_rdf_new_frm_data(LDNS_RDF_TYPE_B64, len, bytes));
    return sig;
}

int lab_rrset_sign(struct lab_rrset *set, const struct lab_signing *how, struct lab_fault *fault)
{
    ldns_rr *sig = lab_rrset_signature(set, how, fault);

    if (sig == NULL)
        return -1;
    ldns_rr_free(set->sig);
    set->sig = sig;
    return 0;
}

void lab_rrset_strip(struct lab_rrset *set)
{
    ldns_rr_free(set->sig);
    set->sig = NULL;
    ldns_rr_list_deep_free(set->others);
    set->others = NULL;
    set->others_first = false;
}

void lab_rrset_add_signature(struct lab_rrset *set, ldns_rr *sig)
{
    if (set->others == NULL)
        set->others = lab_must(ldns_rr_list_new());
    (void)ldns_rr_list_push_rr(set->others, sig);
}
