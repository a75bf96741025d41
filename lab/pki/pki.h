/* pki.h - certificate chains made from the recipes of certs/recipes.yaml with the fixed keys of
 * certs/keys/.
 *
 * The same recipe, names and epoch give the same bytes on every run: keys and serial numbers are
 * fixed, signatures are RSA PKCS #1, Ed25519, or ECDSA without random numbers. */
#ifndef LAB_PKI_PKI_H
#define LAB_PKI_PKI_H

#include <openssl/evp.h>
#include <openssl/x509.h>

#include "base/base.h"

struct lab_pki; /* recipes and keys, loaded once */

/* One element of a chain. Every element can be pinned by name, sent by the server or not. */
struct lab_cert {
    const char *element; /* "leaf", "ca", "root", ... as the recipe names it */
    X509 *x509;
    EVP_PKEY *key;
    bool sent;    /* part of what the server sends */
    bool garbage; /* sent as something that nobody can read */
};

/* When a host shows another certificate than its leaf: NEVER; to clients that do not ask (by SNI)
 * for a name that is in the leaf; from the second connection on; to clients that prefer ECDSA. */
enum lab_other_when { LAB_OTHER_NEVER, LAB_OTHER_SNI, LAB_OTHER_LATER, LAB_OTHER_ECDSA };

/* certs[0] is the leaf. The element names are the lab_pki's, which must outlive its chains. */
struct lab_chain {
    struct lab_cert *certs;
    unsigned count;
    unsigned other; /* index of the other certificate; what stands behind it is sent with it */
    enum lab_other_when other_when;
};

#define LAB_CHAIN_MAX 16 /* elements */

/* Load recipes and keys. epoch: seconds since 1970, the lab's "now". */
LAB_MUST_USE int lab_pki_open(const char *recipes_path, const char *keys_dir, int64_t epoch,
                              struct lab_pki **out, struct lab_fault *fault);
void lab_pki_close(struct lab_pki **pki);

/* Whose chain it is. */
struct lab_owner {
    char *const *names; /* DNS names without trailing dots; the first is what {name} means */
    unsigned names_count;
    const char *address4; /* {a} */
    const char *address6; /* {aaaa} */
    unsigned
        salt; /* picks keys out of pools, so that two hosts rarely share one: same salt, same key */
};

/* Build the chain of a recipe. Recipes that want addresses need them. */
LAB_MUST_USE int lab_chain_build(const struct lab_pki *pki, const char *recipe,
                                 const struct lab_owner *owner, struct lab_chain *out,
                                 struct lab_fault *fault);
void lab_chain_free(struct lab_chain *chain);

/* What the server sends, in order: the leaf with the others that are sent, or the other
 * certificate with what stands behind it. out has room for LAB_CHAIN_MAX; they stay the chain's. */
unsigned lab_chain_sent(const struct lab_chain *chain, bool other,
                        const struct lab_cert *out[LAB_CHAIN_MAX]);

/* TLSA association data of an element, in hex. element NULL: the leaf; "wrong": a certificate that
 * no host ever shows. The caller frees *out. Matching types 0, 1 and 2 (RFC 6698, section 2.1.3);
 * anything else gives the SHA2-256 digest. */
LAB_MUST_USE int lab_tlsa_data(const struct lab_pki *pki, const struct lab_chain *chain,
                               const char *element, unsigned selector, unsigned matching,
                               char **out, struct lab_fault *fault);

/* Write the lab's roots of trust (every recipe's private root), PEM, for senders that want a CA
 * file. */
LAB_MUST_USE int lab_pki_write_roots(const struct lab_pki *pki, const char *path,
                                     struct lab_fault *fault);

#endif
