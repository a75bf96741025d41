/* early.c - a library preloaded in front of libfaketime, for programs with an allocator that needs the time.
 *
 * jemalloc (in dig, delv, named) asks for the clock and makes a condition variable while it sets itself up, which may be before libfaketime
 * has done so. libfaketime then allocates memory, and the program waits for itself for ever. So the kernel's clock serves until the
 * libraries are set up, and libfaketime's from then on. */
#include <dlfcn.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

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
    memcpy(cond, &plain, sizeof(plain)); /* attributes so early would be a surprise: no allocator has any */
    return 0;
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
