/* test_tls_local.c - levels fingerprint, verify and secure: proof that a local policy asks for. */
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "check.h"
#include "tls_case.h"

#define MX "mx.d.example"

/* A file with these certificates; the caller unlinks. */
static void write_certificates(const enum cert_id list[CHAIN_MAX], char path[40])
{
    size_t len;
    char *pem = tls_certs_pem(list, &len);
    int fd;

    (void)snprintf(path, 40, "/tmp/danesmtp-test-XXXXXX");
    fd = mkstemp(path);
    if (fd < 0 || write(fd, pem, len) != (ssize_t)len)
        abort();
    (void)close(fd);
    free(pem);
}

/* Trusted are ROOT, OLD_ROOT and NARROW_ROOT. */
static struct dsmtp_tls *open_trusting(void)
{
    static const enum cert_id trusted[CHAIN_MAX] = {ROOT, OLD_ROOT, NARROW_ROOT};
    struct dsmtp_tls_options options = {.security_level = -1};
    struct dsmtp_tls *tls = NULL;
    struct dsmtp_fault fault = {.what = ""};
    char path[40];

    tls_certs_make();
    write_certificates(trusted, path);
    options.ca_file = path;
    check_int(dsmtp_tls_open(&options, &tls, &fault), DSMTP_OK);
    check_str(fault.what, "");
    (void)unlink(path);
    return tls;
}

#define NO(reason, fault) DSMTP_REASON_##reason, DSMTP_CHAIN_FAULT_##fault, NULL
#define YES(name) DSMTP_REASON_NONE, DSMTP_CHAIN_FAULT_NONE, name

/* clang-format off */
static const struct {
    const char *label;
    enum cert_id chain[CHAIN_MAX];
    const char *names[NAMES_MAX];
    enum dsmtp_reason want;
    enum dsmtp_chain_fault fault;
    const char *name; /* of the certificate */
} authorities[] = {
    {"root left out",           {LEAF}, {MX}, YES("mx.d.example")},
    {"root sent",               {LEAF, ROOT}, {MX}, YES("mx.d.example")},
    {"intermediate",            {DEEP, MID}, {MX}, YES("mx.d.example")},
    {"padded, out of order",    {DEEP, STRANGER, ROOT, MID}, {MX}, YES("mx.d.example")},
    {"second name",             {LEAF}, {"a.example", MX}, YES("mx.d.example")},
    {"any name below",          {LEAF}, {".d.example"}, YES("mx.d.example")},
    {"any name far below",      {LEAF}, {".example"}, YES("mx.d.example")},
    {"a wildcard is below",     {WILD}, {".d.example"}, YES("*.d.example")},
    {"not below itself",        {NEXTHOP}, {".d.example"}, NO(NAME_MISMATCH, NAME)},
    {"itself",                  {NEXTHOP}, {"d.example", ".d.example"}, YES("d.example")},
    {"not below another",       {LEAF}, {".x.d.example"}, NO(NAME_MISMATCH, NAME)},
    {"no part of a label",      {LEAF}, {".example.", ".ample"}, NO(NAME_MISMATCH, NAME)},
    {"wildcard",                {WILD}, {MX}, YES("*.d.example")},
    {"wildcard is one label",   {WILD}, {"a.mx.d.example"}, NO(NAME_MISMATCH, NAME)},
    {"part of a label",         {PARTIAL}, {MX}, NO(NAME_MISMATCH, NAME)},
    {"wrong name",              {OTHER_NAME}, {MX, "d.example", ".d.example"}, NO(NAME_MISMATCH, NAME)},
    {"no name",                 {LEAF}, {"192.0.2.1"}, NO(NAME_MISMATCH, NAME)},
    {"CN",                      {CN_ONLY}, {MX}, YES("mx.d.example")},
    {"expired",                 {EXPIRED}, {MX}, NO(CHAIN_INVALID, EXPIRED)},
    {"not yet valid",           {EARLY}, {MX}, NO(CHAIN_INVALID, NOT_YET_VALID)},
    {"expired intermediate",    {OLD_DEEP, OLD_MID}, {MX}, NO(CHAIN_INVALID, EXPIRED)},
    {"expired root",            {OLD_ROOT_LEAF}, {MX}, NO(CHAIN_INVALID, EXPIRED)},
    {"not for servers",         {CLIENT_ONLY}, {MX}, NO(CHAIN_INVALID, PURPOSE)},
    {"issuer is no authority",  {NO_CA_DEEP, NO_CA}, {MX}, NO(CHAIN_INVALID, NOT_CA)},
    {"path length",             {LOW_DEEP, LOW_MID, SHUT_MID}, {MX}, NO(CHAIN_INVALID, PATH_LENGTH)},
    {"the root's constraint",   {NARROW_LEAF}, {MX}, NO(CHAIN_INVALID, NAME_CONSTRAINT)},
    {"signature",               {BAD_SIGNATURE}, {MX}, NO(CHAIN_INVALID, SIGNATURE)},
    {"intermediate missing",    {DEEP}, {MX}, NO(CHAIN_UNTRUSTED, ISSUER)},
    {"self-signed",             {NAMELESS}, {MX}, NO(CHAIN_UNTRUSTED, ISSUER)},
    {"another authority",       {SHUT_LEAF, SHUT_ROOT}, {MX}, NO(CHAIN_UNTRUSTED, ISSUER)},
    {"its root sent as well",   {EARLY_ROOT_LEAF, EARLY_ROOT}, {MX}, NO(CHAIN_UNTRUSTED, ISSUER)},
};
/* clang-format on */

static void test_authorities(void)
{
    struct dsmtp_tls *tls = open_trusting();

    for (size_t i = 0; tls != NULL && i < CHECK_COUNT(authorities); i++) {
        struct tls_records none = {.count = 0};
        struct dsmtp_tls_demand demand = tls_demand(&none, authorities[i].names);
        struct dsmtp_tls_evidence e = {.reason = DSMTP_REASON_INTERNAL};
        struct dsmtp_fault fault = {.what = ""};
        size_t len;
        char *pem = tls_certs_pem(authorities[i].chain, &len);

        demand.authenticate = DSMTP_AGAINST_AUTHORITIES;
        check_row(authorities[i].label);
        check_int(dsmtp_tls_verify_pem(tls, pem, len, &demand, NOW, &e, &fault), DSMTP_OK);
        check_str(dsmtp_reason_name(e.reason), dsmtp_reason_name(authorities[i].want));
        check_str(dsmtp_chain_fault_name(e.fault), dsmtp_chain_fault_name(authorities[i].fault));
        check_int(e.authenticated, authorities[i].want == DSMTP_REASON_NONE);
        check_str(e.name, authorities[i].name != NULL ? authorities[i].name : "");
        check_true(!e.matched && (e.authenticated == (e.detail[0] == '\0')));
        free(pem);
    }
    dsmtp_tls_close(&tls);
}

/* R-7672-3.1.2-3: an authority that this client trusts is no anchor of usage 2, nor of a host whose
 * records are none that can be used. */
static void test_separate(void)
{
    static const struct tls_pin lists[][RECORDS_MAX] = {
        {{ROOT, 2, 0, 1, 0, 0}}, {{ROOT, 2, 1, 1, 0, 0}}, {{NONE, 0, 0, 0, 0, 0}}};
    static const char *const names[NAMES_MAX] = {MX};
    const enum cert_id chain[CHAIN_MAX] = {LEAF};
    struct dsmtp_tls *tls = open_trusting();
    size_t len;
    char *pem = tls_certs_pem(chain, &len);

    for (size_t i = 0; tls != NULL && i < CHECK_COUNT(lists); i++) {
        struct tls_records records;
        struct dsmtp_tls_demand demand;
        struct dsmtp_tls_evidence e;
        struct dsmtp_fault fault;

        tls_publish(lists[i], &records);
        demand = tls_demand(&records, names);
        check_rowf("list %zu", i);
        check_int(dsmtp_tls_verify_pem(tls, pem, len, &demand, NOW, &e, &fault), DSMTP_OK);
        check_str(dsmtp_reason_name(e.reason), "TLSA_MISMATCH");
        check_true(!e.authenticated);
    }
    free(pem);
    dsmtp_tls_close(&tls);
}

/* clang-format off */
static const struct {
    const char *label;
    enum cert_id leaf, of;
    bool key;
    size_t len;
    bool want;
} fingerprints[] = {
    {"certificate, SHA2-256",  LEAF, LEAF, false, 32, true},
    {"certificate, SHA2-512",  LEAF, LEAF, false, 64, true},
    {"certificate, SHA-1",     LEAF, LEAF, false, 20, true},
    {"key, SHA2-256",          LEAF, LEAF, true, 32, true},
    {"key, SHA2-512",          LEAF, LEAF, true, 64, true},
    {"key, SHA-1",             LEAF, LEAF, true, 20, true},
    {"expired, other name",    EXPIRED, EXPIRED, false, 32, true},
    {"self-signed, nameless",  NAMELESS, NAMELESS, true, 32, true},
    {"another certificate",    LEAF, WILD, false, 32, false},
    {"another key",            LEAF, WILD, true, 32, false},
    {"the issuer's",           LEAF, ROOT, false, 32, false},
    {"cut short",              LEAF, LEAF, false, 31, false},
    {"nothing of it",          LEAF, LEAF, false, 0, false},
};
/* clang-format on */

static void make_fingerprint(enum cert_id of, bool key, size_t len, struct dsmtp_fingerprint *out)
{
    const struct tls_pin pin = {of, 3, key ? 1 : 0, 0, 0, 0};
    uint8_t der[DATA_MAX];
    size_t der_len = tls_association(&pin, der);

    memset(out, 0, sizeof(*out));
    EVP_Digest(der, der_len, out->digest, NULL,
               len == 20   ? EVP_sha1()
               : len == 64 ? EVP_sha512()
                           : EVP_sha256(),
               NULL);
    out->len = len;
}

static void test_fingerprints(void)
{
    tls_certs_make();
    for (size_t i = 0; i < CHECK_COUNT(fingerprints); i++) {
        const enum cert_id chain[CHAIN_MAX] = {fingerprints[i].leaf, ROOT};
        struct dsmtp_fingerprint list[2];
        const struct dsmtp_tls_demand demand = {.authenticate = DSMTP_AGAINST_FINGERPRINTS,
                                                .fingerprints = list,
                                                .fingerprint_count = 2};
        struct dsmtp_tls_evidence e = {.authenticated = !fingerprints[i].want};
        struct dsmtp_fault fault;
        size_t len;
        char *pem = tls_certs_pem(chain, &len);

        make_fingerprint(STRANGER, false, 32, &list[0]);
        make_fingerprint(fingerprints[i].of, fingerprints[i].key, fingerprints[i].len, &list[1]);
        check_row(fingerprints[i].label);
        check_int(tls_verify(pem, len, &demand, NOW, &e, &fault), DSMTP_OK);
        check_int(e.authenticated, fingerprints[i].want);
        check_str(dsmtp_reason_name(e.reason),
                  fingerprints[i].want ? "NONE" : "FINGERPRINT_MISMATCH");
        check_str(dsmtp_chain_fault_name(e.fault),
                  fingerprints[i].want ? "none" : "no-fingerprint");
        free(pem);
    }
}

/* What cannot be met is refused before anything is sent. */
static void test_demands(void)
{
    static const char *const lists[][NAMES_MAX] = {{NULL}, {""}, {"."}};
    const enum cert_id chain[CHAIN_MAX] = {LEAF};
    struct tls_records none = {.count = 0};
    size_t len;
    char *pem;

    tls_certs_make();
    pem = tls_certs_pem(chain, &len);
    for (size_t i = 0; i < CHECK_COUNT(lists); i++) {
        struct dsmtp_tls_demand demand = tls_demand(&none, lists[i]);
        struct dsmtp_tls_evidence e;
        struct dsmtp_fault fault;

        demand.authenticate = DSMTP_AGAINST_AUTHORITIES;
        check_rowf("list %zu", i);
        check_int(tls_verify(pem, len, &demand, NOW, &e, &fault), DSMTP_MISUSE);
        check_str(fault.what, "authorities need a name to check");
    }
    free(pem);
}

static void test_options(void)
{
    static const struct {
        struct dsmtp_tls_options options;
        const char *fault;
    } bad[] = {
        {{.ciphers = "NONSENSE"},
         "bad ciphers \"NONSENSE\"; expected a list as in openssl-ciphers(1)"},
        {{.ciphers = ""}, "bad ciphers \"\"; expected a list as in openssl-ciphers(1)"},
        {{.ca_file = "/nowhere"}, "/nowhere: No such file or directory"},
        {{.ca_file = "/dev/null"}, "/dev/null: expected certificates in PEM form: "},
        {{.ca_path = "/nowhere"}, "/nowhere: expected a directory of certificates"},
        {{.ca_path = "/dev/null"}, "/dev/null: expected a directory of certificates"},
    };

    for (size_t i = 0; i < CHECK_COUNT(bad); i++) {
        struct dsmtp_tls *tls = NULL;
        struct dsmtp_fault fault = {.what = ""};

        check_rowf("options %zu", i);
        check_int(dsmtp_tls_open(&bad[i].options, &tls, &fault), DSMTP_SYNTAX);
        if (!check_true(strncmp(fault.what, bad[i].fault, strlen(bad[i].fault)) == 0))
            check_str(fault.what, bad[i].fault);
        check_true(tls == NULL);
    }
}

static const struct check_test tests[] = {
    {"trusted authorities", test_authorities},
    {"authorities are no anchors", test_separate},
    {"fingerprints", test_fingerprints},
    {"demands that cannot be met", test_demands},
    {"options", test_options},
};
SUITE(tls_local, tests);
