/* visit.c - danelab exec and shell: a program in the sender's place of the world that is up; and
 * danelab doctor. */
#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli/common.h"
#include "cli/options.h"
#include "cli/state.h"
#include "cli/up.h"
#include "world/examine.h"

#define BROKEN 3
#define NOT_EXECUTABLE 126
#define NOT_FOUND 127

static const struct lab_option none[] = {{NULL, NULL, NULL, 0}};

/* Move this process to the sender's place; its children are in the world's PID namespace too. */
static int enter(struct lab_fault *fault)
{
    char cwd[PATH_MAX];
    bool known = getcwd(cwd, sizeof(cwd)) != NULL;
    struct lab_spaces there = LAB_SPACES_NONE;
    struct lab_state state;
    int dir = lab_state_open(fault);
    int process = dir >= 0 ? lab_state_find(dir, &state, fault) : -1;
    int rc = process >= 0 ? lab_state_spaces(&state, &there, fault) : -1;

    if (rc == 0)
        rc = lab_spaces_enter(&there, fault);
    lab_spaces_close(&there);
    if (process >= 0)
        (void)close(process);
    if (dir >= 0)
        (void)close(dir);
    if (rc == 0 && (!known || chdir(cwd) != 0) && chdir("/") != 0)
        rc = lab_fail_errno(fault, "cannot change directory");
    return rc;
}

/* Signals of the terminal reach the program by themselves; those sent to us alone are passed on. */
static int attend(pid_t pid, const sigset_t *watched)
{
    int status = 0;

    while (waitpid(pid, &status, WNOHANG) == 0) {
        int sig = sigwaitinfo(watched, NULL);

        if (sig == SIGTERM || sig == SIGHUP)
            (void)kill(pid, sig);
    }
    return lab_exit_code(status);
}

static int visit(char *const argv[])
{
    const struct lab_launch l = {argv, NULL, lab_paths_find()->bin, NULL, 0, 1, 2, false};
    struct lab_fault fault;
    sigset_t watched;
    pid_t pid;

    if (enter(&fault) != 0)
        return lab_complaint(BROKEN, "%s", fault.what);
    (void)signal(SIGINT, SIG_IGN);
    (void)signal(SIGQUIT, SIG_IGN);
    (void)signal(SIGCHLD, SIG_DFL);
    (void)sigemptyset(&watched);
    (void)sigaddset(&watched, SIGCHLD);
    (void)sigaddset(&watched, SIGTERM);
    (void)sigaddset(&watched, SIGHUP);
    (void)sigprocmask(SIG_BLOCK, &watched, NULL);
    pid = lab_launch(&l, &fault);
    if (pid < 0)
        return lab_complaint(fault.status == EX_UNAVAILABLE ? NOT_FOUND
                             : fault.status == EX_NOPERM    ? NOT_EXECUTABLE
                                                            : BROKEN,
                             "%s", fault.what);
    return attend(pid, &watched);
}

int lab_cmd_exec(int argc, char **argv)
{
    int first = argc > 1 && strcmp(argv[1], "--") == 0 ? 2 : 1;

    if (argc > 1 && (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0)) {
        (void)puts("usage: danelab exec -- COMMAND [ARGUMENT]...\n\nRuns COMMAND in the sender's "
                   "place of the world that is up; its exit status is"
                   " passed on.\n126: cannot be executed, 127: not found, 3: no world is up.");
        return 0;
    }
    if (first >= argc)
        return lab_complaint(2, "exec needs a command: danelab exec -- COMMAND [ARGUMENT]...");
    return visit(argv + first);
}

int lab_cmd_shell(int argc, char **argv)
{
    const char *got[LAB_COUNT(none)];
    const char *wanted = getenv("SHELL");
    char *shell;
    int first;
    int rc = lab_options(argc, argv, none, "shell", got, &first);

    if (rc >= 0)
        return rc;
    if (first < argc)
        return lab_complaint(2, "shell takes no arguments; danelab exec -- COMMAND runs a command");
    shell = lab_strdup(wanted != NULL && access(wanted, X_OK) == 0 ? wanted : "/bin/sh");
    rc = visit((char *const[]){shell, NULL});
    free(shell);
    return rc;
}

int lab_cmd_doctor(int argc, char **argv)
{
    static const char *const words[] = {[LAB_FOUND] = "ok",
                                        [LAB_WANTING] = "absent",
                                        [LAB_MISSING] = "MISSING",
                                        [LAB_UNTRIED] = "-"};
    const char *got[LAB_COUNT(none)];
    struct lab_need needs[LAB_NEEDS];
    int missing = 0;
    int first;
    int rc = lab_options(argc, argv, none, "doctor", got, &first);

    if (rc >= 0)
        return rc;
    if (first < argc)
        return lab_complaint(2, "doctor takes no arguments");
    lab_world_examine(lab_paths_find(), needs);
    for (size_t i = 0; i < LAB_NEEDS; i++) {
        (void)printf("%-18s %-8s %s\n", needs[i].what, words[needs[i].finding], needs[i].says);
        missing += needs[i].finding == LAB_MISSING || needs[i].finding == LAB_UNTRIED;
    }
    (void)puts("\nWhich senders are here: danelab adapter list");
    (void)puts(missing == 0 ? "The lab can run here." : "The lab cannot run here.");
    return missing == 0 ? 0 : 1;
}
