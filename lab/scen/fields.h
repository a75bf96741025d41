/* fields.h - every key of a scenario file: what the schema says of it, and what it is for. The
 * reference in scenarios/README.md and danelab-scenario(5) is made of this. */
#ifndef LAB_SCEN_FIELDS_H
#define LAB_SCEN_FIELDS_H

#include "base/base.h"

/* One key. Texts mark what is typed with backquotes. */
struct lab_field {
    const char *section; /* "file", or the list whose elements have the key: "zones"; "serve.as":
                            key is a word that can stand there */
    char *key;           /* "title", "world.zones" */
    char *words;         /* "`nsec` `nsec3`", or NULL if anything else can stand there */
    bool needed;
    const char *fallback; /* what is meant without it; "" if it is needed, NULL for words */
    const char *says;     /* NULL if nobody has written that down: a test refuses it */
};
struct lab_fields {
    struct lab_field *list; /* section by section */
    size_t count;
};

void lab_fields_make(struct lab_fields *out);
void lab_fields_free(struct lab_fields *fields);
/* A key that is explained and that the schema does not know ("colour"), or NULL. */
const char *lab_fields_stale(const struct lab_fields *fields);

#endif
