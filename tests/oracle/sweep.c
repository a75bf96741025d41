/* sweep.c - states by the hundred thousand. */
#include "oracle/sweep.h"

#include <inttypes.h>
#include <stdio.h>
#include <strings.h>

#include "oracle/states.h"

enum { WHAT_SIZE = 100 };

static void report(struct sweep_tally *tally, const char *id, const struct oracle_state *state,
                   const char *what, const char *said)
{
    char text[STATES_TEXT_SIZE];
    if (said[0] == '\0') {
        tally->passed++;
        return;
    }
    if (tally->failed++ >= tally->config->show)
        return;
    states_text(state, text);
    printf("%s: %s%s\n    %s\n", id, what, said, text);
}

static void check_plan(struct sweep_tally *tally, const char *id, const struct oracle_state *state)
{
    char said[DRIVE_TEXT_SIZE];
    struct drive plan;
    drive(state, 0, DSMTP_MODE_PLAN, &plan);
    drive_compare(&plan, DSMTP_MODE_PLAN, said);
    tally->runs++;
    report(tally, id, state, "plan mode: ", said);
}

static void check_shape(struct sweep_tally *tally, const char *id, const struct drive *plain,
                        enum world_shape shape)
{
    char said[DRIVE_TEXT_SIZE] = "", what[WHAT_SIZE];
    struct drive shaped;
    drive(plain->world.state, 1U << shape, DSMTP_MODE_SEND, &shaped);
    drive_compare_shape(plain, &shaped, said);
    tally->runs++;
    snprintf(what, sizeof(what), "with %s: ", world_shape_text(shape));
    report(tally, id, plain->world.state, what, said);
}

static void check_inputs(struct sweep_tally *tally, const char *id, const struct drive *before)
{
    struct states_input inputs[STATES_INPUTS_MAX];
    unsigned count = states_failing(before->world.state, inputs);
    for (unsigned i = 0; i < count; i++) {
        char said[DRIVE_TEXT_SIZE] = "", what[WHAT_SIZE];
        struct drive after;
        drive(&inputs[i].state, 0, DSMTP_MODE_SEND, &after);
        drive_compare_failed(before, &after, said);
        tally->runs++;
        snprintf(what, sizeof(what), "with %s: ", inputs[i].what);
        report(tally, id, before->world.state, what, said);
    }
}

void sweep_state(struct sweep_tally *tally, const char *id, const struct oracle_state *state,
                 enum sweep_shapes shapes)
{
    char said[DRIVE_TEXT_SIZE];
    struct drive plain;
    unsigned outcomes = oracle_outcomes(state);
    unsigned shape = (unsigned)(tally->states % WORLD_SHAPE_COUNT);
    drive(state, 0, DSMTP_MODE_SEND, &plain);
    drive_compare(&plain, DSMTP_MODE_SEND, said);
    tally->states++;
    tally->runs++;
    tally->verdicts[plain.verdict]++;
    tally->settled += (outcomes & (outcomes - 1)) == 0 ? 1 : 0;
    report(tally, id, state, "", said);
    check_plan(tally, id, state);
    for (unsigned i = 0; i < WORLD_SHAPE_COUNT; i++)
        if (i == shape || shapes == SWEEP_ALL_SHAPES)
            check_shape(tally, id, &plain, (enum world_shape)i);
    check_inputs(tally, id, &plain);
}

static bool wanted(const struct sweep_config *config, const struct oracle_state *state)
{
    return drive_knows(state->profile) &&
           (config->profile == NULL ||
            strcasecmp(config->profile, states_profile_word(state->profile)) == 0);
}

static bool stopped(const struct sweep_tally *tally)
{
    return tally->config->stop && tally->failed > 0;
}

/* One of so many, drawn by its index: a stride would always meet the same values of axes whose size
 * it divides. */
static bool drawn(const struct sweep_config *config, uint64_t index)
{
    uint64_t seed = index;
    return states_draw(&seed) % config->thin == 0;
}

static bool in_shard(const struct sweep_config *config, uint64_t index)
{
    return config->shards == 0 || index % config->shards == config->shard;
}

static void sweep_product(struct sweep_tally *tally)
{
    const struct sweep_config *config = tally->config;
    struct oracle_state state;
    char id[STATES_ID_SIZE];
    for (uint64_t i = 0; config->thin > 0 && i < states_product_count() && !stopped(tally); i++) {
        if (!in_shard(config, i) || !drawn(config, i) || !states_product(i, &state) ||
            !wanted(config, &state))
            continue;
        snprintf(id, sizeof(id), "p%" PRIu64, i);
        sweep_state(tally, id, &state, SWEEP_ONE_SHAPE);
    }
}

static void sweep_random(struct sweep_tally *tally)
{
    const struct sweep_config *config = tally->config;
    struct oracle_state state;
    char id[STATES_ID_SIZE];
    uint64_t done = 0;
    for (uint64_t i = 0; done < config->states && !stopped(tally); i++) {
        states_random(config->seed, i, &state);
        if (!wanted(config, &state))
            continue;
        done++;
        if (!in_shard(config, i))
            continue;
        snprintf(id, sizeof(id), "r%" PRIu64 ":%" PRIu64, config->seed, i);
        sweep_state(tally, id, &state, SWEEP_ONE_SHAPE);
    }
}

void sweep(const struct sweep_config *config, struct sweep_tally *tally)
{
    tally->config = config;
    sweep_random(tally);
    sweep_product(tally);
}
