/* load.c - from files to a catalogue: parse, check, load, lint, give out addresses. */
#include <errno.h>
#include <fts.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "scen/check.h"
#include "scen/family.h"
#include "scen/lint.h"
#include "scen/steps.h"

#define BLOCKS 8192 /* of 16 addresses in 198.18.0.0/15 */

struct entry {
    char *path;
    struct lab_source source;
    struct lab_scenario *scenario; /* NULL: the file does not even load */
};

struct loading {
    const struct lab_lint_context *context;
    void (*report)(void *self, const char *line);
    void *self;
    const char *only; /* report on this path only; NULL: all */
    struct lab_rules rules;
    struct entry *list;
    size_t count;
    struct lab_catalogue home; /* where twins are that are not in the list; only if there are any */
};

void lab_scenario_free(struct lab_scenario *s)
{
    if (s == NULL)
        return;
    lab_steps_free(s);
    free(s->path);
    free(s->topic);
    free(s->text);
    (void)cyaml_free(&lab_cyaml_config, &lab_scenario_schema, s, 0);
}

static bool ends_in(const char *s, const char *end)
{
    size_t a = strlen(s);
    size_t b = strlen(end);

    return a > b && strcmp(s + a - b, end) == 0;
}

static int by_path(const FTSENT **a, const FTSENT **b)
{
    return strcmp((*a)->fts_name, (*b)->fts_name);
}

static void add_path(struct loading *in, const char *path)
{
    char *only = in->only != NULL ? realpath(in->only, NULL) : NULL;
    char *whole = in->only != NULL ? realpath(path, NULL) : NULL;
    /* the file that was asked for keeps the name it was asked for by */
    bool same = only != NULL && whole != NULL && strcmp(only, whole) == 0;

    in->list = lab_realloc(in->list, in->count + 1, sizeof(*in->list));
    memset(&in->list[in->count], 0, sizeof(*in->list));
    in->list[in->count++].path = lab_strdup(same ? in->only : path);
    free(only);
    free(whole);
}

/* Collect the paths of all scenario files below root. */
static int collect(struct loading *in, const char *root)
{
    char *copy = lab_strdup(root);
    char *roots[] = {copy, NULL};
    FTS *tree = fts_open(roots, FTS_LOGICAL | FTS_NOCHDIR, by_path);
    int failed = tree == NULL ? errno : 0;
    FTSENT *e;

    while (tree != NULL && (e = fts_read(tree)) != NULL) {
        if (e->fts_info == FTS_DNR || e->fts_info == FTS_ERR || e->fts_info == FTS_NS)
            failed = e->fts_errno;
        if (e->fts_info == FTS_F && ends_in(e->fts_name, ".yaml") && e->fts_name[0] != '.')
            add_path(in, e->fts_path);
    }
    if (tree != NULL)
        (void)fts_close(tree);
    free(copy);
    errno = failed;
    return failed == 0 ? 0 : -1;
}

void lab_zone_defaults(struct lab_zone *zones, unsigned count, struct lab_source *source)
{
    for (unsigned i = 0; i < count; i++) {
        struct lab_zone *z = &zones[i];

        if (z->name == NULL)
            z->name = lab_strdup("@");
        if (!lab_source_has(source, lab_place("world.zones[%u].signed", i)))
            z->is_signed = true;
        if (!lab_source_has(source, lab_place("world.zones[%u].served", i)))
            z->served = true;
        if (!lab_source_has(source, lab_place("world.zones[%u].resigned", i)))
            z->resigned = true;
    }
}

static void host_defaults(struct lab_host *hosts, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        if (hosts[i].smtp == NULL)
            hosts[i].smtp = lab_strdup("starttls");
    }
}

static void defaults(struct lab_scenario *s, struct lab_source *source)
{
    if (s->attempts == 0)
        s->attempts = s->steps_count + 1;
    lab_zone_defaults(s->zones, s->zones_count, source);
    host_defaults(s->hosts, s->hosts_count);
    for (unsigned i = 0; i < s->steps_count; i++) {
        struct lab_place within = lab_place("steps[%u].", i);

        source->within = within.text;
        lab_zone_defaults(s->steps[i].zones, s->steps[i].zones_count, source);
        host_defaults(s->steps[i].hosts, s->steps[i].hosts_count);
        source->within = NULL;
    }
    lab_steps_make(s);
}

/* The last directory of a path, "" if it has none. */
static char *directory_of(const char *path)
{
    const char *end = strrchr(path, '/');
    const char *begin = end;

    while (begin != NULL && begin > path && begin[-1] != '/')
        begin--;
    return end == NULL ? lab_strdup("") : lab_strndup(begin, (size_t)(end - begin));
}

/* From an open source: schema and defaults; scenario stays NULL when there are faults. */
static void read_source(struct entry *e, bool open)
{
    cyaml_data_t *data = NULL;
    cyaml_err_t err;

    if (open)
        lab_check(&e->source, &lab_scenario_schema);
    if (!open || e->source.faults > 0)
        return;
    err = cyaml_load_data((const uint8_t *)e->source.text, e->source.len, &lab_cyaml_config,
                          &lab_scenario_schema, &data, NULL);
    if (err != CYAML_OK) {
        lab_complain(&e->source, lab_place("%s", ""), "libcyaml says \"%s\"; expected a scenario",
                     cyaml_strerror(err));
        return;
    }
    e->scenario = (struct lab_scenario *)data;
    e->scenario->path = lab_strdup(e->path);
    e->scenario->topic = directory_of(e->path);
    defaults(e->scenario, &e->source);
}

static bool is_silent(const struct loading *in, const char *path)
{
    return in->only != NULL && strcmp(in->only, path) != 0;
}

static void read_entry(struct loading *in, struct entry *e)
{
    read_source(e,
                lab_source_open(&e->source, e->path, is_silent(in, e->path), in->report, in->self));
}

static void lint_entry(struct loading *in, struct entry *e)
{
    struct lab_lint lint;

    if (e->scenario == NULL)
        return;
    lint = (struct lab_lint){e->scenario, &e->source, in->context,
                             in->context->rules_path != NULL ? &in->rules : NULL};
    lab_lint_scenario(&lint);
}

/* Behind the last entry: that of a file without fault, in one of its families. */
static void add_family(struct loading *in, size_t of, enum lab_family family)
{
    char *text = lab_family_text(in->list[of].source.text, in->list[of].scenario->id, family);
    struct entry e = {.path = lab_strdup(in->list[of].path)};

    read_source(&e, lab_source_open_text(&e.source, e.path, lab_strdup(text), is_silent(in, e.path),
                                         in->report, in->self));
    if (e.scenario != NULL) {
        e.scenario->family = family;
        e.scenario->text = text;
    } else {
        free(text);
    }
    lint_entry(in, &e);
    in->list = lab_realloc(in->list, in->count + 1, sizeof(*in->list));
    in->list[in->count++] = e;
}

static void add_families(struct loading *in)
{
    const size_t count = in->count;

    for (size_t i = 0; i < count; i++) {
        const struct lab_scenario *s = in->list[i].source.faults == 0 ? in->list[i].scenario : NULL;

        for (unsigned f = 0; s != NULL && f < s->families_count; f++)
            add_family(in, i, s->families[f]);
    }
}

static struct lab_scenario *find_entry(const struct loading *in, const char *id)
{
    for (size_t i = 0; i < in->count; i++) {
        if (in->list[i].scenario != NULL && strcmp(in->list[i].scenario->id, id) == 0)
            return in->list[i].scenario;
    }
    return NULL;
}

static void ignore(void *self, const char *line)
{
    (void)self;
    (void)line;
}

/* Files that lie elsewhere than the lab's own may have twins among those: load them, if so. */
static void visit_home(struct loading *in)
{
    struct lab_lint_context context = *in->context;
    bool away = false;

    for (size_t i = 0; i < in->count && !away; i++) {
        const struct lab_scenario *s = in->list[i].scenario;

        away = s != NULL && s->twin != NULL && find_entry(in, s->twin) == NULL;
    }
    context.home = NULL;
    if (away && in->context->home != NULL)
        (void)lab_catalogue_load(in->context->home, &context, ignore, NULL, &in->home);
}

/* The twin that differs in one fact is the one of the same family, if there is one. */
static void pair_families(const struct loading *in)
{
    for (size_t i = 0; i < in->count; i++) {
        struct lab_scenario *s = in->list[i].scenario;
        char *twin = s != NULL && s->family != LAB_FAMILY_BOTH && s->twin != NULL
                         ? lab_family_id(s->twin, s->family)
                         : NULL;

        if (twin != NULL &&
            (find_entry(in, twin) != NULL || lab_catalogue_find(&in->home, twin) != NULL)) {
            free(s->twin);
            s->twin = twin;
        } else {
            free(twin);
        }
    }
}

static int by_id(const void *a, const void *b)
{
    const struct entry *x = a;
    const struct entry *y = b;
    int diff;

    if (x->scenario == NULL || y->scenario == NULL)
        return (x->scenario == NULL) - (y->scenario == NULL);
    diff = strcmp(x->scenario->id, y->scenario->id);
    return diff != 0 ? diff : strcmp(x->path, y->path);
}

/* FNV-1a, so that a scenario keeps its addresses when others come and go (but for the rare
 * neighbour). */
static unsigned home(const char *id)
{
    uint32_t h = 2166136261U;

    for (; *id != '\0'; id++)
        h = (h ^ (unsigned char)*id) * 16777619U;
    return 1 + h % (BLOCKS - 1);
}

static void give_blocks(struct loading *in, size_t count)
{
    bool *used = lab_calloc(BLOCKS, sizeof(*used));

    for (size_t i = 0; i < count && i < BLOCKS - 1; i++) {
        unsigned block = home(in->list[i].scenario->id);

        while (used[block])
            block = block == BLOCKS - 1 ? 1 : block + 1;
        used[block] = true;
        in->list[i].scenario->block = block;
        lab_steps_follow(in->list[i].scenario);
    }
    free(used);
}

static void lint_together(struct loading *in)
{
    struct lab_lint *lints = lab_calloc(in->count, sizeof(*lints));
    size_t count = 0;

    if (in->count > 0)
        qsort(in->list, in->count, sizeof(*in->list), by_id);
    while (count < in->count && in->list[count].scenario != NULL) {
        lints[count] =
            (struct lab_lint){in->list[count].scenario, &in->list[count].source, in->context, NULL};
        count++;
    }
    lab_lint_catalogue(lints, count, &in->home);
    give_blocks(in, count);
    free(lints);
}

/* Hand over what is without fault, release the rest, count the faults that were reported. */
static int finish(struct loading *in, struct lab_catalogue *out)
{
    int faults = 0;

    out->list = lab_calloc(in->count, sizeof(struct lab_scenario *));
    for (size_t i = 0; i < in->count; i++) {
        struct entry *e = &in->list[i];
        bool wanted = !is_silent(in, e->path);

        if (wanted)
            faults += e->source.faults;
        if (wanted && e->source.faults == 0 && e->scenario != NULL)
            out->list[out->count++] = e->scenario;
        else
            lab_scenario_free(e->scenario);
        lab_source_close(&e->source);
        free(e->path);
    }
    free(in->list);
    return faults;
}

/* For a single file NN-topic/ID.yaml: the directory that holds the topics, or NULL. */
static char *catalogue_of(const char *path)
{
    char *topic = directory_of(path);
    char *whole = realpath(path, NULL);
    char *out = NULL;

    if (whole != NULL && topic[0] == '\0') {
        free(topic);
        topic = directory_of(whole);
    }
    if (whole != NULL && strspn(topic, "0123456789") == 2 && topic[2] == '-') {
        *strrchr(whole, '/') = '\0';
        *strrchr(whole, '/') = '\0';
        out = lab_strdup(whole[0] != '\0' ? whole : "/");
    }
    free(topic);
    free(whole);
    return out;
}

static int refuse(struct loading *in, const char *what)
{
    in->report(in->self, what);
    lab_rules_free(&in->rules);
    for (size_t i = 0; i < in->count; i++)
        free(in->list[i].path);
    free(in->list);
    return -1;
}

int lab_catalogue_load(const char *root, const struct lab_lint_context *context,
                       void (*report)(void *self, const char *line), void *self,
                       struct lab_catalogue *out)
{
    struct loading in = {.context = context, .report = report, .self = self};
    struct lab_fault fault;
    struct stat st;
    char *parent = NULL;
    int faults;
    int failed;

    memset(out, 0, sizeof(*out));
    if (context->rules_path != NULL && lab_rules_load(context->rules_path, &in.rules, &fault) != 0)
        return refuse(&in, fault.what);
    if (stat(root, &st) == 0 && S_ISREG(st.st_mode)) {
        if (!ends_in(root, ".yaml")) {
            (void)lab_fail(&fault, EX_NOINPUT,
                           "%s: not a scenario; expected a file ID.yaml or a directory", root);
            return refuse(&in, fault.what);
        }
        in.only = root;
        parent = catalogue_of(root);
    }
    failed = collect(&in, parent != NULL ? parent : root);
    if (failed != 0)
        (void)lab_fail_errno(&fault, "%s", root);
    free(parent);
    if (failed != 0)
        return refuse(&in, fault.what);
    for (size_t i = 0; i < in.count; i++) {
        read_entry(&in, &in.list[i]);
        lint_entry(&in, &in.list[i]);
    }
    add_families(&in);
    visit_home(&in);
    pair_families(&in);
    lint_together(&in);
    faults = finish(&in, out);
    lab_catalogue_free(&in.home);
    lab_rules_free(&in.rules);
    return faults;
}

struct lab_scenario *lab_scenario_load(const char *path,
                                       void (*report)(void *self, const char *line), void *self)
{
    struct loading in = {.report = report, .self = self};
    struct entry e = {.path = lab_strdup(path)};

    read_entry(&in, &e);
    lab_source_close(&e.source);
    free(e.path);
    return e.scenario;
}

int lab_scenario_text(const struct lab_scenario *s, char **out, struct lab_fault *fault)
{
    if (s->text == NULL)
        return lab_file_read(s->path, out, NULL, fault);
    *out = lab_strdup(s->text);
    return 0;
}

void lab_catalogue_free(struct lab_catalogue *c)
{
    for (size_t i = 0; i < c->count; i++)
        lab_scenario_free(c->list[i]);
    free(c->list);
    memset(c, 0, sizeof(*c));
}

static int id_is(const void *id, const void *scenario)
{
    return strcmp(id, (*(struct lab_scenario *const *)scenario)->id);
}

const struct lab_scenario *lab_catalogue_find(const struct lab_catalogue *c, const char *id)
{
    struct lab_scenario *const *found =
        c->count == 0 ? NULL : bsearch(id, c->list, c->count, sizeof(struct lab_scenario *), id_is);

    return found == NULL ? NULL : *found;
}
