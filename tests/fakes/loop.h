/* loop.h - an event loop for the fakes: a queue of calls, run one after the other until it is
 * empty. */
#ifndef TESTS_FAKES_LOOP_H
#define TESTS_FAKES_LOOP_H

#include <stdbool.h>

typedef void fake_call(void *owner, void *arg);

struct fake_entry;
struct fake_loop {
    struct fake_entry *first;
    bool last_first; /* run the newest call first */
};

/* Call call(owner, arg) later. */
void fake_post(struct fake_loop *loop, fake_call *call, void *owner, void *arg);
/* Forget all calls for this owner, or those with this arg as well. */
void fake_cancel(struct fake_loop *loop, const void *owner, const void *arg);
/* Run until nothing is left, at most so many calls; false: something is left. */
bool fake_run(struct fake_loop *loop, unsigned calls);
/* Run one call; false: there is none. */
bool fake_step(struct fake_loop *loop);

#endif
