/* setup.c - the rows of setup.h. */
#include "run/setup.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "run/known.h"
#include "run/table.h"

enum { NAME, RESOLVER, VARIANT, SHOWS, SAYS, REMEDY, FIELDS };

static const struct lab_known lost = {.cases = "*",
                                      .versions = "*",
                                      .profiles = "*",
                                      .reference = "setups.tsv",
                                      .why = "a set-up in which DANE is lost"};

/* A field that may be "-", for none. */
static char *optional(const char *field)
{
    return strcmp(field, "-") == 0 ? NULL : lab_strdup(field);
}

static int take_row(void *self, char *const field[], struct lab_place_of_row place,
                    struct lab_fault *fault)
{
    struct lab_setups *all = self;
    const struct lab_resolver *resolver = lab_resolver_find(field[RESOLVER]);
    enum lab_verdict shows;

    if (strcmp(field[NAME], "setup") == 0)
        return 0; /* the titles */
    if (lab_setup_find(all, field[NAME]) != NULL)
        return lab_fail(fault, EX_DATAERR, "%s:%u: set-up \"%s\" is there twice", place.path,
                        place.line, field[NAME]);
    if (resolver == NULL && strcmp(field[RESOLVER], "-") != 0)
        return lab_fail(fault, EX_DATAERR, "%s:%u: no resolver \"%s\"; see danelab run --help",
                        place.path, place.line, field[RESOLVER]);
    if (!lab_verdict_find(field[SHOWS], &shows) || shows > LAB_V_CRASH)
        return lab_fail(fault, EX_DATAERR,
                        "%s:%u: \"%s\" is no verdict on a sender; expected one such as FAIL:leak, "
                        "or PASS",
                        place.path, place.line, field[SHOWS]);
    all->list = lab_realloc(all->list, all->count + 1, sizeof(*all->list));
    all->list[all->count++] = (struct lab_setup){.name = lab_strdup(field[NAME]),
                                                 .resolver = resolver,
                                                 .variant = optional(field[VARIANT]),
                                                 .shows = shows,
                                                 .says = lab_strdup(field[SAYS]),
                                                 .remedy = lab_strdup(field[REMEDY])};
    return 0;
}

int lab_setups_load(const char *source, const char *sut, struct lab_setups *out,
                    struct lab_fault *fault)
{
    int rc = 0;

    memset(out, 0, sizeof(*out));
    out->path = lab_format("%s/lab/adapters/%s/setups.tsv", source, sut);
    if (access(out->path, F_OK) == 0)
        rc = lab_table_read(out->path, FIELDS, "setup, resolver, variant, shows, says, remedy",
                            take_row, out, fault);
    if (rc != 0)
        lab_setups_free(out);
    return rc;
}

void lab_setups_free(struct lab_setups *setups)
{
    for (size_t i = 0; i < setups->count; i++) {
        free(setups->list[i].name);
        free(setups->list[i].variant);
        free(setups->list[i].says);
        free(setups->list[i].remedy);
    }
    free(setups->list);
    free(setups->path);
    memset(setups, 0, sizeof(*setups));
}

const struct lab_setup *lab_setup_find(const struct lab_setups *setups, const char *name)
{
    for (size_t i = 0; i < setups->count; i++)
        if (strcmp(setups->list[i].name, name) == 0)
            return &setups->list[i];
    return NULL;
}

void lab_setup_apply(const struct lab_setup *setup, struct lab_case *k)
{
    if (setup != NULL && setup->shows != LAB_V_PASS && k->known == NULL &&
        lab_verdict_sort(k->judgement.verdict) == LAB_SORT_FAILED)
        k->known = &lost;
}

bool lab_setup_holds(const struct lab_setup *setup, const struct lab_case *cases, size_t count)
{
    for (size_t i = 0; setup->shows != LAB_V_PASS; i++) {
        if (i == count)
            return false;
        if (cases[i].judgement.verdict == setup->shows)
            return true;
    }
    return true;
}
