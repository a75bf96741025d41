/* cmd_selftest.c - danelab selftest. */
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>

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

/* The tables, and which of their rows were asked for. */
struct wanted {
    struct lab_faulty *senders;
    struct lab_broken *labs;
    size_t senders_count, labs_count;
    struct lab_faulty *some_senders; /* these hold rows of the above, whose strings stay theirs */
    struct lab_broken *some_labs;
    size_t some_senders_count, some_labs_count;
};

static int load(const struct lab_paths *paths, struct wanted *w, struct lab_fault *fault)
{
    static const char *const tables[] = {"faults", "mutants"};
    char *labs = lab_format("%s/tests/labfaults/labfaults.tsv", paths->source);
    int rc = 0;

    for (size_t i = 0; i < LAB_COUNT(tables) && rc == 0; i++) {
        char *path = lab_format("%s/tests/faults/%s.tsv", paths->source, tables[i]);

        rc = lab_faulty_load(path, &w->senders, &w->senders_count, fault);
        free(path);
    }
    if (rc == 0)
        rc = lab_broken_load(labs, &w->labs, &w->labs_count, fault);
    free(labs);
    return rc;
}

static void unload(struct wanted *w)
{
    free(w->some_senders);
    free(w->some_labs);
    lab_faulty_free(w->senders, w->senders_count);
    lab_broken_free(w->labs, w->labs_count);
}

/* Is the fault among the names, or is none given? */
static bool named(const char *fault, char **names, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (fnmatch(names[i], fault, 0) == 0)
            return true;
    return count == 0;
}

static void choose(struct wanted *w, char **names, size_t count)
{
    w->some_senders = lab_calloc(w->senders_count + 1, sizeof(*w->senders));
    w->some_labs = lab_calloc(w->labs_count + 1, sizeof(*w->labs));
    for (size_t i = 0; i < w->senders_count; i++)
        if (named(w->senders[i].name, names, count))
            w->some_senders[w->some_senders_count++] = w->senders[i];
    for (size_t i = 0; i < w->labs_count; i++)
        if (named(w->labs[i].name, names, count))
            w->some_labs[w->some_labs_count++] = w->labs[i];
}

/* Every name must be somebody's. */
static int check_names(const struct wanted *w, char **names, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        bool known = false;

        for (size_t k = 0; k < w->senders_count; k++)
            known = known || fnmatch(names[i], w->senders[k].name, 0) == 0;
        for (size_t k = 0; k < w->labs_count; k++)
            known = known || fnmatch(names[i], w->labs[k].name, 0) == 0;
        if (!known)
            return lab_complaint(2,
                                 "selftest: no fault \"%s\"; see tests/faults/*.tsv and "
                                 "tests/labfaults/labfaults.tsv",
                                 names[i]);
    }
    return 0;
}

static int run(const struct lab_suite *suite, struct wanted *w)
{
    const struct lab_run_config config = {
        .paths = suite->paths, .sut = "danesmtp", .deadline = 30, .command = "danelab selftest"};
    struct lab_tally tally = {0, 0};
    struct lab_fault fault;
    int rc = lab_selftest_lab(suite->paths, w->some_labs, w->some_labs_count, &tally, &fault);

    if (rc == 0 && w->some_senders_count > 0)
        rc = lab_selftest(&config, w->some_senders, w->some_senders_count, &suite->catalogue, tally,
                          &fault);
    else if (rc == 0) {
        (void)printf("%u passed, %u failed\n", tally.passed, tally.failed);
        rc = tally.failed > 0 ? 1 : 0;
    }
    return rc < 0 ? lab_complaint(3, "%s", fault.what) : rc;
}

/* The lines of the tables, and what became of them. */
static int run_tables(const struct lab_suite *suite, char **names, size_t count)
{
    struct wanted w = {0};
    struct lab_fault fault;
    int rc;

    if (load(suite->paths, &w, &fault) != 0) {
        rc = lab_complaint(fault.status, "%s", fault.what);
    } else {
        rc = check_names(&w, names, count);
        choose(&w, names, count);
        if (rc == 0)
            rc = run(suite, &w);
    }
    unload(&w);
    return rc;
}

static int run_matrix(const struct lab_suite *suite, char *const faults[], size_t count,
                      const char *const got[])
{
    struct lab_scenario **list = lab_calloc(suite->catalogue.count, sizeof(*list));
    struct lab_run_config config = {.paths = suite->paths,
                                    .sut = "danesmtp",
                                    .deadline = 20,
                                    .any_policy = true,
                                    .scenarios = list};
    struct lab_fault fault;
    int rc;

    if (lab_take_profile(got[PROFILE], &config.profile) != 0) {
        free(list);
        return 2;
    }
    for (size_t i = 0; i < suite->catalogue.count; i++)
        if ((got[SLOW] != NULL || !lab_scenario_tagged(suite->catalogue.list[i], "slow")) &&
            suite->catalogue.list[i]->steps_count == 0) /* a clock that all faults would share */
            list[config.count++] = suite->catalogue.list[i];
    rc = lab_matrix(&config, faults, count, got[MATRIX], &fault);
    free(list);
    return rc < 0 ? lab_complaint(3, "%s", fault.what) : rc;
}

int lab_cmd_selftest(int argc, char **argv)
{
    const char *got[LAB_COUNT(table)];
    struct lab_suite suite;
    int first;
    int rc = lab_options(argc, argv, table, "selftest [FAULT|GLOB]...", got, &first);
    char **names;
    size_t count;

    if (rc >= 0)
        return rc;
    names = argv + first;
    count = (size_t)(argc - first);
    lab_suite_open(&suite);
    if (suite.faults > 0)
        rc = lab_complaint(2, "%d fault%s in scenario files; nothing was run", suite.faults,
                           lab_plural((size_t)suite.faults));
    else if (got[MATRIX] != NULL)
        rc = run_matrix(&suite, names, count, got);
    else
        rc = run_tables(&suite, names, count);
    lab_suite_close(&suite);
    return rc;
}
