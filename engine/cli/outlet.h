/* outlet.h - standard output that never makes the loop wait for its reader. */
#ifndef DSMTP_CLI_OUTLET_H
#define DSMTP_CLI_OUTLET_H

#include <stdbool.h>
#include <stddef.h>

struct event;
struct event_base;
struct evbuffer;

struct dsmtp_outlet {
    int fd;
    int error; /* errno of the write that failed: nothing more is written */
    struct evbuffer *waiting;
    struct event *writable;
    void (*moved)(void *arg); /* from the loop: some of what waited is written, or an error */
    void *arg;
};

/* The descriptor is neither changed nor closed. false: out of memory; close in any case. */
bool dsmtp_outlet_open(struct dsmtp_outlet *outlet, struct event_base *base, int fd,
                       void (*moved)(void *arg), void *arg);
void dsmtp_outlet_close(struct dsmtp_outlet *outlet);

/* Write now what the reader takes now, the rest later. Memory that runs out is an error like that
 * of a write. */
void dsmtp_outlet_put(struct dsmtp_outlet *outlet, const char *text, size_t len);

/* Octets that still wait; 0 after an error. */
size_t dsmtp_outlet_backlog(const struct dsmtp_outlet *outlet);

#endif
