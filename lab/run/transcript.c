/* transcript.c - lines of the SMTP log by connection, see transcript.h. */
#include "run/transcript.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

struct entry {
    unsigned conn;
    char *line; /* into the text */
    json_t *event;
};

struct lab_transcript {
    char *text;
    struct entry *list;
    size_t count;
};

int lab_transcript_open(const char *smtp_log, size_t from, struct lab_transcript **out,
                        struct lab_fault *fault)
{
    struct lab_transcript *t = lab_calloc(1, sizeof(*t));
    char *rest, *line;
    size_t len;

    if (lab_file_read(smtp_log, &t->text, &len, fault) != 0) {
        free(t);
        return -1;
    }
    rest = t->text + (from < len ? from : len);
    while ((line = strsep(&rest, "\n")) != NULL) {
        json_t *event = json_loads(line, 0, NULL);

        if (event == NULL)
            continue;
        if ((t->count & (t->count - 1)) == 0)
            t->list = lab_realloc(t->list, t->count * 2 + 1, sizeof(*t->list));
        t->list[t->count++] = (struct entry){
            (unsigned)json_integer_value(json_object_get(event, "conn")), line, event};
    }
    *out = t;
    return 0;
}

void lab_transcript_close(struct lab_transcript **t)
{
    struct lab_transcript *it = *t;

    if (it == NULL)
        return;
    for (size_t i = 0; i < it->count; i++)
        json_decref(it->list[i].event);
    free(it->list);
    free(it->text);
    free(it);
    *t = NULL;
}

static bool concerns(const struct lab_evidence *evidence, unsigned conn)
{
    for (unsigned i = 0; i < evidence->sessions_count; i++)
        if (evidence->sessions[i].conn == conn)
            return true;
    return false;
}

static const char *field(const json_t *event, const char *key)
{
    const char *s = json_string_value(json_object_get(event, key));

    return s != NULL ? s : "";
}

/* The log has whole milliseconds and is written behind the event: what came before it on the wire
 * must not seem to follow it. */
static int64_t time_of(const json_t *event)
{
    return (int64_t)json_integer_value(json_object_get(event, "t")) * 1000000 + 999999;
}

/* One event a line: the lines of a reply stand side by side. */
static void tell(const struct entry *e, struct lab_timeline *timeline)
{
    static const char *const fields[][2] = {{"host", " "},      {"version", " "},
                                            {"error", " "},     {"line", "  C: "},
                                            {"reply", "  S: "}, {"from", " from "}};
    struct lab_text story = {0};

    lab_text_put(&story, "#%u %-7s%s", e->conn, field(e->event, "event"),
                 json_is_true(json_object_get(e->event, "tls")) ? " (in TLS)" : "");
    for (size_t i = 0; i < LAB_COUNT(fields); i++) {
        char *copy = lab_strdup(field(e->event, fields[i][0]));
        char *rest = copy;
        const char *glue = fields[i][1];
        const char *line;

        while (copy[0] != '\0' && (line = strsep(&rest, "\n")) != NULL) {
            lab_text_put(&story, "%s%s", glue, line);
            glue = " / ";
        }
        free(copy);
    }
    lab_timeline_add(timeline, time_of(e->event), "SMTP", story.text);
}

void lab_transcript_of(const struct lab_transcript *t, const struct lab_evidence *evidence,
                       struct lab_text *raw, struct lab_timeline *timeline)
{
    lab_text_put(raw, "%s", "");
    for (size_t i = 0; i < t->count; i++) {
        const struct entry *e = &t->list[i];

        if (!concerns(evidence, e->conn))
            continue;
        lab_text_put(raw, "%s\n", e->line);
        tell(e, timeline);
    }
}
