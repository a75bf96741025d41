/* test_select.c - which cases the words of a command line mean, and the command that has one of
 * them again. */
#include "check.h"
#include "cli/select.h"
#include "run/evidence_dir.h"
#include "run/run.h"
#include "run/setup.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char profile[] = "rfc7672", first[] = "01-x", second[] = "02-y";
static char a_both[] = "a-both", a_plain[] = "a-plain", b_clear[] = "b-clear";
static char *profiles[] = {profile};
static enum lab_policy both[] = {LAB_POLICY_DANE, LAB_POLICY_DANE_ONLY};
static enum lab_policy clear[] = {LAB_POLICY_MAY};
static struct lab_expect expect_both[] = {
    {.profiles = profiles, .profiles_count = 1, .policies = both, .policies_count = 2}};
static struct lab_expect expect_plain[] = {{.profiles = profiles, .profiles_count = 1}};
static struct lab_expect expect_clear[] = {
    {.profiles = profiles, .profiles_count = 1, .policies = clear, .policies_count = 1}};
static struct lab_scenario made[] = {
    {.id = a_both, .topic = first, .expect = expect_both, .expect_count = 1},
    {.id = a_plain, .topic = first, .expect = expect_plain, .expect_count = 1},
    {.id = b_clear, .topic = second, .expect = expect_clear, .expect_count = 1}};
static struct lab_scenario *list[] = {&made[0], &made[1], &made[2]};
static const struct lab_suite suite = {.catalogue = {.list = list, .count = 3}};

/* clang-format off */
static const struct {
    const char *label;
    const char *words[3];
    const char *cases;  /* NULL: refused */
    const char *complaint;
} rows[] = {
    {"nothing: all",            {NULL},                               "a-both a-both@dane-only a-plain b-clear@may ", ""},
    {"an id: all its cases",    {"a-both"},                           "a-both a-both@dane-only ", ""},
    {"a case as it is printed", {"a-both@dane-only"},                 "a-both@dane-only ", ""},
    {"the other one",           {"a-both@dane"},                      "a-both ", ""},
    {"two cases of one",        {"a-both@dane", "a-both@dane-only"},  "a-both a-both@dane-only ", ""},
    {"a case, and the rest",    {"a-both@dane-only", "a-both"},       "a-both a-both@dane-only ", ""},
    {"a glob",                  {"a-*@dane"},                         "a-both a-plain ", ""},
    {"no more than there are",  {"*@may"},                            "b-clear@may ", ""},
    {"a topic",                 {"01-*@dane-only"},                   "a-both@dane-only ", ""},
    {"a case that is not",      {"a-plain@may"},                      NULL, "danelab: no case is called \"a-plain@may\"; see danelab list\n"},
    {"no scenario",             {"c"},                                NULL, "danelab: no scenario is called \"c\"; see danelab list\n"},
    {"misspelt",                {"a-plian"},                          NULL, "danelab: no scenario is called \"a-plian\" (did you mean a-plain?); see danelab list\n"},
    {"misspelt, as a case",     {"a-bot@dane"},                       NULL, "danelab: no case is called \"a-bot@dane\" (did you mean a-both?); see danelab list\n"},
    {"a file",                  {"x/a-plain.yaml"},                   NULL, "danelab: \"x/a-plain.yaml\" is no id; a scenario has to lie in scenarios/NN-topic to be run, and is then called by its id\n"},
    {"a file right here",       {"a-plain.yaml"},                     NULL, "danelab: \"a-plain.yaml\" is no id; a scenario has to lie in scenarios/NN-topic to be run, and is then called by its id\n"},
    {"no policy",               {"a-both@dnae"},                      NULL, "danelab: \"a-both@dnae\": no policy \"dnae\"; expected dane, dane-only, may or encrypt behind the @\n"},
    {"an empty one",            {"a-both@"},                          NULL, "danelab: \"a-both@\": no policy \"\"; expected dane, dane-only, may or encrypt behind the @\n"},
};

static const struct {
    const char *word;
    const char *name;
    bool fits;
} pairs[] = {
    {"a-both",           "a-both",           true},
    {"a-both",           "a-both@dane-only", true},
    {"a-both@dane",      "a-both",           true},
    {"a-both@dane",      "a-both@dane-only", false},
    {"a-both@dane-only", "a-both@dane-only", true},
    {"a-both@dane-only", "a-both",           false},
    {"a-*@may",          "a-plain@may",      true},
    {"a",                "a-both",           false},
    {"*",                "a-both@dnae",      false},
};
/* clang-format on */

static size_t count_of(const char *const *words)
{
    size_t count = 0;

    while (count < 3 && words[count] != NULL)
        count++;
    return count;
}

/* The names of the cases that are chosen. */
static char *chosen(const struct lab_selected *s)
{
    const struct lab_run_config config = {.profile = "rfc7672",
                                          .any_policy = true,
                                          .scenarios = s->list,
                                          .policies = s->policies,
                                          .count = s->count};
    struct lab_text names = {0};
    struct lab_case *cases;
    size_t count = lab_cases_make(&config, &cases);

    lab_text_add(&names, "", 0);
    for (size_t i = 0; i < count; i++)
        lab_text_put(&names, "%s ", cases[i].name);
    lab_cases_free(cases, count);
    return names.text;
}

static void test_words(void)
{
    FILE *kept = stderr;

    for (size_t i = 0; i < CHECK_COUNT(rows); i++) {
        char *words[3] = {0};
        const struct lab_selection selection = {.patterns = words,
                                                .pattern_count = count_of(rows[i].words)};
        struct lab_selected selected;
        char *said = NULL, *names;
        size_t len = 0;
        int rc;

        check_row(rows[i].label);
        for (size_t w = 0; w < selection.pattern_count; w++)
            words[w] = lab_strdup(rows[i].words[w]);
        stderr = open_memstream(&said, &len);
        rc = lab_select(&suite, &selection, &selected);
        (void)fclose(stderr);
        stderr = kept;
        names = rc == 0 ? chosen(&selected) : NULL;
        check_str(names, rows[i].cases);
        check_str(said, rows[i].complaint);
        for (size_t w = 0; w < selection.pattern_count; w++)
            free(words[w]);
        free(names);
        free(said);
        lab_selected_free(&selected);
    }
}

static void test_fits(void)
{
    for (size_t i = 0; i < CHECK_COUNT(pairs); i++) {
        check_rowf("%s, %s", pairs[i].word, pairs[i].name);
        check_int(lab_word_fits(pairs[i].word, pairs[i].name), pairs[i].fits);
    }
}

/* clang-format off */
static const struct {
    const char *sut, *profile, *variant, *setup;
    const char *id;
    enum lab_policy policy;
    bool other_resolver, fast;
    const char *want;
} commands[] = {
    {"danesmtp", "rfc7672", NULL, NULL, "a-both", LAB_POLICY_DANE, false, false, "danelab run a-both@dane"},
    {"danesmtp", "rfc7672", NULL, NULL, "a-both", LAB_POLICY_DANE_ONLY, false, true, "danelab run a-both@dane-only --fast"},
    {"postfix", "seed2013", NULL, NULL, "a", LAB_POLICY_MAY, true, false, "danelab run a@may --sut postfix --profile seed2013 --resolver unbound-novalidate"},
    {"danesmtp", "rfc7672", "tls_x=a b", NULL, "a", LAB_POLICY_DANE, false, false, "danelab run a@dane --variant 'tls_x=a b'"},
    {"it's", "a;b", NULL, "$(x)", "a", LAB_POLICY_DANE, true, false, "danelab run a@dane --sut 'it'\\''s' --profile 'a;b' --setup '$(x)'"},
    {"", "rfc7672", "\\", NULL, "a b", LAB_POLICY_DANE, false, false, "danelab run 'a b@dane' --sut '' --variant '\\'"},
    {"danesmtp", "rfc7672", NULL, NULL, "--wrap=x", LAB_POLICY_DANE, false, true, "danelab run --fast -- --wrap=x@dane"},
};
/* clang-format on */

static void test_rerun(void)
{
    for (size_t i = 0; i < CHECK_COUNT(commands); i++) {
        char name[] = "$(x)";
        const struct lab_setup setup = {.name = name};
        const struct lab_run_config config = {
            .sut = commands[i].sut,
            .profile = commands[i].profile,
            .variant = commands[i].variant,
            .setup = commands[i].setup != NULL ? &setup : NULL,
            .resolver = commands[i].other_resolver ? lab_resolver_find("unbound-novalidate") : NULL,
            .fast = commands[i].fast};
        struct lab_scenario s = {.id = lab_strdup(commands[i].id)};
        const struct lab_case k = {.scenario = &s, .policy = commands[i].policy};
        char *got = lab_rerun_command(&config, &k);

        check_str(got, commands[i].want);
        free(got);
        free(s.id);
    }
}

static const struct check_test tests[] = {
    {"words that choose cases", test_words},
    {"names that a word means", test_fits},
    {"the command that has a case again", test_rerun},
};
SUITE(select, tests);
