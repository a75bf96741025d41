/* world.h - all that a fast run needs of the scenarios: hosts with their chains, and the zones. */
#ifndef FAST_WORLD_H
#define FAST_WORLD_H

#include "fast/zones.h"
#include "world/internal.h"

struct fast_world {
    struct lab_world world; /* hosts and faults only; nothing of it runs */
    struct lab_tree *tree;
    struct fast_zones zones;
};

/* The scenarios must outlive it. Close it in any case. */
LAB_MUST_USE int fast_world_open(const struct lab_paths *paths,
                                 struct lab_scenario *const *scenarios, size_t count,
                                 struct fast_world *out, struct lab_fault *fault);
void fast_world_close(struct fast_world *w);

#endif
