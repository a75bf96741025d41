/* resolver.h - the resolvers that a sender can have in a world: a table. */
#ifndef LAB_WORLD_RESOLVER_H
#define LAB_WORLD_RESOLVER_H

#include "base/base.h"

#define LAB_RESOLVER_WORDS 6

struct lab_world;

struct lab_resolver {
    const char *name; /* as --resolver has it */
    const char *says; /* one line */
    const char *program;
    const char *package;                   /* of Debian */
    const char *words[LAB_RESOLVER_WORDS]; /* of its command line, behind the program */
    bool validates;                        /* false: nothing is secure or bogus to it */
    bool trust_ad;      /* resolv.conf lets the C library's users see its AD bit */
    const char *remedy; /* what to tell who runs this; NULL: all is well */
    int (*write)(const struct lab_world *w, struct lab_fault *fault); /* its configuration */
};

/* NULL past the end, or where there is none of that name. The first is the default. */
const struct lab_resolver *lab_resolver_at(size_t index);
const struct lab_resolver *lab_resolver_find(const char *name);

#endif
