/* nameset.h - a set of strings, as small as it can be: an octet more than its text and at most
 * eight of index for each. */
#ifndef DSMTP_CLI_NAMESET_H
#define DSMTP_CLI_NAMESET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* seed: so that nobody can choose names that collide. */
struct dsmtp_nameset {
    uint64_t seed;
    char *pool; /* the strings, one behind the other */
    size_t used, room;
    uint32_t *slots; /* where in the pool; 0: empty */
    uint32_t size;   /* a power of two */
    uint32_t count;
};

void dsmtp_nameset_init(struct dsmtp_nameset *set);
void dsmtp_nameset_free(struct dsmtp_nameset *set);

/* false: out of memory, or more than 2 GiB of text. */
bool dsmtp_nameset_add(struct dsmtp_nameset *set, const char *name);
bool dsmtp_nameset_has(const struct dsmtp_nameset *set, const char *name);

#endif
