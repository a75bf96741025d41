/* key.c - the fixed Ed25519 keys: DNSKEY, DS and RRSIG records. */
#include <openssl/pem.h>
#include <stdlib.h>
#include <string.h>

#include "sign/tree.h"

#define KEY_FLAGS 257 /* zone key, secure entry point: one key does both */
#define SIGNATURE_LEN 64

int lab_zone_key_load(const char *path, struct lab_zone_key *out, struct lab_fault *fault)
{
    struct lab_zone_key key = {0};
    size_t len = sizeof(key.public_key);
    ldns_rdf *root;
    ldns_rr *dnskey;
    FILE *f = fopen(path, "re");

    if (f == NULL)
        return lab_fail_errno(fault, "%s: cannot open", path);
    key.pkey = PEM_read_PrivateKey(f, NULL, NULL, NULL);
    (void)fclose(f);
    if (key.pkey == NULL || EVP_PKEY_get_raw_public_key(key.pkey, key.public_key, &len) != 1 ||
        EVP_PKEY_get_id(key.pkey) != EVP_PKEY_ED25519) {
        EVP_PKEY_free(key.pkey);
        return lab_fail(fault, EX_DATAERR,
                        "%s: not usable; expected a PEM file with an Ed25519 private key", path);
    }
    key.ready = lab_must(EVP_MD_CTX_new());
    if (EVP_DigestSignInit(key.ready, NULL, NULL, NULL, key.pkey) != 1) {
        lab_zone_key_fini(&key);
        return lab_fail(fault, EX_SOFTWARE, "%s: OpenSSL cannot sign with Ed25519", path);
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
    *key = (struct lab_zone_key){0};
}

static ldns_rr *new_rr(const ldns_rdf *owner, ldns_rr_type type, uint32_t ttl)
{
    ldns_rr *rr = lab_must(ldns_rr_new());

    ldns_rr_set_owner(rr, lab_must(ldns_rdf_clone(owner)));
    ldns_rr_set_type(rr, type);
    ldns_rr_set_class(rr, LDNS_RR_CLASS_IN);
    ldns_rr_set_ttl(rr, ttl);
    return rr;
}

static void push(ldns_rr *rr, ldns_rdf *rdf)
{
    (void)ldns_rr_push_rdf(rr, lab_must(rdf));
}

ldns_rr *lab_zone_key_dnskey(const struct lab_zone_key *key, const ldns_rdf *owner)
{
    ldns_rr *rr = new_rr(owner, LDNS_RR_TYPE_DNSKEY, LAB_ZONE_TTL);

    push(rr, ldns_native2rdf_int16(LDNS_RDF_TYPE_INT16, KEY_FLAGS));
    push(rr, ldns_native2rdf_int8(LDNS_RDF_TYPE_INT8, LDNS_DNSSEC_KEYPROTO));
    push(rr, ldns_native2rdf_int8(LDNS_RDF_TYPE_ALG, LDNS_ED25519));
    push(rr, ldns_rdf_new_frm_data(LDNS_RDF_TYPE_B64, sizeof(key->public_key), key->public_key));
    return rr;
}

ldns_rr *lab_zone_key_ds(const struct lab_zone_key *key, const ldns_rdf *owner)
{
    ldns_rr *dnskey = lab_zone_key_dnskey(key, owner);
    ldns_rr *ds = lab_must(ldns_key_rr2ds(dnskey, LDNS_SHA256));

    ldns_rr_set_ttl(ds, LAB_ZONE_TTL);
    ldns_rr_free(dnskey);
    return ds;
}

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

/* RFC 4034, 3.1.8.1: the records, canonical and in canonical order. */
static void put_canonical(ldns_buffer *to, const struct lab_rrset *set)
{
    size_t count = ldns_rr_list_rr_count(set->rrs);
    struct wire *wires = lab_calloc(count, sizeof(*wires));
    ldns_buffer *one = lab_must(ldns_buffer_new(LDNS_MIN_BUFLEN));

    for (size_t i = 0; i < count; i++) {
        ldns_buffer_clear(one);
        (void)ldns_rr2buffer_wire_canonical(one, ldns_rr_list_rr(set->rrs, i), LDNS_SECTION_ANSWER);
        wires[i].len = ldns_buffer_position(one);
        wires[i].head = ldns_rdf_size(set->owner) + 10; /* type, class, TTL, length */
        wires[i].data = lab_calloc(wires[i].len, 1);
        memcpy(wires[i].data, ldns_buffer_begin(one), wires[i].len);
    }
    qsort(wires, count, sizeof(*wires), by_rdata);
    for (size_t i = 0; i < count; i++) {
        if (i > 0 && by_rdata(&wires[i - 1], &wires[i]) == 0)
            continue; /* names that differ in case only */
        (void)ldns_buffer_reserve(to, wires[i].len);
        ldns_buffer_write(to, wires[i].data, wires[i].len);
    }
    for (size_t i = 0; i < count; i++)
        free(wires[i].data);
    ldns_buffer_free(one);
    free(wires);
}

/* The RRSIG without its signature. */
static ldns_rr *unsigned_rrsig(const struct lab_rrset *set, const struct lab_zone_key *key,
                               const ldns_rdf *signer, const struct lab_validity *when)
{
    uint32_t ttl = ldns_rr_ttl(ldns_rr_list_rr(set->rrs, 0));
    ldns_rr *sig = new_rr(set->owner, LDNS_RR_TYPE_RRSIG, ttl);
    uint8_t labels = ldns_dname_label_count(set->owner);

    if (ldns_dname_is_wildcard(set->owner))
        labels--;
    push(sig, ldns_native2rdf_int16(LDNS_RDF_TYPE_TYPE, (uint16_t)set->type));
    push(sig, ldns_native2rdf_int8(LDNS_RDF_TYPE_ALG, LDNS_ED25519));
    push(sig, ldns_native2rdf_int8(LDNS_RDF_TYPE_INT8, labels));
    push(sig, ldns_native2rdf_int32(LDNS_RDF_TYPE_INT32, ttl));
    push(sig, ldns_native2rdf_int32(LDNS_RDF_TYPE_TIME, (uint32_t)when->expiration));
    push(sig, ldns_native2rdf_int32(LDNS_RDF_TYPE_TIME, (uint32_t)when->inception));
    push(sig, ldns_native2rdf_int16(LDNS_RDF_TYPE_INT16, key->tag));
    push(sig, ldns_rdf_clone(signer));
    return sig;
}

/* ldns signs by itself, but only with the clock or dates in an ldns_key, and clones the RRset for
 * it: this is shorter and twice as fast. Ed25519 is deterministic. */
int lab_rrset_sign(struct lab_rrset *set, const struct lab_zone_key *key, const ldns_rdf *signer,
                   const struct lab_validity *when, struct lab_fault *fault)
{
    ldns_rr *sig = unsigned_rrsig(set, key, signer, when);
    ldns_buffer *data = lab_must(ldns_buffer_new(LDNS_MIN_BUFLEN));
    EVP_MD_CTX *md = lab_must(EVP_MD_CTX_new());
    uint8_t bytes[SIGNATURE_LEN];
    size_t len = sizeof(bytes);
    int ok;

    for (size_t i = 0; i < ldns_rr_rd_count(sig); i++)
        (void)ldns_rdf2buffer_wire_canonical(data, ldns_rr_rdf(sig, i));
    put_canonical(data, set);
    ok = EVP_MD_CTX_copy_ex(md, key->ready) == 1 &&
         EVP_DigestSign(md, bytes, &len, ldns_buffer_begin(data), ldns_buffer_position(data)) == 1;
    EVP_MD_CTX_free(md);
    ldns_buffer_free(data);
    if (!ok) {
        ldns_rr_free(sig);
        return lab_fail(fault, EX_SOFTWARE, "OpenSSL cannot sign with Ed25519");
    }
    push(sig, ldns_rdf_new_frm_data(LDNS_RDF_TYPE_B64, len, bytes));
    ldns_rr_free(set->sig);
    set->sig = sig;
    return 0;
}
