/* tables.c - the engine's arrays as grids. */
#include "report/tables.h"

#include "core/judge.h"
#include "core/policy.h"
#include "report/sets.h"
#include "report/tables_internal.h"

typedef char set_text[DSMTP_SET_TEXT_SIZE];

static const char *const next_words[] = {
    [DSMTP_NEXT_DONE] = "done",
    [DSMTP_NEXT_RETRY_CLEAR] = "same address in clear",
    [DSMTP_NEXT_TRY] = "next address or host",
    [DSMTP_NEXT_STOP] = "stop",
};

const char *dsmtp_tables_next(enum dsmtp_next next)
{
    return next_words[next];
}

const char *dsmtp_tables_reason(enum dsmtp_reason reason)
{
    return reason == DSMTP_REASON_NONE ? "" : dsmtp_reason_name(reason);
}

const char *dsmtp_tables_levels(unsigned set, char *out)
{
    unsigned skip = 1u << DSMTP_LEVEL_SKIP;
    unsigned all = (1u << DSMTP_LEVEL_COUNT) - 1;

    return dsmtp_set_text(DSMTP_SET_LEVEL, (set & all) == (all & ~skip) ? all : set, out);
}

/* "switch=value" or "switch=value or value" for each condition, joined by " and ". */
static const char *conditions(const struct dsmtp_when *when, unsigned count, char *out)
{
    size_t used = 0;

    out[0] = '\0';
    for (unsigned i = 0; i < count; i++) {
        const struct dsmtp_switch_info *info = dsmtp_switch_info(when[i].which);
        bool first = true;

        for (unsigned v = 0;
             when[i].values != 0 && info->values[v] != NULL && used < DSMTP_SET_TEXT_SIZE; v++) {
            if ((when[i].values >> v & 1u) == 0)
                continue;
            used += (size_t)snprintf(out + used, DSMTP_SET_TEXT_SIZE - used, "%s%s%s%s",
                                     !first || used == 0 ? "" : " and ", first ? info->word : "",
                                     first ? "=" : " or ", info->values[v]);
            first = false;
        }
    }
    return out;
}

static enum dsmtp_status print_mx(FILE *to, struct dsmtp_arena *arena, enum dsmtp_grid_form form)
{
    static const char *const heads[] = {"policy",    "security", "MX",    "when", "verdict",
                                        "names are", "reason",   "rules", NULL};
    const struct dsmtp_mx_row *r;
    struct dsmtp_grid grid;

    dsmtp_grid_init(&grid, arena, "mx", "Destination: what the MX lookup says", heads);
    for (unsigned i = 0; (r = dsmtp_policy_mx_row(i)) != NULL; i++) {
        set_text policy, security, mx, when;
        const char *cells[] = {
            dsmtp_set_text(DSMTP_SET_POLICY, r->policy, policy),
            dsmtp_set_text(DSMTP_SET_SECURITY, r->security, security),
            dsmtp_set_text(DSMTP_SET_MX, r->mx, mx),
            conditions(&r->when, 1, when),
            dsmtp_verdict_name(r->verdict),
            r->verdict == DSMTP_VERDICT_ATTEMPT ? dsmtp_trust_name(r->trust) : "",
            dsmtp_tables_reason(r->reason),
            r->rules,
        };

        dsmtp_grid_row(&grid, cells);
    }
    return dsmtp_grid_print(to, &grid, form);
}

static enum dsmtp_status print_host(FILE *to, struct dsmtp_arena *arena, enum dsmtp_grid_form form)
{
    static const char *const heads[] = {"policy", "name is", "address", "TLSA", "when",
                                        "level",  "reason",  "rules",   NULL};
    const struct dsmtp_host_row *r;
    struct dsmtp_grid grid;

    dsmtp_grid_init(&grid, arena, "host", "Host: what is insisted on", heads);
    for (unsigned i = 0; (r = dsmtp_policy_host_row(i)) != NULL; i++) {
        set_text policy, trust, address, tlsa, when;
        const char *cells[] = {
            dsmtp_set_text(DSMTP_SET_POLICY, r->policy, policy),
            dsmtp_set_text(DSMTP_SET_TRUST, r->trust, trust),
            dsmtp_set_text(DSMTP_SET_ADDRESS, r->address, address),
            dsmtp_set_text(DSMTP_SET_TLSA, r->tlsa, tlsa),
            conditions(r->when, 2, when),
            dsmtp_level_name(r->level),
            dsmtp_tables_reason(r->reason),
            r->rules,
        };

        dsmtp_grid_row(&grid, cells);
    }
    return dsmtp_grid_print(to, &grid, form);
}

static enum dsmtp_status print_dialog(FILE *to, struct dsmtp_arena *arena,
                                      enum dsmtp_grid_form form)
{
    static const char *const heads[] = {"in state", "event",  "level", "go to",
                                        "do",       "reason", "rules", NULL};
    const struct dsmtp_dialog_row *r;
    struct dsmtp_grid grid;

    dsmtp_grid_init(&grid, arena, "dialog", "Session: the SMTP dialog", heads);
    for (unsigned i = 0; (r = dsmtp_dialog_row_at(i)) != NULL; i++) {
        set_text state, event, level;
        const char *cells[] = {
            dsmtp_set_text(DSMTP_SET_STATE, r->state, state),
            dsmtp_set_text(DSMTP_SET_EVENT, r->event, event),
            dsmtp_tables_levels(r->level, level),
            dsmtp_state_name(r->next),
            dsmtp_action_name(r->action),
            dsmtp_tables_reason(r->reason),
            r->rules,
        };

        dsmtp_grid_row(&grid, cells);
    }
    return dsmtp_grid_print(to, &grid, form);
}

static enum dsmtp_status print_next(FILE *to, struct dsmtp_arena *arena, enum dsmtp_grid_form form)
{
    static const char *const heads[] = {"ended in state", "on event",           "level",
                                        "then",           "if no host is left", NULL};
    const struct dsmtp_next_row *r;
    struct dsmtp_grid grid;

    dsmtp_grid_init(&grid, arena, "next", "Attempt: what follows it (the first row that applies)",
                    heads);
    for (unsigned i = 0; (r = dsmtp_judge_next_row(i)) != NULL; i++) {
        set_text state, event, level;
        const char *cells[] = {
            dsmtp_set_text(DSMTP_SET_STATE, r->state, state),
            dsmtp_set_text(DSMTP_SET_EVENT, r->event, event),
            dsmtp_tables_levels(r->level, level),
            dsmtp_tables_next(r->next),
            r->next == DSMTP_NEXT_DONE ? ""
            : r->permanent             ? "bounce"
                                       : "defer",
        };

        dsmtp_grid_row(&grid, cells);
    }
    return dsmtp_grid_print(to, &grid, form);
}

enum dsmtp_status dsmtp_tables_switches(FILE *to, struct dsmtp_arena *arena,
                                        const struct dsmtp_profile *const *profiles, bool differing,
                                        enum dsmtp_grid_form form)
{
    const char *heads[DSMTP_GRID_COLUMNS_MAX + 1] = {"switch", "decides about"};
    struct dsmtp_grid grid;
    unsigned n = 0;

    for (; profiles[n] != NULL && n + 3 < DSMTP_GRID_COLUMNS_MAX; n++)
        heads[2 + n] = profiles[n]->name;
    heads[2 + n] = "rules";
    dsmtp_grid_init(&grid, arena, "switches", "Switches: their values by profile", heads);
    for (unsigned i = 0; i < DSMTP_SWITCH_COUNT; i++) {
        const struct dsmtp_switch_info *info = dsmtp_switch_info((enum dsmtp_switch)i);
        const char *cells[DSMTP_GRID_COLUMNS_MAX] = {info->word, info->says};
        char numbers[DSMTP_GRID_COLUMNS_MAX][DSMTP_SWITCH_TEXT_SIZE];
        bool same = true;

        for (unsigned p = 0; p < n; p++) {
            cells[2 + p] =
                dsmtp_switch_text((enum dsmtp_switch)i, profiles[p]->value[i], numbers[p]);
            same = same && profiles[p]->value[i] == profiles[0]->value[i];
        }
        cells[2 + n] = info->rules;
        if (!differing || !same)
            dsmtp_grid_row(&grid, cells);
    }
    return dsmtp_grid_print(to, &grid, form);
}

static enum dsmtp_status print_switches(FILE *to, struct dsmtp_arena *arena,
                                        enum dsmtp_grid_form form)
{
    const struct dsmtp_profile *profiles[DSMTP_GRID_COLUMNS_MAX] = {NULL};

    for (unsigned i = 0; i + 1 < DSMTP_GRID_COLUMNS_MAX; i++)
        if ((profiles[i] = dsmtp_profile_at(i)) == NULL)
            break;
    return dsmtp_tables_switches(to, arena, profiles, false, form);
}

enum dsmtp_status dsmtp_tables_print(FILE *to, enum dsmtp_grid_form form)
{
    static enum dsmtp_status (*const tables[])(
        FILE *, struct dsmtp_arena *, enum dsmtp_grid_form) = {print_mx, print_host, print_dialog,
                                                               print_next, print_switches};
    struct dsmtp_arena arena;
    enum dsmtp_status status = DSMTP_OK;

    dsmtp_arena_init(&arena, DSMTP_TABLES_MEMORY);
    for (size_t i = 0; status == DSMTP_OK && i < sizeof(tables) / sizeof(tables[0]); i++)
        status = tables[i](to, &arena, form);
    dsmtp_arena_fini(&arena);
    return status;
}
