/* common.c - paths and catalogue of common.h. */
#include "cli/common.h"

#include <libgen.h>
#include <limits.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "pki/recipe.h"
#include "run/run.h"
#include "scen/lint.h"
#include "sign/sign.h"
#include "smtp/smtp.h"

int lab_complaint(int status, const char *format, ...)
{
    va_list args;

    (void)fputs("danelab: ", stderr);
    va_start(args, format);
    (void)vfprintf(stderr, format, args);
    va_end(args);
    (void)fputc('\n', stderr);
    return status;
}

static char *own_directory(void)
{
    char path[PATH_MAX];
    ssize_t n = readlink("/proc/self/exe", path, sizeof(path) - 1);

    if (n < 0)
        return lab_strdup(".");
    path[n] = '\0';
    return lab_strdup(dirname(path));
}

/* An existing tree as an absolute path, or NULL. */
static char *tree_at(const char *dir)
{
    char *probe = lab_format("%s/scenarios/rules.tsv", dir);
    char *out = access(probe, R_OK) == 0 ? realpath(dir, NULL) : NULL;

    free(probe);
    return out;
}

const struct lab_paths *lab_paths_find(void)
{
    static struct lab_paths paths;
    const char *named = getenv("DANELAB_SOURCE");
    char *bin = own_directory();
    char *built = lab_format("%s/../..", bin);
    char *installed = lab_format("%s/../../share/danelab", bin);

    paths.bin = bin;
    paths.source = named != NULL ? tree_at(named) : tree_at(built);
    if (paths.source == NULL && named == NULL)
        paths.source = tree_at(installed);
    free(built);
    free(installed);
    if (paths.source == NULL)
        exit(lab_complaint(EX_CONFIG,
                           "cannot find the scenarios; set DANELAB_SOURCE to the source tree%s%s",
                           named != NULL ? ", not to " : "", named != NULL ? named : ""));
    return &paths;
}

static void report(void *self, const char *line)
{
    (void)self;
    (void)fprintf(stderr, "%s\n", line);
}

/* What scenarios may refer to, from the parts of the lab that know it. */
struct known {
    struct lab_damage_list damage;
    struct lab_recipes *recipes;
    const char **cert_names;
    struct lab_known_damage *damages;
    struct lab_known_behaviour *behaviours;
    size_t behaviours_count;
    char *rules, *damage_path, *certs, *home;
};

static struct lab_known_behaviour known_side(const struct lab_behaviour *b)
{
    bool talks = !b->unreachable && lab_reply_is(b->banner, 220);
    bool tls = talks && lab_reply_is(b->ehlo, 250) && b->offers_starttls &&
               lab_reply_is(b->starttls, 220) && !b->habit.fails &&
               (b->handshake == LAB_HS_OK || b->handshake == LAB_HS_OTHER_NAME);

    return (struct lab_known_behaviour){.name = b->name,
                                        .reachable = !b->unreachable,
                                        .tls = tls,
                                        .mail_tls = tls && lab_behaviour_takes_mail(b, true),
                                        .mail_clear = talks && lab_behaviour_takes_mail(b, false)};
}

static void know_behaviours(struct known *k)
{
    const struct lab_behaviour *b;

    for (size_t i = 0; (b = lab_behaviour_at(i)) != NULL; i++) {
        struct lab_known_behaviour now = known_side(b);
        const struct lab_known_behaviour then = known_side(lab_behaviour_shown(b, true));

        now.tls = now.tls || then.tls;
        now.mail_tls = now.mail_tls || then.mail_tls;
        now.mail_clear = now.mail_clear || then.mail_clear;
        k->behaviours = lab_realloc(k->behaviours, i + 1, sizeof(*k->behaviours));
        k->behaviours[i] = now;
        k->behaviours_count = i + 1;
    }
}

static int know(const struct lab_paths *paths, struct known *k, struct lab_fault *fault)
{
    k->rules = lab_format("%s/scenarios/rules.tsv", paths->source);
    k->damage_path = lab_format("%s/zones/damage.yaml", paths->source);
    k->certs = lab_format("%s/certs/recipes.yaml", paths->source);
    k->home = lab_format("%s/scenarios", paths->source);
    if (lab_damage_load(k->damage_path, &k->damage, fault) != 0 ||
        lab_recipes_load(k->certs, &k->recipes, fault) != 0)
        return -1;
    k->cert_names = lab_calloc(k->recipes->list_count, sizeof(const char *));
    for (unsigned i = 0; i < k->recipes->list_count; i++)
        k->cert_names[i] = k->recipes->list[i].name;
    k->damages = lab_calloc(k->damage.count, sizeof(*k->damages));
    for (unsigned i = 0; i < k->damage.count; i++)
        k->damages[i] = (struct lab_known_damage){
            k->damage.list[i].name, k->damage.list[i].on_rrset, k->damage.list[i].makes};
    know_behaviours(k);
    return 0;
}

static const char *element_at(const void *recipes, size_t cert, size_t i)
{
    const struct lab_recipe *r = &((const struct lab_recipes *)recipes)->list[cert];

    return i < r->chain_count ? r->chain[i].element : NULL;
}

static void forget(struct known *k)
{
    if (k->recipes != NULL)
        lab_recipes_free(&k->recipes);
    free(k->cert_names);
    lab_damage_free(&k->damage);
    free(k->damages);
    free(k->behaviours);
    free(k->rules);
    free(k->damage_path);
    free(k->certs);
    free(k->home);
}

int lab_suite_states(const struct lab_paths *paths, struct lab_states *out)
{
    char *dir = lab_format("%s/zones/states", paths->source);
    struct known k = {0};
    struct lab_fault fault;
    int faults = -1;

    *out = (struct lab_states){0};
    if (know(paths, &k, &fault) != 0) {
        (void)lab_complaint(fault.status, "%s", fault.what);
    } else {
        const struct lab_lint_context context = {.damage = k.damages,
                                                 .damage_count = k.damage.count};

        faults = lab_states_load(dir, &context, report, NULL, out);
    }
    forget(&k);
    free(dir);
    return faults;
}

int lab_suite_load(const struct lab_paths *paths, const char *root, struct lab_catalogue *out)
{
    struct known k = {0};
    struct lab_fault fault;
    int faults = -1;

    *out = (struct lab_catalogue){0};
    /* ldns takes 64 KiB for each record that it reads: do not hand them back to the kernel in
     * between, which would cost as much as the reading */
    (void)mallopt(M_TRIM_THRESHOLD, 16 << 20);
    if (know(paths, &k, &fault) != 0) {
        (void)lab_complaint(fault.status, "%s", fault.what);
    } else {
        const struct lab_lint_context context = {.rules_path = k.rules,
                                                 .home = k.home,
                                                 .damage = k.damages,
                                                 .damage_count = k.damage.count,
                                                 .behaviours = k.behaviours,
                                                 .behaviours_count = k.behaviours_count,
                                                 .certs = k.cert_names,
                                                 .certs_count = k.recipes->list_count,
                                                 .element = element_at,
                                                 .recipes = k.recipes,
                                                 .records = lab_zone_check};

        faults = lab_catalogue_load(root, &context, report, NULL, out);
    }
    forget(&k);
    return faults;
}

void lab_suite_open(struct lab_suite *suite)
{
    char *root;

    memset(suite, 0, sizeof(*suite));
    suite->paths = lab_paths_find();
    root = lab_format("%s/scenarios", suite->paths->source);
    suite->faults = lab_suite_load(suite->paths, root, &suite->catalogue);
    free(root);
    if (suite->faults < 0)
        exit(EX_DATAERR);
}

void lab_suite_close(struct lab_suite *suite)
{
    lab_catalogue_free(&suite->catalogue);
}

void lab_suite_rules(const struct lab_paths *paths, struct lab_rules *out)
{
    char *path = lab_format("%s/scenarios/rules.tsv", paths->source);
    struct lab_fault fault;

    if (lab_rules_load(path, out, &fault) != 0)
        exit(lab_complaint(fault.status, "%s", fault.what));
    free(path);
}

size_t lab_controls(const struct lab_suite *suite, struct lab_scenario ***out)
{
    size_t count = 0;

    *out = lab_calloc(suite->catalogue.count, sizeof(struct lab_scenario *));
    for (size_t i = 0; i < suite->catalogue.count; i++)
        if (lab_scenario_tagged(suite->catalogue.list[i], LAB_CONTROL_TAG) &&
            suite->catalogue.list[i]->family == LAB_FAMILY_BOTH)
            (*out)[count++] = suite->catalogue.list[i];
    return count;
}

int lab_take_resolver(const char *name, const struct lab_resolver **out)
{
    struct lab_text known = {0};

    *out = lab_resolver_find(name);
    if (*out != NULL)
        return 0;
    for (size_t i = 0; lab_resolver_at(i) != NULL; i++)
        lab_text_put(&known, "%s%s", i > 0 ? ", " : "", lab_resolver_at(i)->name);
    (void)lab_complaint(2, "--resolver: no resolver \"%s\"; expected one of %s", name, known.text);
    free(known.text);
    return -1;
}

int lab_take_profile(const char *name, const char **out)
{
    struct lab_text known = {0};

    *out = name != NULL ? name : LAB_DEFAULT_PROFILE;
    for (size_t i = 0; lab_profile_at(i) != NULL; i++) {
        if (strcmp(lab_profile_at(i), *out) == 0) {
            free(known.text);
            return 0;
        }
        lab_text_put(&known, "%s%s", i > 0 ? ", " : "", lab_profile_at(i));
    }
    (void)lab_complaint(2, "--profile: no profile \"%s\"; expected one of %s", *out, known.text);
    free(known.text);
    return -1;
}

int lab_take_policy(const char *name, enum lab_policy *out)
{
    if (lab_policy_find(name, out))
        return 0;
    return lab_complaint(-1, "--policy: no policy \"%s\"; expected dane, dane-only, may or encrypt",
                         name);
}
