/* states.h - the DNS states that the lab can make, each with what a validating resolver must say of
 * it: the files of zones/states.
 *
 * A state is a scenario without sender and hosts. Together they are the test of the damage recipes
 * and of the fault server: every recipe and every fault has a state that shows it. */
#ifndef LAB_SCEN_STATES_H
#define LAB_SCEN_STATES_H

#include "scen/scenario.h"

struct lab_state_file;

struct lab_states {
    struct lab_scenario **list; /* id, title, zones, prove; path is the file's */
    size_t count;
    struct lab_state_file **files; /* that they are in */
    size_t files_count;
};

/* Load every *.yaml of dir. Faults are reported and counted as by lab_catalogue_load; files with
 * faults are not in out. context: the recipes. */
int lab_states_load(const char *dir, const struct lab_lint_context *context,
                    void (*report)(void *self, const char *line), void *self,
                    struct lab_states *out);
void lab_states_free(struct lab_states *states);

#endif
