/* lint_records.c - placeholders and TLSA data in the records of a scenario. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "scen/fill.h"
#include "scen/lint.h"

/* Where a placeholder stands. */
struct spot {
    const struct lab_lint *l;
    struct lab_place place;
    size_t line;
};

static bool octet(const char *word)
{
    size_t len = strspn(word, "0123456789");

    return len >= 1 && len <= 3 && word[len] == '\0' && strtoul(word, NULL, 10) <= 255;
}

/* Is the element one of the host's chain? known: those that are. */
static bool has_element(const struct lab_lint_context *c, const struct lab_placeholder *p,
                        struct lab_text *known)
{
    const char *element;
    bool found = strcmp(p->element, "wrong") == 0;
    size_t cert = 0;

    while (cert < c->certs_count && strcmp(c->certs[cert], p->host->cert) != 0)
        cert++;
    if (cert == c->certs_count) /* told elsewhere */
        return true;
    for (size_t i = 0; (element = c->element(c->recipes, cert, i)) != NULL; i++) {
        lab_text_put(known, "%s ", element);
        found = found || strcmp(p->element, element) == 0;
    }
    return found;
}

static void lint_element(const struct spot *at, const char *whole, const struct lab_placeholder *p)
{
    struct lab_text known = {0};

    lab_text_add(&known, "", 0);
    if (!has_element(at->l->context, p, &known))
        lab_complain_line(
            at->l->source, at->place, at->line, whole,
            "placeholder `%.60s`: recipe %.60s has no element `%.60s`; expected one of "
            "%.300swrong",
            whole, p->host->cert, p->element, known.text);
    free(known.text);
}

/* Look at the placeholder that begins at open; returns where to go on. */
static const char *lint_placeholder(const struct spot *at, const char *open, bool *mentioned)
{
    const struct lab_scenario *s = at->l->scenario;
    struct lab_placeholder p;
    struct lab_fault fault;
    int rc = lab_placeholder_read(s, open, &p, &fault);
    char *whole = lab_strndup(open, p.len);

    if (rc != 0)
        lab_complain_line(at->l->source, at->place, at->line, whole, "%s", fault.what);
    else if (p.element != NULL && at->l->context->element != NULL)
        lint_element(at, whole, &p);
    if (p.host != NULL)
        mentioned[p.host - s->hosts] = true;
    free(whole);
    free(p.element);
    return open + p.len - 1;
}

/* The hex digits of a TLSA record on this line, blanks taken out, or NULL; text is cut up. */
static char *tlsa_data(char *text)
{
    struct lab_text data = {0};
    unsigned numbers = 0;
    bool tlsa = false;
    char *word;

    text[strcspn(text, ";")] = '\0';
    while ((word = strsep(&text, " \t")) != NULL) {
        if (*word == '\0')
            continue;
        if (tlsa && numbers == 3)
            lab_text_put(&data, "%s", word);
        else if (tlsa && octet(word))
            numbers++;
        else
            tlsa = strcasecmp(word, "TLSA") == 0;
    }
    return data.text;
}

/* Digests and certificates are computed. Other lengths are what malformed records are made of. */
static void lint_tlsa_data(const struct spot *at, const char *line, size_t len)
{
    char *text = lab_strndup(line, len);
    char *data = tlsa_data(text);
    size_t hex = data != NULL ? strspn(data, "0123456789abcdefABCDEF") : 0;

    if (data != NULL && data[hex] == '\0' && (hex == 64 || hex == 128 || hex > 256)) {
        data[8] = '\0';
        lab_complain_line(
            at->l->source, at->place, at->line, data,
            "TLSA data written out (%zu hex digits); expected {tlsa HOST U S M}, which is computed",
            hex);
    }
    free(data);
    free(text);
}

static void lint_zone(const struct lab_lint *l, unsigned zone, bool *mentioned)
{
    struct spot at = {l, lab_place("world.zones[%u].records", zone), 0};
    const char *line = l->scenario->zones[zone].records;

    while (*line != '\0') {
        size_t len = strcspn(line, "\n");
        const char *end = line + len;
        size_t code = strcspn(line, ";\n");

        for (const char *p = line; p < line + code; p++) {
            if (*p == '{')
                p = lint_placeholder(&at, p, mentioned);
        }
        lint_tlsa_data(&at, line, len);
        line = *end == '\n' ? end + 1 : end;
        at.line++;
    }
}

/* FNV-1a; word may be NULL. */
static unsigned mix(unsigned hash, const char *word)
{
    hash = (hash ^ '.') * 16777619U;
    for (; word != NULL && *word != '\0'; word++)
        hash = (hash ^ (unsigned char)*word) * 16777619U;
    return hash;
}

/* Data that no certificate has, the same for the same placeholder: as long as the real ones, which
 * are made with the world. */
static int stand_in(const void *self, const struct lab_scenario *s, const struct lab_placeholder *p,
                    char **hex, struct lab_fault *fault)
{
    size_t digits = p->matching == 2 ? 128 : 64;
    unsigned hash = mix(mix(2166136261U, p->host->name), p->element);
    char word[9];

    (void)self, (void)s, (void)fault;
    if (p->matching == 0 && p->octets * (size_t)2 > digits)
        digits = p->octets * (size_t)2;
    (void)snprintf(word, sizeof(word), "%08x", hash ^ (p->selector << 8 | p->matching));
    *hex = lab_calloc(digits + 1, 1);
    for (size_t i = 0; i < digits; i++)
        (*hex)[i] = word[i % 8];
    return 0;
}

/* The word of a block of text at that place, or the first on its line. The caller frees it. */
static char *word_at(const char *text, const struct lab_record_place *at)
{
    const char *hit;
    size_t len;

    for (unsigned i = 1; i < at->line && *text != '\0'; i++) {
        text += strcspn(text, "\n");
        text += *text == '\n';
    }
    len = strcspn(text, "\n");
    hit = at->word[0] != '\0' ? memmem(text, len, at->word, strlen(at->word)) : NULL;
    if (hit != NULL)
        return lab_strdup(at->word);
    text += strspn(text, " \t");
    return lab_strndup(text, strcspn(text, " \t\n"));
}

/* The records as the world will have them: what is no record, and what cannot stand together. */
static void lint_parsed(const struct lab_lint *l, unsigned zone)
{
    static const struct lab_pinned pinned = {stand_in, NULL};
    const struct lab_zone *z = &l->scenario->zones[zone];
    char *name = lab_scenario_name(l->scenario, z->name);
    struct lab_place place = lab_place("world.zones[%u].records", zone);
    struct lab_record_place at = {.line = 1};
    struct lab_fault fault;
    char *text = NULL;

    if (lab_fill_records(l->scenario, z->records, &pinned, &text, &fault) != 0) {
        lab_complain(l->source, place, "%s", fault.what);
    } else if (l->context->records(name, text, &at, &fault) != 0) {
        char *word = word_at(z->records, &at);

        lab_complain_line(l->source, place, at.line - 1, word, "%s", fault.what);
        free(word);
    }
    free(text);
    free(name);
}

void lab_lint_records(const struct lab_lint *l)
{
    const struct lab_scenario *s = l->scenario;
    int before = l->source->faults;
    bool mentioned[64] = {false};

    for (unsigned i = 0; i < s->zones_count; i++)
        lint_zone(l, i, mentioned);
    for (unsigned i = 0; i < s->hosts_count; i++) {
        if (!mentioned[i])
            lab_complain(l->source, lab_place("world.hosts[%u].name", i),
                         "host %.80s is in no record; expected a placeholder such as {a %.80s}",
                         s->hosts[i].name, s->hosts[i].name);
    }
    for (unsigned i = 0;
         i < s->zones_count && l->context->records != NULL && l->source->faults == before; i++) {
        if (s->zones[i].from == s->now) /* otherwise a step before has told */
            lint_parsed(l, i);
    }
}
