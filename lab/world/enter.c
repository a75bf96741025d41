/* enter.c - lab_world_enter: the caller's side. It makes the namespaces, maps the user and then
 * waits, passing signals on. */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "world/internal.h"
#include "world/spaces.h"

#define GRACE_MS 3000 /* from the first signal to SIGKILL */
#define REPEAT_MS \
    200 /* a signal that follows sooner is the same one, sent by terminal and parent both */

/* Where an ordinary user's namespaces are forbidden, and what to do about it. */
static const struct {
    const char *path;
    char forbids;
    const char *remedy;
} gates[] = {
    {"/proc/sys/user/max_user_namespaces", '0', "sysctl -w user.max_user_namespaces=10000"},
    {"/proc/sys/kernel/unprivileged_userns_clone", '0',
     "sysctl -w kernel.unprivileged_userns_clone=1"},
    {"/proc/sys/kernel/apparmor_restrict_unprivileged_userns", '1',
     "sysctl -w kernel.apparmor_restrict_unprivileged_userns=0"},
};

int lab_world_refused(const char *what, struct lab_fault *fault)
{
    int saved = errno;

    for (size_t i = 0; i < LAB_COUNT(gates); i++) {
        struct lab_fault ignored;
        char *text = NULL;
        bool shut =
            lab_file_read(gates[i].path, &text, NULL, &ignored) == 0 && text[0] == gates[i].forbids;

        free(text);
        if (shut)
            return lab_fail(fault, EX_UNAVAILABLE, "%s: %s (%s is %c; as root: %s)", what,
                            strerror(saved), gates[i].path, gates[i].forbids, gates[i].remedy);
    }
    if (saved == ENOSPC)
        return lab_fail(fault, EX_UNAVAILABLE, "%s: too many exist (see sysctl user)", what);
    return lab_fail(
        fault, EX_UNAVAILABLE,
        "%s: %s (namespaces are needed: inside a container it must be a privileged one)", what,
        strerror(saved));
}

static int write_proc(pid_t pid, const char *name, const char *text, struct lab_fault *fault)
{
    char *path = lab_format("/proc/%ld/%s", (long)pid, name);
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    int rc = 0;

    if (fd < 0 || write(fd, text, strlen(text)) != (ssize_t)strlen(text))
        rc = lab_fail_errno(fault, "%s: cannot write", path);
    if (fd >= 0)
        (void)close(fd);
    free(path);
    return rc;
}

/* Root keeps all users that it has, each as itself: senders want to change to users of their own.
 * A line of the map is "first-inside first-outside count"; inside of ours is outside of the new. */
static char *identity_map(const char *path)
{
    struct lab_text map = {0};
    struct lab_fault ignored;
    char *text = NULL;
    char *end;

    lab_text_add(&map, "", 0);
    if (lab_file_read(path, &text, NULL, &ignored) != 0)
        return map.text;
    for (char *p = text; *p != '\0'; p = end + strspn(end, " \n")) {
        unsigned long first = strtoul(p, &end, 10);

        (void)strtoul(end, &end, 10);
        lab_text_put(&map, "%lu %lu %lu\n", first, first, strtoul(end, &end, 10));
        if (end == p)
            break;
    }
    free(text);
    return map.text;
}

static int map_users(pid_t pid, struct lab_fault *fault)
{
    bool root = geteuid() == 0;
    char *users = root ? identity_map("/proc/self/uid_map")
                       : lab_format("0 %lu 1\n", (unsigned long)geteuid());
    char *groups = root ? identity_map("/proc/self/gid_map")
                        : lab_format("0 %lu 1\n", (unsigned long)getegid());
    int rc = root ? 0 : write_proc(pid, "setgroups", "deny", fault);

    if (rc == 0 && (write_proc(pid, "uid_map", users, fault) != 0 ||
                    write_proc(pid, "gid_map", groups, fault) != 0))
        rc = -1;
    free(users);
    free(groups);
    return rc;
}

/* Wait for pid's end; the first signal is passed on, a second one or the end of the grace period
 * kills. */
static int attend(pid_t pid, const sigset_t *watched)
{
    int64_t first = 0;
    int status = 0;

    while (waitpid(pid, &status, WNOHANG) == 0) {
        int64_t left = first == 0 ? GRACE_MS : first + GRACE_MS - lab_now_ms();
        struct timespec wait = {.tv_sec = left / 1000, .tv_nsec = left % 1000 * 1000000};
        int sig = left > 0 ? sigtimedwait(watched, NULL, &wait) : 0;

        if (left <= 0 ||
            (sig > 0 && sig != SIGCHLD && first != 0 && lab_now_ms() - first > REPEAT_MS)) {
            (void)kill(pid, SIGKILL);
            (void)waitpid(pid, &status, 0);
            break;
        }
        if (sig > 0 && sig != SIGCHLD && first == 0) {
            first = lab_now_ms();
            (void)kill(pid, sig);
        }
    }
    return lab_exit_code(status);
}

/* The handshake: the child tells that it will die with us, then we give it its users and let it go.
 */
static int let_go(pid_t pid, int link, bool mapped, struct lab_fault *fault)
{
    char armed;

    if (read(link, &armed, 1) != 1)
        return lab_fail(fault, EX_OSERR, "the world's first process died");
    if (mapped && map_users(pid, fault) != 0)
        return -1;
    return send(link, "", 1, MSG_NOSIGNAL) == 1
               ? 0
               : lab_fail_errno(fault, "the world's first process died");
}

/* Like fork. glibc has no call for it: its clone() wants a stack of its own. */
static pid_t clone_world(bool *mapped)
{
    const unsigned long spaces =
        CLONE_NEWNS | CLONE_NEWNET | CLONE_NEWPID | CLONE_NEWUTS | CLONE_NEWIPC;
    long pid = syscall(SYS_clone, CLONE_NEWUSER | spaces | SIGCHLD, NULL, NULL, NULL, NULL);

    *mapped = true;
    if (pid < 0 && geteuid() == 0) {
        /* no user namespaces on this machine, or not in this chroot; root can do without */
        *mapped = false;
        pid = syscall(SYS_clone, spaces | SIGCHLD, NULL, NULL, NULL, NULL);
    }
    return (pid_t)pid;
}

static int run_world(struct lab_entry *entry, int link, const sigset_t *watched,
                     struct lab_fault *fault)
{
    struct lab_fault told;
    bool mapped;
    int code;
    pid_t pid;

    (void)fflush(NULL);
    pid = clone_world(&mapped);
    if (pid < 0)
        return lab_world_refused("cannot make namespaces", fault);
    if (pid == 0)
        lab_world_init(entry);
    (void)close(entry->link);
    entry->link = -1;
    if (let_go(pid, link, mapped, fault) != 0) {
        (void)kill(pid, SIGKILL);
        (void)waitpid(pid, NULL, 0);
        return -1;
    }
    code = attend(pid, watched);
    /* a word from the child means that it did not get as far as body */
    if (recv(link, &told, sizeof(told), MSG_DONTWAIT) == (ssize_t)sizeof(told)) {
        *fault = told;
        return -1;
    }
    return code;
}

/* Signals to watch for; those that the caller was told to ignore (nohup) stay ignored. */
static void choose_signals(sigset_t *out)
{
    static const int ending[] = {SIGINT, SIGTERM, SIGHUP};

    (void)sigemptyset(out);
    (void)sigaddset(out, SIGCHLD);
    for (size_t i = 0; i < LAB_COUNT(ending); i++) {
        struct sigaction now;

        if (sigaction(ending[i], NULL, &now) == 0 && now.sa_handler != SIG_IGN)
            (void)sigaddset(out, ending[i]);
    }
}

int lab_world_enter(int (*body)(void *self), void *self, struct lab_fault *fault)
{
    struct lab_entry entry = {.body = body, .self = self};
    struct sigaction plain = {.sa_handler = SIG_DFL};
    struct sigaction before;
    sigset_t watched;
    int pair[2];
    int rc;

    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) != 0)
        return lab_fail_errno(fault, "cannot make a socket pair");
    entry.link = pair[1];
    entry.parent_link = pair[0];
    choose_signals(&watched);
    entry.watched = watched;
    (void)sigaction(SIGCHLD, &plain, &before); /* an inherited SIG_IGN would lose the exit status */
    (void)sigprocmask(SIG_BLOCK, &watched, &entry.mask);
    rc = run_world(&entry, pair[0], &watched, fault);
    (void)sigprocmask(SIG_SETMASK, &entry.mask, NULL);
    (void)sigaction(SIGCHLD, &before, NULL);
    (void)close(pair[0]);
    if (entry.link >= 0)
        (void)close(entry.link);
    return rc;
}
