/* main.c - runs the suites named on the command line, or all of them.
 *
 * Exit status: 0 all passed, 1 some failed or none ran, 64 no such suite, 70 CUnit failed. */
#include <CUnit/Basic.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>

#include "check.h"

static bool selected(const struct check_suite *suite, char **names)
{
    if (*names == NULL)
        return !suite->on_demand;
    for (; *names != NULL; names++)
        if (strcmp(*names, suite->name) == 0)
            return true;
    return false;
}

static bool known(const char *name)
{
    for (const struct check_suite *s = check_suites(); s != NULL; s = s->next)
        if (strcmp(s->name, name) == 0)
            return true;
    return false;
}

static bool add(const struct check_suite *suite)
{
    CU_pSuite to = CU_add_suite(suite->name, NULL, NULL);

    for (size_t i = 0; to != NULL && i < suite->count; i++)
        if (CU_add_test(to, suite->tests[i].name, suite->tests[i].run) == NULL)
            return false;
    return to != NULL;
}

static int run(char **names)
{
    unsigned ran, failed;

    for (const struct check_suite *s = check_suites(); s != NULL; s = s->next) {
        if (selected(s, names) && !add(s)) {
            fprintf(stderr, "unit: suite %s: %s\n", s->name, CU_get_error_msg());
            return EX_SOFTWARE;
        }
    }
    CU_basic_set_mode(CU_BRM_NORMAL);
    if (CU_basic_run_tests() != CUE_SUCCESS) {
        fprintf(stderr, "unit: %s\n", CU_get_error_msg());
        return EX_SOFTWARE;
    }
    ran = CU_get_number_of_tests_run();
    failed = CU_get_number_of_tests_failed();
    if (ran == 0)
        fprintf(stderr, "unit: no test ran\n");
    printf("%u passed, %u failed\n", ran - failed, failed);
    return ran > 0 && CU_get_number_of_failure_records() == 0 ? EX_OK : 1;
}

int main(int argc, char **argv)
{
    int status;

    for (int i = 1; i < argc; i++) {
        if (!known(argv[i])) {
            fprintf(stderr, "unit: no suite '%s'; there are:", argv[i]);
            for (const struct check_suite *s = check_suites(); s != NULL; s = s->next)
                fprintf(stderr, " %s", s->name);
            fputc('\n', stderr);
            return EX_USAGE;
        }
    }
    if (CU_initialize_registry() != CUE_SUCCESS) {
        fprintf(stderr, "unit: %s\n", CU_get_error_msg());
        return EX_SOFTWARE;
    }
    status = run(argv + 1);
    CU_cleanup_registry();
    return status;
}
