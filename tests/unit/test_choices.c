/* test_choices.c - engine/core/choices.tsv: no point is left out, and list and switches know each
 * other. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "core/profile.h"

enum { C_POINTS = 35, E_POINTS = 68, FIELDS = 4 };

static bool seen[2][E_POINTS + 1];
static bool named[DSMTP_SWITCH_COUNT];

static void note_point(const char *id)
{
    unsigned long number = strtoul(id + 1, NULL, 10);
    unsigned kind = id[0] == 'E' ? 1 : 0;

    if (!check_true((id[0] == 'C' || id[0] == 'E') && number >= 1 &&
                    number <= (kind == 0 ? C_POINTS : E_POINTS)))
        return;
    check_true(!seen[kind][number]);
    seen[kind][number] = true;
}

static void note_switch(const char *word)
{
    unsigned i = 0;

    while (i < DSMTP_SWITCH_COUNT && strcmp(dsmtp_switch_info(i)->word, word) != 0)
        i++;
    if (check_true(i < DSMTP_SWITCH_COUNT))
        named[i] = true;
}

static void check_line(char *line)
{
    char *field[FIELDS];

    for (unsigned i = 0; i < FIELDS; i++) {
        field[i] = strsep(&line, "\t");
        if (!check_true(field[i] != NULL))
            return;
    }
    check_row(field[0]);
    check_true(line == NULL);
    note_point(field[0]);
    check_true(field[1][0] != '\0');
    /* Without a switch a point needs its reason. */
    if (strcmp(field[2], "-") == 0)
        check_true(field[3][0] != '\0');
    else
        for (char *word; (word = strsep(&field[2], " ")) != NULL;)
            note_switch(word);
}

static void test_list(void)
{
    FILE *f = fopen("engine/core/choices.tsv", "r");
    char *line = NULL;
    size_t room = 0;

    check_true(f != NULL);
    while (f != NULL && getline(&line, &room, f) > 0) {
        line[strcspn(line, "\n")] = '\0';
        if (line[0] != '#')
            check_line(line);
    }
    free(line);
    if (f != NULL)
        (void)fclose(f);
    for (unsigned kind = 0; kind < 2; kind++)
        for (unsigned i = 1; i <= (kind == 0 ? C_POINTS : E_POINTS); i++) {
            check_rowf("%c%u", kind == 0 ? 'C' : 'E', i);
            check_true(seen[kind][i]);
        }
    for (unsigned i = 0; i < DSMTP_SWITCH_COUNT; i++) {
        check_row(dsmtp_switch_info(i)->word);
        check_true(named[i]);
    }
}

static const struct check_test tests[] = {{"list", test_list}};
SUITE(choices, tests);
