/* complete.c - candidates of complete.h. */
#include "cli/complete.h"

#include <glob.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/select.h"
#include "scen/lint.h"

void lab_complete_offer(const char *typed, const char *candidate)
{
    if (strncmp(typed, candidate, strlen(typed)) == 0)
        (void)puts(candidate);
}

/* Names in the lab's tree: the last part of each path that fits, or with up the part before that,
 * and up to the dot. */
static void offer_paths(const char *typed, const char *pattern, bool up)
{
    char *full = lab_format("%s/%s", lab_paths_find()->source, pattern);
    glob_t found;

    if (glob(full, 0, NULL, &found) == 0) {
        for (size_t i = 0; i < found.gl_pathc; i++) {
            char *path = found.gl_pathv[i];
            char *name = basename(up ? dirname(path) : path);

            name[strcspn(name, ".")] = '\0';
            lab_complete_offer(typed, name);
        }
        globfree(&found);
    }
    free(full);
}

/* The cases of the scenario before the @. */
static void offer_cases(const char *typed, const char *at)
{
    char *id = lab_strndup(typed, (size_t)(at - typed));
    const struct lab_scenario *s;
    struct lab_suite suite;

    lab_suite_open(&suite);
    s = lab_catalogue_find(&suite.catalogue, id);
    for (int p = 0; p < LAB_POLICY_COUNT && s != NULL; p++) {
        char *name = lab_format("%s@%s", id, lab_policy_name((enum lab_policy)p));
        unsigned policies;

        if (lab_word_find(&suite, name, &policies) != NULL)
            lab_complete_offer(typed, name);
        free(name);
    }
    lab_suite_close(&suite);
    free(id);
}

static void offer_scenarios(const char *typed)
{
    const char *at = strchr(typed, '@');

    if (at != NULL && at > typed)
        offer_cases(typed, at);
    else
        offer_paths(typed, "scenarios/[0-9]*/*.yaml", false);
}

static void offer_adapters(const char *typed)
{
    offer_paths(typed, "lab/adapters/*/adapter", true);
}

static void offer_profiles(const char *typed)
{
    for (size_t i = 0; lab_profile_at(i) != NULL; i++)
        lab_complete_offer(typed, lab_profile_at(i));
}

static void offer_policies(const char *typed)
{
    for (int p = 0; p < LAB_POLICY_COUNT; p++)
        lab_complete_offer(typed, lab_policy_name((enum lab_policy)p));
}

static void offer_resolvers(const char *typed)
{
    for (size_t i = 0; lab_resolver_at(i) != NULL; i++)
        lab_complete_offer(typed, lab_resolver_at(i)->name);
}

static void offer_rules(const char *typed)
{
    struct lab_rules rules;

    lab_suite_rules(lab_paths_find(), &rules);
    for (size_t i = 0; i < rules.count; i++)
        lab_complete_offer(typed, rules.list[i].id);
    lab_rules_free(&rules);
}

/* Each tag where it comes first. */
static void offer_tags(const char *typed)
{
    const char **seen = NULL;
    size_t count = 0;
    struct lab_suite suite;

    lab_suite_open(&suite);
    for (size_t i = 0; i < suite.catalogue.count; i++) {
        const struct lab_scenario *s = suite.catalogue.list[i];

        for (unsigned t = 0; t < s->tags_count; t++) {
            size_t k = 0;

            while (k < count && strcmp(seen[k], s->tags[t]) != 0)
                k++;
            if (k < count)
                continue;
            seen = lab_realloc(seen, count + 1, sizeof(*seen));
            seen[count++] = s->tags[t];
            lab_complete_offer(typed, s->tags[t]);
        }
    }
    free(seen);
    lab_suite_close(&suite);
}

static void offer_states(const char *typed)
{
    struct lab_states states;

    if (lab_suite_states(lab_paths_find(), &states) >= 0)
        for (size_t i = 0; i < states.count; i++)
            lab_complete_offer(typed, states.list[i]->id);
    lab_states_free(&states);
}

/* "names|random": one of these. */
static void offer_choices(const char *typed, const char *choices)
{
    char *copy = lab_strdup(choices);
    char *rest = copy;
    char *word;

    while ((word = strsep(&rest, "|")) != NULL)
        lab_complete_offer(typed, word);
    free(copy);
}

/* What a value of the option of that name, or a word of that kind in a usage, can be. */
static const struct {
    const char *name;
    void (*offer)(const char *typed);
} kinds[] = {
    {"sut", offer_adapters},       {"profile", offer_profiles}, {"policy", offer_policies},
    {"resolver", offer_resolvers}, {"rule", offer_rules},       {"tag", offer_tags},
    {"ID", offer_scenarios},       {"RULE", offer_rules},       {"STATE", offer_states},
    {"ADAPTER", offer_adapters},
};

static void offer_kind(const char *typed, const char *name)
{
    for (size_t i = 0; i < LAB_COUNT(kinds); i++)
        if (strcmp(kinds[i].name, name) == 0)
            kinds[i].offer(typed);
}

/* The row that a word begins: "--profile", "--profile=..." or "-j"; NULL if it is no option. */
static const struct lab_option *option_of(const struct lab_option *table, const char *word)
{
    size_t len = strcspn(word, "=");

    for (size_t i = 0; table[i].name != NULL; i++) {
        const char letter[] = {'-', table[i].letter, '\0'};

        if (len > 2 && strncmp(word, "--", 2) == 0 && strlen(table[i].name) == len - 2 &&
            strncmp(word + 2, table[i].name, len - 2) == 0)
            return &table[i];
        if (table[i].letter != 0 && strcmp(word, letter) == 0)
            return &table[i];
    }
    return NULL;
}

static void offer_value(const struct lab_option *option, const char *typed)
{
    if (strchr(option->value, '|') != NULL)
        offer_choices(typed, option->value);
    else
        offer_kind(typed, option->name);
}

static void offer_options(const char *typed, const struct lab_option *table)
{
    for (size_t i = 0; table[i].name != NULL; i++) {
        char *name = lab_format("--%s", table[i].name);

        lab_complete_offer(typed, name);
        free(name);
    }
    lab_complete_offer(typed, "--help");
}

/* The arguments as a usage has them, after the command: "[ID|GLOB|@FILE]...", "check|fetch
 * ADAPTER". Lower-case words are meant as they are, and alone in the first place. */
static void offer_arguments(const char *typed, const char *usage, bool first)
{
    char *copy = lab_strdup(usage);
    char *rest = copy;
    bool literal = false;
    char *word;

    (void)strsep(&rest, " ");
    while ((word = strsep(&rest, "[]| ")) != NULL && word[0] != '>') {
        bool lower = word[0] >= 'a' && word[0] <= 'z';

        literal = literal || lower;
        if (lower && first)
            lab_complete_offer(typed, word);
        else if (!(literal && first))
            offer_kind(typed, word);
    }
    free(copy);
}

void lab_complete(int count, char **words, const struct lab_option *table, const char *usage)
{
    const char *typed = count > 0 ? words[count - 1] : "";
    const struct lab_option *before = count > 1 ? option_of(table, words[count - 2]) : NULL;
    const struct lab_option *here = option_of(table, typed);
    const char *value = strchr(typed, '=');

    if (before != NULL && before->value != NULL && strchr(words[count - 2], '=') == NULL)
        offer_value(before, typed);
    else if (here != NULL && here->value != NULL && value != NULL)
        offer_value(here, value + 1);
    else if (typed[0] == '-')
        offer_options(typed, table);
    else
        offer_arguments(typed, usage, count <= 1);
}
