/* rules.c - rules.tsv and unobservable.tsv, and what scenarios cover. */
#include "scen/rules.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Cut the line at *text into exactly count fields; returns 0, or -1 with the number found in
 * *found. */
static int cut(char **text, char **fields, size_t count, size_t *found)
{
    char *line = strsep(text, "\n");

    *found = 0;
    while (line != NULL) {
        char *field = strsep(&line, "\t");

        if (*found < count)
            fields[*found] = field;
        (*found)++;
    }
    return *found == count ? 0 : -1;
}

static int load_rules(const char *path, struct lab_rules *out, struct lab_fault *fault)
{
    char *rest;
    char *f[5];
    size_t found;
    size_t line = 1;

    if (lab_file_read(path, &out->text, NULL, fault) != 0)
        return -1;
    rest = out->text;
    if (cut(&rest, f, 5, &found) != 0 || strcmp(f[0], "id") != 0)
        return lab_fail(
            fault, EX_DATAERR,
            "%s:1: no header; expected id, level, role, source, statement, tab separated", path);
    while (rest != NULL && *rest != '\0') {
        line++;
        if (cut(&rest, f, 5, &found) != 0)
            return lab_fail(fault, EX_DATAERR, "%s:%zu: %zu fields; expected 5, tab separated",
                            path, line, found);
        if (lab_rules_find(out, f[0]) != NULL)
            return lab_fail(fault, EX_DATAERR, "%s:%zu: rule %s again; expected it once", path,
                            line, f[0]);
        out->list = lab_realloc(out->list, out->count + 1, sizeof(*out->list));
        out->list[out->count++] = (struct lab_rule){f[0], f[1], f[2], f[3], f[4], NULL};
    }
    return 0;
}

static int load_unobservable(const char *path, struct lab_rules *out, struct lab_fault *fault)
{
    char *rest;
    char *f[2];
    size_t found;

    if (access(path, F_OK) != 0 && errno == ENOENT)
        return 0;
    if (lab_file_read(path, &out->reasons, NULL, fault) != 0)
        return -1;
    rest = out->reasons;
    for (size_t line = 1; rest != NULL && *rest != '\0'; line++) {
        bool known = false;

        if (cut(&rest, f, 2, &found) != 0)
            return lab_fail(fault, EX_DATAERR, "%s:%zu: %zu fields; expected rule, tab, reason",
                            path, line, found);
        for (size_t i = 0; i < out->count; i++) {
            if (strcmp(out->list[i].id, f[0]) == 0) {
                out->list[i].unobservable = f[1];
                known = true;
            }
        }
        if (!known && line > 1)
            return lab_fail(fault, EX_DATAERR, "%s:%zu: no rule %s; expected one of rules.tsv",
                            path, line, f[0]);
    }
    return 0;
}

int lab_rules_load(const char *rules_path, struct lab_rules *out, struct lab_fault *fault)
{
    const char *slash = strrchr(rules_path, '/');
    char *beside = lab_format("%.*sunobservable.tsv",
                              slash != NULL ? (int)(slash + 1 - rules_path) : 0, rules_path);
    int failed;

    memset(out, 0, sizeof(*out));
    failed = load_rules(rules_path, out, fault) != 0 || load_unobservable(beside, out, fault) != 0;
    free(beside);
    if (failed)
        lab_rules_free(out);
    return failed ? -1 : 0;
}

void lab_rules_free(struct lab_rules *rules)
{
    free(rules->list);
    free(rules->text);
    free(rules->reasons);
    memset(rules, 0, sizeof(*rules));
}

const struct lab_rule *lab_rules_find(const struct lab_rules *rules, const char *id)
{
    for (size_t i = 0; i < rules->count; i++) {
        if (strcmp(rules->list[i].id, id) == 0)
            return &rules->list[i];
    }
    return NULL;
}

bool lab_rule_wanted(const struct lab_rule *rule)
{
    return strcmp(rule->role, "C") == 0 &&
           (rule->id[0] == 'S' || strncmp(rule->id, "R-7672-", 7) == 0);
}

static bool cites(const struct lab_scenario *s, const char *rule)
{
    for (unsigned i = 0; i < s->rules_count; i++) {
        if (strcmp(s->rules[i], rule) == 0)
            return true;
    }
    return false;
}

size_t lab_coverage_of(const struct lab_rules *rules, const struct lab_catalogue *catalogue,
                       struct lab_coverage **out)
{
    struct lab_coverage *rows = lab_calloc(rules->count, sizeof(*rows));
    size_t count = 0;

    for (size_t i = 0; i < rules->count; i++) {
        struct lab_coverage *row = &rows[count];

        if (!lab_rule_wanted(&rules->list[i]))
            continue;
        count++;
        row->rule = &rules->list[i];
        for (size_t j = 0; j < catalogue->count; j++) {
            if (!cites(catalogue->list[j], row->rule->id))
                continue;
            row->ids = lab_realloc(row->ids, row->count + 1, sizeof(*row->ids));
            row->ids[row->count++] = catalogue->list[j]->id;
        }
    }
    *out = rows;
    return count;
}

void lab_coverage_free(struct lab_coverage *rows, size_t count)
{
    for (size_t i = 0; i < count; i++)
        free(rows[i].ids);
    free(rows);
}
