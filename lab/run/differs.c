/* differs.c - resolvers.tsv, see differs.h. */
#include "run/differs.h"

#include <stdlib.h>
#include <string.h>

#include "world/resolver.h"

static int take_line(struct lab_differs *d, const char *path, size_t line, char *text,
                     struct lab_fault *fault)
{
    const char *resolver = strsep(&text, "\t");
    const char *scenario = strsep(&text, "\t");

    if (text == NULL || *text == '\0' || strchr(text, '\t') != NULL)
        return lab_fail(fault, EX_DATAERR,
                        "%s:%zu: expected resolver, scenario and reason, tab separated", path,
                        line);
    if (line == 1)
        return 0; /* the header */
    if (lab_resolver_find(resolver) == NULL)
        return lab_fail(fault, EX_DATAERR, "%s:%zu: no resolver \"%s\"; see danelab run --help",
                        path, line, resolver);
    if (lab_differs_why(d, resolver, scenario) != NULL)
        return lab_fail(fault, EX_DATAERR, "%s:%zu: %s at %s again; expected it once", path, line,
                        scenario, resolver);
    d->list = lab_realloc(d->list, d->count + 1, sizeof(*d->list));
    d->list[d->count++] = (struct lab_difference){resolver, scenario, text};
    return 0;
}

int lab_differs_load(const char *path, struct lab_differs *out, struct lab_fault *fault)
{
    char *rest;
    char *line;
    size_t number = 0;

    *out = (struct lab_differs){0};
    if (lab_file_read(path, &out->text, NULL, fault) != 0)
        return -1;
    rest = out->text;
    while ((line = strsep(&rest, "\n")) != NULL && *line != '\0') {
        if (take_line(out, path, ++number, line, fault) != 0) {
            lab_differs_free(out);
            return -1;
        }
    }
    return 0;
}

void lab_differs_free(struct lab_differs *differs)
{
    free(differs->list);
    free(differs->text);
    *differs = (struct lab_differs){0};
}

const char *lab_differs_why(const struct lab_differs *differs, const char *resolver,
                            const char *scenario)
{
    for (size_t i = 0; i < differs->count; i++) {
        if (strcmp(differs->list[i].resolver, resolver) == 0 &&
            strcmp(differs->list[i].scenario, scenario) == 0)
            return differs->list[i].why;
    }
    return NULL;
}
