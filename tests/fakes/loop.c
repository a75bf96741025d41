/* loop.c - the queue of loop.h. */
#include "fakes/loop.h"

#include <stdlib.h>

struct fake_entry {
    fake_call *call;
    void *owner, *arg;
    struct fake_entry *next;
};

void fake_post(struct fake_loop *loop, fake_call *call, void *owner, void *arg)
{
    struct fake_entry *e = malloc(sizeof(*e));
    struct fake_entry **at = &loop->first;

    if (e == NULL)
        abort();
    *e = (struct fake_entry){call, owner, arg, NULL};
    while (!loop->last_first && *at != NULL)
        at = &(*at)->next;
    e->next = *at;
    *at = e;
}

void fake_cancel(struct fake_loop *loop, const void *owner, const void *arg)
{
    struct fake_entry **at = &loop->first;

    while (*at != NULL) {
        struct fake_entry *e = *at;

        if (e->owner != owner || (arg != NULL && e->arg != arg)) {
            at = &e->next;
            continue;
        }
        *at = e->next;
        free(e);
    }
}

bool fake_step(struct fake_loop *loop)
{
    struct fake_entry *e = loop->first;

    if (e == NULL)
        return false;
    loop->first = e->next;
    e->call(e->owner, e->arg);
    free(e);
    return true;
}

bool fake_run(struct fake_loop *loop, unsigned calls)
{
    while (calls > 0 && fake_step(loop))
        calls--;
    return loop->first == NULL;
}
