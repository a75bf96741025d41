/* test_message.c - messages as SMTP carries them. */
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "core/message.h"
#include "core/reply.h"

/* clang-format off */
static const struct { const char *label, *text, *want; } cases[] = {
    {"empty",             "",               ".\r\n"},
    {"a line",            "a\n",            "a\r\n.\r\n"},
    {"without an end",    "a",              "a\r\n.\r\n"},
    {"CRLF",              "a\r\nb\r\n",     "a\r\nb\r\n.\r\n"},
    {"CR",                "a\rb\r",         "a\r\nb\r\n.\r\n"},
    {"CR CR LF",          "a\r\r\nb",       "a\r\n\r\nb\r\n.\r\n"},
    {"LF CR",             "a\n\rb",         "a\r\n\r\nb\r\n.\r\n"},
    {"dot",               ".",              "..\r\n.\r\n"},
    {"dots",              "..\n.\n",        "...\r\n..\r\n.\r\n"},
    {"dot behind a CR",   "a\r.\rb",        "a\r\n..\r\nb\r\n.\r\n"},
    {"dot within",        "a.b\n c.",       "a.b\r\n c.\r\n.\r\n"},
    {"smuggled end",      "a\n.\r\nMAIL",   "a\r\n..\r\nMAIL\r\n.\r\n"},
    {"smuggled end, CR",  "a\r.\r\nMAIL",   "a\r\n..\r\nMAIL\r\n.\r\n"},
    {"empty lines",       "\n\n",           "\r\n\r\n.\r\n"},
};
/* clang-format on */

static void test_cases(void)
{
    for (size_t i = 0; i < CHECK_COUNT(cases); i++) {
        size_t len = strlen(cases[i].text);
        char *out = malloc(dsmtp_message_room(len));

        check_row(cases[i].label);
        if (check_true(out != NULL))
            check_mem(out, dsmtp_message_wire(cases[i].text, len, out), cases[i].want,
                      strlen(cases[i].want));
        free(out);
    }
}

/* Every text of up to seven of these octets: it fits, ends at the first CRLF.CRLF and nowhere
 * before, and has no bare CR or LF. */
static void test_all_texts(void)
{
    static const char alphabet[] = {'a', '.', '\r', '\n', '\0'};
    unsigned long texts = 1;

    for (size_t len = 0; len <= 6; len++, texts *= sizeof(alphabet)) {
        for (unsigned long n = 0; n < texts; n++) {
            char text[8], framed[32] = "\r\n";
            unsigned long digits = n;
            size_t used;
            const char *end;

            for (size_t i = 0; i < len; i++, digits /= sizeof(alphabet))
                text[i] = alphabet[digits % sizeof(alphabet)];
            used = dsmtp_message_wire(text, len, framed + 2) + 2;
            end = memmem(framed, used, "\r\n.\r\n", 5);
            if (used - 2 > dsmtp_message_room(len) || end != framed + used - 5)
                check_true(used - 2 <= dsmtp_message_room(len) && end == framed + used - 5);
            for (size_t i = 0; i < used; i++)
                if ((framed[i] == '\n' && framed[i - 1] != '\r') ||
                    (framed[i] == '\r' && framed[i + 1] != '\n'))
                    check_true(framed[i] != framed[i]);
        }
    }
    check_true(true);
}

/* clang-format off */
static const struct { const char *label, *text; size_t size; bool eight_bit, utf8_header; } facts[] = {
    {"empty",                   "",                         0,  false, false},
    {"line ends count as two",  "a\nb",                     6,  false, false},
    {"stuffed dots do not",     ".a\n..\n.",                11, false, false},
    {"8-bit body",              "S: a\n\n\xe4\n",           11, true,  false},
    {"8-bit header",            "S: \xc3\xa4\n\na\n",       12, true,  true},
    {"8-bit at the very end",   "\n\xff",                   5,  true,  false},
    {"8-bit in a first line",   "\xff",                     3,  true,  true},
    {"127 is no 8-bit",         "\x7f\n",                   3,  false, false},
    {"a blank ends no header",  "a\n \n\xff\n",             9,  true,  true},
};
#define STRICT DSMTP_EXT_SIZE | DSMTP_EXT_8BITMIME | DSMTP_EXT_SMTPUTF8
static const struct { const char *label; struct dsmtp_message_facts facts; unsigned extensions; uint64_t limit; enum dsmtp_reason want; } fits[] = {
    {"plain",                 {10, false, false}, 0,                   0,  DSMTP_REASON_NONE},
    {"as large as allowed",   {10, false, false}, DSMTP_EXT_SIZE,      10, DSMTP_REASON_NONE},
    {"one larger",            {11, false, false}, DSMTP_EXT_SIZE,      10, DSMTP_REASON_MESSAGE_TOO_BIG},
    {"no limit is given",     {11, false, false}, DSMTP_EXT_SIZE,      0,  DSMTP_REASON_NONE},
    {"8-bit, offered",        {10, true, false},  DSMTP_EXT_8BITMIME,  0,  DSMTP_REASON_NONE},
    {"8-bit, not offered",    {10, true, false},  DSMTP_EXT_SMTPUTF8,  0,  DSMTP_REASON_NO_8BITMIME},
    {"header, offered",       {10, true, true},   STRICT,              10, DSMTP_REASON_NONE},
    {"header, not offered",   {10, true, true},   DSMTP_EXT_8BITMIME,  0,  DSMTP_REASON_NO_SMTPUTF8},
    {"all three",             {11, true, true},   0,                   10, DSMTP_REASON_NO_SMTPUTF8},
};
/* clang-format on */

static void test_facts(void)
{
    for (size_t i = 0; i < CHECK_COUNT(facts); i++) {
        size_t len = strlen(facts[i].text);
        char *out = malloc(dsmtp_message_room(len));
        struct dsmtp_message_facts got;

        check_row(facts[i].label);
        check_true(out != NULL);
        if (out == NULL)
            return;
        dsmtp_message_examine(out, dsmtp_message_wire(facts[i].text, len, out), &got);
        check_uint(got.size, facts[i].size);
        check_int(got.eight_bit, facts[i].eight_bit);
        check_int(got.utf8_header, facts[i].utf8_header);
        free(out);
    }
    for (size_t i = 0; i < CHECK_COUNT(fits); i++) {
        check_row(fits[i].label);
        check_str(dsmtp_reason_name(
                      dsmtp_message_unfit(&fits[i].facts, fits[i].extensions, fits[i].limit)),
                  dsmtp_reason_name(fits[i].want));
    }
}

static const struct check_test tests[] = {{"cases", test_cases},
                                          {"all short texts", test_all_texts},
                                          {"what it asks of a host", test_facts}};
SUITE(message, tests);
