/* differ_text.c - what differ.h finds, for people. */
#include <stdlib.h>
#include <string.h>

#include "base/escape.h"
#include "report/differ.h"

static const char *said(const struct lab_entry *e, const char *key)
{
    const char *text = e != NULL ? lab_entry_text(e, key) : NULL;

    return text != NULL ? text : "";
}

char *lab_change_way(const struct lab_change *c, const char *arrow)
{
    const struct lab_entry *only = lab_change_entry(c);

    if (c->before != NULL && c->after != NULL)
        return lab_format("%s, %s %s %s, %s", lab_verdict_name(c->before->verdict),
                          said(c->before, "outcome"), arrow, lab_verdict_name(c->after->verdict),
                          said(c->after, "outcome"));
    return lab_format("%s, %s", lab_verdict_name(only->verdict), said(only, "outcome"));
}

static void put_change(const struct lab_change *c, struct lab_text *out)
{
    char *from_to = lab_change_way(c, "->");

    lab_text_put(out, "  %s: ", lab_change_entry(c)->name);
    lab_put_line(out, from_to);
    free(from_to);
    if (c->before != NULL && c->after != NULL) {
        lab_text_put(out, "\n      was  ");
        lab_put_line(out, said(c->before, "seen"));
        lab_text_put(out, "\n      is   ");
        lab_put_line(out, said(c->after, "seen"));
    }
    lab_text_put(out, "\n");
}

/* A kind with its cases; of cases in one run only the number is enough where nothing fails. */
static void put_kind(const struct lab_differ *d, enum lab_change_kind kind, struct lab_text *out)
{
    const bool brief = kind == LAB_CHANGE_APPEARED || kind == LAB_CHANGE_GONE;
    unsigned left_out = 0;

    if (d->of[kind] == 0)
        return;
    lab_text_put(out, "\n%s (%u): %s\n", lab_change_name(kind), d->of[kind],
                 lab_change_means(kind));
    for (size_t i = 0; i < d->count; i++) {
        const struct lab_change *c = &d->list[i];

        if (c->kind != kind)
            continue;
        if (brief && lab_change_entry(c)->verdict == LAB_V_PASS)
            left_out++;
        else
            put_change(c, out);
    }
    if (left_out > 0)
        lab_text_put(out, "  %u with PASS\n", left_out);
}

void lab_differ_sum(const struct lab_differ *d, struct lab_text *out)
{
    bool any = false;

    for (int k = 0; k < LAB_CHANGE_COUNT; k++) {
        if (d->of[k] == 0)
            continue;
        lab_text_put(out, "%s%u %s", any ? ", " : "", d->of[k],
                     lab_change_name((enum lab_change_kind)k));
        any = true;
    }
    if (!any)
        lab_text_put(out, "no difference");
}

static void put_notes(const struct lab_differ *d, const char *before, struct lab_text *out)
{
    char *notes = lab_differ_notes(d);
    char *rest = notes;

    for (char *line; (line = strsep(&rest, "\n")) != NULL && *line != '\0';) {
        lab_text_put(out, "%s", before);
        lab_put_line(out, line);
        lab_text_put(out, "\n");
    }
    free(notes);
}

void lab_differ_text(const struct lab_differ *d, struct lab_text *out)
{
    lab_text_put(out, "old: %s\nnew: %s\n%u case%s in both\n", d->old->label, d->new->label,
                 d->both, lab_plural(d->both));
    put_notes(d, "note: ", out);
    for (int k = 0; k < LAB_CHANGE_COUNT; k++)
        put_kind(d, (enum lab_change_kind)k, out);
    lab_text_put(out, "\n");
    lab_differ_sum(d, out);
    lab_text_put(out, "\n");
}

static void put_cell(const char *text, struct lab_text *out)
{
    lab_text_put(out, " | ");
    lab_put_markdown(out, text);
}

static void put_table(const struct lab_differ *d, enum lab_change_kind kind, struct lab_text *out)
{
    lab_text_put(out, "\n## %s: %u\n\n%s.\n\n| case | verdict | old | new |\n|---|---|---|---|\n",
                 lab_change_name(kind), d->of[kind], lab_change_means(kind));
    for (size_t i = 0; i < d->count; i++) {
        const struct lab_change *c = &d->list[i];
        char *from_to = c->kind == kind ? lab_change_way(c, "→") : NULL;

        if (from_to == NULL)
            continue;
        lab_text_put(out, "| ");
        lab_put_markdown(out, lab_change_entry(c)->name);
        put_cell(from_to, out);
        put_cell(said(c->before, "seen"), out);
        put_cell(said(c->after, "seen"), out);
        lab_text_put(out, " |\n");
        free(from_to);
    }
}

void lab_differ_markdown(const struct lab_differ *d, struct lab_text *out)
{
    lab_text_put(out, "# danelab: what changed\n\n| | run |\n|---|---|\n| old");
    put_cell(d->old->label, out);
    lab_text_put(out, " |\n| new");
    put_cell(d->new->label, out);
    lab_text_put(out, " |\n\n%u case%s in both: ", d->both, d->both == 1 ? " is" : "s are");
    lab_differ_sum(d, out);
    lab_text_put(out, "\n\n");
    put_notes(d, "- ", out);
    for (int k = 0; k < LAB_CHANGE_COUNT; k++)
        if (d->of[k] > 0)
            put_table(d, (enum lab_change_kind)k, out);
}
