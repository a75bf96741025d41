/* lint_catalogue.c - what only shows when all scenarios lie side by side: ids, twins, doubles. */
#include <stdlib.h>
#include <string.h>

#include "scen/lint.h"
#include "scen/schema.h"

static const struct lab_lint *find(const struct lab_lint *list, size_t count, const char *id)
{
    for (size_t i = 0; i < count; i++) {
        if (strcmp(list[i].scenario->id, id) == 0)
            return &list[i];
    }
    return NULL;
}

/* The first choice under a profile and policy, or NULL. */
static const struct lab_accept *first_choice(const struct lab_scenario *s, const char *profile,
                                             enum lab_policy policy)
{
    for (unsigned n = 0; n < s->expect_count; n++) {
        const struct lab_expect *e = &s->expect[n];
        bool policy_fits = e->policies_count == 0 && policy == LAB_POLICY_DANE;
        bool profile_fits = false;

        for (unsigned i = 0; i < e->policies_count; i++)
            policy_fits = policy_fits || e->policies[i] == policy;
        for (unsigned i = 0; i < e->profiles_count; i++)
            profile_fits = profile_fits || strcmp(e->profiles[i], profile) == 0;
        if (policy_fits && profile_fits)
            return &e->accept[0];
    }
    return NULL;
}

static void lint_twin_for(const struct lab_lint *l, const struct lab_scenario *twin, unsigned n,
                          const char *profile, enum lab_policy policy)
{
    const struct lab_accept *own = &l->scenario->expect[n].accept[0];
    const struct lab_accept *other;

    if (own->outcome == LAB_DELIVERED)
        return;
    if (twin == NULL) {
        lab_complain(l->source, lab_place("expect[%u].accept[0]", n),
                     "%s, which a broken set-up does too; expected a `twin`",
                     lab_outcome_name(own->outcome));
        return;
    }
    other = first_choice(twin, profile, policy);
    if (other == NULL)
        lab_complain(
            l->source, lab_place("twin"),
            "twin %s expects nothing for profile %s, policy %s; expected it delivered there",
            twin->id, profile, lab_policy_name(policy));
    else if (other->outcome != LAB_DELIVERED)
        lab_complain(l->source, lab_place("twin"),
                     "twin %s is %s itself for profile %s, policy %s; expected it delivered",
                     twin->id, lab_outcome_name(other->outcome), profile, lab_policy_name(policy));
}

static const char *lint_id(const void *list, size_t i)
{
    return ((const struct lab_lint *)list)[i].scenario->id;
}

static void lint_twin(const struct lab_lint *l, const struct lab_lint *list, size_t count)
{
    const struct lab_scenario *s = l->scenario;
    const struct lab_lint *twin = s->twin != NULL ? find(list, count, s->twin) : NULL;

    if (s->twin != NULL && strcmp(s->twin, s->id) == 0) {
        lab_complain(l->source, lab_place("twin"), "its own twin; expected another scenario");
        return;
    }
    if (s->twin != NULL && twin == NULL) {
        lab_lint_unknown(l, lab_place("twin"), "twin", s->twin, lint_id, list, count,
                         "the id of another scenario (that loads)");
        return;
    }
    for (unsigned n = 0; n < s->expect_count; n++) {
        const struct lab_expect *e = &s->expect[n];
        int before = l->source->faults;

        for (unsigned i = 0; i < e->profiles_count && l->source->faults == before; i++) {
            if (e->policies_count == 0)
                lint_twin_for(l, twin != NULL ? twin->scenario : NULL, n, e->profiles[i],
                              LAB_POLICY_DANE);
            for (unsigned j = 0; j < e->policies_count && l->source->faults == before; j++)
                lint_twin_for(l, twin != NULL ? twin->scenario : NULL, n, e->profiles[i],
                              e->policies[j]);
        }
    }
}

/* World and expectations as text, the id in names replaced, blanks squeezed: equal for scenarios
 * that test the same. */
static char *essence(const struct lab_scenario *s)
{
    struct lab_text out = {0};
    char *yaml = NULL;
    size_t len = 0;
    size_t id_len = strlen(s->id);

    if (cyaml_save_data(&yaml, &len, &lab_cyaml_config, &lab_behaviour_schema, s, 0) != CYAML_OK)
        return lab_strdup(s->id);
    for (size_t i = 0; i < len; i++) {
        bool blank = strchr(" \t\n", yaml[i]) != NULL;

        if (len - i > id_len && strncmp(yaml + i, s->id, id_len) == 0 &&
            strchr(".-", yaml[i + id_len]) != NULL) {
            lab_text_add(&out, "$", 1);
            i += id_len - 1;
        } else if (!blank || (out.len > 0 && out.text[out.len - 1] != ' ')) {
            lab_text_add(&out, blank ? " " : yaml + i, 1);
        }
    }
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

void lab_lint_catalogue(const struct lab_lint *list, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (i > 0 && strcmp(list[i].scenario->id, list[i - 1].scenario->id) == 0)
            lab_complain(list[i].source, lab_place("id"),
                         "id `%s` is taken by %s; expected another", list[i].scenario->id,
                         list[i - 1].source->path);
        lint_twin(&list[i], list, count);
    }
    lint_doubles(list, count);
}
