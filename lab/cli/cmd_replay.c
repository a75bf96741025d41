/* cmd_replay.c - danelab replay, bundle, merge: what can be done with the evidence of a run. */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli/commands.h"
#include "cli/options.h"
#include "cli/select.h"
#include "run/merge.h"
#include "run/replay.h"
#include "world/world.h"

static const struct lab_option none[] = {{NULL, NULL, NULL, 0}};

struct counts {
    unsigned same, changed, unjudged, broken;
};

static void replay(const char *dir, struct counts *n)
{
    struct lab_replay r;
    struct lab_fault fault;

    if (lab_replay_case(dir, &r, &fault) != 0) {
        (void)lab_complaint(0, "%s", fault.what);
        n->broken++;
        return;
    }
    if (!r.judged) {
        (void)printf("%s: %s (not from evidence)\n", lab_verdict_name(r.recorded), r.name);
        n->unjudged++;
    } else if (r.judgement.verdict == r.recorded) {
        (void)printf("%s: %s\n", lab_verdict_name(r.recorded), r.name);
        n->same++;
    } else {
        (void)printf("%s: %s (recorded as %s)\n", lab_verdict_name(r.judgement.verdict), r.name,
                     lab_verdict_name(r.recorded));
        n->changed++;
    }
    lab_replay_free(&r);
}

static bool is_case(const char *dir)
{
    char *path = lab_format("%s/verdict.json", dir);
    bool there = access(path, F_OK) == 0;

    free(path);
    return there;
}

static int visible(const struct dirent *e)
{
    return e->d_name[0] != '.';
}

/* What of a run is wanted: words, each with whether a case has been found for it. */
struct wish {
    char *const *words;
    bool *found;
    size_t count; /* 0: everything */
};

static bool wanted(const struct wish *w, const char *name)
{
    bool any = w->count == 0;

    for (size_t i = 0; i < w->count; i++) {
        if (lab_word_fits(w->words[i], name)) {
            w->found[i] = true;
            any = true;
        }
    }
    return any;
}

/* A folder of a case, or a run's: those of its cases that are wanted. */
static int replay_all(const char *dir, const struct wish *w, struct counts *n)
{
    struct dirent **list;
    int count;

    if (is_case(dir) && w->count == 0) {
        replay(dir, n);
        return 0;
    }
    count = scandir(dir, &list, visible, alphasort);
    if (count < 0)
        return lab_complaint(2, "%s: %s", dir, strerror(errno));
    for (int i = 0; i < count; i++) {
        char *path = lab_format("%s/%s", dir, list[i]->d_name);

        if (is_case(path) && wanted(w, list[i]->d_name))
            replay(path, n);
        free(path);
        free(list[i]);
    }
    free(list);
    return 0;
}

static int replay_wanted(const char *dir, char *const *words, size_t count, struct counts *n)
{
    const struct wish w = {words, lab_calloc(count, sizeof(bool)), count};
    int rc = 0;

    for (size_t i = 0; i < count && rc == 0; i++)
        rc = lab_word_check(words[i]) ? 0 : 2;
    if (rc == 0)
        rc = replay_all(dir, &w, n);
    for (size_t i = 0; i < count && rc == 0; i++)
        if (!w.found[i])
            rc = lab_complaint(2, "%s: no case \"%s\" in it", dir, words[i]);
    free(w.found);
    return rc;
}

int lab_cmd_replay(int argc, char **argv)
{
    const char *got[LAB_COUNT(none)];
    struct counts n = {0};
    int first;
    int rc = lab_options(argc, argv, none, "replay DIR [CASE|GLOB]...", got, &first);

    if (rc >= 0)
        return rc;
    if (first == argc)
        return lab_complaint(2, "replay: expected the directory of a run or of one of its cases");
    rc = replay_wanted(argv[first], argv + first + 1, (size_t)(argc - first - 1), &n);
    if (rc != 0)
        return rc;
    if (n.same + n.changed + n.unjudged + n.broken == 0)
        return lab_complaint(2, "%s: no evidence in it; expected the directory of a run or a case",
                             argv[first]);
    (void)printf("%u as recorded, %u changed, %u not from evidence, %u unreadable\n", n.same,
                 n.changed, n.unjudged, n.broken);
    return n.broken > 0 ? 3 : n.changed > 0 ? 1 : 0;
}

/* tar, told to leave out all that differs from one machine to the next; argv has room. */
static void put_words(char **argv, const char *dir, char *const *cases, int count)
{
    static const char *const fixed[] = {
        "tar",
        "--create",
        "--sort=name",
        "--owner=0",
        "--group=0",
        "--numeric-owner",
        "--format=ustar",
        "--mode=go-w",
        "--use-compress-program=gzip -n",
    };
    size_t n = 0;

    for (; n < LAB_COUNT(fixed); n++)
        argv[n] = lab_strdup(fixed[n]);
    argv[n++] = lab_format("--mtime=@%lld", (long long)LAB_EPOCH);
    argv[n++] = lab_format("--directory=%s", dir);
    argv[n++] = lab_strdup("run.jsonl");
    argv[n++] = lab_strdup("--");
    for (int i = 0; i < count; i++)
        argv[n++] = lab_strdup(cases[i]);
}

/* Run a program of the system to its end; argv is released, words and all. */
static bool run_program(char **argv)
{
    int status = 0;
    pid_t pid;

    (void)fflush(NULL);
    pid = fork();
    if (pid == 0) {
        (void)execvp(argv[0], argv);
        _exit(lab_complaint(127, "%s: %s", argv[0], strerror(errno)));
    }
    while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR)
        continue;
    for (char **word = argv; *word != NULL; word++)
        free(*word);
    free(argv);
    return pid > 0 && status == 0;
}

static int archive(const char *dir, char *const *cases, int count)
{
    char **argv = lab_calloc((size_t)count + 20, sizeof(*argv));

    put_words(argv, dir, cases, count);
    return run_program(argv) ? 0 : lab_complaint(3, "%s: the archive could not be made", dir);
}

int lab_cmd_bundle(int argc, char **argv)
{
    const char *got[LAB_COUNT(none)];
    int first;
    int rc = lab_options(argc, argv, none, "bundle DIR CASE... >FILE.tar.gz", got, &first);

    if (rc >= 0)
        return rc;
    if (argc - first < 2)
        return lab_complaint(2, "bundle: expected the directory of a run, and cases of it");
    if (isatty(STDOUT_FILENO) == 1)
        return lab_complaint(2, "bundle: standard output is a terminal; expected a file, as in "
                                "danelab bundle DIR CASE >FILE.tar.gz");
    for (int i = first + 1; i < argc; i++) {
        char *path = lab_format("%s/%s", argv[first], argv[i]);
        bool there = strchr(argv[i], '/') == NULL && is_case(path);

        free(path);
        if (!there)
            return lab_complaint(2, "%s: no case \"%s\" in it", argv[first], argv[i]);
    }
    return archive(argv[first], argv + first + 1, argc - first - 1);
}

/* The folders of a run's cases, next to the others. */
static bool copy_cases(const char *from, const char *to)
{
    struct dirent **list;
    int count = scandir(from, &list, visible, alphasort);
    char **argv;
    size_t n = 0;
    size_t fixed;

    if (count < 0)
        return false;
    argv = lab_calloc((size_t)count + 6, sizeof(*argv));
    argv[n++] = lab_strdup("cp");
    argv[n++] = lab_strdup("--archive");
    argv[n++] = lab_format("--target-directory=%s", to);
    argv[n++] = lab_strdup("--");
    fixed = n;
    for (int i = 0; i < count; i++) {
        char *path = lab_format("%s/%s", from, list[i]->d_name);

        if (is_case(path))
            argv[n++] = path;
        else
            free(path);
        free(list[i]);
    }
    free(list);
    if (n > fixed)
        return run_program(argv);
    for (size_t i = 0; i < n; i++)
        free(argv[i]);
    free(argv);
    return true;
}

int lab_cmd_merge(int argc, char **argv)
{
    static const struct lab_option table[] = {
        {"out", "DIR", "where the whole goes; must not be a run already", 0},
        {NULL, NULL, NULL, 0}};
    const char *got[LAB_COUNT(table)];
    struct lab_merge merge = {0};
    struct lab_fault fault;
    char *path;
    int first;
    int rc = lab_options(argc, argv, table, "merge --out DIR DIR...", got, &first);

    if (rc >= 0)
        return rc;
    if (got[0] == NULL || argc - first < 1)
        return lab_complaint(2, "merge: expected --out DIR and the directories of runs");
    path = lab_format("%s/run.jsonl", got[0]);
    rc = access(path, F_OK) == 0 ? lab_complaint(2, "%s: there is a run already", got[0]) : 0;
    free(path);
    for (int i = first; i < argc && rc == 0; i++)
        if (lab_merge_add(&merge, argv[i], &fault) != 0)
            rc = lab_complaint(3, "%s", fault.what);
    if (rc == 0 && lab_merge_write(&merge, got[0], &fault) != 0)
        rc = lab_complaint(3, "%s", fault.what);
    for (int i = first; i < argc && rc == 0; i++)
        if (!copy_cases(argv[i], got[0]))
            rc = lab_complaint(3, "%s: the evidence could not be copied", argv[i]);
    if (rc == 0)
        (void)printf("%lld passed, %lld failed, %lld skipped\n",
                     json_integer_value(json_object_get(merge.sums, "passed")),
                     json_integer_value(json_object_get(merge.sums, "failed")),
                     json_integer_value(json_object_get(merge.sums, "skipped")));
    lab_merge_free(&merge);
    return rc;
}
