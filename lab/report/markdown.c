/* markdown.c - senders by topics, and what is wrong, with links to the evidence: also for the
 * summary of a CI job. */
#include <stdlib.h>
#include <string.h>

#include "base/escape.h"
#include "report/document.h"

/* Such pages have a limit, and a person, too. */
enum { SPOTS_MAX = 200 };

/* What the operator of such a set-up should know. */
static void put_setup(const struct lab_ran *ran, size_t number, struct lab_text *out)
{
    const char *says = lab_ran_text(ran, "setup_says");
    const char *remedy = lab_ran_text(ran, "setup_remedy");

    if (says == NULL || remedy == NULL)
        return;
    lab_text_put(out, "\nRun %zu: ", number);
    lab_put_markdown(out, says);
    lab_text_put(out, ". Remedy: ");
    lab_put_markdown(out, remedy);
    lab_text_put(out, ".\n");
}

static void put_senders(const struct lab_reporting *r, struct lab_text *out)
{
    lab_text_put(out, "| | sender | passed | failed | known | not judged | lab errors |\n"
                      "|---|---|---:|---:|---:|---:|---:|\n");
    for (size_t run = 0; run < r->runs->count; run++) {
        const struct lab_ran *ran = &r->runs->list[run];

        lab_text_put(out, "| %zu | ", run + 1);
        lab_put_markdown(out, ran->label);
        lab_text_put(out, " | %u | %s%u%s | %u | %u | %u |\n", ran->sums[LAB_SORT_GOOD],
                     ran->sums[LAB_SORT_FAILED] > 0 ? "**" : "", ran->sums[LAB_SORT_FAILED],
                     ran->sums[LAB_SORT_FAILED] > 0 ? "**" : "", ran->sums[LAB_SORT_KNOWN],
                     ran->sums[LAB_SORT_NEITHER], ran->sums[LAB_SORT_BROKEN]);
    }
    for (size_t run = 0; run < r->runs->count; run++) {
        char *trouble = lab_ran_trouble(&r->runs->list[run]);

        if (trouble != NULL)
            lab_text_put(out, "\n**Run %zu %s.** What is said of it here is a part.\n", run + 1,
                         trouble);
        free(trouble);
        put_setup(&r->runs->list[run], run + 1, out);
    }
}

static void put_sums(struct lab_text *t, const unsigned sums[LAB_SORT_COUNT])
{
    static const enum lab_sort order[] = {LAB_SORT_FAILED, LAB_SORT_BROKEN, LAB_SORT_KNOWN,
                                          LAB_SORT_NEITHER};
    bool any = sums[LAB_SORT_GOOD] > 0;

    if (any)
        lab_text_put(t, "%u", sums[LAB_SORT_GOOD]);
    for (size_t i = 0; i < LAB_COUNT(order); i++) {
        const char *bold = order[i] == LAB_SORT_FAILED ? "**" : "";

        if (sums[order[i]] == 0)
            continue;
        lab_text_put(t, "%s%s%u %s%s", any ? ", " : "", bold, sums[order[i]],
                     lab_sort_name(order[i]), bold);
        any = true;
    }
}

static void put_topics(const struct lab_reporting *r, struct lab_text *out)
{
    lab_text_put(out, "\n| topic |");
    for (size_t run = 0; run < r->runs->count; run++)
        lab_text_put(out, " %zu |", run + 1);
    lab_text_put(out, "\n|---|");
    for (size_t run = 0; run < r->runs->count; run++)
        lab_text_put(out, "---|");
    for (size_t i = 0; i < r->runs->topics_count; i++) {
        const struct lab_topic *topic = &r->runs->topics[i];

        lab_text_put(out, "\n| ");
        lab_put_markdown(out, topic->name);
        for (size_t run = 0; run < r->runs->count; run++) {
            unsigned sums[LAB_SORT_COUNT];

            lab_runs_sum(r->runs, topic, run, sums);
            lab_text_put(out, " | ");
            put_sums(out, sums);
        }
        lab_text_put(out, " |");
    }
    lab_text_put(out, "\n\nThe numbers without a word have passed.\n");
}

static void put_spot(const struct lab_reporting *r, const struct lab_spot *s, struct lab_text *out)
{
    char *link = lab_evidence_link(r, s->run, s->entry, "timeline.txt");
    char *why = lab_entry_why(s->entry);
    const char *seen = lab_entry_text(s->entry, "seen");

    lab_text_put(out, "| %s%s | %s", lab_verdict_name(s->entry->verdict),
                 s->entry->stale ? " (stale)" : "", link != NULL ? "[" : "");
    lab_put_markdown(out, s->row->name);
    lab_text_put(out, "%s%s%s | %zu | ", link != NULL ? "](" : "", link != NULL ? link : "",
                 link != NULL ? ")" : "", s->run + 1);
    lab_put_markdown(out, s->row->title);
    lab_text_put(out, " | ");
    lab_put_markdown(out, seen);
    lab_text_put(out, "%s", seen != NULL && why[0] != '\0' ? "; " : "");
    lab_put_markdown(out, why);
    lab_text_put(out, " |\n");
    free(why);
    free(link);
}

static void put_spots(const struct lab_reporting *r, const char *title,
                      bool (*wanted)(const struct lab_entry *e), struct lab_text *out)
{
    struct lab_spot *list;
    size_t count = lab_spots_make(r->runs, wanted, &list);

    if (count > 0)
        lab_text_put(out,
                     "\n## %s\n\n| verdict | case and its evidence | sender | what it is about | "
                     "seen, and why it counts |\n|---|---|---|---|---|\n",
                     title);
    for (size_t i = 0; i < count && i < SPOTS_MAX; i++)
        put_spot(r, &list[i], out);
    if (count > SPOTS_MAX)
        lab_text_put(out, "\n%zu more, none of them worse, are in the other formats.\n",
                     count - SPOTS_MAX);
    free(list);
}

/* Only words that this report has. */
static void put_legend(const struct lab_reporting *r, struct lab_text *out)
{
    bool there[LAB_V_COUNT] = {false};

    for (size_t run = 0; run < r->runs->count; run++)
        for (size_t i = 0; i < r->runs->list[run].count; i++)
            there[r->runs->list[run].list[i].verdict] = true;
    lab_text_put(out, "\n## Words\n\n| word | means |\n|---|---|\n");
    for (int v = 0; v < LAB_V_COUNT; v++)
        if (there[v])
            lab_text_put(out, "| %s | %s |\n", lab_verdict_name((enum lab_verdict)v),
                         lab_verdict_means((enum lab_verdict)v));
    for (int s = LAB_SORT_FAILED; s < LAB_SORT_COUNT; s++)
        lab_text_put(out, "| %s | %s |\n", lab_sort_name((enum lab_sort)s),
                     lab_sort_means((enum lab_sort)s));
}

void lab_report_markdown(const struct lab_reporting *r, struct lab_text *out)
{
    lab_text_put(out, "# danelab: %zu run%s, %zu case%s\n\n", r->runs->count,
                 lab_plural(r->runs->count), r->runs->rows_count, lab_plural(r->runs->rows_count));
    put_senders(r, out);
    put_topics(r, out);
    put_spots(r, "What is wrong", lab_is_wrong, out);
    put_spots(r, "Known failures", lab_is_known, out);
    put_legend(r, out);
}
