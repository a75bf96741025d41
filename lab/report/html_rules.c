/* html_rules.c - runs by rules, in the sections of their RFCs: which rules are covered, and how the
 * senders kept them. */
#include <stdlib.h>
#include <string.h>

#include "report/html.h"

/* A run of rules that have the same source. */
struct part {
    const char *source;
    const struct lab_cover *covers;
    size_t count;
};

static size_t parts_make(const struct lab_cover *covers, size_t count, struct part **out)
{
    struct part *list = lab_calloc(count, sizeof(*list));
    size_t n = 0;

    for (size_t i = 0; i < count; i++) {
        if (n > 0 && strcmp(list[n - 1].source, covers[i].rule->source) == 0)
            list[n - 1].count++;
        else
            list[n++] = (struct part){covers[i].rule->source, &covers[i], 1};
    }
    *out = list;
    return n;
}

/* "RFC 7672, section 2.1.2" for "7672#2.1.2". */
static void put_source(const char *source, struct lab_text *t)
{
    const char *hash = strchr(source, '#');

    if (hash == NULL) {
        LAB_MARKUP(t, "{}", source);
        return;
    }
    lab_text_put(t, "RFC %.*s, section ", (int)(hash - source), source);
    LAB_MARKUP(t, "{}", hash + 1);
}

static const struct lab_entry *worst_of(const struct part *p, size_t run)
{
    const struct lab_entry *worst = NULL;

    for (size_t i = 0; i < p->count; i++)
        worst = lab_entry_worse(worst, lab_cover_worst(&p->covers[i], run));
    return worst;
}

static void put_uncovered(const struct lab_rule *rule, struct lab_text *t)
{
    if (rule->unobservable != NULL)
        LAB_MARKUP(t, "<p class=\"dim\">no case: {}</p>", rule->unobservable);
    else
        lab_html_raw(t, "<p class=\"dim\">no case in these runs</p>");
}

static void put_rule(const struct lab_reporting *r, const struct lab_cover *c, struct lab_text *t)
{
    LAB_MARKUP(
        t, "<tr id=\"rule-{}\"><th scope=\"row\"><b>{}</b> <i class=\"tag\">{}</i> <span>{}</span>",
        c->rule->id, c->rule->id, c->rule->level, c->rule->statement);
    if (c->count == 0) {
        put_uncovered(c->rule, t);
    } else {
        lab_html_raw(t, "<details><summary>");
        lab_html_number(t, c->count, "case", "cases");
        lab_html_raw(t, "</summary><p>");
        for (size_t i = 0; i < c->count; i++)
            LAB_MARKUP(t, "<a href=\"#c-{}\">{}</a> ", c->rows[i]->name, c->rows[i]->name);
        lab_html_raw(t, "</p></details>");
    }
    lab_html_raw(t, "</th>");
    for (size_t run = 0; run < r->runs->count; run++)
        lab_html_cell(t, lab_cover_worst(c, run), run);
    lab_html_raw(t, "</tr>\n");
}

static void put_part(const struct lab_reporting *r, const struct part *p, struct lab_text *t)
{
    size_t covered = 0;

    for (size_t i = 0; i < p->count; i++)
        covered += p->covers[i].count > 0 ? 1 : 0;
    lab_html_raw(t, "<details class=\"topic\"><summary><h3>");
    put_source(p->source, t);
    lab_text_put(t, "</h3> <span class=\"dim\">%zu of ", covered);
    lab_html_number(t, p->count, "rule", "rules");
    LAB_MARKUP(t,
               " covered</span></summary>\n<div class=\"wide\"><table class=\"matrix rules\" "
               "id=\"s-{}\"><caption class=\"away\">Rules of {}, with the worst verdict of each "
               "run</caption><thead><tr><th scope=\"col\">rule</th>",
               p->source, p->source);
    lab_html_heads(t, r->runs);
    lab_html_raw(t, "</tr></thead>\n<tbody>\n");
    for (size_t i = 0; i < p->count; i++)
        put_rule(r, &p->covers[i], t);
    lab_html_raw(t, "</tbody></table></div></details>\n");
}

static void put_overview(const struct lab_reporting *r, const struct part *parts, size_t count,
                         struct lab_text *t)
{
    lab_html_raw(t, "<div class=\"wide\" tabindex=\"0\" role=\"group\" aria-label=\"Runs by "
                    "sections\"><table class=\"matrix sections\"><caption>Runs by sections: the "
                    "worst verdict among the cases that cite a rule of it</caption>"
                    "<thead><tr><th scope=\"col\">section</th>");
    lab_html_heads(t, r->runs);
    lab_html_raw(t, "</tr></thead>\n<tbody>\n");
    for (size_t i = 0; i < count; i++) {
        LAB_MARKUP(t, "<tr><th scope=\"row\"><a href=\"#s-{}\">", parts[i].source);
        put_source(parts[i].source, t);
        lab_html_raw(t, "</a></th>");
        for (size_t run = 0; run < r->runs->count; run++)
            lab_html_cell(t, worst_of(&parts[i], run), run);
        lab_html_raw(t, "</tr>\n");
    }
    lab_html_raw(t, "</tbody></table></div>\n");
}

void lab_html_rules(const struct lab_reporting *r, struct lab_text *t)
{
    struct lab_cover *covers;
    size_t count = lab_covers_make(r, &covers);
    struct part *parts;
    size_t parts_count = parts_make(covers, count, &parts);
    size_t covered = 0;

    for (size_t i = 0; i < count; i++)
        covered += covers[i].count > 0 ? 1 : 0;
    lab_html_raw(t, "<section aria-labelledby=\"rules\">\n<h2 id=\"rules\">Rules</h2>\n");
    lab_text_put(t, "<p>The cases of these runs cite %zu of %zu rules.</p>\n", covered, count);
    put_overview(r, parts, parts_count, t);
    for (size_t i = 0; i < parts_count; i++)
        put_part(r, &parts[i], t);
    lab_html_raw(t, "</section>\n");
    free(parts);
    lab_covers_free(covers, count);
}
