/* check.c - the checks of check.h on top of CUnit, and the list of suites. */
#include "check.h"

#include <CUnit/TestRun.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { MESSAGE_MAX = 1024, LABEL_MAX = 128, SHOWN_OCTETS = 64 };

static char row[LABEL_MAX];
static const CU_Test *labelled; /* the test that set the label: a label ends with its test */
static struct check_suite *suites;

void check_row(const char *label)
{
    snprintf(row, sizeof(row), "%s", label == NULL ? "" : label);
    labelled = CU_get_current_test();
}

void check_rowf(const char *format, ...)
{
    va_list args;

    va_start(args, format);
    vsnprintf(row, sizeof(row), format, args);
    va_end(args);
    labelled = CU_get_current_test();
}

static bool report(struct check_place at, bool held, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static bool report(struct check_place at, bool held, const char *format, ...)
{
    char what[MESSAGE_MAX] = "";
    char message[MESSAGE_MAX + LABEL_MAX + 4];
    va_list args;

    if (!held) {
        va_start(args, format);
        vsnprintf(what, sizeof(what), format, args);
        va_end(args);
    }
    if (row[0] != '\0' && labelled == CU_get_current_test())
        snprintf(message, sizeof(message), "%s [%s]", what, row);
    else
        snprintf(message, sizeof(message), "%s", what);
    CU_assertImplementation(held, at.line, message, at.file, at.function, CU_FALSE);
    return held;
}

bool check_int_at(struct check_place at, intmax_t got, intmax_t want)
{
    return report(at, got == want, "%s is %jd, want %jd", at.expression, got, want);
}

bool check_uint_at(struct check_place at, uintmax_t got, uintmax_t want)
{
    return report(at, got == want, "%s is %ju, want %ju", at.expression, got, want);
}

bool check_str_at(struct check_place at, const char *got, const char *want)
{
    const char *got_quote = got == NULL ? "" : "\"";
    const char *want_quote = want == NULL ? "" : "\"";
    bool held = got == NULL || want == NULL ? got == want : strcmp(got, want) == 0;

    return report(at, held, "%s is %s%s%s, want %s%s%s", at.expression, got_quote,
                  got == NULL ? "NULL" : got, got_quote, want_quote, want == NULL ? "NULL" : want,
                  want_quote);
}

bool check_has_at(struct check_place at, const char *got, const char *part)
{
    const char *quote = got == NULL ? "" : "\"";

    return report(at, got != NULL && strstr(got, part) != NULL, "%s has no \"%s\": %s%s%s",
                  at.expression, part, quote, got == NULL ? "NULL" : got, quote);
}

static const char *hex(char out[2 * SHOWN_OCTETS + 4], const void *data, size_t len)
{
    const unsigned char *octets = data;

    out[0] = '\0';
    for (size_t i = 0; i < len && i < SHOWN_OCTETS; i++)
        snprintf(out + 2 * i, 3, "%02x", octets[i]);
    if (len > SHOWN_OCTETS)
        snprintf(out + 2 * SHOWN_OCTETS, 4, "...");
    return out;
}

bool check_mem_at(struct check_place at, const void *got, size_t got_len, const void *want,
                  size_t want_len)
{
    char got_hex[2 * SHOWN_OCTETS + 4];
    char want_hex[2 * SHOWN_OCTETS + 4];
    bool held = got_len == want_len && (got_len == 0 || memcmp(got, want, got_len) == 0);

    return report(at, held, "%s is %zu octets %s, want %zu octets %s", at.expression, got_len,
                  hex(got_hex, got, got_len), want_len, hex(want_hex, want, want_len));
}

bool check_true_at(struct check_place at, bool held)
{
    return report(at, held, "%s does not hold", at.expression);
}

/* Constructors run in link order; the list is kept by name, so that the order of tests is fixed. */
void check_register(struct check_suite *suite)
{
    struct check_suite **at = &suites;

    while (*at != NULL && strcmp((*at)->name, suite->name) < 0)
        at = &(*at)->next;
    suite->next = *at;
    *at = suite;
}

struct check_suite *check_suites(void)
{
    return suites;
}
