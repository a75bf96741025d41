/* test_reply.c - the reply reader: whole, in pieces, malformed. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "core/reply.h"

/* clang-format off */
#define T(text) (text), sizeof(text) - 1
static const struct {
    const char *label, *bytes; size_t len;
    enum dsmtp_status status;
    size_t used;
    unsigned code;
    const char *text;
    unsigned extensions;
} cases[] = {
    {"one line",             T("220 mx ready\r\n"),                     DSMTP_OK, 14, 220, "220 mx ready", 0},
    {"code alone",           T("250\r\n"),                              DSMTP_OK, 5, 250, "250 ", 0},
    {"code and blank",       T("250 \r\n"),                             DSMTP_OK, 6, 250, "250 ", 0},
    {"bare LF",              T("250 a\n"),                              DSMTP_OK, 6, 250, "250 a", 0},
    {"one behind it",        T("250 a\r\n250 b\r\n"),                   DSMTP_OK, 7, 250, "250 a", 0},
    {"several lines",        T("250-a\r\n250-b\r\n250 c\r\n"),          DSMTP_OK, 21, 250, "250 a / b / c", 0},
    {"ends with code alone", T("250-a\r\n250\r\n"),                     DSMTP_OK, 12, 250, "250 a / ", 0},
    {"empty lines in it",    T("250-\r\n250-\r\n250 \r\n"),             DSMTP_OK, 18, 250, "250  /  / ", 0},
    {"extensions",           T("250-mx\r\n250-STARTTLS\r\n250-SIZE 1000\r\n250 8BITMIME\r\n"), DSMTP_OK, 51, 250, "250 mx / STARTTLS / SIZE 1000 / 8BITMIME",
        DSMTP_EXT_STARTTLS | DSMTP_EXT_SIZE | DSMTP_EXT_8BITMIME},
    {"the others",           T("250-mx\r\n250-smtputf8\r\n250 Pipelining\r\n"), DSMTP_OK, 38, 250, "250 mx / smtputf8 / Pipelining",
        DSMTP_EXT_SMTPUTF8 | DSMTP_EXT_PIPELINING},
    {"not in the first line", T("250 STARTTLS\r\n"),                    DSMTP_OK, 14, 250, "250 STARTTLS", 0},
    {"nor within a line",    T("250-a\r\n250 NO STARTTLS\r\n"),         DSMTP_OK, 24, 250, "250 a / NO STARTTLS", 0},
    {"nor as a part",        T("250-a\r\n250-STARTTLSX\r\n250 XSTARTTLS\r\n"), DSMTP_OK, 37, 250, "250 a / STARTTLSX / XSTARTTLS", 0},
    {"nor with a NUL",       T("250-a\r\n250-STARTTLS\0\r\n250 b\r\n"), DSMTP_OK, 29, 250, "250 a / STARTTLS? / b", 0},
    {"any case",             T("250-a\r\n250 sTaRtTlS\r\n"),            DSMTP_OK, 21, 250, "250 a / sTaRtTlS", DSMTP_EXT_STARTTLS},
    {"equals sign",          T("250-a\r\n250 SIZE=5\r\n"),              DSMTP_OK, 19, 250, "250 a / SIZE=5", DSMTP_EXT_SIZE},
    {"control characters",   T("250 a\0b\x1b\x7f\xff\t\rc\r\n"),        DSMTP_OK, 15, 250, "250 a?b?????c", 0},
    {"incomplete",           T("250 a"),                                DSMTP_AGAIN, 5, 0, "", 0},
    {"incomplete lines",     T("250-a\r\n"),                            DSMTP_AGAIN, 7, 250, "250 a", 0},
    {"nothing",              T(""),                                     DSMTP_AGAIN, 0, 0, "", 0},
    {"empty line",           T("\r\n"),                                 DSMTP_SYNTAX, 2, 0, "", 0},
    {"LF",                   T("\n"),                                   DSMTP_SYNTAX, 1, 0, "", 0},
    {"no code",              T("hello\r\n"),                            DSMTP_SYNTAX, 7, 0, "", 0},
    {"two digits",           T("25\r\n"),                               DSMTP_SYNTAX, 4, 0, "", 0},
    {"four digits",          T("2500\r\n"),                             DSMTP_SYNTAX, 6, 0, "", 0},
    {"no separator",         T("250a\r\n"),                             DSMTP_SYNTAX, 6, 0, "", 0},
    {"tab",                  T("250\ta\r\n"),                           DSMTP_SYNTAX, 7, 0, "", 0},
    {"blank in front",       T(" 250 a\r\n"),                           DSMTP_SYNTAX, 8, 0, "", 0},
    {"NUL in the code",      T("2\0" "0 a\r\n"),                        DSMTP_SYNTAX, 7, 0, "", 0},
    {"code 100",             T("100 a\r\n"),                            DSMTP_SYNTAX, 7, 0, "", 0},
    {"code 600",             T("600 a\r\n"),                            DSMTP_SYNTAX, 7, 0, "", 0},
    {"codes differ",         T("250-a\r\n550 b\r\n"),                   DSMTP_SYNTAX, 14, 0, NULL, 0},
    {"second line broken",   T("250-a\r\nb\r\n"),                       DSMTP_SYNTAX, 10, 0, NULL, 0},
};
/* clang-format on */

/* Feed in pieces of this size, each in a block of its own so that reading beyond it is noticed. */
static enum dsmtp_status feed(struct dsmtp_reply *r, const char *bytes, size_t len, size_t piece,
                              size_t *used)
{
    enum dsmtp_status status = DSMTP_AGAIN;

    *used = 0;
    dsmtp_reply_init(r);
    do {
        size_t size = len - *used < piece ? len - *used : piece;
        char *block = malloc(size > 0 ? size : 1);
        size_t taken = 0;

        check_true(block != NULL);
        if (block == NULL)
            return status;
        memcpy(block, bytes + *used, size);
        status = dsmtp_reply_feed(r, block, size, &taken);
        free(block);
        *used += taken;
    } while (status == DSMTP_AGAIN && *used < len);
    return status;
}

static void test_cases(void)
{
    for (size_t i = 0; i < CHECK_COUNT(cases); i++) {
        for (size_t piece = 1; piece <= cases[i].len + 1; piece++) {
            struct dsmtp_reply r;
            size_t used;

            check_rowf("%s, %zu octets at a time", cases[i].label, piece);
            check_int(feed(&r, cases[i].bytes, cases[i].len, piece, &used), cases[i].status);
            check_uint(used, cases[i].used);
            if (cases[i].status == DSMTP_SYNTAX)
                continue;
            check_uint(r.code, cases[i].code);
            check_str(r.text, cases[i].text);
            check_uint(r.extensions, cases[i].extensions);
        }
    }
}

/* A line of any length is read over; what stands behind its kept part is not mistaken for anything.
 */
static void test_long_lines(void)
{
    static char bytes[DSMTP_REPLY_MAX + 100];

    for (size_t len = DSMTP_REPLY_LINE_SIZE - 5; len < 3 * DSMTP_REPLY_LINE_SIZE; len++) {
        struct dsmtp_reply r;
        size_t used, end;

        memset(bytes, 'x', sizeof(bytes));
        memcpy(bytes, "250-", 4);
        end = len;
        memcpy(bytes + end, "\r\n250-STARTTLS ", 16);
        memcpy(bytes + end + len, "\n250 last\r\n", 11);
        check_rowf("lines of %zu octets", len);
        check_int(feed(&r, bytes, end + len + 11, 100, &used), DSMTP_OK);
        check_uint(used, end + len + 11);
        check_uint(r.extensions, DSMTP_EXT_STARTTLS);
        check_uint(strlen(r.text), DSMTP_REPLY_TEXT_SIZE - 1);
    }
}

/* A reply without end is malformed in the end, in one line or in many. */
static void test_endless(void)
{
    static const char *const pieces[] = {"2222222", "250-a\r\n", "250 "};

    for (size_t i = 0; i < CHECK_COUNT(pieces); i++) {
        struct dsmtp_reply r;
        enum dsmtp_status status;
        size_t used, total = 0;

        dsmtp_reply_init(&r);
        do {
            status = dsmtp_reply_feed(&r, pieces[i], strlen(pieces[i]), &used);
            total += used;
        } while (status == DSMTP_AGAIN && total < 1000000);
        check_row(pieces[i]);
        check_int(status, DSMTP_TOOBIG);
        check_uint(total, DSMTP_REPLY_MAX + 1);
    }
}

/* clang-format off */
static const struct { const char *bytes, *status; uint64_t limit; } values[] = {
    /* enhanced status codes (RFC 2034, section 4) */
    {"250 2.1.5 fine\r\n",                       "2.1.5", 0},
    {"550 5.7.509 no\r\n",                       "5.7.509", 0},
    {"451 4.999.999\r\n",                        "4.999.999", 0},
    {"250-2.0.0 a\r\n250 2.9.9 b\r\n",           "2.0.0", 0},
    {"250-a\r\n250 2.9.9 b\r\n",                 "", 0},
    {"250 5.1.1 class differs\r\n",              "", 0},
    {"354 3.0.0 no such class\r\n",              "", 0},
    {"550 5.1\r\n",                              "", 0},
    {"550 5.1.\r\n",                             "", 0},
    {"550 5..1 a\r\n",                           "", 0},
    {"550 5.1.1234 a\r\n",                       "", 0},
    {"550 5.1234.1 a\r\n",                       "", 0},
    {"550 5.1.1a\r\n",                           "", 0},
    {"550 5.1.1.1\r\n",                          "", 0},
    {"550 51.1.1\r\n",                           "", 0},
    {"550  5.1.1\r\n",                           "", 0},
    {"550\r\n",                                  "", 0},
    {"550 5\r\n",                                "", 0},
    /* SIZE (RFC 1870, section 4) */
    {"250-a\r\n250 SIZE 10240000\r\n",           "", 10240000},
    {"250-a\r\n250 size=7\r\n",                  "", 7},
    {"250-a\r\n250 SIZE\r\n",                    "", 0},
    {"250-a\r\n250 SIZE 0\r\n",                  "", 0},
    {"250-a\r\n250 SIZE -1\r\n",                 "", 0},
    {"250-a\r\n250 SIZE 10 20\r\n",              "", 0},
    {"250-a\r\n250 SIZE 18446744073709551615\r\n", "", 0},
    {"250-a\r\n250 SIZE 1844674407370955159\r\n", "", 1844674407370955159},
    {"250-a\r\n250 SIZE 99999999999999999999999\r\n", "", 0},
    {"250-a\r\n250-SIZE 5\r\n250 SIZE\r\n",      "", 0},
    {"250-a\r\n250-SIZE\r\n250 SIZE 5\r\n",      "", 5},
};
/* clang-format on */

static void test_values(void)
{
    for (size_t i = 0; i < CHECK_COUNT(values); i++) {
        struct dsmtp_reply r;
        size_t used;

        check_row(values[i].bytes);
        check_int(feed(&r, values[i].bytes, strlen(values[i].bytes), 3, &used), DSMTP_OK);
        check_str(r.status, values[i].status);
        check_uint(r.size_limit, values[i].limit);
    }
}

static const struct check_test tests[] = {{"cases", test_cases},
                                          {"long lines", test_long_lines},
                                          {"replies without end", test_endless},
                                          {"status codes and sizes", test_values}};
SUITE(reply, tests);
