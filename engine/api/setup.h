/* setup.h - from options to an engine: profile, own names, loop, resolver, TLS, connections. */
#ifndef DSMTP_API_SETUP_H
#define DSMTP_API_SETUP_H

#include "adapt/loop.h"
#include "adapt/tls_openssl.h"
#include "base/arena.h"
#include "core/nexthop.h"
#include "run/engine.h"

struct dsmtp_setup {
    struct dsmtp_client_options options; /* strings that are still in use live in the arena */
    const char *mark;                    /* before names of options in messages */
    bool own_loop;
    struct dsmtp_loop loop;
    struct dsmtp_tls *tls;
    struct dsmtp_engine engine; /* service and dial port are for each destination to set */
    struct dsmtp_arena arena;
    char helo[DSMTP_NAME_SIZE + 8];
};

/* Sizes are not looked at, nor is policy_file. mark: "--" for a command line. setup must stay where
 * it is. On failure all is closed again. SYNTAX: an option is wrong. */
DSMTP_MUST_USE enum dsmtp_status dsmtp_setup_open(struct dsmtp_setup *setup,
                                                  const struct dsmtp_client_options *options,
                                                  const char *mark, struct dsmtp_fault *fault);
void dsmtp_setup_close(struct dsmtp_setup *setup);

/* What a plan needs of it: profile, own names, seed; put into engine, and their strings into the
 * arena. */
DSMTP_MUST_USE enum dsmtp_status dsmtp_setup_rules(const struct dsmtp_client_options *options,
                                                   const char *mark, struct dsmtp_arena *arena,
                                                   struct dsmtp_engine *engine,
                                                   struct dsmtp_fault *fault);

#endif
