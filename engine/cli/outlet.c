/* outlet.c - writes of outlet.h. */
#include "cli/outlet.h"

#include <errno.h>
#include <event2/buffer.h>
#include <event2/event.h>
#include <limits.h>
#include <poll.h>

/* A pipe or terminal that poll(2) calls writable takes so much without blocking, whatever the flags
 * of the descriptor, which are shared with other programs and thus not ours to change. */
#define PIECE PIPE_BUF

static void fail(struct dsmtp_outlet *o, int error)
{
    o->error = error;
    (void)evbuffer_drain(o->waiting, evbuffer_get_length(o->waiting));
}

static bool writable_now(int fd)
{
    struct pollfd p = {.fd = fd, .events = POLLOUT};

    return poll(&p, 1, 0) > 0;
}

static void write_some(struct dsmtp_outlet *o)
{
    while (o->error == 0 && evbuffer_get_length(o->waiting) > 0) {
        int n = writable_now(o->fd) ? evbuffer_write_atmost(o->waiting, o->fd, PIECE) : 0;

        if (n > 0 || (n < 0 && errno == EINTR))
            continue;
        if (n < 0 && errno != EAGAIN)
            fail(o, errno);
        else if (event_add(o->writable, NULL) != 0)
            fail(o, EIO);
        return;
    }
}

static void on_writable(evutil_socket_t fd, short what, void *arg)
{
    struct dsmtp_outlet *o = arg;

    (void)fd;
    (void)what;
    write_some(o);
    o->moved(o->arg);
}

bool dsmtp_outlet_open(struct dsmtp_outlet *o, struct event_base *base, int fd,
                       void (*moved)(void *arg), void *arg)
{
    *o = (struct dsmtp_outlet){.fd = fd, .moved = moved, .arg = arg};
    o->waiting = evbuffer_new();
    o->writable = event_new(base, fd, EV_WRITE, on_writable, o);
    return o->waiting != NULL && o->writable != NULL;
}

void dsmtp_outlet_close(struct dsmtp_outlet *o)
{
    if (o->writable != NULL)
        event_free(o->writable);
    if (o->waiting != NULL)
        evbuffer_free(o->waiting);
    o->writable = NULL;
    o->waiting = NULL;
}

void dsmtp_outlet_put(struct dsmtp_outlet *o, const char *text, size_t len)
{
    bool behind = evbuffer_get_length(o->waiting) > 0;

    if (o->error != 0)
        return;
    if (evbuffer_add(o->waiting, text, len) != 0)
        fail(o, ENOMEM);
    else if (!behind)
        write_some(o);
}

size_t dsmtp_outlet_backlog(const struct dsmtp_outlet *o)
{
    return evbuffer_get_length(o->waiting);
}
