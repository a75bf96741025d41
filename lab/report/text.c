/* text.c - senders by topics as a table for a terminal. */
#include <stdlib.h>
#include <string.h>

#include "base/escape.h"
#include "report/document.h"

/* "25 3! 2k": what passed, then what did not. */
static void put_sums(struct lab_text *t, const unsigned sums[LAB_SORT_COUNT])
{
    static const struct {
        enum lab_sort sort;
        const char *mark;
    } marks[] = {{LAB_SORT_FAILED, "!"},
                 {LAB_SORT_BROKEN, "x"},
                 {LAB_SORT_KNOWN, "k"},
                 {LAB_SORT_NEITHER, "-"}};

    lab_text_put(t, "%u", sums[LAB_SORT_GOOD]);
    for (size_t i = 0; i < LAB_COUNT(marks); i++)
        if (sums[marks[i].sort] > 0)
            lab_text_put(t, " %u%s", sums[marks[i].sort], marks[i].mark);
}

static void put_cell(struct lab_text *out, const unsigned sums[LAB_SORT_COUNT], bool any)
{
    struct lab_text t = {0};

    if (any)
        put_sums(&t, sums);
    lab_text_put(out, "  %-14s", any ? t.text : "");
    free(t.text);
}

static void put_row(const struct lab_reporting *r, const struct lab_topic *topic,
                    struct lab_text *out)
{
    lab_text_put(out, "%-24s", topic->name);
    for (size_t run = 0; run < r->runs->count; run++) {
        unsigned sums[LAB_SORT_COUNT];
        unsigned all = 0;

        lab_runs_sum(r->runs, topic, run, sums);
        for (size_t i = 0; i < LAB_SORT_COUNT; i++)
            all += sums[i];
        put_cell(out, sums, all > 0);
    }
    while (out->text[out->len - 1] == ' ')
        out->len--;
    lab_text_put(out, "\n");
}

static void put_senders(const struct lab_reporting *r, struct lab_text *out)
{
    for (size_t run = 0; run < r->runs->count; run++) {
        char *trouble = lab_ran_trouble(&r->runs->list[run]);

        lab_text_put(out, "[%zu] ", run + 1);
        lab_put_line(out, r->runs->list[run].label);
        lab_text_put(out, "%s%s\n", trouble != NULL ? ": THIS RUN " : "",
                     trouble != NULL ? trouble : "");
        free(trouble);
    }
}

void lab_report_text(const struct lab_reporting *r, struct lab_text *out)
{
    const struct lab_topic all = {"all", 0, r->runs->rows_count};

    put_senders(r, out);
    lab_text_put(out, "\n%-24s", "topic");
    for (size_t run = 0; run < r->runs->count; run++) {
        char *head = lab_format("[%zu]", run + 1);

        lab_text_put(out, run + 1 < r->runs->count ? "  %-14s" : "  %s", head);
        free(head);
    }
    lab_text_put(out, "\n");
    for (size_t i = 0; i < r->runs->topics_count; i++)
        put_row(r, &r->runs->topics[i], out);
    if (all.end > 0)
        put_row(r, &all, out);
    lab_text_put(out, "\nN passed, N! failed, Nx lab or adapter errors, Nk known failures "
                      "(lab/adapters/NAME/expect.tsv), N- not supported or not judged\n");
}
