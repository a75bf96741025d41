/* lint.c - identity of a scenario, and the helpers that all of lint shares. */
#include "scen/lint.h"

#include <stdlib.h>
#include <string.h>

#include "scen/near.h"

#define LOWER "abcdefghijklmnopqrstuvwxyz"
#define DIGIT "0123456789"

/* clang-format off */
static const char *const profiles[] = {"rfc7672", "seed2013", "opp2013", "draft2014", "draft2014b", "postfix"};
static const char *const types[] = {"A", "AAAA", "CNAME", "DNAME", "DNSKEY", "DS", "MX", "NS", "NSEC", "NSEC3", "NSEC3PARAM", "PTR",
                                    "RRSIG", "SOA", "SRV", "TLSA", "TXT"};
/* clang-format on */

const char *lab_profile_at(size_t index)
{
    return index < LAB_COUNT(profiles) ? profiles[index] : NULL;
}

bool lab_lint_name_ok(const char *name)
{
    const char *at = name;
    size_t len = strlen(name);

    if (len == 0 || len > 253)
        return false;
    while (*at != '\0') {
        size_t label = strspn(at, LOWER DIGIT "ABCDEFGHIJKLMNOPQRSTUVWXYZ-_*");

        if (label == 0 || label > 63 || (at[label] != '.' && at[label] != '\0'))
            return false;
        at += label + (at[label] == '.');
    }
    return true;
}

static bool ends_in(const char *name, const char *end)
{
    size_t a = strlen(name);
    size_t b = strlen(end);

    return a >= b && strcmp(name + a - b, end) == 0 && (a == b || name[a - b - 1] == '.');
}

bool lab_lint_own(const struct lab_scenario *s, const char *absolute)
{
    char *domain = lab_scenario_domain(s);
    size_t len = strlen(absolute);
    size_t id_len = strlen(s->id);
    bool own = ends_in(absolute, domain);
    const char *label;
    const char *word;

    free(domain);
    if (own || !ends_in(absolute, "example.") || len < sizeof("x.example.") - 1)
        return own;
    /* the label before "example." must be <id>--WORD */
    label = absolute + len - sizeof("example.");
    while (label > absolute && label[-1] != '.')
        label--;
    if (strncmp(label, s->id, id_len) != 0 || strncmp(label + id_len, "--", 2) != 0)
        return false;
    word = label + id_len + 2;
    return *word != '.' && word[strspn(word, LOWER DIGIT)] == '.';
}

const struct lab_zone *lab_lint_zone_of(const struct lab_scenario *s, const char *absolute)
{
    const struct lab_zone *best = NULL;
    size_t best_len = 0;

    for (unsigned i = 0; i < s->zones_count; i++) {
        char *zone = lab_scenario_name(s, s->zones[i].name);
        size_t len = strlen(zone);

        if (ends_in(absolute, zone) && len > best_len) {
            best = &s->zones[i];
            best_len = len;
        }
        free(zone);
    }
    return best;
}

const struct lab_known_behaviour *lab_lint_behaviour(const struct lab_lint *l,
                                                     const struct lab_host *h)
{
    for (size_t i = 0; l->context->behaviours != NULL && i < l->context->behaviours_count; i++) {
        if (strcmp(l->context->behaviours[i].name, h->smtp) == 0)
            return &l->context->behaviours[i];
    }
    return NULL;
}

void lab_lint_unknown(const struct lab_lint *l, struct lab_place place, const char *what,
                      const char *word, const char *(*nth)(const void *list, size_t i),
                      const void *list, size_t count, const char *expected)
{
    const char *near = lab_near(word, nth, list, count);

    if (near != NULL)
        lab_complain(l->source, place, "unknown %s `%.60s` (did you mean `%s`?); expected %s", what,
                     word, near, expected);
    else
        lab_complain(l->source, place, "unknown %s `%.60s`; expected %s", what, word, expected);
}

void lab_lint_once(const struct lab_lint *l, struct lab_place place, const char *what,
                   char *const *list, unsigned i)
{
    for (unsigned j = 0; j < i; j++) {
        if (strcmp(list[i], list[j]) == 0)
            lab_complain(l->source, place, "%s %.60s again; expected it once", what, list[i]);
    }
}

const char *lab_lint_host_name(const void *list, size_t i)
{
    return ((const struct lab_host *)list)[i].name;
}

const struct lab_host *lab_lint_host(const struct lab_lint *l, struct lab_place place,
                                     const char *name)
{
    const struct lab_host *h = lab_scenario_host(l->scenario, name);

    if (h == NULL)
        lab_lint_unknown(l, place, "host", name, lab_lint_host_name, l->scenario->hosts,
                         l->scenario->hosts_count, "the name of one of world.hosts");
    return h;
}

const char *lab_lint_word(const void *list, size_t i)
{
    return ((const char *const *)list)[i];
}

bool lab_lint_type(const struct lab_lint *l, struct lab_place place, const char *type)
{
    for (size_t i = 0; i < LAB_COUNT(types); i++) {
        if (strcmp(types[i], type) == 0)
            return true;
    }
    lab_lint_unknown(l, place, "RR type", type, lab_lint_word, types, LAB_COUNT(types),
                     "one in capitals, such as TLSA");
    return false;
}

bool lab_lint_question(const struct lab_lint *l, struct lab_place place, const char *text,
                       char **owner, const char **type)
{
    size_t len = strcspn(text, " ");
    char *name = lab_strndup(text, len);
    bool ok = text[len] == ' ' && text[len + 1] != '\0' && strchr(text + len + 1, ' ') == NULL;

    *type = ok ? text + len + 1 : NULL;
    if (!ok)
        lab_complain(l->source, place, "`%.80s`; expected OWNER TYPE with one space between", text);
    else if (strcmp(name, "@") != 0 && !lab_lint_name_ok(name)) {
        lab_complain(l->source, place,
                     "`%.80s` is no domain name; expected an OWNER such as _25._tcp.mx", name);
        ok = false;
    }
    ok = ok && lab_lint_type(l, place, *type);
    *owner = ok ? lab_scenario_name(l->scenario, name) : NULL;
    free(name);
    return ok;
}

const char *lab_lint_id_fault(const char *id)
{
    size_t len = strlen(id);

    if (len > 40)
        return "is longer than 40 letters";
    if (id[strspn(id, LOWER DIGIT "-")] != '\0')
        return "has other signs than lower-case letters, digits and hyphens";
    if (id[0] == '-' || id[len - 1] == '-')
        return "begins or ends in a hyphen";
    if (strstr(id, "--") != NULL)
        return "has two hyphens together, which are kept for <id>--WORD.example.";
    return NULL;
}

static void lint_id(const struct lab_lint *l)
{
    const char *id = l->scenario->id;
    const char *file = strrchr(l->source->path, '/');
    const char *bad = lab_lint_id_fault(id);
    size_t len;

    file = file != NULL ? file + 1 : l->source->path;
    len = strlen(file) - strlen(".yaml");
    if (bad != NULL)
        lab_complain(l->source, lab_place("id"),
                     "id `%.60s` %s; expected a DNS label that names the file", id, bad);
    else if (strlen(id) != len || strncmp(id, file, len) != 0)
        lab_complain(l->source, lab_place("id"), "id `%s` in a file called %s; expected `%.*s`", id,
                     file, (int)len, file);
}

static const char *rule_id(const void *list, size_t i)
{
    return ((const struct lab_rule *)list)[i].id;
}

static void lint_rules(const struct lab_lint *l)
{
    const struct lab_scenario *s = l->scenario;

    for (unsigned i = 0; i < s->rules_count; i++) {
        struct lab_place place = lab_place("rules[%u]", i);

        if (l->rules != NULL && lab_rules_find(l->rules, s->rules[i]) == NULL)
            lab_lint_unknown(l, place, "rule", s->rules[i], rule_id, l->rules->list,
                             l->rules->count, "an id of scenarios/rules.tsv");
        lab_lint_once(l, place, "rule", s->rules, i);
    }
}

static void lint_title(const struct lab_lint *l)
{
    const struct lab_scenario *s = l->scenario;

    if (strchr(s->title, '\n') != NULL || strlen(s->title) > 100)
        lab_complain(l->source, lab_place("title"),
                     "title of %zu octets%s; expected one line of at most 100", strlen(s->title),
                     strchr(s->title, '\n') != NULL ? " on several lines" : "");
    if (lab_source_cut(l->source, lab_place("title")))
        lab_complain(l->source, lab_place("title"),
                     "a comment behind the title, which ends before it; expected the title alone: "
                     "one with ` #` in it needs quotes");
}

static void lint_head(const struct lab_lint *l)
{
    const struct lab_scenario *s = l->scenario;

    if (s->family == LAB_FAMILY_BOTH)
        lint_id(l);
    lint_title(l);
    lint_rules(l);
    for (unsigned i = 0; i < s->tags_count; i++) {
        if (s->tags[i][strspn(s->tags[i], LOWER DIGIT "-")] != '\0')
            lab_complain(l->source, lab_place("tags[%u]", i),
                         "tag `%.60s`; expected lower-case letters, digits, hyphens", s->tags[i]);
    }
    for (unsigned i = 0; i < s->recipients_count; i++) {
        if (s->recipients[i][strspn(s->recipients[i], LOWER DIGIT "-.")] != '\0')
            lab_complain(l->source, lab_place("recipients[%u]", i),
                         "recipient `%.60s`; expected a mailbox such as user, without @",
                         s->recipients[i]);
        lab_lint_once(l, lab_place("recipients[%u]", i), "recipient", s->recipients, i);
    }
    if (s->to != NULL) {
        char *to = lab_scenario_name(s, s->to);

        if ((strcmp(s->to, "@") != 0 && !lab_lint_name_ok(s->to)) || !lab_lint_own(s, to))
            lab_complain(l->source, lab_place("to"),
                         "`to` is `%.80s`; expected a name at or below %s.example.", s->to, s->id);
        free(to);
    }
}

void lab_lint_scenario(const struct lab_lint *l)
{
    int before = l->source->faults;

    lint_head(l);
    /* names are made of the id: with a wrong one, all that follows would be noise */
    if (l->source->faults > before && lab_lint_id_fault(l->scenario->id) != NULL)
        return;
    lab_lint_world(l);
    lab_lint_records(l);
    lab_lint_prove(l);
    lab_lint_expect(l);
    lab_lint_steps(l);
    lab_lint_family(l);
    /* only of a file that is right so far: one mistake, one line */
    if (l->source->faults == before)
        lab_lint_forbid(l);
}
