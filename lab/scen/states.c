/* states.c - the files of zones/states. */
#include "scen/states.h"

#include <glob.h>
#include <stdlib.h>
#include <string.h>

#include "scen/check.h"
#include "scen/lint.h"
#include "scen/words.h"

struct states_loading {
    const struct lab_lint_context *context;
    void (*report)(void *self, const char *line);
    void *self;
    struct lab_states *out;
    int faults;
};

static void take_defaults(struct lab_scenario *s, const struct lab_state_file *file,
                          struct lab_source *source)
{
    lab_zone_defaults(s->zones, s->zones_count, source);
    for (unsigned i = 0; i < s->zones_count; i++) {
        if (s->zones[i].records == NULL)
            s->zones[i].records = lab_strdup(file->base);
    }
}

static void lint_name(const struct states_loading *in, const struct lab_scenario *s,
                      struct lab_source *source)
{
    if (lab_lint_id_fault(s->id) != NULL)
        lab_complain(source, lab_place("name"),
                     "name `%.60s`; expected up to 40 lower-case letters, digits, single hyphens",
                     s->id);
    for (size_t i = 0; i < in->out->count; i++) {
        if (strcmp(in->out->list[i]->id, s->id) == 0)
            lab_complain(source, lab_place("name"), "state `%s` is in %s already; expected it once",
                         s->id, in->out->list[i]->path);
    }
}

static void take_state(struct states_loading *in, struct lab_source *source,
                       const struct lab_state_file *file, unsigned index)
{
    struct lab_scenario *s = &file->states[index];
    char *within = lab_format("states[%u].", index);
    const struct lab_lint lint = {s, source, in->context, NULL};

    source->within = within;
    take_defaults(s, file, source);
    lint_name(in, s, source);
    lab_lint_world(&lint);
    lab_lint_prove(&lint);
    source->within = NULL;
    free(within);
    s->path = lab_strdup(source->path);
    in->out->list = lab_realloc(in->out->list, in->out->count + 1, sizeof(struct lab_scenario *));
    in->out->list[in->out->count++] = s;
}

static void load_file(struct states_loading *in, const char *path)
{
    struct lab_source source;
    struct lab_states *out = in->out;
    cyaml_data_t *data = NULL;

    if (lab_source_open(&source, path, false, in->report, in->self))
        lab_check(&source, &lab_states_schema);
    if (source.faults == 0 &&
        cyaml_load_data((const uint8_t *)source.text, source.len, &lab_cyaml_config,
                        &lab_states_schema, &data, NULL) != CYAML_OK)
        lab_complain(&source, lab_place("%s", ""), "libcyaml does not load it; expected states");
    if (data != NULL) {
        struct lab_state_file *file = (struct lab_state_file *)data;

        out->files = lab_realloc(out->files, out->files_count + 1, sizeof(file));
        out->files[out->files_count++] = file;
        for (unsigned i = 0; i < file->states_count; i++)
            take_state(in, &source, file, i);
    }
    in->faults += source.faults;
    lab_source_close(&source);
}

/* What nothing shows: one line each, at the directory. */
static void complain_missing(struct states_loading *in, const char *dir, const char *what,
                             const char *name, const char *expected)
{
    char *line = lab_format("%s:1:1: %s `%s` is shown by no state; expected one with %s", dir, what,
                            name, expected);

    in->report(in->self, line);
    in->faults++;
    free(line);
}

static bool proves(const struct lab_scenario *s, enum lab_security is)
{
    for (unsigned i = 0; i < s->prove_count; i++) {
        if (s->prove[i].is == is)
            return true;
    }
    return false;
}

static bool shows_recipe(const struct lab_scenario *s, const struct lab_known_damage *d)
{
    for (unsigned i = 0; i < s->zones_count; i++) {
        for (unsigned j = 0; j < s->zones[i].damage_count; j++) {
            if (strcmp(s->zones[i].damage[j].recipe, d->name) == 0 && proves(s, d->makes))
                return true;
        }
    }
    return false;
}

static bool shows_fault(const struct lab_scenario *s, enum lab_serve_as as)
{
    for (unsigned i = 0; i < s->zones_count; i++) {
        for (unsigned j = 0; j < s->zones[i].serve_count; j++) {
            if (s->zones[i].serve[j].as == as)
                return true;
        }
    }
    return false;
}

static void lint_complete(struct states_loading *in, const char *dir)
{
    const struct lab_states *all = in->out;

    for (size_t d = 0; d < in->context->damage_count; d++) {
        const struct lab_known_damage *damage = &in->context->damage[d];
        bool shown = false;

        for (size_t i = 0; i < all->count && !shown; i++)
            shown = shows_recipe(all->list[i], damage);
        if (!shown)
            complain_missing(in, dir, "recipe", damage->name, lab_security_name(damage->makes));
    }
    for (int as = 0; as < LAB_SERVE_COUNT; as++) {
        bool shown = false;

        for (size_t i = 0; i < all->count && !shown; i++)
            shown = shows_fault(all->list[i], (enum lab_serve_as)as);
        if (!shown)
            complain_missing(in, dir, "fault", lab_serve_words[as].str, "`serve`");
    }
}

int lab_states_load(const char *dir, const struct lab_lint_context *context,
                    void (*report)(void *self, const char *line), void *self,
                    struct lab_states *out)
{
    struct states_loading in = {.context = context, .report = report, .self = self, .out = out};
    char *pattern = lab_format("%s/*.yaml", dir);
    glob_t found;

    memset(out, 0, sizeof(*out));
    if (glob(pattern, 0, NULL, &found) != 0) {
        char *line = lab_format("%s:1:1: no files; expected states in *.yaml", dir);

        report(self, line);
        free(line);
        free(pattern);
        return -1;
    }
    for (size_t i = 0; i < found.gl_pathc; i++)
        load_file(&in, found.gl_pathv[i]);
    if (in.faults == 0)
        lint_complete(&in, dir);
    globfree(&found);
    free(pattern);
    return in.faults;
}

void lab_states_free(struct lab_states *states)
{
    for (size_t i = 0; i < states->count; i++)
        free(states->list[i]->path);
    free(states->list);
    for (size_t i = 0; i < states->files_count; i++)
        (void)cyaml_free(&lab_cyaml_config, &lab_states_schema, states->files[i], 0);
    free(states->files);
    memset(states, 0, sizeof(*states));
}
