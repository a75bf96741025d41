/* test_tls_exam.c - what a handshake has to tell of each record by itself, whether it ends well or
 * not; and why servers end it before. */
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <string.h>

#include "check.h"
#include "tls_case.h"

#define MX "mx.d.example"
#define P(of, usage, selector, matching)    \
    {                                       \
        of, usage, selector, matching, 0, 0 \
    }

/* clang-format off */
/* want: a letter for each record: h holds, l is the leaf and does not, i is an issuer and does not, w would with a wide
 * "*", - equals nothing that was sent, . not judged; in upper case, although none of its kind was sent (2 x 0). */
static const struct { const char *label; enum cert_id chain[CHAIN_MAX]; struct tls_pin pins[RECORDS_MAX]; bool any; const char *want; } cases[] = {
    {"3 1 1",                      {LEAF},            {P(LEAF, 3, 1, 1)}, false, "h"},
    {"3 1 1 beside another",       {LEAF},            {P(EARLY, 3, 1, 1), P(LEAF, 3, 0, 2)}, false, "-h"},
    {"none matches",               {LEAF},            {P(EARLY, 3, 1, 1), P(WILD, 3, 1, 1)}, false, "--"},
    {"3 names the issuer",         {LEAF, ROOT},      {P(ROOT, 3, 1, 1)}, false, "i"},
    {"2 0 1",                      {LEAF, ROOT},      {P(ROOT, 2, 0, 1)}, false, "h"},
    {"2 0 1 not sent",             {LEAF},            {P(ROOT, 2, 0, 1)}, false, "-"},
    {"2 0 0 not sent",             {LEAF},            {P(ROOT, 2, 0, 0)}, false, "H"},
    {"2 names the leaf",           {LEAF, ROOT},      {P(LEAF, 2, 0, 1)}, false, "l"},
    {"2 with a wrong name",        {OTHER_NAME, ROOT},{P(ROOT, 2, 0, 1), P(OTHER_NAME, 3, 1, 1)}, false, "ih"},
    {"2 expired, 3 holds",         {EXPIRED, ROOT},   {P(ROOT, 2, 0, 1), P(EXPIRED, 3, 1, 1)}, false, "ih"},
    {"two labels",                 {WILD, ROOT},      {P(ROOT, 2, 0, 1)}, false, "w"},
    {"a weaker digest",            {LEAF},            {{LEAF, 3, 1, 1, 0, DSMTP_UNUSABLE_WEAKER_DIGEST}, P(EARLY, 3, 1, 2)}, false, "h-"},
    {"usage 1",                    {LEAF},            {{LEAF, 1, 1, 1, 1, DSMTP_UNUSABLE_USAGE}}, true, "."},
    {"any certificate will do",    {LEAF, ROOT},      {P(EARLY, 3, 1, 1), P(ROOT, 2, 1, 1)}, true, "-h"},
    {"no records",                 {LEAF},            {P(NONE, 0, 0, 0)}, true, ""},
};
/* clang-format on */

static SSL_CTX *open_server(const enum cert_id chain[CHAIN_MAX], int version)
{
    SSL_CTX *ctx = SSL_CTX_new(TLS_server_method());

    SSL_CTX_set_security_level(ctx, 0);
    SSL_CTX_set_min_proto_version(ctx, version != 0 ? version : TLS1_2_VERSION);
    SSL_CTX_set_max_proto_version(ctx, version);
    SSL_CTX_set_cipher_list(ctx, "ALL:@SECLEVEL=0");
    SSL_CTX_use_certificate(ctx, tls_cert(chain[0]));
    SSL_CTX_use_PrivateKey(ctx, tls_cert_key(chain[0]));
    for (unsigned i = 1; i < CHAIN_MAX && chain[i] != NONE; i++)
        SSL_CTX_add1_chain_cert(ctx, tls_cert(chain[i]));
    SSL_CTX_set_mode(ctx, SSL_MODE_NO_AUTO_CHAIN);
    return ctx;
}

/* Both talk until neither gets on; how did it end for the client? */
static struct dsmtp_tls_evidence shake(SSL_CTX *server_ctx, const struct dsmtp_tls_demand *demand)
{
    struct dsmtp_tls_evidence evidence;
    struct dsmtp_fault fault = {.what = ""};
    struct dsmtp_tls *tls = NULL;
    SSL *server = SSL_new(server_ctx);
    SSL *client = NULL;
    int done = 0;

    check_int(dsmtp_tls_open(NULL, &tls, &fault), DSMTP_OK);
    check_int(dsmtp_tls_session(tls, demand, &client, &fault), DSMTP_OK);
    check_str(fault.what, "");
    tls_join(client, server);
    for (unsigned i = 0; i < 20 && done != 1; i++) {
        (void)SSL_do_handshake(server);
        ERR_clear_error();
        done = SSL_do_handshake(client);
        if (done != 1 && SSL_get_error(client, done) != SSL_ERROR_WANT_READ)
            break;
    }
    dsmtp_tls_judge(client, demand, done == 1, &evidence);
    SSL_free(client);
    SSL_free(server);
    dsmtp_tls_close(&tls);
    ERR_clear_error();
    return evidence;
}

static char letter_of(const struct dsmtp_record_exam *e)
{
    if (!e->judged)
        return '.';
    if (e->holds)
        return e->depth < 0 ? 'H' : 'h';
    if (e->holds_multi_label)
        return 'w';
    check_true(e->fault != DSMTP_CHAIN_FAULT_NONE);
    return e->depth < 0 ? '-' : e->depth == 0 ? 'l' : 'i';
}

static void run(size_t i)
{
    static const char *const plain[NAMES_MAX] = {MX};
    static const char *const deeper[NAMES_MAX] = {"a.b.d.example"};
    struct dsmtp_record_exam records[RECORDS_MAX] = {{0}};
    struct dsmtp_exam exam = {.records = records};
    struct tls_pin leaf = {cases[i].chain[0], 3, 1, 1, 0, 0};
    struct tls_records published;
    struct dsmtp_tls_demand demand;
    SSL_CTX *server = open_server(cases[i].chain, 0);
    uint8_t key[DATA_MAX];
    char got[RECORDS_MAX + 1] = "";

    tls_publish(cases[i].pins, &published);
    demand = tls_demand(&published, strchr(cases[i].want, 'w') != NULL ? deeper : plain);
    if (cases[i].any)
        demand.authenticate = DSMTP_AGAINST_NOTHING;
    demand.exam = &exam;
    (void)shake(server, &demand);
    for (unsigned k = 0; k < published.count; k++)
        got[k] = letter_of(&records[k]);
    check_str(got, cases[i].want);
    check_true(exam.seen);
    check_int(exam.refusal, DSMTP_REFUSAL_NONE);
    check_mem(exam.key, sizeof(exam.key), key, tls_association(&leaf, key));
    SSL_CTX_free(server);
}

static void test_records(void)
{
    tls_certs_make();
    for (size_t i = 0; i < CHECK_COUNT(cases); i++) {
        check_row(cases[i].label);
        run(i);
    }
}

static int no_such_name(SSL *ssl, int *alert, void *arg)
{
    (void)ssl;
    (void)arg;
    *alert = SSL_AD_UNRECOGNIZED_NAME;
    return SSL_TLSEXT_ERR_ALERT_FATAL;
}

/* clang-format off */
static const struct { const char *label; int version; bool name; const char *cipher; enum dsmtp_refusal want; } refusals[] = {
    {"TLS 1.1 only",     TLS1_1_VERSION, false, NULL,                        DSMTP_REFUSAL_VERSION},
    {"no such name",     0,              true,  NULL,                        DSMTP_REFUSAL_SERVER_NAME},
    {"no common cipher", TLS1_2_VERSION, false, "NULL-SHA256:@SECLEVEL=0",   DSMTP_REFUSAL_NONE},
};
/* clang-format on */

static void test_refusals(void)
{
    static const enum cert_id chain[CHAIN_MAX] = {LEAF};

    tls_certs_make();
    for (size_t i = 0; i < CHECK_COUNT(refusals); i++) {
        struct dsmtp_exam exam = {.seen = false};
        struct dsmtp_tls_demand demand = {.sni = MX, .exam = &exam};
        SSL_CTX *server = open_server(chain, refusals[i].version);
        struct dsmtp_tls_evidence evidence;

        check_row(refusals[i].label);
        if (refusals[i].name)
            SSL_CTX_set_tlsext_servername_callback(server, no_such_name);
        if (refusals[i].cipher != NULL)
            SSL_CTX_set_cipher_list(server, refusals[i].cipher);
        evidence = shake(server, &demand);
        check_int(evidence.reason, DSMTP_REASON_TLS_HANDSHAKE);
        check_int(exam.refusal, refusals[i].want);
        check_true(!exam.seen);
        SSL_CTX_free(server);
    }
}

static const struct check_test tests[] = {{"records", test_records}, {"refusals", test_refusals}};
SUITE(tls_exam, tests);
