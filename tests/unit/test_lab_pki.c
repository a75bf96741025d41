/* test_lab_pki.c - the lab's certificates: each recipe is what it says, by OpenSSL's own judgement.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <openssl/err.h>
#include <openssl/x509v3.h>

#include "chain_case.h"
#include "check.h"

static const struct lab_cert *element_of(const struct lab_chain *chain, const char *element)
{
    for (unsigned e = 0; e < chain->count; e++) {
        if (strcmp(chain->certs[e].element, element) == 0)
            return &chain->certs[e];
    }
    return NULL;
}

/* Validate what is sent with the anchor as the only trusted certificate, which need be no root. */
static int verify(const struct lab_chain *chain, bool other, const struct lab_cert *anchor)
{
    const struct lab_cert *sent[LAB_CHAIN_MAX];
    const unsigned count = lab_chain_sent(chain, other, sent);
    X509_STORE *store = X509_STORE_new();
    X509_STORE_CTX *ctx = X509_STORE_CTX_new();
    STACK_OF(X509) *rest = sk_X509_new_null();
    X509_VERIFY_PARAM *param;
    int error;

    for (unsigned i = 1; i < count; i++)
        (void)sk_X509_push(rest, sent[i]->x509);
    (void)X509_STORE_add_cert(store, anchor->x509);
    (void)X509_STORE_CTX_init(ctx, store, sent[0]->x509, rest);
    param = X509_STORE_CTX_get0_param(ctx);
    X509_VERIFY_PARAM_set_time(param, NOW);
    (void)X509_VERIFY_PARAM_set_flags(param, X509_V_FLAG_PARTIAL_CHAIN | X509_V_FLAG_TRUSTED_FIRST);
    (void)X509_VERIFY_PARAM_set_purpose(param, X509_PURPOSE_SSL_SERVER);
    X509_VERIFY_PARAM_set_auth_level(param, 2);
    X509_VERIFY_PARAM_set_hostflags(param, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    (void)X509_VERIFY_PARAM_set1_host(param, NAME, 0);
    error = X509_verify_cert(ctx) == 1 ? X509_V_OK : X509_STORE_CTX_get_error(ctx);
    sk_X509_free(rest);
    X509_STORE_CTX_free(ctx);
    X509_STORE_free(store);
    return error;
}

/* clang-format off */
static const struct {
    const char *recipe;
    const char *anchor;
    int want;          /* X509_V_... */
    unsigned sent;     /* certificates */
} cases[] = {
    {"self-signed",                     "leaf",         X509_V_OK, 1},
    {"self-signed-expired",             "leaf",         X509_V_ERR_CERT_HAS_EXPIRED, 1},
    {"self-signed-two-days-left",       "leaf",         X509_V_OK, 1},
    {"self-signed-not-yet-valid",       "leaf",         X509_V_ERR_CERT_NOT_YET_VALID, 1},
    {"self-signed-no-names",            "leaf",         X509_V_ERR_HOSTNAME_MISMATCH, 1},
    {"self-signed-wrong-name",          "leaf",         X509_V_ERR_HOSTNAME_MISMATCH, 1},
    {"self-signed-client-only",         "leaf",         X509_V_ERR_INVALID_PURPOSE, 1},
    {"self-signed-ed25519",             "leaf",         X509_V_OK, 1},
    {"self-signed-ecdsa",               "leaf",         X509_V_OK, 1},
    {"self-signed-ca",                  "leaf",         X509_V_OK, 1},
    {"self-signed-sha1",                "leaf",         X509_V_OK, 1}, /* its own signature is not looked at */
    {"self-signed-rsa1024",             "leaf",         X509_V_ERR_EE_KEY_TOO_SMALL, 1},
    {"self-signed-rsa4096",             "leaf",         X509_V_OK, 1},
    {"self-signed-renewed",             "leaf",         X509_V_OK, 1},
    {"self-signed-rekeyed",             "leaf",         X509_V_OK, 1},
    {"private-ca",                      "ca",           X509_V_OK, 2},
    {"private-ca-ta-omitted",           "ca",           X509_V_OK, 1},
    {"private-ca-3-levels",             "root",         X509_V_OK, 3},
    {"private-ca-3-levels",             "intermediate", X509_V_OK, 3},
    {"intermediate-missing",            "root",         X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY, 2},
    {"private-ca-expired-leaf",         "ca",           X509_V_ERR_CERT_HAS_EXPIRED, 2},
    {"private-ca-two-days-left",        "ca",           X509_V_OK, 2},
    {"private-ca-not-yet-valid-leaf",   "ca",           X509_V_ERR_CERT_NOT_YET_VALID, 2},
    {"private-ca-expired-ca",           "ca",           X509_V_ERR_CERT_HAS_EXPIRED, 2},
    {"private-ca-not-yet-valid-ca",     "ca",           X509_V_ERR_CERT_NOT_YET_VALID, 2},
    {"private-ca-expired-root",         "root",         X509_V_ERR_CERT_HAS_EXPIRED, 2},
    {"private-ca-expired-intermediate", "root",         X509_V_ERR_CERT_HAS_EXPIRED, 3},
    {"private-ca-wrong-name",           "ca",           X509_V_ERR_HOSTNAME_MISMATCH, 2},
    {"private-ca-cn-only",              "ca",           X509_V_OK, 2},
    {"private-ca-no-names",             "ca",           X509_V_ERR_HOSTNAME_MISMATCH, 2},
    {"private-ca-cn-beside-names",      "ca",           X509_V_ERR_HOSTNAME_MISMATCH, 2},
    {"private-ca-cn-beside-ip",         "ca",           X509_V_OK, 2},
    {"private-ca-ip-only",              "ca",           X509_V_ERR_HOSTNAME_MISMATCH, 2},
    {"private-ca-nul-in-name",          "ca",           X509_V_ERR_HOSTNAME_MISMATCH, 2},
    {"private-ca-many-names",           "ca",           X509_V_OK, 2},
    {"private-ca-wildcard",             "ca",           X509_V_OK, 2},
    {"private-ca-path-too-long",        "root",         X509_V_ERR_PATH_LENGTH_EXCEEDED, 3},
    {"private-ca-path-too-long",        "intermediate", X509_V_OK, 3},
    {"private-ca-not-a-ca",             "ca",           X509_V_ERR_INVALID_CA, 2},
    {"private-ca-no-signing",           "ca",           X509_V_ERR_INVALID_CA, 2},
    {"private-ca-client-only",          "ca",           X509_V_ERR_INVALID_PURPOSE, 2},
    {"private-ca-name-permitted",       "ca",           X509_V_OK, 2},
    {"private-ca-name-not-permitted",   "ca",           X509_V_ERR_PERMITTED_VIOLATION, 2},
    {"private-ca-name-excluded",        "ca",           X509_V_ERR_EXCLUDED_VIOLATION, 2},
    {"private-ca-same-name",            "ca",           X509_V_OK, 2},
    {"private-ca-same-name",            "twin",         X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN, 2},
    {"private-ca-unordered",            "root",         X509_V_OK, 3},
    {"private-ca-padded",               "ca",           X509_V_OK, 4},
    {"private-ca-padded",               "padding",      X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN, 4},
    {"private-ca-stapled",              "ca",           X509_V_OK, 3},
    {"private-ca-stapled",              "stapled",      X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN, 3},
    {"private-ca-deep",                 "root",         X509_V_OK, 9},
    {"private-ca-sha1",                 "ca",           X509_V_ERR_CA_MD_TOO_WEAK, 2},
    {"private-ca-rsa1024",              "ca",           X509_V_ERR_EE_KEY_TOO_SMALL, 2},
    {"private-ca-ecdsa",                "ca",           X509_V_OK, 2},
    {"private-ca-renewed",              "ca",           X509_V_OK, 2},
    {"private-ca-renewed",              "old",          X509_V_OK, 2},
    {"cross-signed",                    "cross",        X509_V_OK, 3},
    {"cross-signed",                    "older",        X509_V_OK, 3},
    {"cross-signed",                    "ca",           X509_V_OK, 3},
    {"cross-signed-both",               "ca",           X509_V_OK, 3},
    {"cross-signed-both",               "older",        X509_V_OK, 3},
    {"changes-key",                     "leaf",         X509_V_OK, 1},
    {"changes-ca",                      "ca",           X509_V_OK, 2},
    {"by-sni",                          "leaf",         X509_V_OK, 1},
    {"private-ca-by-sni",               "ca",           X509_V_OK, 2},
    {"rsa-and-ecdsa",                   "ca",           X509_V_OK, 2},
    {"self-signed-garbage",             "leaf",         X509_V_ERR_ERROR_IN_CERT_NOT_BEFORE_FIELD, 1},
    {"garbage-behind-leaf",             "ca",           X509_V_OK, 3},
    {"stranger",                        "leaf",         X509_V_ERR_HOSTNAME_MISMATCH, 1},
};
/* clang-format on */

static void test_recipes(void)
{
    struct lab_pki *pki = chain_pki();

    for (size_t i = 0; pki != NULL && i < CHECK_COUNT(cases); i++) {
        const struct lab_cert *sent[LAB_CHAIN_MAX];
        const struct lab_cert *anchor;
        struct lab_chain chain = {0};

        check_rowf("%s, %s", cases[i].recipe, cases[i].anchor);
        if (chain_build(pki, cases[i].recipe, &chain) != 0)
            continue;
        anchor = element_of(&chain, cases[i].anchor);
        check_uint(lab_chain_sent(&chain, false, sent), cases[i].sent);
        if (check_true(anchor != NULL))
            check_str(X509_verify_cert_error_string(verify(&chain, false, anchor)),
                      X509_verify_cert_error_string(cases[i].want));
        lab_chain_free(&chain);
    }
    lab_pki_close(&pki);
}

/* Every recipe of the file has a row above. */
static void test_all_listed(void)
{
    struct lab_fault fault;
    char *text = NULL;
    char *rest;
    char *line;

    if (!check_int(lab_file_read(RECIPES, &text, NULL, &fault), 0))
        return;
    rest = text;
    while ((line = strsep(&rest, "\n")) != NULL) {
        bool found = false;

        if (strncmp(line, "  - name: ", 10) != 0)
            continue;
        check_row(line + 10);
        for (size_t i = 0; i < CHECK_COUNT(cases); i++)
            found = found || strcmp(cases[i].recipe, line + 10) == 0;
        check_true(found);
    }
    free(text);
}

/* What goes over the wire can be read, and somebody in the chain has signed it; or neither, where
 * garbage is promised. */
static void check_wire(const struct lab_chain *chain, const struct lab_cert *cert)
{
    uint8_t *der = NULL;
    const int len = i2d_X509(cert->x509, &der);
    const uint8_t *at = der;
    X509 *read = d2i_X509(NULL, &at, len);
    bool is_signed = false;

    check_true(len > 0);
    check_int(read != NULL, !cert->garbage);
    for (unsigned e = 0; read != NULL && e < chain->count; e++)
        is_signed = is_signed || X509_verify(read, chain->certs[e].key) == 1;
    check_int(is_signed, !cert->garbage);
    ERR_clear_error();
    X509_free(read);
    OPENSSL_free(der);
}

static void test_wire(void)
{
    struct lab_pki *pki = chain_pki();

    for (size_t i = 0; pki != NULL && i < CHECK_COUNT(cases); i++) {
        struct lab_chain chain = {0};

        if (chain_build(pki, cases[i].recipe, &chain) != 0)
            continue;
        for (unsigned e = 0; e < chain.count; e++) {
            check_rowf("%s: %s", cases[i].recipe, chain.certs[e].element);
            check_wire(&chain, &chain.certs[e]);
        }
        lab_chain_free(&chain);
    }
    lab_pki_close(&pki);
}

/* Two certificates with the same key (1), with different ones (0), or not two certificates (-1). */
static int same_key(const struct lab_chain *chain, const char *a, const char *b)
{
    const struct lab_cert *x = element_of(chain, a);
    const struct lab_cert *y = element_of(chain, b);

    if (x == NULL || y == NULL || X509_cmp(x->x509, y->x509) == 0)
        return -1;
    return EVP_PKEY_eq(x->key, y->key) == 1;
}

/* clang-format off */
static const struct {
    const char *recipe, *a, *b;
    bool same;
} keys[] = {
    {"self-signed-renewed",  "leaf", "old", true},
    {"self-signed-rekeyed",  "leaf", "old", false},
    {"private-ca-renewed",   "ca", "old", true},
    {"private-ca-same-name", "ca", "twin", false},
    {"cross-signed",         "ca", "cross", true},
    {"changes-key",          "leaf", "next", false},
    {"changes-ca",           "leaf", "next", true},
    {"changes-ca",           "ca", "next-ca", false},
    {"by-sni",               "leaf", "default", false},
    {"rsa-and-ecdsa",        "leaf", "ecdsa", false},
};
/* clang-format on */

static void test_keys(void)
{
    struct lab_pki *pki = chain_pki();

    for (size_t i = 0; pki != NULL && i < CHECK_COUNT(keys); i++) {
        struct lab_chain chain = {0};

        check_rowf("%s: %s and %s", keys[i].recipe, keys[i].a, keys[i].b);
        if (chain_build(pki, keys[i].recipe, &chain) != 0)
            continue;
        check_int(same_key(&chain, keys[i].a, keys[i].b), keys[i].same);
        lab_chain_free(&chain);
    }
    lab_pki_close(&pki);
}

/* What is shown in the place of the leaf. */
static void test_other(void)
{
    /* clang-format off */
    static const struct { const char *recipe; enum lab_other_when when; const char *sent; const char *anchor; int want; } rows[] = {
        {"changes-key",       LAB_OTHER_LATER, "next",         "next",    X509_V_OK},
        {"changes-ca",        LAB_OTHER_LATER, "next next-ca", "next-ca", X509_V_OK},
        {"changes-ca",        LAB_OTHER_LATER, "next next-ca", "ca",      X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN},
        {"by-sni",            LAB_OTHER_SNI,   "default",      "default", X509_V_ERR_HOSTNAME_MISMATCH},
        {"private-ca-by-sni", LAB_OTHER_SNI,   "default",      "default", X509_V_ERR_HOSTNAME_MISMATCH},
        {"rsa-and-ecdsa",     LAB_OTHER_ECDSA, "ecdsa",        "ca",      X509_V_OK},
    };
    /* clang-format on */
    struct lab_pki *pki = chain_pki();

    for (size_t i = 0; pki != NULL && i < CHECK_COUNT(rows); i++) {
        const struct lab_cert *sent[LAB_CHAIN_MAX];
        struct lab_chain chain = {0};
        struct lab_text names = {0};
        unsigned count;

        check_row(rows[i].recipe);
        if (chain_build(pki, rows[i].recipe, &chain) != 0)
            continue;
        check_int((int)chain.other_when, (int)rows[i].when);
        count = lab_chain_sent(&chain, true, sent);
        for (unsigned e = 0; e < count; e++)
            lab_text_put(&names, "%s%s", e > 0 ? " " : "", sent[e]->element);
        check_str(names.text, rows[i].sent);
        check_int(verify(&chain, true, element_of(&chain, rows[i].anchor)), rows[i].want);
        free(names.text);
        lab_chain_free(&chain);
    }
    lab_pki_close(&pki);
}

/* The same bytes however often and in whatever order they are made. */
static void test_same_bytes(void)
{
    struct lab_pki *pki = chain_pki();
    struct lab_pki *again = chain_pki();

    for (size_t i = 0; pki != NULL && again != NULL && i < CHECK_COUNT(cases); i++) {
        struct lab_chain a = {0}, b = {0};

        check_row(cases[i].recipe);
        if (chain_build(pki, cases[i].recipe, &a) == 0 &&
            chain_build(again, cases[i].recipe, &b) == 0) {
            for (unsigned e = 0; e < a.count; e++)
                check_int(X509_cmp(a.certs[e].x509, b.certs[e].x509), 0);
        }
        lab_chain_free(&a);
        lab_chain_free(&b);
    }
    lab_pki_close(&pki);
    lab_pki_close(&again);
}

#define HEAD "recipes:\n  - name: x\n    says: x.\n"
#define LEAF "      - {element: leaf, subject: \"{name}\", issuer: self}\n"
#define STRANGER "  - name: stranger\n    says: x.\n    chain:\n" LEAF

/* clang-format off */
static const struct { const char *label, *text, *what; } bad[] = {
    {"no such issuer", HEAD "    chain:\n      - {element: leaf, subject: x, issuer: ca}\n", ":5:45: \"ca\" is not another element"},
    {"its own issuer", HEAD "    chain:\n      - {element: leaf, subject: x, issuer: leaf}\n", "\"leaf\" is not another element"},
    {"a circle", HEAD "    chain:\n" LEAF "      - {element: a, subject: a, issuer: b}\n      - {element: b, subject: b, issuer: a}\n", "in a circle"},
    {"shared below the host's", HEAD "    chain:\n" LEAF "      - {element: a, subject: a, issuer: leaf}\n", "depends on the host"},
    {"limits without a CA", HEAD "    chain:\n      - {element: leaf, subject: x, issuer: self, permitted: [x]}\n", ":5:62: names are limited below a CA only"},
    {"other without when", HEAD "    other: a\n    chain:\n" LEAF, "expected both \"other\" and \"other_when\""},
    {"when without other", HEAD "    other_when: later\n    chain:\n" LEAF, "expected both"},
    {"other is the leaf", HEAD "    other: leaf\n    other_when: later\n    chain:\n" LEAF, "no element above the leaf"},
    {"unknown placeholder", HEAD "    chain:\n      - {element: leaf, subject: \"{nam}\", issuer: self}\n", "no placeholder"},
    {"no such key", HEAD "    chain:\n      - {element: leaf, subject: x, issuer: self, key: gold}\n" STRANGER, "no key gold.pem"},
};
/* clang-format on */

static void test_bad_recipes(void)
{
    char path[] = "/tmp/unit-recipes-XXXXXX";
    int fd = mkstemp(path);

    if (check_true(fd >= 0))
        (void)close(fd);
    for (size_t i = 0; i < CHECK_COUNT(bad); i++) {
        struct lab_pki *pki = NULL;
        struct lab_fault fault = {0};

        check_row(bad[i].label);
        check_int(lab_file_write(path, bad[i].text, strlen(bad[i].text), &fault), 0);
        check_int(lab_pki_open(path, KEYS, NOW, &pki, &fault), -1);
        check_has(fault.what, bad[i].what);
        lab_pki_close(&pki);
    }
    (void)unlink(path);
}

static const struct check_test tests[] = {
    {"recipes", test_recipes},
    {"every recipe is tested", test_all_listed},
    {"what goes over the wire", test_wire},
    {"keys", test_keys},
    {"the other certificate", test_other},
    {"the same bytes", test_same_bytes},
    {"bad recipes", test_bad_recipes},
};
SUITE(lab_pki, tests);
