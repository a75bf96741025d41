/* discovery.h - runs core/discover.h against a table of answers, and puts a plan into one line. */
#ifndef TESTS_FAKES_DISCOVERY_H
#define TESTS_FAKES_DISCOVERY_H

#include "core/discover.h"
#include "fakes/world.h"

/* In which order questions are answered. */
enum fake_order { FAKE_FIRST_FIRST, FAKE_LAST_FIRST, FAKE_SHUFFLED };

/* Answer everything from the world. DSMTP_MISUSE: there was a plan while questions were open. */
enum dsmtp_status fake_discover(struct dsmtp_discover *d, const struct fake_world *world,
                                enum fake_order order, unsigned seed);

/* "attempt REASON 3 | mx1 dane TLSA_USABLE base=RECORDS for a,b | ..."; the number is that of
 * rounds. */
void fake_describe(const struct dsmtp_plan *plan, char *out, size_t room);

#endif
