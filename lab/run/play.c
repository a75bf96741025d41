/* play.c - step by step through the times of a batch, see play.h. */
#include "run/play.h"

#include <stdlib.h>

#include "run/prove.h"

static int by_size(const void *a, const void *b)
{
    const unsigned x = *(const unsigned *)a;
    const unsigned y = *(const unsigned *)b;

    return (x > y) - (x < y);
}

static void gather_times(struct lab_batch *b)
{
    size_t all = 0;

    for (size_t i = 0; i < b->count; i++) {
        const struct lab_scenario *s = b->cases[i]->scenario;

        b->times = lab_realloc(b->times, all + s->steps_count + 1, sizeof(*b->times));
        for (unsigned n = 0; n < s->steps_count; n++)
            b->times[all++] = s->later[n].now;
    }
    if (all > 0)
        qsort(b->times, all, sizeof(*b->times), by_size);
    for (size_t i = 0; i < all; i++) {
        if (i == 0 || b->times[i] != b->times[b->times_count - 1])
            b->times[b->times_count++] = b->times[i];
    }
}

/* The scenario as it is from the step at exactly that time, the start included; NULL: it has none.
 */
static struct lab_scenario *beginning(struct lab_scenario *s, unsigned now)
{
    for (unsigned i = 0; i < s->steps_count; i++) {
        if (s->later[i].now == now)
            return &s->later[i];
    }
    return now == 0 ? s : NULL;
}

static int prove(struct lab_batch *b, struct lab_fault *fault)
{
    struct lab_scenario **list = lab_calloc(b->count, sizeof(struct lab_scenario *));
    size_t *of = lab_calloc(b->count, sizeof(*of));
    char **invalid = lab_calloc(b->count, sizeof(char *));
    size_t count = 0;
    int rc;

    for (size_t i = 0; i < b->count; i++) {
        list[count] = beginning(b->cases[i]->scenario, b->now);
        of[count] = i;
        count += list[count] != NULL ? 1 : 0;
    }
    rc = lab_prove(b->world, b->config->paths, list, count, b->memory, invalid, fault);
    for (size_t i = 0; i < count; i++) {
        if (rc == 0 && invalid[i] != NULL) {
            const char *at = lab_step_at(b->cases[of[i]]->scenario, b->now);
            char *why = lab_format("at %s: %s", at, invalid[i]);

            lab_batch_give(b->cases[of[i]], LAB_V_LAB_INVALID, why);
            free(why);
        }
        free(invalid[i]);
    }
    free(invalid);
    free(of);
    free(list);
    return rc;
}

int lab_play_begin(struct lab_batch *b, struct lab_fault *fault)
{
    gather_times(b);
    if (b->times_count == 0)
        return 0;
    b->memory = lab_memory_open();
    b->now = 0;
    return lab_world_set_time(b->world, 0, fault) != 0 ? -1 : prove(b, fault);
}

int lab_play_step(struct lab_batch *b, unsigned now, struct lab_fault *fault)
{
    b->now = now;
    if (lab_world_set_time(b->world, now, fault) != 0)
        return -1;
    return prove(b, fault);
}

bool lab_play_due(const struct lab_batch *b, const struct lab_case *k)
{
    return b->times_count == 0 || (b->now > 0 && beginning(k->scenario, b->now) != NULL);
}

int lab_play_end(struct lab_batch *b, struct lab_fault *fault)
{
    const bool played = b->times_count > 0;

    free(b->times);
    b->times = NULL;
    b->times_count = 0;
    lab_memory_close(&b->memory);
    return played ? lab_world_set_time(b->world, 0, fault) : 0;
}
