/* runner.c - the runner of runner.h. */
#include "cli/runner.h"

#include <stdlib.h>
#include <unistd.h>

#include "cli/say.h"

bool dsmtp_runner_colour(void)
{
    const char *unwanted = getenv("NO_COLOR");

    return (unwanted == NULL || unwanted[0] == '\0') && isatty(STDOUT_FILENO) == 1;
}

/* The outcome lives in the job, and the job needs the task. */
static void end(struct dsmtp_runner *r, struct dsmtp_task *task)
{
    dsmtp_job_close(&task->job);
    if (r->feed.release != NULL)
        r->feed.release(r->feed.self, task);
}

static void finish(struct dsmtp_task *task, enum dsmtp_status status,
                   const struct dsmtp_outcome *outcome)
{
    struct dsmtp_runner *r = task->runner;

    TAILQ_REMOVE(&r->running, task, link);
    r->count--;
    if (outcome != NULL && r->tlsrpt != NULL)
        dsmtp_tlsrpt_add(r->tlsrpt, outcome);
    r->feed.done(r->feed.self, task, status, outcome);
    end(r, task);
}

static void on_done(void *arg, struct dsmtp_job *job, enum dsmtp_status status,
                    const struct dsmtp_outcome *outcome)
{
    struct dsmtp_task *task = arg;
    struct dsmtp_runner *r = task->runner;

    (void)job;
    finish(task, status, outcome);
    dsmtp_runner_go(r);
}

static void start(struct dsmtp_runner *r, struct dsmtp_task *task)
{
    struct dsmtp_job_config config = {
        .engine = &task->engine,
        .mode = r->run->mode,
        .target = task->target,
        .nexthop = task->nexthop.name,
        .kind = task->nexthop.kind,
        .policy = task->policy,
        .entry = task->entry,
        .advise = r->run->advise,
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
    task->job = NULL;
    task->engine = r->setup->engine;
    task->engine.service_port = task->nexthop.port;
    task->engine.dial_port = r->port != 0 ? r->port : task->nexthop.port;
    dsmtp_nexthop_text(&task->nexthop, task->target);
    TAILQ_INSERT_TAIL(&r->running, task, link);
    r->count++;
    status = dsmtp_job_open(&config, &task->job);
    if (status != DSMTP_OK)
        finish(task, status, NULL);
}

/* A job without any question ends inside its start; then it is this loop that goes on, not one
 * inside it. */
void dsmtp_runner_go(struct dsmtp_runner *r)
{
    struct dsmtp_task *task;

    if (r->starting)
        return;
    r->starting = true;
    while (r->count < r->jobs && (task = r->feed.next(r->feed.self)) != NULL)
        start(r, task);
    r->starting = false;
    if (r->feed.over(r->feed.self))
        dsmtp_loop_stop(&r->setup->loop);
}

void dsmtp_runner_give_up(struct dsmtp_runner *r)
{
    while (!TAILQ_EMPTY(&r->running))
        finish(TAILQ_FIRST(&r->running), DSMTP_AGAIN, NULL);
}

enum dsmtp_status dsmtp_runner_run(struct dsmtp_runner *r)
{
    struct dsmtp_task *task;
    enum dsmtp_status status = DSMTP_OK;

    TAILQ_INIT(&r->running);
    r->count = 0;
    dsmtp_runner_go(r);
    if (!r->feed.over(r->feed.self))
        status = dsmtp_loop_run(&r->setup->loop);
    if (status == DSMTP_OK && r->feed.over(r->feed.self))
        return DSMTP_OK;
    dsmtp_say("the event loop ended before its work was done");
    while ((task = TAILQ_FIRST(&r->running)) != NULL) {
        TAILQ_REMOVE(&r->running, task, link);
        end(r, task);
    }
    return DSMTP_SYSTEM;
}
