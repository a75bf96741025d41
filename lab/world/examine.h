/* examine.h - what a machine must have for the lab, looked at one by one. */
#ifndef LAB_WORLD_EXAMINE_H
#define LAB_WORLD_EXAMINE_H

#include "world/world.h"

enum lab_finding { LAB_FOUND, LAB_WANTING, LAB_MISSING, LAB_UNTRIED };

/* One row: WANTING is a loss that the lab can live with, MISSING is not; UNTRIED: something before
 * it is missing. */
struct lab_need {
    const char *what;
    enum lab_finding finding;
    char says[512]; /* where it was found, or what is wrong and what helps */
};
#define LAB_NEEDS 14

/* Fills all rows; the last one is an empty world, really started. */
void lab_world_examine(const struct lab_paths *paths, struct lab_need out[LAB_NEEDS]);

#endif
