/* clock.c - the jumping clock of clock.h. */
#include "fast/clock.h"

#include <errno.h>
#include <stddef.h>
#include <sys/epoll.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include "world/world.h"

#define NS INT64_C(1000000000)

/* Since the program began. */
static int64_t passed_ns;

static int64_t true_ns(void)
{
    struct timespec t;

    (void)syscall(SYS_clock_gettime, CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * NS + t.tv_nsec;
}

int64_t fast_true_ms(void)
{
    return true_ns() / 1000000;
}

/* The C library's names; parameters have names of ours.
 * NOLINTBEGIN(readability-inconsistent-declaration-parameter-name) */

int clock_gettime(clockid_t clock, struct timespec *out)
{
    const bool wall = clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE;
    const int64_t ns = passed_ns + (wall ? LAB_EPOCH : 1) * NS;

    if (!wall && clock != CLOCK_MONOTONIC && clock != CLOCK_MONOTONIC_COARSE &&
        clock != CLOCK_MONOTONIC_RAW && clock != CLOCK_BOOTTIME)
        return (int)syscall(SYS_clock_gettime, clock, out);
    *out = (struct timespec){.tv_sec = ns / NS, .tv_nsec = ns % NS};
    return 0;
}

int gettimeofday(struct timeval *restrict out, void *restrict zone)
{
    struct timespec t;

    (void)zone;
    (void)clock_gettime(CLOCK_REALTIME, &t);
    *out = (struct timeval){.tv_sec = t.tv_sec, .tv_usec = t.tv_nsec / 1000};
    return 0;
}

time_t time(time_t *out)
{
    const time_t now = (time_t)(LAB_EPOCH + passed_ns / NS);

    if (out != NULL)
        *out = now;
    return now;
}

/* Without a deadline it would be a wait for ever: an error, which ends the loop. */
int epoll_wait(int fd, struct epoll_event *events, int room, int timeout)
{
    const int ready = (int)syscall(SYS_epoll_pwait, fd, events, room, 0, NULL, 0);

    if (ready != 0 || timeout == 0)
        return ready;
    if (timeout < 0) {
        errno = EDEADLK;
        return -1;
    }
    passed_ns += (int64_t)timeout * 1000000;
    return 0;
}

/* NOLINTEND(readability-inconsistent-declaration-parameter-name) */
