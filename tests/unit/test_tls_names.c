/* test_tls_names.c - names under usage 2: which of them may a certificate bear? */
#include <stdlib.h>

#include "check.h"
#include "tls_case.h"

#define MX "mx.d.example"
#define P(of, usage, selector, matching)    \
    {                                       \
        of, usage, selector, matching, 0, 0 \
    }

/* clang-format off */
static const struct tls_case cases[] = {
    {"R-7672-3.1.2-1 R-7672-3.2.2-1", "2: wrong name", {OTHER_NAME, ROOT}, {P(ROOT, 2, 1, 1)}, {MX}, NOT(NAME_MISMATCH, NAME)},
    {"R-7672-3.2.2-3 R-7672-3.2.3-3", "2: second reference", {LEAF, ROOT}, {P(ROOT, 2, 1, 1)}, {"a.example", MX}, OK(0, 1)},
    {"R-7672-3.2.2-4 R-7672-3.2.3-3", "2: third reference", {LEAF, ROOT}, {P(ROOT, 2, 1, 1)}, {"a.example", "b.example", MX}, OK(0, 1)},
    {"R-7672-3.2.3-3", "2: none of three", {OTHER_NAME, ROOT}, {P(ROOT, 2, 1, 1)}, {"a.example", "b.example", MX}, NOT(NAME_MISMATCH, NAME)},
    {"R-7672-3.2.3-5 R-9525-6.3-1", "2: wildcard", {WILD, ROOT}, {P(ROOT, 2, 1, 1)}, {MX}, OK(0, 1)},
    {"R-7672-3.2.3-6 R-9525-6.3-1", "2: wildcard is one label", {WILD, ROOT}, {P(ROOT, 2, 1, 1)}, {"a.mx.d.example"}, NOT(NAME_MISMATCH, NAME)},
    {"R-7672-3.2.3-5", "2: wildcard is not none", {WILD, ROOT}, {P(ROOT, 2, 1, 1)}, {"d.example"}, NOT(NAME_MISMATCH, NAME)},
    {"R-7672-3.2.3-4 R-9525-6.3-1", "2: part of a label", {PARTIAL, ROOT}, {P(ROOT, 2, 1, 1)}, {MX}, NOT(NAME_MISMATCH, NAME)},
    {"R-7672-3.2.3-4", "2: wildcard within", {INNER_WILD, ROOT}, {P(ROOT, 2, 1, 1)}, {MX}, NOT(NAME_MISMATCH, NAME)},
    {"R-7672-3.2.3-2 R-6125-6.4.4-1", "2: CN without SAN", {CN_ONLY, ROOT}, {P(ROOT, 2, 1, 1)}, {MX}, OK(0, 1)},
    {"R-7672-3.2.3-1", "2: CN beside other DNS names", {CN_BESIDE_SAN, ROOT}, {P(ROOT, 2, 1, 1)}, {MX}, NOT(NAME_MISMATCH, NAME)},
    {"R-7672-3.2.3-2", "2: CN beside a mail address", {CN_BESIDE_MAIL, ROOT}, {P(ROOT, 2, 1, 1)}, {MX}, OK(0, 1)},
    {"R-7672-3.2.2-1", "2: leading dot is no name", {LEAF, ROOT}, {P(ROOT, 2, 1, 1)}, {".d.example", "a.example"}, NOT(NAME_MISMATCH, NAME)},
    {"R-7672-3.2.2-3", "2: only the next-hop domain", {NEXTHOP, ROOT}, {P(ROOT, 2, 1, 1)}, {MX, "d.example", "e.example"}, OK(0, 1)},
    {"R-7672-3.2.2-4", "2: only the expanded next-hop domain", {EXPANDED_NEXTHOP, ROOT}, {P(ROOT, 2, 1, 1)}, {MX, "d.example", "e.example"}, OK(0, 1)},
    {"R-7672-3.2.2-5", "2: the next-hop domain where it does not count", {NEXTHOP, ROOT}, {P(ROOT, 2, 1, 1)}, {MX}, NOT(NAME_MISMATCH, NAME)},
    {"R-7672-3.2.3-3", "2: second name of the certificate", {TWO_NAMES, ROOT}, {P(ROOT, 2, 1, 1)}, {MX}, OK(0, 1)},
    {"R-7672-3.2.3-3", "2: second name, second reference", {TWO_NAMES, ROOT}, {P(ROOT, 2, 1, 1)}, {"b.example", MX}, OK(0, 1)},
    {"R-7672-3.2.3-3", "2: neither of two", {TWO_NAMES, ROOT}, {P(ROOT, 2, 1, 1)}, {"b.example", "d.example"}, NOT(NAME_MISMATCH, NAME)},
    {"R-7672-3.2.3-5", "2: wildcard for the second reference", {WILD, ROOT}, {P(ROOT, 2, 1, 1)}, {"d.example", MX}, OK(0, 1)},
    {"R-7672-3.2.3-4 R-9525-6.3-1", "2: end of a label", {PARTIAL_END, ROOT}, {P(ROOT, 2, 1, 1)}, {MX}, NOT(NAME_MISMATCH, NAME)},
    {"R-7672-3.2.3-4 R-9525-6.3-1", "2: two wildcards", {DOUBLE_WILD, ROOT}, {P(ROOT, 2, 1, 1)}, {MX}, NOT(NAME_MISMATCH, NAME)},
    {"R-9525-6.3-1", "2: wildcard below a top-level domain, to OpenSSL too wide", {TOP_WILD, ROOT}, {P(ROOT, 2, 1, 1)}, {"mx.example"}, NOT(NAME_MISMATCH, NAME)},
    {"R-7672-3.2.3-2", "2: CN beside an address", {CN_BESIDE_ADDRESS, ROOT}, {P(ROOT, 2, 1, 1)}, {MX}, OK(0, 1)},
    {"R-7672-3.2.3-1", "2: CN beside an address and a DNS name", {CN_BESIDE_BOTH, ROOT}, {P(ROOT, 2, 1, 1)}, {MX}, NOT(NAME_MISMATCH, NAME)},
    {"R-7672-3.2.3-1", "2: an address is no DNS name", {CN_BESIDE_ADDRESS, ROOT}, {P(ROOT, 2, 1, 1)}, {"192.0.2.1"}, NOT(NAME_MISMATCH, NAME)},
    {"R-6125-6.4-1", "2: upper and lower case", {UPPER_CASE, ROOT}, {P(ROOT, 2, 1, 1)}, {MX}, OK(0, 1)},
    {"R-6125-6.4-1", "2: A-label", {IDN, ROOT}, {P(ROOT, 2, 1, 1)}, {"xn--mx-yia.d.example"}, OK(0, 1)},
    {"R-6125-6.4-1", "2: another A-label", {IDN, ROOT}, {P(ROOT, 2, 1, 1)}, {"xn--mx-zia.d.example"}, NOT(NAME_MISMATCH, NAME)},
    {"R-7672-3.2.3-5 R-6125-6.4-1", "2: wildcard for a whole A-label", {WILD, ROOT}, {P(ROOT, 2, 1, 1)}, {"xn--mx-yia.d.example"}, OK(0, 1)},
};
/* clang-format on */

static void test_cases(void)
{
    tls_run(cases, CHECK_COUNT(cases));
}

/* What the operator may make stricter or wider. */
static const struct {
    const char *rule;
    enum cert_id leaf;
    const char *name;
    bool multi_label, no_cn;
    bool want;
} flags[] = {
    {"R-7672-3.2.3-6", WILD, "a.mx.d.example", false, false, false},
    {"R-7672-3.2.3-6", WILD, "a.mx.d.example", true, false, true},
    {"R-7672-3.2.3-6", WILD, "mx.d.example", true, false, true},
    {"R-7672-3.2.3-6", WILD, "d.example", true, false, false},
    {"R-7672-3.2.3-6", PARTIAL, "mx.d.example", true, false, false},
    {"R-9525-2-1", CN_ONLY, "mx.d.example", false, false, true},
    {"R-9525-2-1", CN_ONLY, "mx.d.example", false, true, false},
    {"R-9525-2-1", CN_BESIDE_ADDRESS, "mx.d.example", false, true, false},
    {"R-9525-2-1", LEAF, "mx.d.example", false, true, true},
};

static void test_flags(void)
{
    static const struct tls_pin pins[RECORDS_MAX] = {{ROOT, 2, 1, 1, 0, 0}};
    struct tls_records records;

    tls_certs_make();
    tls_publish(pins, &records);
    for (size_t i = 0; i < CHECK_COUNT(flags); i++) {
        const enum cert_id chain[CHAIN_MAX] = {flags[i].leaf, ROOT};
        const char *const names[NAMES_MAX] = {flags[i].name};
        struct dsmtp_tls_demand demand = tls_demand(&records, names);
        struct dsmtp_tls_evidence e = {.authenticated = !flags[i].want};
        struct dsmtp_fault fault;
        size_t len;
        char *pem = tls_certs_pem(chain, &len);

        demand.multi_label_wildcards = flags[i].multi_label;
        demand.no_common_name = flags[i].no_cn;
        check_rowf("%s: row %zu", flags[i].rule, i);
        check_int(tls_verify(pem, len, &demand, NOW, &e, &fault), DSMTP_OK);
        check_int(e.authenticated, flags[i].want);
        free(pem);
    }
}

static const struct check_test tests[] = {{"usage 2", test_cases}, {"local rules", test_flags}};
SUITE(tls_names, tests);
