/* test_tls.c - does OpenSSL, set up by us, decide about a chain as RFC 7671 and 7672 say? Without a
 * socket. */
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

#include "adapt/tls_openssl.h"
#include "check.h"
#include "tls_certs.h"

/* With TLS as it is set up by default. */
static enum dsmtp_status verify(const char *pem, size_t len, const struct dsmtp_tls_demand *demand,
                                int64_t time, struct dsmtp_tls_evidence *out,
                                struct dsmtp_fault *fault)
{
    struct dsmtp_tls *tls = NULL;
    enum dsmtp_status status = dsmtp_tls_open(NULL, &tls, fault);

    if (status == DSMTP_OK)
        status = dsmtp_tls_verify_pem(tls, pem, len, demand, time, out, fault);
    dsmtp_tls_close(&tls);
    return status;
}

/* --- records -------------------------------------------------------------------------------------
 */

#define DATA_MAX 2048
#define RECORDS_MAX 3
#define NAMES_MAX 3

struct pin {
    enum cert_id of; /* NONE: no record */
    uint8_t usage, selector, matching;
    uint8_t effective; /* 0: as published */
    enum dsmtp_unusable why;
};

struct records {
    struct dsmtp_tlsa tlsa[RECORDS_MAX];
    uint8_t data[RECORDS_MAX][DATA_MAX];
    unsigned count;
};

/* The association data, made without the code under test. */
static size_t association(const struct pin *pin, uint8_t out[DATA_MAX])
{
    X509 *cert = tls_cert(pin->of);
    unsigned char *der = NULL;
    int len = pin->selector == 0 ? i2d_X509(cert, &der)
                                 : i2d_X509_PUBKEY(X509_get_X509_PUBKEY(cert), &der);
    unsigned digest_len = 0;

    if (pin->matching == 0)
        memcpy(out, der, (size_t)len);
    else
        EVP_Digest(der, (size_t)len, out, &digest_len,
                   pin->matching == 1 ? EVP_sha256() : EVP_sha512(), NULL);
    OPENSSL_free(der);
    return pin->matching == 0 ? (size_t)len : digest_len;
}

static void publish(const struct pin pins[RECORDS_MAX], struct records *out)
{
    out->count = 0;
    for (unsigned i = 0; i < RECORDS_MAX && pins[i].of != NONE; i++) {
        size_t len = association(&pins[i], out->data[i]);

        out->tlsa[i] = (struct dsmtp_tlsa){
            .usage = pins[i].usage,
            .selector = pins[i].selector,
            .matching = pins[i].matching,
            .data = out->data[i],
            .len = len,
            .effective_usage = pins[i].effective != 0 ? pins[i].effective : pins[i].usage,
            .why = pins[i].why,
        };
        out->count++;
    }
}

/* --- the table -----------------------------------------------------------------------------------
 */

#define MISMATCH DSMTP_REASON_TLSA_MISMATCH
#define NAME DSMTP_REASON_NAME_MISMATCH
#define INVALID DSMTP_REASON_CHAIN_INVALID
#define OK(pin, depth) DSMTP_REASON_NONE, DSMTP_CHAIN_FAULT_NONE, pin, depth
#define NOT(reason, fault) reason, DSMTP_CHAIN_FAULT_##fault, 0, 0
#define WEAKER DSMTP_UNUSABLE_WEAKER_DIGEST
#define MX "mx.d.example"

/* clang-format off */
static const struct {
    const char *label;
    enum cert_id chain[CHAIN_MAX];
    struct pin pins[RECORDS_MAX];
    const char *names[NAMES_MAX];
    enum dsmtp_reason want;
    enum dsmtp_chain_fault fault;
    unsigned matched; /* which of the pins, when OK */
    int depth;
} cases[] = {
    {"3 1 1",                         {LEAF}, {{LEAF, 3, 1, 1, 0, 0}}, {MX}, OK(0, 0)},
    {"3 0 1",                         {LEAF}, {{LEAF, 3, 0, 1, 0, 0}}, {MX}, OK(0, 0)},
    {"3 1 2",                         {LEAF}, {{LEAF, 3, 1, 2, 0, 0}}, {MX}, OK(0, 0)},
    {"3 0 2",                         {LEAF}, {{LEAF, 3, 0, 2, 0, 0}}, {MX}, OK(0, 0)},
    {"3 0 0",                         {LEAF}, {{LEAF, 3, 0, 0, 0, 0}}, {MX}, OK(0, 0)},
    {"3 1 0",                         {LEAF}, {{LEAF, 3, 1, 0, 0, 0}}, {MX}, OK(0, 0)},
    {"3 1 1 of another key",          {LEAF}, {{EXPIRED, 3, 1, 1, 0, 0}}, {MX}, NOT(MISMATCH, NO_MATCH)},
    {"3 0 1 of another key",          {LEAF}, {{EXPIRED, 3, 0, 1, 0, 0}}, {MX}, NOT(MISMATCH, NO_MATCH)},
    {"3 1 2 of another key",          {LEAF}, {{EXPIRED, 3, 1, 2, 0, 0}}, {MX}, NOT(MISMATCH, NO_MATCH)},
    {"3 0 0 of another key",          {LEAF}, {{EXPIRED, 3, 0, 0, 0, 0}}, {MX}, NOT(MISMATCH, NO_MATCH)},
    {"3 1 0 of another key",          {LEAF}, {{EXPIRED, 3, 1, 0, 0, 0}}, {MX}, NOT(MISMATCH, NO_MATCH)},
    {"3 1 1 of the issuer",           {LEAF, ROOT}, {{ROOT, 3, 1, 1, 0, 0}}, {MX}, NOT(MISMATCH, NO_MATCH)},
    {"3: wrong name",                 {OTHER_NAME}, {{OTHER_NAME, 3, 1, 1, 0, 0}}, {MX}, OK(0, 0)},
    {"3: no name at all",             {NAMELESS}, {{NAMELESS, 3, 1, 1, 0, 0}}, {MX}, OK(0, 0)},
    {"3: no reference either",        {NAMELESS}, {{NAMELESS, 3, 1, 1, 0, 0}}, {NULL}, OK(0, 0)},
    {"3: expired",                    {EXPIRED}, {{EXPIRED, 3, 1, 1, 0, 0}}, {MX}, OK(0, 0)},
    {"3: not yet valid",              {EARLY}, {{EARLY, 3, 0, 1, 0, 0}}, {MX}, OK(0, 0)},
    {"3: not for servers",            {CLIENT_ONLY}, {{CLIENT_ONLY, 3, 1, 1, 0, 0}}, {MX}, OK(0, 0)},
    {"1 as 3, reported as 1",         {EXPIRED}, {{EXPIRED, 1, 1, 1, 3, 0}}, {MX}, OK(0, 0)},
    {"0 as 2, reported as 0",         {LEAF, ROOT}, {{ROOT, 0, 1, 1, 2, 0}}, {MX}, OK(0, 1)},
    {"0 as 2, wrong name",            {OTHER_NAME, ROOT}, {{ROOT, 0, 1, 1, 2, 0}}, {MX}, NOT(NAME, NAME)},
    {"2 0 1, anchor in the chain",    {LEAF, ROOT}, {{ROOT, 2, 0, 1, 0, 0}}, {MX}, OK(0, 1)},
    {"2 1 1, anchor in the chain",    {LEAF, ROOT}, {{ROOT, 2, 1, 1, 0, 0}}, {MX}, OK(0, 1)},
    {"2 1 2, anchor in the chain",    {LEAF, ROOT}, {{ROOT, 2, 1, 2, 0, 0}}, {MX}, OK(0, 1)},
    {"2 0 0, anchor in the chain",    {LEAF, ROOT}, {{ROOT, 2, 0, 0, 0, 0}}, {MX}, OK(0, 1)},
    {"2 0 1, anchor left out",        {LEAF}, {{ROOT, 2, 0, 1, 0, 0}}, {MX}, NOT(MISMATCH, ANCHOR_MISSING)},
    {"2 1 1, anchor left out",        {LEAF}, {{ROOT, 2, 1, 1, 0, 0}}, {MX}, NOT(MISMATCH, ANCHOR_MISSING)},
    {"2 0 0, anchor only in DNS",     {LEAF}, {{ROOT, 2, 0, 0, 0, 0}}, {MX}, OK(0, 1)},
    {"2 1 0, key only in DNS",        {LEAF}, {{ROOT, 2, 1, 0, 0, 0}}, {MX}, OK(0, 0)},
    {"2 1 0, wrong name",             {OTHER_NAME}, {{ROOT, 2, 1, 0, 0, 0}}, {MX}, NOT(NAME, NAME)},
    {"2 1 0, expired",                {EXPIRED}, {{ROOT, 2, 1, 0, 0, 0}}, {MX}, NOT(INVALID, EXPIRED)},
    {"2: another authority's",        {LEAF, ROOT}, {{STRANGER, 2, 1, 1, 0, 0}}, {MX}, NOT(MISMATCH, ANCHOR_MISSING)},
    {"2: sent, but signed nothing",   {LEAF, STRANGER}, {{STRANGER, 2, 1, 1, 0, 0}}, {MX}, NOT(MISMATCH, ISSUER)},
    {"2: the leaf itself",            {NAMELESS}, {{NAMELESS, 2, 1, 1, 0, 0}}, {MX}, NOT(MISMATCH, ANCHOR_MISSING)},
    {"2: intermediate, no root",      {DEEP, MID}, {{MID, 2, 1, 1, 0, 0}}, {MX}, OK(0, 1)},
    {"2: root at depth 2",            {DEEP, MID, ROOT}, {{ROOT, 2, 0, 1, 0, 0}}, {MX}, OK(0, 2)},
    {"2: chain out of order",         {DEEP, ROOT, MID}, {{ROOT, 2, 0, 1, 0, 0}}, {MX}, OK(0, 2)},
    {"2: intermediate missing",       {DEEP, ROOT}, {{ROOT, 2, 0, 1, 0, 0}}, {MX}, NOT(MISMATCH, ISSUER)},
    {"2: expired intermediate",       {OLD_DEEP, OLD_MID, ROOT}, {{ROOT, 2, 0, 1, 0, 0}}, {MX}, NOT(INVALID, EXPIRED)},
    {"2: expired leaf",               {EXPIRED, ROOT}, {{ROOT, 2, 1, 1, 0, 0}}, {MX}, NOT(INVALID, EXPIRED)},
    {"2: leaf not yet valid",         {EARLY, ROOT}, {{ROOT, 2, 1, 1, 0, 0}}, {MX}, NOT(INVALID, NOT_YET_VALID)},
    {"2: not for servers",            {CLIENT_ONLY, ROOT}, {{ROOT, 2, 1, 1, 0, 0}}, {MX}, NOT(INVALID, PURPOSE)},
    {"2: wrong name",                 {OTHER_NAME, ROOT}, {{ROOT, 2, 1, 1, 0, 0}}, {MX}, NOT(NAME, NAME)},
    {"2: second reference",           {LEAF, ROOT}, {{ROOT, 2, 1, 1, 0, 0}}, {"a.example", MX}, OK(0, 1)},
    {"2: third reference",            {LEAF, ROOT}, {{ROOT, 2, 1, 1, 0, 0}}, {"a.example", "b.example", MX}, OK(0, 1)},
    {"2: none of three",              {OTHER_NAME, ROOT}, {{ROOT, 2, 1, 1, 0, 0}},
     {"a.example", "b.example", MX}, NOT(NAME, NAME)},
    {"2: wildcard",                   {WILD, ROOT}, {{ROOT, 2, 1, 1, 0, 0}}, {MX}, OK(0, 1)},
    {"2: wildcard is one label",      {WILD, ROOT}, {{ROOT, 2, 1, 1, 0, 0}}, {"a.mx.d.example"}, NOT(NAME, NAME)},
    {"2: wildcard is not none",       {WILD, ROOT}, {{ROOT, 2, 1, 1, 0, 0}}, {"d.example"}, NOT(NAME, NAME)},
    {"2: part of a label",            {PARTIAL, ROOT}, {{ROOT, 2, 1, 1, 0, 0}}, {MX}, NOT(NAME, NAME)},
    {"2: wildcard within",            {INNER_WILD, ROOT}, {{ROOT, 2, 1, 1, 0, 0}}, {MX}, NOT(NAME, NAME)},
    {"2: CN without SAN",             {CN_ONLY, ROOT}, {{ROOT, 2, 1, 1, 0, 0}}, {MX}, OK(0, 1)},
    {"2: CN beside other DNS names",  {CN_BESIDE_SAN, ROOT}, {{ROOT, 2, 1, 1, 0, 0}}, {MX}, NOT(NAME, NAME)},
    {"2: CN beside a mail address",   {CN_BESIDE_MAIL, ROOT}, {{ROOT, 2, 1, 1, 0, 0}}, {MX}, OK(0, 1)},
    {"2: leading dot is no name",     {LEAF, ROOT}, {{ROOT, 2, 1, 1, 0, 0}}, {".d.example", "a.example"}, NOT(NAME, NAME)},
    {"any: second record matches",    {LEAF}, {{EARLY, 3, 1, 1, 0, 0}, {LEAF, 3, 1, 1, 0, 0}}, {MX}, OK(1, 0)},
    {"any: third record matches",     {LEAF}, {{EARLY, 3, 1, 1, 0, 0}, {WILD, 3, 1, 1, 0, 0}, {LEAF, 3, 0, 1, 0, 0}},
     {MX}, OK(2, 0)},
    {"any: none matches",             {LEAF}, {{EARLY, 3, 1, 1, 0, 0}, {WILD, 3, 1, 1, 0, 0}, {ROOT, 3, 0, 1, 0, 0}},
     {MX}, NOT(MISMATCH, NO_MATCH)},
    {"any: 3 fails, 2 holds",         {LEAF, ROOT}, {{EARLY, 3, 1, 1, 0, 0}, {ROOT, 2, 1, 1, 0, 0}}, {MX}, OK(1, 1)},
    {"any: 3 holds, 2 fails",         {OTHER_NAME, ROOT}, {{ROOT, 2, 1, 1, 0, 0}, {OTHER_NAME, 3, 1, 1, 0, 0}},
     {MX}, OK(1, 0)},
    {"any: 3 fails, 2 wrong name",    {OTHER_NAME, ROOT}, {{EARLY, 3, 1, 1, 0, 0}, {ROOT, 2, 1, 1, 0, 0}},
     {MX}, NOT(NAME, NAME)},
    {"agility off: weaker matches",   {LEAF}, {{LEAF, 3, 1, 1, 0, 0}, {EARLY, 3, 1, 2, 0, 0}}, {MX}, OK(0, 0)},
    {"agility off: stronger matches", {LEAF}, {{EARLY, 3, 1, 1, 0, 0}, {LEAF, 3, 1, 2, 0, 0}}, {MX}, OK(1, 0)},
    {"agility on: weaker left out",   {LEAF}, {{LEAF, 3, 1, 1, 0, WEAKER}, {EARLY, 3, 1, 2, 0, 0}},
     {MX}, NOT(MISMATCH, NO_MATCH)},
    {"none usable",                   {LEAF}, {{LEAF, 3, 1, 1, 0, WEAKER}}, {MX}, NOT(MISMATCH, NO_MATCH)},
    {"none usable, self-signed",      {NAMELESS}, {{NAMELESS, 3, 1, 1, 0, WEAKER}}, {MX}, NOT(MISMATCH, NO_MATCH)},
    {"none at all, with root",        {LEAF, ROOT}, {{NONE, 0, 0, 0, 0, 0}}, {MX}, NOT(MISMATCH, NO_MATCH)},
};
/* clang-format on */

static struct dsmtp_tls_demand demand_of(const struct records *records,
                                         const char *const names[NAMES_MAX])
{
    struct dsmtp_tls_demand demand = {.authenticate = DSMTP_AGAINST_TLSA,
                                      .records = records->tlsa,
                                      .record_count = records->count,
                                      .names = names};

    while (demand.name_count < NAMES_MAX && names[demand.name_count] != NULL)
        demand.name_count++;
    return demand;
}

static void check_match(const struct pin *pin, int depth, const struct dsmtp_tls_evidence *e)
{
    check_true(e->matched);
    check_uint(e->usage, pin->usage);
    check_uint(e->selector, pin->selector);
    check_uint(e->matching, pin->matching);
    check_int(e->depth, depth);
    check_str(e->detail, "");
}

static void test_table(void)
{
    struct records records;

    tls_certs_make();
    for (size_t i = 0; i < CHECK_COUNT(cases); i++) {
        struct dsmtp_tls_evidence e = {.reason = DSMTP_REASON_INTERNAL};
        struct dsmtp_tls_demand demand;
        struct dsmtp_fault fault = {.what = ""};
        size_t len;
        char *pem = tls_certs_pem(cases[i].chain, &len);

        check_row(cases[i].label);
        publish(cases[i].pins, &records);
        demand = demand_of(&records, cases[i].names);
        check_int(verify(pem, len, &demand, NOW, &e, &fault), DSMTP_OK);
        check_str(fault.what, "");
        check_str(dsmtp_reason_name(e.reason), dsmtp_reason_name(cases[i].want));
        check_str(dsmtp_chain_fault_name(e.fault), dsmtp_chain_fault_name(cases[i].fault));
        check_int(e.authenticated, cases[i].want == DSMTP_REASON_NONE);
        if (cases[i].want == DSMTP_REASON_NONE)
            check_match(&cases[i].pins[cases[i].matched], cases[i].depth, &e);
        else
            check_true(!e.matched && e.detail[0] != '\0');
        free(pem);
    }
    tls_certs_free();
}

/* A chain that is good today is judged at the time that is given. */
static void test_time(void)
{
    static const struct {
        const char *label;
        int64_t time;
        enum dsmtp_reason want;
    } times[] = {
        {"the day", NOW, DSMTP_REASON_NONE},
        {"last second", NOW + DAY - 1, DSMTP_REASON_NONE},
        {"too late", NOW + DAY, INVALID}, /* to OpenSSL notAfter itself is over */
        {"too early", NOW - DAY - 1, INVALID},
    };
    static const struct pin pins[RECORDS_MAX] = {{ROOT, 2, 1, 1, 0, 0}};
    static const char *const names[NAMES_MAX] = {MX};
    const enum cert_id chain[CHAIN_MAX] = {LEAF, ROOT};
    struct records records;
    struct dsmtp_tls_demand demand;
    size_t len;
    char *pem;

    tls_certs_make();
    pem = tls_certs_pem(chain, &len);
    publish(pins, &records);
    demand = demand_of(&records, names);
    for (size_t i = 0; i < CHECK_COUNT(times); i++) {
        struct dsmtp_tls_evidence e;
        struct dsmtp_fault fault;

        check_row(times[i].label);
        check_int(verify(pem, len, &demand, times[i].time, &e, &fault), DSMTP_OK);
        check_str(dsmtp_reason_name(e.reason), dsmtp_reason_name(times[i].want));
    }
    free(pem);
    tls_certs_free();
}

static void test_no_demand(void)
{
    const enum cert_id chain[CHAIN_MAX] = {EXPIRED};
    const struct dsmtp_tls_demand demand = {.authenticate = DSMTP_AGAINST_NOTHING};
    struct dsmtp_tls_evidence e;
    struct dsmtp_fault fault;
    size_t len;
    char *pem;

    tls_certs_make();
    pem = tls_certs_pem(chain, &len);
    check_int(verify(pem, len, &demand, NOW, &e, &fault), DSMTP_OK);
    check_int(e.reason, DSMTP_REASON_NONE);
    check_true(!e.authenticated && !e.matched && !e.up);
    free(pem);
    tls_certs_free();
}

/* Without a name to check, an authority would vouch for everybody. */
static void test_anchor_without_name(void)
{
    static const char *const lists[][NAMES_MAX] = {{NULL}, {""}, {".d.example"}};
    static const struct pin pins[RECORDS_MAX] = {{ROOT, 2, 1, 1, 0, 0}};
    const enum cert_id chain[CHAIN_MAX] = {LEAF, ROOT};
    struct records records;
    size_t len;
    char *pem;

    tls_certs_make();
    pem = tls_certs_pem(chain, &len);
    publish(pins, &records);
    for (size_t i = 0; i < CHECK_COUNT(lists); i++) {
        struct dsmtp_tls_demand demand = demand_of(&records, lists[i]);
        struct dsmtp_tls_evidence e;
        struct dsmtp_fault fault;

        check_rowf("list %zu", i);
        check_int(verify(pem, len, &demand, NOW, &e, &fault), DSMTP_MISUSE);
        check_str(fault.what, "certificate usage 2 needs a name to check");
    }
    free(pem);
    tls_certs_free();
}

static void test_bad_pem(void)
{
    static const struct {
        const char *pem;
        const char *want;
    } bad[] = {
        {"", "no certificate in PEM form found"},
        {"mail\n", "no certificate in PEM form found"},
        {"-----BEGIN CERTIFICATE-----\n", "certificate 1: "},
        {"-----BEGIN CERTIFICATE-----\n!\n-----END CERTIFICATE-----\n", "certificate 1: "},
        {"-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n", "certificate 1: "},
        {"-----BEGIN CERTIFICATE-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: "
         "AES-128-CBC,00112233445566778899AABBCCDDEEFF\n\nMAA=\n"
         "-----END CERTIFICATE-----\n",
         "certificate 1: "},
    };
    const struct dsmtp_tls_demand demand = {.authenticate = DSMTP_AGAINST_NOTHING};

    for (size_t i = 0; i < CHECK_COUNT(bad); i++) {
        struct dsmtp_tls_evidence e;
        struct dsmtp_fault fault = {.what = ""};

        check_row(bad[i].pem);
        check_int(verify(bad[i].pem, strlen(bad[i].pem), &demand, NOW, &e, &fault), DSMTP_SYNTAX);
        if (!check_true(strncmp(fault.what, bad[i].want, strlen(bad[i].want)) == 0))
            check_str(fault.what, bad[i].want);
    }
}

/* Records that OpenSSL cannot use are as good as none: nothing can match. */
static void test_useless_records(void)
{
    static const uint8_t der[] = {0x30, 0x00};
    static const char *const names[] = {MX};
    const struct dsmtp_tlsa records[] = {
        {.usage = 3,
         .selector = 0,
         .matching = 0,
         .data = der,
         .len = sizeof(der),
         .effective_usage = 3},
        {.usage = 3,
         .selector = 1,
         .matching = 9,
         .data = der,
         .len = sizeof(der),
         .effective_usage = 3},
        {.usage = 3,
         .selector = 1,
         .matching = 1,
         .data = der,
         .len = sizeof(der),
         .effective_usage = 3},
    };
    const struct dsmtp_tls_demand demand = {.authenticate = DSMTP_AGAINST_TLSA,
                                            .records = records,
                                            .record_count = CHECK_COUNT(records),
                                            .names = names,
                                            .name_count = 1};
    const enum cert_id chain[CHAIN_MAX] = {LEAF, ROOT};
    struct dsmtp_tls_evidence e;
    struct dsmtp_fault fault;
    size_t len;
    char *pem;

    tls_certs_make();
    pem = tls_certs_pem(chain, &len);
    check_int(verify(pem, len, &demand, NOW, &e, &fault), DSMTP_OK);
    check_str(dsmtp_reason_name(e.reason), "TLSA_MISMATCH");
    free(pem);
    tls_certs_free();
}

static const struct check_test tests[] = {
    {"records, chains and names", test_table},
    {"time", test_time},
    {"nothing demanded", test_no_demand},
    {"trust anchor without a name", test_anchor_without_name},
    {"broken PEM", test_bad_pem},
    {"records OpenSSL cannot use", test_useless_records},
};
SUITE(tls, tests);
