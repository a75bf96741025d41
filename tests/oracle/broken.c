/* broken.c - can cross fail? Each row of the engine's tables is broken in each way, one at a time,
 * and the states are gone through until one of them notices.
 *
 * The engine knows nothing of it: the functions that look up a row are wrapped by the linker. A row
 * that no state reaches cannot be judged, and is listed; a reached row that can be broken unnoticed
 * is a failure, unless the table of harmless changes says why. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "faults/rows.h"
#include "oracle/sweep.h"

enum { ROWS_MAX = 200, STATES = 40000, THIN = 3, SECONDS_MAX = 60 };

/* How long a sweep may take before it counts as a hang. */
static unsigned patience;

/* What is broken now: a row, and in which of its ways. */
static struct {
    bool on;
    enum fault_table table;
    unsigned row, way;
} broken;

static uint64_t hits[FAULT_TABLES][ROWS_MAX];

/* Count a hit of the row; is it the broken one? */
static bool is_broken(enum fault_table table, unsigned row)
{
    if (row < ROWS_MAX && !broken.on)
        hits[table][row]++;
    return broken.on && broken.table == table && broken.row == row;
}

/* Changes that need not be noticed. start: of the row's name, see name_of. */
static const struct {
    enum fault_table table;
    const char *start, *change, *why;
} harmless[] = {
    {FAULT_MX, "S12", "trust-secure -> trust-host",
     "the imputed host is the next hop: the names are the same"},
    {FAULT_HOST, "S23", "encrypt -> may",
     "the draft lets clients use insecure records against stripping, and does not ask it of them"},
    {FAULT_DIALOG, "", "BYE -> END", "no mail hangs on whether QUIT is said"},
    {FAULT_DIALOG, "", "VOID -> END",
     "no mail hangs on whether replies to commands of a transaction that is off are waited for"},
    {FAULT_DIALOG, "RCPT.CLOSING", "VOID -> MAIL", "the transaction is off, and nothing is sent"},
    {FAULT_DIALOG, "DOT.OK", "BYE -> MAIL", "the message is delivered, and QUIT is said"},
    {FAULT_DIALOG, "EHLO_TLS.PERM", "HELO_TLS -> END", "no rule asks for HELO behind TLS"},
    {FAULT_NEXT, "DOT.OK", "defer -> bounce", "nobody is left whom it could concern"},
    {FAULT_NEXT, "DOT.OK", "done -> try-next", "the same"},
    {FAULT_NEXT, "DOT.OK", "done -> stop", "the same"},
    {FAULT_NEXT, "HANDSHAKE", "defer -> bounce", "a retry in clear decides"},
    {FAULT_NEXT, "", "try-next -> done",
     "done concerns recipients that were accepted, and none was"},
    {FAULT_NEXT, "GREETING", "try-next -> retry-in-clear", "the retry meets the same greeting"},
    {FAULT_NEXT, "GREETING", "try-next -> stop", "RFC 5321 leaves open for whom a greeting speaks"},
    {FAULT_NEXT, "GREETING", "bounce -> defer", "the same"},
    {FAULT_NEXT, "EHLO_TLS", "try-next -> stop", "the same"},
    {FAULT_NEXT, "EHLO_TLS", "bounce -> defer", "the same"},
    {FAULT_NEXT, "MAIL", "try-next -> stop", "a 4xx may put off the whole delivery"},
    {FAULT_NEXT, "RCPT", "try-next -> stop", "the same"},
    {FAULT_NEXT, "DOT", "try-next -> stop", "the same"},
    {FAULT_NEXT, "DOT", "stop -> try-next", "the message may be sent twice, but not lost"},
    {FAULT_NEXT, "DOT.OFFER", "stop -> done", "the same"},
};

static bool is_harmless(enum fault_table table, const char *start, const char *change)
{
    for (size_t i = 0; i < sizeof(harmless) / sizeof(harmless[0]); i++)
        if (harmless[i].table == table && strcmp(harmless[i].change, change) == 0 &&
            strncmp(harmless[i].start, start, strlen(harmless[i].start)) == 0)
            return true;
    return false;
}

/* Each wrapper gives out a copy of the row when that one is broken. */
#define GIVE(table, member, row_at, row)                          \
    do {                                                          \
        static union fault_row copy;                              \
        struct fault_change change;                               \
        unsigned index = 0;                                       \
        while (row_at(index) != NULL && row_at(index) != (row))   \
            index++;                                              \
        if ((row) == NULL || !is_broken(table, index))            \
            return row;                                           \
        copy.member = *(row);                                     \
        (void)fault_row_break(table, &copy, broken.way, &change); \
        return &copy.member;                                      \
    } while (0)

const struct dsmtp_dialog_row *WRAP(dsmtp_dialog_step)(enum dsmtp_state state,
                                                       enum dsmtp_event event,
                                                       enum dsmtp_level level)
{
    const struct dsmtp_dialog_row *row = REAL(dsmtp_dialog_step)(state, event, level);
    GIVE(FAULT_DIALOG, dialog, dsmtp_dialog_row_at, row);
}

const struct dsmtp_next_row *WRAP(dsmtp_judge_next)(const struct dsmtp_profile *profile,
                                                    const struct dsmtp_attempt_end *end)
{
    const struct dsmtp_next_row *row = REAL(dsmtp_judge_next)(profile, end);
    GIVE(FAULT_NEXT, next, dsmtp_judge_next_row, row);
}

const struct dsmtp_host_row *WRAP(dsmtp_policy_host)(const struct dsmtp_profile *profile,
                                                     enum dsmtp_policy policy,
                                                     enum dsmtp_trust trust,
                                                     enum dsmtp_address address,
                                                     enum dsmtp_tlsa_state tlsa)
{
    const struct dsmtp_host_row *row =
        REAL(dsmtp_policy_host)(profile, policy, trust, address, tlsa);
    GIVE(FAULT_HOST, host, dsmtp_policy_host_row, row);
}

const struct dsmtp_mx_row *WRAP(dsmtp_policy_mx)(const struct dsmtp_profile *profile,
                                                 enum dsmtp_policy policy,
                                                 enum dsmtp_security security, enum dsmtp_mx mx)
{
    const struct dsmtp_mx_row *row = REAL(dsmtp_policy_mx)(profile, policy, security, mx);
    GIVE(FAULT_MX, mx, dsmtp_policy_mx_row, row);
}

/* --- all rows --- */

/* The rules of a row; its label in the tables whose rows are many to a rule. */
static const char *name_of(enum fault_table table, const union fault_row *row)
{
    static char label[FAULT_NAME_SIZE];
    if (table == FAULT_MX || table == FAULT_HOST)
        return fault_row_rules(table, row);
    fault_row_label(table, row, label);
    return label;
}

/* Does anything notice? In a process of its own: what is broken may crash or hang, which is noticed
 * too. */
static bool noticed(enum fault_table table, unsigned row, unsigned way)
{
    const struct sweep_config config = {.states = STATES, .seed = 7, .thin = THIN, .stop = true};
    struct sweep_tally tally = {0};
    int status = 0;
    fflush(stdout);
    pid_t child = fork();
    if (child == 0) {
        alarm(patience);
        broken.on = true;
        broken.table = table;
        broken.row = row;
        broken.way = way;
        sweep(&config, &tally);
        _exit(tally.failed > 0 ? 1 : 0);
    }
    if (child < 0 || waitpid(child, &status, 0) != child) {
        perror("cross-broken");
        exit(2);
    }
    return !WIFEXITED(status) || WEXITSTATUS(status) != 0;
}

struct score {
    unsigned caught, harmless, missed, unreached;
};

static void try_row(enum fault_table table, unsigned row, const union fault_row *whole,
                    struct score *score)
{
    const char *name = name_of(table, whole);
    if (hits[table][row] == 0) {
        printf("not reached: %s row %u [%s]\n", fault_table_word(table), row, name);
        score->unreached++;
        return;
    }
    for (unsigned way = 0; way < fault_ways(table); way++) {
        union fault_row copy = *whole;
        struct fault_change change;
        char what[FAULT_NAME_SIZE];
        if (!fault_row_break(table, &copy, way, &change))
            continue;
        snprintf(what, sizeof(what), "%s -> %s", change.was, change.becomes);
        if (is_harmless(table, name, what)) {
            score->harmless++;
            continue;
        }
        if (noticed(table, row, way)) {
            score->caught++;
            continue;
        }
        score->missed++;
        printf("not noticed: %s row %u, %s [%s]\n", fault_table_word(table), row, what, name);
    }
}

/* With nothing broken: does everything agree? Says how much longer than that a sweep may take. */
static bool sweep_whole(void)
{
    const struct sweep_config config = {.states = STATES, .seed = 7, .thin = THIN, .show = 5};
    struct sweep_tally tally = {0};
    struct timespec start, end;
    clock_gettime(CLOCK_MONOTONIC, &start);
    sweep(&config, &tally);
    clock_gettime(CLOCK_MONOTONIC, &end);
    patience = 3 * (unsigned)(end.tv_sec - start.tv_sec) + SECONDS_MAX;
    if (tally.failed > 0)
        printf("%" PRIu64 " disagreements before anything was broken\n", tally.failed);
    return tally.failed == 0;
}

/* false: there are more rows than are counted. */
static bool try_table(enum fault_table table, struct score *score)
{
    union fault_row row;
    for (unsigned i = 0; fault_row_at(table, i, &row); i++) {
        if (i == ROWS_MAX) {
            printf("more than %d rows: %s\n", ROWS_MAX, fault_table_word(table));
            return false;
        }
        try_row(table, i, &row, score);
    }
    return true;
}

int main(void)
{
    struct score score = {0};
    if (!sweep_whole())
        return 1;
    for (unsigned t = 0; t < FAULT_TABLES; t++)
        if (!try_table((enum fault_table)t, &score))
            return 1;
    printf("%u changes noticed, %u harmless, %u not noticed, %u rows not reached\n", score.caught,
           score.harmless, score.missed, score.unreached);
    printf("%u passed, %u failed\n", score.caught, score.missed);
    return score.missed == 0 && score.caught > 0 ? 0 : 1;
}
