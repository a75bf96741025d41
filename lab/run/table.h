/* table.h - files of rows, one a line, with fields between tabs; lines that begin with "#" are
 * comments. */
#ifndef LAB_RUN_TABLE_H
#define LAB_RUN_TABLE_H

#include "base/base.h"

#define LAB_FIELDS_MAX 8u

struct lab_place_of_row {
    const char *path;
    unsigned line;
};

/* Give every row's fields to take, until that returns -1 (with its fault). The strings live during
 * the call. -1 also if the file cannot be read or a row has fewer fields; expected: what they are,
 * for the message. */
typedef int lab_take_row(void *self, char *const field[], struct lab_place_of_row place,
                         struct lab_fault *fault);
LAB_MUST_USE int lab_table_read(const char *path, unsigned fields, const char *expected,
                                lab_take_row *take, void *self, struct lab_fault *fault);

#endif
