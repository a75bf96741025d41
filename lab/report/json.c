/* json.c - runs as one JSON object, see lab/report.schema.json. */
#include <stdlib.h>
#include <string.h>

#include "base/escape.h"
#include "report/document.h"

static json_t *sums_json(const unsigned sums[LAB_SORT_COUNT])
{
    return json_pack("{s:i, s:i, s:i, s:i, s:i}", "passed", (int)sums[LAB_SORT_GOOD], "failed",
                     (int)sums[LAB_SORT_FAILED], "known", (int)sums[LAB_SORT_KNOWN], "not_judged",
                     (int)sums[LAB_SORT_NEITHER], "lab_errors", (int)sums[LAB_SORT_BROKEN]);
}

static json_t *run_json(const struct lab_ran *ran)
{
    static const char *const texts[] = {"sut",     "name",     "version",      "profile",
                                        "variant", "resolver", "inputs_sha256"};
    char *trouble = lab_ran_trouble(ran);
    struct lab_text dir = {0};
    json_t *out;

    lab_put_line(&dir, ran->dir); /* JSON is UTF-8, names of directories need not be */
    out = json_pack("{s:s, s:s, s:b, s:s?, s:o}", "dir", dir.text, "label", ran->label, "whole",
                    (int)lab_ran_whole(ran), "trouble", trouble, "counts", sums_json(ran->sums));
    for (size_t i = 0; i < LAB_COUNT(texts); i++) {
        const char *text = lab_ran_text(ran, texts[i]);

        (void)json_object_set_new(out, texts[i], text != NULL ? json_string(text) : json_null());
    }
    free(trouble);
    free(dir.text);
    return out;
}

static json_t *topic_json(const struct lab_runs *runs, const struct lab_topic *topic)
{
    json_t *counts = json_array();

    for (size_t run = 0; run < runs->count; run++) {
        unsigned sums[LAB_SORT_COUNT];

        lab_runs_sum(runs, topic, run, sums);
        (void)json_array_append_new(counts, sums_json(sums));
    }
    return json_pack("{s:s, s:o}", "topic", topic->name, "counts", counts);
}

static json_t *entry_json(const struct lab_reporting *r, size_t run, const struct lab_entry *e)
{
    static const char *const texts[] = {"outcome", "reason", "text",  "expected",
                                        "seen",    "why",    "known", "reference"};
    char *evidence = lab_evidence_link(r, run, e, "verdict.json");
    char *again = lab_rerun_of(&r->runs->list[run], e);
    json_t *out = json_pack("{s:i, s:s, s:s, s:b, s:s}", "run", (int)run, "verdict",
                            lab_verdict_name(e->verdict), "counts_as", lab_sort_name(e->sort),
                            "stale", (int)e->stale, "again", again);

    for (size_t i = 0; i < LAB_COUNT(texts); i++) {
        const char *text = lab_entry_text(e, texts[i]);

        (void)json_object_set_new(out, texts[i], text != NULL ? json_string(text) : json_null());
    }
    if (evidence != NULL)
        *strrchr(evidence, '/') = '\0';
    (void)json_object_set_new(out, "evidence",
                              evidence != NULL ? json_string(evidence) : json_null());
    free(again);
    free(evidence);
    return out;
}

static json_t *row_json(const struct lab_reporting *r, const struct lab_row *row)
{
    json_t *results = json_array();

    for (size_t run = 0; run < r->runs->count; run++)
        if (row->of[run] != NULL)
            (void)json_array_append_new(results, entry_json(r, run, row->of[run]));
    return json_pack("{s:s, s:s, s:s, s:s, s:s?, s:O?, s:o}", "case", row->name, "id", row->id,
                     "topic", row->topic, "policy", row->policy, "title", row->title, "rules",
                     row->rules, "results", results);
}

static json_t *cover_json(const struct lab_reporting *r, const struct lab_cover *c)
{
    json_t *cases = json_array();
    json_t *worst = json_array();

    for (size_t i = 0; i < c->count; i++)
        (void)json_array_append_new(cases, json_string(c->rows[i]->name));
    for (size_t run = 0; run < r->runs->count; run++) {
        const struct lab_entry *e = lab_cover_worst(c, run);

        (void)json_array_append_new(worst, e != NULL ? json_string(lab_verdict_name(e->verdict))
                                                     : json_null());
    }
    return json_pack("{s:s, s:s, s:s, s:s, s:o, s:o}", "rule", c->rule->id, "level", c->rule->level,
                     "source", c->rule->source, "statement", c->rule->statement, "worst", worst,
                     "cases", cases);
}

void lab_report_json(const struct lab_reporting *r, struct lab_text *out)
{
    json_t *runs = json_array(), *topics = json_array(), *cases = json_array(),
           *rules = json_array();
    struct lab_cover *covers;
    size_t count = lab_covers_make(r, &covers);
    json_t *root;
    char *text;

    for (size_t i = 0; i < r->runs->count; i++)
        (void)json_array_append_new(runs, run_json(&r->runs->list[i]));
    for (size_t i = 0; i < r->runs->topics_count; i++)
        (void)json_array_append_new(topics, topic_json(r->runs, &r->runs->topics[i]));
    for (size_t i = 0; i < r->runs->rows_count; i++)
        (void)json_array_append_new(cases, row_json(r, &r->runs->rows[i]));
    for (size_t i = 0; i < count; i++)
        (void)json_array_append_new(rules, cover_json(r, &covers[i]));
    root = json_pack("{s:i, s:o, s:o, s:o, s:o}", "format", 1, "runs", runs, "topics", topics,
                     "cases", cases, "rules", rules);
    text = json_dumps(root, JSON_INDENT(1) | JSON_PRESERVE_ORDER);
    lab_text_put(out, "%s\n", text);
    free(text);
    json_decref(root);
    lab_covers_free(covers, count);
}
