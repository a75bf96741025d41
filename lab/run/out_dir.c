/* out_dir.c - see out_dir.h. */
#include "run/out_dir.h"

#include <dirent.h>
#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define RECORDS "run.jsonl"
#define SENDER "sender"
#define ASIDE "sender.before"
#define TRIES 10000u

static int make_parent(const char *path, struct lab_fault *fault)
{
    const char *slash = strrchr(path, '/');
    char *parent = slash != NULL ? lab_strndup(path, (size_t)(slash - path)) : lab_strdup("");
    int rc = parent[0] != '\0' ? lab_make_dirs(parent, fault) : 0;

    free(parent);
    return rc;
}

int lab_out_make(char **base, const char *suffix, struct lab_fault *fault)
{
    int rc = make_parent(*base, fault);

    for (unsigned i = 1; rc == 0 && i <= TRIES; i++) {
        char *stem = i == 1 ? lab_strdup(*base) : lab_format("%s-%u", *base, i);
        char *dir = lab_format("%s%s", stem, suffix);
        const bool made = mkdir(dir, 0755) == 0;

        if (!made && (errno != EEXIST || i == TRIES))
            rc = lab_fail_errno(fault, "%s: cannot make directory", dir);
        free(dir);
        if (made) {
            free(*base);
            *base = stem;
            return 0;
        }
        free(stem);
    }
    return rc;
}

/* The header of the run whose records these are, or NULL: they are none. */
static json_t *header_of(const char *text)
{
    json_t *first = json_loadb(text, strcspn(text, "\n"), 0, NULL);
    const char *type = json_string_value(json_object_get(first, "type"));

    if (type != NULL && strcmp(type, "header") == 0 &&
        json_is_integer(json_object_get(first, "format")) &&
        json_is_string(json_object_get(first, "sut")) &&
        json_is_string(json_object_get(first, "profile")))
        return first;
    json_decref(first);
    return NULL;
}

/* The records in dir, or NULL: there are none of a run of ours. */
static char *records_of(const char *dir)
{
    char *path = lab_format("%s/" RECORDS, dir);
    struct lab_fault ignored;
    char *text = NULL;
    json_t *header = lab_file_read(path, &text, NULL, &ignored) == 0 ? header_of(text) : NULL;

    free(path);
    if (header == NULL) {
        free(text);
        text = NULL;
    }
    json_decref(header);
    return text;
}

/* What is of a run that got no further than opening its sender. */
static bool never_began(const char *dir, const char *name)
{
    char *log = lab_format("%s/%s/adapter/adapter.log", dir, name);
    const bool is =
        (strcmp(name, SENDER) == 0 || strcmp(name, ASIDE) == 0) && access(log, F_OK) == 0;

    free(log);
    return is;
}

int lab_out_check(const char *dir, struct lab_fault *fault)
{
    char *records = records_of(dir);
    struct dirent **list = NULL;
    /* what is wrong with the directory, if anything, is said when it is made */
    const int count = records == NULL ? scandir(dir, &list, NULL, alphasort) : 0;
    int rc = 0;

    free(records);
    for (int i = 0; i < count; i++) {
        const char *name = list[i]->d_name;

        if (rc == 0 && strcmp(name, ".") != 0 && strcmp(name, "..") != 0 && !never_began(dir, name))
            rc = lab_fail(fault, EX_USAGE, "%s holds %s; expected a new or an empty directory", dir,
                          name);
        free(list[i]);
    }
    free(list);
    return rc;
}

int lab_out_aside(const char *dir, struct lab_fault *fault)
{
    char *before = lab_format("%s/" SENDER, dir);
    char *after = lab_format("%s/" ASIDE, dir);
    int rc = 0;

    if (access(before, F_OK) == 0) {
        rc = lab_remove_all(after, fault);
        if (rc == 0 && rename(before, after) != 0)
            rc = lab_fail_errno(fault, "%s: cannot move it aside", before);
    }
    free(after);
    free(before);
    return rc;
}

void lab_out_restore(const char *dir)
{
    char *before = lab_format("%s/" SENDER, dir);
    char *after = lab_format("%s/" ASIDE, dir);

    (void)rename(after, before); /* fails if something is in its place: what was said by one that
                                    could not be opened */
    free(after);
    free(before);
}

/* A case's name, and no way to somewhere else. */
static bool is_case(const char *name)
{
    return name != NULL && name[0] != '.' && name[0] != '\0' && strchr(name, '/') == NULL;
}

static int clear_part(const char *dir, const char *name, struct lab_fault *fault)
{
    char *path = lab_format("%s/%s", dir, name);
    int rc = lab_remove_all(path, fault);

    free(path);
    return rc;
}

static int clear_cases(const char *dir, char *records, struct lab_fault *fault)
{
    char *line;
    int rc = 0;

    while (rc == 0 && (line = strsep(&records, "\n")) != NULL) {
        json_t *record = json_loads(line, 0, NULL);
        const char *type = json_string_value(json_object_get(record, "type"));
        const char *name = json_string_value(json_object_get(record, "case"));

        if (type != NULL && strcmp(type, "case") == 0 && is_case(name))
            rc = clear_part(dir, name, fault);
        json_decref(record);
    }
    return rc;
}

int lab_out_clear(const char *dir, struct lab_fault *fault)
{
    char *records = records_of(dir);
    int rc = clear_part(dir, ASIDE, fault);

    if (rc == 0 && records != NULL)
        rc = clear_cases(dir, records, fault);
    if (rc == 0 && records != NULL)
        rc = clear_part(dir, RECORDS, fault);
    free(records);
    return rc;
}
