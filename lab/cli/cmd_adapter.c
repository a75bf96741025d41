/* cmd_adapter.c - danelab adapter: check is done here, the rest by lab/adapters/common/manage. */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "cli/commands.h"
#include "cli/common.h"
#include "cli/expect_file.h"
#include "cli/options.h"
#include "run/adapter.h"
#include "run/out_dir.h"
#include "run/run.h"

#include <stdlib.h>

enum { PROFILE };

/* clang-format off */
static const struct lab_option table[] = {
    [PROFILE] = {"profile", "NAME", "check: which version of the rules the sender is held to (rfc7672)", 0},
    {NULL, NULL, NULL, 0},
};
/* clang-format on */

/* Returns only when it cannot be started. */
static int manage(char **argv)
{
    char *program = lab_format("%s/lab/adapters/common/manage", lab_paths_find()->source);

    argv[0] = program;
    (void)execv(program, argv);
    return lab_complaint(EX_UNAVAILABLE, "adapter: %s: %s (it needs python3)", program,
                         strerror(errno));
}

/* The controls alone, as ordinary cases: each gets its line and its evidence. */
static int check(const char *name, const char *profile)
{
    char *here = getcwd(NULL, 0);
    char *out = lab_format("%s/out/check-%s", here != NULL ? here : ".", name);
    struct lab_scenario **controls;
    struct lab_knowns knowns = {0};
    struct lab_suite suite;
    struct lab_fault fault;
    int rc;

    lab_suite_open(&suite);
    if (suite.faults > 0)
        return lab_complaint(2, "%d fault%s in scenario files; nothing was run", suite.faults,
                             lab_plural((size_t)suite.faults));
    {
        size_t count = lab_controls(&suite, &controls);
        const struct lab_run_config config = {.paths = suite.paths,
                                              .sut = name,
                                              .profile = profile,
                                              .policy = LAB_POLICY_DANE,
                                              .scenarios = controls,
                                              .count = count,
                                              .out_dir = out,
                                              .deadline = 60,
                                              .knowns = &knowns,
                                              .command = "danelab adapter check"};

        rc = lab_adapter_find(suite.paths, name, &fault) != 0 || lab_out_check(out, &fault) != 0
                 ? lab_complaint(2, "%s", fault.what)
                 : lab_knowns_for(&suite, NULL, &config, &knowns);
        if (rc < 0 && (rc = lab_run(&config, &fault)) < 0)
            rc = lab_complaint(3, "%s", fault.what);
    }
    lab_knowns_free(&knowns);
    free(controls);
    free(out);
    free(here);
    lab_suite_close(&suite);
    return rc;
}

int lab_cmd_adapter(int argc, char **argv)
{
    const char *got[LAB_COUNT(table)];
    const char *profile;
    int first;
    int rc =
        lab_options(argc, argv, table, "adapter check|fetch|new|list [ADAPTER]...", got, &first);

    if (rc >= 0)
        return rc;
    if (argc - first != 2 || strcmp(argv[first], "check") != 0)
        return manage(argv + first - 1);
    return lab_take_profile(got[PROFILE], &profile) == 0 ? check(argv[first + 1], profile) : 2;
}
