/* common.h - what the subcommands share: where things are, and the catalogue of scenarios. */
#ifndef LAB_CLI_COMMON_H
#define LAB_CLI_COMMON_H

#include "base/base.h"
#include "scen/rules.h"
#include "scen/scenario.h"
#include "scen/states.h"
#include "world/world.h"

/* The lab's and its files'; that of the engine beside it is the same. */
#define LAB_VERSION "1.0.0"

/* Where the lab's files are: $DANELAB_SOURCE, or the source tree that this program was built in, or
 * PREFIX/share/danelab. Prints one line and exits with EX_CONFIG if none of them holds the
 * scenarios. The strings live as long as the process. */
const struct lab_paths *lab_paths_find(void);

/* Everything that a command needs to know about scenarios. */
struct lab_suite {
    const struct lab_paths *paths;
    struct lab_catalogue catalogue;
    int faults; /* lines about bad scenario files, already printed to standard error */
};
void lab_suite_open(struct lab_suite *suite);
void lab_suite_close(struct lab_suite *suite);
/* The rule catalogue beside the scenarios; release with lab_rules_free. Prints one line and exits
 * if it cannot be read. */
void lab_suite_rules(const struct lab_paths *paths, struct lab_rules *out);

/* Load one file or directory in place of the whole catalogue; returns the number of faults, -1 if
 * it cannot be read: out is empty then. */
int lab_suite_load(const struct lab_paths *paths, const char *root, struct lab_catalogue *out);

/* The states of zones/states; returns as lab_suite_load. Release with lab_states_free. */
int lab_suite_states(const struct lab_paths *paths, struct lab_states *out);

/* The four controls, in the catalogue's order; their tag is "control". */
size_t lab_controls(const struct lab_suite *suite, struct lab_scenario ***out);

/* The resolver of that name; -1 after a complaint. */
int lab_take_resolver(const char *name, const struct lab_resolver **out);
/* That profile, the default for NULL; -1 after a complaint: there is none. */
int lab_take_profile(const char *name, const char **out);
/* The policy of that name; -1 after a complaint. */
int lab_take_policy(const char *name, enum lab_policy *out);

/* "danelab: ..." on standard error; returns status. */
int lab_complaint(int status, const char *format, ...) LAB_PRINTF(2, 3);

#endif
