/* early.c - a library preloaded in front of libfaketime, for what libfaketime 0.9.10 gets wrong.
 *
 * Start: jemalloc (in dig, delv, named) asks for the time and makes a condition variable while it sets itself up, which may be before
 * libfaketime has done so. libfaketime then allocates memory, and the program waits for itself for ever. So the kernel's clock
 * serves until the libraries are set up, and libfaketime's from then on.
 *
 * Sleep: clock_nanosleep() until an absolute time fails there with EINVAL (Python's time.sleep(), for one). */
#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define SECOND 1000000000L

static int (*next_clock)(clockid_t clock, struct timespec *out);
static int (*next_cond)(pthread_cond_t *cond, const pthread_condattr_t *attr);

int clock_gettime(clockid_t clock, struct timespec *out)
{
    return next_clock != NULL ? next_clock(clock, out) : (int)syscall(SYS_clock_gettime, clock, out);
}

int pthread_cond_init(pthread_cond_t *cond, const pthread_condattr_t *attr)
{
    static const pthread_cond_t plain = PTHREAD_COND_INITIALIZER;

    if (next_cond != NULL)
        return next_cond(cond, attr);
    memcpy(cond, &plain, sizeof(plain)); /* nobody needs attributes so early */
    return 0;
}

/* Until an absolute time: for as long as it is away by the clock that the program sees. */
int clock_nanosleep(clockid_t clock, int flags, const struct timespec *wanted, struct timespec *rest)
{
    struct timespec now;
    struct timespec left = *wanted;

    if ((flags & TIMER_ABSTIME) != 0) {
        if (clock_gettime(clock, &now) != 0)
            return errno;
        left.tv_sec -= now.tv_sec;
        left.tv_nsec -= now.tv_nsec;
        if (wanted->tv_nsec >= 0 && wanted->tv_nsec < SECOND && left.tv_nsec < 0) {
            left.tv_sec--;
            left.tv_nsec += SECOND;
        }
        if (left.tv_sec < 0)
            return 0;
        rest = NULL;
    }
    return syscall(SYS_clock_nanosleep, clock, 0, &left, rest) == 0 ? 0 : errno;
}

__attribute__((constructor)) static void hand_over(void)
{
    /* volatile: the pair would be optimised away, and it is what makes the allocator set itself up */
    void *volatile first = malloc(1);
    void *found;

    free(first);
    /* by memcpy, for ISO C cannot cast from void * to a function */
    found = dlsym(RTLD_NEXT, "clock_gettime");
    memcpy(&next_clock, &found, sizeof(next_clock));
    found = dlsym(RTLD_NEXT, "pthread_cond_init");
    memcpy(&next_cond, &found, sizeof(next_cond));
}
