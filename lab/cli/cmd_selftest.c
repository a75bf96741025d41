/* cmd_selftest.c - danelab selftest. */
#include <stdlib.h>
#include <string.h>

#include "cli/commands.h"
#include "cli/common.h"
#include "cli/options.h"
#include "run/matrix.h"
#include "run/selftest.h"

enum { MATRIX, PROFILE, SLOW };

static const struct lab_option table[] = {
    [MATRIX] = {"matrix", "FILE",
                "every fault named against every case; who catches it is added to FILE", 0},
    [PROFILE] = {"profile", "NAME", "with --matrix: which version of the rules (rfc7672)", 0},
    [SLOW] = {"slow", NULL, "with --matrix: also the cases that wait for a silent server", 0},
    {NULL, NULL, NULL, 0},
};

/* The named rows, all if none is named; the strings stay the table's. NULL: a name is none. */
static struct lab_faulty *choose(const struct lab_faulty *list, size_t *count, char **names,
                                 size_t name_count)
{
    struct lab_faulty *chosen = lab_calloc(*count + name_count, sizeof(*chosen));

    if (name_count == 0) {
        memcpy(chosen, list, *count * sizeof(*chosen));
        return chosen;
    }
    for (size_t i = 0; i < name_count; i++) {
        size_t k = 0;

        while (k < *count && strcmp(list[k].name, names[i]) != 0)
            k++;
        if (k == *count) {
            free(chosen);
            (void)lab_complaint(2, "selftest: no fault \"%s\"; see tests/faults/faults.tsv",
                                names[i]);
            return NULL;
        }
        chosen[i] = list[k];
    }
    *count = name_count;
    return chosen;
}

static int run(const struct lab_suite *suite, const struct lab_faulty *list, size_t count)
{
    const struct lab_run_config config = {
        .paths = suite->paths, .sut = "danesmtp", .deadline = 30, .command = "danelab selftest"};
    struct lab_fault fault;
    int rc = lab_selftest(&config, list, count, &suite->catalogue, &fault);

    return rc < 0 ? lab_complaint(3, "%s", fault.what) : rc;
}

static bool is_slow(const struct lab_scenario *s)
{
    for (unsigned i = 0; i < s->tags_count; i++)
        if (strcmp(s->tags[i], "slow") == 0)
            return true;
    return false;
}

static int run_matrix(const struct lab_suite *suite, char *const faults[], size_t count,
                      const char *const got[])
{
    struct lab_scenario **list = lab_calloc(suite->catalogue.count, sizeof(*list));
    struct lab_run_config config = {.paths = suite->paths,
                                    .sut = "danesmtp",
                                    .deadline = 20,
                                    .any_policy = true,
                                    .profile = got[PROFILE] != NULL ? got[PROFILE] : "rfc7672",
                                    .scenarios = list};
    struct lab_fault fault;
    int rc;

    for (size_t i = 0; i < suite->catalogue.count; i++)
        if (got[SLOW] != NULL || !is_slow(suite->catalogue.list[i]))
            list[config.count++] = suite->catalogue.list[i];
    rc = lab_matrix(&config, faults, count, got[MATRIX], &fault);
    free(list);
    return rc < 0 ? lab_complaint(3, "%s", fault.what) : rc;
}

int lab_cmd_selftest(int argc, char **argv)
{
    struct lab_faulty *list;
    struct lab_suite suite;
    struct lab_fault fault;
    size_t count, all;
    char *path;
    int first;
    const char *got[LAB_COUNT(table)];
    int rc = lab_options(argc, argv, table, "selftest [FAULT]...", got, &first);

    if (rc >= 0)
        return rc;
    lab_suite_open(&suite);
    path = lab_format("%s/tests/faults/faults.tsv", suite.paths->source);
    if (suite.faults > 0) {
        rc = lab_complaint(2, "%d faults in scenario files; nothing was run", suite.faults);
    } else if (got[MATRIX] != NULL) {
        rc = run_matrix(&suite, argv + first, (size_t)(argc - first), got);
    } else if (lab_faulty_load(path, &list, &count, &fault) != 0) {
        rc = lab_complaint(fault.status, "%s", fault.what);
    } else {
        struct lab_faulty *chosen;

        all = count;
        chosen = choose(list, &count, argv + first, (size_t)(argc - first));
        rc = chosen != NULL ? run(&suite, chosen, count) : 2;
        free(chosen);
        lab_faulty_free(list, all);
    }
    free(path);
    lab_suite_close(&suite);
    return rc;
}
