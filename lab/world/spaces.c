/* spaces.c - the namespaces and programs of spaces.h. */
#include "world/spaces.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/close_range.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

static int own(const char *name, struct lab_fault *fault)
{
    char *path = lab_format("/proc/self/ns/%s", name);
    int fd = open(path, O_RDONLY | O_CLOEXEC);

    if (fd < 0)
        (void)lab_fail_errno(fault, "%s: cannot open", path);
    free(path);
    return fd;
}

int lab_spaces_here(struct lab_spaces *out, struct lab_fault *fault)
{
    struct lab_spaces here = LAB_SPACES_NONE;

    if ((here.net = own("net", fault)) < 0 || (here.uts = own("uts", fault)) < 0 ||
        (here.mnt = own("mnt", fault)) < 0) {
        lab_spaces_close(&here);
        return -1;
    }
    *out = here;
    return 0;
}

int lab_spaces_enter(const struct lab_spaces *to, struct lab_fault *fault)
{
    /* the user namespace first: it gives the right to enter the others */
    const struct {
        int fd;
        int type;
        const char *name;
    } steps[] = {{to->user, CLONE_NEWUSER, "user"}, {to->pid, CLONE_NEWPID, "PID"},
                 {to->ipc, CLONE_NEWIPC, "IPC"},    {to->net, CLONE_NEWNET, "network"},
                 {to->uts, CLONE_NEWUTS, "UTS"},    {to->mnt, CLONE_NEWNS, "mount"}};

    for (size_t i = 0; i < LAB_COUNT(steps); i++) {
        if (steps[i].fd >= 0 && setns(steps[i].fd, steps[i].type) != 0)
            return lab_fail_errno(fault, "cannot enter the world's %s namespace", steps[i].name);
    }
    return 0;
}

int lab_spaces_enter_net(int net, struct lab_fault *fault)
{
    struct lab_spaces to = LAB_SPACES_NONE;

    to.net = net;
    return lab_spaces_enter(&to, fault);
}

void lab_spaces_close(struct lab_spaces *s)
{
    int *fds[] = {&s->user, &s->pid, &s->ipc, &s->net, &s->uts, &s->mnt};

    for (size_t i = 0; i < LAB_COUNT(fds); i++) {
        if (*fds[i] >= 0)
            (void)close(*fds[i]);
        *fds[i] = -1;
    }
}

/* What programs need to live at the lab's time: /etc/faketimerc is to count, not the caller's own
 * settings; monotonic clocks stay real, for the kernel's timers know only those. */
static void prepare_environment(const struct lab_launch *l)
{
    const char *old = getenv("PATH");
    char *path = lab_format("%s:%s:/usr/local/sbin:/usr/sbin:/sbin", l->bin,
                            old != NULL ? old : "/usr/local/bin:/usr/bin:/bin");

    (void)setenv("PATH", path, 1);
    (void)setenv("FAKETIME_DONT_FAKE_MONOTONIC", "1", 1);
    (void)setenv("FAKETIME_TIMESTAMP_FILE", "/etc/faketimerc", 1);
    (void)unsetenv("FAKETIME");
    /* the clock may be set, and libfaketime would look only every ten seconds */
    if (l->watches_clock)
        (void)setenv("FAKETIME_NO_CACHE", "1", 1);
    free(path);
}

static int place_streams(const struct lab_launch *l, struct lab_fault *fault)
{
    const int wanted[3] = {l->in, l->out, l->err};
    int copies[3];

    /* copies above 2 first, so that no stream overwrites one that is still to be placed */
    for (int i = 0; i < 3; i++) {
        int from = wanted[i] >= 0 ? wanted[i] : open("/dev/null", O_RDWR | O_CLOEXEC);

        copies[i] = fcntl(from, F_DUPFD_CLOEXEC, 3);
        if (copies[i] < 0)
            return lab_fail_errno(fault, "cannot prepare the standard streams");
    }
    for (int i = 0; i < 3; i++) {
        if (dup2(copies[i], i) < 0)
            return lab_fail_errno(fault, "cannot prepare the standard streams");
    }
    return close_range(3, ~0U, CLOSE_RANGE_CLOEXEC) == 0
               ? 0
               : lab_fail_errno(fault, "cannot mark descriptors");
}

/* Ignored and blocked signals survive exec; a program starts with neither. */
static void reset_signals(void)
{
    sigset_t none;

    for (int sig = 1; sig < NSIG; sig++) {
        if (sig != SIGKILL && sig != SIGSTOP)
            (void)signal(sig, SIG_DFL);
    }
    (void)sigemptyset(&none);
    (void)sigprocmask(SIG_SETMASK, &none, NULL);
}

/* Returns only when exec is impossible. */
static void become(const struct lab_launch *l, struct lab_fault *fault)
{
    char here[PATH_MAX];
    const char *cwd = l->cwd;

    if (cwd == NULL && l->where != NULL)
        cwd = getcwd(here, sizeof(here));
    if (place_streams(l, fault) != 0 ||
        (l->where != NULL && lab_spaces_enter(l->where, fault) != 0))
        return;
    if (cwd != NULL && chdir(cwd) != 0 && (l->cwd != NULL || chdir("/") != 0)) {
        (void)lab_fail_errno(fault, "%s: cannot change directory", cwd);
        return;
    }
    if (l->bin != NULL)
        prepare_environment(l);
    reset_signals();
    (void)execvp(l->argv[0], l->argv);
    (void)lab_fail_errno(fault, "%s: cannot execute", l->argv[0]);
    fault->status = errno == ENOENT ? EX_UNAVAILABLE : EX_NOPERM;
}

pid_t lab_launch(const struct lab_launch *l, struct lab_fault *fault)
{
    struct lab_fault told;
    int news[2];
    pid_t pid;
    ssize_t got;

    if (pipe2(news, O_CLOEXEC) != 0)
        return lab_fail_errno(fault, "cannot make a pipe");
    pid = fork();
    if (pid == 0) {
        int tell = fcntl(news[1], F_DUPFD_CLOEXEC, 3);

        become(l, &told);
        _exit(write(tell, &told, sizeof(told)) == (ssize_t)sizeof(told) ? 127 : 126);
    }
    (void)close(news[1]);
    if (pid < 0) {
        (void)lab_fail_errno(fault, "cannot fork");
        (void)close(news[0]);
        return -1;
    }
    /* end of file: exec closed the other end */
    do {
        got = read(news[0], &told, sizeof(told));
    } while (got < 0 && errno == EINTR);
    (void)close(news[0]);
    if (got == 0)
        return pid;
    (void)waitpid(pid, NULL, 0);
    if (got != (ssize_t)sizeof(told))
        return lab_fail(fault, EX_OSERR, "%s: cannot start", l->argv[0]);
    *fault = told;
    return -1;
}

int lab_exit_code(int status)
{
    return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}
