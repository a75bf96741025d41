/* pki.c - chains from recipes. What no host has a part in is the same for all, so it is made once.
 */
#include "pki/pki.h"

#include <stdlib.h>
#include <string.h>

#include "pki/pki_internal.h"

#define STRANGER "stranger"
#define COMMON_NAME_MAX 64 /* ub-common-name, RFC 5280 */

/* A host, as the placeholders of recipes see it. */
struct host {
    const char *recipe;
    const struct lab_owner *owner;
};

/* What a placeholder stands for, or NULL if this host has no such thing. */
static const char *meaning(const char *brace, const struct host *h)
{
    const char *name = h->owner->names[0];
    const char *dot = strchr(name, '.');

    if (strncmp(brace, "{recipe}", 8) == 0)
        return h->recipe;
    if (strncmp(brace, "{parent}", 8) == 0)
        return dot != NULL ? dot + 1 : NULL;
    if (strncmp(brace, "{a}", 3) == 0)
        return h->owner->address4;
    if (strncmp(brace, "{aaaa}", 6) == 0)
        return h->owner->address6;
    return strncmp(brace, "{nul}", 5) == 0 ? LAB_NUL : name;
}

/* The text with its placeholders replaced; NULL if the host lacks what one of them wants. */
static char *expand(const char *template, const struct host *h)
{
    struct lab_text out = {0};
    const char *p = template, *brace, *word;

    for (; (brace = strchr(p, '{')) != NULL; p = strchr(brace, '}') + 1) {
        lab_text_add(&out, p, (size_t)(brace - p));
        word = meaning(brace, h);
        if (word == NULL) {
            free(out.text);
            return NULL;
        }
        lab_text_put(&out, "%s", word);
    }
    lab_text_put(&out, "%s", p);
    return out.text;
}

static int fail_lacking(const char *template, const struct host *h, struct lab_fault *fault)
{
    return lab_fail(fault, EX_DATAERR,
                    "certificate recipe %s: \"%s\" lacks what \"%s\" wants of it", h->recipe,
                    h->owner->names[0], template);
}

struct name_list {
    char **list;
    unsigned count;
};

static void names_free(struct name_list *n)
{
    unsigned i;

    for (i = 0; i < n->count; i++)
        free(n->list[i]);
    free(n->list);
    *n = (struct name_list){0};
}

static int names_expand(const struct lab_element *e, const struct host *h, struct name_list *out,
                        struct lab_fault *fault)
{
    const struct lab_owner *owner = h->owner;
    unsigned i, j;

    out->count = 0;
    out->list = lab_calloc(e->names_count + owner->names_count, sizeof(*out->list));
    for (i = 0; i < e->names_count; i++) {
        if (strcmp(e->names[i], "{names}") == 0) {
            for (j = 0; j < owner->names_count; j++)
                out->list[out->count++] = lab_strdup(owner->names[j]);
            continue;
        }
        out->list[out->count] = expand(e->names[i], h);
        if (out->list[out->count] == NULL) {
            names_free(out);
            return fail_lacking(e->names[i], h, fault);
        }
        out->count++;
    }
    return 0;
}

/* Common names end at 64 characters and host names do not: then the names are in subjectAltName
 * only. */
static int subject_expand(const struct lab_element *e, const struct host *h, bool has_names,
                          char **out, struct lab_fault *fault)
{
    char *text = expand(e->subject, h);

    if (text != NULL && strlen(text) <= COMMON_NAME_MAX) {
        *out = text;
        return 0;
    }
    free(text);
    if (text == NULL)
        return fail_lacking(e->subject, h, fault);
    if (!has_names)
        return lab_fail(fault, EX_DATAERR,
                        "certificate recipe %s: \"%s\" is longer than a common name can be (%d)",
                        h->recipe, h->owner->names[0], COMMON_NAME_MAX);
    *out = lab_strdup("a host with a long name");
    return 0;
}

static const char *key_name(const struct lab_element *e)
{
    return e->key != NULL ? e->key : e->element;
}

/* Make one certificate; its issuer is there already. */
static int build_element(const struct lab_pki *pki, const struct lab_recipe *recipe, unsigned index,
                         const struct host *h, struct lab_chain *chain, struct lab_fault *fault)
{
    const struct lab_element *e = &recipe->chain[index];
    const unsigned issuer = lab_recipe_index(recipe, e->issuer);
    struct lab_cert_plan plan = {.recipe = recipe->name,
                                 .element = e,
                                 .of_host = lab_recipe_of_host(recipe, index),
                                 .epoch = pki->epoch};
    struct lab_cert *cert = &chain->certs[index];
    struct name_list names = {0};
    char *subject = NULL;

    cert->element = e->element;
    cert->sent = e->sent != LAB_NO;
    cert->garbage = e->form == LAB_FORM_GARBAGE;
    cert->key = lab_keys_find(&pki->keys, key_name(e), h->owner->salt);
    if (cert->key == NULL)
        return lab_fail(fault, EX_DATAERR, "certificate recipe %s: there is no key %s.pem",
                        recipe->name, key_name(e));
    (void)EVP_PKEY_up_ref(cert->key);
    if (names_expand(e, h, &names, fault) != 0)
        return -1;
    if (subject_expand(e, h, names.count > 0, &subject, fault) != 0) {
        names_free(&names);
        return -1;
    }
    plan.common_name = subject;
    plan.names = names.list;
    plan.names_count = names.count;
    plan.key = cert->key;
    plan.issuer = issuer < chain->count ? chain->certs[issuer].x509 : NULL;
    plan.issuer_key = issuer < chain->count ? chain->certs[issuer].key : NULL;
    cert->x509 = lab_cert_make(&plan);
    if (cert->x509 == NULL)
        (void)lab_pki_fail(fault, recipe->name);
    names_free(&names);
    free(subject);
    return cert->x509 != NULL ? 0 : -1;
}

/* The same after its issuers, as far as they are not there yet. Issuers go round in no circle, and
 * there are no more of them than elements. */
static int build_upward(const struct lab_pki *pki, const struct lab_recipe *recipe, unsigned index,
                        const struct host *h, struct lab_chain *chain, struct lab_fault *fault)
{
    unsigned path[LAB_CHAIN_MAX];
    unsigned depth = 0;

    for (unsigned e = index; e < chain->count && chain->certs[e].x509 == NULL;
         e = lab_recipe_index(recipe, recipe->chain[e].issuer))
        path[depth++] = e;
    while (depth > 0) {
        if (build_element(pki, recipe, path[--depth], h, chain, fault) != 0)
            return -1;
    }
    return 0;
}

static void begin_chain(const struct lab_recipe *recipe, struct lab_chain *chain)
{
    chain->count = recipe->chain_count;
    chain->certs = lab_calloc(chain->count, sizeof(*chain->certs));
    chain->other = recipe->other != NULL ? lab_recipe_index(recipe, recipe->other) : 0;
    chain->other_when = recipe->other_when;
}

/* What no host has a part in. */
static int build_upper(struct lab_pki *pki, unsigned r, const char *path, struct lab_fault *fault)
{
    const struct lab_recipe *recipe = &pki->recipes->list[r];
    static char no_name[] = "";
    static char *const no_names[] = {no_name};
    static const struct lab_owner nobody = {.names = no_names};
    const struct host h = {.recipe = recipe->name, .owner = &nobody};
    struct lab_chain *chain = &pki->upper[r];
    struct lab_fault inner;
    unsigned e;

    begin_chain(recipe, chain);
    for (e = 0; e < chain->count; e++) {
        if (lab_keys_find(&pki->keys, key_name(&recipe->chain[e]), 0) == NULL)
            return lab_recipe_fail(path, r, e, "key", fault, "there is no key %s.pem or %s-0.pem",
                                   key_name(&recipe->chain[e]), key_name(&recipe->chain[e]));
        if (!lab_recipe_of_host(recipe, e) && build_upward(pki, recipe, e, &h, chain, &inner) != 0)
            return lab_recipe_fail(path, r, e, NULL, fault, "%s", inner.what);
    }
    return 0;
}

static int build_stranger(struct lab_pki *pki, const char *path, struct lab_fault *fault)
{
    char name[] = STRANGER;
    char *names[] = {name};
    const struct lab_owner owner = {.names = names, .names_count = 1};
    struct lab_chain chain = {0};

    if (lab_recipes_find(pki->recipes, STRANGER) == NULL)
        return lab_fail(fault, EX_DATAERR, "%s:1:1: no recipe \"" STRANGER "\"; the lab needs it",
                        path);
    if (lab_chain_build(pki, STRANGER, &owner, &chain, fault) != 0 || chain.count == 0)
        return -1;
    pki->stranger = chain.certs[0].x509;
    (void)X509_up_ref(pki->stranger);
    lab_chain_free(&chain);
    return 0;
}

int lab_pki_open(const char *recipes_path, const char *keys_dir, int64_t epoch,
                 struct lab_pki **out, struct lab_fault *fault)
{
    struct lab_pki *pki = lab_calloc(1, sizeof(*pki));
    unsigned r;

    pki->epoch = epoch;
    if (lab_recipes_load(recipes_path, &pki->recipes, fault) != 0 ||
        lab_keys_load(keys_dir, &pki->keys, fault) != 0)
        goto failed;
    pki->upper = lab_calloc(pki->recipes->list_count, sizeof(*pki->upper));
    for (r = 0; r < pki->recipes->list_count; r++) {
        if (build_upper(pki, r, recipes_path, fault) != 0)
            goto failed;
    }
    if (build_stranger(pki, recipes_path, fault) != 0)
        goto failed;
    *out = pki;
    return 0;

failed:
    lab_pki_close(&pki);
    return -1;
}

void lab_pki_close(struct lab_pki **pki)
{
    struct lab_pki *p = *pki;
    unsigned r;

    if (p == NULL)
        return;
    for (r = 0; p->upper != NULL && r < p->recipes->list_count; r++)
        lab_chain_free(&p->upper[r]);
    free(p->upper);
    X509_free(p->stranger);
    lab_keys_free(&p->keys);
    if (p->recipes != NULL)
        lab_recipes_free(&p->recipes);
    free(p);
    *pki = NULL;
}

int lab_chain_build(const struct lab_pki *pki, const char *recipe, const struct lab_owner *owner,
                    struct lab_chain *out, struct lab_fault *fault)
{
    const struct lab_recipe *found = lab_recipes_find(pki->recipes, recipe);
    const struct host h = {.recipe = recipe, .owner = owner};
    const struct lab_chain *upper;
    struct lab_chain chain;
    unsigned e;

    if (found == NULL)
        return lab_fail(fault, EX_DATAERR, "no certificate recipe is called \"%s\"", recipe);
    if (owner->names_count == 0)
        return lab_fail(fault, EX_SOFTWARE, "certificate recipe %s: no host name", recipe);
    upper = &pki->upper[found - pki->recipes->list];
    begin_chain(found, &chain);
    for (e = 0; e < chain.count; e++) {
        if (upper->certs[e].x509 == NULL)
            continue;
        chain.certs[e] = upper->certs[e];
        (void)X509_up_ref(chain.certs[e].x509);
        (void)EVP_PKEY_up_ref(chain.certs[e].key);
    }
    for (e = 0; e < chain.count; e++) {
        if (build_upward(pki, found, e, &h, &chain, fault) != 0) {
            lab_chain_free(&chain);
            return -1;
        }
    }
    *out = chain;
    return 0;
}

unsigned lab_chain_sent(const struct lab_chain *chain, bool other,
                        const struct lab_cert *out[LAB_CHAIN_MAX])
{
    const unsigned first = other ? chain->other : 0;
    const unsigned end = other || chain->other == 0 ? chain->count : chain->other;
    unsigned count = 0;

    for (unsigned e = first; e < end; e++) {
        if (e == first || chain->certs[e].sent)
            out[count++] = &chain->certs[e];
    }
    return count;
}

void lab_chain_free(struct lab_chain *chain)
{
    unsigned e;

    for (e = 0; e < chain->count; e++) {
        X509_free(chain->certs[e].x509);
        EVP_PKEY_free(chain->certs[e].key);
    }
    free(chain->certs);
    *chain = (struct lab_chain){0};
}
