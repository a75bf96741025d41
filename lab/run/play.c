/* play.c - step by step through the times of a batch, see play.h. */
#include "run/play.h"

#include <stdlib.h>

#include "judge/evidence.h"
#include "run/prove.h"

#define SETTLE_MS 300u /* a sender may keep sessions open for the next message */

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
    b->gaps = lab_calloc(b->times_count, sizeof(*b->gaps));
    b->memory = lab_memory_open();
    b->now = 0;
    return lab_world_set_time(b->world, 0, fault) != 0 ? -1 : prove(b, fault);
}

/* Where the logs end, as the beginning or the end of a gap. */
static int mark(const struct lab_batch *b, struct lab_evidence_from *out, int64_t *ms,
                struct lab_fault *fault)
{
    *ms = lab_now_ms();
    return lab_evidence_now(lab_world_smtp_log(b->world), lab_world_dns_log(b->world), out, fault);
}

int lab_play_step(struct lab_batch *b, size_t which, struct lab_fault *fault)
{
    struct lab_evidence_gap *gap = &b->gaps[which];
    struct lab_evidence_from from, to;

    b->now = b->times[which];
    (void)lab_evidence_settle(lab_world_smtp_log(b->world), b->smtp_from, SETTLE_MS);
    if (lab_world_set_time(b->world, b->now, fault) != 0 || mark(b, &from, &gap->ms, fault) != 0 ||
        prove(b, fault) != 0 || mark(b, &to, &gap->ms_end, fault) != 0)
        return -1;
    gap->smtp = from.smtp;
    gap->smtp_end = to.smtp;
    gap->dns = from.dns;
    gap->dns_end = to.dns;
    return 0;
}

bool lab_play_due(const struct lab_batch *b, const struct lab_case *k)
{
    const struct lab_scenario *s = k->scenario;
    const unsigned done = k->attempts - 1; /* attempts at steps */

    return b->times_count == 0 || (done < s->steps_count && s->later[done].now == b->now);
}

int lab_play_end(struct lab_batch *b, struct lab_fault *fault)
{
    const bool played = b->times_count > 0;

    free(b->gaps);
    free(b->times);
    b->gaps = NULL;
    b->times = NULL;
    b->times_count = 0;
    lab_memory_close(&b->memory);
    return played ? lab_world_set_time(b->world, 0, fault) : 0;
}
