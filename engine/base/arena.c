/* arena.c - chunked bump allocator of arena.h. */
#include "base/arena.h"

#include <stdalign.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define CHUNK_SIZE 8192u
#define FIRST_ROOM 8u

struct dsmtp_chunk {
    struct dsmtp_chunk *next;
    size_t size;
    size_t used;
    alignas(max_align_t) unsigned char data[];
};

void dsmtp_arena_init(struct dsmtp_arena *arena, size_t limit)
{
    arena->chunks = NULL;
    arena->used = 0;
    arena->limit = limit;
}

void dsmtp_arena_fini(struct dsmtp_arena *arena)
{
    struct dsmtp_chunk *chunk = arena->chunks;

    while (chunk != NULL) {
        struct dsmtp_chunk *next = chunk->next;

        free(chunk);
        chunk = next;
    }
    dsmtp_arena_init(arena, arena->limit);
}

static struct dsmtp_chunk *chunk_with_room(struct dsmtp_arena *arena, size_t want)
{
    struct dsmtp_chunk *chunk = arena->chunks;
    size_t size = want > CHUNK_SIZE ? want : CHUNK_SIZE;

    if (chunk != NULL && chunk->size - chunk->used >= want)
        return chunk;
    chunk = calloc(1, sizeof(*chunk) + size);
    if (chunk == NULL)
        return NULL;
    chunk->size = size;
    chunk->next = arena->chunks;
    arena->chunks = chunk;
    return chunk;
}

void *dsmtp_arena_alloc(struct dsmtp_arena *arena, size_t count, size_t size)
{
    const size_t align = alignof(max_align_t);
    struct dsmtp_chunk *chunk;
    size_t want;
    void *out;

    if (size != 0 && count > (SIZE_MAX / 2) / size)
        return NULL;
    want = (count * size + align - 1) / align * align;
    if (want == 0)
        want = align;
    if (want > arena->limit - arena->used)
        return NULL;
    chunk = chunk_with_room(arena, want);
    if (chunk == NULL)
        return NULL;
    out = chunk->data + chunk->used;
    chunk->used += want;
    arena->used += want;
    return out;
}

void *dsmtp_arena_grow(struct dsmtp_arena *arena, void *array, unsigned count, unsigned *room,
                       size_t size)
{
    unsigned wanted = *room == 0 ? FIRST_ROOM : 2 * *room;
    void *bigger;

    if (count < *room)
        return array;
    bigger = dsmtp_arena_alloc(arena, wanted, size);
    if (bigger == NULL)
        return NULL;
    if (count > 0)
        memcpy(bigger, array, count * size);
    *room = wanted;
    return bigger;
}

void *dsmtp_arena_copy(struct dsmtp_arena *arena, const void *data, size_t len)
{
    void *out = dsmtp_arena_alloc(arena, 1, len);

    if (out != NULL && len > 0)
        memcpy(out, data, len);
    return out;
}

char *dsmtp_arena_strdup(struct dsmtp_arena *arena, const char *s)
{
    return s == NULL ? NULL : dsmtp_arena_copy(arena, s, strlen(s) + 1);
}
