/* cmd_list.c - danelab list, show, explain. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/commands.h"
#include "cli/common.h"
#include "cli/options.h"
#include "cli/select.h"

enum { TAG, RULE, SECTION };

/* clang-format off */
static const struct lab_option table[] = {
    [TAG]     = {"tag", "TAG", "only scenarios with this tag", 0},
    [RULE]    = {"rule", "ID", "only scenarios that cite this rule", 0},
    [SECTION] = {"section", "RFC#SECTION", "only scenarios that cite a rule of this section", 0},
    {NULL, NULL, NULL, 0},
};
static const struct lab_option none[] = {{NULL, NULL, NULL, 0}};
/* clang-format on */

/* The catalogue is sorted by id; people look for topics. */
static void print_list(const struct lab_selected *s)
{
    const char *topic = "";
    const char *next;

    do {
        next = NULL;
        for (size_t i = 0; i < s->count; i++)
            if (strcmp(s->list[i]->topic, topic) > 0 &&
                (next == NULL || strcmp(s->list[i]->topic, next) < 0))
                next = s->list[i]->topic;
        if (next != NULL)
            (void)printf("%s\n", next);
        for (size_t i = 0; next != NULL && i < s->count; i++)
            if (strcmp(s->list[i]->topic, next) == 0)
                (void)printf("  %-36s %s\n", s->list[i]->id, s->list[i]->title);
        topic = next;
    } while (next != NULL);
    (void)printf("%zu scenario%s\n", s->count, lab_plural(s->count));
}

int lab_cmd_list(int argc, char **argv)
{
    const char *got[LAB_COUNT(table)];
    struct lab_selected selected;
    struct lab_suite suite;
    int first;
    int rc = lab_options(argc, argv, table, "list [OPTION]... [ID|GLOB|@FILE]...", got, &first);

    if (rc >= 0)
        return rc;
    lab_suite_open(&suite);
    rc = lab_select(&suite,
                    &(struct lab_selection){.patterns = argv + first,
                                            .pattern_count = (size_t)(argc - first),
                                            .tag = got[TAG],
                                            .rule = got[RULE],
                                            .section = got[SECTION]},
                    &selected);
    if (rc == 0)
        print_list(&selected);
    lab_selected_free(&selected);
    lab_suite_close(&suite);
    return rc != 0 ? 2 : 0;
}

int lab_cmd_show(int argc, char **argv)
{
    const struct lab_scenario *s;
    struct lab_suite suite;
    struct lab_fault fault;
    unsigned policies;
    char *text;
    int first;
    int rc = lab_options(argc, argv, none, "show ID", NULL, &first);

    if (rc >= 0)
        return rc;
    if (argc - first != 1)
        return lab_complaint(2, "show: expected one id");
    lab_suite_open(&suite);
    s = lab_word_find(&suite, argv[first], &policies);
    if (s == NULL) {
        rc = policies == 0 ? 2 : lab_complaint(2, "show: no such scenario; see danelab list");
    } else if (lab_scenario_text(s, &text, &fault) != 0) {
        rc = lab_complaint(fault.status, "%s", fault.what);
    } else {
        (void)printf("# %s\n%s", s->path, text);
        free(text);
        rc = 0;
    }
    lab_suite_close(&suite);
    return rc;
}
