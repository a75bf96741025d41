/* complete.h - what a word of the command line may become: `danesmtp complete WORD...` prints it,
 * one a line, for the shells. It comes from the same tables as --help. */
#ifndef DSMTP_CLI_COMPLETE_H
#define DSMTP_CLI_COMPLETE_H

#include "cli/options.h"

/* Print what begins as the word that is typed. */
void dsmtp_complete_offer(const char *typed, const char *candidate);

/* Complete the last of count words behind a command: an option of it, the value of one, or what its
 * arguments, as the usage has them, say ("[plan|probe] < TARGETS"). Files are left to the shell. */
void dsmtp_complete(enum dsmtp_takes command, const char *arguments, int count, char *const *words);

#endif
