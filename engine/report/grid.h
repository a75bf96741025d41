/* grid.h - a table of short texts that prints as plain text, Markdown or JSON. */
#ifndef DSMTP_REPORT_GRID_H
#define DSMTP_REPORT_GRID_H

#include <stdbool.h>
#include <stdio.h>

#include "base/arena.h"
#include "base/status.h"

#define DSMTP_GRID_COLUMNS_MAX 12u
#define DSMTP_GRID_ROWS_MAX 512u

struct dsmtp_grid {
    struct dsmtp_arena *arena;
    const char *id; /* for machines */
    const char *title;
    const char *const *heads;
    unsigned columns;
    const char **cells; /* rows * columns */
    unsigned rows;
    bool full; /* something did not fit: what is there must not be shown */
};

/* heads is NULL-terminated and must outlive the grid, as must id and title. */
void dsmtp_grid_init(struct dsmtp_grid *grid, struct dsmtp_arena *arena, const char *id,
                     const char *title, const char *const *heads);

/* One row; as many cells as there are heads. They are copied. */
void dsmtp_grid_row(struct dsmtp_grid *grid, const char *const *cells);

enum dsmtp_grid_form { DSMTP_GRID_TEXT, DSMTP_GRID_MARKDOWN, DSMTP_GRID_JSON };

/* DSMTP_NOMEM when the grid is full or memory ran out. */
DSMTP_MUST_USE enum dsmtp_status dsmtp_grid_print(FILE *to, const struct dsmtp_grid *grid,
                                                  enum dsmtp_grid_form form);

#endif
