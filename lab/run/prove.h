/* prove.h - is the world what the scenarios say it is? Asked before the sender starts, from the
 * sender's place.
 *
 * DNS: every "prove" line of a scenario is put to the resolver that the sender uses, and to
 * libunbound validating on its own; both must say what the file says. Hosts: every address of every
 * host is called, up to the TLS handshake; what it does must be what its behaviour says, and the
 * chain it shows the one that was built. What fails here makes a scenario LAB-INVALID. */
#ifndef LAB_RUN_PROVE_H
#define LAB_RUN_PROVE_H

#include "base/base.h"
#include "world/world.h"

/* invalid[i] becomes one line (owned by the caller) for each scenario that is not proven, NULL for
 * the others. -1: the proving itself failed. */
LAB_MUST_USE int lab_prove(const struct lab_world *world, const struct lab_paths *paths,
                           struct lab_scenario *const *scenarios, size_t count, char **invalid,
                           struct lab_fault *fault);

/* The process that asks, "danelab prove-worker": questions from standard input, one a line, answers
 * to standard output. D <name> <type>    ->  D <index> <daemon's security> <answer> <libunbound's
 * security> <answer> <number of extended errors> <each> H <address>        ->  H <index> <what the
 * host did, see probe_host.h> Returns the exit status. */
int lab_prove_worker(void);

#endif
