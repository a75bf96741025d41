/* test_tlsa.c - TLSA records from rdata and from text. */
#include <stdio.h>
#include <string.h>

#include "check.h"
#include "model/tlsa.h"

static void test_split(void)
{
    static const uint8_t rdata[] = {3, 1, 2, 0xaa, 0xbb};

    for (size_t len = 0; len <= sizeof(rdata); len++) {
        struct dsmtp_tlsa r = dsmtp_tlsa_split(rdata, len);

        check_rowf("%zu octets", len);
        check_uint(r.usage, len > 0 ? 3 : 0);
        check_uint(r.effective_usage, r.usage);
        check_uint(r.selector, len > 1 ? 1 : 0);
        check_uint(r.matching, len > 2 ? 2 : 0);
        check_int(r.why, len < 4 ? DSMTP_UNUSABLE_SHORT : DSMTP_UNUSABLE_NO);
        check_mem(r.data, r.len, rdata + 3, len > 3 ? len - 3 : 0);
    }
}

/* R-6698-2.2-1 */
/* clang-format off */
static const struct { const char *text; enum dsmtp_status status; size_t len; } texts[] = {
    {"3 1 1 00ff",             DSMTP_OK,     2},
    {" 3\t1  1 00 fF\n0A ",    DSMTP_OK,     3},
    {"255 255 255 00",         DSMTP_OK,     1},
    {"003 01 1 00",            DSMTP_OK,     1},
    {"3 1 1 00112233",         DSMTP_OK,     4},
    {"3 1 1 0011223344",       DSMTP_TOOBIG, 0},
    {"3 1 1 001122334",        DSMTP_TOOBIG, 0},
    {"3 1 1 0",                DSMTP_SYNTAX, 0},
    {"3 1 1 0 0 0",            DSMTP_SYNTAX, 0},
    {"3 1 1 ",                 DSMTP_SYNTAX, 0},
    {"3 1 1",                  DSMTP_SYNTAX, 0},
    {"3 1",                    DSMTP_SYNTAX, 0},
    {"",                       DSMTP_SYNTAX, 0},
    {"256 1 1 00",             DSMTP_SYNTAX, 0},
    {"99999999999999999999999 1 1 00", DSMTP_SYNTAX, 0},
    {"-1 1 1 00",              DSMTP_SYNTAX, 0},
    {"+3 1 1 00",              DSMTP_SYNTAX, 0},
    {"3 1 1 0x00",             DSMTP_SYNTAX, 0},
    {"3 1 1 00g0",             DSMTP_SYNTAX, 0},
    {"3 1 1 00;00",            DSMTP_SYNTAX, 0},
    {"311 00",                 DSMTP_SYNTAX, 0},
    {"3,1,1 00",               DSMTP_SYNTAX, 0},
    {"IN TLSA 3 1 1 00",       DSMTP_SYNTAX, 0},
};
/* clang-format on */

static void test_text(void)
{
    for (size_t i = 0; i < CHECK_COUNT(texts); i++) {
        uint8_t data[4];
        struct dsmtp_tlsa out = {.usage = 77};

        check_row(texts[i].text);
        check_int(dsmtp_tlsa_from_text(texts[i].text, data, sizeof(data), &out), texts[i].status);
        check_uint(out.len, texts[i].len);
        if (texts[i].status != DSMTP_OK)
            check_uint(out.usage, 77);
    }
}

static void test_text_value(void)
{
    static const uint8_t want[] = {0x00, 0xff, 0x0a};
    uint8_t data[8];
    struct dsmtp_tlsa out;

    if (!check_int(dsmtp_tlsa_from_text("2 0 1 00 fF0A", data, sizeof(data), &out), DSMTP_OK))
        return;
    check_uint(out.usage, 2);
    check_uint(out.effective_usage, 2);
    check_uint(out.selector, 0);
    check_uint(out.matching, 1);
    check_int(out.why, DSMTP_UNUSABLE_NO);
    check_mem(out.data, out.len, want, sizeof(want));
}

static void test_words(void)
{
    for (unsigned i = 0; i < DSMTP_UNUSABLE_COUNT; i++)
        check_true(dsmtp_unusable_text((enum dsmtp_unusable)i)[0] != '\0');
}

static const struct check_test tests[] = {
    {"rdata", test_split}, {"text", test_text}, {"fields", test_text_value}, {"words", test_words}};
SUITE(tlsa, tests);
