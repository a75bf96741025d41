/* lint_steps.c - the steps of a scenario: times, what they change, and the world at each of them.
 */
#include <string.h>

#include "scen/lint.h"
#include "scen/steps.h"

static const char *zone_name(const void *list, size_t i)
{
    return ((const struct lab_zone *)list)[i].name;
}

static void lint_time(const struct lab_lint *l, unsigned i)
{
    const struct lab_scenario *s = l->scenario;
    struct lab_place place = lab_place("steps[%u].at", i);
    unsigned now = lab_step_time(s->steps[i].at);

    if (now == 0)
        lab_complain(l->source, place,
                     "`%.40s` is no time; expected one such as 90s, 5m, 2h or 25d, at most 60d",
                     s->steps[i].at);
    else if (i > 0 && now <= lab_step_time(s->steps[i - 1].at))
        lab_complain(l->source, place,
                     "%s is not later than the step before (%s); expected times in order, "
                     "counted from the start",
                     s->steps[i].at, s->steps[i - 1].at);
}

/* What a step may change of a zone: records, keys and damage, not who serves it. */
static void lint_zone(const struct lab_lint *l, unsigned i, unsigned n)
{
    const struct lab_scenario *s = l->scenario;
    const struct lab_zone *z = &s->steps[i].zones[n];
    struct lab_place place = lab_place("steps[%u].world.zones[%u].name", i, n);
    const struct lab_zone *of = lab_zone_named(s->zones, s->zones_count, z->name);

    if (of == NULL)
        lab_lint_unknown(l, place, "zone", z->name, zone_name, s->zones, s->zones_count,
                         "the name of one of world.zones");
    else if (z->served != of->served || z->serve_count > 0 || z->spare)
        lab_complain(l->source, place,
                     "the server of zone %.80s changes at a step; expected neither `served` nor "
                     "`serve` nor `spare`",
                     z->name);
    for (unsigned k = 0; k < n; k++) {
        if (strcmp(s->steps[i].zones[k].name, z->name) == 0)
            lab_complain(l->source, place, "zone %.80s again; expected it once", z->name);
    }
}

static void lint_host(const struct lab_lint *l, unsigned i, unsigned n)
{
    const struct lab_scenario *s = l->scenario;
    const char *name = s->steps[i].hosts[n].name;
    struct lab_place place = lab_place("steps[%u].world.hosts[%u].name", i, n);
    const struct lab_known_behaviour *now = lab_lint_behaviour(l, &s->steps[i].hosts[n]);
    const struct lab_known_behaviour *first = NULL;
    bool known = false;

    for (unsigned k = 0; k < s->hosts_count; k++) {
        if (strcmp(s->hosts[k].name, name) != 0)
            continue;
        known = true;
        first = lab_lint_behaviour(l, &s->hosts[k]);
    }
    if (now != NULL && first != NULL && now->reachable != first->reachable)
        lab_complain(l->source, place,
                     "routes to host %.80s come or go at a step; expected a behaviour that is %s",
                     name, first->reachable ? "reachable" : "unreachable, as before");
    if (!known)
        lab_lint_unknown(l, place, "host", name, lab_lint_host_name, s->hosts, s->hosts_count,
                         "the name of one of world.hosts");
    for (unsigned k = 0; k < n; k++) {
        if (strcmp(s->steps[i].hosts[k].name, name) == 0)
            lab_complain(l->source, place, "host %.80s again; expected it once", name);
    }
}

/* Records can be compared only where the step before has asked the same. */
static void lint_compared(const struct lab_lint *l, const struct lab_scenario *before, unsigned i)
{
    const struct lab_later *step = &l->scenario->steps[i];

    for (unsigned n = 0; n < step->prove_count; n++) {
        const struct lab_prove *p = &step->prove[n];
        bool asked = p->records == LAB_RECORDS_ANY;

        for (unsigned k = 0; k < before->prove_count && !asked; k++)
            asked =
                strcmp(before->prove[k].dns, p->dns) == 0 && before->prove[k].answer == p->answer;
        if (!asked)
            lab_complain(l->source, lab_place("steps[%u].prove[%u].records", i, n),
                         "the step before does not prove data for `%.80s`; expected it to", p->dns);
    }
}

/* The world at a step, by the rules for all worlds. Hosts are pointed to by their list. */
static void lint_world(const struct lab_lint *l, unsigned i)
{
    const struct lab_lint at = {&l->scenario->later[i], l->source, l->context, l->rules};
    struct lab_place within = lab_place("steps[%u].", i);

    l->source->within = within.text;
    lab_lint_world(&at);
    lab_lint_records(&at);
    lab_lint_prove(&at);
    l->source->within = NULL;
}

/* A signature cannot be left to age where there is no later. */
static void lint_resigned(const struct lab_lint *l)
{
    const struct lab_scenario *s = l->scenario;

    for (unsigned i = 0; i < s->zones_count; i++) {
        const struct lab_zone *z = &s->zones[i];

        if (!z->resigned && (s->steps_count == 0 || !z->is_signed))
            lab_complain(l->source, lab_place("world.zones[%u].resigned", i),
                         "`resigned: false` of a zone %s; expected steps and a signed zone",
                         z->is_signed ? "of a file without steps" : "that is not signed");
    }
}

void lab_lint_steps(const struct lab_lint *l)
{
    const struct lab_scenario *s = l->scenario;
    int before = l->source->faults;

    lint_resigned(l);
    if (s->steps_count > 0 && s->attempts != s->steps_count + 1)
        lab_complain(l->source, lab_place("attempts"),
                     "attempts beside steps; expected none: there is one before the first step "
                     "and one after each");
    for (unsigned i = 0; i < s->steps_count; i++) {
        const struct lab_later *step = &s->steps[i];

        lint_time(l, i);
        for (unsigned n = 0; n < step->zones_count; n++)
            lint_zone(l, i, n);
        for (unsigned n = 0; n < step->hosts_count; n++)
            lint_host(l, i, n);
        lint_compared(l, i == 0 ? s : &s->later[i - 1], i);
    }
    /* otherwise every mistake would be told once for each step */
    for (unsigned i = 0; i < s->steps_count && l->source->faults == before; i++)
        lint_world(l, i);
}
