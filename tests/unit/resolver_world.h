/* resolver_world.h - both resolvers against a server in another process, which signs nothing: what
 * is secure or bogus the lab tries, in a signed world. */
#ifndef TESTS_UNIT_RESOLVER_WORLD_H
#define TESTS_UNIT_RESOLVER_WORLD_H

#include "adapt/loop.h"
#include "dns_server.h"
#include "port/resolver.h"

/* A question is given up after that, unless a test wants another time. */
#define PATIENCE_MS 700u

enum kind { STUB, UNBOUND };
extern const char *const kind_names[];

/* Of all questions of one round. */
struct tally {
    unsigned awaited, answered, failed;
    /* the last answer */
    enum dsmtp_security security;
    enum dsmtp_presence presence;
    unsigned count;
    size_t len; /* of its first record */
    char why[200];
};

struct resolver_world {
    struct dsmtp_loop loop;
    struct dns_server server;
    char anchor[40]; /* file: for a zone that does not matter */
    struct tally tally;
};
extern struct resolver_world world;

/* What the server says follows from the first label of the name: the table in resolver_world.c.
 * What is not in it exists. */
bool world_serve(const struct dns_query *q, struct reply *r);
/* Everything exists. */
bool world_serve_well(const struct dns_query *q, struct reply *r);

/* Server and loop. Close also what is half open. */
bool world_open(unsigned delay_ms);
void world_close(void);

bool world_resolver(enum kind kind, unsigned timeout_ms, struct dsmtp_resolver *out);

/* Begin a round; ask; wait until all are answered. */
void world_begin(void);
bool world_ask(struct dsmtp_resolver *r, const char *name, enum dsmtp_rrtype type);
void world_wait(void);

/* A round of one; of many names of a zone, so that no cache helps. */
void world_ask_one(struct dsmtp_resolver *r, const char *name, enum dsmtp_rrtype type);
void world_ask_many(struct dsmtp_resolver *r, unsigned count, const char *zone);

#endif
