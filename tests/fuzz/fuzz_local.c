/* fuzz_local.c - the policy table: what is accepted says the same with a line end behind it and
 * when it is written anew in its plainest form, and each entry is found by its own key; what is
 * refused is refused with its place. */
#include <stdio.h>
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
    if (strcmp(a->key, b->key) != 0 || a->policy != b->policy || a->match_count != b->match_count ||
        a->fingerprint_count != b->fingerprint_count || a->limits.versions != b->limits.versions ||
        a->limits.own_floor != b->limits.own_floor || a->limits.ciphers != b->limits.ciphers)
        return false;
    for (unsigned i = 0; i < a->match_count; i++)
        if (strcmp(a->matches[i], b->matches[i]) != 0)
            return false;
    for (unsigned i = 0; i < a->fingerprint_count; i++)
        if (a->fingerprints[i].len != b->fingerprints[i].len ||
            memcmp(a->fingerprints[i].digest, b->fingerprints[i].digest, a->fingerprints[i].len) !=
                0)
            return false;
    return true;
}

static void same_table(const struct dsmtp_local *a, const char *text, size_t len, bool same_lines)
{
    struct dsmtp_local b;
    struct dsmtp_fault fault;
    struct dsmtp_arena arena;

    dsmtp_arena_init(&arena, MEMORY);
    if (dsmtp_local_parse(&arena, text, len, "t", &b, &fault) != DSMTP_OK || a->count != b.count)
        abort();
    for (unsigned i = 0; i < a->count; i++)
        if (!same(&a->entries[i], &b.entries[i]) ||
            (same_lines && a->entries[i].line != b.entries[i].line))
            abort();
    dsmtp_arena_fini(&arena);
}

static void write_limits(FILE *to, const struct dsmtp_tls_limits *limits)
{
    static const char *const grades[] = {"", " ciphers=medium", " ciphers=high"};
    const char *between = " protocols=";

    /* A list of names has a floor of its own, one of exclusions has none. */
    for (unsigned i = 0; limits->versions != 0 && i < DSMTP_TLS_VERSION_COUNT; i++) {
        if (((limits->versions >> i & 1) != 0) != limits->own_floor)
            continue;
        (void)fprintf(to, "%s%s%s", between, limits->own_floor ? "" : "!",
                      dsmtp_tls_version_name((enum dsmtp_tls_version)i));
        between = ":";
    }
    if (limits->versions != 0 && between[0] == ' ')
        (void)fputs(" protocols=!SSLv2", to); /* none is excluded that there is */
    (void)fputs(grades[limits->ciphers], to);
}

static void write_entry(FILE *to, const struct dsmtp_local_entry *e)
{
    (void)fprintf(to, "%s %s", e->key, dsmtp_policy_name(e->policy));
    for (unsigned i = 0; i < e->match_count; i++)
        (void)fprintf(to, "%s%s", i == 0 ? " match=" : ":", e->matches[i]);
    for (unsigned i = 0; i < e->fingerprint_count; i++) {
        (void)fputs(i == 0 ? " match=" : "|", to);
        for (size_t k = 0; k < e->fingerprints[i].len; k++)
            (void)fprintf(to, "%02x", e->fingerprints[i].digest[k]);
    }
    write_limits(to, &e->limits);
    (void)fputc('\n', to);
}

static void check_anew(const struct dsmtp_local *local)
{
    char *text = NULL;
    size_t len = 0;
    FILE *to = open_memstream(&text, &len);

    if (to == NULL)
        return;
    for (unsigned i = 0; i < local->count; i++)
        write_entry(to, &local->entries[i]);
    (void)fclose(to);
    same_table(local, text, len, false);
    free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = malloc(size + 1);
    struct dsmtp_local local;
    struct dsmtp_fault fault;
    struct dsmtp_arena arena;
    enum dsmtp_status status;

    if (text == NULL)
        return 0;
    if (size > 0)
        memcpy(text, data, size);
    text[size] = '\n';
    dsmtp_arena_init(&arena, MEMORY);
    status = dsmtp_local_parse(&arena, text, size, "t", &local, &fault);
    if (status == DSMTP_SYNTAX && strncmp(fault.what, "t:", 2) != 0)
        abort();
    if (status == DSMTP_OK) {
        check_found(&local);
        same_table(&local, text, size + 1, true);
        check_anew(&local);
    }
    dsmtp_arena_fini(&arena);
    free(text);
    return 0;
}
