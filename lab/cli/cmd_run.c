/* cmd_run.c - danelab run. */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "cli/commands.h"
#include "cli/common.h"
#include "cli/expect_file.h"
#include "cli/options.h"
#include "cli/run_by.h"
#include "cli/select.h"
#include "run/adapter.h"
#include "run/known.h"
#include "run/out_dir.h"
#include "run/run.h"
#include "run/setup.h"

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
    JOBS,
    ORDER,
    SEED,
    SHARD,
    REPEAT,
    UNTIL_FAIL,
    WRAP,
    RESOLVER,
    SETUP,
    EXPECT,
    DRY_RUN,
    QUIET,
    VERBOSE,
    FAST,
    REAL
};
enum { NAMES, RANDOM };

/* clang-format off */
static const struct lab_option table[] = {
    [SUT]         = {"sut", "NAME", "the sender: a directory of lab/adapters (danesmtp)", 0},
    [PROFILE]     = {"profile", "NAME", "which version of the rules the sender is held to (rfc7672)", 0},
    [POLICY]      = {"policy", "LEVEL", "only cases of this local policy: dane, dane-only, may or encrypt", 0},
    [TAG]         = {"tag", "TAG", "only scenarios with this tag", 0},
    [RULE]        = {"rule", "ID", "only scenarios that cite this rule", 0},
    [SECTION]     = {"section", "RFC#SECTION", "only scenarios that cite a rule of this section, as in 7672#2.2", 0},
    [OUT]         = {"out", "DIR", "where records and evidence go, new, empty or with a run, which is replaced (out/TIME-NAME-PROFILE)", 0},
    [MIN]         = {"min", "N", "fewer passed cases than this are exit status 4", 0},
    [DEADLINE]    = {"deadline", "SECONDS", "how long the sender may take for one batch (60)", 0},
    [VARIANT]     = {"variant", "WORD", "passed on to the adapter; what it means is the adapter's business", 0},
    [NO_CONTROLS] = {"no-controls", NULL, "leave out the controls before and after", 0},
    [LEAN]        = {"lean", NULL, "keep no evidence of what passes", 0},
    [JOBS]        = {"jobs", "N", "messages that the sender may have under way at once (64)", 'j'},
    [ORDER]       = {"order", "names|random", "submit in the order of names, hosts that fall silent first; or random (names)", 0},
    [SEED]        = {"seed", "N", "makes a random order, here and in the sender (1)", 0},
    [SHARD]       = {"shard", "I/N", "only the I-th of N parts; danelab merge joins their records", 0},
    [REPEAT]      = {"repeat", "N", "run N times, in DIR.1, DIR.2, ...; the exit status is the worst", 0},
    [UNTIL_FAIL]  = {"until-fail", NULL, "with --repeat, or without end: stop at the first run that is not clean", 0},
    [WRAP]        = {"wrap", "COMMAND", "put this in front of the sender's command, as in --wrap 'valgrind -q'", 0},
    [RESOLVER]    = {"resolver", "NAME", "the sender's resolver: unbound, unbound-novalidate, unbound-no-trust-ad, bind or knot (unbound)", 0},
    [SETUP]       = {"setup", "NAME", "the sender as some set it up, a row of lab/adapters/SENDER/setups.tsv; no controls", 0},
    [EXPECT]      = {"expect", "FILE", "what the sender is known to do wrong (lab/adapters/NAME/expect.tsv)", 0},
    [DRY_RUN]     = {"dry-run", NULL, "print what would run, and what would not and why", 0},
    [QUIET]       = {"quiet", NULL, "say only what has to be looked at, and the sum", 'q'},
    [VERBOSE]     = {"verbose", NULL, "explain every case, those that pass, too", 'v'},
    [FAST]        = {"fast", NULL, "interpret the scenarios in process: danesmtp's engine only; no namespaces, daemons or packets, and --lean", 0},
    [REAL]        = {"real", NULL, "in a world of namespaces, daemons and sockets (the default)", 0},
    {NULL, NULL, NULL, 0},
};
/* clang-format on */

/* What to run, and how often. */
struct plan {
    struct lab_run_config config;
    unsigned shard, shards; /* part number shard, from 0, of so many */
    unsigned times;
    bool until_fail;
    lab_runner *runner;
    char *out;    /* absolute */
    bool own_out; /* it was not said: a directory that no other run has is made when it begins */
};

/* Where a run without --out goes. The clock is the kernel's: with --fast the C library's is the
 * lab's. */
static char *default_out(const char *sut, const char *profile)
{
    char *here = getcwd(NULL, 0);
    char stamp[32];
    struct timespec now = {0};
    struct tm tm;
    char *out;

    (void)syscall(SYS_clock_gettime, CLOCK_REALTIME, &now);
    (void)strftime(stamp, sizeof(stamp), "%Y%m%dT%H%M%SZ", gmtime_r(&now.tv_sec, &tm));
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
    size_t run = 0;

    for (size_t i = 0; i < config->count; i++) {
        size_t of = 0;

        for (size_t k = 0; k < count; k++)
            of += cases[k].scenario == config->scenarios[i] ? 1 : 0;
        if (of == 0)
            (void)printf("-  %s: says nothing about profile %s under this policy\n",
                         config->scenarios[i]->id, config->profile);
    }
    for (size_t k = 0; k < count; k++) {
        const char *skips = lab_run_skips(config, cases[k].scenario);

        if (skips != NULL)
            (void)printf("-  %s: %s\n", cases[k].name, skips);
        else
            (void)printf("+  %s\n", cases[k].name);
        run += skips == NULL ? 1 : 0;
    }
    (void)printf("%zu case%s would run\n", run, lab_plural(run));
    lab_cases_free(cases, count);
    return run == 0 ? 4 : 0;
}

/* A number of an option that may be missing: unchanged then. -1 after a complaint. */
static int take_number(const char *name, const char *text, long min, long max, unsigned *out)
{
    long number = text != NULL ? lab_number(name, text, min, max) : 0;

    if (text != NULL && number >= 0)
        *out = (unsigned)number;
    return number < 0 ? -1 : 0;
}

/* Options into the configuration; an exit status >= 0 when they are wrong. */
static int configure(const char **got, struct lab_run_config *config)
{
    config->sut = got[SUT] != NULL ? got[SUT] : LAB_DEFAULT_SUT;
    config->variant = got[VARIANT];
    config->any_policy = got[POLICY] == NULL;
    config->deadline = DEADLINE_SECONDS;
    config->lean = got[LEAN] != NULL;
    config->loudness = got[QUIET] != NULL     ? LAB_QUIET
                       : got[VERBOSE] != NULL ? LAB_VERBOSE
                                              : LAB_NORMAL;
    if (got[QUIET] != NULL && got[VERBOSE] != NULL)
        return lab_complaint(2, "--quiet and --verbose exclude each other");
    if (got[OUT] != NULL && got[OUT][0] == '\0')
        return lab_complaint(2, "--out: the name is empty; expected a directory");
    if (strchr(config->sut, '/') != NULL)
        return lab_complaint(
            2, "--sut: \"%s\" is no name; expected that of a directory of lab/adapters",
            config->sut);
    if (lab_take_profile(got[PROFILE], &config->profile) != 0 ||
        (got[POLICY] != NULL && lab_take_policy(got[POLICY], &config->policy) != 0) ||
        take_number("min", got[MIN], 0, 100000, &config->min) != 0 ||
        take_number("deadline", got[DEADLINE], 1, 86400, &config->deadline) != 0)
        return 2;
    return -1;
}

/* One run in that directory. */
static int run_in(struct plan *plan, const char *dir)
{
    struct lab_fault fault;
    int rc;

    if (lab_out_check(dir, &fault) != 0)
        return lab_complaint(2, "--out: %s", fault.what);
    plan->config.out_dir = dir;
    rc = plan->runner(&plan->config, &fault);
    plan->config.out_dir = NULL;
    if (rc < 0)
        rc = lab_complaint(3, "%s", fault.what);
    if (plan->own_out)
        (void)rmdir(dir); /* fails if something was written */
    return rc;
}

/* One run, or several in directories DIR.1, DIR.2, ... of their own. Returns the worst exit status.
 */
static int run_again(struct plan *plan)
{
    const bool several = plan->times > 1;
    struct lab_fault fault;
    int worst = 0;

    if (plan->own_out && lab_out_make(&plan->out, several ? ".1" : "", &fault) != 0)
        return lab_complaint(3, "%s", fault.what);
    for (unsigned i = 1; i <= plan->times && !(plan->until_fail && worst != 0); i++) {
        char *dir = several ? lab_format("%s.%u", plan->out, i) : lab_strdup(plan->out);
        int rc = run_in(plan, dir);

        if (several && rc != 0)
            (void)printf("run %u of %u: exit status %d, see %s\n", i, plan->times, rc, dir);
        worst = rc > worst ? rc : worst;
        free(dir);
        plan->config.seed += plan->config.shuffle ? 1 : 0;
        if (rc == 2 || rc > 128)
            break;
    }
    return worst;
}

/* "I/N", 1 <= I <= N. */
static bool read_shard(const char *text, struct plan *plan)
{
    char *slash;
    char *end;
    unsigned long part = strtoul(text, &slash, 10);
    unsigned long of = *slash == '/' ? strtoul(slash + 1, &end, 10) : 0;

    if (part < 1 || part > of || of > INT_MAX || *end != '\0')
        return false;
    plan->shard = (unsigned)part - 1;
    plan->shards = (unsigned)of;
    return true;
}

/* How to run: order, number, wrapping. */
static int configure_manner(const char **got, struct lab_run_config *config, struct plan *plan)
{
    const int order = lab_choice(&table[ORDER], got[ORDER]);

    if (order < 0)
        return 2;
    config->wrap = got[WRAP];
    config->shuffle = order == RANDOM;
    plan->shards = 1;
    plan->times = got[UNTIL_FAIL] != NULL ? UINT_MAX : 1;
    plan->until_fail = got[UNTIL_FAIL] != NULL;
    if (take_number("jobs", got[JOBS], 1, 10000, &config->jobs) != 0 ||
        take_number("seed", got[SEED], 1, INT_MAX, &config->seed) != 0 ||
        take_number("repeat", got[REPEAT], 1, 1000000, &plan->times) != 0)
        return 2;
    if (got[SETUP] != NULL && (got[VARIANT] != NULL || got[RESOLVER] != NULL))
        return lab_complaint(2, "--setup has a variant and a resolver of its own; expected neither "
                                "--variant nor --resolver");
    config->resolver = lab_resolver_at(0);
    if (got[RESOLVER] != NULL && lab_take_resolver(got[RESOLVER], &config->resolver) != 0)
        return 2;
    return got[SHARD] == NULL || read_shard(got[SHARD], plan)
               ? -1
               : lab_complaint(2, "--shard: \"%s\" is no part; expected I/N as in 1/4", got[SHARD]);
}

/* Every N-th scenario, so that the parts take about the same time. */
static void take_shard(struct lab_selected *s, const struct plan *plan)
{
    size_t kept = 0;

    for (size_t i = plan->shard; i < s->count; i += plan->shards, kept++) {
        s->list[kept] = s->list[i];
        s->policies[kept] = s->policies[i];
    }
    s->count = kept;
}

/* The set-up of that name; an exit status >= 0 when there is none. NULL: as it should be. */
static int take_setup(const struct lab_setups *setups, const char *name,
                      struct lab_run_config *config)
{
    struct lab_text known = {0};
    int rc = -1;

    if (name == NULL)
        return -1;
    config->setup = lab_setup_find(setups, name);
    if (config->setup != NULL) {
        config->variant = config->setup->variant;
        if (config->setup->resolver != NULL)
            config->resolver = config->setup->resolver;
        return -1;
    }
    for (size_t i = 0; i < setups->count; i++)
        lab_text_put(&known, "%s%s", i == 0 ? "" : ", ", setups->list[i].name);
    rc = lab_complaint(2, "--setup: %s has no set-up \"%s\"; expected one of: %s", config->sut,
                       name, known.text != NULL ? known.text : "(it has none)");
    free(known.text);
    return rc;
}

/* With what is known of resolvers. */
static int run_at(const struct lab_suite *suite, struct plan *plan, bool dry)
{
    char *path = lab_format("%s/scenarios/resolvers.tsv", suite->paths->source);
    struct lab_differs differs;
    struct lab_fault fault;
    int rc;

    if (lab_differs_load(path, &differs, &fault) != 0) {
        rc = lab_complaint(fault.status, "%s", fault.what);
    } else {
        plan->config.differs = &differs;
        rc = dry ? dry_run(&plan->config) : run_again(plan);
        plan->config.differs = NULL;
        lab_differs_free(&differs);
    }
    free(path);
    return rc;
}

static int run(const struct lab_suite *suite, const struct lab_selection *selection,
               const char **got, struct plan *plan)
{
    struct lab_run_config *config = &plan->config;
    struct lab_scenario **controls = NULL;
    struct lab_selected selected;
    const bool chosen = lab_select(suite, selection, &selected) == 0;
    struct lab_knowns knowns = {0};
    int rc = 2;

    plan->own_out = got[OUT] == NULL;
    plan->out = plan->own_out ? default_out(config->sut, config->profile) : absolute(got[OUT]);
    take_shard(&selected, plan);
    config->count = selected.count;
    if (chosen && config->count == 0)
        rc = lab_complaint(4, "no scenario fits");
    if (chosen && config->count > 0) {
        config->paths = suite->paths;
        config->scenarios = selected.list;
        config->policies = selected.policies;
        config->controls_count =
            got[NO_CONTROLS] == NULL && config->setup == NULL ? lab_controls(suite, &controls) : 0;
        config->controls = controls;
        config->knowns = &knowns;
        rc = lab_knowns_for(suite, got[EXPECT], config, &knowns);
        if (rc < 0)
            rc = run_at(suite, plan, got[DRY_RUN] != NULL);
        config->knowns = NULL;
        lab_knowns_free(&knowns);
    }
    free(plan->out);
    lab_selected_free(&selected);
    free(controls);
    return rc;
}

/* With the sender as it should be, or as some set it up. */
static int run_set_up(const struct lab_suite *suite, const struct lab_selection *selection,
                      const char **got, struct plan *plan)
{
    struct lab_setups setups;
    struct lab_fault fault;
    int rc;

    if (lab_adapter_find(suite->paths, plan->config.sut, &fault) != 0 ||
        lab_setups_load(suite->paths->source, plan->config.sut, &setups, &fault) != 0)
        return lab_complaint(2, "%s", fault.what);
    rc = take_setup(&setups, got[SETUP], &plan->config);
    if (rc < 0)
        rc = run(suite, selection, got, plan);
    lab_setups_free(&setups);
    return rc;
}

/* The speed. The lab links nothing of the engine, so that fast is another program; it gets the same
 * arguments. */
static int choose_speed(const char **got, char **argv, struct plan *plan)
{
    char *program;

    if (got[FAST] == NULL && plan->runner == lab_run)
        return -1;
    plan->config.fast = true;
    plan->config.lean = true; /* what passes can be had again in a moment */
    plan->config.command = "danelab run --fast";
    if (got[REAL] != NULL)
        return lab_complaint(2, "--fast and --real exclude each other");
    if (strcmp(plan->config.sut, "danesmtp") != 0 || got[VARIANT] != NULL || got[WRAP] != NULL ||
        got[RESOLVER] != NULL || got[SETUP] != NULL)
        return lab_complaint(2, "--fast: only danesmtp's own engine runs in process; expected "
                                "neither --sut, --variant, --wrap, --resolver nor --setup");
    if (plan->runner != lab_run)
        return -1;
    program = lab_format("%s/danelab-fast", lab_paths_find()->bin);
    (void)execv(program, argv);
    (void)lab_complaint(3, "--fast: %s: %s", program, strerror(errno));
    free(program);
    return 3;
}

int lab_cmd_run(int argc, char **argv)
{
    return lab_cmd_run_by(argc, argv, lab_run);
}

int lab_cmd_run_by(int argc, char **argv, lab_runner *runner)
{
    struct plan plan = {.config.command = "danelab run", .runner = runner};
    const char *got[LAB_COUNT(table)];
    struct lab_suite suite;
    int first;
    int rc = lab_options(argc, argv, table, "run [OPTION]... [ID|GLOB|@FILE]...", got, &first);

    if (rc < 0)
        rc = configure(got, &plan.config);
    if (rc < 0)
        rc = configure_manner(got, &plan.config, &plan);
    if (rc < 0)
        rc = choose_speed(got, argv, &plan);
    if (rc >= 0)
        return rc;
    lab_suite_open(&suite);
    if (suite.faults > 0) {
        rc = lab_complaint(2, "%d fault%s in scenario files; nothing was run", suite.faults,
                           lab_plural((size_t)suite.faults));
    } else {
        const struct lab_selection selection = {.patterns = argv + first,
                                                .pattern_count = (size_t)(argc - first),
                                                .tag = got[TAG],
                                                .rule = got[RULE],
                                                .section = got[SECTION]};

        rc = run_set_up(&suite, &selection, got, &plan);
    }
    lab_suite_close(&suite);
    return rc;
}
