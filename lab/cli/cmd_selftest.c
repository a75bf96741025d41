/* cmd_selftest.c - danelab selftest. */
#include <stdlib.h>
#include <string.h>

#include "cli/commands.h"
#include "cli/common.h"
#include "cli/options.h"
#include "run/selftest.h"

static const struct lab_option none[] = {{NULL, NULL, NULL}};

/* Keep only the named rows, in the table's order; false: a name is none. */
static bool choose(struct lab_faulty *list, size_t *count, char **names, int name_count)
{
    struct lab_faulty *kept = lab_calloc(*count, sizeof(*kept));
    size_t n = 0;

    for (int i = 0; i < name_count; i++) {
        size_t k = 0;

        while (k < *count && strcmp(list[k].name, names[i]) != 0)
            k++;
        if (k == *count) {
            free(kept);
            (void)lab_complaint(2, "selftest: no fault \"%s\"; see tests/faults/faults.tsv", names[i]);
            return false;
        }
        kept[n++] = list[k];
    }
    if (name_count > 0) {
        memcpy(list, kept, n * sizeof(*kept));
        *count = n;
    }
    free(kept);
    return true;
}

int lab_cmd_selftest(int argc, char **argv)
{
    struct lab_faulty *list;
    struct lab_suite suite;
    struct lab_fault fault;
    size_t count, all;
    char *path;
    int first;
    int rc = lab_options(argc, argv, none, "selftest [FAULT]...", NULL, &first);

    if (rc >= 0)
        return rc;
    lab_suite_open(&suite);
    path = lab_format("%s/tests/faults/faults.tsv", suite.paths->source);
    if (suite.faults > 0) {
        rc = lab_complaint(2, "%d faults in scenario files; nothing was run", suite.faults);
    } else if (lab_faulty_load(path, &list, &count, &fault) != 0) {
        rc = lab_complaint(fault.status, "%s", fault.what);
    } else {
        const struct lab_run_config config = {.paths = suite.paths, .sut = "danesmtp", .deadline = 30, .command = "danelab selftest"};

        all = count;
        rc = choose(list, &count, argv + first, argc - first) ? lab_selftest(&config, list, count, &suite.catalogue, &fault) : 2;
        if (rc < 0)
            rc = lab_complaint(3, "%s", fault.what);
        if (count == all)
            lab_faulty_free(list, all);
    }
    free(path);
    lab_suite_close(&suite);
    return rc;
}
