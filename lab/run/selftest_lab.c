/* selftest_lab.c - labs with one fault each must say that they are broken, see selftest.h. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "run/selftest.h"
#include "run/table.h"
#include "world/spaces.h"

enum { NAME, COMMAND, STATUS, TEXT, SAYS, FIELDS };
enum { AT_ONCE = 2, ARGUMENTS_MAX = 16 };

struct broken_list {
    struct lab_broken *list;
    size_t count;
};

static int take_row(void *self, char *const field[], struct lab_place_of_row place,
                    struct lab_fault *fault)
{
    struct broken_list *l = self;
    char *end;
    long status = strtol(field[STATUS], &end, 10);

    if (*end != '\0' || status <= 0 || status > 255)
        return lab_fail(fault, EX_DATAERR, "%s:%u:1: exit status \"%s\"; expected 1 to 255",
                        place.path, place.line, field[STATUS]);
    l->list = lab_realloc(l->list, l->count + 1, sizeof(*l->list));
    l->list[l->count++] = (struct lab_broken){.name = lab_strdup(field[NAME]),
                                              .command = lab_strdup(field[COMMAND]),
                                              .status = (int)status,
                                              .text = lab_strdup(field[TEXT]),
                                              .says = lab_strdup(field[SAYS])};
    return 0;
}

int lab_broken_load(const char *path, struct lab_broken **out, size_t *count,
                    struct lab_fault *fault)
{
    struct broken_list l = {NULL, 0};

    if (lab_table_read(path, FIELDS, "fault, command, exit status, words, description", take_row,
                       &l, fault) != 0) {
        lab_broken_free(l.list, l.count);
        return -1;
    }
    *out = l.list;
    *count = l.count;
    return 0;
}

void lab_broken_free(struct lab_broken *list, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        free(list[i].name);
        free(list[i].command);
        free(list[i].text);
        free(list[i].says);
    }
    free(list);
}

/* A lab with the fault, under way. */
struct trial {
    const struct lab_broken *row;
    char *dir; /* "log" in it is what it prints */
    pid_t pid;
};

/* In the child. */
static _Noreturn void become(const struct lab_paths *paths, const struct trial *t)
{
    char *program = lab_format("%s/danelab-faulty", paths->bin);
    char *log = lab_format("%s/log", t->dir);
    char *out = lab_format("%s/out", t->dir);
    char *rest = lab_strdup(t->row->command);
    bool run = strncmp(rest, "run ", 4) == 0;
    char option[] = "--out";
    char *argv[ARGUMENTS_MAX + 4] = {program};
    int n = 1;
    int fd = open(log, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

    while (n < ARGUMENTS_MAX && (argv[n] = strsep(&rest, " ")) != NULL)
        n++;
    if (run) {
        argv[n++] = option;
        argv[n++] = out;
    }
    argv[n] = NULL;
    if (fd < 0 || dup2(fd, 1) < 0 || dup2(fd, 2) < 0 ||
        setenv("DANELAB_FAULT", t->row->name, 1) != 0)
        _exit(EX_OSERR);
    (void)execv(program, argv);
    (void)fprintf(stderr, "%s: %s; `make check-lab` builds it\n", program, strerror(errno));
    _exit(EX_UNAVAILABLE);
}

static int begin(const struct lab_paths *paths, struct trial *t, struct lab_fault *fault)
{
    const char *tmp = getenv("TMPDIR");

    t->dir = lab_format("%s/danelab-selftest.XXXXXX", tmp != NULL ? tmp : "/tmp");
    if (mkdtemp(t->dir) == NULL)
        return lab_fail_errno(fault, "%s", t->dir);
    (void)fflush(NULL);
    t->pid = fork();
    if (t->pid == 0)
        become(paths, t);
    return t->pid > 0 ? 0 : lab_fail_errno(fault, "cannot start a lab with a fault");
}

/* Wait, and judge: it must not have passed, and have said why. */
static bool end(struct trial *t)
{
    char *log = lab_format("%s/log", t->dir);
    const struct lab_broken *row = t->row;
    struct lab_fault fault;
    char *text = NULL;
    int status = 0;
    bool caught;

    while (waitpid(t->pid, &status, 0) < 0 && errno == EINTR)
        continue;
    if (lab_file_read(log, &text, NULL, &fault) != 0)
        text = lab_strdup(fault.what);
    caught =
        WIFEXITED(status) && WEXITSTATUS(status) == row->status && strstr(text, row->text) != NULL;
    (void)printf("%s: %-40s exit status %d by %s\n", caught ? "PASS" : "FAIL", row->name,
                 lab_exit_code(status), row->command);
    if (!caught)
        (void)printf(
            "    fault     %s\n    expected  exit status %d and \"%s\"\n    seen      %s\n",
            row->says, row->status, row->text, text);
    (void)!lab_remove_all(t->dir, &fault);
    free(t->dir);
    free(text);
    free(log);
    return caught;
}

int lab_selftest_lab(const struct lab_paths *paths, const struct lab_broken *list, size_t count,
                     struct lab_tally *tally, struct lab_fault *fault)
{
    struct trial trials[AT_ONCE];
    size_t begun = 0;
    int rc = 0;

    for (size_t done = 0; done < begun || (rc == 0 && begun < count);) {
        while (rc == 0 && begun < count && begun < done + AT_ONCE) {
            struct trial *t = &trials[begun % AT_ONCE];

            *t = (struct trial){.row = &list[begun]};
            rc = begin(paths, t, fault);
            begun += rc == 0 ? 1 : 0;
        }
        if (done == begun)
            break;
        if (end(&trials[done++ % AT_ONCE]))
            tally->passed++;
        else
            tally->failed++;
    }
    return rc;
}
