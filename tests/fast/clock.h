/* clock.h - time for a program in which nothing happens outside of it: it stands still while
 * anything can be done, and jumps to the next deadline when nothing can.
 *
 * clock.c stands in for the C library's clocks and for epoll_wait(2) in the whole program, in
 * libevent and OpenSSL too: all sockets are pairs whose both ends are here, so that a loop that
 * finds none ready would wait in vain for anything but a deadline. */
#ifndef FAST_CLOCK_H
#define FAST_CLOCK_H

#include <stdint.h>

/* Milliseconds of the machine's own monotonic clock. */
int64_t fast_true_ms(void);

#endif
