/* local.c - the policy table of local.h: lines to entries, and the look-up. */
#include "core/local.h"

#include <stdlib.h>
#include <string.h>

#include "core/local_words.h"

/* The text between here and the end; where it stands. */
struct cursor {
    struct dsmtp_local_reader reader;
    const char *at, *end;
    unsigned line, column; /* of at, from 1 */
};

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

/* Octets up to a blank or the end of the line; between the words of an entry a comma is a blank,
 * too. */
static bool ends_word(char ch, bool commas)
{
    return is_blank(ch) || ch == '\n' || (commas && ch == ',');
}

static enum dsmtp_status take_word(struct cursor *c, bool commas, struct dsmtp_local_word *out)
{
    *out = (struct dsmtp_local_word){.at = c->at, .line = c->line, .column = c->column};
    for (; c->at < c->end && !ends_word(*c->at, commas); c->at++, c->column++) {
        if ((unsigned char)*c->at < ' ' || *c->at == 0x7f)
            return dsmtp_local_wrong(&c->reader, c->line, c->column,
                                     "control character; expected text");
        out->len++;
    }
    return DSMTP_OK;
}

/* A key to its canonical form. */
static enum dsmtp_status read_key(struct cursor *c, const struct dsmtp_local_word *word,
                                  struct dsmtp_local_entry *out, bool *address)
{
    char given[DSMTP_NEXTHOP_TEXT_SIZE + 1];
    char text[DSMTP_NEXTHOP_TEXT_SIZE + 1] = ".";
    bool parent = word->at[0] == '.';
    struct dsmtp_nexthop nexthop;
    struct dsmtp_fault fault;

    if (word->len >= sizeof(given))
        return dsmtp_local_wrong(&c->reader, word->line, word->column,
                                 "word too long; expected a destination");
    memcpy(given, word->at, word->len);
    given[word->len] = '\0';
    if (dsmtp_nexthop_parse(given + (parent ? 1 : 0), &nexthop, &fault) != DSMTP_OK)
        return dsmtp_local_wrong(&c->reader, word->line, word->column, "%s", fault.what);
    if (parent && (nexthop.kind != DSMTP_NEXTHOP_DOMAIN || strchr(given, ':') != NULL))
        return dsmtp_local_wrong(&c->reader, word->line, word->column,
                                 "expected a domain behind the leading dot");
    dsmtp_nexthop_text(&nexthop, text + 1);
    *address = nexthop.kind == DSMTP_NEXTHOP_ADDRESS;
    out->key = dsmtp_arena_strdup(c->reader.arena, parent ? text : text + 1);
    out->file = c->reader.file;
    out->line = word->line;
    out->column = word->column;
    return out->key != NULL ? DSMTP_OK : DSMTP_NOMEM;
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

static void skip_separators(struct cursor *c)
{
    for (skip_blanks(c); c->at < c->end && *c->at == ','; skip_blanks(c)) {
        c->at++;
        c->column++;
    }
}

/* The next word of this entry, on this line or a continuation; an empty one at its end. */
static enum dsmtp_status next_word(struct cursor *c, struct dsmtp_local_word *out)
{
    skip_separators(c);
    while (c->at < c->end && *c->at == '\n') {
        skip_line(c);
        if (!continues(c)) {
            *out = (struct dsmtp_local_word){.at = c->at, .line = c->line, .column = c->column};
            return DSMTP_OK;
        }
        skip_separators(c);
    }
    return take_word(c, true, out);
}

/* What stands behind the key. */
static enum dsmtp_status read_words(struct cursor *c, struct dsmtp_local_entry *out, bool address)
{
    struct dsmtp_local_word word;

    DSMTP_TRY(next_word(c, &word));
    if (word.len == 0)
        return dsmtp_local_wrong(&c->reader, out->line, out->column,
                                 "destination without a level; expected " DSMTP_LOCAL_LEVELS);
    DSMTP_TRY(dsmtp_local_level(&c->reader, &word, out));
    DSMTP_TRY(next_word(c, &word));
    while (word.len > 0) {
        DSMTP_TRY(dsmtp_local_attribute(&c->reader, &word, out));
        DSMTP_TRY(next_word(c, &word));
    }
    return dsmtp_local_complete(&c->reader, out, address);
}

static enum dsmtp_status read_entry(struct cursor *c, struct dsmtp_local_entry *out)
{
    struct dsmtp_local_word word;
    bool address = false;

    DSMTP_TRY(take_word(c, false, &word));
    DSMTP_TRY(read_key(c, &word, out, &address));
    return read_words(c, out, address);
}

enum dsmtp_status dsmtp_local_entry_parse(struct dsmtp_arena *arena, const char *words,
                                          const struct dsmtp_nexthop *nexthop, const char *name,
                                          struct dsmtp_local_entry *out, struct dsmtp_fault *fault)
{
    struct cursor c = {.reader = {arena, name, fault},
                       .at = words,
                       .end = words + strlen(words),
                       .line = 1,
                       .column = 1};
    char key[DSMTP_NEXTHOP_TEXT_SIZE];
    enum dsmtp_status status;

    dsmtp_nexthop_text(nexthop, key);
    *out = (struct dsmtp_local_entry){
        .file = name, .key = dsmtp_arena_strdup(arena, key), .line = 1, .column = 1};
    status = out->key == NULL ? DSMTP_NOMEM
                              : read_words(&c, out, nexthop->kind == DSMTP_NEXTHOP_ADDRESS);
    if (status == DSMTP_NOMEM)
        return dsmtp_fault_set(fault, DSMTP_NOMEM, "%.120s: out of memory", name);
    if (status == DSMTP_OK && c.at < c.end)
        return dsmtp_local_wrong(&c.reader, c.line, c.column, "expected one entry only");
    return status;
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
    if (local->count > 1)
        qsort(local->entries, local->count, sizeof(*local->entries), by_key);
    for (unsigned i = 1; i < local->count; i++) {
        const struct dsmtp_local_entry *e = &local->entries[i];

        if (strcmp(e[-1].key, e->key) != 0)
            continue;
        return dsmtp_local_wrong(&c->reader, e->line, e->column,
                                 "this destination stands on line %u already; expected it once",
                                 e[-1].line);
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
    struct cursor c = {
        .reader = {arena, file, fault}, .at = text, .end = text + len, .line = 1, .column = 1};
    struct dsmtp_local local = {0};
    enum dsmtp_status status = DSMTP_OK;

    local.entries = dsmtp_arena_alloc(arena, count_lines(text, len), sizeof(*local.entries));
    if (local.entries == NULL)
        return dsmtp_fault_set(fault, DSMTP_NOMEM, "%.120s: the table is too large", file);
    if (continues(&c)) {
        skip_blanks(&c);
        return dsmtp_local_wrong(&c.reader, c.line, c.column,
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

const struct dsmtp_local_entry *dsmtp_local_find(const struct dsmtp_local *local,
                                                 const struct dsmtp_nexthop *nexthop)
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
    return entry;
}
