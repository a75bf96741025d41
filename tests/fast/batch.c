/* batch.c - a batch in a child process, see batch.h. */
#include "fast/batch.h"

#include <errno.h>
#include <jansson.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "run/batch.h"

static int open_log(struct fast_log *log, struct lab_fault *fault)
{
    log->fd = memfd_create("danelab", MFD_CLOEXEC);
    (void)snprintf(log->path, sizeof(log->path), "/proc/self/fd/%d", log->fd);
    return log->fd >= 0 ? 0 : lab_fail_errno(fault, "memfd_create");
}

/* The child: its end says how it went, a fault stands in the results. */
static _Noreturn void send_all(struct fast_batch *b)
{
    struct lab_fault fault;
    int rc;

    b->send.smtp_log = b->smtp.fd;
    b->send.results = b->results.fd;
    b->send.asked = b->asked.fd;
    rc = fast_send(&b->send, &fault);
    if (rc != 0)
        (void)fprintf(stderr, "danelab: %s\n", fault.what);
    _exit(rc == 0 ? EX_OK : EX_SOFTWARE);
}

int fast_batch_start(struct fast_batch *b, struct lab_fault *fault)
{
    if (open_log(&b->smtp, fault) != 0 || open_log(&b->asked, fault) != 0 ||
        open_log(&b->results, fault) != 0)
        return -1;
    (void)fflush(NULL); /* or the child would say it again */
    b->pid = fork();
    if (b->pid < 0) {
        b->pid = 0;
        return lab_fail_errno(fault, "fork");
    }
    if (b->pid == 0)
        send_all(b);
    return 0;
}

static void take_text(char **out, const json_t *result, const char *key)
{
    const char *s = json_string_value(json_object_get(result, key));

    free(*out);
    *out = s != NULL ? lab_strdup(s) : NULL;
}

static int take_result(struct fast_batch *b, const char *line, struct lab_fault *fault)
{
    json_t *result = json_loads(line, 0, NULL);
    const size_t i = (size_t)json_integer_value(json_object_get(result, "case"));
    struct lab_case *k = i < b->send.count ? b->send.cases[i] : NULL;

    if (result == NULL || k == NULL) {
        json_decref(result);
        return lab_fail(fault, EX_SOFTWARE, "a result that is none: %.200s", line);
    }
    k->outcome = (enum lab_report_outcome)json_integer_value(json_object_get(result, "outcome"));
    k->attempts = (unsigned)json_integer_value(json_object_get(result, "attempts"));
    take_text(&k->reason, result, "reason");
    take_text(&k->text, result, "text");
    json_decref(result);
    return 0;
}

static int take_results(struct fast_batch *b, struct lab_fault *fault)
{
    char *text, *rest, *line;
    int rc = 0;

    if (lab_file_read(b->results.path, &text, NULL, fault) != 0)
        return -1;
    rest = text;
    while (rc == 0 && (line = strsep(&rest, "\n")) != NULL) {
        if (rest != NULL) /* a last line without its end was not finished */
            rc = take_result(b, line, fault);
    }
    free(text);
    return rc;
}

static void judge_silent(const struct fast_batch *b, int end)
{
    for (size_t i = 0; i < b->send.count; i++) {
        struct lab_case *k = b->send.cases[i];

        const bool silent =
            k->outcome == LAB_R_NONE || (WIFSIGNALED(end) && lab_case_wants_more(k));

        if (k->judged || !silent)
            continue;
        k->judged = true;
        k->judgement.verdict = WIFSIGNALED(end) ? LAB_V_CRASH : LAB_V_HANG;
        k->judgement.why =
            WIFSIGNALED(end)
                ? lab_format("the engine died of signal %d while this was under way, or before",
                             WTERMSIG(end))
                : lab_strdup("nothing happens any more, and there is no outcome");
    }
}

int fast_batch_await(struct fast_batch *b, struct lab_fault *fault)
{
    int end = 0;
    pid_t pid;

    do
        pid = waitpid(b->pid, &end, 0);
    while (pid < 0 && errno == EINTR);
    b->pid = 0;
    if (pid < 0)
        return lab_fail_errno(fault, "waitpid");
    if (WIFEXITED(end) && WEXITSTATUS(end) != EX_OK)
        return lab_fail(fault, EX_SOFTWARE, "policy %s: the sending ended with status %d",
                        lab_policy_name(b->send.policy), WEXITSTATUS(end));
    if (take_results(b, fault) != 0)
        return -1;
    judge_silent(b, end);
    return 0;
}

static void close_log(struct fast_log *log)
{
    if (log->path[0] != '\0' && log->fd >= 0)
        (void)close(log->fd);
}

void fast_batch_close(struct fast_batch *b)
{
    if (b->pid > 0) {
        (void)kill(b->pid, SIGKILL);
        (void)waitpid(b->pid, NULL, 0);
    }
    close_log(&b->smtp);
    close_log(&b->asked);
    close_log(&b->results);
    free((void *)b->send.cases);
}
