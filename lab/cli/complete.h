/* complete.h - what a word of the command line may become: `danelab complete WORD...` prints it,
 * one a line, for the shells. It comes from the same tables as --help. */
#ifndef LAB_CLI_COMPLETE_H
#define LAB_CLI_COMPLETE_H

#include "cli/options.h"

/* The first argument of a command in place of its own: it is to complete the last of those behind
 * it and to do nothing else. Not a word that anybody would type. */
#define LAB_COMPLETE "--complete-the-last-word"

/* Print what begins as the word that is typed. */
void lab_complete_offer(const char *typed, const char *candidate);

/* Complete the last of count words behind a command with these options and this usage: an option,
 * the value of one, or what the usage says comes there (ID, RULE, STATE, "check|fetch"). Files are
 * left to the shell. */
void lab_complete(int count, char **words, const struct lab_option *table, const char *usage);

#endif
