/* test_tables.c - the printed decision tables and their differences. */
#include "report/tables.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "golden.h"

enum { DIFF_TABLES = 8 };

/* The documents show what is compiled in. */
static void test_tables(void)
{
    static const struct {
        enum dsmtp_grid_form form;
        const char *name;
    } forms[] = {{DSMTP_GRID_TEXT, "tables.txt"}, {DSMTP_GRID_MARKDOWN, "tables.md"}};

    for (size_t i = 0; i < CHECK_COUNT(forms); i++) {
        char *text = NULL;
        size_t len;
        FILE *to = open_memstream(&text, &len);

        check_int(dsmtp_tables_print(to, forms[i].form), DSMTP_OK);
        (void)fclose(to);
        check_golden(forms[i].name, text);
        free(text);
    }
}

/* One JSON object a line, each row as long as the list of columns. */
static void test_tables_json(void)
{
    unsigned lines = 0;
    char *text = NULL;
    size_t len;
    FILE *to = open_memstream(&text, &len);

    check_int(dsmtp_tables_print(to, DSMTP_GRID_JSON), DSMTP_OK);
    (void)fclose(to);
    for (char *line = text; *line != '\0'; line += strcspn(line, "\n") + 1, lines++) {
        json_t *table = json_loads(line, JSON_DISABLE_EOF_CHECK, NULL);
        const json_t *rows = json_object_get(table, "rows");
        size_t columns = json_array_size(json_object_get(table, "columns"));

        check_true(json_is_string(json_object_get(table, "table")));
        check_true(json_array_size(rows) > 0);
        for (size_t i = 0; i < json_array_size(rows); i++)
            check_uint(json_array_size(json_array_get(rows, i)), columns);
        json_decref(table);
    }
    check_uint(lines, 5);
    free(text);
}

static void test_diff(void)
{
    const struct dsmtp_profile *a = dsmtp_profile_find("rfc7672");
    const struct dsmtp_profile *b = dsmtp_profile_find("seed2013");
    char *text = NULL;
    size_t len;
    FILE *to = open_memstream(&text, &len);

    check_int(dsmtp_tables_diff(to, a, b, DSMTP_GRID_TEXT), DSMTP_OK);
    (void)fclose(to);
    check_golden("tables-diff.txt", text);
    free(text);
}

/* A profile does not differ from itself. */
static void test_no_diff(void)
{
    const struct dsmtp_profile *a = dsmtp_profile_find("rfc7672");
    char *text = NULL;
    size_t len;
    unsigned empty = 0;
    FILE *to = open_memstream(&text, &len);

    check_int(dsmtp_tables_diff(to, a, a, DSMTP_GRID_JSON), DSMTP_OK);
    (void)fclose(to);
    for (const char *at = text; (at = strstr(at, "\"rows\":[]}\n")) != NULL; at++)
        empty++;
    check_uint(empty, DIFF_TABLES);
    free(text);
}

/* How many of the tables of a comparison, the switches aside, have rows. */
static unsigned tables_with_rows(const struct dsmtp_profile *a, const struct dsmtp_profile *b)
{
    unsigned found = 0;
    char *text = NULL;
    size_t len;
    FILE *to = open_memstream(&text, &len);

    check_int(dsmtp_tables_diff(to, a, b, DSMTP_GRID_JSON), DSMTP_OK);
    (void)fclose(to);
    for (char *line = text, *end; (end = strchr(line, '\n')) != NULL; line = end + 1) {
        *end = '\0';
        if (strstr(line, "\"rows\":[]") == NULL && strstr(line, "\"switches\"") == NULL)
            found++;
    }
    free(text);
    return found;
}

/* Any two profiles differ in what they say about something, and both ways round in as much. So does
 * a profile with one switch changed, but for those that set limits or change what is asked of TLS.
 */
static void test_all_diffs(void)
{
    static const enum dsmtp_switch elsewhere[] = {
        DSMTP_SWITCH_MX_CNAME,    DSMTP_SWITCH_SELF_AFTER_SKIP, DSMTP_SWITCH_HOST_BASE,
        DSMTP_SWITCH_ALIAS_PROBE, DSMTP_SWITCH_CHAIN_LIMIT,     DSMTP_SWITCH_TLSA_MAX,
        DSMTP_SWITCH_SNI,         DSMTP_SWITCH_PORT_LABEL,      DSMTP_SWITCH_WILDCARD,
        DSMTP_SWITCH_CN_FALLBACK};
    const struct dsmtp_profile *a, *b;

    for (unsigned i = 0; (a = dsmtp_profile_at(i)) != NULL; i++)
        for (unsigned k = 0; (b = dsmtp_profile_at(k)) != NULL; k++) {
            check_rowf("%s, %s", a->name, b->name);
            check_int(tables_with_rows(a, b) > 0, i != k);
            check_uint(tables_with_rows(a, b), tables_with_rows(b, a));
        }
    for (unsigned i = 0; i < DSMTP_SWITCH_COUNT; i++) {
        struct dsmtp_profile changed = *dsmtp_profile_at(0);
        bool shown = true;

        for (size_t k = 0; k < CHECK_COUNT(elsewhere); k++)
            shown = shown && elsewhere[k] != i;
        changed.value[i] = 1;
        check_row(dsmtp_switch_info(i)->word);
        check_int(tables_with_rows(dsmtp_profile_at(0), &changed) > 0, shown);
    }
}

static const struct check_test tests[] = {
    {"tables", test_tables},
    {"tables as JSON", test_tables_json},
    {"differences", test_diff},
    {"none", test_no_diff},
    {"differences of all profiles", test_all_diffs},
};
SUITE(tables, tests);
