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
    [TAG]     = {"tag", "TAG", "only scenarios with this tag", 0},
    [RULE]    = {"rule", "ID", "only scenarios that cite this rule", 0},
    [SECTION] = {"section", "RFC#SECTION", "only scenarios that cite a rule of this section", 0},
    {NULL, NULL, NULL, 0},
};
static const struct lab_option none[] = {{NULL, NULL, NULL, 0}};
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
