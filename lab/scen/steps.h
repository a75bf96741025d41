/* steps.h - the steps of a scenario: what its world is like from each of them on. Private to scen.
 */
#ifndef LAB_SCEN_STEPS_H
#define LAB_SCEN_STEPS_H

#include "scen/scenario.h"

#define LAB_LATEST 5184000u /* seconds: sixty days */

/* "90s", "5m", "2h" or "25d" in seconds; 0: it is no such time, or later than LAB_LATEST. */
unsigned lab_step_time(const char *text);

/* The zone that a list calls so, letter by letter, or NULL. */
const struct lab_zone *lab_zone_named(const struct lab_zone *list, unsigned count,
                                      const char *name);

/* Fill s->later from s->steps. Zones that a step changes stand first, in its order. The texts stay
 * those of the file. A time that is none counts as 0, and a zone or host that the file does not
 * have is left out: lint complains about both. */
void lab_steps_make(struct lab_scenario *s);
/* The addresses have been given out. */
void lab_steps_follow(struct lab_scenario *s);
void lab_steps_free(struct lab_scenario *s);

#endif
