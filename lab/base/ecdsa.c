/* ecdsa.c - ECDSA with a random number that is none, see ecdsa.h. */
#include "base/ecdsa.h"

#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/sha.h>

#include "base/base.h"

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

bool lab_ecdsa(const EVP_PKEY *pkey, const uint8_t *data, size_t data_len,
               uint8_t out[LAB_ECDSA_MAX], size_t *len)
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
         EVP_Digest(data, data_len, digest, NULL, md, NULL) == 1 &&
         BN_bin2bn(digest, half, z) != NULL && ecdsa(group, secret, z, r, s, ctx) &&
         BN_bn2binpad(r, out, half) == half && BN_bn2binpad(s, out + half, half) == half;
    *len = (size_t)half * 2;
    BN_CTX_end(ctx);
    BN_CTX_free(ctx);
    EC_GROUP_free(group);
    BN_clear_free(secret);
    return ok;
}
