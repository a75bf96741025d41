/* html_evidence.c - what the folder of a case has to show. */
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

#include "report/html.h"

/* Of one file; some peers talk without end. */
enum { FILE_MAX = 64 * 1024 };

static const struct {
    const char *file;
    const char *says;
} files[] = {
    {"timeline.txt", "timeline"},     {"path.svg", "drawing"},
    {"packets.pcapng", "packets"},    {"smtp.jsonl", "SMTP transcript"},
    {"queries.txt", "DNS questions"}, {"scenario.yaml", "scenario"},
    {"repro.sh", "run it again"},
};

void lab_html_files(const struct lab_reporting *r, size_t run, const struct lab_entry *e,
                    struct lab_text *t)
{
    bool any = false;

    for (size_t i = 0; i < LAB_COUNT(files); i++) {
        char *link = lab_evidence_link(r, run, e, files[i].file);

        if (link != NULL && !any)
            lab_html_raw(t, "<p class=\"files\">files:");
        if (link != NULL)
            LAB_MARKUP(t, " <a href=\"{}\">{}</a>", link, files[i].says);
        any = any || link != NULL;
        free(link);
    }
    if (any)
        lab_html_raw(t, "</p>");
}

/* NULL: there is no such file. */
static char *read_file(const struct lab_reporting *r, size_t run, const struct lab_entry *e,
                       const char *file, size_t *len)
{
    char *path = lab_format("%s/%s/%s", r->runs->list[run].dir, e->name, file);
    struct lab_fault ignored;
    char *text = NULL;

    if (lab_file_read(path, &text, len, &ignored) != 0)
        text = NULL;
    free(path);
    return text;
}

static void put_cut(size_t len, struct lab_text *t)
{
    if (len > FILE_MAX)
        lab_text_put(t, "<p class=\"hint\">%zu octets more are in the file.</p>", len - FILE_MAX);
}

/* The actor is the word behind the time. */
static const char *class_of(const char *line, size_t len)
{
    static const char *const actors[][2] = {
        {"DNS", "d"}, {"SMTP", "m"}, {"TCP", "c"}, {"sender", "s"}, {"clock", "k"}};
    const char *at = memmem(line, len, " ms  ", 5);

    for (size_t i = 0; at != NULL && i < LAB_COUNT(actors); i++) {
        size_t n = strlen(actors[i][0]);

        if ((size_t)(line + len - at) > 5 + n && memcmp(at + 5, actors[i][0], n) == 0)
            return actors[i][1];
    }
    return "o";
}

static void put_timeline(const char *text, size_t len, struct lab_text *t)
{
    const char *end = text + (len < FILE_MAX ? len : FILE_MAX);

    lab_html_raw(t, "<h5>Timeline</h5><pre class=\"tl\" tabindex=\"0\">");
    while (text < end) {
        const char *newline = memchr(text, '\n', (size_t)(end - text));
        const char *stop = newline != NULL ? newline : end;

        lab_text_put(t, "<span class=\"%s\">", class_of(text, (size_t)(stop - text)));
        lab_put_markup(t, text, (size_t)(stop - text));
        lab_html_raw(t, "\n</span>");
        text = stop + 1;
    }
    lab_html_raw(t, "</pre>");
    put_cut(len, t);
}

static void put_plain(const char *title, const char *text, size_t len, struct lab_text *t)
{
    lab_text_put(t, "<h5>%s</h5><pre tabindex=\"0\">", title);
    lab_put_markup(t, text, len < FILE_MAX ? len : FILE_MAX);
    lab_html_raw(t, "</pre>");
    put_cut(len, t);
}

/* As an image: nothing in it is run, or loaded, or can get out of it. */
static void put_drawing(const char *svg, size_t len, const struct lab_entry *e, struct lab_text *t)
{
    unsigned char *code = lab_calloc(len / 3 + 1, 4 + 1);

    (void)EVP_EncodeBlock(code, (const unsigned char *)svg, (int)len);
    lab_html_raw(t, "<div class=\"draw\" tabindex=\"0\" role=\"group\" aria-label=\"Drawing\"><img "
                    "loading=\"lazy\" alt=\"");
    LAB_MARKUP(t,
               "The path through MX, address, TLSA, session and outcome. Expected: {}. Seen: {}.",
               lab_entry_text(e, "expected"), lab_entry_text(e, "seen"));
    lab_text_put(t, "\" src=\"data:image/svg+xml;base64,%s\"></div>", (const char *)code);
    free(code);
}

char *lab_html_evidence(const struct lab_reporting *r, size_t run, const struct lab_entry *e)
{
    struct lab_text t = {0};
    size_t story_len = 0, sessions_len = 0, svg_len = 0;
    char *story = read_file(r, run, e, "timeline.txt", &story_len);
    char *sessions = read_file(r, run, e, "sessions.txt", &sessions_len);
    char *svg = read_file(r, run, e, "path.svg", &svg_len);

    if (story != NULL || sessions != NULL || svg != NULL) {
        lab_html_raw(&t, "<details class=\"ev\"><summary>Evidence</summary>");
        if (svg != NULL && svg_len <= FILE_MAX)
            put_drawing(svg, svg_len, e, &t);
        if (story != NULL)
            put_timeline(story, story_len, &t);
        if (sessions_len > 0)
            put_plain("SMTP sessions", sessions, sessions_len, &t);
        lab_html_files(r, run, e, &t);
        lab_html_raw(&t, "</details>");
    }
    free(story);
    free(sessions);
    free(svg);
    return t.text;
}
