/* inlet.c - reads of inlet.h. */
#include "cli/inlet.h"

#include <errno.h>
#include <event2/event.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

static void on_readable(evutil_socket_t fd, short what, void *arg)
{
    struct dsmtp_inlet *in = arg;

    (void)fd;
    (void)what;
    in->ready(in->arg);
}

bool dsmtp_inlet_open(struct dsmtp_inlet *in, struct event_base *base, int fd,
                      void (*ready)(void *arg), void *arg)
{
    memset(in, 0, sizeof(*in));
    in->fd = fd;
    in->ready = ready;
    in->arg = arg;
    in->readable = event_new(base, fd, EV_READ, on_readable, in);
    return in->readable != NULL;
}

void dsmtp_inlet_close(struct dsmtp_inlet *in)
{
    if (in->readable != NULL)
        event_free(in->readable);
    in->readable = NULL;
}

/* false: nothing to read now; the event tells when there is. */
static bool fill(struct dsmtp_inlet *in)
{
    struct pollfd p = {.fd = in->fd, .events = POLLIN};
    size_t room;
    char *to = dsmtp_lines_room(&in->lines, &room);
    /* Files cannot be watched by every back end of the loop, but poll(2) always has them ready. */
    ssize_t n = poll(&p, 1, 0) > 0 ? read(in->fd, to, room) : -2;

    if (n == -2 || (n == -1 && (errno == EAGAIN || errno == EINTR))) {
        if (event_add(in->readable, NULL) == 0)
            return false;
        errno = EIO;
        n = -1;
    }
    if (n < 0)
        in->error = errno;
    dsmtp_lines_filled(&in->lines, n > 0 ? (size_t)n : 0);
    return true;
}

enum dsmtp_line_kind dsmtp_inlet_next(struct dsmtp_inlet *in, struct dsmtp_line *out)
{
    enum dsmtp_line_kind kind;

    do
        kind = dsmtp_lines_next(&in->lines, out);
    while (kind == DSMTP_LINE_MORE && fill(in));
    return kind;
}
