/* test_resolver_load.c - thousands of questions at once, and a resolver that dies and comes back.
 */
#include <stdio.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <unistd.h>

#include "check.h"
#include "resolver_world.h"

/* --- a server that dies --------------------------------------------------------------------------
 */

/* What is under way ends as an error within its time, what is asked later has an answer
 * (R-7672-2.1.1-9). */
static void test_death(void)
{
    struct dsmtp_resolver r;
    char zone[20];

    for (enum kind kind = STUB; kind <= UNBOUND; kind++) {
        check_row(kind_names[kind]);
        if (!world_open(5))
            return;
        if (world_resolver(kind, PATIENCE_MS, &r)) {
            world_ask_many(&r, 20, "before");
            check_uint(world.tally.failed, 0);
            dns_server_kill(&world.server);
            world_ask_many(&r, 500, "under-way");
            check_uint(world.tally.answered, 500);
            check_uint(world.tally.failed, 500);
            check_true(dns_server_start(&world.server));
            world.tally.failed = 1;
            for (unsigned i = 0; i < 10 && world.tally.failed > 0; i++) {
                snprintf(zone, sizeof(zone), "after%u", i);
                world_ask_many(&r, 20, zone);
            }
            check_uint(world.tally.failed, 0);
            r.close(r.self);
        }
        world_close();
    }
}

/* A resolver that is being started anew is waited for, as long as there is time. */
static void test_restart(void)
{
    struct dsmtp_resolver r;
    pid_t helper;

    if (!world_open(0))
        return;
    dns_server_kill(&world.server);
    helper = fork();
    if (helper == 0) {
        (void)usleep(300000);
        /* This process becomes the server. */
        dns_server_run(&world.server);
        _exit(1);
    }
    if (check_true(helper > 0) && world_resolver(STUB, 30000, &r)) {
        world_ask_many(&r, 300, "restart");
        check_uint(world.tally.answered, 300);
        check_uint(world.tally.failed, 0);
        r.close(r.self);
    }
    world.server.pid = helper;
    world_close();
}

/* --- many questions ------------------------------------------------------------------------------
 */

#define MANY 5000u
/* About 13 KiB each in libunbound; the sanitizer keeps more. */
#ifdef __SANITIZE_ADDRESS__
#define MANY_KIB 300000
#else
#define MANY_KIB 96000
#endif

static long peak_kib(void)
{
    struct rusage usage;

    (void)getrusage(RUSAGE_SELF, &usage);
    return usage.ru_maxrss;
}

/* All are outstanding together, more than may be on the wire. */
static void test_many(void)
{
    struct dsmtp_resolver r;

    for (enum kind kind = STUB; kind <= UNBOUND; kind++) {
        long before = peak_kib();

        check_row(kind_names[kind]);
        if (!world_open(20))
            return;
        if (world_resolver(kind, 30000, &r)) {
            world_ask_many(&r, MANY, "many");
            check_uint(world.tally.answered, MANY);
            check_uint(world.tally.failed, 0);
            check_str(world.tally.why, "");
            if (!check_true(peak_kib() - before < MANY_KIB))
                printf("%ld KiB\n", peak_kib() - before);
            r.close(r.self);
        }
        world_close();
    }
}

/* With few descriptors libunbound must not run out of them, which it would call SERVFAIL. */
static void test_few_descriptors(void)
{
    struct rlimit was, few;
    struct dsmtp_resolver r;

    if (!world_open(20))
        return;
    (void)getrlimit(RLIMIT_NOFILE, &was);
    few = (struct rlimit){.rlim_cur = 128, .rlim_max = was.rlim_max};
    check_int(setrlimit(RLIMIT_NOFILE, &few), 0);
    if (world_resolver(UNBOUND, 30000, &r)) {
        world_ask_many(&r, 1000, "few");
        check_uint(world.tally.answered, 1000);
        check_uint(world.tally.failed, 0);
        r.close(r.self);
    }
    (void)setrlimit(RLIMIT_NOFILE, &was);
    world_close();
}

static const struct check_test tests[] = {
    {"a server that dies and comes back", test_death},
    {"a server that is started anew", test_restart},
    {"five thousand questions", test_many},
    {"few descriptors", test_few_descriptors},
};
SUITE(resolver_load, tests);
