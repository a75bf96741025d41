/* state.h - the world that is up, as the commands that come after find it: a lock and a file in a
 * directory of the user's own,
 * ${XDG_RUNTIME_DIR:-/tmp}/danelab-UID. */
#ifndef LAB_CLI_STATE_H
#define LAB_CLI_STATE_H

#include <sys/types.h>

#include "base/base.h"
#include "world/spaces.h"

struct lab_state {
    pid_t pid; /* a process in the world that holds these descriptors of the sender's place */
    unsigned long long started; /* its start time, so that a later process of the same number is not
                                   taken for it */
    int net;
    int uts;
    int mnt;
};

/* Open the directory, making it if need be. It must be the user's own and closed to others. Returns
 * a descriptor. */
LAB_MUST_USE int lab_state_open(struct lab_fault *fault);
/* Take the lock that a world holds as long as any process of it has dir open; false: one is up. */
LAB_MUST_USE bool lab_state_lock(int dir);
/* Both: a descriptor with the lock, of the directory that the path leads to; or, with *taken set,
 * without it: a world is up. */
LAB_MUST_USE int lab_state_claim(bool *taken, struct lab_fault *fault);
LAB_MUST_USE int lab_state_write(int dir, struct lab_state *state, struct lab_fault *fault);
/* The file, and the directory if it is empty then; the caller holds the lock. */
void lab_state_remove(int dir);
/* The world that is up: its state, and a pidfd of its process. -1: there is none. */
LAB_MUST_USE int lab_state_find(int dir, struct lab_state *out, struct lab_fault *fault);
/* Descriptors of the sender's place, for lab_spaces_enter. */
LAB_MUST_USE int lab_state_spaces(const struct lab_state *state, struct lab_spaces *out,
                                  struct lab_fault *fault);

#endif
