/* lint_records.c - placeholders and TLSA data in the records of a scenario. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

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

static bool few_octets(const char *word)
{
    size_t len = strspn(word, "0123456789");

    return len >= 1 && len <= 5 && word[len] == '\0' && strtoul(word, NULL, 10) <= 65000;
}

/* The host of a placeholder. "mx.ca" can be the host mx.ca or the element ca of the host mx: the
 * host counts first. */
static const struct lab_host *host_of(const struct lab_scenario *s, const char *word, bool *element)
{
    const struct lab_host *h = lab_scenario_host(s, word);
    char *cut = lab_strdup(word);
    char *dot = strrchr(cut, '.');

    *element = false;
    if (h == NULL && dot != NULL && dot[1] != '\0') {
        *dot = '\0';
        h = lab_scenario_host(s, cut);
        *element = h != NULL;
    }
    free(cut);
    return h;
}

/* Placeholders by their first word and the number of words. */
enum kind { NONE, ADDRESS, TLSA, OCTETS };

static enum kind kind_of(char *const words[], size_t count)
{
    if (count == 5 && strcmp(words[0], "tlsa") == 0)
        return TLSA;
    if (count == 2 && strcmp(words[0], "octets") == 0 && few_octets(words[1]))
        return OCTETS;
    return count == 2 && (strcmp(words[0], "a") == 0 || strcmp(words[0], "aaaa") == 0) ? ADDRESS
                                                                                       : NONE;
}

/* words: what stood between the braces, split at spaces. */
static void lint_words(const struct spot *at, const char *whole, char *words[], size_t count,
                       bool *mentioned)
{
    const struct lab_scenario *s = at->l->scenario;
    enum kind kind = kind_of(words, count);
    bool element;
    const struct lab_host *h;

    if (kind == NONE) {
        lab_complain_line(at->l->source, at->place, at->line, whole,
                          "placeholder `%.60s`; expected {a HOST} {aaaa HOST} {octets N} or {tlsa "
                          "HOST[.ELEMENT] USAGE SELECTOR MATCHING}",
                          whole);
        return;
    }
    if (kind == OCTETS)
        return;
    h = host_of(s, words[1], &element);
    if (h == NULL || (element && kind != TLSA)) {
        lab_complain_line(at->l->source, at->place, at->line, whole,
                          "placeholder `%.60s` names no host of this file; expected the name of "
                          "one of world.hosts",
                          whole);
        return;
    }
    mentioned[h - s->hosts] = true;
    if (kind != TLSA)
        return;
    if (!octet(words[2]) || !octet(words[3]) || !octet(words[4]))
        lab_complain_line(at->l->source, at->place, at->line, whole,
                          "placeholder `%.60s`; expected three numbers of 0 to 255", whole);
    if (h->cert == NULL)
        lab_complain_line(
            at->l->source, at->place, at->line, whole,
            "placeholder `%.60s`: the host has no certificate; expected `cert` in world.hosts",
            whole);
}

/* Look at the placeholder that begins at open; returns where to go on. */
static const char *lint_placeholder(const struct spot *at, const char *open, bool *mentioned)
{
    size_t len = strcspn(open, "}\n");
    char *whole = lab_strndup(open, len + (open[len] == '}'));
    char *inner = lab_strndup(open + 1, len - 1);
    char *rest = inner;
    char *words[6] = {NULL};
    size_t count = 0;

    if (open[len] != '}') {
        lab_complain_line(at->l->source, at->place, at->line, whole,
                          "`{` without `}`; expected a placeholder on one line");
    } else {
        do
            words[count++] = strsep(&rest, " ");
        while (count < 6 && rest != NULL);
        lint_words(at, whole, words, count, mentioned);
    }
    free(whole);
    free(inner);
    return open + len;
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

void lab_lint_records(const struct lab_lint *l)
{
    bool mentioned[64] = {false};

    for (unsigned i = 0; i < l->scenario->zones_count; i++)
        lint_zone(l, i, mentioned);
    for (unsigned i = 0; i < l->scenario->hosts_count; i++) {
        if (!mentioned[i])
            lab_complain(l->source, lab_place("world.hosts[%u].name", i),
                         "host %.80s is in no record; expected a placeholder such as {a %.80s}",
                         l->scenario->hosts[i].name, l->scenario->hosts[i].name);
    }
}
