/* bench_race.c - two commands in turns, A B A B, and how many times as fast A is, by the clock and
 * by the CPU time of the command and all its children.
 *
 *     bench-race ROUNDS WHAT TARGET NAME-A COMMAND-A NAME-B COMMAND-B
 *
 * Each pair of neighbours gives one ratio, so that a machine that slows down slows both sides of
 * it. The first pair is thrown away: it fills caches. The commands are a shell's; their output is
 * thrown away, and one that fails ends the race. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "bench/row.h"

enum { ROUNDS_MAX = 1000, SIDES = 2 };

struct lap {
    double wall, cpu; /* seconds */
};

struct side {
    const char *name;
    const char *command;
    double wall[ROUNDS_MAX], cpu[ROUNDS_MAX];
    long rss; /* KiB, of the largest process ever */
};

static struct side sides[SIDES];

static double now(void)
{
    struct timespec t;

    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static double seconds(struct timeval t)
{
    return (double)t.tv_sec + (double)t.tv_usec * 1e-6;
}

static _Noreturn void become(const char *command)
{
    int null = open("/dev/null", O_RDWR);

    if (null < 0 || dup2(null, 0) < 0 || dup2(null, 1) < 0)
        _exit(127);
    (void)execl("/bin/sh", "sh", "-c", command, (char *)NULL);
    _exit(127);
}

static struct lap run(struct side *s)
{
    double start = now();
    struct rusage used;
    int status = -1;
    pid_t pid = fork();

    if (pid == 0)
        become(s->command);
    while (wait4(pid, &status, 0, &used) < 0 && errno == EINTR)
        ;
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
        (void)fprintf(stderr, "bench-race: %s failed: %s\n", s->name, s->command);
        exit(1);
    }
    if (used.ru_maxrss > s->rss)
        s->rss = used.ru_maxrss;
    return (struct lap){now() - start, seconds(used.ru_utime) + seconds(used.ru_stime)};
}

static void race(unsigned rounds)
{
    for (unsigned i = 0; i <= rounds; i++) {
        for (unsigned j = 0; j < SIDES; j++) {
            struct lap lap = run(&sides[j]);

            if (i == 0)
                continue;
            sides[j].wall[i - 1] = lap.wall;
            sides[j].cpu[i - 1] = lap.cpu;
        }
    }
}

/* One row: how many times as long as A does B take? */
static void report(const char *what, const char *unit, const char *target, unsigned rounds,
                   double *a, double *b)
{
    double ratio[ROUNDS_MAX];
    struct bench_spread spread;
    char title[200];
    char how[200];

    for (unsigned i = 0; i < rounds; i++)
        ratio[i] = b[i] / a[i];
    spread = bench_spread_of(ratio, rounds);
    (void)snprintf(title, sizeof(title), "%s, %s", what, unit);
    (void)snprintf(how, sizeof(how), "%s %.0f ms, %s %.0f ms; %u pairs", sides[0].name,
                   bench_spread_of(a, rounds).median * 1e3, sides[1].name,
                   bench_spread_of(b, rounds).median * 1e3, rounds);
    bench_row(title, &spread, "times", target, how);
}

int main(int argc, char **argv)
{
    long rounds = argc == 8 ? strtol(argv[1], NULL, 10) : 0;

    if (rounds < 1 || rounds > ROUNDS_MAX) {
        (void)fprintf(stderr, "usage: bench-race ROUNDS WHAT TARGET NAME COMMAND NAME COMMAND\n");
        return 2;
    }
    for (unsigned i = 0; i < SIDES; i++) {
        sides[i].name = argv[4 + 2 * i];
        sides[i].command = argv[5 + 2 * i];
    }
    race((unsigned)rounds);
    report(argv[2], "rate", argv[3], (unsigned)rounds, sides[0].wall, sides[1].wall);
    report(argv[2], "CPU", argv[3], (unsigned)rounds, sides[0].cpu, sides[1].cpu);
    return 0;
}
