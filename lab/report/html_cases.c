/* html_cases.c - each case: what it is about, and what each run has to say of it. */
#include <stdlib.h>
#include <string.h>

#include "report/html.h"

/* Evidence that the page holds: for each row and run, or NULL. */
static char **choose(const struct lab_reporting *r, size_t *left_out)
{
    char **chosen = lab_calloc(r->runs->rows_count * r->runs->count, sizeof(*chosen));
    struct lab_spot *list;
    size_t count = lab_spots_make(r->runs, lab_is_any, &list);
    size_t used = 0;

    *left_out = 0;
    for (size_t i = 0; i < count; i++) {
        char *text = used < r->embed ? lab_html_evidence(r, list[i].run, list[i].entry) : NULL;
        size_t len = text != NULL ? strlen(text) : 0;

        if (used + len > r->embed) {
            used = r->embed; /* what is less bad does not get in before it */
            free(text);
            text = NULL;
        }
        if (used >= r->embed && lab_is_wrong(list[i].entry))
            (*left_out)++;
        used += text != NULL ? len : 0;
        chosen[(size_t)(list[i].row - r->runs->rows) * r->runs->count + list[i].run] = text;
    }
    free(list);
    return chosen;
}

static void put_pair(const char *word, const char *text, struct lab_text *t)
{
    if (text != NULL && text[0] != '\0')
        LAB_MARKUP(t, "<dt>{}</dt><dd>{}</dd>", word, text);
}

/* Of the first run that says it; under another profile it may be something else. */
static const char *expected_of(const struct lab_runs *runs, const struct lab_row *row)
{
    const char *text = NULL;

    for (size_t run = 0; run < runs->count && text == NULL; run++)
        text = row->of[run] != NULL ? lab_entry_text(row->of[run], "expected") : NULL;
    return text;
}

/* The case that row has as its twin, under the same policy if there is one. */
static const char *twin_of(const struct lab_runs *runs, const struct lab_row *row, const char *twin)
{
    const char *found = NULL;

    for (size_t i = 0; i < runs->rows_count; i++) {
        if (strcmp(runs->rows[i].id, twin) != 0)
            continue;
        if (found == NULL || strcmp(runs->rows[i].policy, row->policy) == 0)
            found = runs->rows[i].name;
    }
    return found;
}

static void put_claims(const struct lab_entry *e, struct lab_text *t)
{
    struct lab_text all = {0};
    json_t *claim;
    size_t i;

    json_array_foreach(json_object_get(e->record, "claims"), i, claim)
    {
        const char *address = json_string_value(json_object_get(claim, "address"));
        const char *result = json_string_value(json_object_get(claim, "result"));

        lab_text_put(&all, "%s%s %s", i > 0 ? ", " : "", address != NULL ? address : "?",
                     result != NULL ? result : "?");
    }
    put_pair("it claims", all.text, t);
    free(all.text);
}

/* A case that passed needs fewer words. */
static void put_story(const struct lab_reporting *r, size_t run, const struct lab_entry *e,
                      const char *expected, struct lab_text *t)
{
    const char *own = lab_entry_text(e, "expected");
    char *again;
    char *why;

    lab_html_raw(t, "<dl>");
    if (own != NULL && expected != NULL && strcmp(own, expected) != 0)
        put_pair("expected", own, t);
    put_pair("seen", lab_entry_text(e, "seen"), t);
    if (e->verdict != LAB_V_PASS || e->stale) {
        again = lab_rerun_of(&r->runs->list[run], e);
        why = lab_entry_why(e);
        put_pair("because", lab_entry_text(e, "why"), t);
        if (lab_entry_text(e, "known") != NULL)
            put_pair(e->stale ? "stale" : "known", why, t);
        put_pair("outcome", lab_entry_text(e, "outcome"), t);
        put_pair("it says", lab_entry_text(e, "text"), t);
        put_claims(e, t);
        LAB_MARKUP(t, "<dt>again</dt><dd><code>{}</code></dd>", again);
        free(why);
        free(again);
    }
    lab_html_raw(t, "</dl>");
}

static void put_result(const struct lab_reporting *r, size_t run, const struct lab_entry *e,
                       const char *expected, const char *evidence, struct lab_text *t)
{
    lab_text_put(t, "<section class=\"res\" id=\"r%zu-%s\"><h4>", run + 1, e->name);
    lab_html_verdict(t, e);
    LAB_MARKUP(t, " {}</h4>", r->runs->list[run].label);
    put_story(r, run, e, expected, t);
    if (evidence != NULL)
        lab_html_raw(t, evidence);
    else
        lab_html_files(r, run, e, t);
    lab_html_raw(t, "</section>\n");
}

static void put_about(const struct lab_reporting *r, const struct lab_row *row,
                      const char *expected, struct lab_text *t)
{
    const struct lab_entry *any = NULL;
    struct lab_text word = {0};
    const char *twin;
    const char *found;
    json_t *rule;
    size_t i;

    for (size_t run = 0; run < r->runs->count && any == NULL; run++)
        any = row->of[run];
    LAB_MARKUP(t, "<article id=\"c-{}\"><h3>{}</h3><p class=\"lead\">{}</p><dl>", row->name,
               row->name, row->title);
    put_pair("expected", expected, t);
    lab_html_raw(t, "<dt>rules</dt><dd>");
    json_array_foreach(row->rules, i, rule)
    {
        const char *id = json_string_value(rule);

        LAB_MARKUP(t, "<a href=\"#rule-{}\">{}</a> ", id, id);
    }
    LAB_MARKUP(t, "</dd><dt>topic</dt><dd><a href=\"#t-{}\">{}</a>, policy {}</dd>", row->topic,
               row->topic, row->policy);
    twin = any != NULL ? lab_entry_text(any, "twin") : NULL;
    found = twin != NULL ? twin_of(r->runs, row, twin) : NULL;
    if (found != NULL)
        LAB_MARKUP(t, "<dt>twin</dt><dd><a href=\"#c-{}\">{}</a></dd>", found, found);
    else
        put_pair("twin", twin, t);
    lab_put_word(&word, row->id);
    LAB_MARKUP(t, "<dt>read</dt><dd><code>danelab explain {}</code></dd></dl>\n", word.text);
    free(word.text);
}

void lab_html_cases(const struct lab_reporting *r, struct lab_text *t)
{
    size_t left_out;
    char **evidence = choose(r, &left_out);

    lab_html_raw(
        t, "<section aria-labelledby=\"cases\" id=\"all-cases\">\n<h2 id=\"cases\">Cases</h2>\n");
    if (left_out > 0)
        lab_text_put(
            t,
            "<p class=\"hint\">The page holds the evidence of the worst verdicts, as much as it "
            "was given room for; of %zu failure%s it only has links to the files.</p>\n",
            left_out, lab_plural(left_out));
    for (size_t i = 0; i < r->runs->rows_count; i++) {
        const struct lab_row *row = &r->runs->rows[i];
        const char *expected = expected_of(r->runs, row);

        put_about(r, row, expected, t);
        for (size_t run = 0; run < r->runs->count; run++) {
            char *own = evidence[i * r->runs->count + run];

            if (row->of[run] != NULL)
                put_result(r, run, row->of[run], expected, own, t);
            free(own);
        }
        lab_html_raw(t, "</article>\n");
    }
    lab_html_raw(t, "</section>\n");
    free(evidence);
}
