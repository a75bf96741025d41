/* world.c - the world of world.h, by the parts of lab/world that start nothing. */
#include "fast/world.h"

#include <stdlib.h>

int fast_world_open(const struct lab_paths *paths, struct lab_scenario *const *scenarios,
                    size_t count, struct fast_world *out, struct lab_fault *fault)
{
    *out = (struct fast_world){.world = {.scenarios = scenarios,
                                         .count = count,
                                         .source = lab_strdup(paths->source),
                                         .bin = lab_strdup(paths->bin)}};
    if (lab_world_make_hosts(&out->world, fault) != 0 ||
        lab_world_plant(&out->world, 0, false, &out->tree, fault) != 0)
        return -1;
    lab_world_make_faults(&out->world);
    fast_zones_open(out->tree, out->world.faults, out->world.faults_count, &out->zones);
    return 0;
}

void fast_world_close(struct fast_world *w)
{
    if (w->tree != NULL)
        fast_zones_close(&w->zones);
    lab_tree_close(&w->tree);
    lab_world_free_faults(&w->world);
    lab_world_free_hosts(&w->world);
    free(w->world.source);
    free(w->world.bin);
}
