/* adapter.c - the JSON-lines conversation of adapter.h. */
#include "run/adapter.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "scen/near.h"

#define LINE_MAX_OCTETS (64u << 20)

struct lab_adapter {
    char *name;
    char *log_path; /* what it says on standard error */
    pid_t pid;
    int in, out;            /* our ends */
    struct lab_text buffer; /* bytes behind the last complete line */
    int seq;
    bool timed_out;
};

static void close_pair(int fd[2])
{
    (void)close(fd[0]);
    (void)close(fd[1]);
}

static int start(const struct lab_world *world, struct lab_adapter *a, char *const argv[],
                 const char *work, struct lab_fault *fault)
{
    int to[2], from[2];
    int log;

    a->log_path = lab_format("%s/adapter.log", work);
    log = open(a->log_path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    if (log < 0)
        return lab_fail_errno(fault, "%s: cannot create the adapter's log", work);
    if (pipe2(to, O_CLOEXEC) != 0) {
        (void)close(log);
        return lab_fail_errno(fault, "pipe");
    }
    if (pipe2(from, O_CLOEXEC) != 0) {
        (void)lab_fail_errno(fault, "pipe");
        close_pair(to);
        (void)close(log);
        return -1;
    }
    a->pid = lab_world_spawn(world, argv, work, to[0], from[1], log, fault);
    (void)close(to[0]);
    (void)close(from[1]);
    (void)close(log);
    a->in = to[1];
    a->out = from[0];
    return a->pid > 0 ? 0 : -1;
}

static char *program_of(const struct lab_paths *paths, const char *name)
{
    return lab_format("%s/lab/adapters/%s/adapter", paths->source, name);
}

static const char *entry_name(const void *list, size_t i)
{
    return ((struct dirent *const *)list)[i]->d_name;
}

/* Which of the adapters was meant, as " (did you mean NAME?)" or "". The caller frees it. */
static char *meant(const struct lab_paths *paths, const char *name)
{
    char *dir = lab_format("%s/lab/adapters", paths->source);
    struct dirent **list = NULL;
    const int count = scandir(dir, &list, NULL, alphasort);
    const char *near = count > 0 ? lab_near(name, entry_name, list, (size_t)count) : NULL;
    char *program = near != NULL ? program_of(paths, near) : NULL;
    char *out = lab_meant(program != NULL && access(program, X_OK) == 0 ? near : NULL);

    for (int i = 0; i < count; i++)
        free(list[i]);
    free(list);
    free(program);
    free(dir);
    return out;
}

int lab_adapter_find(const struct lab_paths *paths, const char *name, struct lab_fault *fault)
{
    char *program = program_of(paths, name);
    char *near;
    int rc = access(program, X_OK) == 0 ? 0 : -1;

    if (rc != 0) {
        near = meant(paths, name);
        (void)lab_fail(fault, EX_NOINPUT,
                       "no adapter \"%s\"%s: %s is not an executable file; danelab adapter list "
                       "names those that are there",
                       name, near, program);
        free(near);
    }
    free(program);
    return rc;
}

int lab_adapter_open(const struct lab_world *world, const struct lab_paths *paths, const char *name,
                     const char *work, struct lab_adapter **out, struct lab_fault *fault)
{
    char *program = program_of(paths, name);
    char *const argv[] = {program, NULL};
    struct lab_adapter *a = lab_calloc(1, sizeof(*a));
    int rc = lab_adapter_find(paths, name, fault);

    a->name = lab_strdup(name);
    a->in = -1;
    a->out = -1;
    if (rc == 0)
        rc = lab_make_dirs(work, fault);
    if (rc == 0)
        rc = start(world, a, argv, work, fault);
    free(program);
    *out = a;
    if (rc != 0)
        lab_adapter_close(out);
    return rc;
}

static int send_line(struct lab_adapter *a, const json_t *request, struct lab_fault *fault)
{
    char *text = json_dumps(request, JSON_COMPACT);
    char *line = lab_format("%s\n", text);
    size_t len = strlen(line);
    size_t done = 0;
    int rc = 0;

    while (done < len && rc == 0) {
        ssize_t n = write(a->in, line + done, len - done);

        if (n > 0)
            done += (size_t)n;
        else if (errno != EINTR)
            rc = lab_fail_errno(fault, "adapter %s: it takes no more requests", a->name);
    }
    free(line);
    free(text);
    return rc;
}

/* Cut the first complete line off the buffer, or NULL. */
static char *cut_line(struct lab_adapter *a)
{
    char *end = a->buffer.len > 0 ? memchr(a->buffer.text, '\n', a->buffer.len) : NULL;
    size_t len = end != NULL ? (size_t)(end - a->buffer.text) : 0;
    char *line;

    if (end == NULL)
        return NULL;
    line = lab_strndup(a->buffer.text, len);
    memmove(a->buffer.text, a->buffer.text + len + 1, a->buffer.len - len);
    a->buffer.len -= len + 1;
    return line;
}

/* More bytes: 1 some came, 0 none within 100 ms, -1 end or fault. */
static int read_more(struct lab_adapter *a, struct lab_fault *fault)
{
    struct pollfd p = {.fd = a->out, .events = POLLIN};
    char chunk[65536];
    ssize_t n;

    if (poll(&p, 1, 100) <= 0)
        return 0;
    n = read(a->out, chunk, sizeof(chunk));
    if (n < 0)
        return errno == EINTR ? 0 : lab_fail_errno(fault, "adapter %s: cannot read", a->name);
    if (n == 0)
        return lab_fail(fault, EX_PROTOCOL, "adapter %s ended without an answer; see %s", a->name,
                        a->log_path);
    if (a->buffer.len + (size_t)n > LINE_MAX_OCTETS)
        return lab_fail(fault, EX_PROTOCOL, "adapter %s: a reply longer than %u octets", a->name,
                        LINE_MAX_OCTETS);
    lab_text_add(&a->buffer, chunk, (size_t)n);
    return 1;
}

/* One reply line: 1 it is the final reply, 0 interim, -1 breach. */
static int take_line(struct lab_adapter *a, const char *line, unsigned *done, json_t **reply,
                     struct lab_fault *fault)
{
    json_error_t error;
    json_t *object = json_loads(line, 0, &error);
    const json_t *seq = json_object_get(object, "seq");

    if (!json_is_object(object)) {
        json_decref(object);
        return lab_fail(fault, EX_PROTOCOL, "adapter %s: \"%.80s\" is no JSON object (%s)", a->name,
                        line, error.text);
    }
    /* What it says too late of a request that was given up. */
    if (json_is_integer(seq) && json_integer_value(seq) < a->seq) {
        json_decref(object);
        return 0;
    }
    if (!json_is_integer(seq) || json_integer_value(seq) != a->seq) {
        json_decref(object);
        return lab_fail(fault, EX_PROTOCOL, "adapter %s: reply without \"seq\":%d", a->name,
                        a->seq);
    }
    if (json_is_integer(json_object_get(object, "progress"))) {
        *done = (unsigned)json_integer_value(json_object_get(object, "progress"));
        json_decref(object);
        return 0;
    }
    *reply = object;
    return 1;
}

static int await_reply(struct lab_adapter *a, unsigned seconds, lab_adapter_progress *progress,
                       void *arg, json_t **reply, struct lab_fault *fault)
{
    int64_t deadline = lab_now_ms() + (int64_t)seconds * 1000;
    unsigned done = 0;

    for (;;) {
        char *line = cut_line(a);
        int rc = line != NULL ? take_line(a, line, &done, reply, fault) : 0;

        free(line);
        if (rc != 0)
            return rc > 0 ? 0 : -1;
        if (line != NULL)
            continue;
        if (progress != NULL)
            progress(arg, done);
        if (lab_now_ms() > deadline) {
            a->timed_out = true;
            return lab_fail(fault, EX_TEMPFAIL, "adapter %s: no answer within %u seconds", a->name,
                            seconds);
        }
        if (read_more(a, fault) < 0)
            return -1;
    }
}

int lab_adapter_call(struct lab_adapter *a, json_t *request, unsigned seconds,
                     lab_adapter_progress *progress, void *arg, json_t **reply,
                     enum lab_answer_kind *kind, struct lab_fault *fault)
{
    const char *verb = json_string_value(json_object_get(request, "verb"));
    char *what = lab_strdup(verb != NULL ? verb : "?");
    const char *error;
    int rc;

    a->timed_out = false;
    (void)json_object_set_new(request, "seq", json_integer(++a->seq));
    rc = send_line(a, request, fault);
    json_decref(request);
    if (rc == 0)
        rc = await_reply(a, seconds, progress, arg, reply, fault);
    if (rc == 0) {
        error = json_string_value(json_object_get(*reply, "error"));
        *kind = json_is_true(json_object_get(*reply, "unsupported")) ? LAB_ADAPTER_UNSUPPORTED
                                                                     : LAB_ADAPTER_OK;
        if (error != NULL) {
            rc = lab_fail(fault, EX_PROTOCOL, "adapter %s: %s: %s", a->name, what, error);
            json_decref(*reply);
        }
    }
    free(what);
    return rc;
}

bool lab_adapter_timed_out(const struct lab_adapter *a)
{
    return a->timed_out;
}

static void reap(pid_t pid)
{
    int64_t deadline = lab_now_ms() + 1000;
    const struct timespec pause = {.tv_nsec = 5000000};

    while (waitpid(pid, NULL, WNOHANG) == 0) {
        if (lab_now_ms() > deadline) {
            (void)kill(pid, SIGKILL);
            (void)waitpid(pid, NULL, 0);
            return;
        }
        (void)nanosleep(&pause, NULL);
    }
}

void lab_adapter_close(struct lab_adapter **a)
{
    struct lab_adapter *it = *a;

    if (it == NULL)
        return;
    if (it->in >= 0)
        (void)close(it->in);
    if (it->pid > 0)
        reap(it->pid);
    if (it->out >= 0)
        (void)close(it->out);
    free(it->buffer.text);
    free(it->name);
    free(it->log_path);
    free(it);
    *a = NULL;
}
