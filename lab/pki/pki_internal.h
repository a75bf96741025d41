/* pki_internal.h - keys and single certificates. Private to lab/pki. */
#ifndef LAB_PKI_PKI_INTERNAL_H
#define LAB_PKI_PKI_INTERNAL_H

#include "pki/pki.h"
#include "pki/recipe.h"

/* The keys of certs/keys/, by file name without ".pem", sorted. */
struct lab_keys {
    struct lab_key {
        char *name;
        EVP_PKEY *key;
    } * list;
    size_t count;
};
LAB_MUST_USE int lab_keys_load(const char *dir, struct lab_keys *out, struct lab_fault *fault);
void lab_keys_free(struct lab_keys *keys);
/* The key called name; if there is a pool NAME-0, NAME-1, ..., the one that salt chooses. NULL:
 * neither. Stays the pool's. */
EVP_PKEY *lab_keys_find(const struct lab_keys *keys, const char *name, unsigned salt);

/* Stands for NUL in names, which are C strings until they go into a certificate. */
#define LAB_NUL "\x01"

/* What goes into one certificate. Nothing here is owned. */
struct lab_cert_plan {
    const char *recipe;
    const struct lab_element *element;
    bool of_host; /* see lab_recipe_of_host */
    const char *common_name;
    char *const *names;
    unsigned names_count;
    EVP_PKEY *key;
    X509 *issuer; /* NULL: self-signed */
    EVP_PKEY *issuer_key;
    int64_t epoch;
};
/* A new certificate, the caller's; NULL if OpenSSL fails. */
X509 *lab_cert_make(const struct lab_cert_plan *plan);

/* Fill fault with OpenSSL's first error and empty its queue; always returns -1. */
int lab_pki_fail(struct lab_fault *fault, const char *what);

struct lab_pki {
    struct lab_recipes *recipes;
    struct lab_keys keys;
    int64_t epoch;
    struct lab_chain *upper; /* for each recipe, its chain without what is the host's */
    X509 *stranger;
};

#endif
