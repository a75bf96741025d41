/* init.c - the first process of a world: prepares mounts and loopback, starts body, reaps orphans
 * until body ends. */
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "world/internal.h"

int lab_loopback_up(struct lab_fault *fault)
{
    struct ifreq lo = {.ifr_name = "lo", .ifr_flags = IFF_UP};
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    int rc = 0;

    if (fd < 0 || ioctl(fd, SIOCSIFFLAGS, &lo) != 0)
        rc = lab_fail_errno(fault, "cannot switch the loopback device on");
    if (fd >= 0)
        (void)close(fd);
    return rc;
}

static int prepare(struct lab_fault *fault)
{
    if (mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0)
        return lab_world_refused("cannot make mounts private", fault);
    /* refused where parts of the old one are hidden (containers); that one will do */
    (void)mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL);
    if (mount("tmpfs", "/run", "tmpfs", MS_NOSUID | MS_NODEV, "mode=755,size=512m") != 0)
        return lab_world_refused("cannot mount a tmpfs on /run", fault);
    /* libfaketime puts shared memory there, named after the PID */
    if (mount("tmpfs", "/dev/shm", "tmpfs", MS_NOSUID | MS_NODEV, "mode=1777,size=64m") != 0 &&
        errno != ENOENT)
        return lab_world_refused("cannot mount a tmpfs on /dev/shm", fault);
    if (mkdir(LAB_WORLD_DIR, 0755) != 0)
        return lab_fail_errno(fault, "%s: cannot make directory", LAB_WORLD_DIR);
    return lab_loopback_up(fault);
}

/* Until body ends. Its end is ours, and ours is everybody's. */
static int reap(pid_t body, const sigset_t *watched)
{
    bool passed = false;

    for (;;) {
        int sig = sigwaitinfo(watched, NULL);
        int status;
        pid_t pid;

        while (sig == SIGCHLD && (pid = waitpid(-1, &status, WNOHANG)) > 0) {
            if (pid == body)
                return lab_exit_code(status);
        }
        if (sig > 0 && sig != SIGCHLD && !passed) {
            passed = true;
            (void)kill(body, sig);
        }
    }
}

_Noreturn void lab_world_init(const struct lab_entry *entry)
{
    struct lab_fault fault;
    char go;
    pid_t body;

    /* armed before the caller is told, so that its death is noticed at any time: by signal or by
     * end of file */
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
    (void)close(entry->parent_link);
    if (send(entry->link, "", 1, MSG_NOSIGNAL) != 1 || read(entry->link, &go, 1) != 1)
        _exit(EX_OSERR);
    if (prepare(&fault) != 0) {
        (void)send(entry->link, &fault, sizeof(fault), MSG_NOSIGNAL);
        _exit(EX_OSERR);
    }
    (void)close(entry->link);
    body = fork();
    if (body < 0)
        _exit(EX_OSERR);
    if (body == 0) {
        (void)sigprocmask(SIG_SETMASK, &entry->mask, NULL);
        exit(entry->body(entry->self) & 255);
    }
    _exit(reap(body, &entry->watched));
}
