/* fault_rows.c - senders that decide wrongly: by a name for what is seen in the field, or with any
 * row of the tables broken (rows.h). */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/profile.h"
#include "faults/rows.h"

/* Break the row in the way that becomes what is wanted. */
static void break_as(enum fault_table table, union fault_row *row, const char *wanted)
{
    for (unsigned way = 0; way < fault_ways(table); way++) {
        union fault_row copy = *row;
        struct fault_change change;

        if (fault_row_break(table, &copy, way, &change) && strcmp(change.becomes, wanted) == 0) {
            *row = copy;
            return;
        }
    }
}

/* Break it if the fault of the day is this row's. */
static void break_row(enum fault_table table, union fault_row *row)
{
    char start[FAULT_NAME_SIZE], label[FAULT_NAME_SIZE];
    const char *rest;
    size_t len;

    (void)snprintf(start, sizeof(start), "%s:", fault_table_word(table));
    rest = fault_behind(start);
    if (rest == NULL)
        return;
    fault_row_label(table, row, label);
    len = strlen(label);
    if (strncmp(rest, label, len) == 0 && rest[len] == '=')
        break_as(table, row, rest + len + 1);
}

static bool encrypts(enum dsmtp_level level)
{
    return level == DSMTP_LEVEL_ENCRYPT;
}

const struct dsmtp_host_row *WRAP(dsmtp_policy_host)(const struct dsmtp_profile *profile,
                                                     enum dsmtp_policy policy,
                                                     enum dsmtp_trust trust,
                                                     enum dsmtp_address address,
                                                     enum dsmtp_tlsa_state tlsa)
{
    static union fault_row changed;
    const struct dsmtp_host_row *row =
        REAL(dsmtp_policy_host)(profile, policy, trust, address, tlsa);

    if (row == NULL)
        return NULL;
    changed.host = *row;
    break_row(FAULT_HOST, &changed);
    if (fault_is("ignores-tlsa") && row->level == DSMTP_LEVEL_DANE)
        changed.host.level = DSMTP_LEVEL_MAY;
    if (fault_is("contacts-skipped-host") && row->level == DSMTP_LEVEL_SKIP &&
        row->reason == DSMTP_REASON_TLSA_BOGUS)
        changed.host.level = DSMTP_LEVEL_MAY;
    if (fault_is("unusable-is-opportunistic") && encrypts(row->level))
        changed.host.level = DSMTP_LEVEL_MAY;
    if (fault_is("unusable-is-fatal") && encrypts(row->level))
        changed.host.level = DSMTP_LEVEL_SKIP;
    if (fault_is("tls-for-everybody") && row->level == DSMTP_LEVEL_MAY)
        changed.host.level = DSMTP_LEVEL_ENCRYPT;
    return &changed.host;
}

const struct dsmtp_mx_row *WRAP(dsmtp_policy_mx)(const struct dsmtp_profile *profile,
                                                 enum dsmtp_policy policy,
                                                 enum dsmtp_security security, enum dsmtp_mx mx)
{
    static union fault_row changed;
    const struct dsmtp_mx_row *row = REAL(dsmtp_policy_mx)(profile, policy, security, mx);

    if (row == NULL)
        return NULL;
    changed.mx = *row;
    break_row(FAULT_MX, &changed);
    if (fault_is("bounces-bogus-mx") && row->verdict == DSMTP_VERDICT_DEFER)
        changed.mx.verdict = DSMTP_VERDICT_BOUNCE;
    if (fault_is("defers-missing-domain") && mx == DSMTP_MX_NXDOMAIN)
        changed.mx.verdict = DSMTP_VERDICT_DEFER;
    return &changed.mx;
}

/* "TLS could not be had" is an excuse at every level. */
const struct dsmtp_next_row *WRAP(dsmtp_judge_next)(const struct dsmtp_profile *profile,
                                                    const struct dsmtp_attempt_end *end)
{
    static union fault_row changed;

    changed.next = *REAL(dsmtp_judge_next)(profile, end);
    if (fault_is("stops-at-first-failure") && changed.next.next == DSMTP_NEXT_TRY)
        changed.next.next = DSMTP_NEXT_STOP;
    break_row(FAULT_NEXT, &changed);
    if (fault_is("clear-when-tls-fails") && end->state == DSMTP_STATE_HANDSHAKE)
        changed.next.next = DSMTP_NEXT_RETRY_CLEAR;
    return &changed.next;
}

const struct dsmtp_dialog_row *WRAP(dsmtp_dialog_step)(enum dsmtp_state state,
                                                       enum dsmtp_event event,
                                                       enum dsmtp_level level)
{
    static union fault_row changed;

    if (fault_is("clear-without-starttls") && state == DSMTP_STATE_EHLO && event == DSMTP_EVENT_OK)
        level = DSMTP_LEVEL_MAY;
    if (fault_is("clear-when-starttls-refused") && state == DSMTP_STATE_STARTTLS &&
        event != DSMTP_EVENT_OK && event != DSMTP_EVENT_FAILED)
        level = DSMTP_LEVEL_MAY;
    changed.dialog = *REAL(dsmtp_dialog_step)(state, event, level);
    break_row(FAULT_DIALOG, &changed);
    return &changed.dialog;
}

static void list_rows(enum fault_table table)
{
    union fault_row row;

    for (unsigned i = 0; fault_row_at(table, i, &row); i++) {
        char label[FAULT_NAME_SIZE];

        fault_row_label(table, &row, label);
        for (unsigned way = 0; way < fault_ways(table); way++) {
            union fault_row copy = row;
            struct fault_change change;

            if (fault_row_break(table, &copy, way, &change))
                (void)printf("%s:%s=%s\n", fault_table_word(table), label, change.becomes);
        }
    }
}

static void list_switches(void)
{
    for (unsigned i = 0; i < DSMTP_SWITCH_COUNT; i++) {
        const struct dsmtp_switch_info *info = dsmtp_switch_info((enum dsmtp_switch)i);

        for (unsigned v = 1; info->max == 0 && info->values[v] != NULL; v++)
            (void)printf("set:%s=%s\n", info->word, info->values[v]);
        if (info->max != 0)
            (void)printf("set:%s=1\n", info->word);
    }
}

/* DANESMTP_FAULT=list: what rows and switches can be broken, one a line, instead of sending. */
__attribute__((constructor)) static void list_all(void)
{
    if (!fault_is("list"))
        return;
    for (unsigned t = 0; t < FAULT_TABLES; t++)
        list_rows((enum fault_table)t);
    list_switches();
    exit(0);
}
