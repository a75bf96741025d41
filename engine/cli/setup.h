/* setup.h - the engine as the options of the command line ask for it. */
#ifndef DSMTP_CLI_SETUP_H
#define DSMTP_CLI_SETUP_H

#include "api/setup.h"
#include "cli/options.h"

/* Returns 0, or an exit status after a message was printed. dsmtp_setup_close in any case. */
int dsmtp_cli_setup(struct dsmtp_setup *setup, const struct dsmtp_options *options,
                    const char *command);

#endif
