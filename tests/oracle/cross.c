/* cross.c - the engine against the oracle, state by state: the whole product of the main axes, and
 * random states of up to three hosts. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "oracle/drive.h"
#include "oracle/states.h"

static const char usage[] =
    "usage: cross [--states N] [--seed S] [--thin N] [--profile P] [--show N] [--verbose STATE]\n"
    "  --states N       so many random states besides the product (100000)\n"
    "  --seed S         of the random states (1)\n"
    "  --thin N         every Nth state of the product only (1; 0: none)\n"
    "  --profile P      states of this profile only\n"
    "  --show N         print so many disagreements (20)\n"
    "  --verbose STATE  one state: what the oracle allows and what the engine does\n";

struct options {
    uint64_t states, seed, thin, show;
    const char *profile, *verbose;
};

struct tally {
    uint64_t states, runs, passed, failed, show;
};

static void report(struct tally *tally, const char *id, const struct oracle_state *state,
                   const char *what, const char *said)
{
    char text[STATES_TEXT_SIZE];
    if (said[0] == '\0') {
        tally->passed++;
        return;
    }
    if (tally->failed++ >= tally->show)
        return;
    states_text(state, text);
    printf("%s: %s%s\n    %s\n", id, what, said, text);
}

/* --- the checks on one state
 * -------------------------------------------------------------------------- */

static void check_plan(struct tally *tally, const char *id, const struct oracle_state *state)
{
    char said[DRIVE_TEXT_SIZE];
    struct drive plan;
    drive(state, 0, DSMTP_MODE_PLAN, &plan);
    drive_compare(&plan, DSMTP_MODE_PLAN, said);
    tally->runs++;
    report(tally, id, state, "plan mode: ", said);
}

static void check_shape(struct tally *tally, const char *id, const struct drive *plain,
                        enum world_shape shape)
{
    char said[DRIVE_TEXT_SIZE] = "", what[100];
    struct drive shaped;
    drive(plain->world.state, 1U << shape, DSMTP_MODE_SEND, &shaped);
    drive_compare_shape(plain, &shaped, said);
    tally->runs++;
    snprintf(what, sizeof(what), "with %s: ", world_shape_text(shape));
    report(tally, id, plain->world.state, what, said);
}

static void check_bogus(struct tally *tally, const char *id, const struct drive *before)
{
    struct states_input inputs[STATES_INPUTS_MAX];
    unsigned count = states_bogus(before->world.state, inputs);
    for (unsigned i = 0; i < count; i++) {
        char said[DRIVE_TEXT_SIZE] = "", what[100];
        struct drive after;
        drive(&inputs[i].state, 0, DSMTP_MODE_SEND, &after);
        drive_compare_bogus(before, &after, said);
        tally->runs++;
        snprintf(what, sizeof(what), "with a bogus %s: ", inputs[i].what);
        report(tally, id, before->world.state, what, said);
    }
}

static void check_state(struct tally *tally, const char *id, const struct oracle_state *state)
{
    char said[DRIVE_TEXT_SIZE];
    struct drive plain;
    drive(state, 0, DSMTP_MODE_SEND, &plain);
    drive_compare(&plain, DSMTP_MODE_SEND, said);
    tally->runs++;
    report(tally, id, state, "", said);
    check_plan(tally, id, state);
    check_shape(tally, id, &plain, (enum world_shape)(tally->states % WORLD_SHAPE_COUNT));
    check_bogus(tally, id, &plain);
    tally->states++;
}

/* --- all states
 * --------------------------------------------------------------------------------------- */

static bool wanted(const struct options *options, const struct oracle_state *state)
{
    return drive_knows(state->profile) &&
           (options->profile == NULL ||
            strcasecmp(options->profile, states_profile_word(state->profile)) == 0);
}

static void check_product(struct tally *tally, const struct options *options)
{
    struct oracle_state state;
    char id[STATES_ID_SIZE];
    uint64_t kept = 0;
    for (uint64_t i = 0; options->thin > 0 && i < states_product_count(); i++) {
        if (!states_product(i, &state) || !wanted(options, &state) || kept++ % options->thin != 0)
            continue;
        snprintf(id, sizeof(id), "p%" PRIu64, i);
        check_state(tally, id, &state);
    }
}

static void check_random(struct tally *tally, const struct options *options)
{
    struct oracle_state state;
    char id[STATES_ID_SIZE];
    uint64_t done = 0;
    for (uint64_t i = 0; done < options->states; i++) {
        states_random(options->seed, i, &state);
        if (!wanted(options, &state))
            continue;
        snprintf(id, sizeof(id), "r%" PRIu64 ":%" PRIu64, options->seed, i);
        check_state(tally, id, &state);
        done++;
    }
}

/* --- one state in full
 * -------------------------------------------------------------------------------- */

static void print_mask(const char *label, unsigned mask, const char *const *words)
{
    printf("%s", label);
    for (unsigned i = 0; mask >> i != 0; i++)
        if (mask & ORACLE_BIT(i))
            printf(" %s", words[i]);
    printf("\n");
}

#define X(name) #name,
static const char *const levels[] = {ORACLE_LEVEL_LIST(X)};
static const char *const channels[] = {ORACLE_CHANNEL_LIST(X)};
static const char *const outcomes[] = {ORACLE_OUTCOME_LIST(X)};
#undef X

static void print_allowed(const struct oracle_state *state)
{
    print_mask("allowed outcomes:", oracle_outcomes(state), outcomes);
    for (size_t i = 0; i < oracle_host_count(state); i++)
        for (unsigned f = 0; f < ORACLE_FAMILY_COUNT; f++) {
            enum oracle_family family = (enum oracle_family)f;
            printf("allowed for host %zu over %s:\n", i + 1, f == ORACLE_IPV4 ? "IPv4" : "IPv6");
            print_mask("  levels:  ", oracle_levels(state, i, family), levels);
            print_mask("  channels:", oracle_channels(state, i, family), channels);
        }
}

static void trace(void *arg, const char *target, const char *subject, const char *what,
                  const char *rules)
{
    (void)arg;
    (void)target;
    printf("engine: %s: %s [%s]\n", subject ? subject : "-", what, rules ? rules : "");
}

static void print_seen(const struct drive *seen)
{
    printf("seen: %s\n", dsmtp_verdict_name(seen->verdict));
    for (size_t i = 0; i < ORACLE_HOSTS; i++)
        if (seen->planned[i])
            printf("seen: host %zu at level %s\n", i + 1, dsmtp_level_name(seen->level[i]));
    for (unsigned i = 0; i < seen->world.contact_count; i++) {
        const struct world_contact *contact = &seen->world.contacts[i];
        printf("seen: connection to host %zu over %s, %u messages taken\n", contact->host + 1,
               contact->family == ORACLE_IPV4 ? "IPv4" : "IPv6", contact->taken);
        print_mask("  mail over:", contact->mail, channels);
    }
}

static int show(const struct options *options)
{
    char text[STATES_TEXT_SIZE], said[DRIVE_TEXT_SIZE];
    struct oracle_state state;
    struct drive seen;
    if (!states_find(options->verbose, &state) || !drive_knows(state.profile)) {
        fprintf(stderr, "cross: \"%s\" is no state; expected pINDEX or rSEED:NUMBER\n",
                options->verbose);
        return 2;
    }
    states_text(&state, text);
    printf("%s\n", text);
    print_allowed(&state);
    drive_trace(trace);
    drive(&state, 0, DSMTP_MODE_SEND, &seen);
    drive_trace(NULL);
    print_seen(&seen);
    drive_compare(&seen, DSMTP_MODE_SEND, said);
    printf("%s\n", said[0] == '\0' ? "they agree" : said);
    struct tally tally = {.show = options->show};
    check_plan(&tally, options->verbose, &state);
    for (unsigned i = 0; i < WORLD_SHAPE_COUNT; i++)
        check_shape(&tally, options->verbose, &seen, (enum world_shape)i);
    check_bogus(&tally, options->verbose, &seen);
    return said[0] == '\0' && tally.failed == 0 ? 0 : 1;
}

/* --- command line
 * -------------------------------------------------------------------------------------- */

static bool read_number(const char *text, uint64_t *out)
{
    char *end = NULL;
    *out = strtoull(text, &end, 10);
    return text[0] >= '0' && text[0] <= '9' && *end == '\0';
}

static bool read_options(int argc, char **argv, struct options *out)
{
    const struct {
        const char *word;
        uint64_t *number;
        const char **text;
    } known[] = {{"--states", &out->states, NULL},   {"--seed", &out->seed, NULL},
                 {"--thin", &out->thin, NULL},       {"--show", &out->show, NULL},
                 {"--profile", NULL, &out->profile}, {"--verbose", NULL, &out->verbose}};
    for (int i = 1; i < argc; i += 2) {
        bool right = false;
        for (size_t k = 0; k < sizeof(known) / sizeof(known[0]); k++) {
            if (strcmp(argv[i], known[k].word) != 0 || i + 1 == argc)
                continue;
            right = known[k].number == NULL || read_number(argv[i + 1], known[k].number);
            if (known[k].text != NULL)
                *known[k].text = argv[i + 1];
        }
        if (!right) {
            fprintf(stderr, "cross: cannot use \"%s\"\n%s", argv[i], usage);
            return false;
        }
    }
    return true;
}

int main(int argc, char **argv)
{
    struct options options = {.states = 100000, .seed = 1, .thin = 1, .show = 20};
    struct timespec start, end;
    if (!read_options(argc, argv, &options))
        return 2;
    if (options.verbose != NULL)
        return show(&options);
    struct tally tally = {.show = options.show};
    clock_gettime(CLOCK_MONOTONIC, &start);
    check_product(&tally, &options);
    check_random(&tally, &options);
    clock_gettime(CLOCK_MONOTONIC, &end);
    double seconds =
        (double)(end.tv_sec - start.tv_sec) + (double)(end.tv_nsec - start.tv_nsec) / 1e9;
    printf("%" PRIu64 " states, %" PRIu64 " runs of the engine, %.1f s, %.0f states a second\n",
           tally.states, tally.runs, seconds, (double)tally.states / seconds);
    printf("%" PRIu64 " passed, %" PRIu64 " failed\n", tally.passed, tally.failed);
    return tally.failed == 0 && tally.states > 0 ? 0 : 1;
}
