/* faulty.c - the table of faulty senders, tests/faults/faults.tsv. */
#include <stdlib.h>
#include <string.h>

#include "run/selftest.h"

enum { NAME, PROFILE, CASE, VERDICT, SAYS, FIELDS };

static int verdict_of(const char *word)
{
    for (int v = 0; v < LAB_V_COUNT; v++)
        if (strcmp(lab_verdict_name((enum lab_verdict)v), word) == 0)
            return v;
    return -1;
}

/* "ID" or "ID@POLICY". */
static int read_row(const char *path, unsigned line, char *const field[FIELDS],
                    struct lab_faulty *out, struct lab_fault *fault)
{
    const char *at = strchr(field[CASE], '@');
    enum lab_policy policy = LAB_POLICY_DANE;
    int verdict = verdict_of(field[VERDICT]);

    if (at != NULL && !lab_policy_find(at + 1, &policy))
        return lab_fail(fault, EX_DATAERR,
                        "%s:%u:1: no policy \"%s\"; expected dane, dane-only, may or encrypt", path,
                        line, at + 1);
    if (verdict < 0)
        return lab_fail(fault, EX_DATAERR, "%s:%u:1: no verdict \"%s\"", path, line,
                        field[VERDICT]);
    out->name = lab_strdup(field[NAME]);
    out->profile = lab_strdup(field[PROFILE]);
    out->scenario =
        lab_strndup(field[CASE], at != NULL ? (size_t)(at - field[CASE]) : strlen(field[CASE]));
    out->policy = policy;
    out->verdict = (enum lab_verdict)verdict;
    out->says = lab_strdup(field[SAYS]);
    return 0;
}

int lab_faulty_load(const char *path, struct lab_faulty **out, size_t *count,
                    struct lab_fault *fault)
{
    struct lab_faulty *list = NULL;
    size_t n = 0;
    char *text, *rest, *line;
    int rc = lab_file_read(path, &text, NULL, fault);

    if (rc != 0)
        return -1;
    rest = text;
    for (unsigned number = 1; rc == 0 && (line = strsep(&rest, "\n")) != NULL; number++) {
        char *field[FIELDS];

        if (line[0] == '\0' || line[0] == '#')
            continue;
        for (int i = 0; i < FIELDS; i++)
            field[i] = strsep(&line, "\t");
        if (field[SAYS] == NULL) {
            rc = lab_fail(
                fault, EX_DATAERR,
                "%s:%u:1: expected five fields: fault, profile, case, verdict, description", path,
                number);
            break;
        }
        list = lab_realloc(list, n + 1, sizeof(*list));
        rc = read_row(path, number, field, &list[n], fault);
        n += rc == 0 ? 1 : 0;
    }
    free(text);
    if (rc != 0) {
        lab_faulty_free(list, n);
        return -1;
    }
    *out = list;
    *count = n;
    return 0;
}

void lab_faulty_free(struct lab_faulty *list, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        free(list[i].name);
        free(list[i].profile);
        free(list[i].scenario);
        free(list[i].says);
    }
    free(list);
}
