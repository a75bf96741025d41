/* select.c - see select.h. */
#include "cli/select.h"

#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

#include "scen/near.h"

static bool cites(const struct lab_scenario *s, const char *rule)
{
    for (unsigned i = 0; i < s->rules_count; i++)
        if (strcmp(s->rules[i], rule) == 0)
            return true;
    return false;
}

/* "7672#2.2" holds R-7672-2.2-3 and R-7672-2.2.1-8, not R-7672-2.20-1. */
static bool in_section(const struct lab_scenario *s, const char *section)
{
    const char *hash = strchr(section, '#');
    char *prefix = hash != NULL ? lab_format("R-%.*s-%s", (int)(hash - section), section, hash + 1)
                                : lab_format("R-%s", section);
    size_t len = strlen(prefix);
    bool found = false;

    for (unsigned i = 0; i < s->rules_count && !found; i++)
        found = strncmp(s->rules[i], prefix, len) == 0 &&
                (s->rules[i][len] == '-' || s->rules[i][len] == '.');
    free(prefix);
    return found;
}

static bool fits(const struct lab_scenario *s, const struct lab_selection *selection)
{
    return (selection->tag == NULL || lab_scenario_tagged(s, selection->tag)) &&
           (selection->rule == NULL || cites(s, selection->rule)) &&
           (selection->section == NULL || in_section(s, selection->section));
}

bool lab_policies_about(unsigned policies, const struct lab_expect *e)
{
    for (int p = 0; p < LAB_POLICY_COUNT; p++)
        if ((policies >> p & 1) != 0 && lab_expect_has_policy(e, (enum lab_policy)p))
            return true;
    return false;
}

/* Is there a case of one of these policies, under whichever profile? */
static bool has_case(const struct lab_scenario *s, unsigned policies)
{
    bool has = policies == LAB_ALL_POLICIES;

    for (unsigned i = 0; i < s->expect_count; i++)
        has = has || lab_policies_about(policies, &s->expect[i]);
    return has;
}

int lab_word_split(const char *word, char **id, unsigned *policies)
{
    const char *at = strrchr(word, '@');
    enum lab_policy policy;

    *id = NULL;
    *policies = LAB_ALL_POLICIES;
    if (at == NULL) {
        *id = lab_strdup(word);
        return 0;
    }
    if (!lab_policy_find(at + 1, &policy))
        return lab_complaint(-1,
                             "\"%s\": no policy \"%s\"; expected dane, dane-only, may or encrypt "
                             "behind the @",
                             word, at + 1);
    *id = lab_strndup(word, (size_t)(at - word));
    *policies = 1U << policy;
    return 0;
}

bool lab_word_check(const char *word)
{
    unsigned policies;
    char *ids;
    bool good = lab_word_split(word, &ids, &policies) == 0;

    free(ids);
    return good;
}

bool lab_word_fits(const char *word, const char *name)
{
    const char *at = strchrnul(name, '@');
    char *own = lab_strndup(name, (size_t)(at - name));
    enum lab_policy policy = LAB_POLICY_DANE;
    unsigned policies;
    char *ids;
    bool fits = (*at == '\0' || lab_policy_find(at + 1, &policy)) &&
                lab_word_split(word, &ids, &policies) == 0;

    if (fits) {
        fits = (policies >> policy & 1) != 0 && fnmatch(ids, own, 0) == 0;
        free(ids);
    }
    free(own);
    return fits;
}

const struct lab_scenario *lab_word_find(const struct lab_suite *suite, const char *word,
                                         unsigned *policies)
{
    const struct lab_scenario *s;
    char *id;

    if (lab_word_split(word, &id, policies) != 0) {
        *policies = 0;
        return NULL;
    }
    s = lab_catalogue_find(&suite->catalogue, id);
    free(id);
    return s != NULL && has_case(s, *policies) ? s : NULL;
}

static const char *id_at(const void *list, size_t i)
{
    return ((struct lab_scenario *const *)list)[i]->id;
}

const char *lab_word_near(const struct lab_suite *suite, const char *word)
{
    char *id = lab_strndup(word, strcspn(word, "@"));
    const char *near = lab_near(id, id_at, suite->catalogue.list, suite->catalogue.count);

    near = near != NULL && strcmp(near, id) != 0 ? near : NULL; /* then it is the policy */
    free(id);
    return near;
}

/* What a file is called is no id. */
static bool is_file_name(const char *word)
{
    const size_t len = strlen(word);

    return strchr(word, '/') != NULL || (len > 5 && strcmp(word + len - 5, ".yaml") == 0);
}

/* No scenario or case is what the pattern says; -1. */
static int nothing(const struct lab_suite *suite, const char *where, const char *pattern,
                   const char *kind)
{
    char *meant;

    if (is_file_name(pattern))
        return lab_complaint(-1,
                             "%s\"%s\" is no id; a scenario has to lie in scenarios/NN-topic to be "
                             "run, and is then called by its id",
                             where, pattern);
    meant = lab_meant(lab_word_near(suite, pattern));
    (void)lab_complaint(-1, "%sno %s is called \"%s\"%s; see danelab list", where, kind, pattern,
                        meant);
    free(meant);
    return -1;
}

/* What a pattern means is added to what is wanted of each scenario. -1 after a complaint, which
 * begins with where: nothing. */
static int mark(const struct lab_suite *suite, const char *where, const char *pattern,
                unsigned *wanted)
{
    unsigned policies;
    bool any = false;
    char *ids;

    if (lab_word_split(pattern, &ids, &policies) != 0)
        return -1;
    for (size_t i = 0; i < suite->catalogue.count; i++) {
        const struct lab_scenario *s = suite->catalogue.list[i];

        if ((fnmatch(ids, s->id, 0) == 0 || fnmatch(ids, s->topic, 0) == 0) &&
            has_case(s, policies)) {
            wanted[i] |= policies;
            any = true;
        }
    }
    free(ids);
    return any ? 0
               : nothing(suite, where, pattern, policies == LAB_ALL_POLICIES ? "scenario" : "case");
}

/* The patterns of an @FILE, one a line; blank lines and # comments are left out. */
static int mark_file(const struct lab_suite *suite, const char *path, unsigned *wanted)
{
    struct lab_fault fault;
    char *text, *rest, *line;
    int rc = 0;

    if (lab_file_read(path, &text, NULL, &fault) != 0)
        return lab_complaint(-1, "%s", fault.what);
    rest = text;
    for (unsigned number = 1; rc == 0 && (line = strsep(&rest, "\n")) != NULL; number++) {
        char *where = lab_format("%s:%u:1: ", path, number);

        line[strcspn(line, " \t#")] = '\0';
        if (line[0] != '\0')
            rc = mark(suite, where, line, wanted);
        free(where);
    }
    free(text);
    return rc;
}

static int mark_all(const struct lab_suite *suite, const struct lab_selection *selection,
                    unsigned *wanted)
{
    int rc = 0;

    for (size_t i = 0; i < suite->catalogue.count; i++)
        wanted[i] = selection->pattern_count == 0 ? LAB_ALL_POLICIES : 0;
    for (size_t p = 0; p < selection->pattern_count && rc == 0; p++) {
        const char *pattern = selection->patterns[p];

        rc = pattern[0] == '@' ? mark_file(suite, pattern + 1, wanted)
                               : mark(suite, "", pattern, wanted);
    }
    return rc;
}

int lab_select(const struct lab_suite *suite, const struct lab_selection *selection,
               struct lab_selected *out)
{
    size_t total = suite->catalogue.count;
    int rc;

    out->count = 0;
    out->list = lab_calloc(total, sizeof(struct lab_scenario *));
    out->policies = lab_calloc(total, sizeof(*out->policies));
    rc = mark_all(suite, selection, out->policies);
    for (size_t i = 0; i < total && rc == 0; i++) {
        if (out->policies[i] == 0 || !fits(suite->catalogue.list[i], selection))
            continue;
        out->policies[out->count] = out->policies[i];
        out->list[out->count++] = suite->catalogue.list[i];
    }
    return rc;
}

void lab_selected_free(struct lab_selected *selected)
{
    free(selected->list);
    free(selected->policies);
    *selected = (struct lab_selected){0};
}
