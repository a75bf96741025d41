/* rows.c - names and breakages of rows.h. */
#include "faults/rows.h"

#include <stdio.h>
#include <string.h>

/* A column: its word for each state. */
typedef const char *word_of(unsigned value);

/* clang-format off */
static const char *policy_word(unsigned v)   { return dsmtp_policy_name((enum dsmtp_policy)v); }
static const char *security_word(unsigned v) { return dsmtp_security_name((enum dsmtp_security)v); }
static const char *mx_word(unsigned v)       { return dsmtp_mx_name((enum dsmtp_mx)v); }
static const char *trust_word(unsigned v)    { return dsmtp_trust_name((enum dsmtp_trust)v); }
static const char *address_word(unsigned v)  { return dsmtp_address_name((enum dsmtp_address)v); }
static const char *tlsa_word(unsigned v)     { return dsmtp_tlsa_state_name((enum dsmtp_tlsa_state)v); }
static const char *state_word(unsigned v)    { return dsmtp_state_name((enum dsmtp_state)v); }
static const char *event_word(unsigned v)    { return dsmtp_event_name((enum dsmtp_event)v); }
static const char *level_word(unsigned v)    { return dsmtp_level_name((enum dsmtp_level)v); }
/* clang-format on */

const char *fault_table_word(enum fault_table table)
{
    static const char *const words[FAULT_TABLES] = {"mx", "host", "dialog", "next"};

    return words[table];
}

bool fault_row_at(enum fault_table table, unsigned index, union fault_row *out)
{
    const struct dsmtp_mx_row *mx = dsmtp_policy_mx_row(index);
    const struct dsmtp_host_row *host = dsmtp_policy_host_row(index);
    const struct dsmtp_dialog_row *dialog = dsmtp_dialog_row_at(index);
    const struct dsmtp_next_row *next = dsmtp_judge_next_row(index);

    if (table == FAULT_MX && mx != NULL)
        out->mx = *mx;
    else if (table == FAULT_HOST && host != NULL)
        out->host = *host;
    else if (table == FAULT_DIALOG && dialog != NULL)
        out->dialog = *dialog;
    else if (table == FAULT_NEXT && next != NULL)
        out->next = *next;
    else
        return false;
    return true;
}

/* ".WORD" of the first state in the set; blanks become hyphens. */
static void add_word(char out[FAULT_NAME_SIZE], unsigned set, word_of *word)
{
    size_t len = strlen(out);
    unsigned first = 0;

    while (set != ~0U && first < 31 && (set & 1U << first) == 0)
        first++;
    (void)snprintf(out + len, FAULT_NAME_SIZE - len, "%s%s", len > 0 ? "." : "",
                   set == ~0U ? "*" : word(first));
    for (char *c = out + len; *c != '\0'; c++)
        if (*c == ' ')
            *c = '-';
}

void fault_row_label(enum fault_table table, const union fault_row *row, char out[FAULT_NAME_SIZE])
{
    out[0] = '\0';
    switch (table) {
    case FAULT_MX:
        add_word(out, row->mx.policy, policy_word);
        add_word(out, row->mx.security, security_word);
        add_word(out, row->mx.mx, mx_word);
        break;
    case FAULT_HOST:
        add_word(out, row->host.policy, policy_word);
        add_word(out, row->host.trust, trust_word);
        add_word(out, row->host.address, address_word);
        add_word(out, row->host.tlsa, tlsa_word);
        break;
    case FAULT_DIALOG:
        add_word(out, row->dialog.state, state_word);
        add_word(out, row->dialog.event, event_word);
        add_word(out, row->dialog.level, level_word);
        break;
    case FAULT_NEXT:
        add_word(out, row->next.state, state_word);
        add_word(out, row->next.event, event_word);
        add_word(out, row->next.level, level_word);
        break;
    case FAULT_TABLES:
        break;
    }
}

const char *fault_row_rules(enum fault_table table, const union fault_row *row)
{
    return table == FAULT_MX       ? row->mx.rules
           : table == FAULT_HOST   ? row->host.rules
           : table == FAULT_DIALOG ? row->dialog.rules
                                   : "";
}

static const char *const trusts[DSMTP_TRUST_COUNT] = {"trust-secure", "trust-insecure",
                                                      "trust-host"};
static const char *const nexts[DSMTP_NEXT_COUNT] = {"done", "retry-in-clear", "try-next", "stop"};

static void break_mx(struct dsmtp_mx_row *row, unsigned way, struct fault_change *change)
{
    static const enum dsmtp_verdict verdicts[] = {DSMTP_VERDICT_ATTEMPT, DSMTP_VERDICT_DEFER,
                                                  DSMTP_VERDICT_BOUNCE};

    if (way < 3) {
        *change = (struct fault_change){dsmtp_verdict_name(row->verdict),
                                        dsmtp_verdict_name(verdicts[way])};
        row->verdict = verdicts[way];
        return;
    }
    *change = (struct fault_change){trusts[row->trust], trusts[way - 3]};
    if (row->verdict == DSMTP_VERDICT_ATTEMPT)
        row->trust = (enum dsmtp_trust)(way - 3);
    else
        change->was = change->becomes; /* whom nobody calls, nobody trusts */
}

static void break_host(struct dsmtp_host_row *row, unsigned way, struct fault_change *change)
{
    *change = (struct fault_change){dsmtp_level_name(row->level),
                                    dsmtp_level_name((enum dsmtp_level)way)};
    row->level = (enum dsmtp_level)way;
}

static void break_dialog(struct dsmtp_dialog_row *row, unsigned way, struct fault_change *change)
{
    static const struct {
        enum dsmtp_state next;
        enum dsmtp_action action;
        enum dsmtp_reason reason;
    } ways[] = {{DSMTP_STATE_END, DSMTP_ACTION_QUIT, DSMTP_REASON_PROTOCOL_ERROR},
                {DSMTP_STATE_MAIL, DSMTP_ACTION_READY, DSMTP_REASON_SESSION_READY}};

    *change = (struct fault_change){dsmtp_state_name(row->next), dsmtp_state_name(ways[way].next)};
    row->next = ways[way].next;
    row->action = ways[way].action;
    row->reason = ways[way].reason;
}

static void break_next(struct dsmtp_next_row *row, unsigned way, struct fault_change *change)
{
    if (way == DSMTP_NEXT_COUNT) {
        *change = row->permanent ? (struct fault_change){"bounce", "defer"}
                                 : (struct fault_change){"defer", "bounce"};
        row->permanent = !row->permanent;
        return;
    }
    *change = (struct fault_change){nexts[row->next], nexts[way]};
    row->next = (enum dsmtp_next)way;
}

unsigned fault_ways(enum fault_table table)
{
    static const unsigned ways[FAULT_TABLES] = {3 + DSMTP_TRUST_COUNT, DSMTP_LEVEL_COUNT, 2,
                                                DSMTP_NEXT_COUNT + 1};

    return ways[table];
}

bool fault_row_break(enum fault_table table, union fault_row *row, unsigned way,
                     struct fault_change *change)
{
    switch (table) {
    case FAULT_MX:
        break_mx(&row->mx, way, change);
        break;
    case FAULT_HOST:
        break_host(&row->host, way, change);
        break;
    case FAULT_DIALOG:
        break_dialog(&row->dialog, way, change);
        break;
    case FAULT_NEXT:
        break_next(&row->next, way, change);
        break;
    case FAULT_TABLES:
        return false;
    }
    return strcmp(change->was, change->becomes) != 0;
}
