/* main.c - danelab-fast: `danelab run --fast`, the one program that has both halves in it; and
 * `danelab-fast states`, the test of its model of DNS. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/streams.h"
#include "cli/common.h"
#include "cli/run_by.h"
#include "fast/prove.h"
#include "fast/run.h"
#include "fast/world.h"

/* Does the model say of every state what zones/states does? */
static int prove_all(const struct lab_paths *paths, const struct lab_states *states)
{
    struct fast_world world;
    struct lab_fault fault;
    unsigned wrong = 0;
    int rc = fast_world_open(paths, states->list, states->count, &world, &fault);

    for (size_t i = 0; rc == 0 && i < states->count; i++) {
        char *line = fast_prove(&world.zones, states->list[i]);

        if (line != NULL)
            (void)printf("NOT IN THE MODEL: %s: %s\n", states->list[i]->id, line);
        wrong += line != NULL;
        free(line);
    }
    fast_world_close(&world);
    if (rc != 0)
        return lab_complaint(3, "%s", fault.what);
    (void)printf("%zu state%s as the model has them, %u not\n", states->count - wrong,
                 lab_plural(states->count - wrong), wrong);
    return wrong > 0;
}

static int prove_states(void)
{
    const struct lab_paths *paths = lab_paths_find();
    struct lab_states states;
    int rc = lab_suite_states(paths, &states);

    rc = rc != 0 ? 2 : prove_all(paths, &states);
    lab_states_free(&states);
    return rc;
}

static int run(int argc, char **argv)
{
    if (argc > 0 && strcmp(argv[0], "run") == 0)
        return lab_cmd_run_by(argc, argv, fast_run);
    if (argc > 1 && strcmp(argv[1], "run") == 0)
        return lab_cmd_run_by(argc - 1, argv + 1, fast_run);
    if (argc == 2 && strcmp(argv[1], "states") == 0)
        return prove_states();
    (void)fputs("danelab-fast: expected run or states; `danelab run --fast` starts it\n", stderr);
    return 2;
}

int main(int argc, char **argv)
{
    lab_streams_occupy();
    return lab_streams_end(run(argc, argv));
}
