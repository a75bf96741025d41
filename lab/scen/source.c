/* source.c - reading, parsing and pointing into a scenario file. */
#include "scen/source.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct lab_place lab_place(const char *format, ...)
{
    struct lab_place place;
    va_list args;

    va_start(args, format);
    (void)vsnprintf(place.text, sizeof(place.text), format, args);
    va_end(args);
    return place;
}

static void LAB_PRINTF(4, 0)
    complain(struct lab_source *s, size_t line, size_t column, const char *format, va_list args)
{
    char what[1024];
    char *whole;

    s->faults++;
    if (s->silent || s->faults > LAB_MAX_FAULTS)
        return;
    (void)vsnprintf(what, sizeof(what), format, args);
    for (char *c = what; *c != '\0'; c++) {
        if ((unsigned char)*c < ' ' || *c == 0x7f)
            *c = '?';
    }
    whole = lab_format("%s:%zu:%zu: %s", s->path, line, column, what);
    s->report(s->self, whole);
    free(whole);
}

static void LAB_PRINTF(4, 5)
    complain_at(struct lab_source *s, size_t line, size_t column, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    complain(s, line, column, format, args);
    va_end(args);
}

void lab_complain_mark(struct lab_source *s, const yaml_mark_t *mark, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    complain(s, mark->line + 1, mark->column + 1, format, args);
    va_end(args);
}

/* Of a mapping: the value at the len letters of key; *where becomes the key. NULL: not there. */
static const yaml_node_t *member(struct lab_source *s, const yaml_node_t *map, const char *key,
                                 size_t len, const yaml_node_t **where)
{
    if (map->type != YAML_MAPPING_NODE)
        return NULL;
    for (const yaml_node_pair_t *p = map->data.mapping.pairs.start; p < map->data.mapping.pairs.top;
         p++) {
        const yaml_node_t *k = yaml_document_get_node(&s->doc, p->key);

        if (k->type == YAML_SCALAR_NODE && k->data.scalar.length == len &&
            memcmp(k->data.scalar.value, key, len) == 0) {
            *where = k;
            return yaml_document_get_node(&s->doc, p->value);
        }
    }
    return NULL;
}

/* Walk to a place as far as the file goes; *all: the whole way. The result is what people look for:
 * an entry of a list, the value of a key if that is one word or text, the key itself if a list or
 * mapping stands below it. */
static const yaml_node_t *walk(struct lab_source *s, const char *place, bool *all)
{
    const yaml_node_t *at = yaml_document_get_root_node(&s->doc);
    const yaml_node_t *point = at;
    char *whole = lab_format("%s%s", s->within != NULL ? s->within : "", place);
    const char *path = whole;

    while (at != NULL && *path != '\0') {
        const yaml_node_t *key = NULL;
        size_t len = strcspn(path + 1, ".[") + 1;

        if (*path == '[') {
            unsigned long i = strtoul(path + 1, NULL, 10);
            bool there = at->type == YAML_SEQUENCE_NODE &&
                         (size_t)(at->data.sequence.items.top - at->data.sequence.items.start) > i;

            at = there ? yaml_document_get_node(&s->doc, at->data.sequence.items.start[i]) : NULL;
        } else {
            at = member(s, at, path, len, &key);
        }
        if (at != NULL)
            point = key != NULL && at->type != YAML_SCALAR_NODE ? key : at;
        path += len;
        path += *path == '.';
    }
    *all = at != NULL;
    free(whole);
    return point;
}

void lab_complain(struct lab_source *s, struct lab_place place, const char *format, ...)
{
    bool all;
    const yaml_node_t *node = walk(s, place.text, &all);
    va_list args;

    va_start(args, format);
    complain(s, node->start_mark.line + 1, node->start_mark.column + 1, format, args);
    va_end(args);
}

bool lab_source_has(struct lab_source *s, struct lab_place place)
{
    bool all;

    (void)walk(s, place.text, &all);
    return all;
}

/* The text from a mark on: marks count characters. Its end, if the mark lies behind that. */
static const char *text_at(const struct lab_source *s, const yaml_mark_t *mark)
{
    size_t left = mark->index;
    const char *c = s->text;

    while (*c != '\0' && ((*c & 0xc0) == 0x80 || left-- > 0))
        c++;
    return c;
}

bool lab_source_cut(struct lab_source *s, struct lab_place place)
{
    bool all;
    const yaml_node_t *node = walk(s, place.text, &all);
    const char *behind;

    if (!all || node->type != YAML_SCALAR_NODE ||
        node->data.scalar.style != YAML_PLAIN_SCALAR_STYLE)
        return false;
    behind = text_at(s, &node->end_mark);
    return behind[strspn(behind, " \t")] == '#';
}

void lab_complain_line(struct lab_source *s, struct lab_place place, size_t line, const char *token,
                       const char *format, ...)
{
    bool all;
    const yaml_node_t *node = walk(s, place.text, &all);
    size_t row = node->start_mark.line;
    size_t column = node->start_mark.column;
    va_list args;

    if (all && node->type == YAML_SCALAR_NODE &&
        node->data.scalar.style == YAML_LITERAL_SCALAR_STYLE) {
        const char *from = s->text;
        const char *hit;

        row += line + 1;
        for (size_t i = 0; i < row && from != NULL; i++) {
            from = strchr(from, '\n');
            from += from != NULL;
        }
        hit = from == NULL ? NULL : strstr(from, token);
        column = hit != NULL && memchr(from, '\n', (size_t)(hit - from)) == NULL
                     ? (size_t)(hit - from)
                     : 0;
    }
    va_start(args, format);
    complain(s, row + 1, column + 1, format, args);
    va_end(args);
}

/* What people mostly meant where libyaml says that; the beginning of its words. */
static const struct {
    const char *problem, *expected;
} hints[] = {
    /* clang-format off */
    {"mapping values are not allowed",      "one key on a line: a value with `: ` in it needs quotes"},
    {"found character that cannot start",   "plain YAML: a value that begins with @ % or ` needs quotes"},
    {"block sequence entries are not",      "a list on lines of its own: a value that begins with `- ` needs quotes"},
    {"did not find expected key",           "KEY: VALUE: a value that begins with [ { or a quote, and goes on behind it, needs quotes"},
    {"did not find expected ',' or",        "commas between entries: a value with `: ` or `, ` in it needs quotes"},
    {"could not find expected ':'",        "KEY: VALUE: lines of a block of text are indented more than its key"},
    {"did not find expected '-'",          "entries of a list that begin in one column, with `- `"},
    {"found unexpected end of stream",      "a quote at the end of what begins here"},
    {"found a tab character",               "blanks, not tabs"},
    /* clang-format on */
};

static const char *hint_for(const char *problem)
{
    for (size_t i = 0; i < LAB_COUNT(hints); i++) {
        if (strncmp(problem, hints[i].problem, strlen(hints[i].problem)) == 0)
            return hints[i].expected;
    }
    return "plain YAML";
}

/* What libyaml found wrong, where it says. Faults of the encoding come with an offset only; what
 * has no end, with that of the file. */
static void parser_fault(struct lab_source *s, const yaml_parser_t *parser)
{
    const char *problem = parser->problem != NULL ? parser->problem : "not YAML";
    yaml_mark_t mark = parser->problem_mark;

    if (parser->error == YAML_READER_ERROR) {
        mark.line = mark.column = 0;
        for (size_t i = 0; i < parser->problem_offset && i < s->len; i++) {
            mark.column++;
            if (s->text[i] == '\n') {
                mark.line++;
                mark.column = 0;
            }
        }
    }
    if (strcmp(problem, "found unexpected end of stream") == 0)
        mark = parser->context_mark;
    else if (strncmp(problem, "found character", 15) == 0 && *text_at(s, &mark) == '\t')
        problem = "found a tab character";
    lab_complain_mark(s, &mark, "%s%s%s; expected %s", problem, parser->context != NULL ? " " : "",
                      parser->context != NULL ? parser->context : "", hint_for(problem));
}

/* How far the scan is. libyaml takes quadratic time for deep nesting, so that is cut short. */
struct scan {
    bool content;
    unsigned depth;
    bool open; /* a quote that was forgotten begins here, it seems */
    yaml_mark_t opens;
};

/* A quote without its end goes on to the next one in the file, which was to begin something: what
 * stands right behind that is not what may follow an end. */
static void note_quote(const struct lab_source *s, const yaml_token_t *token, struct scan *at)
{
    if (at->open || token->type != YAML_SCALAR_TOKEN ||
        (token->data.scalar.style != YAML_SINGLE_QUOTED_SCALAR_STYLE &&
         token->data.scalar.style != YAML_DOUBLE_QUOTED_SCALAR_STYLE) ||
        token->start_mark.line == token->end_mark.line ||
        strchr(" \t\r\n,]}:", *text_at(s, &token->end_mark)) != NULL)
        return;
    at->open = true;
    at->opens = token->start_mark;
}

/* What the file is refused for, once: a forgotten quote explains whatever else is odd. */
static void refuse(struct lab_source *s, const yaml_parser_t *parser, const struct scan *at)
{
    if (at->open)
        lab_complain_mark(
            s, &at->opens,
            "a quote without its end; expected a quote at the end of what begins here");
    else
        parser_fault(s, parser);
}

static const char *not_wanted(const yaml_token_t *token, struct scan *at)
{
    switch (token->type) {
    case YAML_ANCHOR_TOKEN:
    case YAML_ALIAS_TOKEN:
        return "an anchor or alias (text that begins with & or * needs quotes)";
    case YAML_TAG_TOKEN:
        return "a tag (text that begins with ! needs quotes)";
    case YAML_VERSION_DIRECTIVE_TOKEN:
    case YAML_TAG_DIRECTIVE_TOKEN:
        return "a directive";
    case YAML_DOCUMENT_START_TOKEN:
        if (at->content)
            return "a second document";
        break;
    case YAML_FLOW_SEQUENCE_START_TOKEN:
    case YAML_FLOW_MAPPING_START_TOKEN:
    case YAML_BLOCK_SEQUENCE_START_TOKEN:
    case YAML_BLOCK_MAPPING_START_TOKEN:
        if (++at->depth > 16)
            return "lists or mappings more than 16 deep";
        break;
    case YAML_FLOW_SEQUENCE_END_TOKEN:
    case YAML_FLOW_MAPPING_END_TOKEN:
    case YAML_BLOCK_END_TOKEN:
        at->depth -= at->depth > 0;
        break;
    case YAML_NO_TOKEN:
    case YAML_STREAM_START_TOKEN:
    case YAML_STREAM_END_TOKEN:
    case YAML_DOCUMENT_END_TOKEN:
    case YAML_BLOCK_ENTRY_TOKEN:
    case YAML_FLOW_ENTRY_TOKEN:
    case YAML_KEY_TOKEN:
    case YAML_VALUE_TOKEN:
    case YAML_SCALAR_TOKEN:
        break;
    }
    at->content = at->content || token->type != YAML_STREAM_START_TOKEN;
    return NULL;
}

/* A scenario is data that reads the same from top to bottom: no aliases, tags, directives, further
 * documents. */
static bool scan(struct lab_source *s, struct scan *at)
{
    yaml_parser_t parser;
    int before = s->faults;
    bool more = true;

    if (!yaml_parser_initialize(&parser))
        abort();
    yaml_parser_set_input_string(&parser, (const unsigned char *)s->text, s->len);
    while (more) {
        yaml_token_t token;
        const char *bad;

        if (!yaml_parser_scan(&parser, &token)) {
            refuse(s, &parser, at);
            break;
        }
        note_quote(s, &token, at);
        bad = not_wanted(&token, at);
        if (bad != NULL && at->open)
            refuse(s, &parser, at);
        else if (bad != NULL)
            lab_complain_mark(s, &token.start_mark, "%s; expected plain data, written out", bad);
        more = token.type != YAML_STREAM_END_TOKEN && bad == NULL;
        yaml_token_delete(&token);
    }
    yaml_parser_delete(&parser);
    return s->faults == before;
}

static bool parse(struct lab_source *s, const struct scan *at)
{
    yaml_parser_t parser;

    if (!yaml_parser_initialize(&parser))
        abort();
    yaml_parser_set_input_string(&parser, (const unsigned char *)s->text, s->len);
    s->open = yaml_parser_load(&parser, &s->doc) != 0;
    if (!s->open)
        refuse(s, &parser, at);
    else if (yaml_document_get_root_node(&s->doc) == NULL)
        complain_at(s, 1, 1, "the file is empty; expected a scenario (see scenarios/README.md)");
    yaml_parser_delete(&parser);
    return s->open && yaml_document_get_root_node(&s->doc) != NULL;
}

static bool open_text(struct lab_source *s)
{
    struct scan at = {0};

    if (s->len > LAB_MAX_FILE) {
        complain_at(s, 1, 1, "the file has %zu octets; expected at most %d", s->len, LAB_MAX_FILE);
        return false;
    }
    if (strlen(s->text) != s->len) {
        complain_at(s, 1, 1, "the file has a NUL octet; expected text");
        return false;
    }
    return scan(s, &at) && parse(s, &at);
}

bool lab_source_open(struct lab_source *s, const char *path, bool silent,
                     void (*report)(void *self, const char *line), void *self)
{
    struct lab_fault fault;

    *s = (struct lab_source){.path = path, .silent = silent, .report = report, .self = self};
    if (lab_file_read(path, &s->text, &s->len, &fault) != 0) {
        complain_at(s, 1, 1, "%s", fault.what);
        return false;
    }
    return open_text(s);
}

bool lab_source_open_text(struct lab_source *s, const char *path, char *text, bool silent,
                          void (*report)(void *self, const char *line), void *self)
{
    *s = (struct lab_source){.path = path, .silent = silent, .report = report, .self = self};
    s->text = text;
    s->len = strlen(text);
    return open_text(s);
}

void lab_source_close(struct lab_source *s)
{
    if (s->open)
        yaml_document_delete(&s->doc);
    free(s->text);
    memset(s, 0, sizeof(*s));
}
