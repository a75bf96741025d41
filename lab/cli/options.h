/* options.h - command-line options of subcommands. */
#ifndef LAB_CLI_OPTIONS_H
#define LAB_CLI_OPTIONS_H

#include "cli/common.h"

/* One option of a command: its name, what its value is called (NULL: none), one line about it, and
 * its letter (0: none). */
struct lab_option {
    const char *name;
    const char *value;
    const char *says;
    char letter;
};

/* Read argv by a table of long options, NULL-terminated by name. got[i] becomes the value of the
 * i-th option, or "" for one without a value; NULL if it was not given. Positions that are no
 * options are moved to the end of argv, first is the index of the first one. Prints and returns an
 * exit status >= 0 when the command must end (--help: 0, a wrong option: 2; to complete words, see
 * complete.h: 0), otherwise -1. A command does nothing before it has called this. */
int lab_options(int argc, char **argv, const struct lab_option *table, const char *usage,
                const char **got, int *first);

/* Which word of the option's value ("names|random") the text is; 0, the first, if it is NULL. -1
 * after a complaint. */
int lab_choice(const struct lab_option *option, const char *text);

/* A number from min to max, or -1 after a complaint that names the option. */
long lab_number(const char *option, const char *text, long min, long max);

#endif
