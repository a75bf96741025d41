/* cmd_run.c - danelab run. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "cli/commands.h"
#include "cli/common.h"
#include "cli/options.h"
#include "run/run.h"
#include "scen/lint.h"

#define DEADLINE_SECONDS 60u

enum {
    SUT,
    PROFILE,
    POLICY,
    TAG,
    RULE,
    SECTION,
    OUT,
    MIN,
    DEADLINE,
    VARIANT,
    NO_CONTROLS,
    LEAN,
    DRY_RUN
};

/* clang-format off */
static const struct lab_option table[] = {
    [SUT]         = {"sut", "NAME", "the sender: a directory of lab/adapters (danesmtp)"},
    [PROFILE]     = {"profile", "NAME", "which version of the rules the sender is held to (rfc7672)"},
    [POLICY]      = {"policy", "LEVEL", "only cases of this local policy: dane, dane-only, may or encrypt"},
    [TAG]         = {"tag", "TAG", "only scenarios with this tag"},
    [RULE]        = {"rule", "ID", "only scenarios that cite this rule"},
    [SECTION]     = {"section", "RFC#SECTION", "only scenarios that cite a rule of this section, as in 7672#2.2"},
    [OUT]         = {"out", "DIR", "where records and evidence go (out/TIME-NAME-PROFILE)"},
    [MIN]         = {"min", "N", "fewer passed cases than this are exit status 4"},
    [DEADLINE]    = {"deadline", "SECONDS", "how long the sender may take for one batch (60)"},
    [VARIANT]     = {"variant", "WORD", "passed on to the adapter; what it means is the adapter's business"},
    [NO_CONTROLS] = {"no-controls", NULL, "leave out the four controls before and after"},
    [LEAN]        = {"lean", NULL, "keep no evidence of what passes"},
    [DRY_RUN]     = {"dry-run", NULL, "print what would run, and what would not and why"},
    {NULL, NULL, NULL},
};
/* clang-format on */

static int policy_of(const char *word)
{
    for (int p = 0; p < LAB_POLICY_COUNT; p++)
        if (strcmp(lab_policy_name((enum lab_policy)p), word) == 0)
            return p;
    return -1;
}

static bool profile_known(const char *word)
{
    for (size_t i = 0; lab_profile_at(i) != NULL; i++)
        if (strcmp(lab_profile_at(i), word) == 0)
            return true;
    return false;
}

static char *default_out(const char *sut, const char *profile)
{
    char *here = getcwd(NULL, 0);
    char stamp[32];
    time_t now = time(NULL);
    struct tm tm;
    char *out;

    (void)strftime(stamp, sizeof(stamp), "%Y%m%dT%H%M%SZ", gmtime_r(&now, &tm));
    out = lab_format("%s/out/%s-%s-%s", here != NULL ? here : ".", stamp, sut, profile);
    free(here);
    return out;
}

static char *absolute(const char *path)
{
    char *here = path[0] == '/' ? NULL : getcwd(NULL, 0);
    char *out = here != NULL ? lab_format("%s/%s", here, path) : lab_strdup(path);

    free(here);
    return out;
}

static int dry_run(const struct lab_run_config *config)
{
    struct lab_case *cases;
    size_t count = lab_cases_make(config, &cases);

    for (size_t i = 0; i < config->count; i++) {
        size_t of = 0;

        for (size_t k = 0; k < count; k++)
            of += cases[k].scenario == config->scenarios[i] ? 1 : 0;
        if (of == 0)
            (void)printf("-  %s: says nothing about profile %s under this policy\n",
                         config->scenarios[i]->id, config->profile);
    }
    for (size_t k = 0; k < count; k++)
        (void)printf("+  %s\n", cases[k].name);
    (void)printf("%zu cases would run\n", count);
    lab_cases_free(cases, count);
    return count == 0 ? 4 : 0;
}

/* Options into the configuration; an exit status >= 0 when they are wrong. */
static int configure(const char **got, struct lab_run_config *config)
{
    long number = 0;

    config->sut = got[SUT] != NULL ? got[SUT] : "danesmtp";
    config->profile = got[PROFILE] != NULL ? got[PROFILE] : "rfc7672";
    config->variant = got[VARIANT];
    config->any_policy = got[POLICY] == NULL;
    config->deadline = DEADLINE_SECONDS;
    config->lean = got[LEAN] != NULL;
    if (strchr(config->sut, '/') != NULL)
        return lab_complaint(
            2, "--sut: \"%s\" is no name; expected that of a directory of lab/adapters",
            config->sut);
    if (!profile_known(config->profile))
        return lab_complaint(2,
                             "--profile: no profile \"%s\"; expected rfc7672, seed2013, opp2013, "
                             "draft2014, draft2014b or postfix",
                             config->profile);
    if (got[POLICY] != NULL && policy_of(got[POLICY]) < 0)
        return lab_complaint(
            2, "--policy: no policy \"%s\"; expected dane, dane-only, may or encrypt", got[POLICY]);
    if (got[POLICY] != NULL)
        config->policy = (enum lab_policy)policy_of(got[POLICY]);
    if (got[MIN] != NULL && (number = lab_number("min", got[MIN], 100000)) < 0)
        return 2;
    config->min = (unsigned)number;
    if (got[DEADLINE] != NULL && (number = lab_number("deadline", got[DEADLINE], 86400)) < 0)
        return 2;
    if (got[DEADLINE] != NULL)
        config->deadline = (unsigned)number;
    return -1;
}

static int run(const struct lab_suite *suite, const struct lab_selection *selection,
               const char **got, struct lab_run_config *config)
{
    struct lab_scenario **selected = NULL, **controls = NULL;
    long count = lab_select(suite, selection, &selected);
    char *out = got[OUT] != NULL ? absolute(got[OUT]) : default_out(config->sut, config->profile);
    struct lab_fault fault;
    int rc = 2;

    if (count == 0)
        rc = lab_complaint(4, "no scenario fits");
    if (count > 0) {
        config->paths = suite->paths;
        config->scenarios = selected;
        config->count = (size_t)count;
        config->out_dir = out;
        config->controls_count = got[NO_CONTROLS] == NULL ? lab_controls(suite, &controls) : 0;
        config->controls = controls;
        rc = got[DRY_RUN] != NULL ? dry_run(config) : lab_run(config, &fault);
        if (rc < 0)
            rc = lab_complaint(3, "%s", fault.what);
    }
    free(out);
    free(selected);
    free(controls);
    return rc;
}

int lab_cmd_run(int argc, char **argv)
{
    struct lab_run_config config = {.command = "danelab run"};
    const char *got[LAB_COUNT(table)];
    struct lab_suite suite;
    int first;
    int rc = lab_options(argc, argv, table, "run [OPTION]... [ID|GLOB|@FILE]...", got, &first);

    if (rc < 0)
        rc = configure(got, &config);
    if (rc >= 0)
        return rc;
    lab_suite_open(&suite);
    if (suite.faults > 0) {
        rc = lab_complaint(2, "%d faults in scenario files; nothing was run", suite.faults);
    } else {
        const struct lab_selection selection = {.patterns = argv + first,
                                                .pattern_count = (size_t)(argc - first),
                                                .tag = got[TAG],
                                                .rule = got[RULE],
                                                .section = got[SECTION]};

        rc = run(&suite, &selection, got, &config);
    }
    lab_suite_close(&suite);
    return rc;
}
