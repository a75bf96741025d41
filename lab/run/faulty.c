/* faulty.c - the tables of faulty senders, tests/faults/faults.tsv and mutants.tsv. */
#include <stdlib.h>
#include <string.h>

#include "run/selftest.h"
#include "run/table.h"

enum { NAME, PROFILE, CASE, VERDICT, SAYS, FIELDS };

struct faulty_list {
    struct lab_faulty *list;
    size_t count;
};

/* The case is "ID" or "ID@POLICY". */
static int take_row(void *self, char *const field[], struct lab_place_of_row place,
                    struct lab_fault *fault)
{
    struct faulty_list *l = self;
    const char *at = strchr(field[CASE], '@');
    enum lab_policy policy = LAB_POLICY_DANE;
    enum lab_verdict verdict;

    if (at != NULL && !lab_policy_find(at + 1, &policy))
        return lab_fail(fault, EX_DATAERR,
                        "%s:%u:1: no policy \"%s\"; expected dane, dane-only, may or encrypt",
                        place.path, place.line, at + 1);
    if (!lab_verdict_find(field[VERDICT], &verdict))
        return lab_fail(fault, EX_DATAERR, "%s:%u:1: no verdict \"%s\"", place.path, place.line,
                        field[VERDICT]);
    l->list = lab_realloc(l->list, l->count + 1, sizeof(*l->list));
    l->list[l->count++] = (struct lab_faulty){
        .name = lab_strdup(field[NAME]),
        .profile = lab_strdup(field[PROFILE]),
        .scenario =
            lab_strndup(field[CASE], at != NULL ? (size_t)(at - field[CASE]) : strlen(field[CASE])),
        .policy = policy,
        .verdict = verdict,
        .says = lab_strdup(field[SAYS])};
    return 0;
}

int lab_faulty_load(const char *path, struct lab_faulty **list, size_t *count,
                    struct lab_fault *fault)
{
    struct faulty_list l = {*list, *count};
    int rc = lab_table_read(path, FIELDS, "fault, profile, case, verdict, description", take_row,
                            &l, fault);

    *list = l.list;
    *count = l.count;
    return rc;
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
