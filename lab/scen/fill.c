/* fill.c - fill.h. */
#include "scen/fill.h"

#include <stdlib.h>
#include <string.h>

#define MAX_OCTETS 65000 /* more do not fit into a record */
#define MAX_WORDS 5

static const struct {
    const char *word;
    size_t least, most; /* words, with the first */
} kinds[] = {
    [LAB_FILL_A] = {"a", 2, 2},           [LAB_FILL_AAAA] = {"aaaa", 2, 2},
    [LAB_FILL_TLSA] = {"tlsa", 5, 5},     [LAB_FILL_DIGEST] = {"digest", 4, 5},
    [LAB_FILL_OCTETS] = {"octets", 2, 2},
};

/* A whole number of up to five digits. */
static bool number(const char *word, unsigned long most, unsigned *out)
{
    size_t len = strspn(word, "0123456789");
    unsigned long value = len >= 1 && len <= 5 ? strtoul(word, NULL, 10) : most + 1;

    *out = (unsigned)value;
    return word[len] == '\0' && value <= most;
}

/* "mx.ca" can be the host mx.ca or the element ca of the host mx: the host counts first. */
static void find_host(const struct lab_scenario *s, const char *word, struct lab_placeholder *out)
{
    const char *dot = strrchr(word, '.');
    char *cut;

    out->host = lab_scenario_host(s, word);
    if (out->host != NULL || dot == NULL || dot[1] == '\0')
        return;
    cut = lab_strndup(word, (size_t)(dot - word));
    out->host = lab_scenario_host(s, cut);
    if (out->host != NULL)
        out->element = lab_strdup(dot + 1);
    free(cut);
}

/* Octets that data of that matching type can have. */
static unsigned long longest(unsigned matching)
{
    return matching == 0 ? MAX_OCTETS : matching == 2 ? 64 : 32;
}

/* What the words mean, without the host; NULL, or what is wrong. */
static const char *numbers(char *const words[], size_t count, struct lab_placeholder *out)
{
    const size_t at = out->kind == LAB_FILL_TLSA ? 3 : 2;
    bool ok = true;

    if (out->kind == LAB_FILL_A || out->kind == LAB_FILL_AAAA)
        return NULL;
    if (out->kind == LAB_FILL_OCTETS)
        return number(words[1], MAX_OCTETS, &out->octets) ? NULL : "; expected 0 to 65000 octets";
    ok = out->kind == LAB_FILL_DIGEST || number(words[2], 255, &out->usage);
    ok = ok && number(words[at], 255, &out->selector) && number(words[at + 1], 255, &out->matching);
    if (!ok)
        return out->kind == LAB_FILL_TLSA ? "; expected three numbers of 0 to 255"
                                          : "; expected two numbers of 0 to 255";
    if (out->kind == LAB_FILL_DIGEST && count == 5 &&
        !(number(words[4], longest(out->matching), &out->octets) && out->octets > 0))
        return "; expected not more octets than there are, and one at least";
    return NULL;
}

static bool find_kind(char *const words[], size_t count, enum lab_fill *out)
{
    for (size_t i = 0; i < LAB_COUNT(kinds); i++) {
        *out = (enum lab_fill)i;
        if (strcmp(words[0], kinds[i].word) == 0)
            return count >= kinds[i].least && count <= kinds[i].most;
    }
    return false;
}

/* What is wrong, or NULL. */
static const char *read_words(const struct lab_scenario *s, char *const words[], size_t count,
                              struct lab_placeholder *out)
{
    const char *wrong;
    bool pins;

    if (!find_kind(words, count, &out->kind))
        return "; expected {a HOST} {aaaa HOST} {octets N} {tlsa HOST[.ELEMENT] USAGE SELECTOR "
               "MATCHING} or {digest HOST[.ELEMENT] SELECTOR MATCHING [OCTETS]}";
    pins = out->kind == LAB_FILL_TLSA || out->kind == LAB_FILL_DIGEST;
    if (out->kind != LAB_FILL_OCTETS)
        find_host(s, words[1], out);
    if (out->kind != LAB_FILL_OCTETS && (out->host == NULL || (out->element != NULL && !pins)))
        return " names no host of this file; expected the name of one of world.hosts";
    wrong = numbers(words, count, out);
    if (wrong == NULL && pins && out->host->cert == NULL)
        wrong = ": the host has no certificate; expected `cert` in world.hosts";
    return wrong;
}

int lab_placeholder_read(const struct lab_scenario *s, const char *text,
                         struct lab_placeholder *out, struct lab_fault *fault)
{
    size_t len = strcspn(text, "}\n");
    char *words[MAX_WORDS + 1];
    size_t count = 0;
    const char *wrong;
    char *inner;

    *out = (struct lab_placeholder){.len = len + (text[len] == '}')};
    if (text[len] != '}')
        return lab_fail(fault, EX_DATAERR, "`{` without `}`; expected a placeholder on one line");
    inner = lab_strndup(text + 1, len - 1);
    for (size_t i = 0; i < LAB_COUNT(words); i++)
        words[i] = inner + len - 1; /* "" */
    for (char *rest = inner; count < LAB_COUNT(words) && rest != NULL; count++)
        words[count] = strsep(&rest, " ");
    wrong = read_words(s, words, count, out);
    free(inner);
    return wrong == NULL ? 0
                         : lab_fail(fault, EX_DATAERR, "placeholder `%.*s`%s",
                                    (int)(out->len > 60 ? 60 : out->len), text, wrong);
}

static int put_pinned(const struct lab_scenario *s, const struct lab_placeholder *p,
                      const struct lab_pinned *pinned, struct lab_text *out,
                      struct lab_fault *fault)
{
    char *hex = NULL;
    size_t len;
    int rc = pinned->data(pinned->self, s, p, &hex, fault);

    if (rc != 0)
        return rc;
    len = strlen(hex);
    if (p->kind == LAB_FILL_TLSA)
        lab_text_put(out, "%u %u %u ", p->usage, p->selector, p->matching);
    if (p->octets * (size_t)2 > len)
        rc = lab_fail(fault, EX_DATAERR,
                      "digest of %s, %u octets, and there are %zu; expected not more",
                      p->host->name, p->octets, len / 2);
    else
        lab_text_add(out, hex, p->octets > 0 ? p->octets * (size_t)2 : len);
    free(hex);
    return rc;
}

static int put(const struct lab_scenario *s, const struct lab_placeholder *p,
               const struct lab_pinned *pinned, struct lab_text *out, struct lab_fault *fault)
{
    char address[46];

    switch (p->kind) {
    case LAB_FILL_A:
    case LAB_FILL_AAAA:
        lab_host_address(s->block, (unsigned)(p->host - s->hosts), p->kind == LAB_FILL_AAAA,
                         address);
        lab_text_put(out, "%s", address);
        break;
    case LAB_FILL_TLSA:
    case LAB_FILL_DIGEST:
        return put_pinned(s, p, pinned, out, fault);
    case LAB_FILL_OCTETS:
        for (unsigned i = 0; i < p->octets; i++)
            lab_text_add(out, "5a", 2);
        break;
    }
    return 0;
}

int lab_fill_records(const struct lab_scenario *s, const char *records,
                     const struct lab_pinned *pinned, char **out, struct lab_fault *fault)
{
    struct lab_text text = {0};
    int rc = 0;

    lab_text_add(&text, "", 0);
    while (rc == 0 && *records != '\0') {
        size_t plain = strcspn(records, "{;");
        struct lab_placeholder p;

        plain += records[plain] == ';' ? strcspn(records + plain, "\n") : 0;
        lab_text_add(&text, records, plain);
        records += plain;
        if (*records != '{')
            continue;
        rc = lab_placeholder_read(s, records, &p, fault);
        if (rc == 0)
            rc = put(s, &p, pinned, &text, fault);
        records += p.len;
        free(p.element);
    }
    if (rc == 0)
        *out = text.text;
    else
        free(text.text);
    return rc;
}
