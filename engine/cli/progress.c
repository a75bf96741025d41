/* progress.c - the line of progress.h. */
#include "cli/progress.h"

#include <event2/event.h>
#include <stdio.h>
#include <unistd.h>

static void on_timer(evutil_socket_t fd, short what, void *arg)
{
    struct dsmtp_progress *p = arg;
    const struct dsmtp_count *c = p->count;

    (void)fd;
    (void)what;
    (void)fprintf(stderr, "\r%lu done, %u at work, %lu bad, %lu skipped\033[K", c->done,
                  *c->running, c->bad, c->skipped);
    (void)fflush(stderr);
    p->drawn = true;
}

void dsmtp_progress_open(struct dsmtp_progress *p, struct event_base *base,
                         const struct dsmtp_count *count)
{
    const struct timeval often = {.tv_usec = 500000};

    *p = (struct dsmtp_progress){.count = count};
    if (isatty(STDERR_FILENO) != 1 || isatty(STDOUT_FILENO) == 1)
        return;
    p->timer = event_new(base, -1, EV_PERSIST, on_timer, p);
    if (p->timer != NULL)
        (void)event_add(p->timer, &often);
}

void dsmtp_progress_clear(struct dsmtp_progress *p)
{
    if (p->drawn)
        (void)fputs("\r\033[K", stderr);
    p->drawn = false;
}

void dsmtp_progress_close(struct dsmtp_progress *p)
{
    dsmtp_progress_clear(p);
    if (p->timer != NULL)
        event_free(p->timer);
    p->timer = NULL;
}
