/* schema.h - the layout of a scenario file as libcyaml tables. Private to scen. */
#ifndef LAB_SCEN_SCHEMA_H
#define LAB_SCEN_SCHEMA_H

#include <cyaml/cyaml.h>

#include "scen/scenario.h"

#define LAB_MAX_HOSTS 16 /* a scenario has one block of addresses */
#define LAB_MAX_STEPS 4

/* A file of zones/states. */
struct lab_state_file {
    char *base; /* records of zones that have none of their own */
    struct lab_scenario *states;
    unsigned states_count;
};

extern const cyaml_schema_value_t lab_scenario_schema; /* the whole file */
extern const cyaml_schema_value_t
    lab_behaviour_schema; /* what makes it what it is: to, world, prove, expect */
extern const cyaml_schema_value_t lab_states_schema; /* zones/states: struct lab_state_file */
extern const cyaml_config_t lab_cyaml_config;

#endif
