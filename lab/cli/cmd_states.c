/* cmd_states.c - danelab states. */
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>

#include "cli/commands.h"
#include "cli/common.h"
#include "cli/options.h"
#include "run/states.h"

enum { CHECK, RESOLVER };

static const struct lab_option table[] = {
    [CHECK] = {"check", NULL, "build them all and prove that each is what it says", 0},
    [RESOLVER] = {"resolver", "NAME", "at this resolver (unbound); see danelab run --help", 0},
    {NULL, NULL, NULL, 0},
};

/* Those that a pattern names, all without one. */
static struct lab_scenario **choose(const struct lab_states *states, char **patterns, int count,
                                    size_t *out_count)
{
    struct lab_scenario **out = lab_calloc(states->count, sizeof(struct lab_scenario *));

    *out_count = 0;
    for (size_t i = 0; i < states->count; i++) {
        bool wanted = count == 0;

        for (int k = 0; k < count; k++)
            wanted = wanted || fnmatch(patterns[k], states->list[i]->id, 0) == 0;
        if (wanted)
            out[(*out_count)++] = states->list[i];
    }
    return out;
}

static int act(const struct lab_paths *paths, const struct lab_resolver *resolver,
               struct lab_scenario *const *list, size_t count, bool check)
{
    struct lab_fault fault;
    int rc = 0;

    if (count == 0)
        return lab_complaint(2, "states: no state has such a name; see danelab states");
    if (check) {
        rc = lab_states_check(paths, resolver, list, count, &fault);
        return rc < 0 ? lab_complaint(3, "%s", fault.what) : rc;
    }
    for (size_t i = 0; i < count; i++)
        (void)printf("%-40s  %s\n", list[i]->id, list[i]->title);
    return rc;
}

int lab_cmd_states(int argc, char **argv)
{
    const char *got[LAB_COUNT(table)];
    const struct lab_resolver *resolver = NULL;
    const struct lab_paths *paths;
    struct lab_states states;
    int first, faults;
    int rc = lab_options(argc, argv, table, "states [OPTION]... [STATE|GLOB]...", got, &first);

    if (rc >= 0)
        return rc;
    if (got[RESOLVER] != NULL && lab_take_resolver(got[RESOLVER], &resolver) != 0)
        return 2;
    paths = lab_paths_find();
    faults = lab_suite_states(paths, &states);
    if (faults != 0) {
        rc = lab_complaint(EX_DATAERR, "faults in zones/states; nothing was built");
    } else {
        size_t count;
        struct lab_scenario **list = choose(&states, argv + first, argc - first, &count);

        rc = act(paths, resolver, list, count, got[CHECK] != NULL);
        free(list);
    }
    lab_states_free(&states);
    return rc;
}
