/* test_arena.c - memory of one target: zeroed, aligned, limited. */
#include <stdalign.h>
#include <stdint.h>
#include <string.h>

#include "base/arena.h"
#include "check.h"

static void test_alloc(void)
{
    static const size_t sizes[] = {0, 1, 7, 16, 17, 4000, 8192, 8193, 50000, 3};
    static const unsigned char zeros[50000];
    struct dsmtp_arena arena;

    dsmtp_arena_init(&arena, 1u << 20);
    for (unsigned round = 0; round < 5; round++) {
        for (size_t i = 0; i < CHECK_COUNT(sizes); i++) {
            unsigned char *p = dsmtp_arena_alloc(&arena, 1, sizes[i]);

            check_rowf("%zu octets", sizes[i]);
            check_true(p != NULL);
            if (p == NULL)
                continue;
            check_uint((uintptr_t)p % alignof(max_align_t), 0);
            check_true(memcmp(p, zeros, sizes[i]) == 0);
            memset(p, 0xff, sizes[i]);
        }
    }
    dsmtp_arena_fini(&arena);
    check_uint(arena.used, 0);
    dsmtp_arena_fini(&arena);
}

static void test_limit(void)
{
    struct dsmtp_arena arena;

    dsmtp_arena_init(&arena, 64);
    check_true(dsmtp_arena_alloc(&arena, 1, 65) == NULL);
    check_true(dsmtp_arena_alloc(&arena, 4, 16) != NULL);
    check_true(dsmtp_arena_alloc(&arena, 1, 0) == NULL);
    check_uint(arena.used, 64);
    dsmtp_arena_fini(&arena);
    check_true(dsmtp_arena_alloc(&arena, 1, 64) != NULL);
    dsmtp_arena_fini(&arena);
    dsmtp_arena_init(&arena, 0);
    check_true(dsmtp_arena_alloc(&arena, 1, 1) == NULL);
    dsmtp_arena_fini(&arena);
}

static void test_overflow(void)
{
    struct dsmtp_arena arena;

    dsmtp_arena_init(&arena, SIZE_MAX);
    check_true(dsmtp_arena_alloc(&arena, SIZE_MAX, SIZE_MAX) == NULL);
    check_true(dsmtp_arena_alloc(&arena, SIZE_MAX / 2, 3) == NULL);
    check_true(dsmtp_arena_alloc(&arena, 1, SIZE_MAX) == NULL);
    check_true(dsmtp_arena_alloc(&arena, SIZE_MAX, 0) != NULL);
    dsmtp_arena_fini(&arena);
}

static void test_copies(void)
{
    struct dsmtp_arena arena;
    char *s;

    dsmtp_arena_init(&arena, 48);
    check_true(dsmtp_arena_strdup(&arena, NULL) == NULL);
    check_true(dsmtp_arena_copy(&arena, NULL, 0) != NULL);
    s = dsmtp_arena_strdup(&arena, "text");
    check_str(s, "text");
    check_true(dsmtp_arena_strdup(&arena, "a text longer than what is left") == NULL);
    check_str(s, "text");
    dsmtp_arena_fini(&arena);
}

/* What was there stays, and only a full array moves. */
static void test_grow(void)
{
    struct dsmtp_arena arena;
    unsigned *list = NULL;
    unsigned room = 0;
    size_t moves = 0;

    dsmtp_arena_init(&arena, 1u << 16);
    for (unsigned n = 0; n < 100; n++) {
        unsigned before = room;
        unsigned *grown = dsmtp_arena_grow(&arena, list, n, &room, sizeof(*list));

        check_true(grown != NULL && room > n);
        if (grown == NULL) {
            dsmtp_arena_fini(&arena);
            return;
        }
        check_true((grown == list) == (room == before));
        moves += grown != list;
        list = grown;
        list[n] = n;
    }
    for (unsigned n = 0; list != NULL && n < 100; n++)
        check_uint(list[n], n);
    check_uint(moves, 5);
    arena.limit = arena.used;
    check_true(dsmtp_arena_grow(&arena, list, room, &room, sizeof(*list)) == NULL);
    check_uint(room, 128);
    check_true(dsmtp_arena_grow(&arena, list, room - 1, &room, sizeof(*list)) == list);
    dsmtp_arena_fini(&arena);
}

static const struct check_test tests[] = {{"alloc", test_alloc},
                                          {"limit", test_limit},
                                          {"overflow", test_overflow},
                                          {"copies", test_copies},
                                          {"grow", test_grow}};
SUITE(arena, tests);
