/* test_lines.c - what is a target on a line, whole and in pieces of every size. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "cli/lines.h"

/* The input as "NUMBER:TEXT" for each target and "NUMBER!TEXT" for each bad line. */
static void split(const char *input, size_t len, size_t piece, char *out, size_t room)
{
    struct dsmtp_lines *l = calloc(1, sizeof(*l));
    struct dsmtp_line line;
    enum dsmtp_line_kind kind;
    size_t used = 0;

    out[0] = '\0';
    if (l == NULL)
        return;
    while ((kind = dsmtp_lines_next(l, &line)) != DSMTP_LINE_END) {
        size_t fits;
        char *to;

        if (kind != DSMTP_LINE_MORE) {
            used += (size_t)snprintf(out + used, room - used, "%lu%c%s ", line.number,
                                     kind == DSMTP_LINE_BAD ? '!' : ':', line.text);
            continue;
        }
        to = dsmtp_lines_room(l, &fits);
        if (!check_true(fits > 0))
            break;
        fits = fits < piece ? fits : piece;
        fits = fits < len ? fits : len;
        memcpy(to, input, fits);
        input += fits;
        len -= fits;
        dsmtp_lines_filled(l, fits);
    }
    free(l);
}

/* clang-format off */
#define INPUT(text) text, sizeof(text) - 1
static const struct { const char *label; const char *input; size_t len; const char *want; } cases[] = {
    {"nothing",             INPUT(""),                              ""},
    {"one",                 INPUT("d.example\n"),                   "1:d.example "},
    {"no line end",         INPUT("d.example"),                     "1:d.example "},
    {"CRLF",                INPUT("a\r\nb\r\n"),                    "1:a 2:b "},
    {"space around",        INPUT(" \ta \t\nb"),                    "1:a 2:b "},
    {"space inside",        INPUT("a b\n"),                         "1:a b "},
    {"empty lines",         INPUT("\n\r\n  \na\n\n"),               "4:a "},
    {"comments",            INPUT("# x\na # y\nb# z\n  #\n"),       "2:a 3:b# z "},
    {"byte order mark",     INPUT("\xef\xbb\xbf" "a\n\xef\xbb\xbf" "b\n"), "1:a 2:\xef\xbb\xbf" "b "},
    {"mark and comment",    INPUT("\xef\xbb\xbf#a\nb\n"),           "2:b "},
    {"NUL",                 INPUT("a\0b\nc\n"),                     "1!a 2:c "},
    {"NUL alone",           INPUT("\0\nc"),                         "1! 2:c "},
    {"UTF-8",               INPUT("b\xc3\xbc" "cher.example\n"),    "1:b\xc3\xbc" "cher.example "},
    {"literals",            INPUT("[h]:587\n[IPv6:2001:db8::1]\n"), "1:[h]:587 2:[IPv6:2001:db8::1] "},
};
/* clang-format on */

static void test_split(void)
{
    char got[200];

    for (size_t i = 0; i < CHECK_COUNT(cases); i++) {
        for (size_t piece = 1; piece <= cases[i].len + 1; piece++) {
            check_rowf("%s, pieces of %zu", cases[i].label, piece);
            split(cases[i].input, cases[i].len, piece, got, sizeof(got));
            check_str(got, cases[i].want);
        }
    }
}

static const struct {
    size_t len;
    bool bad;
} lengths[] = {
    {DSMTP_LINE_MAX, false},      {DSMTP_LINE_MAX + 1, true},       {DSMTP_LINE_MAX + 3, true},
    {DSMTP_LINE_MAX + 4, true},   {DSMTP_LINES_ROOM - 1, true},     {DSMTP_LINES_ROOM, true},
    {DSMTP_LINES_ROOM + 1, true}, {3 * DSMTP_LINES_ROOM + 5, true}, {(size_t)1 << 20, true},
};

/* A line that is too long is told of once, and the next one is read. */
static void test_long(void)
{
    char *input = malloc(((size_t)1 << 20) + 10);
    char got[2 * DSMTP_LINE_MAX] = "";

    for (size_t i = 0; input != NULL && i < CHECK_COUNT(lengths); i++) {
        static const size_t pieces[] = {1, 1000, DSMTP_LINES_ROOM, (size_t)2 << 20};

        memset(input, 'x', lengths[i].len);
        memcpy(input + lengths[i].len, "\nnext", 5);
        for (size_t p = 0; p < CHECK_COUNT(pieces); p++) {
            check_rowf("%zu in pieces of %zu", lengths[i].len, pieces[p]);
            split(input, lengths[i].len + 5, pieces[p], got, sizeof(got));
            if (!check_true(strlen(got) > 2))
                continue;
            check_int(got[1], lengths[i].bad ? '!' : ':');
            check_uint(strcspn(got + 2, " "), lengths[i].bad ? 60 : lengths[i].len);
            check_str(strchr(got, ' '), " 2:next ");
        }
    }
    free(input);
}

static const struct check_test tests[] = {
    {"lines", test_split},
    {"long lines", test_long},
};
SUITE(lines, tests);
