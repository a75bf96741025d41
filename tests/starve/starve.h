/* starve.h - memory that runs out: each allocation of the engine made to fail once.
 *
 * The program `starve` has an engine whose calls of malloc and of whatever else allocates
 * (tests/starve/symbols) come here. What libevent, OpenSSL, libunbound and libc allocate inside a
 * call does not fail; the call itself does, as it would then. jansson asks here for all that it
 * needs. */
#ifndef TESTS_STARVE_STARVE_H
#define TESTS_STARVE_STARVE_H

#include <stdbool.h>

/* From now on allocation number n (from 1) fails, and with all also every one behind it; 0: none.
 * What takes longer than some seconds from here ends the program. */
void starve_begin(unsigned n, bool all);

/* Nothing fails any more. Returns whether something did. */
bool starve_end(void);

/* One run of something, while allocation n fails; hungry: it did. */
typedef void starve_run(void *arg, unsigned n);
typedef void starve_look(void *arg, unsigned n, bool hungry);

/* Run it with each allocation failing in turn, and with all from that one on if that is wanted,
 * until nothing fails any more, and look after each run. Returns how many allocations there are; 0
 * if there is no end to them. */
unsigned starve(starve_run *run, starve_look *look, void *arg, bool all_behind);

/* The whole danesmtp: its main. */
int danesmtp_main(int argc, char **argv);

#endif
