/* html_differences.c - between two profiles, versions or variants of a sender, or between two runs.
 */
#include <stdlib.h>
#include <string.h>

#include "report/differ.h"
#include "report/html.h"

static void put_change(const struct lab_change *c, struct lab_text *t)
{
    const struct lab_entry *e = lab_change_entry(c);
    char *from_to = lab_change_way(c, "\xe2\x86\x92");

    LAB_MARKUP(t,
               "<tr><td>{}</td><th scope=\"row\"><a href=\"#c-{}\">{}</a></th><td>{}</td></tr>\n",
               lab_change_name(c->kind), e->name, e->name, from_to);
    free(from_to);
}

/* What is in one run only is as many lines as profiles have cases of their own: numbers are enough.
 */
static bool in_one_only(const struct lab_change *c)
{
    return c->kind == LAB_CHANGE_APPEARED || c->kind == LAB_CHANGE_GONE;
}

static void put_changes(const struct lab_differ *d, struct lab_text *t)
{
    unsigned listed = (unsigned)d->count - d->of[LAB_CHANGE_APPEARED] - d->of[LAB_CHANGE_GONE];

    if (listed == 0)
        return;
    lab_html_raw(t, "<div class=\"wide\"><table class=\"changes\"><caption "
                    "class=\"away\">Changes</caption><thead><tr><th scope=\"col\">change</th><th "
                    "scope=\"col\">case</th><th scope=\"col\">verdict and "
                    "outcome</th></tr></thead>\n<tbody>\n");
    for (size_t i = 0; i < d->count; i++)
        if (!in_one_only(&d->list[i]))
            put_change(&d->list[i], t);
    lab_html_raw(t, "</tbody></table></div>\n");
}

static void put_pair(const struct lab_ran *old, const struct lab_ran *new, struct lab_text *t)
{
    struct lab_differ d;
    char *notes;

    lab_differ_make(old, new, &d);
    notes = lab_differ_notes(&d);
    LAB_MARKUP(t,
               "<details class=\"topic\"{}><summary><h3>{} <span class=\"dim\">\xe2\x86\x92</span> "
               "{}</h3> <span class=\"dim\">",
               d.count > 0 && d.count < 40 ? " open" : "", old->label, new->label);
    lab_differ_sum(&d, t);
    LAB_MARKUP(t, "</span></summary>\n<p class=\"notes\">{}</p>\n", notes);
    put_changes(&d, t);
    lab_html_raw(t, "</details>\n");
    free(notes);
    lab_differ_free(&d);
}

static bool same_sender(const struct lab_ran *a, const struct lab_ran *b)
{
    return strcmp(lab_ran_text(a, "sut"), lab_ran_text(b, "sut")) == 0;
}

void lab_html_differences(const struct lab_reporting *r, struct lab_text *t)
{
    const struct lab_runs *runs = r->runs;
    size_t pairs = 0;

    lab_html_raw(
        t, "<section aria-labelledby=\"differences\">\n<h2 id=\"differences\">Differences</h2>\n");
    for (size_t i = 0; i < runs->count; i++) {
        size_t first = 0;

        while (first < i && !same_sender(&runs->list[first], &runs->list[i]))
            first++;
        if (runs->count == 2)
            first = 0;
        if (first == i)
            continue;
        put_pair(&runs->list[first], &runs->list[i], t);
        pairs++;
    }
    if (pairs == 0)
        lab_html_raw(t, runs->count > 1 ? "<p>No sender is in two of these runs.</p>\n"
                                        : "<p>There is one run only.</p>\n");
    if (runs->count > 1)
        lab_html_raw(
            t, "<p class=\"hint script\">Any two runs: choose the one as Run and the other as "
               "Otherwise than run, in the filter of the <a href=\"#matrix\">matrix</a>.</p>\n");
    lab_html_raw(t, "</section>\n");
}
