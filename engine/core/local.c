/* local.c - the policy table of local.h. */
#include "core/local.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define EXPECTED "expected none, may, encrypt, dane or dane-only"

/* Levels that Postfix knows and this client does not apply. */
static const char *const foreign[] = {"fingerprint", "verify", "secure"};

/* The text between here and the end; where it stands. */
struct cursor {
    struct dsmtp_arena *arena;
    const char *file;
    const char *at, *end;
    unsigned line, column; /* of at, from 1 */
    struct dsmtp_fault *fault;
};

struct token {
    char text[DSMTP_NEXTHOP_TEXT_SIZE];
    unsigned line, column;
};

static enum dsmtp_status wrong(const struct cursor *c, unsigned line, unsigned column,
                               const char *what)
{
    return dsmtp_fault_set(c->fault, DSMTP_SYNTAX, "%.120s:%u:%u: %s", c->file, line, column, what);
}

static bool is_blank(char ch)
{
    return ch == ' ' || ch == '\t' || ch == '\r';
}

static void skip_blanks(struct cursor *c)
{
    for (; c->at < c->end && is_blank(*c->at); c->at++)
        c->column++;
}

static void skip_line(struct cursor *c)
{
    const char *newline = memchr(c->at, '\n', (size_t)(c->end - c->at));

    c->at = newline != NULL ? newline + 1 : c->end;
    c->line++;
    c->column = 1;
}

static enum dsmtp_status take_token(struct cursor *c, struct token *out)
{
    size_t len = 0;

    out->line = c->line;
    out->column = c->column;
    for (; c->at < c->end && !is_blank(*c->at) && *c->at != '\n'; c->at++, c->column++) {
        if ((unsigned char)*c->at < ' ' || *c->at == 0x7f)
            return wrong(c, c->line, c->column, "control character; expected text");
        if (len + 1 == sizeof(out->text))
            return wrong(c, out->line, out->column,
                         "word too long; expected a destination and a level");
        out->text[len++] = *c->at;
    }
    out->text[len] = '\0';
    return DSMTP_OK;
}

/* A key to its canonical form. */
static enum dsmtp_status read_key(struct cursor *c, const struct token *token,
                                  struct dsmtp_local_entry *out)
{
    bool parent = token->text[0] == '.';
    char text[DSMTP_NEXTHOP_TEXT_SIZE + 1] = ".";
    struct dsmtp_nexthop nexthop;
    struct dsmtp_fault fault;

    if (dsmtp_nexthop_parse(token->text + (parent ? 1 : 0), &nexthop, &fault) != DSMTP_OK)
        return wrong(c, token->line, token->column, fault.what);
    if (parent && (nexthop.kind != DSMTP_NEXTHOP_DOMAIN || strchr(token->text, ':') != NULL))
        return wrong(c, token->line, token->column, "expected a domain behind the leading dot");
    dsmtp_nexthop_text(&nexthop, text + 1);
    out->key = dsmtp_arena_strdup(c->arena, parent ? text : text + 1);
    out->line = token->line;
    out->column = token->column;
    return out->key != NULL ? DSMTP_OK : DSMTP_NOMEM;
}

static enum dsmtp_status read_level(struct cursor *c, const struct token *token,
                                    struct dsmtp_local_entry *out)
{
    char what[160];

    for (unsigned i = 0; i <= DSMTP_POLICY_DANE_ONLY; i++) {
        if (strcasecmp(token->text, dsmtp_policy_name((enum dsmtp_policy)i)) == 0) {
            out->policy = (enum dsmtp_policy)i;
            return DSMTP_OK;
        }
    }
    for (unsigned i = 0; i < sizeof(foreign) / sizeof(foreign[0]); i++) {
        if (strcasecmp(token->text, foreign[i]) == 0) {
            (void)snprintf(what, sizeof(what),
                           "level %s is not supported by this version; " EXPECTED, foreign[i]);
            return wrong(c, token->line, token->column, what);
        }
    }
    (void)snprintf(what, sizeof(what), "no level \"%.60s\"; " EXPECTED, token->text);
    return wrong(c, token->line, token->column, what);
}

static enum dsmtp_status refuse_attribute(const struct cursor *c, const struct token *token)
{
    char what[200];

    if (token->text[0] == '#')
        return wrong(c, token->line, token->column,
                     "a comment must stand on a line of its own; expected the end of the line");
    (void)snprintf(
        what, sizeof(what),
        "attribute \"%.60s\" is not supported by this version; expected the end of the line",
        token->text);
    return wrong(c, token->line, token->column, what);
}

/* Is the cursor, at the start of a line, at one that belongs to the entry before? Lines that say
 * nothing are passed over. */
static bool continues(struct cursor *c)
{
    while (c->at < c->end) {
        struct cursor probe = *c;

        skip_blanks(&probe);
        if (probe.at == probe.end || *probe.at == '\n' || *probe.at == '#') {
            skip_line(c);
            continue;
        }
        return probe.at > c->at;
    }
    return false;
}

/* The next word of this entry, on this line or a continuation; an empty one at its end. */
static enum dsmtp_status next_word(struct cursor *c, struct token *out)
{
    skip_blanks(c);
    if (c->at < c->end && *c->at == '\n') {
        skip_line(c);
        if (continues(c))
            skip_blanks(c);
        else
            return take_token(
                &(struct cursor){.at = c->end, .end = c->end, .line = c->line, .column = c->column},
                out);
    }
    return take_token(c, out);
}

static enum dsmtp_status read_entry(struct cursor *c, struct dsmtp_local_entry *out)
{
    struct token word = {.text = ""};

    DSMTP_TRY(take_token(c, &word));
    DSMTP_TRY(read_key(c, &word, out));
    DSMTP_TRY(next_word(c, &word));
    if (word.text[0] == '\0')
        return wrong(c, out->line, out->column, "destination without a level; " EXPECTED);
    DSMTP_TRY(read_level(c, &word, out));
    DSMTP_TRY(next_word(c, &word));
    return word.text[0] == '\0' ? DSMTP_OK : refuse_attribute(c, &word);
}

static int by_key(const void *a, const void *b)
{
    const struct dsmtp_local_entry *x = a;
    const struct dsmtp_local_entry *y = b;
    int order = strcmp(x->key, y->key);

    return order != 0 ? order : x->line < y->line ? -1 : 1;
}

static enum dsmtp_status sort(struct cursor *c, struct dsmtp_local *local)
{
    char what[100];

    if (local->count > 1)
        qsort(local->entries, local->count, sizeof(*local->entries), by_key);
    for (unsigned i = 1; i < local->count; i++) {
        const struct dsmtp_local_entry *e = &local->entries[i];

        if (strcmp(e[-1].key, e->key) != 0)
            continue;
        (void)snprintf(what, sizeof(what),
                       "this destination stands on line %u already; expected it once", e[-1].line);
        return wrong(c, e->line, e->column, what);
    }
    return DSMTP_OK;
}

static size_t count_lines(const char *text, size_t len)
{
    size_t lines = 1;

    for (size_t i = 0; i < len; i++)
        lines += text[i] == '\n' ? 1 : 0;
    return lines;
}

enum dsmtp_status dsmtp_local_parse(struct dsmtp_arena *arena, const char *text, size_t len,
                                    const char *file, struct dsmtp_local *out,
                                    struct dsmtp_fault *fault)
{
    struct cursor c = {.arena = arena,
                       .file = file,
                       .at = text,
                       .end = text + len,
                       .line = 1,
                       .column = 1,
                       .fault = fault};
    struct dsmtp_local local = {0};
    enum dsmtp_status status = DSMTP_OK;

    local.entries = dsmtp_arena_alloc(arena, count_lines(text, len), sizeof(*local.entries));
    if (local.entries == NULL)
        return dsmtp_fault_set(fault, DSMTP_NOMEM, "%.120s: the table is too large", file);
    if (continues(&c)) {
        skip_blanks(&c);
        return wrong(&c, c.line, c.column,
                     "white space in front of the first entry; expected a destination");
    }
    while (status == DSMTP_OK && c.at < c.end) {
        status = read_entry(&c, &local.entries[local.count++]);
        (void)continues(&c);
    }
    if (status == DSMTP_OK)
        status = sort(&c, &local);
    if (status == DSMTP_NOMEM)
        return dsmtp_fault_set(fault, DSMTP_NOMEM, "%.120s: the table is too large", file);
    if (status == DSMTP_OK)
        *out = local;
    return status;
}

static int compare_key(const void *key, const void *entry)
{
    return strcmp(key, ((const struct dsmtp_local_entry *)entry)->key);
}

static const struct dsmtp_local_entry *look_up(const struct dsmtp_local *local, const char *key)
{
    return local->count == 0
               ? NULL
               : bsearch(key, local->entries, local->count, sizeof(*local->entries), compare_key);
}

bool dsmtp_local_find(const struct dsmtp_local *local, const struct dsmtp_nexthop *nexthop,
                      enum dsmtp_policy *out)
{
    char key[DSMTP_NEXTHOP_TEXT_SIZE];
    const struct dsmtp_local_entry *entry;
    const char *parent = nexthop->name;

    dsmtp_nexthop_text(nexthop, key);
    entry = look_up(local, key);
    if (nexthop->kind != DSMTP_NEXTHOP_DOMAIN || nexthop->port != DSMTP_SMTP_PORT)
        parent = NULL;
    while (entry == NULL && parent != NULL && (parent = strchr(parent + 1, '.')) != NULL)
        entry = look_up(local, parent);
    if (entry == NULL)
        return false;
    *out = entry->policy;
    return true;
}
