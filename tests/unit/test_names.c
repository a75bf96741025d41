/* test_names.c - reference identifiers: which names a certificate may carry. */
#include <stdio.h>
#include <string.h>

#include "check.h"
#include "core/names.h"

enum {
    TA_EXPANDED = DSMTP_NAMES_EXPANDED,
    TA_NEXTHOP = DSMTP_NAMES_NEXTHOP,
    TA_BASE = DSMTP_NAMES_BASE,
    IN_BOTH = DSMTP_INSECURE_MX_NAMES_BASE_HOST,
    IN_HOST = DSMTP_INSECURE_MX_NAMES_HOST,
    IN_BASE = DSMTP_INSECURE_MX_NAMES_BASE,
    IN_ALL = DSMTP_INSECURE_MX_NAMES_ALL,
    HOST_BASE = DSMTP_HOST_NAMES_BASE
};

/* clang-format off */
#define TRUST(name) DSMTP_TRUST_##name
static const struct {
    enum dsmtp_trust trust;
    uint16_t ta_refids, insecure_mx_refids, host_refids;
    const char *base, *exchange, *nexthop, *expanded;
    const char *want;
} cases[] = {
    {TRUST(SECURE),   TA_EXPANDED, 0, 0, "mx.p",   "mx.p", "d",  NULL, "mx.p d"},
    {TRUST(SECURE),   TA_EXPANDED, 0, 0, "mx.p",   "mx.p", "d",  "e",  "mx.p d e"},
    {TRUST(SECURE),   TA_EXPANDED, 0, 0, "real.p", "mx.p", "d",  "e",  "real.p d e"},
    {TRUST(SECURE),   TA_NEXTHOP,  0, 0, "mx.p",   "mx.p", "d",  "e",  "mx.p d"},
    {TRUST(SECURE),   TA_BASE,     0, 0, "mx.p",   "mx.p", "d",  "e",  "mx.p"},
    {TRUST(SECURE),   TA_EXPANDED, 0, 0, "d",      "d",    "d",  "d",  "d"},
    {TRUST(SECURE),   TA_EXPANDED, 0, 0, "e",      "e",    "d",  "e",  "e d"},
    {TRUST(HOST),     TA_EXPANDED, 0, 0, "real.d", "d",    "d",  NULL, "real.d d"},
    {TRUST(HOST),     TA_EXPANDED, 0, 0, "d",      "d",    "d",  NULL, "d"},
    {TRUST(HOST),     TA_BASE,     0, 0, "real.d", "d",    "d",  NULL, "real.d d"},
    {TRUST(HOST),     TA_EXPANDED, 0, HOST_BASE, "real.d", "d", "d", NULL, "real.d"},
    {TRUST(INSECURE), TA_EXPANDED, IN_BOTH, 0, "mx.p",   "mx.p", "d", "e", "mx.p"},
    {TRUST(INSECURE), TA_EXPANDED, IN_BOTH, 0, "real.p", "mx.p", "d", "e", "real.p mx.p"},
    {TRUST(INSECURE), TA_BASE,     IN_BOTH, 0, "real.p", "mx.p", "d", "e", "real.p mx.p"},
    {TRUST(INSECURE), TA_EXPANDED, IN_HOST, 0, "real.p", "mx.p", "d", "e", "mx.p"},
    {TRUST(INSECURE), TA_EXPANDED, IN_BASE, 0, "real.p", "mx.p", "d", "e", "real.p"},
    {TRUST(INSECURE), TA_EXPANDED, IN_ALL,  0, "real.p", "mx.p", "d", "e", "real.p mx.p d e"},
};
/* clang-format on */

static void test_lists(void)
{
    for (size_t i = 0; i < CHECK_COUNT(cases); i++) {
        struct dsmtp_profile p = *dsmtp_profile_at(0);
        struct dsmtp_names_input in = {cases[i].trust, cases[i].base, cases[i].exchange,
                                       cases[i].nexthop, cases[i].expanded};
        const char *names[DSMTP_NAMES_MAX];
        char got[200] = "";
        unsigned count;

        p.value[DSMTP_SWITCH_TA_NAMES] = cases[i].ta_refids;
        p.value[DSMTP_SWITCH_INSECURE_MX_NAMES] = cases[i].insecure_mx_refids;
        p.value[DSMTP_SWITCH_HOST_NAMES] = cases[i].host_refids;
        count = dsmtp_names_list(&p, &in, names);
        for (unsigned k = 0; k < count; k++) {
            size_t len = strlen(got);

            snprintf(got + len, sizeof(got) - len, "%s%s", k > 0 ? " " : "", names[k]);
        }
        check_rowf("case %zu", i);
        check_str(got, cases[i].want);
    }
}

static const struct check_test tests[] = {{"lists", test_lists}};
SUITE(names, tests);
