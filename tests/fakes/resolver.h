/* resolver.h - a resolver that answers from a table of fakes/world.h. */
#ifndef TESTS_FAKES_RESOLVER_H
#define TESTS_FAKES_RESOLVER_H

#include "fakes/loop.h"
#include "fakes/world.h"
#include "port/resolver.h"

struct fake_resolver {
    struct fake_loop *loop;
    struct fake_world world;
    unsigned asked, answered, forgotten;
    unsigned
        refuse; /* the question of this number (from 1) is refused with DSMTP_SYSTEM; 0: none */
    const char *why; /* said with every answer, unless NULL */
    struct fake_reply reply;
    struct fake_question *questions;
};

/* The port; fake outlives it. close releases what is left. */
struct dsmtp_resolver fake_resolver_port(struct fake_resolver *fake);

#endif
