/* document.c - what the formats of document.h share. */
#include "report/document.h"

#include <ctype.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void put_component(struct lab_text *t, const char *s, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        if (isalnum((unsigned char)s[i]) || strchr("-_.~@+=,/", s[i]) != NULL)
            lab_text_add(t, s + i, 1);
        else
            lab_text_put(t, "%%%02X", (unsigned)(unsigned char)s[i]);
    }
}

static bool ends(char c)
{
    return c == '/' || c == '\0';
}

/* How much of two absolute paths is the same directory. */
static size_t in_common(const char *a, const char *b)
{
    size_t common = 0;

    for (size_t i = 0; a[i] == b[i] || (ends(a[i]) && ends(b[i])); i++) {
        if (ends(a[i]))
            common = i;
        if (a[i] == '\0' || b[i] == '\0')
            break;
    }
    return common;
}

/* From one directory to another: up as far as needed, then down. */
static char *way(const char *from, const char *to)
{
    char *a = realpath(from, NULL);
    char *b = realpath(to, NULL);
    struct lab_text t = {0};

    lab_text_add(&t, "", 0);
    if (a == NULL || b == NULL) {
        put_component(&t, to, strlen(to));
    } else {
        size_t common = in_common(a, b);
        const char *down = b + common + (b[common] == '/' ? 1 : 0);

        for (const char *p = a + common; *p != '\0'; p++)
            if (*p == '/' && p[1] != '\0')
                lab_text_put(&t, "../");
        put_component(&t, down, strlen(down));
    }
    if (t.len == 0)
        lab_text_put(&t, ".");
    free(a);
    free(b);
    return t.text;
}

void lab_ways_make(struct lab_reporting *r, const char *from)
{
    r->ways = lab_calloc(r->runs->count, sizeof(*r->ways));
    for (size_t i = 0; i < r->runs->count; i++)
        r->ways[i] = way(from, r->runs->list[i].dir);
}

void lab_ways_free(struct lab_reporting *r)
{
    for (size_t i = 0; i < r->runs->count; i++)
        free(r->ways[i]);
    free((void *)r->ways);
    r->ways = NULL;
}

char *lab_evidence_link(const struct lab_reporting *r, size_t run, const struct lab_entry *e,
                        const char *file)
{
    char *path = lab_format("%s/%s/%s", r->runs->list[run].dir, e->name, file);
    char *link =
        access(path, R_OK) == 0 ? lab_format("%s/%s/%s", r->ways[run], e->name, file) : NULL;

    free(path);
    return link;
}

char *lab_ran_trouble(const struct lab_ran *ran)
{
    if (ran->footer == NULL)
        return lab_format("did not end: %zu case%s recorded, and no footer behind them", ran->count,
                          ran->count == 1 ? " is" : "s are");
    if (ran->missing > 0)
        return lab_format("is not whole: its footer counts %zu case%s more than are recorded",
                          ran->missing, lab_plural(ran->missing));
    return json_is_true(json_object_get(ran->footer, "lab_broken")) &&
                   ran->sums[LAB_SORT_BROKEN] == 0
               ? lab_strdup("is not to be trusted: the lab broke, or a control failed at its end")
               : NULL;
}

char *lab_entry_why(const struct lab_entry *e)
{
    const char *known = lab_entry_text(e, "known");
    const char *reference = lab_entry_text(e, "reference");
    const char *why = lab_entry_text(e, "why");

    if (known == NULL)
        return lab_strdup(why != NULL ? why : "");
    return lab_format("%s%s%s%s%s", e->stale ? "no longer so: " : "", known,
                      reference != NULL ? " (" : "", reference != NULL ? reference : "",
                      reference != NULL ? ")" : "");
}

static int by_rank(const void *a, const void *b)
{
    const struct lab_spot *x = a;
    const struct lab_spot *y = b;
    unsigned left = lab_verdict_rank(x->entry->verdict);
    unsigned right = lab_verdict_rank(y->entry->verdict);

    if (left != right)
        return left < right ? 1 : -1;
    if (x->row != y->row)
        return x->row < y->row ? -1 : 1;
    return x->run < y->run ? -1 : x->run > y->run;
}

size_t lab_spots_make(const struct lab_runs *runs, bool (*wanted)(const struct lab_entry *e),
                      struct lab_spot **out)
{
    struct lab_spot *list = lab_calloc(runs->rows_count * runs->count, sizeof(*list));
    size_t count = 0;

    for (size_t i = 0; i < runs->rows_count; i++)
        for (size_t run = 0; run < runs->count; run++)
            if (runs->rows[i].of[run] != NULL && wanted(runs->rows[i].of[run]))
                list[count++] = (struct lab_spot){&runs->rows[i], run, runs->rows[i].of[run]};
    if (count > 0)
        qsort(list, count, sizeof(*list), by_rank);
    *out = list;
    return count;
}

bool lab_is_wrong(const struct lab_entry *e)
{
    return e->sort == LAB_SORT_FAILED || e->sort == LAB_SORT_BROKEN;
}

bool lab_is_known(const struct lab_entry *e)
{
    return e->sort == LAB_SORT_KNOWN;
}

bool lab_is_any(const struct lab_entry *e)
{
    (void)e;
    return true;
}

static bool cites(const struct lab_row *row, const char *rule)
{
    size_t i;
    json_t *cited;

    json_array_foreach(row->rules, i, cited)
    {
        if (json_is_string(cited) && strcmp(json_string_value(cited), rule) == 0)
            return true;
    }
    return false;
}

size_t lab_covers_make(const struct lab_reporting *r, struct lab_cover **out)
{
    struct lab_cover *list = lab_calloc(r->rules->count, sizeof(*list));
    size_t count = 0;

    for (size_t i = 0; i < r->rules->count; i++) {
        struct lab_cover c = {.rule = &r->rules->list[i]};

        c.rows = lab_calloc(r->runs->rows_count, sizeof(*c.rows));
        for (size_t k = 0; k < r->runs->rows_count; k++)
            if (cites(&r->runs->rows[k], c.rule->id))
                c.rows[c.count++] = &r->runs->rows[k];
        if (c.count > 0 || lab_rule_wanted(c.rule))
            list[count++] = c;
        else
            free((void *)c.rows);
    }
    *out = list;
    return count;
}

void lab_covers_free(struct lab_cover *covers, size_t count)
{
    for (size_t i = 0; i < count; i++)
        free((void *)covers[i].rows);
    free(covers);
}

const struct lab_entry *lab_entry_worse(const struct lab_entry *a, const struct lab_entry *b)
{
    if (a == NULL || b == NULL)
        return a != NULL ? a : b;
    return lab_verdict_rank(b->verdict) > lab_verdict_rank(a->verdict) ? b : a;
}

const struct lab_entry *lab_cover_worst(const struct lab_cover *c, size_t run)
{
    const struct lab_entry *worst = NULL;

    for (size_t i = 0; i < c->count; i++)
        worst = lab_entry_worse(worst, c->rows[i]->of[run]);
    return worst;
}
