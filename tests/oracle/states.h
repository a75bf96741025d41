/* states.h - states of the world for the oracle and the engine: a full product of the main axes,
 * and as many random ones as are wanted. A state has a short id that makes it again. */
#ifndef TESTS_ORACLE_STATES_H
#define TESTS_ORACLE_STATES_H

#include <stdint.h>

#include "oracle/oracle.h"

/* States of the product: one host behind one domain, every combination. False: the state is there
 * under another index, since what is different cannot be seen (the alias of a host that is its own
 * domain, a server behind an MX answer that leads to none). */
uint64_t states_product_count(void);
bool states_product(uint64_t index, struct oracle_state *out);

/* A state of one to three hosts, each part drawn by itself; the same for the same seed and number,
 * in every build. */
void states_random(uint64_t seed, uint64_t number, struct oracle_state *out);

/* The next number of a stream that seed begins: splitmix64, small, and the same everywhere. */
uint64_t states_draw(uint64_t *seed);

enum { STATES_ID_SIZE = 48, STATES_TEXT_SIZE = 1600 };

/* "pINDEX" or "rSEED:NUMBER" to a state; false: it is neither. */
bool states_find(const char *id, struct oracle_state *out);

/* A state in words, as short as what matters in it allows. */
void states_text(const struct oracle_state *state, char out[STATES_TEXT_SIZE]);

/* A state in which one DNS input fails that did not fail before. */
struct states_input {
    char what[32]; /* "a bogus A of host 1" */
    struct oracle_state state;
};

/* One for each input, bogus, and again as a failed lookup: R-7672-2.1.1-11 makes no difference
 * between them. Returns how many of room were filled. */
enum { STATES_INPUTS_MAX = 2 * (1 + ORACLE_HOSTS * 5) };
unsigned states_failing(const struct oracle_state *state,
                        struct states_input out[STATES_INPUTS_MAX]);

/* Words for values: "rfc7672", "dane-only", "secure", ... */
const char *states_profile_word(enum oracle_profile profile);
const char *states_outcome_word(enum oracle_outcome outcome);
const char *states_level_word(enum oracle_level level);
const char *states_channel_word(enum oracle_channel channel);
const char *states_name_word(enum oracle_name name);

#endif
