/* daemon.c - the life of one daemon: started, looked after, stopped. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "world/internal.h"

int lab_daemon_start(struct lab_daemon *d, char *const argv[], const struct lab_spaces *where,
                     const char *bin, struct lab_fault *fault)
{
    int log = open(d->log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
    const struct lab_launch l = {argv, where, bin, "/", -1, log, log, true};
    pid_t pid;

    if (log < 0)
        return lab_fail_errno(fault, "%s: cannot create", d->log);
    pid = lab_launch(&l, fault);
    (void)close(log);
    if (pid < 0)
        return -1;
    d->pid = pid;
    return 0;
}

char *lab_last_line(const char *path)
{
    struct lab_fault ignored;
    char *text = NULL;
    char *line;
    size_t len;

    if (lab_file_read(path, &text, &len, &ignored) != 0)
        return lab_strdup("(no log)");
    while (len > 0 && text[len - 1] == '\n')
        text[--len] = '\0';
    line = strrchr(text, '\n');
    line = lab_strdup(len == 0 ? "(nothing in its log)" : line != NULL ? line + 1 : text);
    free(text);
    return line;
}

int lab_daemon_check(struct lab_daemon *d, struct lab_fault *fault)
{
    char *line;
    int status;

    if (d->pid == 0)
        return lab_fail(fault, EX_SOFTWARE, "%s does not run", d->name);
    if (waitpid(d->pid, &status, WNOHANG) == 0)
        return 0;
    d->pid = 0;
    line = lab_last_line(d->log);
    (void)lab_fail(fault, EX_SOFTWARE, "%s ended (status %d): %s", d->name, lab_exit_code(status),
                   line);
    free(line);
    return -1;
}

/* They have nothing to save: no reason to ask them. */
void lab_daemon_stop(struct lab_daemon *d)
{
    if (d->pid == 0)
        return;
    (void)kill(d->pid, SIGKILL);
    while (waitpid(d->pid, NULL, 0) < 0 && errno == EINTR)
        continue;
    d->pid = 0;
}
