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

static enum dsmtp_status feed_line(size_t len)
{
    static char bytes[2 * DSMTP_REPLY_LINE_MAX];
    struct dsmtp_reply r;
    size_t used;

    memset(bytes, 'x', sizeof(bytes));
    memcpy(bytes, "250 ", 4);
    bytes[len] = '\n';
    return feed(&r, bytes, len + 1, 1000, &used);
}

static void test_limits(void)
{
    static char bytes[8 * (DSMTP_REPLY_LINES_MAX + 2)];
    struct dsmtp_reply r;
    size_t len = 0, used;

    check_int(feed_line(DSMTP_REPLY_LINE_MAX), DSMTP_OK);
    check_int(feed_line(DSMTP_REPLY_LINE_MAX + 1), DSMTP_TOOBIG);
    for (unsigned lines = 1; lines <= DSMTP_REPLY_LINES_MAX + 1; lines++) {
        memcpy(bytes + len, "250 a\r\n", 7);
        if (lines >= DSMTP_REPLY_LINES_MAX)
            check_int(feed(&r, bytes, len + 7, 5, &used),
                      lines > DSMTP_REPLY_LINES_MAX ? DSMTP_TOOBIG : DSMTP_OK);
        bytes[len + 3] = '-';
        len += 7;
    }
    check_uint(strlen(r.text), DSMTP_REPLY_TEXT_SIZE - 1);
}

static void test_endless_line(void)
{
    struct dsmtp_reply r;
    size_t used, total = 0;

    dsmtp_reply_init(&r);
    while (dsmtp_reply_feed(&r, "2222222", 7, &used) == DSMTP_AGAIN && total < 100000)
        total += used;
    check_true(total <= DSMTP_REPLY_LINE_MAX);
}

static const struct check_test tests[] = {{"whole and in pieces", test_cases},
                                          {"limits", test_limits},
                                          {"a line without end", test_endless_line}};
SUITE(reply, tests);
