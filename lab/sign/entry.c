/* entry.c - entries of a master file: splitting text into them, and what ldns lets pass in one. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "sign/tree.h"

static int malformed(struct lab_entry_reader *r, const char *wrong)
{
    r->wrong = wrong;
    return -1;
}

static void put(struct lab_entry_reader *r, char c)
{
    lab_text_add(&r->text, &c, 1);
}

/* A quoted string, from its first quote to its last one. */
static int quoted(struct lab_entry_reader *r)
{
    put(r, *r->at++);
    for (; *r->at != '"'; put(r, *r->at++)) {
        if (r->at[0] == '\\' && r->at[1] != '\0' && r->at[1] != '\n')
            put(r, *r->at++);
        if (*r->at == '\0' || *r->at == '\n')
            return malformed(r, "a quoted string has no end; expected '\"' on the same line");
    }
    put(r, *r->at++);
    return 0;
}

/* A character outside quoted strings that is not just itself. 1: the entry ends here; 0: go on; -1:
 * malformed. */
static int special(struct lab_entry_reader *r, unsigned *depth)
{
    char c = *r->at++;

    switch (c) {
    case '\n':
        r->line++;
        if (*depth == 0)
            return 1;
        put(r, ' ');
        return 0;
    case ';':
        r->at += strcspn(r->at, "\n");
        return 0;
    case '(':
    case ')':
        if (c == ')' && *depth == 0)
            return malformed(r, "')' without '('");
        *depth += c == '(' ? 1u : -1u;
        put(r, ' ');
        return 0;
    case '\r':
        return 0;
    default: /* a backslash */
        put(r, c);
        if (*r->at != '\0' && *r->at != '\n')
            put(r, *r->at++);
        return 0;
    }
}

/* One entry, which may be blank. */
static int read_entry(struct lab_entry_reader *r)
{
    unsigned depth = 0;
    int end = 0;

    r->text.len = 0;
    lab_text_add(&r->text, "", 0);
    r->start = r->line;
    while (end == 0 && *r->at != '\0') {
        size_t run = strcspn(r->at, "\n\r;()\\\"");

        lab_text_add(&r->text, r->at, run);
        r->at += run;
        if (run == 0)
            end = *r->at == '"' ? quoted(r) : special(r, &depth);
    }
    if (end == 0 && depth > 0)
        return malformed(r, "'(' is not closed; expected ')' before the end of the text");
    return end < 0 ? -1 : 0;
}

int lab_entry_next(struct lab_entry_reader *r)
{
    while (*r->at != '\0') {
        if (read_entry(r) != 0)
            return -1;
        if (r->text.text[strspn(r->text.text, " \t")] != '\0')
            return 1;
    }
    return 0;
}

/* The next blank-separated word from *at on; its length, 0 at the end. */
static size_t next_word(const char **at)
{
    *at += strspn(*at, " \t");
    return strcspn(*at, " \t");
}

static bool is_number(const char *word, size_t len)
{
    size_t i = len > 1 && word[0] == '-' ? 1 : 0;

    while (i < len && isdigit((unsigned char)word[i]))
        i++;
    return len > 0 && i == len;
}

/* The word that names the type of rr, or NULL; every TTL before it fits when *ttl_fits stays true.
 */
static const char *type_word(const char *entry, const ldns_rr *rr, bool *ttl_fits)
{
    const char *at = entry;
    size_t len;

    if (*at != ' ' && *at != '\t')
        at += strcspn(at, " \t"); /* the owner */
    for (; (len = next_word(&at)) > 0; at += len) {
        char *word = lab_strndup(at, len);
        bool found = ldns_get_rr_type_by_name(word) == ldns_rr_get_type(rr) && !is_number(at, len);

        free(word);
        if (found)
            return at;
        if (is_number(at, len) && (*at == '-' || strtoull(at, NULL, 10) > INT32_MAX))
            *ttl_fits = false;
    }
    return NULL;
}

ldns_rr_type lab_entry_type(const char *entry, char word[LAB_ENTRY_WORD])
{
    const char *at = entry;
    size_t len;

    if (*at != ' ' && *at != '\t')
        at += strcspn(at, " \t"); /* the owner */
    while ((len = next_word(&at)) > 0 &&
           (isdigit((unsigned char)*at) != 0 || (len == 2 && strncasecmp(at, "IN", len) == 0)))
        at += len; /* TTL and class */
    len = len < LAB_ENTRY_WORD ? len : LAB_ENTRY_WORD - 1;
    memcpy(word, at, len);
    word[len] = '\0';
    return ldns_get_rr_type_by_name(word);
}

/* The largest number that the field holds, or 0 if it is no number. */
static unsigned long field_max(const ldns_rr *rr, size_t field)
{
    const ldns_rr_descriptor *shape = ldns_rr_descript((uint16_t)ldns_rr_get_type(rr));
    ldns_rdf_type type = ldns_rr_descriptor_field_type(shape, field);

    if (type == LDNS_RDF_TYPE_INT8 || type == LDNS_RDF_TYPE_ALG ||
        type == LDNS_RDF_TYPE_CERTIFICATE_USAGE || type == LDNS_RDF_TYPE_SELECTOR ||
        type == LDNS_RDF_TYPE_MATCHING_TYPE)
        return UINT8_MAX;
    if (type == LDNS_RDF_TYPE_INT16)
        return UINT16_MAX;
    return type == LDNS_RDF_TYPE_INT32 ? UINT32_MAX : 0;
}

static bool is_hex(const ldns_rr *rr, size_t field)
{
    return ldns_rdf_get_type(ldns_rr_rdf(rr, field)) == LDNS_RDF_TYPE_HEX;
}

const char *lab_entry_doubt(const char *entry, const ldns_rr *rr)
{
    bool ttl_fits = true;
    const char *at = type_word(entry, rr, &ttl_fits);
    size_t digits = 0;
    size_t len;

    if (!ttl_fits)
        return "the TTL does not fit; expected 0 to 2147483647";
    if (at == NULL)
        return NULL;
    at += strcspn(at, " \t");
    for (size_t field = 0; field < ldns_rr_rd_count(rr) && (len = next_word(&at)) > 0; at += len) {
        unsigned long most = field_max(rr, field);

        if (strncmp(at, "\\#", 2) == 0)
            return NULL; /* generic form: ldns checks the length */
        if (is_hex(rr, field)) {
            digits += len;
            continue; /* the last field: all words that are left */
        }
        field++;
        if (most != 0 && is_number(at, len) && (*at == '-' || strtoull(at, NULL, 10) > most))
            return most == UINT8_MAX    ? "a number does not fit; expected 0 to 255"
                   : most == UINT16_MAX ? "a number does not fit; expected 0 to 65535"
                                        : "a number does not fit; expected 0 to 4294967295";
    }
    return digits % 2 != 0 ? "an odd number of hex digits; expected two for each octet" : NULL;
}
