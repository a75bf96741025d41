/* prove.h - does the model of answer.h say what the scenarios say? */
#ifndef FAST_PROVE_H
#define FAST_PROVE_H

#include "fast/zones.h"

/* One line if a "prove" line of the scenario is not what the model says of the zones; the caller
 * frees it. NULL: all are. */
char *fast_prove(const struct fast_zones *zones, const struct lab_scenario *s);

#endif
