/* junit.c - runs as JUnit's XML, for the pages of CI systems. */
#include <stdlib.h>
#include <string.h>

#include "base/escape.h"
#include "report/document.h"

struct counts {
    unsigned tests, failures, errors, skipped;
};

static struct counts count(const struct lab_ran *ran)
{
    const unsigned *of = ran->sums;
    char *trouble = lab_ran_trouble(ran);
    unsigned more = trouble != NULL ? 1 : 0;

    free(trouble);
    return (struct counts){(unsigned)ran->count + more, of[LAB_SORT_FAILED],
                           of[LAB_SORT_BROKEN] + more, of[LAB_SORT_NEITHER] + of[LAB_SORT_KNOWN]};
}

static void put_counts(struct lab_text *t, struct counts n)
{
    lab_text_put(t, " tests=\"%u\" failures=\"%u\" errors=\"%u\" skipped=\"%u\"", n.tests,
                 n.failures, n.errors, n.skipped);
}

/* What a person wants to read of a case that is not as it should be. */
static void put_story(struct lab_text *t, const struct lab_ran *ran, const struct lab_entry *e)
{
    static const char *const keys[] = {"title", "expected", "seen", "why", "text", "known"};
    char *again = lab_rerun_of(ran, e);

    for (size_t i = 0; i < LAB_COUNT(keys); i++)
        if (lab_entry_text(e, keys[i]) != NULL)
            LAB_MARKUP(t, "{}: {}\n", keys[i], lab_entry_text(e, keys[i]));
    LAB_MARKUP(t, "again: {}\nevidence: {}/{}\n", again, ran->dir, e->name);
    free(again);
}

static void put_wrong(struct lab_text *t, const char *element, const struct lab_ran *ran,
                      const struct lab_entry *e)
{
    const char *seen = lab_entry_text(e, "seen");
    const char *type = e->stale ? "stale" : lab_verdict_name(e->verdict);
    char *why = lab_entry_why(e);

    lab_text_put(t, "<%s", element);
    LAB_MARKUP(t, " type=\"{}\" message=\"{}: {}\">", type, lab_verdict_name(e->verdict),
               seen != NULL && !e->stale ? seen : why);
    put_story(t, ran, e);
    lab_text_put(t, "</%s>", element);
    free(why);
}

static void put_inside(struct lab_text *t, const struct lab_ran *ran, const struct lab_entry *e)
{
    const char *verdict = lab_verdict_name(e->verdict);
    char *why = lab_entry_why(e);

    switch (e->sort) {
    case LAB_SORT_FAILED:
        put_wrong(t, "failure", ran, e);
        break;
    case LAB_SORT_BROKEN:
        put_wrong(t, "error", ran, e);
        break;
    case LAB_SORT_KNOWN:
        LAB_MARKUP(t, "<skipped message=\"known failure, {}: {}\"/>", verdict, why);
        break;
    case LAB_SORT_NEITHER:
        LAB_MARKUP(t, "<skipped message=\"{}: {}\"/>", verdict, why);
        break;
    case LAB_SORT_GOOD:
        if (e->verdict != LAB_V_PASS)
            LAB_MARKUP(t, "<system-out>{}: {}</system-out>", verdict, why);
        break;
    case LAB_SORT_COUNT:
        break;
    }
    free(why);
}

/* Dots would part the name of a class. */
static char *class_name(const struct lab_ran *ran)
{
    char *name = lab_strdup(ran->label);

    for (char *p = name; *p != '\0'; p++)
        if (*p == '.')
            *p = '_';
    return name;
}

static void put_suite(struct lab_text *t, const struct lab_ran *ran)
{
    char *class = class_name(ran);
    char *trouble = lab_ran_trouble(ran);

    LAB_MARKUP(t, "<testsuite name=\"{}\"", ran->label);
    put_counts(t, count(ran));
    lab_text_put(t, " time=\"%.3f\">\n",
                 (double)json_integer_value(json_object_get(ran->footer, "total_ms")) / 1000);
    for (size_t i = 0; i < ran->count; i++) {
        LAB_MARKUP(t, "<testcase classname=\"{}.{}\" name=\"{}\">", class,
                   lab_entry_text(&ran->list[i], "topic"), ran->list[i].name);
        put_inside(t, ran, &ran->list[i]);
        lab_text_put(t, "</testcase>\n");
    }
    if (trouble != NULL)
        LAB_MARKUP(t,
                   "<testcase classname=\"{}\" name=\"the run\"><error type=\"{}\" "
                   "message=\"the run {}\"/></testcase>\n",
                   class, lab_ran_whole(ran) ? "LAB-INVALID" : "TRUNCATED", trouble);
    lab_text_put(t, "</testsuite>\n");
    free(trouble);
    free(class);
}

void lab_report_junit(const struct lab_reporting *r, struct lab_text *out)
{
    struct counts all = {0};

    for (size_t i = 0; i < r->runs->count; i++) {
        struct counts n = count(&r->runs->list[i]);

        all.tests += n.tests;
        all.failures += n.failures;
        all.errors += n.errors;
        all.skipped += n.skipped;
    }
    lab_text_put(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"danelab\"");
    put_counts(out, all);
    lab_text_put(out, ">\n");
    for (size_t i = 0; i < r->runs->count; i++)
        put_suite(out, &r->runs->list[i]);
    lab_text_put(out, "</testsuites>\n");
}
