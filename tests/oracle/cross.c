/* cross.c - the engine against the oracle, state by state: the whole product of the main axes, and
 * random states of up to three hosts. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "oracle/states.h"
#include "oracle/sweep.h"

static const char usage[] =
    "usage: cross [--states N] [--seed S] [--thin N] [--shard I/N] [--profile P] [--show N] "
    "[--verbose STATE]\n"
    "  --states N       so many random states besides the product (100000)\n"
    "  --seed S         of the random states (1)\n"
    "  --thin N         one in N states of the product only (1: all; 0: none)\n"
    "  --shard I/N      the I-th of N parts of all that\n"
    "  --profile P      states of this profile only\n"
    "  --show N         print so many disagreements (20)\n"
    "  --verbose STATE  one state: what the oracle allows and what the engine does\n";

struct options {
    struct sweep_config sweep;
    const char *verbose;
    const char *shard;
};

/* --- one state in full --- */

static void print_mask(const char *label, unsigned mask, const char *const *words, size_t count)
{
    printf("%s", label);
    for (size_t i = 0; i < count; i++)
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
    print_mask("allowed outcomes:", oracle_outcomes(state), outcomes, ORACLE_OUTCOME_COUNT);
    for (size_t i = 0; i < oracle_host_count(state); i++)
        for (unsigned f = 0; f < ORACLE_FAMILY_COUNT; f++) {
            enum oracle_family family = (enum oracle_family)f;
            printf("allowed for host %zu over %s:\n", i + 1, f == ORACLE_IPV4 ? "IPv4" : "IPv6");
            print_mask("  levels:  ", oracle_levels(state, i, family), levels, ORACLE_LEVEL_COUNT);
            print_mask("  channels:", oracle_channels(state, i, family), channels,
                       ORACLE_CHANNEL_COUNT);
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
        print_mask("  mail over:", contact->mail, channels, ORACLE_CHANNEL_COUNT);
    }
}

static int show(const struct options *options)
{
    char text[STATES_TEXT_SIZE];
    struct oracle_state state;
    struct drive seen;
    if (!states_find(options->verbose, &state)) {
        fprintf(stderr, "cross: \"%s\" is no state; expected pINDEX or rSEED:NUMBER\n",
                options->verbose);
        return 2;
    }
    if (!drive_knows(state.profile)) {
        fprintf(stderr, "cross: the engine has no profile %s\n",
                states_profile_word(state.profile));
        return 2;
    }
    states_text(&state, text);
    printf("%s\n", text);
    print_allowed(&state);
    drive_trace(trace);
    drive(&state, 0, DSMTP_MODE_SEND, &seen);
    drive_trace(NULL);
    print_seen(&seen);
    struct sweep_tally tally = {.config = &options->sweep};
    sweep_state(&tally, options->verbose, &state, SWEEP_ALL_SHAPES);
    printf("%" PRIu64 " passed, %" PRIu64 " failed\n", tally.passed, tally.failed);
    return tally.failed == 0 ? 0 : 1;
}

/* --- command line --- */

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
    } known[] = {{"--states", &out->sweep.states, NULL},
                 {"--seed", &out->sweep.seed, NULL},
                 {"--thin", &out->sweep.thin, NULL},
                 {"--show", &out->sweep.show, NULL},
                 {"--profile", NULL, &out->sweep.profile},
                 {"--verbose", NULL, &out->verbose},
                 {"--shard", NULL, &out->shard}};
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
            fprintf(stderr, "cross: cannot use \"%s%s%s\"\n%s", argv[i], i + 1 < argc ? " " : "",
                    i + 1 < argc ? argv[i + 1] : "", usage);
            return false;
        }
    }
    return true;
}

/* "I/N", 1 <= I <= N. */
static bool read_shard(const char *text, struct sweep_config *out)
{
    char *slash = NULL;
    char *end = NULL;
    uint64_t part = text != NULL ? strtoull(text, &slash, 10) : 1;
    uint64_t of = text == NULL ? 1 : *slash == '/' ? strtoull(slash + 1, &end, 10) : 0;
    bool right = part >= 1 && part <= of && (text == NULL || *end == '\0');
    if (!right)
        fprintf(stderr, "cross: \"%s\" is no part; expected I/N as in 1/4\n", text);
    out->shard = part - 1;
    out->shards = of;
    return right;
}

/* A profile that is known to both, or none. */
static bool knows(const char *profile)
{
    for (unsigned i = 0; i < ORACLE_PROFILE_COUNT && profile != NULL; i++)
        if (strcasecmp(profile, states_profile_word((enum oracle_profile)i)) == 0 &&
            drive_knows((enum oracle_profile)i))
            return true;
    if (profile != NULL)
        fprintf(stderr, "cross: oracle and engine share no profile \"%s\"\n", profile);
    return profile == NULL;
}

static void print_tally(const struct sweep_tally *tally, double seconds)
{
    printf("%" PRIu64 " states (one outcome allowed in %" PRIu64 "), %" PRIu64
           " runs of the engine\n",
           tally->states, tally->settled, tally->runs);
    for (unsigned i = 0; i < DSMTP_VERDICT_COUNT; i++)
        if (tally->verdicts[i] > 0)
            printf("%s %" PRIu64 ", ", dsmtp_verdict_name((enum dsmtp_verdict)i),
                   tally->verdicts[i]);
    printf("%.1f s, %.0f states a second\n", seconds, (double)tally->states / seconds);
    printf("%" PRIu64 " passed, %" PRIu64 " failed\n", tally->passed, tally->failed);
}

int main(int argc, char **argv)
{
    struct options options = {.sweep = {.states = 100000, .seed = 1, .thin = 1, .show = 20}};
    struct sweep_tally tally = {0};
    struct timespec start, end;
    if (!read_options(argc, argv, &options) || !knows(options.sweep.profile) ||
        !read_shard(options.shard, &options.sweep))
        return 2;
    if (options.verbose != NULL)
        return show(&options);
    clock_gettime(CLOCK_MONOTONIC, &start);
    sweep(&options.sweep, &tally);
    clock_gettime(CLOCK_MONOTONIC, &end);
    print_tally(&tally,
                (double)(end.tv_sec - start.tv_sec) + (double)(end.tv_nsec - start.tv_nsec) / 1e9);
    return tally.failed == 0 && tally.states > 0 ? 0 : 1;
}
