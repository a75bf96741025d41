/* test_out_dir.c - which directories a run may be written to, and what it takes away there. */
#include "check.h"
#include "made_files.h"
#include "run/out_dir.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define HEADER "{\"type\":\"header\",\"format\":1,\"sut\":\"danesmtp\",\"profile\":\"rfc7672\"}\n"
#define CASE(name) "{\"type\":\"case\",\"case\":\"" name "\"}\n"
#define LOG "sender/adapter/adapter.log"

/* clang-format off */
static const struct {
    const char *label;
    const char *records;  /* run.jsonl; NULL: there is none */
    const char *files[4]; /* others */
    const char *refuses;  /* the fault, behind the directory; NULL: it may be used */
    const char *left;     /* in it, after the run before is taken away */
} rows[] = {
    {"nothing",            NULL,                                 {NULL},                              NULL, ""},
    {"a run",              HEADER CASE("a") CASE("b@may"),       {"a/x", "b@may/y/z", LOG},           NULL, ""},
    {"one cut off",        HEADER CASE("a") "{\"type\":\"ca",    {"a/x"},                             NULL, ""},
    {"with more beside",   HEADER CASE("a"),                     {"a/x", "report.html", "b/x"},       NULL, "b report.html "},
    {"with ways out",      HEADER CASE("../x") CASE(".") CASE("") CASE("a/x"), {"a/x"},               NULL, "a "},
    {"one that never was", NULL,                                 {LOG},                               NULL, ""},
    {"a file",             NULL,                                 {"notes"},                           " holds notes; expected a new or an empty directory", "notes "},
    {"a folder",           NULL,                                 {"sender/x"},                        " holds sender; expected a new or an empty directory", "sender "},
    {"other records",      "{\"type\":\"header\"}\n",            {NULL},                              " holds run.jsonl; expected a new or an empty directory", "run.jsonl "},
    {"no JSON",            "a line\n" HEADER,                    {NULL},                              " holds run.jsonl; expected a new or an empty directory", "run.jsonl "},
};
/* clang-format on */

static int visible(const struct dirent *e)
{
    return e->d_name[0] != '.';
}

static char *names_in(const char *dir)
{
    struct dirent **list = NULL;
    const int count = scandir(dir, &list, visible, alphasort);
    struct lab_text t = {0};

    lab_text_add(&t, "", 0);
    for (int i = 0; i < count; i++) {
        lab_text_put(&t, "%s ", list[i]->d_name);
        free(list[i]);
    }
    free(list);
    return t.text;
}

static void test_replaced(void)
{
    for (size_t i = 0; i < LAB_COUNT(rows); i++) {
        char dir[] = SOME_DIR;
        struct lab_fault fault = {0};
        char *left, *refuses;

        if (!made_dir(dir))
            return;
        refuses = lab_format("%s%s", dir, rows[i].refuses != NULL ? rows[i].refuses : "");
        if (rows[i].records != NULL)
            made_file(dir, "run.jsonl", rows[i].records);
        for (size_t k = 0; k < 4 && rows[i].files[k] != NULL; k++)
            made_file(dir, rows[i].files[k], "");
        check_row(rows[i].label);
        check_int(lab_out_check(dir, &fault), rows[i].refuses != NULL ? -1 : 0);
        if (rows[i].refuses != NULL)
            check_str(fault.what, refuses);
        if (rows[i].refuses == NULL) {
            check_int(lab_out_aside(dir, &fault), 0);
            check_int(lab_out_clear(dir, &fault), 0);
        }
        left = names_in(dir);
        check_str(left, rows[i].left);
        made_remove(dir);
        free(left);
        free(refuses);
    }
}

static void test_restored(void)
{
    char dir[] = SOME_DIR;
    struct lab_fault fault;
    char *file;

    if (!made_dir(dir))
        return;
    made_file(dir, LOG, "");
    file = lab_format("%s/" LOG, dir);
    check_int(lab_out_aside(dir, &fault), 0);
    check_true(access(file, F_OK) != 0);
    lab_out_restore(dir);
    check_true(access(file, F_OK) == 0);
    free(file);
    made_remove(dir);
}

/* No two runs have one directory, single ones or series. */
static void test_made(void)
{
    static const struct {
        const char *suffix, *base;
    } makes[] = {
        {"", "/out/t"}, {"", "/out/t-2"}, {".1", "/out/t"}, {"", "/out/t-3"}, {".1", "/out/t-2"}};
    char dir[] = SOME_DIR;

    if (!made_dir(dir))
        return;
    for (size_t i = 0; i < LAB_COUNT(makes); i++) {
        struct lab_fault fault;
        struct stat st;
        char *base = lab_format("%s/out/t", dir);
        char *want = lab_format("%s%s", dir, makes[i].base);
        char *made;

        check_int(lab_out_make(&base, makes[i].suffix, &fault), 0);
        check_str(base, want);
        made = lab_format("%s%s", base, makes[i].suffix);
        check_true(stat(made, &st) == 0 && S_ISDIR(st.st_mode));
        free(made);
        free(want);
        free(base);
    }
    made_remove(dir);
}

static const struct check_test tests[] = {
    {"replaced", test_replaced}, {"restored", test_restored}, {"made", test_made}};
SUITE(lab_out_dir, tests);
