/* targets.c - tasks of targets.h. */
#include "cli/targets.h"

#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "cli/input.h"
#include "cli/say.h"
#include "core/mailbox.h"

/* A policy table of some hundred thousand lines. */
#define TABLE_MAX ((size_t)16 << 20)
#define MEMORY_MAX ((size_t)256 << 20)

static int out_of_memory(void)
{
    dsmtp_say("out of memory");
    return EX_SOFTWARE;
}

int dsmtp_targets_policy(struct dsmtp_targets *t, const struct dsmtp_options *o)
{
    struct dsmtp_fault fault;
    enum dsmtp_status status;
    char *text;
    size_t len;
    int wrong;

    memset(t, 0, sizeof(*t));
    dsmtp_arena_init(&t->arena, MEMORY_MAX);
    if (o->policy_file == NULL)
        return 0;
    wrong = dsmtp_input_read(o->policy_file, TABLE_MAX, &text, &len);
    if (wrong != 0)
        return wrong;
    status = dsmtp_local_parse(&t->arena, text, len, o->policy_file, &t->local, &fault);
    free(text);
    if (status == DSMTP_OK)
        return 0;
    dsmtp_say("%s", fault.what);
    return status == DSMTP_SYNTAX ? EX_DATAERR : EX_SOFTWARE;
}

/* Room for as many tasks as there are arguments, and the policy table. */
static int prepare(struct dsmtp_targets *t, const struct dsmtp_options *o)
{
    int wrong = dsmtp_targets_policy(t, o);

    t->tasks = dsmtp_arena_alloc(&t->arena, (size_t)o->argc, sizeof(*t->tasks));
    return wrong == 0 && t->tasks == NULL ? out_of_memory() : wrong;
}

void dsmtp_targets_fill(struct dsmtp_task *task, const struct dsmtp_options *o,
                        const struct dsmtp_local *local, const struct dsmtp_nexthop *nexthop)
{
    task->nexthop = *nexthop;
    task->entry = dsmtp_local_find(local, nexthop);
    task->policy = task->entry != NULL ? task->entry->policy : o->default_policy;
}

static struct dsmtp_task *add(struct dsmtp_targets *t, const struct dsmtp_options *o,
                              const struct dsmtp_nexthop *nexthop)
{
    struct dsmtp_task *task = &t->tasks[t->count++];

    dsmtp_targets_fill(task, o, &t->local, nexthop);
    return task;
}

int dsmtp_targets_plan(struct dsmtp_targets *t, const struct dsmtp_options *o, const char *command)
{
    struct dsmtp_nexthop nexthop;
    struct dsmtp_fault fault;
    int wrong = prepare(t, o);

    if (wrong == 0 && o->argc == 0)
        wrong = dsmtp_say_usage(command, "no target; expected a domain, [HOST] or [ADDRESS]");
    for (int i = 0; wrong == 0 && i < o->argc; i++) {
        if (dsmtp_nexthop_parse(o->argv[i], &nexthop, &fault) != DSMTP_OK)
            wrong = dsmtp_say_usage(command, "%s", fault.what);
        else
            (void)add(t, o, &nexthop);
    }
    return wrong;
}

static bool same(const struct dsmtp_nexthop *a, const struct dsmtp_nexthop *b)
{
    return a->kind == b->kind && a->port == b->port && strcmp(a->name, b->name) == 0;
}

/* The list doubles whenever its length is a power of two. */
static bool make_room(struct dsmtp_targets *t, struct dsmtp_task *task)
{
    unsigned count = task->recipient_count;
    const char **bigger;

    if (count != 0 && (count & (count - 1)) != 0)
        return true;
    bigger = dsmtp_arena_alloc(&t->arena, count == 0 ? 1 : 2 * (size_t)count, sizeof(*bigger));
    if (bigger == NULL)
        return false;
    if (count > 0)
        memcpy(bigger, task->recipients, count * sizeof(*bigger));
    task->recipients = bigger;
    return true;
}

/* Put a recipient to the others of its next hop. Who is named twice gets one message. */
static int add_recipient(struct dsmtp_targets *t, const struct dsmtp_options *o,
                         const struct dsmtp_nexthop *nexthop, const char *address)
{
    struct dsmtp_task *task = NULL;

    for (unsigned i = 0; i < t->count && task == NULL; i++)
        if (same(&t->tasks[i].nexthop, nexthop))
            task = &t->tasks[i];
    if (task == NULL)
        task = add(t, o, nexthop);
    for (unsigned i = 0; i < task->recipient_count; i++)
        if (strcmp(task->recipients[i], address) == 0)
            return 0;
    if (!make_room(t, task))
        return out_of_memory();
    task->recipients[task->recipient_count++] = address;
    return 0;
}

int dsmtp_targets_send(struct dsmtp_targets *t, const struct dsmtp_options *o, const char *command)
{
    struct dsmtp_nexthop relay;
    struct dsmtp_fault fault;
    int wrong = prepare(t, o);

    if (wrong == 0 && o->argc == 0)
        wrong = dsmtp_say_usage(command, "no recipient; expected user@domain");
    if (wrong == 0 && o->nexthop != NULL &&
        dsmtp_nexthop_parse(o->nexthop, &relay, &fault) != DSMTP_OK)
        wrong = dsmtp_say_usage(command, "option --nexthop: %s", fault.what);
    for (int i = 0; wrong == 0 && i < o->argc; i++) {
        struct dsmtp_nexthop domain;
        const char *address = dsmtp_mailbox_strip(o->argv[i]);

        if (dsmtp_mailbox_parse(address, &domain, &fault) != DSMTP_OK)
            wrong = dsmtp_say_usage(command, "recipient \"%.300s\": %s", o->argv[i], fault.what);
        else
            wrong = add_recipient(t, o, o->nexthop != NULL ? &relay : &domain, address);
    }
    return wrong;
}

void dsmtp_targets_fini(struct dsmtp_targets *t)
{
    dsmtp_arena_fini(&t->arena);
}
