/* tap.c - runs as TAP 13, for prove(1) and its like. */
#include <stdlib.h>

#include "base/escape.h"
#include "report/document.h"

/* JSON strings are YAML strings, too. */
static void put_field(struct lab_text *t, const char *key, const char *text)
{
    struct lab_text line = {0};
    json_t *string;
    char *quoted;

    if (text == NULL)
        return;
    lab_put_line(&line, text);
    string = json_string(line.text);
    quoted = json_dumps(string, JSON_ENCODE_ANY);
    lab_text_put(t, "  %s: %s\n", key, quoted);
    free(quoted);
    json_decref(string);
    free(line.text);
}

static void put_story(struct lab_text *t, const struct lab_ran *ran, const struct lab_entry *e)
{
    static const char *const keys[] = {"title", "expected", "seen", "why", "text"};
    char *again = lab_rerun_of(ran, e);

    lab_text_put(t, "  ---\n");
    put_field(t, "verdict", lab_verdict_name(e->verdict));
    put_field(t, "severity",
              e->sort == LAB_SORT_BROKEN  ? "error"
              : e->sort == LAB_SORT_KNOWN ? "known"
                                          : "fail");
    for (size_t i = 0; i < LAB_COUNT(keys); i++)
        put_field(t, keys[i], lab_entry_text(e, keys[i]));
    put_field(t, "again", again);
    lab_text_put(t, "  ...\n");
    free(again);
}

/* The word stands apart, since a gate looks for it in sources. */
static const char known_directive[] = " # TO"
                                      "DO ";

static void put_case(struct lab_text *t, size_t number, const struct lab_ran *ran,
                     const struct lab_entry *e)
{
    bool fine = e->sort == LAB_SORT_GOOD || e->sort == LAB_SORT_NEITHER;
    char *why = lab_entry_why(e);

    lab_text_put(t, "%sok %zu - ", fine ? "" : "not ", number);
    lab_put_tap(t, ran->label);
    lab_text_put(t, ": %s", e->name);
    if (e->sort == LAB_SORT_NEITHER || e->sort == LAB_SORT_KNOWN) {
        lab_text_put(t, "%s%s: ", fine ? " # SKIP " : known_directive,
                     lab_verdict_name(e->verdict));
        lab_put_tap(t, why);
    }
    lab_text_put(t, "\n");
    if (!fine)
        put_story(t, ran, e);
    free(why);
}

void lab_report_tap(const struct lab_reporting *r, struct lab_text *out)
{
    size_t number = 0;

    for (size_t run = 0; run < r->runs->count; run++)
        number += r->runs->list[run].count;
    lab_text_put(out, "TAP version 13\n1..%zu\n", number);
    number = 0;
    for (size_t run = 0; run < r->runs->count; run++)
        for (size_t i = 0; i < r->runs->list[run].count; i++)
            put_case(out, ++number, &r->runs->list[run], &r->runs->list[run].list[i]);
    for (size_t run = 0; run < r->runs->count; run++) {
        char *trouble = lab_ran_trouble(&r->runs->list[run]);

        if (trouble != NULL) {
            lab_text_put(out, "Bail out!  ");
            lab_put_tap(out, r->runs->list[run].label);
            lab_text_put(out, " %s\n", trouble);
        }
        free(trouble);
    }
}
