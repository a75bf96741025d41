/* runner.c - the runner of runner.h. */
#include "cli/runner.h"

#include <stdlib.h>
#include <sysexits.h>
#include <unistd.h>

#include "cli/say.h"
#include "cli/status.h"
#include "report/report.h"

struct dsmtp_runner {
    struct dsmtp_setup *setup;
    const struct dsmtp_options *options;
    const struct dsmtp_run *run;
    struct dsmtp_task *tasks;
    unsigned count;
    unsigned started, finished, printed;
    bool starting;
    bool colour;
    int exit;
};

bool dsmtp_runner_colour(void)
{
    const char *unwanted = getenv("NO_COLOR");

    return (unwanted == NULL || unwanted[0] == '\0') && isatty(STDOUT_FILENO) == 1;
}

/* Reports wait here until those before them are printed. */
static enum dsmtp_status write_report(struct dsmtp_task *task, const struct dsmtp_outcome *outcome)
{
    FILE *to = open_memstream(&task->report, &task->report_len);
    enum dsmtp_status status = DSMTP_OK;
    bool failed;

    if (to == NULL)
        return DSMTP_NOMEM;
    if (task->runner->options->format == DSMTP_GRID_JSON)
        status = dsmtp_report_json(to, outcome);
    else
        dsmtp_report_text(to, outcome, task->runner->colour);
    failed = ferror(to) != 0;
    failed = fclose(to) != 0 || failed;
    return failed ? DSMTP_NOMEM : status;
}

static void print_finished(struct dsmtp_runner *r)
{
    for (; r->printed < r->count && r->tasks[r->printed].finished; r->printed++) {
        struct dsmtp_task *task = &r->tasks[r->printed];

        if (task->report != NULL && r->printed > 0 && r->options->format == DSMTP_GRID_TEXT)
            (void)fputc('\n', stdout);
        if (task->report != NULL)
            (void)fwrite(task->report, 1, task->report_len, stdout);
        free(task->report);
        task->report = NULL;
    }
    (void)fflush(stdout);
}

static void finish(struct dsmtp_task *task, enum dsmtp_status status,
                   const struct dsmtp_outcome *outcome)
{
    struct dsmtp_runner *r = task->runner;

    if (status == DSMTP_OK)
        status = write_report(task, outcome);
    task->exit = status == DSMTP_OK ? dsmtp_status_of(outcome) : EX_SOFTWARE;
    if (status != DSMTP_OK)
        dsmtp_say("%s: %s", task->target, dsmtp_status_text(status));
    task->finished = true;
    r->exit = dsmtp_status_worse(r->exit, task->exit);
    r->finished++;
    print_finished(r);
}

static void start_some(struct dsmtp_runner *r);

static void on_done(void *arg, struct dsmtp_job *job, enum dsmtp_status status,
                    const struct dsmtp_outcome *outcome)
{
    struct dsmtp_task *task = arg;
    struct dsmtp_runner *r = task->runner;

    (void)job;
    finish(task, status, outcome);
    dsmtp_job_close(&task->job);
    start_some(r);
    if (r->finished == r->count)
        dsmtp_loop_stop(&r->setup->loop);
}

static void start(struct dsmtp_runner *r, struct dsmtp_task *task)
{
    unsigned port = r->options->port != 0 ? r->options->port : task->nexthop.port;
    struct dsmtp_job_config config = {
        .engine = &task->engine,
        .mode = r->run->mode,
        .target = task->target,
        .nexthop = task->nexthop.name,
        .kind = task->nexthop.kind,
        .policy = task->policy,
        .entry = task->entry,
        .from = r->run->from,
        .recipients = task->recipients,
        .recipient_count = task->recipient_count,
        .data = r->run->data,
        .len = r->run->len,
        .done = on_done,
        .arg = task,
    };
    enum dsmtp_status status;

    task->runner = r;
    task->engine = r->setup->engine;
    task->engine.service_port = task->nexthop.port;
    task->engine.dial_port = port;
    dsmtp_nexthop_text(&task->nexthop, task->target);
    status = dsmtp_job_open(&config, &task->job);
    if (status != DSMTP_OK)
        finish(task, status, NULL);
}

/* A job without any question ends inside its start; then it is this loop that goes on, not one
 * inside it. */
static void start_some(struct dsmtp_runner *r)
{
    if (r->starting)
        return;
    r->starting = true;
    while (r->started < r->count && r->started - r->finished < r->options->jobs)
        start(r, &r->tasks[r->started++]);
    r->starting = false;
}

int dsmtp_runner_run(struct dsmtp_setup *setup, const struct dsmtp_options *options,
                     const struct dsmtp_run *run, struct dsmtp_task *tasks, unsigned count)
{
    struct dsmtp_runner r = {
        .setup = setup, .options = options, .run = run, .tasks = tasks, .count = count};
    enum dsmtp_status status = DSMTP_OK;

    r.colour = dsmtp_runner_colour();
    start_some(&r);
    if (r.finished < count)
        status = dsmtp_loop_run(&setup->loop);
    if (status == DSMTP_OK && r.finished == count)
        return r.exit;
    dsmtp_say("the event loop ended before its work was done");
    for (unsigned i = 0; i < count; i++) {
        dsmtp_job_close(&tasks[i].job);
        free(tasks[i].report);
    }
    return EX_SOFTWARE;
}
