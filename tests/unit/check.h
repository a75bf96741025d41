/* check.h - checks that show both values when they fail, and suites that register themselves.
 *
 * A test file looks like this; nothing else has to be edited to add it:
 *
 *     static const struct {
 *         const char *label;
 *         int number;
 *         bool want;
 *     } cases[] = {
 *         {"zero", 0, true},
 *         {"odd", 3, false},
 *     };
 *
 *     static void test_even(void)
 *     {
 *         for (size_t i = 0; i < CHECK_COUNT(cases); i++) {
 *             check_row(cases[i].label);
 *             check_int(is_even(cases[i].number), cases[i].want);
 *         }
 *     }
 *
 *     static const struct check_test tests[] = {{"even numbers", test_even}};
 *     SUITE(even, tests);
 *
 * and a failure reads "is_even(cases[i].number) is 0, want 1 [zero]" with the file and the line.
 *
 * Every check returns whether it held, so that a test can leave before it follows a NULL pointer:
 * `if (!check_true(answer != NULL)) return;`. Arguments are evaluated once; got comes before want.
 */
#ifndef TESTS_UNIT_CHECK_H
#define TESTS_UNIT_CHECK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CHECK_COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* Signed values and enums; unsigned values and sizes; strings, of which both may be NULL; a string
 * with a part, which NULL has not; octets, shown in hex; a condition. */
#define check_int(got, want) check_int_at(CHECK_AT(#got), (got), (want))
#define check_uint(got, want) check_uint_at(CHECK_AT(#got), (got), (want))
#define check_str(got, want) check_str_at(CHECK_AT(#got), (got), (want))
#define check_has(got, part) check_has_at(CHECK_AT(#got), (got), (part))
#define check_mem(got, got_len, want, want_len) \
    check_mem_at(CHECK_AT(#got), (got), (got_len), (want), (want_len))
#define check_true(condition) check_true_at(CHECK_AT(#condition), (condition))

/* Add " [label]" to the message of every check that follows in this test; NULL ends it. The label
 * is copied (127 octets at most) and ends with the test. check_rowf formats it. */
void check_row(const char *label);
void check_rowf(const char *format, ...) __attribute__((format(printf, 1, 2)));

struct check_test {
    const char *name;
    void (*run)(void);
};

struct check_suite {
    const char *name;
    const struct check_test *tests;
    size_t count;
    bool on_demand; /* runs only when named on the command line */
    struct check_suite *next;
};

/* Register a suite before main runs. The name is an identifier; `unit NAME` runs it alone. */
#define SUITE(name, tests) CHECK_SUITE_(name, tests, CHECK_COUNT(tests), false)
#define SUITE_ON_DEMAND(name, tests) CHECK_SUITE_(name, tests, CHECK_COUNT(tests), true)

/* What the macros above expand to; not for use in tests. */
#define CHECK_SUITE_(name, tests, count, on_demand)                                        \
    static struct check_suite suite_##name = {#name, (tests), (count), (on_demand), NULL}; \
    __attribute__((constructor)) static void register_##name(void)                         \
    {                                                                                      \
        check_register(&suite_##name);                                                     \
    }                                                                                      \
    _Static_assert(1, "a semicolon follows")

struct check_place {
    const char *file;
    const char *function;
    unsigned line;
    const char *expression;
};
#define CHECK_AT(text) ((struct check_place){__FILE__, __func__, __LINE__, text})

bool check_int_at(struct check_place at, intmax_t got, intmax_t want);
bool check_uint_at(struct check_place at, uintmax_t got, uintmax_t want);
bool check_str_at(struct check_place at, const char *got, const char *want);
bool check_has_at(struct check_place at, const char *got, const char *part);
bool check_mem_at(struct check_place at, const void *got, size_t got_len, const void *want,
                  size_t want_len);
bool check_true_at(struct check_place at, bool held);

void check_register(struct check_suite *suite);
/* All registered suites, by name. */
struct check_suite *check_suites(void);

#endif
