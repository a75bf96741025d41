/* test_family.c - which of two address answers speaks for a host, for every pair and every value.
 */
#include <stdio.h>

#include "check.h"
#include "core/family.h"

/* clang-format off */
#define S DSMTP_FAMILY_SECURE
#define I DSMTP_FAMILY_INSECURE
#define N DSMTP_FAMILY_ABSENT
#define B DSMTP_FAMILY_BOGUS
#define E DSMTP_FAMILY_ERROR
/* What speaks, by A (rows) and AAAA (columns): S I N B E. Written from the words of the switches: use_found - secure addresses
   whatever else, then bogus, then insecure addresses, then a failure; skip - any failure; use_any - any address. */
static const struct { uint16_t partial, status; enum dsmtp_family want[DSMTP_FAMILY_COUNT][DSMTP_FAMILY_COUNT]; } cases[] = {
    {DSMTP_ADDR_PARTIAL_USE, DSMTP_FAMILY_STATUS_ANY,
     {{S, S, S, S, S}, {S, I, I, B, I}, {S, I, N, B, E}, {S, B, B, B, B}, {S, I, E, B, E}}},
    {DSMTP_ADDR_PARTIAL_USE, DSMTP_FAMILY_STATUS_WORST,
     {{S, I, S, S, S}, {I, I, I, B, I}, {S, I, N, B, E}, {S, B, B, B, B}, {S, I, E, B, E}}},
    {DSMTP_ADDR_PARTIAL_SKIP, DSMTP_FAMILY_STATUS_ANY,
     {{S, S, S, B, E}, {S, I, I, B, E}, {S, I, N, B, E}, {B, B, B, B, B}, {E, E, E, B, E}}},
    {DSMTP_ADDR_PARTIAL_SKIP, DSMTP_FAMILY_STATUS_WORST,
     {{S, I, S, B, E}, {I, I, I, B, E}, {S, I, N, B, E}, {B, B, B, B, B}, {E, E, E, B, E}}},
    {DSMTP_ADDR_PARTIAL_USE_ANY, DSMTP_FAMILY_STATUS_ANY,
     {{S, S, S, S, S}, {S, I, I, I, I}, {S, I, N, B, E}, {S, I, B, B, B}, {S, I, E, B, E}}},
    {DSMTP_ADDR_PARTIAL_USE_ANY, DSMTP_FAMILY_STATUS_WORST,
     {{S, I, S, S, S}, {I, I, I, I, I}, {S, I, N, B, E}, {S, I, B, B, B}, {S, I, E, B, E}}},
};
/* clang-format on */

static void test_pairs(void)
{
    for (size_t i = 0; i < CHECK_COUNT(cases); i++) {
        struct dsmtp_profile p = *dsmtp_profile_at(0);

        p.value[DSMTP_SWITCH_ADDR_PARTIAL] = cases[i].partial;
        p.value[DSMTP_SWITCH_FAMILY_STATUS] = cases[i].status;
        for (unsigned a = 0; a < DSMTP_FAMILY_COUNT; a++)
            for (unsigned b = 0; b < DSMTP_FAMILY_COUNT; b++) {
                unsigned first = dsmtp_family_leads(&p, a, b);

                check_rowf("case %zu: A %s, AAAA %s", i, dsmtp_family_name(a),
                           dsmtp_family_name(b));
                check_str(dsmtp_family_name(first == 0 ? a : b),
                          dsmtp_family_name(cases[i].want[a][b]));
            }
    }
}

static void test_kinds(void)
{
    static const struct {
        enum dsmtp_security security;
        enum dsmtp_presence presence;
        enum dsmtp_family want;
    } answers[] = {
        {DSMTP_SECURITY_SECURE, DSMTP_PRESENCE_DATA, S},
        {DSMTP_SECURITY_INSECURE, DSMTP_PRESENCE_DATA, I},
        {DSMTP_SECURITY_SECURE, DSMTP_PRESENCE_NODATA, N},
        {DSMTP_SECURITY_INSECURE, DSMTP_PRESENCE_NXDOMAIN, N},
        {DSMTP_SECURITY_BOGUS, DSMTP_PRESENCE_FAILED, B},
        {DSMTP_SECURITY_ERROR, DSMTP_PRESENCE_FAILED, E},
    };

    for (size_t i = 0; i < CHECK_COUNT(answers); i++) {
        const struct dsmtp_answer answer = {.security = answers[i].security,
                                            .presence = answers[i].presence};

        check_rowf("answer %zu", i);
        check_str(dsmtp_family_name(dsmtp_family_of(&answer)), dsmtp_family_name(answers[i].want));
    }
}

static const struct check_test tests[] = {{"pairs", test_pairs}, {"kinds", test_kinds}};
SUITE(family, tests);
