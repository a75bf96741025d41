/* client.c - the driver: requests become jobs on one loop. */
#include <event2/event.h>
#include <event2/event_struct.h>
#include <stdlib.h>
#include <sys/queue.h>

#include "adapt/file.h"
#include "api/request.h"
#include "api/setup.h"
#include "api/sized.h"
#include "core/mailbox.h"
#include "core/message.h"
#include "run/job.h"

/* A policy table of some hundred thousand lines, and what it becomes. */
#define TABLE_MAX ((size_t)16 << 20)
#define TABLE_MEMORY ((size_t)256 << 20)
#define MESSAGE_MAX ((size_t)64 << 20)
/* What is copied of one request: the message's dots may all have to be stuffed. */
#define REQUEST_MEMORY (4 * MESSAGE_MAX)

struct work {
    TAILQ_ENTRY(work) link;
    struct dsmtp_client *client;
    struct dsmtp_arena arena;
    struct dsmtp_errand errand;
    struct dsmtp_engine engine;
    struct dsmtp_job_config config;
    struct dsmtp_job *job;
    struct event turn; /* the job begins in the loop, so that done never comes from inside start */
    dsmtp_done_fn *done;
    void *arg;
};

TAILQ_HEAD(work_list, work);

struct dsmtp_client {
    struct dsmtp_setup setup;
    struct dsmtp_arena arena; /* of the policy table */
    struct dsmtp_local table;
    struct work_list works;
    struct event farewell; /* close was called from inside done */
    unsigned started;
    bool serving; /* done is being called */
    bool running; /* inside dsmtp_client_run */
    bool closing;
};

/* --- one request --------------------------------------------------------------------------------
 */

static void free_work(struct work *w)
{
    dsmtp_job_close(&w->job);
    (void)event_del(&w->turn);
    dsmtp_arena_fini(&w->arena);
    free(w);
}

static void stop_if_idle(struct dsmtp_client *c)
{
    if (c->running && TAILQ_EMPTY(&c->works))
        dsmtp_loop_stop(&c->setup.loop);
}

/* The outcome lives in the job, and the job needs the work. */
static void finish(struct work *w, enum dsmtp_status status, const struct dsmtp_outcome *outcome)
{
    struct dsmtp_client *c = w->client;
    struct dsmtp_fault fault = {.status = status};

    TAILQ_REMOVE(&c->works, w, link);
    if (outcome == NULL)
        (void)dsmtp_fault_set(&fault, status, "%s: %s", w->errand.target,
                              dsmtp_status_text(status));
    c->serving = true;
    w->done(w->arg, outcome, outcome != NULL ? NULL : &fault);
    c->serving = false;
    free_work(w);
    stop_if_idle(c);
}

static void on_job(void *arg, struct dsmtp_job *job, enum dsmtp_status status,
                   const struct dsmtp_outcome *outcome)
{
    (void)job;
    finish(arg, status, outcome);
}

static void on_turn(evutil_socket_t fd, short what, void *arg)
{
    struct work *w = arg;
    enum dsmtp_status status;

    (void)fd;
    (void)what;
    /* A job without any question ends in here: then the work is gone. */
    status = dsmtp_job_open(&w->config, &w->job);
    if (status != DSMTP_OK)
        finish(w, status, NULL);
}

/* --- what a request has to be -------------------------------------------------------------------
 */

static enum dsmtp_status out_of_memory(struct dsmtp_fault *fault)
{
    return dsmtp_fault_set(fault, DSMTP_NOMEM, "out of memory");
}

static enum dsmtp_status read_mailbox(struct dsmtp_arena *arena, const char *what,
                                      const char *given, const char **out,
                                      struct dsmtp_fault *fault)
{
    struct dsmtp_nexthop domain;
    struct dsmtp_fault wrong;

    if (given == NULL)
        return dsmtp_fault_set(fault, DSMTP_SYNTAX, "no %s; expected user@domain", what);
    if (dsmtp_mailbox_parse(given, &domain, &wrong) != DSMTP_OK)
        return dsmtp_fault_set(fault, DSMTP_SYNTAX, "%s \"%.200s\": %.300s", what, given,
                               wrong.what);
    *out = dsmtp_arena_strdup(arena, given);
    return *out != NULL ? DSMTP_OK : out_of_memory(fault);
}

static enum dsmtp_status read_recipients(struct work *w, const struct dsmtp_request *r,
                                         struct dsmtp_fault *fault)
{
    const char **list = dsmtp_arena_alloc(&w->arena, r->recipient_count, sizeof(*list));

    if (list == NULL)
        return out_of_memory(fault);
    if (r->recipient_count == 0 || r->recipients == NULL)
        return dsmtp_fault_set(fault, DSMTP_SYNTAX, "no recipient; expected user@domain");
    for (size_t i = 0; i < r->recipient_count; i++)
        DSMTP_TRY(read_mailbox(&w->arena, "recipient", r->recipients[i], &list[i], fault));
    w->config.recipients = list;
    w->config.recipient_count = (unsigned)r->recipient_count;
    return DSMTP_OK;
}

static enum dsmtp_status read_mail(struct work *w, const struct dsmtp_request *r,
                                   struct dsmtp_fault *fault)
{
    char *wire;

    if (r->sender != NULL && r->sender[0] == '\0')
        w->config.from = "";
    else
        DSMTP_TRY(read_mailbox(&w->arena, "sender", r->sender, &w->config.from, fault));
    DSMTP_TRY(read_recipients(w, r, fault));
    if (r->message == NULL || r->message_len == 0)
        return dsmtp_fault_set(fault, DSMTP_SYNTAX, "no message; expected a header and a body");
    if (r->message_len > MESSAGE_MAX)
        return dsmtp_fault_set(fault, DSMTP_TOOBIG, "message of %zu octets; the limit is %zu",
                               r->message_len, MESSAGE_MAX);
    wire = dsmtp_arena_alloc(&w->arena, dsmtp_message_room(r->message_len), 1);
    if (wire == NULL)
        return out_of_memory(fault);
    w->config.len = dsmtp_message_wire(r->message, r->message_len, wire);
    w->config.data = wire;
    return DSMTP_OK;
}

static enum dsmtp_status read_request(struct work *w, const struct dsmtp_request *r,
                                      struct dsmtp_fault *fault)
{
    struct dsmtp_client *c = w->client;

    if ((unsigned)r->mode > DSMTP_MODE_SEND)
        return dsmtp_fault_set(fault, DSMTP_SYNTAX, "no mode %u", (unsigned)r->mode);
    DSMTP_TRY(dsmtp_errand_read(r, &c->table, &w->arena, &w->errand, fault));
    w->engine = c->setup.engine;
    /* A client lives long, and is not to prefer the same hosts all the time. */
    w->engine.seed += c->started++;
    w->engine.service_port = w->errand.nexthop.port;
    w->engine.dial_port =
        c->setup.options.port != 0 ? c->setup.options.port : w->errand.nexthop.port;
    w->config = (struct dsmtp_job_config){
        .engine = &w->engine,
        .mode = r->mode,
        .target = w->errand.target,
        .nexthop = w->errand.nexthop.name,
        .kind = w->errand.nexthop.kind,
        .policy = w->errand.policy,
        .entry = w->errand.entry,
        .done = on_job,
        .arg = w,
    };
    return r->mode == DSMTP_MODE_SEND ? read_mail(w, r, fault) : DSMTP_OK;
}

enum dsmtp_status dsmtp_client_start(struct dsmtp_client *c, const struct dsmtp_request *given,
                                     dsmtp_done_fn *done, void *arg, struct dsmtp_fault *fault)
{
    struct dsmtp_fault own;
    struct dsmtp_request request;
    struct work *w;
    enum dsmtp_status status;

    fault = dsmtp_fault_or(fault, &own);
    DSMTP_TRY(dsmtp_sized_take(&request, sizeof(request), given, "dsmtp_request", fault));
    if (done == NULL || c->closing)
        return dsmtp_fault_set(fault, DSMTP_MISUSE, "%s",
                               done == NULL ? "nobody to tell" : "the client is being closed");
    w = calloc(1, sizeof(*w));
    if (w == NULL)
        return out_of_memory(fault);
    w->client = c;
    w->done = done;
    w->arg = arg;
    dsmtp_arena_init(&w->arena, REQUEST_MEMORY);
    (void)event_assign(&w->turn, c->setup.loop.base, -1, 0, on_turn, w);
    status = read_request(w, &request, fault);
    if (status != DSMTP_OK) {
        free_work(w);
        return status;
    }
    TAILQ_INSERT_TAIL(&c->works, w, link);
    event_active(&w->turn, EV_TIMEOUT, 0);
    return DSMTP_OK;
}

void dsmtp_client_forget(struct dsmtp_client *c, const void *arg)
{
    struct work *next;

    for (struct work *w = TAILQ_FIRST(&c->works); w != NULL; w = next) {
        next = TAILQ_NEXT(w, link);
        if (w->arg != arg)
            continue;
        TAILQ_REMOVE(&c->works, w, link);
        free_work(w);
    }
    stop_if_idle(c);
}

/* --- the client ---------------------------------------------------------------------------------
 */

static enum dsmtp_status read_table(struct dsmtp_client *c, const char *given,
                                    struct dsmtp_fault *fault)
{
    char *text;
    size_t len;
    const char *file;
    enum dsmtp_status status;

    if (given == NULL)
        return DSMTP_OK;
    file = dsmtp_arena_strdup(&c->arena, given);
    if (file == NULL)
        return out_of_memory(fault);
    DSMTP_TRY(dsmtp_file_read(file, TABLE_MAX, &text, &len, fault));
    status = dsmtp_local_parse(&c->arena, text, len, file, &c->table, fault);
    free(text);
    return status;
}

static void drop_works(struct dsmtp_client *c)
{
    struct work *w;

    while ((w = TAILQ_FIRST(&c->works)) != NULL) {
        TAILQ_REMOVE(&c->works, w, link);
        free_work(w);
    }
}

static void free_client(struct dsmtp_client *c)
{
    drop_works(c);
    if (event_initialized(&c->farewell))
        (void)event_del(&c->farewell);
    dsmtp_setup_close(&c->setup);
    dsmtp_arena_fini(&c->arena);
    free(c);
}

static void on_farewell(evutil_socket_t fd, short what, void *arg)
{
    struct dsmtp_client *c = arg;

    (void)fd;
    (void)what;
    if (c->running)
        dsmtp_loop_stop(&c->setup.loop);
    else
        free_client(c);
}

static enum dsmtp_status begin(struct dsmtp_client *c, const struct dsmtp_client_options *options,
                               struct dsmtp_fault *fault)
{
    DSMTP_TRY(read_table(c, options->policy_file, fault));
    DSMTP_TRY(dsmtp_setup_open(&c->setup, options, "", fault));
    (void)event_assign(&c->farewell, c->setup.loop.base, -1, 0, on_farewell, c);
    return DSMTP_OK;
}

enum dsmtp_status dsmtp_client_open(const struct dsmtp_client_options *given,
                                    struct dsmtp_client **out, struct dsmtp_fault *fault)
{
    struct dsmtp_fault own;
    struct dsmtp_client_options options = {.size = sizeof(options)};
    struct dsmtp_client *c;
    enum dsmtp_status status;

    *out = NULL;
    fault = dsmtp_fault_or(fault, &own);
    if (given != NULL)
        DSMTP_TRY(
            dsmtp_sized_take(&options, sizeof(options), given, "dsmtp_client_options", fault));
    c = calloc(1, sizeof(*c));
    if (c == NULL)
        return out_of_memory(fault);
    TAILQ_INIT(&c->works);
    dsmtp_arena_init(&c->arena, TABLE_MEMORY);
    status = begin(c, &options, fault);
    if (status != DSMTP_OK) {
        free_client(c);
        return status;
    }
    *out = c;
    return DSMTP_OK;
}

/* From inside done the stack below is still at work with what would be freed. */
void dsmtp_client_close(struct dsmtp_client **client)
{
    struct dsmtp_client *c = *client;

    *client = NULL;
    if (c == NULL || c->closing)
        return;
    if (!c->serving && !c->running) {
        free_client(c);
        return;
    }
    c->closing = true;
    drop_works(c);
    event_active(&c->farewell, EV_TIMEOUT, 0);
}

enum dsmtp_status dsmtp_client_run(struct dsmtp_client *c)
{
    enum dsmtp_status status = DSMTP_OK;
    bool idle;

    if (!c->setup.own_loop || c->running || c->serving)
        return DSMTP_MISUSE;
    c->running = true;
    if (!TAILQ_EMPTY(&c->works))
        status = dsmtp_loop_run(&c->setup.loop);
    c->running = false;
    idle = TAILQ_EMPTY(&c->works);
    if (c->closing)
        free_client(c);
    return status == DSMTP_OK && !idle ? DSMTP_SYSTEM : status;
}
