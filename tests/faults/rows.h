/* rows.h - the rows of the engine's four tables, and the ways to break one.
 *
 * A row is called after the first state of each of its columns, "*" where it takes any:
 * "host:dane.secure.secure.usable". As exactly one row applies to a state, the name is that of one
 * row, or of several of which a profile has one. A broken row is called after what it has become:
 * "host:dane.secure.secure.usable=may". */
#ifndef TESTS_FAULTS_ROWS_H
#define TESTS_FAULTS_ROWS_H

#include "core/judge.h"
#include "core/policy.h"
#include "faults/faults.h"

enum fault_table { FAULT_MX, FAULT_HOST, FAULT_DIALOG, FAULT_NEXT, FAULT_TABLES };
enum { FAULT_NAME_SIZE = 100 };

/* Any row, by its table. */
union fault_row {
    struct dsmtp_mx_row mx;
    struct dsmtp_host_row host;
    struct dsmtp_dialog_row dialog;
    struct dsmtp_next_row next;
};

/* "mx", "host", "dialog", "next". */
const char *fault_table_word(enum fault_table table);

/* A copy of the row; false past the end. */
bool fault_row_at(enum fault_table table, unsigned index, union fault_row *out);

/* "dane.secure.secure.usable" */
void fault_row_label(enum fault_table table, const union fault_row *row, char out[FAULT_NAME_SIZE]);

/* The rule ids of a row; "" for the table next, which has none. */
const char *fault_row_rules(enum fault_table table, const union fault_row *row);

/* What a way of breaking changes, in words of the tables: "dane" to "may". */
struct fault_change {
    const char *was, *becomes;
};

/* The ways to break a row of that table: 0 to this, not included. */
unsigned fault_ways(enum fault_table table);

/* Break the row in that way. false: that changes nothing in this row. */
bool fault_row_break(enum fault_table table, union fault_row *row, unsigned way,
                     struct fault_change *change);

/* The functions that look a row up, as wrappers see them. */
/* clang-format off */
WRAPPED(const struct dsmtp_dialog_row *, dsmtp_dialog_step, enum dsmtp_state state, enum dsmtp_event event, enum dsmtp_level level)
WRAPPED(const struct dsmtp_next_row *, dsmtp_judge_next, const struct dsmtp_profile *profile, const struct dsmtp_attempt_end *end)
WRAPPED(const struct dsmtp_host_row *, dsmtp_policy_host, const struct dsmtp_profile *profile, enum dsmtp_policy policy,
        enum dsmtp_trust trust, enum dsmtp_address address, enum dsmtp_tlsa_state tlsa)
WRAPPED(const struct dsmtp_mx_row *, dsmtp_policy_mx, const struct dsmtp_profile *profile, enum dsmtp_policy policy,
        enum dsmtp_security security, enum dsmtp_mx mx)
/* clang-format on */

#endif
