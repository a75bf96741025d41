/* local_words.c - levels and attributes of local_words.h. */
#include "core/local_words.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "model/name.h"

/* The part of a message that shows the user's own text. */
#define SHOWN(word) (int)((word)->len < 60 ? (word)->len : 60), (word)->at

#define ALL_VERSIONS ((1u << DSMTP_TLS_VERSION_COUNT) - 1)
#define SINCE_1_2 (1u << DSMTP_TLS_VERSION_1_2 | 1u << DSMTP_TLS_VERSION_1_3)

enum dsmtp_status dsmtp_local_wrong(const struct dsmtp_local_reader *r, unsigned line,
                                    unsigned column, const char *format, ...)
{
    char what[300];
    va_list args;

    va_start(args, format);
    (void)vsnprintf(what, sizeof(what), format, args);
    va_end(args);
    return dsmtp_fault_set(r->fault, DSMTP_SYNTAX, "%.90s:%u:%u: %s", r->file, line, column, what);
}

static bool is(const struct dsmtp_local_word *word, const char *text)
{
    return strlen(text) == word->len && strncasecmp(word->at, text, word->len) == 0;
}

enum dsmtp_status dsmtp_local_level(const struct dsmtp_local_reader *r,
                                    const struct dsmtp_local_word *word,
                                    struct dsmtp_local_entry *out)
{
    for (unsigned i = 0; i < DSMTP_POLICY_COUNT; i++) {
        if (is(word, dsmtp_policy_name((enum dsmtp_policy)i))) {
            out->policy = (enum dsmtp_policy)i;
            return DSMTP_OK;
        }
    }
    return dsmtp_local_wrong(r, word->line, word->column,
                             "no level \"%.*s\"; expected " DSMTP_LOCAL_LEVELS, SHOWN(word));
}

/* Take the next item of a list off its front; false at the end. An empty item is one, too. */
static bool next_item(struct dsmtp_local_word *rest, char separator, struct dsmtp_local_word *item)
{
    const char *end;

    if (rest->at == NULL)
        return false;
    end = memchr(rest->at, separator, rest->len);
    *item = *rest;
    if (end == NULL) {
        rest->at = NULL;
        return true;
    }
    item->len = (size_t)(end - rest->at);
    rest->at = end + 1;
    rest->len -= item->len + 1;
    rest->column += (unsigned)item->len + 1;
    return true;
}

static unsigned count_items(const struct dsmtp_local_word *list, char separator)
{
    unsigned count = 1;

    for (size_t i = 0; i < list->len; i++)
        count += list->at[i] == separator ? 1 : 0;
    return count;
}

/* --- match= --- */

static bool proves_names(enum dsmtp_policy policy)
{
    return policy == DSMTP_POLICY_VERIFY || policy == DSMTP_POLICY_SECURE;
}

static const char *const strategies[] = {"hostname", "nexthop", "dot-nexthop"};

static enum dsmtp_status read_match(const struct dsmtp_local_reader *r,
                                    const struct dsmtp_local_word *item, const char **out)
{
    char text[DSMTP_NAME_SIZE + 1];
    char name[DSMTP_NAME_SIZE + 1] = ".";
    bool below = item->len > 0 && item->at[0] == '.';

    for (size_t i = 0; i < sizeof(strategies) / sizeof(strategies[0]); i++) {
        if (is(item, strategies[i])) {
            *out = strategies[i];
            return DSMTP_OK;
        }
    }
    if (item->len < sizeof(text)) {
        memcpy(text, item->at, item->len);
        text[item->len] = '\0';
    }
    if (item->len >= sizeof(text) ||
        dsmtp_name_parse(text + (below ? 1 : 0), name + 1) != DSMTP_OK ||
        dsmtp_name_is_address(name + 1))
        return dsmtp_local_wrong(
            r, item->line, item->column,
            "no name \"%.*s\"; expected hostname, nexthop, dot-nexthop, a name "
            "of A-labels, or .name for every name below it",
            SHOWN(item));
    *out = dsmtp_arena_strdup(r->arena, below ? name : name + 1);
    return *out != NULL ? DSMTP_OK : DSMTP_NOMEM;
}

static enum dsmtp_status add_matches(const struct dsmtp_local_reader *r,
                                     struct dsmtp_local_word list, struct dsmtp_local_entry *out)
{
    const char **all = dsmtp_arena_alloc(
        r->arena, out->match_count + (size_t)count_items(&list, ':'), sizeof(*all));
    struct dsmtp_local_word item;
    unsigned count = out->match_count;

    if (all == NULL)
        return DSMTP_NOMEM;
    for (unsigned i = 0; i < count; i++)
        all[i] = out->matches[i];
    while (next_item(&list, ':', &item))
        DSMTP_TRY(read_match(r, &item, &all[count++]));
    out->matches = all;
    out->match_count = count;
    return DSMTP_OK;
}

static enum dsmtp_status add_fingerprints(const struct dsmtp_local_reader *r,
                                          struct dsmtp_local_word list,
                                          struct dsmtp_local_entry *out)
{
    struct dsmtp_fingerprint *all = dsmtp_arena_alloc(
        r->arena, out->fingerprint_count + (size_t)count_items(&list, '|'), sizeof(*all));
    struct dsmtp_local_word item;
    unsigned count = out->fingerprint_count;

    if (all == NULL)
        return DSMTP_NOMEM;
    for (unsigned i = 0; i < count; i++)
        all[i] = out->fingerprints[i];
    while (next_item(&list, '|', &item))
        if (!dsmtp_fingerprint_parse(item.at, item.len, &all[count++]))
            return dsmtp_local_wrong(r, item.line, item.column,
                                     "no fingerprint \"%.*s\"; expected 40, 64 or 128 hex digits "
                                     "(SHA-1, SHA2-256, SHA2-512)",
                                     SHOWN(&item));
    out->fingerprints = all;
    out->fingerprint_count = count;
    return DSMTP_OK;
}

static enum dsmtp_status read_matches(const struct dsmtp_local_reader *r,
                                      const struct dsmtp_local_word *name,
                                      const struct dsmtp_local_word *value,
                                      struct dsmtp_local_entry *out)
{
    if (proves_names(out->policy))
        return add_matches(r, *value, out);
    if (out->policy == DSMTP_POLICY_FINGERPRINT)
        return add_fingerprints(r, *value, out);
    return dsmtp_local_wrong(
        r, name->line, name->column,
        "level %s matches nothing; expected match= only with fingerprint, verify or secure",
        dsmtp_policy_name(out->policy));
}

/* --- protocols= --- */

/* The bit of a version; 0 for what this client never offers anyway. */
static bool read_version(const struct dsmtp_local_word *item, size_t skip, unsigned *bit)
{
    static const char *const never[] = {"SSLv2", "SSLv3"};
    const struct dsmtp_local_word name = {item->at + skip, item->len - skip, 0, 0};

    *bit = 0;
    for (unsigned i = 0; i < DSMTP_TLS_VERSION_COUNT; i++)
        if (is(&name, dsmtp_tls_version_name((enum dsmtp_tls_version)i)))
            *bit = 1u << i;
    for (size_t i = 0; *bit == 0 && i < sizeof(never) / sizeof(never[0]); i++)
        if (is(&name, never[i]))
            return true;
    return *bit != 0;
}

/* What the items seen so far ask for. */
struct versions {
    unsigned named, range, excluded;
    bool by_name; /* only what is named */
    bool own_floor;
};

/* bit 0: a version before all that there are. */
static void apply_version(char sign, unsigned bit, struct versions *v)
{
    v->own_floor = v->own_floor || sign != '!';
    switch (sign) {
    case '!':
        v->excluded |= bit;
        break;
    case '>':
        v->range &= bit == 0 ? ALL_VERSIONS : ~(bit - 1);
        break;
    case '<':
        v->range &= bit == 0 ? 0 : bit | (bit - 1);
        break;
    default:
        v->named |= bit;
        v->by_name = true;
    }
}

/* One item of the list: a name, alone or behind an operator. */
static bool take_version(const struct dsmtp_local_word *item, struct versions *v)
{
    char first = item->len > 0 ? item->at[0] : '\0';
    bool bound = (first == '<' || first == '>') && item->len > 1 && item->at[1] == '=';
    unsigned bit;

    if (!read_version(item, bound ? 2 : first == '!' ? 1 : 0, &bit))
        return false;
    apply_version(first, bit, v);
    return true;
}

static enum dsmtp_status read_protocols(const struct dsmtp_local_reader *r,
                                        const struct dsmtp_local_word *name,
                                        const struct dsmtp_local_word *value,
                                        struct dsmtp_local_entry *out)
{
    struct versions v = {.range = ALL_VERSIONS};
    struct dsmtp_local_word rest = *value;
    struct dsmtp_local_word item;
    unsigned left;

    if (out->limits.versions != 0)
        return dsmtp_local_wrong(r, name->line, name->column, "protocols= again; expected it once");
    while (next_item(&rest, ':', &item))
        if (!take_version(&item, &v))
            return dsmtp_local_wrong(r, item.line, item.column,
                                     "no protocol \"%.*s\"; expected TLSv1, TLSv1.1, TLSv1.2 or "
                                     "TLSv1.3, alone or behind !, >= or <=",
                                     SHOWN(&item));
    left = (v.by_name ? v.named : ALL_VERSIONS) & v.range & ~v.excluded;
    if ((left & (v.own_floor ? ALL_VERSIONS : SINCE_1_2)) == 0)
        return dsmtp_local_wrong(r, value->line, value->column,
                                 "\"%.*s\" leaves no version of TLS; expected at least one",
                                 SHOWN(value));
    out->limits.versions = left;
    out->limits.own_floor = v.own_floor;
    return DSMTP_OK;
}

/* --- ciphers= --- */

static enum dsmtp_status read_ciphers(const struct dsmtp_local_reader *r,
                                      const struct dsmtp_local_word *name,
                                      const struct dsmtp_local_word *value,
                                      struct dsmtp_local_entry *out)
{
    if (out->limits.ciphers != DSMTP_CIPHERS_DEFAULT)
        return dsmtp_local_wrong(r, name->line, name->column, "ciphers= again; expected it once");
    if (is(value, "high"))
        out->limits.ciphers = DSMTP_CIPHERS_HIGH;
    else if (is(value, "medium"))
        out->limits.ciphers = DSMTP_CIPHERS_MEDIUM;
    else
        return dsmtp_local_wrong(r, value->line, value->column,
                                 "no grade of ciphers \"%.*s\"; expected medium or high",
                                 SHOWN(value));
    return DSMTP_OK;
}

/* --- the whole --- */

static const struct {
    const char *name;
    enum dsmtp_status (*read)(const struct dsmtp_local_reader *r,
                              const struct dsmtp_local_word *name,
                              const struct dsmtp_local_word *value, struct dsmtp_local_entry *out);
} attributes[] = {
    {"match", read_matches}, {"protocols", read_protocols}, {"ciphers", read_ciphers}};

enum dsmtp_status dsmtp_local_attribute(const struct dsmtp_local_reader *r,
                                        const struct dsmtp_local_word *word,
                                        struct dsmtp_local_entry *out)
{
    struct dsmtp_local_word value = *word;
    struct dsmtp_local_word name = *word;

    (void)next_item(&value, '=', &name);
    if (word->at[0] == '#')
        return dsmtp_local_wrong(
            r, word->line, word->column,
            "a comment must stand on a line of its own; expected the end of the line");
    for (size_t i = 0; i < sizeof(attributes) / sizeof(attributes[0]); i++) {
        if (!is(&name, attributes[i].name))
            continue;
        if (value.at == NULL || value.len == 0)
            return dsmtp_local_wrong(r, word->line, word->column,
                                     "%s without a value; expected %s=...", attributes[i].name,
                                     attributes[i].name);
        if (out->policy == DSMTP_POLICY_NONE)
            return dsmtp_local_wrong(r, word->line, word->column,
                                     "level none has no TLS; expected the end of the line");
        return attributes[i].read(r, &name, &value, out);
    }
    return dsmtp_local_wrong(r, word->line, word->column,
                             "no attribute \"%.*s\"; expected match=, protocols= or "
                             "ciphers=",
                             SHOWN(&name));
}

static bool is_strategy(const char *match)
{
    for (size_t i = 0; i < sizeof(strategies) / sizeof(strategies[0]); i++)
        if (strcmp(match, strategies[i]) == 0)
            return true;
    return false;
}

/* Do all names to check come from the destination itself? */
static bool only_own_names(const struct dsmtp_local_entry *e)
{
    for (unsigned i = 0; i < e->match_count; i++)
        if (!is_strategy(e->matches[i]))
            return false;
    return true;
}

enum dsmtp_status dsmtp_local_complete(const struct dsmtp_local_reader *r,
                                       const struct dsmtp_local_entry *e, bool address)
{
    if (e->policy == DSMTP_POLICY_FINGERPRINT && e->fingerprint_count == 0)
        return dsmtp_local_wrong(r, e->line, e->column,
                                 "fingerprint without a digest; expected match=HEX");
    if (proves_names(e->policy) && address && only_own_names(e))
        return dsmtp_local_wrong(r, e->line, e->column,
                                 "an address has no name to check; expected match=NAME");
    return DSMTP_OK;
}
