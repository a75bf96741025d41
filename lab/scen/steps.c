/* steps.c - a scenario's world step by step, see steps.h. */
#include "scen/steps.h"

#include <stdlib.h>
#include <string.h>

unsigned lab_step_time(const char *text)
{
    static const struct {
        const char *unit;
        unsigned seconds;
    } units[] = {{"s", 1}, {"m", 60}, {"h", 3600}, {"d", 86400}};
    size_t digits = strspn(text, "0123456789");

    if (digits == 0 || digits > 7)
        return 0;
    for (size_t i = 0; i < LAB_COUNT(units); i++) {
        unsigned long n = strtoul(text, NULL, 10) * units[i].seconds;

        if (strcmp(text + digits, units[i].unit) == 0)
            return n <= LAB_LATEST ? (unsigned)n : 0;
    }
    return 0;
}

const struct lab_zone *lab_zone_named(const struct lab_zone *list, unsigned count, const char *name)
{
    for (unsigned i = 0; i < count; i++) {
        if (strcmp(list[i].name, name) == 0)
            return &list[i];
    }
    return NULL;
}

static void take_zones(struct lab_scenario *to, const struct lab_scenario *before,
                       const struct lab_later *step)
{
    to->zones = lab_calloc(before->zones_count, sizeof(*to->zones));
    to->zones_count = 0;
    for (unsigned i = 0; i < step->zones_count; i++) {
        const struct lab_zone *z = &step->zones[i];
        const struct lab_zone *old = lab_zone_named(before->zones, before->zones_count, z->name);

        if (old == NULL || lab_zone_named(to->zones, to->zones_count, z->name) != NULL)
            continue;
        to->zones[to->zones_count] = *z;
        /* its server stays as it is */
        to->zones[to->zones_count].serve = old->serve;
        to->zones[to->zones_count].serve_count = old->serve_count;
        to->zones[to->zones_count].spare = old->spare;
        to->zones[to->zones_count++].from = to->now;
    }
    for (unsigned i = 0; i < before->zones_count; i++) {
        if (lab_zone_named(step->zones, step->zones_count, before->zones[i].name) == NULL)
            to->zones[to->zones_count++] = before->zones[i];
    }
}

/* In their old order: it is that of their addresses. */
static void take_hosts(struct lab_scenario *to, const struct lab_scenario *before,
                       const struct lab_later *step)
{
    to->hosts = lab_calloc(before->hosts_count, sizeof(*to->hosts));
    for (unsigned i = 0; i < before->hosts_count; i++)
        to->hosts[i] = before->hosts[i];
    for (unsigned i = 0; i < step->hosts_count; i++) {
        for (unsigned j = 0; j < to->hosts_count; j++) {
            if (strcmp(to->hosts[j].name, step->hosts[i].name) == 0) {
                to->hosts[j] = step->hosts[i];
                to->hosts[j].from = to->now;
            }
        }
    }
}

void lab_steps_make(struct lab_scenario *s)
{
    s->later = lab_calloc(s->steps_count, sizeof(*s->later));
    for (unsigned i = 0; i < s->steps_count; i++) {
        const struct lab_later *step = &s->steps[i];
        const struct lab_scenario *before = i == 0 ? s : &s->later[i - 1];
        struct lab_scenario *to = &s->later[i];

        *to = *s;
        to->steps = NULL;
        to->steps_count = 0;
        to->later = NULL;
        to->now = lab_step_time(step->at);
        take_zones(to, before, step);
        take_hosts(to, before, step);
        to->prove = step->prove;
        to->prove_count = step->prove_count;
    }
}

void lab_steps_follow(struct lab_scenario *s)
{
    for (unsigned i = 0; i < s->steps_count; i++)
        s->later[i].block = s->block;
}

void lab_steps_free(struct lab_scenario *s)
{
    for (unsigned i = 0; s->later != NULL && i < s->steps_count; i++) {
        free(s->later[i].zones);
        free(s->later[i].hosts);
    }
    free(s->later);
    s->later = NULL;
}
