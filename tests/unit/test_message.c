/* test_message.c - messages as SMTP carries them. */
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "core/message.h"

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

static const struct check_test tests[] = {{"cases", test_cases},
                                          {"all short texts", test_all_texts}};
SUITE(message, tests);
