/* cmd_list.c - danelab list, show, explain. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/commands.h"
#include "cli/common.h"
#include "cli/options.h"

enum { TAG, RULE, SECTION };

/* clang-format off */
static const struct lab_option table[] = {
    [TAG]     = {"tag", "TAG", "only scenarios with this tag"},
    [RULE]    = {"rule", "ID", "only scenarios that cite this rule"},
    [SECTION] = {"section", "RFC#SECTION", "only scenarios that cite a rule of this section"},
    {NULL, NULL, NULL},
};
static const struct lab_option none[] = {{NULL, NULL, NULL}};
/* clang-format on */

int lab_cmd_list(int argc, char **argv)
{
    const char *got[LAB_COUNT(table)];
    struct lab_scenario **list = NULL;
    struct lab_suite suite;
    const char *topic = "";
    long count;
    int first;
    int rc = lab_options(argc, argv, table, "list [OPTION]... [ID|GLOB|@FILE]...", got, &first);

    if (rc >= 0)
        return rc;
    lab_suite_open(&suite);
    count = lab_select(&suite,
                       &(struct lab_selection){.patterns = argv + first,
                                               .pattern_count = (size_t)(argc - first),
                                               .tag = got[TAG],
                                               .rule = got[RULE],
                                               .section = got[SECTION]},
                       &list);
    for (size_t t = 0; t < suite.catalogue.count; t++) {
        /* The catalogue is sorted by id; people look for topics. */
        const char *next = NULL;

        for (long i = 0; i < count; i++)
            if (strcmp(list[i]->topic, topic) > 0 &&
                (next == NULL || strcmp(list[i]->topic, next) < 0))
                next = list[i]->topic;
        if (next == NULL)
            break;
        topic = next;
        (void)printf("%s\n", topic);
        for (long i = 0; i < count; i++)
            if (strcmp(list[i]->topic, topic) == 0)
                (void)printf("  %-36s %s\n", list[i]->id, list[i]->title);
    }
    if (count >= 0)
        (void)printf("%ld scenarios\n", count);
    free(list);
    lab_suite_close(&suite);
    return count < 0 ? 2 : 0;
}

static const struct lab_scenario *the_one(const struct lab_suite *suite, int argc, char **argv,
                                          int first)
{
    if (argc - first != 1) {
        (void)lab_complaint(2, "%s: expected one id", argv[0]);
        return NULL;
    }
    return lab_catalogue_find(&suite->catalogue, argv[first]);
}

int lab_cmd_show(int argc, char **argv)
{
    const struct lab_scenario *s;
    struct lab_suite suite;
    struct lab_fault fault;
    char *text;
    int first;
    int rc = lab_options(argc, argv, none, "show ID", NULL, &first);

    if (rc >= 0)
        return rc;
    lab_suite_open(&suite);
    s = the_one(&suite, argc, argv, first);
    if (s == NULL) {
        rc = lab_complaint(2, "show: no such scenario; see danelab list");
    } else if (lab_file_read(s->path, &text, NULL, &fault) != 0) {
        rc = lab_complaint(fault.status, "%s", fault.what);
    } else {
        (void)printf("# %s\n%s", s->path, text);
        free(text);
        rc = 0;
    }
    lab_suite_close(&suite);
    return rc;
}

static void explain_rule(const struct lab_suite *suite, const struct lab_rule *rule)
{
    (void)printf("%s (%s, %s)\n  %s\n", rule->id, rule->level, rule->source, rule->statement);
    if (rule->unobservable != NULL)
        (void)printf("  cannot be seen on the wire: %s\n", rule->unobservable);
    for (size_t i = 0; i < suite->catalogue.count; i++)
        for (unsigned r = 0; r < suite->catalogue.list[i]->rules_count; r++)
            if (strcmp(suite->catalogue.list[i]->rules[r], rule->id) == 0)
                (void)printf("  %-36s %s\n", suite->catalogue.list[i]->id,
                             suite->catalogue.list[i]->title);
}

static void print_accept(const struct lab_accept *a, unsigned rank)
{
    (void)printf("    %s %s%s%s%s%s%s%s\n",
                 rank == 0 ? "expected:" : "or:      ", lab_outcome_name(a->outcome),
                 a->host != NULL ? " by " : "", a->host != NULL ? a->host : "",
                 a->over != LAB_OVER_ANY ? " over " : "",
                 a->over != LAB_OVER_ANY ? lab_over_name(a->over) : "", a->note != NULL ? ": " : "",
                 a->note != NULL ? a->note : "");
}

static void print_expect(const struct lab_expect *e)
{
    (void)printf("  under");
    for (unsigned i = 0; i < e->profiles_count; i++)
        (void)printf(" %s", e->profiles[i]);
    for (unsigned i = 0; i < e->policies_count; i++)
        (void)printf("%s%s", i == 0 ? " with policy " : " ", lab_policy_name(e->policies[i]));
    (void)printf("\n");
    for (unsigned i = 0; i < e->accept_count; i++)
        print_accept(&e->accept[i], i);
    for (unsigned i = 0; i < e->require_count; i++)
        (void)printf("    must be seen: %s %s %s\n", lab_see_name(e->require[i].see),
                     e->require[i].at != NULL ? e->require[i].at : "",
                     e->require[i].of != NULL ? e->require[i].of : "");
    for (unsigned i = 0; i < e->forbid_count; i++)
        (void)printf("    must not be seen: %s %s %s\n", lab_see_name(e->forbid[i].see),
                     e->forbid[i].at != NULL ? e->forbid[i].at : "",
                     e->forbid[i].of != NULL ? e->forbid[i].of : "");
}

static void explain_scenario(const struct lab_scenario *s, const struct lab_rules *rules)
{
    (void)printf("%s: %s\n\n%s\n", s->id, s->title, s->why);
    for (unsigned i = 0; i < s->rules_count; i++) {
        const struct lab_rule *rule = lab_rules_find(rules, s->rules[i]);

        if (rule != NULL)
            (void)printf("  %-18s %-10s %s\n", rule->id, rule->level, rule->statement);
    }
    (void)printf("\n");
    if (s->attempts > 1)
        (void)printf("  the message has to be kept until attempt %u\n", s->attempts);
    for (unsigned i = 0; i < s->recipients_count; i++)
        (void)printf("  recipient %s%s\n", s->recipients[i],
                     i == 0 ? ", whose mail is judged" : " gets the same message");
    for (unsigned i = 0; i < s->expect_count; i++)
        print_expect(&s->expect[i]);
    if (s->twin != NULL)
        (void)printf("  twin: %s\n", s->twin);
}

int lab_cmd_explain(int argc, char **argv)
{
    const struct lab_scenario *s;
    const struct lab_rule *rule;
    struct lab_suite suite;
    struct lab_rules rules;
    int first;
    int rc = lab_options(argc, argv, none, "explain ID|RULE", NULL, &first);

    if (rc >= 0)
        return rc;
    lab_suite_open(&suite);
    lab_suite_rules(&suite, &rules);
    s = the_one(&suite, argc, argv, first);
    rule = argc - first == 1 ? lab_rules_find(&rules, argv[first]) : NULL;
    rc = 0;
    if (s != NULL)
        explain_scenario(s, &rules);
    else if (rule != NULL)
        explain_rule(&suite, rule);
    else
        rc = lab_complaint(
            2, "explain: no such scenario or rule; see danelab list and danelab coverage");
    lab_rules_free(&rules);
    lab_suite_close(&suite);
    return rc;
}
