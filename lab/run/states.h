/* states.h - are the DNS states what zones/states says? A world with nothing but their zones, and
 * the proofs put to the resolver and to libunbound. */
#ifndef LAB_RUN_STATES_H
#define LAB_RUN_STATES_H

#include "base/base.h"
#include "world/world.h"

/* Prints a line for each state; the last line is "N states proven, N not". 0: all proven, 1: not
 * all; -1 with fault: no world. Enters namespaces of its own. */
LAB_MUST_USE int lab_states_check(const struct lab_paths *paths,
                                  const struct lab_resolver *resolver,
                                  struct lab_scenario *const *states, size_t count,
                                  struct lab_fault *fault);

#endif
