/* merge.c - run.jsonl of several runs, see merge.h. */
#include "run/merge.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What must be the same in all parts, and what is added up. */
static const char *const same[] = {"format", "sut",     "name",     "version", "kind", "profile",
                                   "setup",  "variant", "resolver", "fast",    "epoch"};
static const char *const added[] = {"cases", "passed", "failed", "skipped", "known", "stale"};
static const char *const longest[] = {"boot_ms", "total_ms"};

static int add_header(struct lab_merge *m, json_t *header, const char *path,
                      struct lab_fault *fault)
{
    if (m->header == NULL) {
        m->header = json_incref(header);
        m->cases = json_object();
        m->verdicts = json_object();
        m->sums = json_pack("{s:s}", "type", "footer");
        return 0;
    }
    for (size_t i = 0; i < LAB_COUNT(same); i++)
        if (!json_equal(json_object_get(m->header, same[i]), json_object_get(header, same[i])))
            return lab_fail(fault, EX_DATAERR, "%s:1: another %s than in the first run", path,
                            same[i]);
    (void)json_object_del(m->header, "inputs_sha256"); /* of one part only */
    return json_object_set_new(
        m->header, "scenarios",
        json_integer(json_integer_value(json_object_get(m->header, "scenarios")) +
                     json_integer_value(json_object_get(header, "scenarios"))));
}

static int add_case(struct lab_merge *m, json_t *record, const char *path, unsigned line,
                    struct lab_fault *fault)
{
    const char *name = json_string_value(json_object_get(record, "case"));

    if (name == NULL || m->cases == NULL)
        return lab_fail(fault, EX_DATAERR, "%s:%u: expected a header, then cases", path, line);
    if (json_object_get(m->cases, name) != NULL)
        return lab_fail(fault, EX_DATAERR, "%s:%u: case %s is in an earlier run as well", path,
                        line, name);
    return json_object_set(m->cases, name, record);
}

static void add_number(json_t *to, const char *key, json_int_t n)
{
    (void)json_object_set_new(to, key,
                              json_integer(json_integer_value(json_object_get(to, key)) + n));
}

static void add_footer(struct lab_merge *m, json_t *footer)
{
    bool broken = json_is_true(json_object_get(footer, "lab_broken")) ||
                  json_is_true(json_object_get(m->sums, "lab_broken"));
    json_t *verdicts = json_object_get(footer, "verdicts");

    for (size_t i = 0; i < LAB_COUNT(added); i++)
        add_number(m->sums, added[i], json_integer_value(json_object_get(footer, added[i])));
    for (void *i = json_object_iter(verdicts); i != NULL; i = json_object_iter_next(verdicts, i))
        add_number(m->verdicts, json_object_iter_key(i),
                   json_integer_value(json_object_iter_value(i)));
    (void)json_object_set(m->sums, "verdicts", m->verdicts);
    for (size_t i = 0; i < LAB_COUNT(longest); i++) {
        json_int_t n = json_integer_value(json_object_get(footer, longest[i]));

        if (n >= json_integer_value(json_object_get(m->sums, longest[i])))
            (void)json_object_set_new(m->sums, longest[i], json_integer(n));
    }
    (void)json_object_set_new(m->sums, "lab_broken", json_boolean(broken));
}

/* One line; *ended: it was the footer. */
static int add_line(struct lab_merge *m, const char *text, const char *path, unsigned line,
                    bool *ended, struct lab_fault *fault)
{
    json_error_t error;
    json_t *record = json_loads(text, 0, &error);
    const char *type = json_string_value(json_object_get(record, "type"));
    int rc = 0;

    if (record == NULL || type == NULL)
        rc = lab_fail(fault, EX_DATAERR, "%s:%u:%d: %s; expected a record of a run", path, line,
                      record == NULL ? error.column : 1,
                      record == NULL ? error.text : "no type in it");
    else if (strcmp(type, "header") == 0)
        rc = add_header(m, record, path, fault);
    else if (strcmp(type, "case") == 0)
        rc = add_case(m, record, path, line, fault);
    else if (m->header != NULL)
        add_footer(m, record);
    *ended = type != NULL && strcmp(type, "footer") == 0;
    json_decref(record);
    return rc;
}

int lab_merge_add(struct lab_merge *m, const char *dir, struct lab_fault *fault)
{
    char *path = lab_format("%s/run.jsonl", dir);
    char *text = NULL;
    char *rest, *line;
    bool ended = false;
    unsigned number = 0;
    int rc = lab_file_read(path, &text, NULL, fault);

    for (rest = text; rc == 0 && (line = strsep(&rest, "\n")) != NULL && *line != '\0';)
        rc = add_line(m, line, path, ++number, &ended, fault);
    if (rc == 0 && !ended)
        rc = lab_fail(fault, EX_DATAERR, "%s:%u: the run did not end: no footer", path, number + 1);
    free(text);
    free(path);
    return rc;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void write_cases(const struct lab_merge *m, FILE *out)
{
    const char **names = lab_calloc(json_object_size(m->cases), sizeof(*names));
    size_t count = 0;
    const char *name;
    json_t *record;

    json_object_foreach(m->cases, name, record) names[count++] = name;
    if (count > 0)
        qsort(names, count, sizeof(*names), by_name);
    for (size_t i = 0; i < count; i++) {
        (void)json_dumpf(json_object_get(m->cases, names[i]), out,
                         JSON_COMPACT | JSON_PRESERVE_ORDER);
        (void)fputc('\n', out);
    }
    free(names);
}

int lab_merge_write(const struct lab_merge *m, const char *dir, struct lab_fault *fault)
{
    char *path = lab_format("%s/run.jsonl", dir);
    FILE *out = lab_make_dirs(dir, fault) == 0 ? fopen(path, "we") : NULL;
    bool failed = out == NULL;

    if (out != NULL) {
        (void)json_dumpf(m->header, out, JSON_COMPACT | JSON_PRESERVE_ORDER);
        (void)fputc('\n', out);
        write_cases(m, out);
        (void)json_dumpf(m->sums, out, JSON_COMPACT | JSON_PRESERVE_ORDER);
        (void)fputc('\n', out);
        failed = ferror(out) != 0;
        failed = fclose(out) != 0 || failed;
    }
    if (failed)
        (void)lab_fail_errno(fault, "%s: cannot write", path);
    free(path);
    return failed ? -1 : 0;
}

void lab_merge_free(struct lab_merge *m)
{
    json_decref(m->header);
    json_decref(m->cases);
    json_decref(m->sums);
    json_decref(m->verdicts);
    memset(m, 0, sizeof(*m));
}
