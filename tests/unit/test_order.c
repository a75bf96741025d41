/* test_order.c - in which order the cases of a batch are submitted. */
#include <string.h>

#include "check.h"
#include "run/order.h"

static char plain[] = "starttls";
static char stalls[] = "mail-stall";
static char handshake[] = "tls-handshake-stall";
static struct lab_host hosts[][2] = {{{.smtp = plain}, {.smtp = plain}},
                                     {{.smtp = plain}, {.smtp = stalls}},
                                     {{.smtp = handshake}, {.smtp = plain}}};
static struct lab_scenario scenarios[] = {{.hosts = hosts[0], .hosts_count = 2},
                                          {.hosts = hosts[1], .hosts_count = 2},
                                          {.hosts_count = 0},
                                          {.hosts = hosts[2], .hosts_count = 2}};

enum { CASES = 4 };

static void order_of(bool shuffle, unsigned seed, size_t *order)
{
    struct lab_case cases[CASES] = {{0}};
    struct lab_case *list[CASES];

    for (size_t i = 0; i < CASES; i++) {
        cases[i].scenario = &scenarios[i];
        list[i] = &cases[i];
    }
    lab_order(list, CASES, shuffle, seed, order);
}

static void test_silent_first(void)
{
    static const size_t want[CASES] = {1, 3, 0, 2};
    size_t order[CASES];

    order_of(false, 1, order);
    for (size_t i = 0; i < CASES; i++)
        check_uint(order[i], want[i]);
}

/* Each once, the same again for the same seed, and not always the same. */
static void test_shuffle(void)
{
    size_t first[CASES];
    bool other = false;

    order_of(true, 1, first);
    for (unsigned seed = 1; seed < 9; seed++) {
        size_t order[CASES], again[CASES];
        unsigned seen = 0;

        order_of(true, seed, order);
        order_of(true, seed, again);
        for (size_t i = 0; i < CASES; i++)
            seen |= 1U << order[i];
        check_uint(seen, (1U << CASES) - 1);
        check_true(memcmp(order, again, sizeof(order)) == 0);
        other = other || memcmp(order, first, sizeof(order)) != 0;
    }
    check_true(other);
}

static const struct check_test tests[] = {{"silent hosts first", test_silent_first},
                                          {"by chance", test_shuffle}};
SUITE(order, tests);
