/* clock.c - a library preloaded in front of libfaketime: whatever concerns monotonic clocks goes
 * past it, to the C library.
 *
 * libfaketime 0.9.10 shifts monotonic clocks too, which the kernel's timers know nothing of, and
 * FAKETIME_DONT_FAKE_MONOTONIC (lost by senders that clean their environment) leaves waits until an
 * absolute monotonic time broken: condition variables return at once, timerfd never,
 * clock_nanosleep() fails. Wall clocks are libfaketime's business.
 *
 * It also gets programs with jemalloc (dig, delv, named) started. While jemalloc sets itself up it
 * reads the clock and makes a condition variable; libfaketime, called before its own time, would
 * allocate memory for that, and the program wait for itself for ever. Until the libraries are set
 * up the kernel is asked directly. */
#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#define SECOND 1000000000L
#define FDS 4096

typedef int clock_function(clockid_t clock, struct timespec *out);
typedef int init_function(pthread_cond_t *cond, const pthread_condattr_t *attr);
typedef int wait_function(pthread_cond_t *cond, pthread_mutex_t *mutex, const struct timespec *end);
typedef int timer_function(int fd, int flags, const struct itimerspec *value,
                           struct itimerspec *old);

/* Of libfaketime and of the C library; set once, before main(). */
static struct {
    clock_function *fake_clock;
    clock_function *true_clock;
    init_function *true_init;
    wait_function *fake_wait;
    wait_function *true_wait;
    timer_function *fake_timer;
} call;

/* Timers made for the wall clock, by descriptor. */
static atomic_bool wall_timer[FDS];

static bool is_wall(clockid_t clock)
{
    return clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE || clock == CLOCK_TAI ||
           clock == CLOCK_REALTIME_ALARM;
}

/* Parameters have names of ours, not those of the C library's headers.
 * NOLINTBEGIN(readability-inconsistent-declaration-parameter-name) */

int clock_gettime(clockid_t clock, struct timespec *out)
{
    if (call.true_clock == NULL)
        return (int)syscall(SYS_clock_gettime, clock, out);
    return is_wall(clock) ? call.fake_clock(clock, out) : call.true_clock(clock, out);
}

int pthread_cond_init(pthread_cond_t *restrict cond, const pthread_condattr_t *restrict attr)
{
    static const pthread_cond_t plain = PTHREAD_COND_INITIALIZER;

    if (call.true_init != NULL)
        return call.true_init(cond, attr);
    memcpy(cond, &plain, sizeof(plain)); /* nobody needs attributes so early */
    return 0;
}

int pthread_cond_timedwait(pthread_cond_t *restrict cond, pthread_mutex_t *restrict mutex,
                           const struct timespec *restrict end)
{
    /* glibc since 2.25 keeps the clock of a condition variable there; see
     * nptl/pthread_cond_common.c */
    bool monotonic = (cond->__data.__wrefs & 2U) != 0;

    return monotonic ? call.true_wait(cond, mutex, end) : call.fake_wait(cond, mutex, end);
}

/* Until an absolute time: for as long as it is away by the clock that the program sees. */
int clock_nanosleep(clockid_t clock, int flags, const struct timespec *wanted,
                    struct timespec *rest)
{
    struct timespec left = *wanted;
    struct timespec now;

    if ((flags & TIMER_ABSTIME) != 0) {
        if (clock_gettime(clock, &now) != 0)
            return errno;
        if (wanted->tv_nsec < 0 || wanted->tv_nsec >= SECOND)
            return EINVAL;
        left.tv_sec -= now.tv_sec;
        left.tv_nsec -= now.tv_nsec;
        if (left.tv_nsec < 0) {
            left.tv_sec--;
            left.tv_nsec += SECOND;
        }
        if (left.tv_sec < 0)
            return 0;
        rest = NULL;
    }
    return syscall(SYS_clock_nanosleep, clock, 0, &left, rest) == 0 ? 0 : errno;
}

int timerfd_create(int clock, int flags)
{
    int fd = (int)syscall(SYS_timerfd_create, clock, flags);

    if (fd >= 0 && fd < FDS)
        atomic_store(&wall_timer[fd], is_wall(clock));
    return fd;
}

int timerfd_settime(int fd, int flags, const struct itimerspec *value, struct itimerspec *old)
{
    if (fd >= 0 && fd < FDS && atomic_load(&wall_timer[fd]))
        return call.fake_timer(fd, flags, value, old);
    return (int)syscall(SYS_timerfd_settime, fd, flags, value, old);
}

/* NOLINTEND(readability-inconsistent-declaration-parameter-name) */

/* By memcpy, for ISO C cannot cast from void * to a function. */
static void find(void *library, const char *name, void *out)
{
    void *found = dlsym(library, name);

    memcpy(out, &found, sizeof(found));
}

__attribute__((constructor)) static void hand_over(void)
{
    /* volatile: the pair would be optimised away, and it is what makes the allocator set itself up
     */
    void *volatile first = malloc(1);
    void *libc = dlopen("libc.so.6", RTLD_LAZY | RTLD_NOLOAD);

    free(first);
    if (libc == NULL)
        abort();
    find(RTLD_NEXT, "clock_gettime", &call.fake_clock);
    find(RTLD_NEXT, "pthread_cond_timedwait", &call.fake_wait);
    find(RTLD_NEXT, "timerfd_settime", &call.fake_timer);
    find(libc, "pthread_cond_init", &call.true_init);
    find(libc, "pthread_cond_timedwait", &call.true_wait);
    find(libc, "clock_gettime", &call.true_clock);
}
