/* test_tls.c - verification without a socket: time, demands that cannot be met, input that is none.
 */
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "tls_case.h"

#define MX "mx.d.example"

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
        {"too late", NOW + DAY,
         DSMTP_REASON_CHAIN_INVALID}, /* to OpenSSL notAfter itself is over */
        {"too early", NOW - DAY - 1, DSMTP_REASON_CHAIN_INVALID},
    };
    static const struct tls_pin pins[RECORDS_MAX] = {{ROOT, 2, 1, 1, 0, 0}};
    static const char *const names[NAMES_MAX] = {MX};
    const enum cert_id chain[CHAIN_MAX] = {LEAF, ROOT};
    struct tls_records records;
    struct dsmtp_tls_demand demand;
    size_t len;
    char *pem;

    tls_certs_make();
    pem = tls_certs_pem(chain, &len);
    tls_publish(pins, &records);
    demand = tls_demand(&records, names);
    for (size_t i = 0; i < CHECK_COUNT(times); i++) {
        struct dsmtp_tls_evidence e;
        struct dsmtp_fault fault;

        check_row(times[i].label);
        check_int(tls_verify(pem, len, &demand, times[i].time, &e, &fault), DSMTP_OK);
        check_str(dsmtp_reason_name(e.reason), dsmtp_reason_name(times[i].want));
    }
    free(pem);
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
    check_int(tls_verify(pem, len, &demand, NOW, &e, &fault), DSMTP_OK);
    check_int(e.reason, DSMTP_REASON_NONE);
    check_true(!e.authenticated && !e.matched && !e.up);
    free(pem);
}

/* Without a name to check, an authority would vouch for everybody. */
static void test_anchor_without_name(void)
{
    static const char *const lists[][NAMES_MAX] = {{NULL}, {""}, {".d.example"}};
    static const struct tls_pin pins[RECORDS_MAX] = {{ROOT, 2, 1, 1, 0, 0}};
    const enum cert_id chain[CHAIN_MAX] = {LEAF, ROOT};
    struct tls_records records;
    size_t len;
    char *pem;

    tls_certs_make();
    pem = tls_certs_pem(chain, &len);
    tls_publish(pins, &records);
    for (size_t i = 0; i < CHECK_COUNT(lists); i++) {
        struct dsmtp_tls_demand demand = tls_demand(&records, lists[i]);
        struct dsmtp_tls_evidence e;
        struct dsmtp_fault fault;

        check_rowf("list %zu", i);
        check_int(tls_verify(pem, len, &demand, NOW, &e, &fault), DSMTP_MISUSE);
        check_str(fault.what, "certificate usage 2 needs a name to check");
    }
    free(pem);
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
        check_int(tls_verify(bad[i].pem, strlen(bad[i].pem), &demand, NOW, &e, &fault),
                  DSMTP_SYNTAX);
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
    check_int(tls_verify(pem, len, &demand, NOW, &e, &fault), DSMTP_OK);
    check_str(dsmtp_reason_name(e.reason), "TLSA_MISMATCH");
    free(pem);
}

static const struct check_test tests[] = {
    {"time", test_time},
    {"nothing demanded", test_no_demand},
    {"trust anchor without a name", test_anchor_without_name},
    {"broken PEM", test_bad_pem},
    {"records OpenSSL cannot use", test_useless_records},
};
SUITE(tls, tests);
