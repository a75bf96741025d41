/* batch.c - the feed of batch.h. */
#include "cli/batch.h"

#include <event2/event.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "cli/inlet.h"
#include "cli/outlet.h"
#include "cli/progress.h"
#include "cli/say.h"
#include "cli/targets.h"
#include "cli/tlsrpt_file.h"
#include "report/report.h"

/* Lines without a task that are read before the loop has its turn. */
#define LINES_AT_ONCE 1000u
enum { SIGNALS = 2 };

struct item {
    struct dsmtp_task task; /* first: the feed's view of it */
    unsigned long line;
};

struct batch {
    const struct dsmtp_batch_config *config;
    struct dsmtp_runner runner;
    struct dsmtp_inlet inlet;
    struct dsmtp_outlet outlet;
    struct dsmtp_progress progress;
    struct dsmtp_count count;
    struct event *again; /* go on from the loop */
    struct event *signals[SIGNALS];
    unsigned interrupted;
    unsigned long failed, given_up;
    bool ended; /* no more is read */
};

/* --- output --------------------------------------------------------------------------------------
 */

/* A line of output on its way. */
struct page {
    char *text;
    size_t len;
};

static FILE *begin(struct page *page)
{
    *page = (struct page){NULL, 0};
    return open_memstream(&page->text, &page->len);
}

/* status: of what was written on it. */
static enum dsmtp_status turn(struct batch *b, struct page *page, FILE *to,
                              enum dsmtp_status status)
{
    bool failed = ferror(to) != 0;

    failed = fclose(to) != 0 || failed;
    if (failed && status == DSMTP_OK)
        status = DSMTP_NOMEM;
    if (status == DSMTP_OK)
        dsmtp_outlet_put(&b->outlet, page->text, page->len);
    if (b->outlet.error != 0)
        event_active(b->again, EV_TIMEOUT, 0);
    free(page->text);
    return status;
}

static enum dsmtp_status put_outcome(struct batch *b, unsigned long line,
                                     const struct dsmtp_outcome *outcome)
{
    const struct dsmtp_report_source source = {line, b->config->command};
    struct page page;
    FILE *to = begin(&page);

    return to != NULL ? turn(b, &page, to, dsmtp_report_json(to, outcome, &source)) : DSMTP_NOMEM;
}

/* A line without outcome. */
static void put_error(struct batch *b, unsigned long line, const char *target, const char *error)
{
    const struct dsmtp_report_source source = {line, b->config->command};
    enum dsmtp_status status = DSMTP_NOMEM;
    struct page page;
    FILE *to = begin(&page);

    if (to != NULL)
        status = turn(b, &page, to, dsmtp_report_error_json(to, target, error, &source));
    if (status == DSMTP_OK)
        return;
    b->failed++;
    dsmtp_say("line %lu: %s", line, dsmtp_status_text(status));
}

/* The same with a line on standard error. */
static void complain(struct batch *b, unsigned long line, const char *target, const char *error)
{
    dsmtp_progress_clear(&b->progress);
    dsmtp_say("line %lu: %s", line, error);
    put_error(b, line, target, error);
}

/* --- the feed ------------------------------------------------------------------------------------
 */

static void refuse(struct batch *b, const struct dsmtp_line *line, const char *why)
{
    b->count.bad++;
    complain(b, line->number, line->text, why);
}

static struct item *new_item(struct batch *b, const struct dsmtp_line *line,
                             const struct dsmtp_nexthop *nexthop)
{
    struct item *item = calloc(1, sizeof(*item));

    if (item == NULL) {
        b->failed++;
        complain(b, line->number, line->text, "out of memory");
        return NULL;
    }
    item->line = line->number;
    dsmtp_targets_fill(&item->task, b->config->options, b->config->local, nexthop);
    return item;
}

/* The task of a line, or NULL: there is none. */
static struct item *read_target(struct batch *b, const struct dsmtp_line *line)
{
    char target[DSMTP_NEXTHOP_TEXT_SIZE];
    struct dsmtp_nexthop nexthop;
    struct dsmtp_fault fault;

    if (dsmtp_nexthop_parse(line->text, &nexthop, &fault) != DSMTP_OK) {
        refuse(b, line, fault.what);
        return NULL;
    }
    dsmtp_nexthop_text(&nexthop, target);
    if (!dsmtp_nameset_has(b->config->skip, target))
        return new_item(b, line, &nexthop);
    b->count.skipped++;
    return NULL;
}

static struct item *read_line(struct batch *b, enum dsmtp_line_kind kind,
                              const struct dsmtp_line *line)
{
    switch (kind) {
    case DSMTP_LINE_TARGET:
        return read_target(b, line);
    case DSMTP_LINE_BAD:
        refuse(b, line, line->why);
        break;
    case DSMTP_LINE_END:
        b->ended = true;
        break;
    case DSMTP_LINE_MORE:
        break;
    }
    return NULL;
}

static bool must_wait(const struct batch *b)
{
    return b->ended || b->outlet.error != 0 ||
           dsmtp_outlet_backlog(&b->outlet) > DSMTP_BATCH_BACKLOG;
}

static struct dsmtp_task *next(void *self)
{
    struct batch *b = self;
    struct dsmtp_line line;

    for (unsigned i = 0; !must_wait(b); i++) {
        enum dsmtp_line_kind kind;
        struct item *item;

        if (i == LINES_AT_ONCE) {
            event_active(b->again, EV_TIMEOUT, 0);
            return NULL;
        }
        kind = dsmtp_inlet_next(&b->inlet, &line);
        item = read_line(b, kind, &line);
        if (item != NULL)
            return &item->task;
        if (kind == DSMTP_LINE_MORE)
            return NULL;
    }
    return NULL;
}

static void done(void *self, struct dsmtp_task *task, enum dsmtp_status status,
                 const struct dsmtp_outcome *outcome)
{
    struct batch *b = self;
    const struct item *item = (const struct item *)(const void *)task;

    if (status == DSMTP_AGAIN) {
        b->given_up++;
        put_error(b, item->line, task->target, "interrupted");
        return;
    }
    if (status == DSMTP_OK)
        status = put_outcome(b, item->line, outcome);
    if (status == DSMTP_OK) {
        b->count.done++;
    } else {
        b->failed++;
        complain(b, item->line, task->target, dsmtp_status_text(status));
    }
}

static void release(void *self, struct dsmtp_task *task)
{
    (void)self;
    free((struct item *)(void *)task);
}

static bool over(void *self)
{
    const struct batch *b = self;

    return b->runner.count == 0 && (b->ended || b->outlet.error != 0) &&
           dsmtp_outlet_backlog(&b->outlet) == 0;
}

/* --- events --------------------------------------------------------------------------------------
 */

/* There is room, or a line, or nobody to write to any more. */
static void go_on(void *arg)
{
    struct batch *b = arg;

    if (b->outlet.error != 0)
        dsmtp_runner_give_up(&b->runner);
    dsmtp_runner_go(&b->runner);
}

static void on_again(evutil_socket_t fd, short what, void *arg)
{
    (void)fd;
    (void)what;
    go_on(arg);
}

/* After the second the signals do what they always do. */
static void on_signal(evutil_socket_t number, short what, void *arg)
{
    struct batch *b = arg;

    (void)what;
    b->ended = true;
    dsmtp_progress_clear(&b->progress);
    if (++b->interrupted == 1) {
        dsmtp_say("signal %d: finishing %u targets at work; another signal gives them up",
                  (int)number, b->runner.count);
    } else {
        for (unsigned i = 0; i < SIGNALS; i++)
            (void)event_del(b->signals[i]);
        dsmtp_runner_give_up(&b->runner);
    }
    dsmtp_runner_go(&b->runner);
}

static bool open_all(struct batch *b)
{
    static const int numbers[SIGNALS] = {SIGINT, SIGTERM};
    struct event_base *base = b->config->setup->loop.base;
    bool ok = dsmtp_inlet_open(&b->inlet, base, b->config->in, go_on, b) &&
              dsmtp_outlet_open(&b->outlet, base, b->config->out, go_on, b);

    b->again = event_new(base, -1, 0, on_again, b);
    ok = ok && b->again != NULL;
    for (unsigned i = 0; i < SIGNALS; i++) {
        b->signals[i] = event_new(base, numbers[i], EV_SIGNAL | EV_PERSIST, on_signal, b);
        ok = ok && b->signals[i] != NULL && event_add(b->signals[i], NULL) == 0;
    }
    b->count.running = &b->runner.count;
    dsmtp_progress_open(&b->progress, base, &b->count);
    return ok;
}

static void close_all(struct batch *b)
{
    dsmtp_progress_close(&b->progress);
    for (unsigned i = 0; i < SIGNALS; i++)
        if (b->signals[i] != NULL)
            event_free(b->signals[i]);
    if (b->again != NULL)
        event_free(b->again);
    dsmtp_outlet_close(&b->outlet);
    dsmtp_inlet_close(&b->inlet);
}

static int sum_up(struct batch *b)
{
    dsmtp_progress_clear(&b->progress);
    if (b->outlet.error != 0)
        dsmtp_say("standard output: %s", strerror(b->outlet.error));
    if (b->inlet.error != 0)
        dsmtp_say("standard input: %s", strerror(b->inlet.error));
    if (b->outlet.error != 0 || b->inlet.error != 0)
        return EX_IOERR;
    if (b->interrupted > 0) {
        dsmtp_say("interrupted: %lu targets done, %lu given up; --skip-done goes on from here",
                  b->count.done, b->given_up);
        return EX_TEMPFAIL;
    }
    if (b->failed > 0)
        return EX_SOFTWARE;
    return b->count.bad > 0 ? EX_DATAERR : 0;
}

static int run(struct batch *b)
{
    const struct dsmtp_batch_config *c = b->config;
    int status = EX_SOFTWARE;

    if (!open_all(b)) {
        dsmtp_say("out of memory");
    } else {
        if (c->fresh_line)
            dsmtp_outlet_put(&b->outlet, "\n", 1);
        if (dsmtp_runner_run(&b->runner) == DSMTP_OK)
            status = sum_up(b);
    }
    close_all(b);
    return status;
}

int dsmtp_batch_run(const struct dsmtp_batch_config *config)
{
    struct dsmtp_tlsrpt_file tlsrpt;
    struct batch *b = calloc(1, sizeof(*b));
    int status = EX_SOFTWARE;

    if (b == NULL) {
        dsmtp_say("out of memory");
        return EX_SOFTWARE;
    }
    b->config = config;
    status = dsmtp_tlsrpt_file_open(&tlsrpt, config->options);
    if (status == 0) {
        b->runner = (struct dsmtp_runner){.setup = config->setup,
                                          .run = config->run,
                                          .feed = {b, next, done, release, over},
                                          .jobs = config->options->jobs,
                                          .port = config->options->port,
                                          .tlsrpt = tlsrpt.report};
        status = run(b);
        status = dsmtp_tlsrpt_file_close(&tlsrpt, config->setup->helo, status);
    }
    free(b);
    return status;
}
