/* spaces.h - namespaces as descriptors, and programs started in them. Shared by lab/world and the
 * commands that visit a world from outside (lab/cli/up.c). */
#ifndef LAB_WORLD_SPACES_H
#define LAB_WORLD_SPACES_H

#include <sys/types.h>

#include "base/base.h"

/* Descriptors of namespaces; -1: stay where one is. */
struct lab_spaces {
    int user;
    int pid; /* holds for children only */
    int ipc;
    int net;
    int uts;
    int mnt;
};
#define LAB_SPACES_NONE        \
    {                          \
        -1, -1, -1, -1, -1, -1 \
    }

/* The caller's own network, UTS and mount namespace. */
LAB_MUST_USE int lab_spaces_here(struct lab_spaces *out, struct lab_fault *fault);
/* Move the caller; after a change of mounts its working directory is "/". */
LAB_MUST_USE int lab_spaces_enter(const struct lab_spaces *to, struct lab_fault *fault);
/* The same to a network alone. */
LAB_MUST_USE int lab_spaces_enter_net(int net, struct lab_fault *fault);
void lab_spaces_close(struct lab_spaces *s);

struct lab_launch {
    char *const *argv;
    const struct lab_spaces *where; /* NULL: here */
    const char *bin; /* not NULL: a sender; PATH begins with it, and the clock is prepared */
    const char *cwd; /* NULL: the caller's, or "/" where that does not exist */
    int in;          /* standard streams; -1: /dev/null */
    int out;
    int err;
    bool watches_clock; /* a sender or the like that lives on while the clock is set */
};

/* Fork and exec; argv[0] is looked up in PATH. Returns the PID, or -1 when the program could not be
 * started; the fault's status is EX_UNAVAILABLE if it does not exist, EX_NOPERM if it cannot be
 * executed. */
LAB_MUST_USE pid_t lab_launch(const struct lab_launch *l, struct lab_fault *fault);

/* Exit status of a waitpid status as shells count it: 128 + signal for a killed process. */
int lab_exit_code(int status);

#endif
