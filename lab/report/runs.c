/* runs.c - see runs.h. */
#include "report/runs.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/escape.h"
#include "run/evidence_dir.h"
#include "run/setup.h"

static const char *text_of(const json_t *object, const char *key)
{
    return json_string_value(json_object_get(object, key));
}

const char *lab_entry_text(const struct lab_entry *e, const char *key)
{
    return text_of(e->record, key);
}

const char *lab_ran_text(const struct lab_ran *r, const char *key)
{
    return text_of(r->header, key);
}

bool lab_ran_whole(const struct lab_ran *r)
{
    return r->footer != NULL && r->missing == 0;
}

enum { NAME_LEN_MAX = 200 };

/* Names become names of files and anchors, whoever wrote the record. */
static bool good_name(const char *name)
{
    size_t len = 0;

    if (name == NULL || !isalnum((unsigned char)name[0]))
        return false;
    while (isalnum((unsigned char)name[len]) || (name[len] != '\0' && strchr("-_.@", name[len])))
        len++;
    return len < NAME_LEN_MAX && name[len] == '\0';
}

/* Where in run.jsonl reading is. */
struct place {
    const char *path;
    unsigned line;
    struct lab_fault *fault;
};

static int wrong(const struct place *at, const char *what)
{
    return lab_fail(at->fault, EX_DATAERR, "%s:%u: %s", at->path, at->line, what);
}

static int check_texts(const json_t *record, const char *const *keys, const struct place *at)
{
    for (; *keys != NULL; keys++) {
        if (text_of(record, *keys) == NULL)
            return lab_fail(at->fault, EX_DATAERR, "%s:%u: no \"%s\"; expected a text", at->path,
                            at->line, *keys);
    }
    return 0;
}

static int add_header(struct lab_ran *r, json_t *record, const struct place *at)
{
    static const char *const needed[] = {"sut", "profile", NULL};

    if (r->header != NULL)
        return wrong(at, "a second header; expected cases and a footer");
    if (json_integer_value(json_object_get(record, "format")) != 1)
        return wrong(at, "another format than 1, the only one that is known here");
    r->header = json_incref(record);
    return check_texts(record, needed, at);
}

static int add_case(struct lab_ran *r, json_t *record, const struct place *at)
{
    static const char *const needed[] = {"id", "topic", "policy", "outcome", NULL};
    struct lab_entry e = {.record = record, .name = text_of(record, "case")};

    if (r->header == NULL)
        return wrong(at, "a case before the header");
    if (!good_name(e.name) || !good_name(text_of(record, "topic")))
        return wrong(at, "no case and topic that could be those of a scenario");
    if (!json_is_array(json_object_get(record, "rules")))
        return wrong(at, "no rules; expected an array");
    if (!lab_verdict_find(text_of(record, "verdict"), &e.verdict))
        return wrong(at, "no verdict; expected PASS, FAIL:leak or another of danelab(1)");
    e.stale = json_is_true(json_object_get(record, "stale"));
    e.sort = lab_verdict_sort_with(e.verdict, text_of(record, "known") != NULL, e.stale);
    r->list = lab_realloc(r->list, r->count + 1, sizeof(*r->list));
    r->list[r->count++] = e;
    (void)json_incref(record);
    r->sums[e.sort]++;
    return check_texts(record, needed, at);
}

static int add_record(struct lab_ran *r, json_t *record, const struct place *at)
{
    const char *type = text_of(record, "type");

    if (r->footer != NULL)
        return wrong(at, "something behind the footer");
    if (type != NULL && strcmp(type, "header") == 0)
        return add_header(r, record, at);
    if (type != NULL && strcmp(type, "case") == 0)
        return add_case(r, record, at);
    if (type == NULL || strcmp(type, "footer") != 0 || r->header == NULL)
        return wrong(at, "no record of a run; expected a header, then cases, then a footer");
    r->footer = json_incref(record);
    return 0;
}

/* The last line may be cut off where the run was. */
static int add_line(struct lab_ran *r, const char *text, bool last, const struct place *at)
{
    json_error_t error;
    json_t *record = json_loads(text, 0, &error);
    int rc = 0;

    if (record != NULL)
        rc = add_record(r, record, at);
    else if (!last)
        rc = lab_fail(at->fault, EX_DATAERR, "%s:%u:%d: %s; expected a record of a run", at->path,
                      at->line, error.column, error.text);
    json_decref(record);
    return rc;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(((const struct lab_entry *)a)->name, ((const struct lab_entry *)b)->name);
}

static int finish(struct lab_ran *r, const struct place *at)
{
    json_int_t counted = json_integer_value(json_object_get(r->footer, "cases"));

    if (r->header == NULL)
        return wrong(at, "no header; expected the record of a run");
    if (r->footer != NULL && counted > (json_int_t)r->count)
        r->missing = (size_t)counted - r->count;
    if (r->count > 0)
        qsort(r->list, r->count, sizeof(*r->list), by_name);
    for (size_t i = 1; i < r->count; i++)
        if (strcmp(r->list[i - 1].name, r->list[i].name) == 0)
            return lab_fail(at->fault, EX_DATAERR, "%s: case %s is in it twice", at->path,
                            r->list[i].name);
    return 0;
}

static void put_label(struct lab_ran *r)
{
    static const char *const texts[] = {"version", "profile", "setup", "variant", "resolver"};
    static const char *const before[] = {" ", ", ", ", set-up ", ", variant ", ", resolver "};
    const bool setup = lab_ran_text(r, "setup") != NULL;
    const char *name = lab_ran_text(r, "name");
    struct lab_text t = {0};

    lab_put_line(&t, name != NULL ? name : lab_ran_text(r, "sut"));
    for (size_t i = 0; i < (setup ? 3 : LAB_COUNT(texts)); i++) {
        const char *text = lab_ran_text(r, texts[i]);

        if (text == NULL || strcmp(text, lab_resolver_at(0)->name) == 0)
            continue;
        lab_text_put(&t, "%s", before[i]);
        lab_put_line(&t, text);
    }
    if (json_is_true(json_object_get(r->header, "fast")))
        lab_text_put(&t, ", fast");
    r->label = t.text;
}

static int load(const char *dir, struct lab_ran *r, struct lab_fault *fault)
{
    char *path = lab_format("%s/run.jsonl", dir);
    struct place at = {path, 0, fault};
    char *text = NULL;
    char *rest, *line;
    int rc = lab_file_read(path, &text, NULL, fault);

    r->dir = lab_strdup(dir);
    for (rest = text; rc == 0 && (line = strsep(&rest, "\n")) != NULL;) {
        at.line++;
        if (*line != '\0')
            rc = add_line(r, line, rest == NULL, &at);
    }
    if (rc == 0)
        rc = finish(r, &at);
    if (rc == 0)
        put_label(r);
    free(text);
    free(path);
    return rc;
}

static int entry_against(const void *name, const void *entry)
{
    return strcmp(name, ((const struct lab_entry *)entry)->name);
}

const struct lab_entry *lab_ran_find(const struct lab_ran *r, const char *name)
{
    return r->count == 0 ? NULL : bsearch(name, r->list, r->count, sizeof(*r->list), entry_against);
}

static int by_topic(const void *a, const void *b)
{
    const struct lab_row *x = a;
    const struct lab_row *y = b;
    int order = strcmp(x->topic, y->topic);

    return order != 0 ? order : strcmp(x->name, y->name);
}

static void fill_row(struct lab_row *row, const struct lab_entry *e)
{
    row->name = e->name;
    row->id = lab_entry_text(e, "id");
    row->topic = lab_entry_text(e, "topic");
    row->policy = lab_entry_text(e, "policy");
    row->title = lab_entry_text(e, "title");
    row->rules = json_object_get(e->record, "rules");
}

/* A case in all runs: its row; known cases of earlier runs have theirs already. */
static void add_row(struct lab_runs *runs, size_t run, const struct lab_entry *e)
{
    struct lab_row row = {0};

    for (size_t i = 0; i < run; i++)
        if (lab_ran_find(&runs->list[i], e->name) != NULL)
            return;
    fill_row(&row, e);
    row.of = lab_calloc(runs->count, sizeof(*row.of));
    for (size_t i = run; i < runs->count; i++) {
        row.of[i] = lab_ran_find(&runs->list[i], e->name);
        if (row.of[i] != NULL && lab_verdict_rank(row.of[i]->verdict) > row.worst)
            row.worst = lab_verdict_rank(row.of[i]->verdict);
    }
    runs->rows = lab_realloc(runs->rows, runs->rows_count + 1, sizeof(*runs->rows));
    runs->rows[runs->rows_count++] = row;
}

static void make_rows(struct lab_runs *runs)
{
    for (size_t run = 0; run < runs->count; run++)
        for (size_t i = 0; i < runs->list[run].count; i++)
            add_row(runs, run, &runs->list[run].list[i]);
    if (runs->rows_count > 0)
        qsort(runs->rows, runs->rows_count, sizeof(*runs->rows), by_topic);
}

static void make_topics(struct lab_runs *runs)
{
    for (size_t i = 0; i < runs->rows_count; i++) {
        const char *name = runs->rows[i].topic;

        if (i == 0 || strcmp(runs->rows[i - 1].topic, name) != 0) {
            runs->topics = lab_realloc(runs->topics, runs->topics_count + 1, sizeof(*runs->topics));
            runs->topics[runs->topics_count++] = (struct lab_topic){name, i, i};
        }
        runs->topics[runs->topics_count - 1].end++;
    }
}

/* Two runs that are called the same are told apart by where they are. */
static void tell_apart(struct lab_runs *runs)
{
    bool *same = lab_calloc(runs->count, sizeof(*same));

    for (size_t i = 0; i < runs->count; i++)
        for (size_t k = 0; k < runs->count; k++)
            same[i] = same[i] || (i != k && strcmp(runs->list[i].label, runs->list[k].label) == 0);
    for (size_t i = 0; i < runs->count; i++) {
        struct lab_text t = {0};

        if (!same[i])
            continue;
        lab_text_put(&t, "%s (", runs->list[i].label);
        lab_put_line(&t, runs->list[i].dir);
        lab_text_put(&t, ")");
        free(runs->list[i].label);
        runs->list[i].label = t.text;
    }
    free(same);
}

int lab_runs_load(char *const *dirs, size_t count, struct lab_runs *out, struct lab_fault *fault)
{
    memset(out, 0, sizeof(*out));
    out->list = lab_calloc(count, sizeof(*out->list));
    for (; out->count < count; out->count++) {
        if (load(dirs[out->count], &out->list[out->count], fault) != 0) {
            out->count++; /* what it holds by now is released */
            return -1;
        }
    }
    tell_apart(out);
    make_rows(out);
    make_topics(out);
    return 0;
}

static void free_ran(struct lab_ran *r)
{
    for (size_t i = 0; i < r->count; i++)
        json_decref(r->list[i].record);
    free(r->list);
    json_decref(r->header);
    json_decref(r->footer);
    free(r->label);
    free(r->dir);
}

void lab_runs_free(struct lab_runs *runs)
{
    for (size_t i = 0; i < runs->rows_count; i++)
        free((void *)runs->rows[i].of);
    free(runs->rows);
    free(runs->topics);
    for (size_t i = 0; i < runs->count; i++)
        free_ran(&runs->list[i]);
    free(runs->list);
    memset(runs, 0, sizeof(*runs));
}

void lab_runs_sum(const struct lab_runs *runs, const struct lab_topic *topic, size_t run,
                  unsigned sums[LAB_SORT_COUNT])
{
    memset(sums, 0, LAB_SORT_COUNT * sizeof(*sums));
    for (size_t i = topic->first; i < topic->end; i++)
        if (runs->rows[i].of[run] != NULL)
            sums[runs->rows[i].of[run]->sort]++;
}

char *lab_rerun_of(const struct lab_ran *r, const struct lab_entry *e)
{
    const char *resolver = lab_ran_text(r, "resolver");
    struct lab_scenario s = {.id = lab_strdup(lab_entry_text(e, "id"))};
    struct lab_case k = {.scenario = &s};
    char *name = lab_strdup(lab_ran_text(r, "setup") != NULL ? lab_ran_text(r, "setup") : "");
    const struct lab_setup setup = {.name = name};
    const struct lab_run_config config = {.sut = lab_ran_text(r, "sut"),
                                          .setup = name[0] != '\0' ? &setup : NULL,
                                          .variant = lab_ran_text(r, "variant"),
                                          .profile = lab_ran_text(r, "profile"),
                                          .resolver =
                                              resolver != NULL ? lab_resolver_find(resolver) : NULL,
                                          .fast = json_is_true(json_object_get(r->header, "fast"))};
    char *command;

    (void)lab_policy_find(lab_entry_text(e, "policy"), &k.policy);
    command = lab_rerun_command(&config, &k);
    free(name);
    free(s.id);
    return command;
}
