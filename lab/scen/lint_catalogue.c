/* lint_catalogue.c - what only shows when all scenarios lie side by side: ids, twins, doubles. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "scen/lint.h"
#include "scen/schema.h"

static const struct lab_scenario *find(const struct lab_lint *list, size_t count, const char *id)
{
    for (size_t i = 0; i < count; i++) {
        if (strcmp(list[i].scenario->id, id) == 0)
            return list[i].scenario;
    }
    return NULL;
}

static void lint_twin_for(const struct lab_lint *l, const struct lab_scenario *twin, unsigned n,
                          const char *profile, enum lab_policy policy)
{
    const struct lab_accept *own = &l->scenario->expect[n].accept[0];
    const struct lab_expect *other;

    if (own->outcome == LAB_DELIVERED)
        return;
    if (twin == NULL) {
        lab_complain(l->source, lab_place("expect[%u].accept[0]", n),
                     "%s, which a broken set-up does too; expected a `twin`",
                     lab_outcome_name(own->outcome));
        return;
    }
    other = lab_expect_for(twin, profile, policy);
    if (other == NULL)
        lab_complain(
            l->source, lab_place("twin"),
            "twin %s expects nothing for profile %s, policy %s; expected it delivered there",
            twin->id, profile, lab_policy_name(policy));
    else if (other->accept[0].outcome != LAB_DELIVERED)
        lab_complain(l->source, lab_place("twin"),
                     "twin %s is %s itself for profile %s, policy %s; expected it delivered",
                     twin->id, lab_outcome_name(other->accept[0].outcome), profile,
                     lab_policy_name(policy));
}

static const char *lint_id(const void *list, size_t i)
{
    return ((const struct lab_lint *)list)[i].scenario->id;
}

static const char *scenario_id(const void *list, size_t i)
{
    return ((struct lab_scenario *const *)list)[i]->id;
}

static void unknown_twin(const struct lab_lint *l, const struct lab_lint *list, size_t count,
                         const struct lab_catalogue *home)
{
    const char *expected = "the id of another scenario (that loads)";
    const char *twin = l->scenario->twin;

    if (home->count > 0)
        lab_lint_unknown(l, lab_place("twin"), "twin", twin, scenario_id, home->list, home->count,
                         expected);
    else
        lab_lint_unknown(l, lab_place("twin"), "twin", twin, lint_id, list, count, expected);
}

static void lint_twin(const struct lab_lint *l, const struct lab_lint *list, size_t count,
                      const struct lab_catalogue *home)
{
    const struct lab_scenario *s = l->scenario;
    const struct lab_scenario *twin = s->twin != NULL ? find(list, count, s->twin) : NULL;

    if (s->twin != NULL && strcmp(s->twin, s->id) == 0) {
        lab_complain(l->source, lab_place("twin"), "its own twin; expected another scenario");
        return;
    }
    if (s->twin != NULL && twin == NULL)
        twin = lab_catalogue_find(home, s->twin);
    if (s->twin != NULL && twin == NULL) {
        unknown_twin(l, list, count, home);
        return;
    }
    for (unsigned n = 0; n < s->expect_count; n++) {
        const struct lab_expect *e = &s->expect[n];
        int before = l->source->faults;

        for (unsigned i = 0; i < e->profiles_count && l->source->faults == before; i++) {
            for (int p = 0; p < LAB_POLICY_COUNT && l->source->faults == before; p++)
                if (lab_expect_has_policy(e, (enum lab_policy)p))
                    lint_twin_for(l, twin, n, e->profiles[i], (enum lab_policy)p);
        }
    }
}

/* A name of the scenario, and what stands for it. */
struct alias {
    char *name;
    char sign[16];
};

/* Its id, its hosts and the words of its other domains, in the order of the file. The caller frees
 * the list, whose last name is NULL, with free_aliases. */
static struct alias *aliases_of(const struct lab_scenario *s)
{
    struct alias *list =
        lab_calloc((size_t)s->hosts_count + s->zones_count + 2, sizeof(struct alias));
    char *start = lab_format("%s--", s->id);
    size_t n = 0;

    for (unsigned i = 0; i < s->zones_count; i++) {
        const char *at = strstr(s->zones[i].name, start);

        if (at == NULL)
            continue;
        list[n].name = lab_strndup(at, strcspn(at, "."));
        (void)snprintf(list[n].sign, sizeof(list[n].sign), "$z%zu", n);
        n++;
    }
    /* with its dot: a behaviour may be called as the scenario is */
    list[n++] = (struct alias){lab_format("%s.", s->id), "$."};
    for (unsigned i = 0; i < s->hosts_count; i++) {
        /* international names, capitals, ...: such a name is what the scenario is about */
        if (s->hosts[i].name[strspn(s->hosts[i].name, "abcdefghijklmnopqrstuvwxyz0123456789.")] !=
            '\0')
            continue;
        list[n].name = lab_strdup(s->hosts[i].name);
        (void)snprintf(list[n].sign, sizeof(list[n].sign), "$h%u", i);
        n++;
    }
    free(start);
    return list;
}

static void free_aliases(struct alias *list)
{
    for (size_t i = 0; list[i].name != NULL; i++)
        free(list[i].name);
    free(list);
}

static bool in_label(char c)
{
    return c != '\0' && (isalnum((unsigned char)c) != 0 || c == '-' || c == '_');
}

/* The longest alias that stands at `at` as whole labels, or NULL. */
static const struct alias *alias_at(const struct alias *list, const char *begin, const char *at)
{
    const struct alias *best = NULL;

    if (at != begin && in_label(at[-1]))
        return NULL;
    for (size_t i = 0; list[i].name != NULL; i++) {
        size_t len = strlen(list[i].name);

        if (strncmp(at, list[i].name, len) == 0 &&
            (list[i].name[len - 1] == '.' || !in_label(at[len])) &&
            (best == NULL || len > strlen(best->name)))
            best = &list[i];
    }
    return best;
}

/* World, proofs and expectations as text, with names replaced, blanks squeezed: equal for scenarios
 * that test the same. Words of the file that look like a host's name are replaced in both. */
static char *essence(const struct lab_scenario *s)
{
    struct lab_text out = {0};
    struct alias *list;
    char *yaml = NULL;
    size_t len = 0;

    if (cyaml_save_data(&yaml, &len, &lab_cyaml_config, &lab_behaviour_schema, s, 0) != CYAML_OK)
        return lab_strdup(s->id);
    yaml = lab_realloc(yaml, len + 1, 1);
    yaml[len] = '\0';
    list = aliases_of(s);
    for (const char *at = yaml; *at != '\0'; at++) {
        const struct alias *a = alias_at(list, yaml, at);
        bool blank = strchr(" \t\n", *at) != NULL;

        if (a != NULL) {
            lab_text_put(&out, "%s", a->sign);
            at += strlen(a->name) - 1;
        } else if (in_label(*at)) {
            const char *from = at;

            while (in_label(at[1])) /* no alias begins within a label */
                at++;
            lab_text_add(&out, from, (size_t)(at - from) + 1);
        } else if (!blank || (out.len > 0 && out.text[out.len - 1] != ' ')) {
            lab_text_add(&out, blank ? " " : at, 1);
        }
    }
    free_aliases(list);
    free(yaml);
    return out.text != NULL ? out.text : lab_strdup("");
}

/* Only among files without other faults, so that one mistake gives one line. */
static void lint_doubles(const struct lab_lint *list, size_t count)
{
    char **texts = lab_calloc(count, sizeof(*texts));

    for (size_t i = 0; i < count; i++) {
        bool told = list[i].source->faults > 0;

        texts[i] = told ? NULL : essence(list[i].scenario);
        for (size_t j = 0; j < i && !told; j++) {
            told = texts[j] != NULL && strcmp(texts[i], texts[j]) == 0;
            if (told)
                lab_complain(list[i].source, lab_place("world"),
                             "the same world and expectations as %s (%s); expected a difference",
                             list[j].scenario->id, list[j].source->path);
        }
    }
    for (size_t i = 0; i < count; i++)
        free(texts[i]);
    free(texts);
}

void lab_lint_catalogue(const struct lab_lint *list, size_t count, const struct lab_catalogue *home)
{
    for (size_t i = 0; i < count; i++) {
        if (i > 0 && strcmp(list[i].scenario->id, list[i - 1].scenario->id) == 0)
            lab_complain(list[i].source, lab_place("id"),
                         "id `%s` is taken by %s; expected another", list[i].scenario->id,
                         list[i - 1].source->path);
        lint_twin(&list[i], list, count, home);
    }
    lint_doubles(list, count);
}
