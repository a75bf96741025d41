/* tables.h - the decision tables as they are compiled in, for `danesmtp tables` and the documents.
 */
#ifndef DSMTP_REPORT_TABLES_H
#define DSMTP_REPORT_TABLES_H

#include "core/profile.h"
#include "report/grid.h"

/* All tables: destination, host, dialog, what follows an attempt, switches by profile. */
DSMTP_MUST_USE enum dsmtp_status dsmtp_tables_print(FILE *to, enum dsmtp_grid_form form);

/* Where two profiles differ: their switches, and each combination of inputs for which the outcome
 * is another. */
DSMTP_MUST_USE enum dsmtp_status dsmtp_tables_diff(FILE *to, const struct dsmtp_profile *a,
                                                   const struct dsmtp_profile *b,
                                                   enum dsmtp_grid_form form);

#endif
