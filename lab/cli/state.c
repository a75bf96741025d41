/* state.c - directory, lock and file of state.h. */
#include "cli/state.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/pidfd.h>
#include <sys/stat.h>
#include <unistd.h>

#define FILE_NAME "up.json"
#define NEW_NAME "up.json.new"

/* The variable, if it says where. */
static const char *runtime_dir(void)
{
    const char *runtime = getenv("XDG_RUNTIME_DIR");

    return runtime != NULL && runtime[0] == '/' ? runtime : NULL;
}

static char *path_of(void)
{
    return lab_format("%s/danelab-%lu", runtime_dir() != NULL ? runtime_dir() : "/tmp",
                      (unsigned long)geteuid());
}

/* Again if another command has removed the directory between making it and opening it. */
static int open_made(const char *path)
{
    enum { TRIES_MAX = 100 };
    bool there = true;
    int fd = -1;

    for (int i = 0; i < TRIES_MAX && fd < 0 && there; i++) {
        there = mkdir(path, 0700) == 0 || errno == EEXIST;
        /* /tmp is everybody's: a directory or link that somebody else put there must not be
         * trusted */
        fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        there = there && fd < 0 && errno == ENOENT;
    }
    return fd;
}

int lab_state_open(struct lab_fault *fault)
{
    char *path = path_of();
    struct stat st;
    int fd = open_made(path);

    if (fd < 0) {
        (void)lab_fail_errno(fault, "%s%s: cannot open",
                             runtime_dir() != NULL ? "XDG_RUNTIME_DIR: " : "", path);
    } else if (fstat(fd, &st) != 0 || st.st_uid != geteuid() || (st.st_mode & 022) != 0) {
        (void)lab_fail(fault, EX_NOPERM,
                       "%s: is not yours alone; remove it, or set XDG_RUNTIME_DIR", path);
        (void)close(fd);
        fd = -1;
    }
    free(path);
    return fd;
}

/* Does the path still lead there? Only who holds the lock removes the directory, so it stays true
 * while that is held. */
static bool is_current(int dir, const char *path)
{
    struct stat own;
    struct stat there;

    return fstat(dir, &own) == 0 && lstat(path, &there) == 0 && own.st_dev == there.st_dev &&
           own.st_ino == there.st_ino;
}

int lab_state_claim(bool *taken, struct lab_fault *fault)
{
    char *path = path_of();
    int dir;

    *taken = false;
    while ((dir = lab_state_open(fault)) >= 0) {
        *taken = !lab_state_lock(dir);
        if (*taken || is_current(dir, path))
            break;
        (void)close(dir);
    }
    free(path);
    return dir;
}

bool lab_state_lock(int dir)
{
    return flock(dir, LOCK_EX | LOCK_NB) == 0;
}

/* Field 22 of /proc/PID/stat; the name in field 2 may hold anything, but it ends at the last
 * parenthesis. */
static unsigned long long started(pid_t pid)
{
    char *path = lab_format("/proc/%ld/stat", (long)pid);
    unsigned long long value = 0;
    struct lab_fault ignored;
    char *text = NULL;
    char *p = NULL;

    if (lab_file_read(path, &text, NULL, &ignored) == 0)
        p = strrchr(text, ')');
    for (int field = 2; p != NULL && field < 22; field++)
        p = strchr(p + 1, ' ');
    if (p != NULL)
        value = strtoull(p, NULL, 10);
    free(text);
    free(path);
    return value;
}

int lab_state_write(int dir, struct lab_state *state, struct lab_fault *fault)
{
    json_t *json;
    int rc = -1;
    int fd;

    state->started = started(state->pid);
    json = json_pack("{s:i, s:I, s:i, s:i, s:i}", "pid", (int)state->pid, "started",
                     (json_int_t)state->started, "net", state->net, "uts", state->uts, "mnt",
                     state->mnt);
    fd = openat(dir, NEW_NAME, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd >= 0 && json != NULL && json_dumpfd(json, fd, JSON_INDENT(2)) == 0 &&
        renameat(dir, NEW_NAME, dir, FILE_NAME) == 0)
        rc = 0;
    else
        (void)lab_fail_errno(fault, "cannot write %s", FILE_NAME);
    if (fd >= 0)
        (void)close(fd);
    json_decref(json);
    return rc;
}

void lab_state_remove(int dir)
{
    char *path = path_of();

    (void)unlinkat(dir, FILE_NAME, 0);
    if (is_current(dir, path))
        (void)rmdir(path);
    free(path);
}

static int read_state(int dir, struct lab_state *out)
{
    int fd = openat(dir, FILE_NAME, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
    json_t *json = fd >= 0 ? json_loadfd(fd, 0, NULL) : NULL;
    json_int_t when = 0;
    int pid = 0;
    int rc = json != NULL ? json_unpack(json, "{s:i, s:I, s:i, s:i, s:i}", "pid", &pid, "started",
                                        &when, "net", &out->net, "uts", &out->uts, "mnt", &out->mnt)
                          : -1;

    out->pid = pid;
    out->started = (unsigned long long)when;
    json_decref(json);
    if (fd >= 0)
        (void)close(fd);
    return rc == 0 && pid > 0 ? 0 : -1;
}

int lab_state_find(int dir, struct lab_state *out, struct lab_fault *fault)
{
    int fd = -1;

    if (lab_state_lock(dir)) {
        /* nobody holds it: what is left is of a world that was killed */
        lab_state_remove(dir);
        (void)flock(dir, LOCK_UN);
        return lab_fail(fault, EX_UNAVAILABLE, "no world is up; danelab up starts one");
    }
    if (read_state(dir, out) == 0)
        fd = pidfd_open(out->pid, 0);
    /* compared after the descriptor was opened: it cannot become another process's any more */
    if (fd >= 0 && started(out->pid) == out->started)
        return fd;
    if (fd >= 0)
        (void)close(fd);
    return lab_fail(fault, EX_TEMPFAIL, "a world is just starting or ending");
}

/* A namespace of the process, or -1 if it is the caller's own (which cannot be entered again). */
static int foreign(const struct lab_state *state, const char *name)
{
    char *path = lab_format("/proc/%ld/ns/%s", (long)state->pid, name);
    char *own = lab_format("/proc/self/ns/%s", name);
    struct stat theirs;
    struct stat ours;
    int fd = open(path, O_RDONLY | O_CLOEXEC);

    if (fd >= 0 && fstat(fd, &theirs) == 0 && stat(own, &ours) == 0 &&
        theirs.st_ino == ours.st_ino && theirs.st_dev == ours.st_dev) {
        (void)close(fd);
        fd = -1;
    }
    free(own);
    free(path);
    return fd;
}

static int held(const struct lab_state *state, int number)
{
    char *path = lab_format("/proc/%ld/fd/%d", (long)state->pid, number);
    int fd = open(path, O_RDONLY | O_CLOEXEC);

    free(path);
    return fd;
}

int lab_state_spaces(const struct lab_state *state, struct lab_spaces *out, struct lab_fault *fault)
{
    struct lab_spaces s = {
        .user = foreign(state, "user"), .pid = foreign(state, "pid"), .ipc = foreign(state, "ipc")};

    s.net = held(state, state->net);
    s.uts = held(state, state->uts);
    s.mnt = held(state, state->mnt);
    if (s.pid < 0 || s.ipc < 0 || s.net < 0 || s.uts < 0 || s.mnt < 0) {
        (void)lab_fail_errno(fault, "cannot reach the namespaces of the world that is up");
        lab_spaces_close(&s);
        return -1;
    }
    *out = s;
    return 0;
}
