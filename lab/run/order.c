/* order.c - in which order the cases of a batch are submitted, see order.h. */
#include "run/order.h"

#include <stdlib.h>

#include "run/prove.h"

static bool falls_silent(const struct lab_scenario *s)
{
    for (unsigned i = 0; i < s->hosts_count; i++) {
        const struct lab_behaviour *row = lab_behaviour_find(s->hosts[i].smtp);

        if (row != NULL && (lab_facts_silence(row, false) != LAB_STEP_COUNT ||
                            lab_facts_silence(row, true) != LAB_STEP_COUNT))
            return true;
    }
    return false;
}

static void shuffle_all(size_t *order, size_t count, unsigned seed)
{
    for (size_t i = count; i > 1; i--) {
        size_t k = (size_t)rand_r(&seed) % i;
        size_t held = order[i - 1];

        order[i - 1] = order[k];
        order[k] = held;
    }
}

void lab_order(struct lab_case *const *cases, size_t count, bool shuffle, unsigned seed,
               size_t *order)
{
    size_t n = 0;

    for (int silent = 1; silent >= 0; silent--) {
        for (size_t i = 0; i < count; i++) {
            if (falls_silent(cases[i]->scenario) == (silent == 1))
                order[n++] = i;
        }
    }
    if (shuffle)
        shuffle_all(order, count, seed);
}
