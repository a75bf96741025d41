/* run_by.h - danelab run with another way to run: danelab-fast brings its own. */
#ifndef LAB_CLI_RUN_BY_H
#define LAB_CLI_RUN_BY_H

#include "run/run.h"

/* As lab_run of run/run.h. */
typedef int lab_runner(const struct lab_run_config *config, struct lab_fault *fault);

/* The command, argv[0] its name; returns the exit status. With lab_run as the runner --fast hands
 * over to the program danelab-fast beside this one. */
int lab_cmd_run_by(int argc, char **argv, lab_runner *runner);

#endif
