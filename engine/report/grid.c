/* grid.c - tables of grid.h. */
#include "report/grid.h"

#include <string.h>

#include "report/json.h"

void dsmtp_grid_init(struct dsmtp_grid *grid, struct dsmtp_arena *arena, const char *id,
                     const char *title, const char *const *heads)
{
    *grid = (struct dsmtp_grid){.arena = arena, .id = id, .title = title, .heads = heads};
    while (heads[grid->columns] != NULL)
        grid->columns++;
    grid->cells =
        dsmtp_arena_alloc(arena, DSMTP_GRID_ROWS_MAX * grid->columns, sizeof(const char *));
    grid->full = grid->cells == NULL || grid->columns > DSMTP_GRID_COLUMNS_MAX;
}

void dsmtp_grid_row(struct dsmtp_grid *grid, const char *const *cells)
{
    const char **row;

    grid->full = grid->full || grid->rows == DSMTP_GRID_ROWS_MAX;
    if (grid->full)
        return;
    row = grid->cells + (size_t)grid->rows * grid->columns;
    for (unsigned i = 0; i < grid->columns; i++) {
        row[i] = dsmtp_arena_strdup(grid->arena, cells[i]);
        grid->full = grid->full || row[i] == NULL;
    }
    grid->rows++;
}

static const char *cell(const struct dsmtp_grid *g, unsigned row, unsigned column)
{
    return g->cells[(size_t)row * g->columns + column];
}

/* The line of a text table: no blanks at its end. */
static void put_line(FILE *to, const struct dsmtp_grid *g, const int *width,
                     const char *const *cells)
{
    unsigned last = g->columns;

    while (last > 1 && cells[last - 1][0] == '\0')
        last--;
    for (unsigned i = 0; i < last; i++)
        (void)fprintf(to, "%*s%s", i == 0 ? 2 : 2 + width[i - 1] - (int)strlen(cells[i - 1]), "",
                      cells[i]);
    (void)fputc('\n', to);
}

static void print_text(FILE *to, const struct dsmtp_grid *g)
{
    int width[DSMTP_GRID_COLUMNS_MAX] = {0};

    for (unsigned i = 0; i < g->columns; i++) {
        width[i] = (int)strlen(g->heads[i]);
        for (unsigned r = 0; r < g->rows; r++)
            if ((int)strlen(cell(g, r, i)) > width[i])
                width[i] = (int)strlen(cell(g, r, i));
    }
    (void)fprintf(to, "%s\n", g->title);
    if (g->rows == 0)
        (void)fputs("  nothing\n", to);
    else
        put_line(to, g, width, g->heads);
    for (unsigned r = 0; r < g->rows; r++)
        put_line(to, g, width, g->cells + (size_t)r * g->columns);
    (void)fputc('\n', to);
}

static void print_markdown(FILE *to, const struct dsmtp_grid *g)
{
    (void)fprintf(to, "### %s\n\n", g->title);
    if (g->rows == 0) {
        (void)fputs("Nothing.\n\n", to);
        return;
    }
    (void)fputc('|', to);
    for (unsigned i = 0; i < g->columns; i++)
        (void)fprintf(to, " %s |", g->heads[i]);
    (void)fputs("\n|", to);
    for (unsigned i = 0; i < g->columns; i++)
        (void)fputs("---|", to);
    (void)fputc('\n', to);
    for (unsigned r = 0; r < g->rows; r++) {
        (void)fputc('|', to);
        for (unsigned i = 0; i < g->columns; i++)
            (void)fprintf(to, " %s |", cell(g, r, i));
        (void)fputc('\n', to);
    }
    (void)fputc('\n', to);
}

static enum dsmtp_status print_json(FILE *to, const struct dsmtp_grid *g)
{
    json_t *o = json_object();
    json_t *rows = json_array();
    bool ok = rows != NULL;

    for (unsigned r = 0; ok && r < g->rows; r++)
        ok = json_array_append_new(
                 rows, dsmtp_json_list(g->cells + (size_t)r * g->columns, g->columns)) == 0;
    ok = dsmtp_json_put(o, "table", json_string(g->id)) && ok;
    ok = dsmtp_json_put(o, "title", json_string(g->title)) && ok;
    ok = dsmtp_json_put(o, "columns", dsmtp_json_list(g->heads, g->columns)) && ok;
    ok = dsmtp_json_put(o, "rows", rows) && ok;
    return dsmtp_json_write(to, o, ok);
}

enum dsmtp_status dsmtp_grid_print(FILE *to, const struct dsmtp_grid *grid,
                                   enum dsmtp_grid_form form)
{
    if (grid->full)
        return DSMTP_NOMEM;
    switch (form) {
    case DSMTP_GRID_TEXT:
        print_text(to, grid);
        break;
    case DSMTP_GRID_MARKDOWN:
        print_markdown(to, grid);
        break;
    case DSMTP_GRID_JSON:
        return print_json(to, grid);
    }
    return DSMTP_OK;
}
