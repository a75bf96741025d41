/* tables_internal.h - what tables.c and tables_diff.c share. */
#ifndef DSMTP_REPORT_TABLES_INTERNAL_H
#define DSMTP_REPORT_TABLES_INTERNAL_H

#include <stdbool.h>

#include "core/judge.h"
#include "core/profile.h"
#include "report/grid.h"

/* Far more than all grids together need. */
#define DSMTP_TABLES_MEMORY (4u << 20)

const char *dsmtp_tables_next(enum dsmtp_next next);
const char *dsmtp_tables_reason(enum dsmtp_reason reason); /* "" for NONE */

/* A set of levels; skip, which has no dialog, counts for nothing. out: DSMTP_SET_TEXT_SIZE octets.
 */
const char *dsmtp_tables_levels(unsigned set, char *out);

/* The switches of these profiles (NULL-terminated); differing: only those that are not the same in
 * all. */
DSMTP_MUST_USE enum dsmtp_status dsmtp_tables_switches(FILE *to, struct dsmtp_arena *arena,
                                                       const struct dsmtp_profile *const *profiles,
                                                       bool differing, enum dsmtp_grid_form form);

/* What is in no decision table: how MX answers, address answers, names and TLSA records are read.
 */
DSMTP_MUST_USE enum dsmtp_status dsmtp_tables_readings(FILE *to, struct dsmtp_arena *arena,
                                                       const struct dsmtp_profile *a,
                                                       const struct dsmtp_profile *b,
                                                       enum dsmtp_grid_form form);

#endif
