/* recipe.h - certificate recipes as certs/recipes.yaml states them. Private to lab/pki. */
#ifndef LAB_PKI_RECIPE_H
#define LAB_PKI_RECIPE_H

#include "pki/pki.h"

/* A strict yes or no (libcyaml's own takes every word for yes); UNSAID is the default that
 * recipes.yaml gives. */
enum lab_choice { LAB_UNSAID, LAB_YES, LAB_NO };
enum lab_eku { LAB_EKU_USUAL, LAB_EKU_SERVER, LAB_EKU_CLIENT, LAB_EKU_NONE };
enum lab_form { LAB_FORM_CERTIFICATE, LAB_FORM_GARBAGE };
enum lab_hash { LAB_HASH_SHA256, LAB_HASH_SHA1, LAB_HASH_SHA512 };

/* Optional fields of the file are NULL here when they are absent; the comments in recipes.yaml say
 * what that means. */
struct lab_element {
    char *element;
    char *subject;
    char **names;
    unsigned names_count;
    char *issuer;
    int *not_before;
    int *not_after;
    enum lab_choice ca;
    unsigned *path_length;
    char **permitted;
    unsigned permitted_count;
    char **excluded;
    unsigned excluded_count;
    enum lab_choice signs;
    enum lab_eku eku;
    enum lab_hash digest;
    char *key;
    enum lab_choice sent;
    enum lab_form form;
};

struct lab_recipe {
    char *name;
    char *says;
    char *other;
    enum lab_other_when other_when;
    struct lab_element *chain;
    unsigned chain_count;
};

struct lab_recipes {
    struct lab_recipe *list;
    unsigned list_count;
};

/* Load and check a recipe file. Faults read "FILE:LINE:COLUMN: what". After success every issuer is
 * "self" or another element of its chain and leads to one that is self-signed, names are unique,
 * and what depends on the host has issued nothing that does not. */
LAB_MUST_USE int lab_recipes_load(const char *path, struct lab_recipes **out,
                                  struct lab_fault *fault);
void lab_recipes_free(struct lab_recipes **recipes);

/* NULL: no such recipe. */
const struct lab_recipe *lab_recipes_find(const struct lab_recipes *recipes, const char *name);

/* Index of the element in the chain, or chain_count. */
unsigned lab_recipe_index(const struct lab_recipe *recipe, const char *element);

/* Is it the leaf, or does it name the host, so that each host has its own? */
bool lab_recipe_of_host(const struct lab_recipe *recipe, unsigned element);

/* Report a fault at a value of the file: field is a key of that element, or NULL for the element
 * itself. Always returns -1. */
int lab_recipe_fail(const char *path, unsigned recipe, unsigned element, const char *field,
                    struct lab_fault *fault, const char *format, ...) LAB_PRINTF(6, 7);

#endif
