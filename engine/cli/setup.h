/* setup.h - picks the adapters that the options ask for. */
#ifndef DSMTP_CLI_SETUP_H
#define DSMTP_CLI_SETUP_H

#include "adapt/loop.h"
#include "adapt/tls_openssl.h"
#include "base/arena.h"
#include "cli/options.h"
#include "model/name.h"
#include "run/engine.h"

struct dsmtp_setup {
    struct dsmtp_loop loop;
    struct dsmtp_tls *tls;
    struct dsmtp_engine engine; /* service and dial port are for each destination to set */
    struct dsmtp_arena arena;   /* of own names */
    char helo[DSMTP_NAME_SIZE + 8];
};

/* Returns 0, or an exit status after a message was printed. close in any case. */
int dsmtp_setup_open(struct dsmtp_setup *setup, const struct dsmtp_options *options,
                     const char *command);
void dsmtp_setup_close(struct dsmtp_setup *setup);

#endif
