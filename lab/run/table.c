/* table.c - the reader of table.h. */
#include "run/table.h"

#include <stdlib.h>
#include <string.h>

int lab_table_read(const char *path, unsigned fields, const char *expected, lab_take_row *take,
                   void *self, struct lab_fault *fault)
{
    char *text, *rest, *line;
    int rc = lab_file_read(path, &text, NULL, fault);

    if (rc != 0)
        return -1;
    rest = text;
    for (unsigned number = 1; rc == 0 && (line = strsep(&rest, "\n")) != NULL; number++) {
        char *field[LAB_FIELDS_MAX] = {NULL};

        if (line[0] == '\0' || line[0] == '#')
            continue;
        for (unsigned i = 0; i < fields; i++)
            field[i] = strsep(&line, "\t");
        rc = field[fields - 1] != NULL
                 ? take(self, field, (struct lab_place_of_row){path, number}, fault)
                 : lab_fail(fault, EX_DATAERR, "%s:%u:1: expected %u fields: %s", path, number,
                            fields, expected);
    }
    free(text);
    return rc == 0 ? 0 : -1;
}
