/* test_fields.c - every key of a scenario file is explained, and nothing else is. */
#include <string.h>

#include "check.h"
#include "scen/fields.h"

static void test_explained(void)
{
    struct lab_fields fields;

    lab_fields_make(&fields);
    check_true(fields.count > 70);
    for (size_t i = 0; i < fields.count; i++) {
        const struct lab_field *f = &fields.list[i];
        const bool word = strchr(f->section, '.') != NULL;

        check_rowf("%s: %s", f->section, f->key);
        check_true(f->says != NULL);
        if (word)
            check_true(f->fallback == NULL);
        else
            check_int(f->fallback != NULL && f->fallback[0] == '\0', f->needed);
    }
    check_row("no key is explained that is not there");
    check_str(lab_fields_stale(&fields), NULL);
    lab_fields_free(&fields);
}

static const struct check_test tests[] = {{"keys of a scenario file", test_explained}};
SUITE(fields, tests);
