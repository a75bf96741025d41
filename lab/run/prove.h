/* prove.h - is the world what the scenarios say it is? Asked before the sender starts, from the
 * sender's place.
 *
 * DNS: every "prove" line of a scenario is put to the resolver that the sender uses, and to
 * libunbound validating on its own; both must say what the file says. Hosts: every address of every
 * host is called and a message delivered as far as that goes; what it does must be what its
 * behaviour says, and the chain it shows the one that was built. Hosts that change between
 * connections are called twice, hosts that look at SNI with and without. What fails here makes a
 * scenario LAB-INVALID. */
#ifndef LAB_RUN_PROVE_H
#define LAB_RUN_PROVE_H

#include "base/base.h"
#include "run/probe_host.h"
#include "smtp/smtp.h"
#include "world/world.h"

/* The records that were proven last, so that a step can be compared with the one before. */
struct lab_memory;
struct lab_memory *lab_memory_open(void);
void lab_memory_close(struct lab_memory **memory);

/* invalid[i] becomes one line (owned by the caller) for each scenario that is not proven, NULL for
 * the others. Scenarios may be later ones of a step, if it is that time. memory: NULL if none has
 * steps. -1: the proving itself failed. */
LAB_MUST_USE int lab_prove(const struct lab_world *world, const struct lab_paths *paths,
                           struct lab_scenario *const *scenarios, size_t count,
                           struct lab_memory *memory, char **invalid, struct lab_fault *fault);

/* What a host of that behaviour and chain has to do when called. later: not by the first connection
 * of a delivery. named: the caller asks for the host's name by SNI. */
void lab_facts_expected(const struct lab_behaviour *row, const struct lab_chain *chain, bool later,
                        bool named, struct lab_host_facts *out);
/* Where it says nothing, LAB_STEP_COUNT if nowhere. */
enum lab_step lab_facts_silence(const struct lab_behaviour *row, bool later);

/* The process that asks, "danelab prove-worker": questions from standard input, one a line, answers
 * to standard output; indexes count the requests of a kind.
 *     D NAME TYPE               D INDEX, security and answer of the daemon, the same of libunbound,
 *                               a number made of the records, number of extended errors, each of
 * them H ADDRESS SNI|- SILENT    H INDEX, then a line of lab_facts_line Returns the exit status. */
int lab_prove_worker(void);

#endif
