/* commands.h - what main.c calls; each returns the exit status. */
#ifndef DSMTP_CLI_COMMANDS_H
#define DSMTP_CLI_COMMANDS_H

#include "cli/options.h"

int dsmtp_cmd_plan(const struct dsmtp_options *options);
int dsmtp_cmd_probe(const struct dsmtp_options *options);
int dsmtp_cmd_send(const struct dsmtp_options *options);
int dsmtp_cmd_batch(const struct dsmtp_options *options);
int dsmtp_cmd_verify(const struct dsmtp_options *options);
int dsmtp_cmd_tables(const struct dsmtp_options *options);

#endif
