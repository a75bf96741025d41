/* arena.h - memory that lives and dies with one target: a chunked bump allocator with an upper
 * limit. */
#ifndef DSMTP_BASE_ARENA_H
#define DSMTP_BASE_ARENA_H

#include <stddef.h>

#include "base/status.h"

struct dsmtp_arena {
    struct dsmtp_chunk *chunks;
    size_t used;  /* octets handed out, padding included */
    size_t limit; /* refuse to hand out more than this */
};

/* Storage is the caller's; fini releases everything that was handed out. */
void dsmtp_arena_init(struct dsmtp_arena *arena, size_t limit);
void dsmtp_arena_fini(struct dsmtp_arena *arena);

/* count * size octets, zeroed, aligned for any type; NULL when the limit, memory or arithmetic does
 * not allow it. */
void *dsmtp_arena_alloc(struct dsmtp_arena *arena, size_t count, size_t size);

/* The array with room for one more behind count: itself, or a copy with twice the *room, which is
 * the one to use from then on. NULL as above. */
void *dsmtp_arena_grow(struct dsmtp_arena *arena, void *array, unsigned count, unsigned *room,
                       size_t size);

/* Copies; NULL as above. strdup of NULL is NULL. */
void *dsmtp_arena_copy(struct dsmtp_arena *arena, const void *data, size_t len);
char *dsmtp_arena_strdup(struct dsmtp_arena *arena, const char *s);

#endif
