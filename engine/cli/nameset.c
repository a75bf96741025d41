/* nameset.c - open addressing over one pool of strings, for nameset.h. */
#include "cli/nameset.h"

#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#define FIRST_SLOTS 64u
#define FIRST_POOL 4096u

void dsmtp_nameset_init(struct dsmtp_nameset *set)
{
    *set = (struct dsmtp_nameset){.seed = 0};
    if (getrandom(&set->seed, sizeof(set->seed), 0) < 0)
        set->seed = 0;
}

void dsmtp_nameset_free(struct dsmtp_nameset *set)
{
    free(set->pool);
    free(set->slots);
    *set = (struct dsmtp_nameset){.seed = set->seed};
}

/* FNV-1a with a secret start, and its bits mixed at the end (the finalizer of MurmurHash3). */
static uint64_t hash(const struct dsmtp_nameset *set, const char *name)
{
    uint64_t h = set->seed ^ UINT64_C(14695981039346656037);

    for (; *name != '\0'; name++)
        h = (h ^ (unsigned char)*name) * UINT64_C(1099511628211);
    h = (h ^ (h >> 33)) * UINT64_C(0xff51afd7ed558ccd);
    return h ^ (h >> 33);
}

/* The slot that holds the name, or the empty one where it belongs. */
static uint32_t *find(const struct dsmtp_nameset *set, const char *name)
{
    uint32_t i = (uint32_t)hash(set, name) & (set->size - 1);

    while (set->slots[i] != 0 && strcmp(set->pool + set->slots[i], name) != 0)
        i = (i + 1) & (set->size - 1);
    return &set->slots[i];
}

/* Three quarters full at most. */
static bool make_slots(struct dsmtp_nameset *set)
{
    struct dsmtp_nameset bigger = *set;

    if (set->size != 0 && set->count < set->size / 4 * 3)
        return true;
    bigger.size = set->size == 0 ? FIRST_SLOTS : 2 * set->size;
    bigger.slots = bigger.size > set->size ? calloc(bigger.size, sizeof(*bigger.slots)) : NULL;
    if (bigger.slots == NULL)
        return false;
    for (uint32_t i = 0; i < set->size; i++)
        if (set->slots[i] != 0)
            *find(&bigger, set->pool + set->slots[i]) = set->slots[i];
    free(set->slots);
    *set = bigger;
    return true;
}

static bool make_pool(struct dsmtp_nameset *set, size_t more)
{
    size_t room = set->room == 0 ? FIRST_POOL : set->room;
    char *bigger;

    if (set->used == 0)
        set->used = 1; /* offset 0 means empty */
    while (room - set->used < more)
        room *= 2;
    if (room == set->room)
        return true;
    bigger = room <= UINT32_MAX ? realloc(set->pool, room) : NULL;
    if (bigger == NULL)
        return false;
    set->pool = bigger;
    set->room = room;
    return true;
}

bool dsmtp_nameset_add(struct dsmtp_nameset *set, const char *name)
{
    size_t len = strlen(name) + 1;
    uint32_t *slot;

    if (!make_slots(set))
        return false;
    slot = find(set, name);
    if (*slot != 0)
        return true;
    if (!make_pool(set, len))
        return false;
    memcpy(set->pool + set->used, name, len);
    *slot = (uint32_t)set->used;
    set->used += len;
    set->count++;
    return true;
}

bool dsmtp_nameset_has(const struct dsmtp_nameset *set, const char *name)
{
    return set->size != 0 && *find(set, name) != 0;
}
