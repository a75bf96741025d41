/* sweep.h - many states, and every check on each of them. */
#ifndef TESTS_ORACLE_SWEEP_H
#define TESTS_ORACLE_SWEEP_H

#include "oracle/drive.h"

struct sweep_config {
    uint64_t states;     /* random ones besides the product */
    uint64_t seed;       /* of the random states */
    uint64_t thin;       /* one of so many states of the product; 0: none */
    uint64_t shard;      /* of shards parts of all that, the one with this number, from 0 */
    uint64_t shards;     /* 0: as 1 */
    const char *profile; /* of this profile only; NULL: of all that the engine knows */
    uint64_t show;       /* print so many disagreements */
    bool stop;           /* at the first one */
};

struct sweep_tally {
    const struct sweep_config *config;
    uint64_t states, runs, passed, failed;
    uint64_t settled; /* states with one allowed outcome */
    uint64_t verdicts[DSMTP_VERDICT_COUNT];
};

/* All states that config asks for, added to the tally; disagreements go to stdout. */
void sweep(const struct sweep_config *config, struct sweep_tally *tally);

/* All checks on one state: against the oracle in modes send and plan, in other shapes, and with one
 * DNS input after the other bogus. id is for reports. */
enum sweep_shapes { SWEEP_ONE_SHAPE, SWEEP_ALL_SHAPES };
void sweep_state(struct sweep_tally *tally, const char *id, const struct oracle_state *state,
                 enum sweep_shapes shapes);

#endif
