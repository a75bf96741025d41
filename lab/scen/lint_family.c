/* lint_family.c - can the scenario be made with addresses of one family only? And was it? */
#include <stdlib.h>
#include <string.h>

#include "scen/lint.h"

static bool is_address(const char *type)
{
    return type != NULL && (strcmp(type, "A") == 0 || strcmp(type, "AAAA") == 0);
}

/* Is {a HOST}, or {aaaa HOST}, in the records? */
static bool in_records(const struct lab_scenario *s, const char *kind, const char *host)
{
    char *placeholder = lab_format("{%s %s}", kind, host);
    bool found = false;

    for (unsigned i = 0; i < s->zones_count && !found; i++)
        found = strstr(s->zones[i].records, placeholder) != NULL;
    free(placeholder);
    return found;
}

static void lint_hosts(const struct lab_lint *l)
{
    const struct lab_scenario *s = l->scenario;

    for (unsigned i = 0; i < s->hosts_count; i++) {
        const char *host = s->hosts[i].name;

        if (!in_records(s, "a", host) || !in_records(s, "aaaa", host))
            lab_complain(l->source, lab_place("family"),
                         "host %.80s has not both {a %.80s} and {aaaa %.80s}; expected hosts of "
                         "which a family can be taken away",
                         host, host, host);
    }
}

static void lint_zones(const struct lab_lint *l)
{
    const struct lab_scenario *s = l->scenario;

    for (unsigned i = 0; i < s->zones_count; i++) {
        for (unsigned d = 0; d < s->zones[i].damage_count; d++) {
            if (is_address(s->zones[i].damage[d].type))
                lab_complain(l->source, lab_place("world.zones[%u].damage[%u].type", i, d),
                             "damage to an address where `family` takes addresses away; expected "
                             "one or the other");
        }
        for (unsigned d = 0; d < s->zones[i].serve_count; d++) {
            if (is_address(s->zones[i].serve[d].type))
                lab_complain(l->source, lab_place("world.zones[%u].serve[%u].type", i, d),
                             "a fault about addresses where `family` takes addresses away; "
                             "expected one or the other");
        }
    }
}

static const char *type_of(const struct lab_prove *p)
{
    const char *blank = strchr(p->dns, ' ');

    return blank != NULL ? blank + 1 : NULL;
}

/* What is proven of addresses must be that they are there: then their absence can be proven
 * instead. */
static void lint_proofs(const struct lab_lint *l)
{
    const struct lab_scenario *s = l->scenario;

    for (unsigned i = 0; i < s->prove_count; i++) {
        const struct lab_prove *p = &s->prove[i];

        if (is_address(type_of(p)) && (p->answer != LAB_ANSWER_DATA || p->is == LAB_BOGUS))
            lab_complain(l->source, lab_place("prove[%u]", i),
                         "with `family`, expected `answer: data` where addresses are proven");
    }
}

/* Of a scenario made by family.c: it has found the proofs that had to change. */
static void lint_made(const struct lab_lint *l)
{
    const struct lab_scenario *s = l->scenario;
    const char *gone = s->family == LAB_FAMILY_V4 ? "AAAA" : "A";

    for (unsigned i = 0; i < s->prove_count; i++) {
        const char *type = type_of(&s->prove[i]);

        if (type != NULL && strcmp(type, gone) == 0 && s->prove[i].answer == LAB_ANSWER_DATA)
            lab_complain(l->source, lab_place("prove[%u]", i),
                         "with `family`, expected a proof about addresses as {dns: OWNER TYPE, "
                         "is: WORD, answer: data} in one line");
    }
}

void lab_lint_family(const struct lab_lint *l)
{
    const struct lab_scenario *s = l->scenario;

    if (s->family != LAB_FAMILY_BOTH)
        lint_made(l);
    if (s->families_count == 0)
        return;
    if (strstr(l->source->text, "\nfamily: [") == NULL)
        lab_complain(l->source, lab_place("family"), "expected `family: [v4, v6]` in one line");
    if (s->families_count == 2 && s->families[0] == s->families[1])
        lab_complain(l->source, lab_place("family[1]"), "family %s again; expected it once",
                     lab_family_name(s->families[1]));
    if (s->steps_count > 0)
        lab_complain(l->source, lab_place("family"),
                     "`family` and `steps`; expected one or the other");
    lint_hosts(l);
    lint_zones(l);
    lint_proofs(l);
}
