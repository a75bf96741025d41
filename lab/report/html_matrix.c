/* html_matrix.c - what is wrong, and senders by scenarios. */
#include <stdlib.h>
#include <string.h>

#include "report/html.h"

/* So many lines are shown without being asked for. */
enum { OPEN_MAX = 30 };

/* --- what is wrong, by verdict */

/* Spots of one row and verdict follow one another. */
static size_t put_spot(const struct lab_spot *list, size_t count, struct lab_text *t)
{
    const struct lab_row *row = list[0].row;
    size_t n = 0;

    LAB_MARKUP(t,
               "<li><a href=\"#c-{}\">{}</a> <span class=\"dim\">{}</span> <span class=\"by\">run",
               row->name, row->name, row->title);
    for (; n < count && list[n].row == row && list[n].entry->verdict == list[0].entry->verdict; n++)
        lab_text_put(t, "%s <a href=\"#r%zu-%s\">%zu</a>", n > 0 ? "," : "", list[n].run + 1,
                     row->name, list[n].run + 1);
    lab_html_raw(t, "</span></li>\n");
    return n;
}

/* The spots of one verdict, which follow one another. */
static size_t put_verdict(const struct lab_spot *list, size_t count, struct lab_text *t)
{
    enum lab_verdict verdict = list[0].entry->verdict;
    size_t n = 0;

    while (n < count && list[n].entry->verdict == verdict)
        n++;
    lab_text_put(t,
                 "<details%s><summary><b class=\"v %s\">%s</b> <b>%zu</b> <span "
                 "class=\"dim\">%s</span></summary>\n<ul class=\"spots\">\n",
                 n <= OPEN_MAX ? " open" : "", lab_verdict_mark(verdict), lab_verdict_name(verdict),
                 n, lab_verdict_means(verdict));
    for (size_t i = 0; i < n;)
        i += put_spot(list + i, n - i, t);
    lab_html_raw(t, "</ul></details>\n");
    return n;
}

static size_t put_spots(const struct lab_reporting *r, const char *title,
                        bool (*wanted)(const struct lab_entry *e), struct lab_text *t)
{
    struct lab_spot *list;
    size_t count = lab_spots_make(r->runs, wanted, &list);

    if (count > 0 && title != NULL)
        lab_text_put(t, "<h3>%s</h3>\n", title);
    for (size_t i = 0; i < count;)
        i += put_verdict(list + i, count - i, t);
    free(list);
    return count;
}

void lab_html_wrong(const struct lab_reporting *r, struct lab_text *t)
{
    size_t troubles = 0;

    lab_html_raw(t, "<section aria-labelledby=\"wrong\">\n<h2 id=\"wrong\">What is wrong</h2>\n");
    for (size_t run = 0; run < r->runs->count; run++) {
        char *trouble = lab_ran_trouble(&r->runs->list[run]);

        if (trouble != NULL)
            LAB_MARKUP(t, "<p><strong class=\"alarm\">{} {}.</strong></p>\n",
                       r->runs->list[run].label, trouble);
        troubles += trouble != NULL ? 1 : 0;
        free(trouble);
    }
    if (put_spots(r, NULL, lab_is_wrong, t) == 0 && troubles == 0)
        lab_html_raw(t, "<p class=\"fine\">Nothing that is not known.</p>\n");
    (void)put_spots(r, "Known failures", lab_is_known, t);
    lab_html_raw(t, "</section>\n");
}

/* --- senders by topics */

static void put_sums(const unsigned sums[LAB_SORT_COUNT], struct lab_text *t)
{
    static const struct {
        enum lab_sort sort;
        const char *class;
    } parts[] = {{LAB_SORT_FAILED, "bad"},
                 {LAB_SORT_BROKEN, "ill"},
                 {LAB_SORT_KNOWN, "kn"},
                 {LAB_SORT_NEITHER, "dim"}};
    unsigned others = 0;

    for (size_t i = 0; i < LAB_COUNT(parts); i++)
        others += sums[parts[i].sort];
    if (sums[LAB_SORT_GOOD] > 0 || others == 0)
        lab_text_put(t, "<td%s>%u", others == 0 ? " class=\"all\"" : "", sums[LAB_SORT_GOOD]);
    else
        lab_html_raw(t, "<td>");
    for (size_t i = 0; i < LAB_COUNT(parts); i++)
        if (sums[parts[i].sort] > 0)
            lab_text_put(t, " <span class=\"%s\">%u %s</span>", parts[i].class, sums[parts[i].sort],
                         lab_sort_name(parts[i].sort));
    lab_html_raw(t, "</td>");
}

static void put_sums_of(const struct lab_reporting *r, const struct lab_topic *topic,
                        struct lab_text *t)
{
    for (size_t run = 0; run < r->runs->count; run++) {
        unsigned sums[LAB_SORT_COUNT];

        lab_runs_sum(r->runs, topic, run, sums);
        put_sums(sums, t);
    }
    lab_html_raw(t, "</tr>\n");
}

static void put_overview(const struct lab_reporting *r, struct lab_text *t)
{
    const struct lab_topic all = {"all", 0, r->runs->rows_count};

    lab_html_raw(t, "<div class=\"wide\" tabindex=\"0\" role=\"group\" aria-label=\"Runs by "
                    "topics\"><table class=\"overview\"><caption>Runs by topics</caption>"
                    "<thead><tr><th scope=\"col\">topic</th>");
    lab_html_heads(t, r->runs);
    lab_html_raw(t, "</tr></thead>\n<tbody>\n");
    for (size_t i = 0; i < r->runs->topics_count; i++) {
        const struct lab_topic *topic = &r->runs->topics[i];

        LAB_MARKUP(t, "<tr><th scope=\"row\"><a href=\"#t-{}\">{}</a></th>", topic->name,
                   topic->name);
        put_sums_of(r, topic, t);
    }
    lab_html_raw(t, "</tbody>\n");
    if (all.end > 0) {
        lab_html_raw(t, "<tfoot><tr><th scope=\"row\">all</th>");
        put_sums_of(r, &all, t);
        lab_html_raw(t, "</tfoot>");
    }
    lab_html_raw(t, "</table></div>\n");
}

/* --- senders by scenarios */

/* The words of a list and a choice; page.js fills in what the choices do. */
static void put_filter(const struct lab_reporting *r, struct lab_text *t)
{
    lab_html_raw(t, "<form id=\"filter\" role=\"search\" aria-label=\"Filter the matrix\" hidden>\n"
                    "<label>Search <input type=\"search\" name=\"q\" placeholder=\"case, title or "
                    "rule\" autocomplete=\"off\"></label>\n"
                    "<label>Run <select name=\"run\"><option value=\"\">any</option>");
    for (size_t run = 0; run < r->runs->count; run++) {
        lab_text_put(t, "<option value=\"%zu\">%zu ", run + 1, run + 1);
        LAB_MARKUP(t, "{}</option>", r->runs->list[run].label);
    }
    lab_html_raw(t, "</select></label>\n<label>Verdict <select name=\"verdict\">"
                    "<option value=\"\">any</option><option value=\"!\">not PASS</option>");
    for (int v = 0; v < LAB_V_COUNT; v++)
        lab_text_put(t, "<option value=\"%s\">%s</option>", lab_verdict_mark((enum lab_verdict)v),
                     lab_verdict_name((enum lab_verdict)v));
    lab_html_raw(
        t,
        "</select></label>\n<label>Policy <select name=\"policy\"><option value=\"\">any</option>");
    for (int p = 0; p < LAB_POLICY_COUNT; p++)
        lab_text_put(t, "<option>%s</option>", lab_policy_name((enum lab_policy)p));
    lab_html_raw(t, "</select></label>\n<label>Otherwise than run <select name=\"other\"><option "
                    "value=\"\">-</option>");
    for (size_t run = 0; run < r->runs->count; run++)
        lab_text_put(t, "<option>%zu</option>", run + 1);
    lab_html_raw(t, "</select></label>\n<button type=\"reset\">Clear</button>\n"
                    "<output aria-live=\"polite\"></output>\n</form>\n");
}

static int by_worst(const void *a, const void *b)
{
    const struct lab_row *const *x = a;
    const struct lab_row *const *y = b;

    if ((*x)->worst != (*y)->worst)
        return (*x)->worst > (*y)->worst ? -1 : 1;
    return strcmp((*x)->name, (*y)->name);
}

/* The rules stand where the search finds them. */
static void put_row(const struct lab_runs *runs, const struct lab_row *row, struct lab_text *t)
{
    json_t *rule;
    size_t i;

    LAB_MARKUP(t, "<tr data-policy=\"{}\" data-rules=\"", row->policy);
    json_array_foreach(row->rules, i, rule)
    {
        LAB_MARKUP(t, "{} ", json_string_value(rule));
    }
    LAB_MARKUP(t, "\"><th scope=\"row\"><a href=\"#c-{}\">{}</a> <span>{}</span></th>", row->name,
               row->name, row->title);
    for (size_t run = 0; run < runs->count; run++)
        lab_html_cell(t, row->of[run], run);
    lab_html_raw(t, "</tr>\n");
}

static void put_topic(const struct lab_reporting *r, const struct lab_topic *topic,
                      struct lab_text *t)
{
    const size_t count = topic->end - topic->first;
    const struct lab_row **rows = lab_calloc(count, sizeof(*rows));

    for (size_t i = 0; i < count; i++)
        rows[i] = &r->runs->rows[topic->first + i];
    qsort((void *)rows, count, sizeof(*rows), by_worst);
    lab_text_put(t, "<details class=\"topic\"%s>",
                 rows[0]->worst > lab_verdict_rank(LAB_V_DISPUTED) ? " open" : "");
    LAB_MARKUP(t, "<summary><h3>{}</h3> <span class=\"dim\">", topic->name);
    lab_html_number(t, count, "case", "cases");
    LAB_MARKUP(
        t,
        "</span></summary>\n<div class=\"wide\"><table class=\"matrix\" id=\"t-{}\"><caption "
        "class=\"away\">{}</caption><thead><tr><th scope=\"col\">case</th>",
        topic->name, topic->name);
    lab_html_heads(t, r->runs);
    lab_html_raw(t, "</tr></thead>\n<tbody>\n");
    for (size_t i = 0; i < count; i++)
        put_row(r->runs, rows[i], t);
    lab_html_raw(t, "</tbody></table></div></details>\n");
    free((void *)rows);
}

void lab_html_matrix(const struct lab_reporting *r, struct lab_text *t)
{
    lab_html_raw(t, "<section aria-labelledby=\"matrix\">\n<h2 id=\"matrix\">Matrix</h2>\n");
    put_overview(r, t);
    lab_html_raw(t, "<p class=\"hint\">Below, every case by topic, the worst first. Each cell "
                    "leads to what was seen.</p>\n");
    put_filter(r, t);
    for (size_t i = 0; i < r->runs->topics_count; i++)
        put_topic(r, &r->runs->topics[i], t);
    lab_html_raw(t, "</section>\n");
}
