/* fuzz_local.c - the policy table: what is accepted says the same with a line end behind it, and
 * each entry is found by its own key; what is refused is refused with its place. */
#include <stdlib.h>
#include <string.h>

#include "core/local.h"
#include "fuzz/fuzz.h"

#define MEMORY ((size_t)4 << 20)

static void check_found(const struct dsmtp_local *local)
{
    for (unsigned i = 0; i < local->count; i++) {
        const struct dsmtp_local_entry *e = &local->entries[i];
        char child[DSMTP_NEXTHOP_TEXT_SIZE + 2] = "a";
        struct dsmtp_nexthop nexthop;
        struct dsmtp_fault fault;
        const struct dsmtp_local_entry *found;

        memcpy(child + 1, e->key, strlen(e->key) + 1);
        if (dsmtp_nexthop_parse(child + (e->key[0] == '.' ? 0 : 1), &nexthop, &fault) != DSMTP_OK)
            continue; /* a.NAME may be too long */
        found = dsmtp_local_find(local, &nexthop);
        if (found == NULL || (e->key[0] != '.' && found != e))
            abort();
    }
}

static bool same(const struct dsmtp_local_entry *a, const struct dsmtp_local_entry *b)
{
    if (strcmp(a->key, b->key) != 0 || a->policy != b->policy || a->line != b->line ||
        a->match_count != b->match_count || a->fingerprint_count != b->fingerprint_count ||
        a->limits.versions != b->limits.versions || a->limits.ciphers != b->limits.ciphers)
        return false;
    for (unsigned i = 0; i < a->match_count; i++)
        if (strcmp(a->matches[i], b->matches[i]) != 0)
            return false;
    return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = malloc(size + 1);
    struct dsmtp_local local, again;
    struct dsmtp_fault fault;
    struct dsmtp_arena arena;
    enum dsmtp_status status;

    if (text == NULL)
        return 0;
    memcpy(text, data, size);
    text[size] = '\n';
    dsmtp_arena_init(&arena, MEMORY);
    status = dsmtp_local_parse(&arena, text, size, "t", &local, &fault);
    if (status == DSMTP_SYNTAX && strncmp(fault.what, "t:", 2) != 0)
        abort();
    if (status == DSMTP_OK) {
        check_found(&local);
        if (dsmtp_local_parse(&arena, text, size + 1, "t", &again, &fault) == DSMTP_OK)
            for (unsigned i = 0; i < local.count; i++)
                if (again.count != local.count || !same(&local.entries[i], &again.entries[i]))
                    abort();
    }
    dsmtp_arena_fini(&arena);
    free(text);
    return 0;
}
