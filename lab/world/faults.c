/* faults.c - the rows of the fault server, from the zones of all scenarios. */
#include <ldns/ldns.h>
#include <stdlib.h>
#include <string.h>

#include "world/internal.h"

/* Absolute name of an owner that is relative to a zone; "*" is every name below the zone. */
static char *owner_of(const struct lab_scenario *s, const struct lab_zone *z, const char *owner)
{
    char *zone = lab_scenario_name(s, z->name);
    char *out;

    if (strcmp(owner, "@") == 0)
        return zone;
    out = owner[strlen(owner) - 1] == '.' ? lab_strdup(owner) : lab_format("%s.%s", owner, zone);
    free(zone);
    return out;
}

static void add_row(struct lab_world *w, const struct lab_scenario *s, const struct lab_zone *z,
                    const struct lab_serve *serve)
{
    w->faults = lab_realloc(w->faults, w->faults_count + 1, sizeof(*w->faults));
    w->faults[w->faults_count++] = (struct lab_dns_fault){
        owner_of(s, z, serve->owner),
        serve->type != NULL ? (uint16_t)ldns_get_rr_type_by_name(serve->type) : 0, serve->as};
}

void lab_world_make_faults(struct lab_world *w)
{
    for (size_t i = 0; i < w->count; i++) {
        const struct lab_scenario *s = w->scenarios[i];

        for (unsigned j = 0; j < s->zones_count; j++) {
            for (unsigned k = 0; k < s->zones[j].serve_count; k++)
                add_row(w, s, &s->zones[j], &s->zones[j].serve[k]);
        }
    }
}

void lab_world_free_faults(struct lab_world *w)
{
    for (size_t i = 0; i < w->faults_count; i++)
        free(w->faults[i].owner);
    free(w->faults);
}
