/* html.c - the page: its head, the senders, the legend. The other parts: html.h. */
#include "report/html.h"

#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

void lab_html_raw(struct lab_text *t, const char *markup)
{
    lab_text_add(t, markup, strlen(markup));
}

/* What an expect file makes of an entry. */
static const struct standing {
    const char *tag, *note, *class;
} stale = {" <i class=\"tag\">stale</i>", "<i>, stale</i>", " st"},
  known = {" <i class=\"tag\">known</i>", "<i>, known</i>", " kn"}, none = {"", "", ""};

static const struct standing *standing_of(const struct lab_entry *e)
{
    return e->stale ? &stale : e->sort == LAB_SORT_KNOWN ? &known : &none;
}

void lab_html_verdict(struct lab_text *t, const struct lab_entry *e)
{
    lab_text_put(t, "<b class=\"v %s\">%s</b>%s", lab_verdict_mark(e->verdict),
                 lab_verdict_name(e->verdict), standing_of(e)->tag);
}

void lab_html_heads(struct lab_text *t, const struct lab_runs *runs)
{
    for (size_t run = 0; run < runs->count; run++) {
        lab_text_put(t, "<th scope=\"col\" class=\"run\"><b>%zu</b> ", run + 1);
        LAB_MARKUP(t, "<span>{}</span></th>", runs->list[run].label);
    }
}

void lab_html_cell(struct lab_text *t, const struct lab_entry *e, size_t run)
{
    if (e == NULL)
        lab_html_raw(t, "<td></td>");
    else
        lab_text_put(t, "<td class=\"%s%s\"><a href=\"#r%zu-%s\">%s%s</a></td>",
                     lab_verdict_mark(e->verdict), standing_of(e)->class, run + 1, e->name,
                     lab_verdict_mark(e->verdict), standing_of(e)->note);
}

void lab_html_number(struct lab_text *t, size_t n, const char *one, const char *many)
{
    lab_text_put(t, "%zu %s", n, n == 1 ? one : many);
}

/* What the policy of the page's content lets through: these octets and nothing else. */
static void put_digest(struct lab_text *t, const char *content)
{
    uint8_t digest[32];
    unsigned char text[48];

    (void)EVP_Digest(content, strlen(content), digest, NULL, EVP_sha256(), NULL);
    (void)EVP_EncodeBlock(text, digest, sizeof(digest));
    lab_text_put(t, "'sha256-%s'", (const char *)text);
}

static void put_head(const struct lab_reporting *r, struct lab_text *t)
{
    lab_html_raw(t, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
                    "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
                    "base-uri 'none'; form-action 'none'; img-src data:; style-src ");
    put_digest(t, r->style);
    lab_html_raw(t, "; script-src ");
    put_digest(t, r->script);
    lab_html_raw(t,
                 "\">\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
                 "<meta name=\"color-scheme\" content=\"light dark\">\n<title>danelab report: ");
    for (size_t run = 0; run < r->runs->count; run++)
        LAB_MARKUP(t, "{}{}", run > 0 ? "; " : "", r->runs->list[run].label);
    lab_html_raw(t, "</title>\n<style>");
    lab_html_raw(t, r->style);
    lab_html_raw(t, "</style>\n<script>");
    lab_html_raw(t, r->script);
    lab_html_raw(t, "</script>\n</head>\n");
}

static void put_sums(const struct lab_ran *ran, struct lab_text *t)
{
    for (int s = 0; s < LAB_SORT_COUNT; s++)
        lab_text_put(t, "<td class=\"n%s\">%u</td>",
                     ran->sums[s] == 0      ? " zero"
                     : s == LAB_SORT_FAILED ? " bad"
                     : s == LAB_SORT_BROKEN ? " ill"
                                            : "",
                     ran->sums[s]);
}

static void put_sender(const struct lab_ran *ran, size_t number, struct lab_text *t)
{
    char *trouble = lab_ran_trouble(ran);

    lab_text_put(t, "<tr><td class=\"n\">%zu</td>", number);
    LAB_MARKUP(t, "<th scope=\"row\">{}", ran->label);
    if (trouble != NULL)
        LAB_MARKUP(t, "<strong class=\"alarm\">This run {}.</strong>", trouble);
    if (lab_ran_text(ran, "setup_says") != NULL && lab_ran_text(ran, "setup_remedy") != NULL)
        LAB_MARKUP(t, "<small>{}. Remedy: {}.</small>", lab_ran_text(ran, "setup_says"),
                   lab_ran_text(ran, "setup_remedy"));
    lab_html_raw(t, "</th>");
    put_sums(ran, t);
    LAB_MARKUP(t, "<td><code>{}</code></td></tr>\n", ran->dir);
    free(trouble);
}

static void put_senders(const struct lab_reporting *r, struct lab_text *t)
{
    lab_html_raw(t, "<section aria-labelledby=\"senders\">\n<h2 id=\"senders\">Senders</h2>\n"
                    "<div class=\"wide\" tabindex=\"0\" role=\"group\" aria-label=\"Senders\">"
                    "<table class=\"sums\"><thead><tr><th scope=\"col\" class=\"n\">run</th>"
                    "<th scope=\"col\">sender</th>");
    for (int s = 0; s < LAB_SORT_COUNT; s++)
        lab_text_put(t, "<th scope=\"col\" class=\"n\">%s</th>", lab_sort_name((enum lab_sort)s));
    lab_html_raw(t, "<th scope=\"col\">directory</th></tr></thead>\n<tbody>\n");
    for (size_t run = 0; run < r->runs->count; run++)
        put_sender(&r->runs->list[run], run + 1, t);
    lab_html_raw(t, "</tbody></table></div>\n</section>\n");
}

/* The first thing that is read. */
static void put_summary(const struct lab_reporting *r, struct lab_text *t)
{
    unsigned sums[LAB_SORT_COUNT] = {0};

    for (size_t run = 0; run < r->runs->count; run++)
        for (int s = 0; s < LAB_SORT_COUNT; s++)
            sums[s] += r->runs->list[run].sums[s];
    lab_html_raw(t, "<header>\n<p class=\"brand\">danelab</p>\n<h1>What mail senders did with "
                    "DANE</h1>\n<p class=\"lead\">");
    lab_html_number(t, r->runs->count, "run", "runs");
    lab_html_raw(t, ", ");
    lab_html_number(t, r->runs->rows_count, "case", "cases");
    lab_html_raw(t, ", judged by what was seen on the wire. Of all verdicts, ");
    lab_text_put(t, "%u passed, <b class=\"%s\">%u failed</b>", sums[LAB_SORT_GOOD],
                 sums[LAB_SORT_FAILED] > 0 ? "bad" : "", sums[LAB_SORT_FAILED]);
    if (sums[LAB_SORT_KNOWN] > 0)
        lab_text_put(t, ", %u known to fail", sums[LAB_SORT_KNOWN]);
    if (sums[LAB_SORT_NEITHER] > 0)
        lab_text_put(t, ", %u not judged", sums[LAB_SORT_NEITHER]);
    if (sums[LAB_SORT_BROKEN] > 0) {
        lab_html_raw(t, ", <b class=\"ill\">");
        lab_html_number(t, sums[LAB_SORT_BROKEN], "lab error", "lab errors");
        lab_html_raw(t, "</b>, which say nothing of the sender");
    }
    lab_html_raw(
        t, ".</p>\n</header>\n<nav aria-label=\"Sections\"><ul><li><a "
           "href=\"#senders\">Senders</a></li>"
           "<li><a href=\"#wrong\">What is wrong</a></li><li><a href=\"#matrix\">Matrix</a></li>"
           "<li><a href=\"#rules\">Rules</a></li>"
           "<li><a href=\"#differences\">Differences</a></li>"
           "<li><a href=\"#legend\">Words</a></li></ul></nav>\n");
}

static void put_legend(struct lab_text *t)
{
    const struct lab_word *w;

    lab_html_raw(t, "<section aria-labelledby=\"legend\">\n<h2 id=\"legend\">Words</h2>\n"
                    "<h3>Verdicts</h3>\n<dl class=\"words\">\n");
    for (int v = 0; v < LAB_V_COUNT; v++) {
        enum lab_verdict verdict = (enum lab_verdict)v;
        bool same = strcasestr(lab_verdict_name(verdict), lab_verdict_mark(verdict)) != NULL;

        lab_text_put(
            t, "<div><dt><b class=\"v %s\">%s</b></dt><dd>%s%s%s%s</dd></div>\n",
            lab_verdict_mark(verdict), lab_verdict_name(verdict), lab_verdict_means(verdict),
            same ? "" : " In cells: ", same ? "" : lab_verdict_mark(verdict), same ? "" : ".");
    }
    lab_html_raw(t, "</dl>\n<h3>Sums</h3>\n<dl class=\"words\">\n");
    for (int s = 0; s < LAB_SORT_COUNT; s++)
        lab_text_put(t, "<div><dt>%s</dt><dd>%s</dd></div>\n", lab_sort_name((enum lab_sort)s),
                     lab_sort_means((enum lab_sort)s));
    lab_html_raw(t, "</dl>\n<h3>Other words</h3>\n<dl class=\"words\">\n");
    for (size_t i = 0; (w = lab_word_at(i)) != NULL; i++)
        lab_text_put(t, "<div><dt>%s</dt><dd>%s</dd></div>\n", w->word, w->means);
    lab_html_raw(t, "</dl>\n</section>\n");
}

void lab_report_html(const struct lab_reporting *r, struct lab_text *out)
{
    put_head(r, out);
    lab_html_raw(out, "<body>\n<a class=\"skip\" href=\"#matrix\">To the matrix</a>\n");
    put_summary(r, out);
    lab_html_raw(out, "<main>\n");
    put_senders(r, out);
    lab_html_wrong(r, out);
    lab_html_matrix(r, out);
    lab_html_rules(r, out);
    lab_html_differences(r, out);
    put_legend(out);
    lab_html_cases(r, out);
    lab_html_raw(out, "</main>\n</body>\n</html>\n");
}
