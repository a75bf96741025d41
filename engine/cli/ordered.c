/* ordered.c - the feed of ordered.h. */
#include "cli/ordered.h"

#include <stdlib.h>
#include <sysexits.h>

#include "cli/say.h"
#include "cli/status.h"
#include "cli/tlsrpt_file.h"
#include "report/report.h"

/* Reports wait here until those before them are printed. */
struct report {
    char *text;
    size_t len;
    bool finished;
};

struct ordered {
    struct dsmtp_runner runner;
    const struct dsmtp_options *options;
    struct dsmtp_task *tasks;
    struct report *reports; /* of the task with the same index */
    unsigned count;
    unsigned started, printed;
    bool colour;
    int exit;
};

static enum dsmtp_status write_report(const struct ordered *o, struct report *report,
                                      const struct dsmtp_outcome *outcome)
{
    FILE *to = open_memstream(&report->text, &report->len);
    enum dsmtp_status status = DSMTP_OK;
    bool failed;

    if (to == NULL)
        return DSMTP_NOMEM;
    if (o->options->format == DSMTP_GRID_JSON)
        status = dsmtp_report_json(to, outcome, NULL);
    else
        dsmtp_report_text(to, outcome, o->colour);
    failed = ferror(to) != 0;
    failed = fclose(to) != 0 || failed;
    return failed ? DSMTP_NOMEM : status;
}

static void print_finished(struct ordered *o)
{
    for (; o->printed < o->count && o->reports[o->printed].finished; o->printed++) {
        struct report *report = &o->reports[o->printed];

        if (report->text != NULL && o->printed > 0 && o->options->format == DSMTP_GRID_TEXT)
            (void)fputc('\n', stdout);
        if (report->text != NULL)
            (void)fwrite(report->text, 1, report->len, stdout);
        free(report->text);
        report->text = NULL;
    }
    (void)fflush(stdout);
}

static struct dsmtp_task *next(void *self)
{
    struct ordered *o = self;

    return o->started < o->count ? &o->tasks[o->started++] : NULL;
}

/* No report: what was decided must be known all the same, above all who has the message. */
static void own_up(const struct dsmtp_task *task, enum dsmtp_status status,
                   const struct dsmtp_outcome *outcome)
{
    const char *why = dsmtp_status_text(status);

    for (unsigned i = 0; outcome != NULL && i < outcome->recipient_count; i++)
        dsmtp_say("%s: %s", outcome->recipients[i].address,
                  dsmtp_verdict_name(outcome->recipients[i].verdict));
    if (outcome != NULL)
        dsmtp_say("%s: %s, but there is no report: %s", task->target,
                  dsmtp_verdict_name(outcome->verdict), why);
    else
        dsmtp_say("%s: %s", task->target, why);
}

static void done(void *self, struct dsmtp_task *task, enum dsmtp_status status,
                 const struct dsmtp_outcome *outcome)
{
    struct ordered *o = self;
    struct report *report = &o->reports[task - o->tasks];

    if (status == DSMTP_OK)
        status = write_report(o, report, outcome);
    if (status != DSMTP_OK)
        own_up(task, status, outcome);
    o->exit =
        dsmtp_status_worse(o->exit, status == DSMTP_OK ? dsmtp_status_of(outcome) : EX_SOFTWARE);
    report->finished = true;
    print_finished(o);
}

static bool over(void *self)
{
    const struct ordered *o = self;

    return o->printed == o->count;
}

int dsmtp_ordered_run(struct dsmtp_setup *setup, const struct dsmtp_options *options,
                      const struct dsmtp_run *run, struct dsmtp_task *tasks, unsigned count)
{
    struct ordered o = {.options = options, .tasks = tasks, .count = count};
    struct dsmtp_tlsrpt_file tlsrpt;
    int wrong = dsmtp_tlsrpt_file_open(&tlsrpt, options);

    if (wrong != 0)
        return wrong;
    o.colour = dsmtp_runner_colour();
    o.reports = calloc(count, sizeof(*o.reports));
    if (o.reports == NULL) {
        dsmtp_say("out of memory");
        return dsmtp_tlsrpt_file_close(&tlsrpt, NULL, EX_SOFTWARE);
    }
    o.runner = (struct dsmtp_runner){.setup = setup,
                                     .run = run,
                                     .feed = {&o, next, done, NULL, over},
                                     .jobs = options->jobs,
                                     .port = options->port,
                                     .tlsrpt = tlsrpt.report};
    if (dsmtp_runner_run(&o.runner) != DSMTP_OK)
        o.exit = EX_SOFTWARE;
    for (unsigned i = o.printed; i < count; i++)
        free(o.reports[i].text);
    free(o.reports);
    return dsmtp_tlsrpt_file_close(&tlsrpt, setup->helo, o.exit);
}
