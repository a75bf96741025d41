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
#include <unistd.h>

#include "core/judge.h"
#include "core/policy.h"
#include "faults/faults.h"
#include "oracle/sweep.h"

/* clang-format off */
WRAPPED(const struct dsmtp_dialog_row *, dsmtp_dialog_step, enum dsmtp_state state, enum dsmtp_event event, enum dsmtp_level level)
WRAPPED(const struct dsmtp_next_row *, dsmtp_judge_next, const struct dsmtp_profile *profile, const struct dsmtp_attempt_end *end)
WRAPPED(const struct dsmtp_host_row *, dsmtp_policy_host, const struct dsmtp_profile *profile, enum dsmtp_policy policy,
        enum dsmtp_trust trust, enum dsmtp_address address, enum dsmtp_tlsa_state tlsa)
WRAPPED(const struct dsmtp_mx_row *, dsmtp_policy_mx, const struct dsmtp_profile *profile, enum dsmtp_policy policy,
        enum dsmtp_security security, enum dsmtp_mx mx)
/* clang-format on */

enum table { MX, HOST, DIALOG, NEXT, TABLES };
enum { ROWS_MAX = 200, CHANGE_SIZE = 60, STATES = 40000, THIN = 3, SECONDS_MAX = 60 };

/* What is broken now: a row, and in which of its ways. */
static struct {
    bool on;
    enum table table;
    unsigned row, way;
} broken;

static uint64_t hits[TABLES][ROWS_MAX];

/* Count a hit of the row; is it the broken one? */
static bool is_broken(enum table table, unsigned row)
{
    if (row < ROWS_MAX && !broken.on)
        hits[table][row]++;
    return broken.on && broken.table == table && broken.row == row;
}

/* --- one table each: break a copy of the row; false: there is no such way --- */

static bool break_mx(struct dsmtp_mx_row *row, unsigned way, char what[CHANGE_SIZE])
{
    static const enum dsmtp_verdict verdicts[] = {DSMTP_VERDICT_ATTEMPT, DSMTP_VERDICT_DEFER,
                                                  DSMTP_VERDICT_BOUNCE};
    if (way < 3) {
        snprintf(what, CHANGE_SIZE, "%s -> %s", dsmtp_verdict_name(row->verdict),
                 dsmtp_verdict_name(verdicts[way]));
        bool other = row->verdict != verdicts[way];
        row->verdict = verdicts[way];
        return other;
    }
    enum dsmtp_trust trust = (enum dsmtp_trust)(way - 3);
    snprintf(what, CHANGE_SIZE, "trust %s -> %s", dsmtp_trust_name(row->trust),
             dsmtp_trust_name(trust));
    bool other = row->verdict == DSMTP_VERDICT_ATTEMPT && row->trust != trust;
    row->trust = trust;
    return other;
}

static bool break_host(struct dsmtp_host_row *row, unsigned way, char what[CHANGE_SIZE])
{
    enum dsmtp_level level = (enum dsmtp_level)way;
    snprintf(what, CHANGE_SIZE, "%s -> %s", dsmtp_level_name(row->level), dsmtp_level_name(level));
    bool other = row->level != level;
    row->level = level;
    return other;
}

static bool break_dialog(struct dsmtp_dialog_row *row, unsigned way, char what[CHANGE_SIZE])
{
    static const struct {
        enum dsmtp_state next;
        enum dsmtp_action action;
        enum dsmtp_reason reason;
    } ways[] = {{DSMTP_STATE_END, DSMTP_ACTION_QUIT, DSMTP_REASON_PROTOCOL_ERROR},
                {DSMTP_STATE_MAIL, DSMTP_ACTION_READY, DSMTP_REASON_SESSION_READY}};
    snprintf(what, CHANGE_SIZE, "%s -> %s", dsmtp_state_name(row->next),
             dsmtp_state_name(ways[way].next));
    bool other = row->next != ways[way].next;
    row->next = ways[way].next;
    row->action = ways[way].action;
    row->reason = ways[way].reason;
    return other;
}

static bool break_next(struct dsmtp_next_row *row, unsigned way, char what[CHANGE_SIZE])
{
    static const char *const names[] = {"done", "retry in clear", "try next", "stop"};
    if (way == DSMTP_NEXT_COUNT) {
        snprintf(what, CHANGE_SIZE, row->permanent ? "bounce -> defer" : "defer -> bounce");
        row->permanent = !row->permanent;
        return true;
    }
    snprintf(what, CHANGE_SIZE, "%s -> %s", names[row->next], names[way]);
    bool other = row->next != (enum dsmtp_next)way;
    row->next = (enum dsmtp_next)way;
    return other;
}

/* Changes that need not be noticed. start: of the row's rules, or of the states in the table
 * "next". */
static const struct {
    enum table table;
    const char *start, *change, *why;
} harmless[] = {
    {MX, "S12", "trust secure -> host", "the imputed host is the next hop: the names are the same"},
    {NEXT, "DOT/OK", "defer -> bounce", "nobody is left whom it could concern"},
    {NEXT, "HANDSHAKE", "defer -> bounce", "a retry in clear decides"},
    {NEXT, "", "try next -> done", "done concerns recipients that were accepted, and none was"},
    {NEXT, "GREETING", "try next -> retry in clear", "the retry meets the same greeting"},
    {NEXT, "GREETING", "try next -> stop", "RFC 5321 leaves open for whom a greeting speaks"},
    {NEXT, "GREETING", "bounce -> defer", "the same"},
    {NEXT, "EHLO_TLS", "try next -> stop", "the same"},
    {NEXT, "EHLO_TLS", "bounce -> defer", "the same"},
    {NEXT, "MAIL", "try next -> stop", "a 4xx may put off the whole delivery"},
    {NEXT, "DOT", "try next -> stop", "the same"},
    {NEXT, "DOT", "stop -> try next", "the message may be sent twice, but not lost"},
};

static bool is_harmless(enum table table, const char *start, const char *change)
{
    for (size_t i = 0; i < sizeof(harmless) / sizeof(harmless[0]); i++)
        if (harmless[i].table == table && strcmp(harmless[i].change, change) == 0 &&
            strncmp(harmless[i].start, start, strlen(harmless[i].start)) == 0)
            return true;
    return false;
}

static const struct {
    const char *word;
    unsigned ways;
} tables[TABLES] = {[MX] = {"mx", 3 + DSMTP_TRUST_COUNT},
                    [HOST] = {"host", DSMTP_LEVEL_COUNT},
                    [DIALOG] = {"dialog", 2},
                    [NEXT] = {"next", DSMTP_NEXT_COUNT + 1}};

/* Each wrapper gives out a copy of the row when that one is broken. ROW: by index. */
#define GIVE(table, type, breaker, row_at, row)                 \
    do {                                                        \
        static type copy;                                       \
        char what[CHANGE_SIZE];                                 \
        unsigned index = 0;                                     \
        while (row_at(index) != NULL && row_at(index) != (row)) \
            index++;                                            \
        if ((row) == NULL || !is_broken(table, index))          \
            return row;                                         \
        copy = *(row);                                          \
        breaker(&copy, broken.way, what);                       \
        return &copy;                                           \
    } while (0)

const struct dsmtp_dialog_row *__wrap_dsmtp_dialog_step(enum dsmtp_state state,
                                                        enum dsmtp_event event,
                                                        enum dsmtp_level level)
{
    const struct dsmtp_dialog_row *row = __real_dsmtp_dialog_step(state, event, level);
    GIVE(DIALOG, struct dsmtp_dialog_row, break_dialog, dsmtp_dialog_row_at, row);
}

const struct dsmtp_next_row *__wrap_dsmtp_judge_next(const struct dsmtp_profile *profile,
                                                     const struct dsmtp_attempt_end *end)
{
    const struct dsmtp_next_row *row = __real_dsmtp_judge_next(profile, end);
    GIVE(NEXT, struct dsmtp_next_row, break_next, dsmtp_judge_next_row, row);
}

const struct dsmtp_host_row *__wrap_dsmtp_policy_host(const struct dsmtp_profile *profile,
                                                      enum dsmtp_policy policy,
                                                      enum dsmtp_trust trust,
                                                      enum dsmtp_address address,
                                                      enum dsmtp_tlsa_state tlsa)
{
    const struct dsmtp_host_row *row =
        __real_dsmtp_policy_host(profile, policy, trust, address, tlsa);
    GIVE(HOST, struct dsmtp_host_row, break_host, dsmtp_policy_host_row, row);
}

const struct dsmtp_mx_row *__wrap_dsmtp_policy_mx(const struct dsmtp_profile *profile,
                                                  enum dsmtp_policy policy,
                                                  enum dsmtp_security security, enum dsmtp_mx mx)
{
    const struct dsmtp_mx_row *row = __real_dsmtp_policy_mx(profile, policy, security, mx);
    GIVE(MX, struct dsmtp_mx_row, break_mx, dsmtp_policy_mx_row, row);
}

/* --- all rows --- */

/* "STATE/EVENT", the first of each. */
static const char *next_label(const struct dsmtp_next_row *row)
{
    static char label[CHANGE_SIZE];
    unsigned state = 0, event = 0;
    while (state + 1 < DSMTP_STATE_COUNT && !(row->state & 1U << state))
        state++;
    while (event + 1 < DSMTP_EVENT_COUNT && !(row->event & 1U << event))
        event++;
    snprintf(label, sizeof(label), "%s/%s", dsmtp_state_name((enum dsmtp_state)state),
             dsmtp_event_name((enum dsmtp_event)event));
    return label;
}

/* The rules of a row, and by the way whether it exists and what this way of breaking it is. */
static bool describe(enum table table, unsigned row, unsigned way, const char **rules,
                     char what[CHANGE_SIZE], bool *possible)
{
    const struct dsmtp_mx_row *mx = dsmtp_policy_mx_row(row);
    const struct dsmtp_host_row *host = dsmtp_policy_host_row(row);
    const struct dsmtp_dialog_row *dialog = dsmtp_dialog_row_at(row);
    const struct dsmtp_next_row *next = dsmtp_judge_next_row(row);
    *rules = "";
    if (table == MX && mx != NULL) {
        struct dsmtp_mx_row copy = *mx;
        *rules = mx->rules;
        *possible = break_mx(&copy, way, what);
        return true;
    }
    if (table == HOST && host != NULL) {
        struct dsmtp_host_row copy = *host;
        *rules = host->rules;
        *possible = break_host(&copy, way, what);
        return true;
    }
    if (table == DIALOG && dialog != NULL) {
        struct dsmtp_dialog_row copy = *dialog;
        *rules = dialog->rules;
        *possible = break_dialog(&copy, way, what);
        return true;
    }
    if (table == NEXT && next != NULL) {
        struct dsmtp_next_row copy = *next;
        *rules = next_label(next);
        *possible = break_next(&copy, way, what);
        return true;
    }
    return false;
}

/* Does anything notice? In a process of its own: what is broken may crash or hang, which is noticed
 * too. */
static bool noticed(enum table table, unsigned row, unsigned way)
{
    const struct sweep_config config = {.states = STATES, .seed = 7, .thin = THIN, .stop = true};
    struct sweep_tally tally = {0};
    int status = 0;
    fflush(stdout);
    pid_t child = fork();
    if (child == 0) {
        alarm(SECONDS_MAX);
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

static void try_row(enum table table, unsigned row, struct score *score)
{
    char what[CHANGE_SIZE] = "";
    const char *rules = "";
    bool possible = false;
    if (hits[table][row] == 0) {
        describe(table, row, 0, &rules, what, &possible);
        printf("not reached: %s row %u [%s]\n", tables[table].word, row, rules);
        score->unreached++;
        return;
    }
    for (unsigned way = 0; way < tables[table].ways; way++) {
        describe(table, row, way, &rules, what, &possible);
        if (!possible)
            continue;
        if (is_harmless(table, rules, what)) {
            score->harmless++;
            continue;
        }
        if (noticed(table, row, way)) {
            score->caught++;
            continue;
        }
        score->missed++;
        printf("not noticed: %s row %u, %s [%s]\n", tables[table].word, row, what, rules);
    }
}

int main(void)
{
    const struct sweep_config config = {.states = STATES, .seed = 7, .thin = THIN, .show = 5};
    struct sweep_tally tally = {0};
    struct score score = {0};
    sweep(&config, &tally);
    if (tally.failed > 0) {
        printf("%" PRIu64 " disagreements before anything was broken\n", tally.failed);
        return 1;
    }
    for (unsigned t = 0; t < TABLES; t++)
        for (unsigned row = 0; row < ROWS_MAX; row++) {
            char what[CHANGE_SIZE];
            const char *rules = NULL;
            bool possible = false;
            if (describe((enum table)t, row, 0, &rules, what, &possible))
                try_row((enum table)t, row, &score);
        }
    printf("%u changes noticed, %u harmless, %u not noticed, %u rows not reached\n", score.caught,
           score.harmless, score.missed, score.unreached);
    printf("%u passed, %u failed\n", score.caught, score.missed);
    return score.missed == 0 ? 0 : 1;
}
