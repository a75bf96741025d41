/* test_check.c - does a failing check fail the run, and does its message show what was wrong? */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <unistd.h>

#include "check.h"

/* --- what is run on demand, in a process of its own
 * ------------------------------------------------ */

static void fails(void)
{
    check_true(1 == 1);
    check_row("row three");
    check_int(1 + 1, 3);
    check_row(NULL);
    check_uint(sizeof(char), 2);
    check_str("got", NULL);
    check_str(NULL, "want");
    check_has("a whole", "part");
    check_has(NULL, "");
    check_mem("\x01\xff", 2, "\x01", 1);
    check_true(1 == 2);
    check_rowf("%s %d", "row", 4);
    check_true(2 == 3);
}

static void passes(void)
{
    check_int(-1, -1);
    check_uint(SIZE_MAX, SIZE_MAX);
    check_str("same", "same");
    check_str(NULL, NULL);
    check_has("a whole", "who");
    check_has("a whole", "");
    check_mem("", 0, NULL, 0);
    check_mem("ab", 2, "ab", 2);
}

static void fails_without_label(void)
{
    check_true(3 == 4);
}

static const struct check_test failing[] = {
    {"fails", fails},
    {"passes", passes},
    {"fails without label", fails_without_label},
};
SUITE_ON_DEMAND(check_failing, failing);

static const struct check_test passing[] = {{"passes", passes}};
SUITE_ON_DEMAND(check_passing, passing);

static struct check_suite empty = {"check_empty", NULL, 0, true, NULL};
__attribute__((constructor)) static void register_empty(void)
{
    check_register(&empty);
}

/* --- the suite
 * --------------------------------------------------------------------------------------- */

/* Run this program on one suite; its output goes to out. Returns its exit status, or -1. */
static int run_self(const char *suite, char *out, size_t size)
{
    int fds[2];
    pid_t pid;
    int status;
    size_t len = 0;
    ssize_t got;

    if (pipe(fds) != 0)
        return -1;
    fflush(NULL);
    pid = fork();
    if (pid == 0) {
        dup2(fds[1], STDOUT_FILENO);
        dup2(fds[1], STDERR_FILENO);
        close(fds[0]);
        close(fds[1]);
        execl("/proc/self/exe", "unit", suite, (char *)NULL);
        _exit(EX_OSERR);
    }
    close(fds[1]);
    while (len + 1 < size && (got = read(fds[0], out + len, size - len - 1)) > 0)
        len += (size_t)got;
    out[len] = '\0';
    close(fds[0]);
    if (pid == -1 || waitpid(pid, &status, 0) != pid || !WIFEXITED(status))
        return -1;
    return WEXITSTATUS(status);
}

static void test_status(void)
{
    static const struct {
        const char *suite;
        int status;
        const char *last_line;
    } cases[] = {
        {"check_passing", EX_OK, "\n1 passed, 0 failed\n"},
        {"check_failing", 1, "\n1 passed, 2 failed\n"},
        {"check_empty", 1, "\n0 passed, 0 failed\n"},
        {"no-such-suite", EX_USAGE, "unit: no suite 'no-such-suite'; there are:"},
    };
    char out[8192];

    for (size_t i = 0; i < CHECK_COUNT(cases); i++) {
        check_row(cases[i].suite);
        check_int(run_self(cases[i].suite, out, sizeof(out)), cases[i].status);
        check_true(strstr(out, cases[i].last_line) != NULL);
    }
}

static void test_messages(void)
{
    /* clang-format off */
    static const char *const wants[] = {
        "tests/unit/test_check.c:",
        "1 + 1 is 2, want 3 [row three]",
        "sizeof(char) is 1, want 2\n",
        "\"got\" is \"got\", want NULL\n",
        "NULL is NULL, want \"want\"\n",
        "\"a whole\" has no \"part\": \"a whole\"\n",
        "NULL has no \"\": NULL\n",
        "is 2 octets 01ff, want 1 octets 01\n",
        "1 == 2 does not hold\n",
        "2 == 3 does not hold [row 4]\n",
        "3 == 4 does not hold\n", /* the label ended with the test before */
    };
    /* clang-format on */
    char out[8192];

    check_int(run_self("check_failing", out, sizeof(out)), 1);
    for (size_t i = 0; i < CHECK_COUNT(wants); i++) {
        check_row(wants[i]);
        check_true(strstr(out, wants[i]) != NULL);
    }
    check_true(strstr(out, "1 == 1") == NULL);
}

static const struct check_test tests[] = {
    {"exit status and last line", test_status},
    {"messages", test_messages},
};
SUITE(check, tests);
