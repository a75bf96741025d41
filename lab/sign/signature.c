/* signature.c - RRSIG records: right ones, and cryptographically right ones over wrong fields. */
#include <stdlib.h>
#include <string.h>

#include "base/ecdsa.h"
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
    ok = EVP_PKEY_is_a(how->key->pkey, "EC") == 1
             ? lab_ecdsa(how->key->pkey, ldns_buffer_begin(data), ldns_buffer_position(data), bytes,
                         &len)
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
