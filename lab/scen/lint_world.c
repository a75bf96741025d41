/* lint_world.c - zones, damage, hosts and proofs of a scenario. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "scen/lint.h"

static const char *damage_name(const void *list, size_t i)
{
    return ((const struct lab_known_damage *)list)[i].name;
}

static const char *behaviour_name(const void *list, size_t i)
{
    return ((const struct lab_known_behaviour *)list)[i].name;
}

static void lint_owner(const struct lab_lint *l, const struct lab_zone *z, const char *owner,
                       struct lab_place place)
{
    char *zone = lab_scenario_name(l->scenario, z->name);
    size_t zone_len = strlen(zone);
    size_t len = strlen(owner);
    bool absolute = owner[len - 1] == '.';
    bool inside = !absolute || (len >= zone_len && strcasecmp(owner + len - zone_len, zone) == 0);

    if (strcmp(owner, "@") != 0 && !lab_lint_name_ok(owner))
        lab_complain(l->source, place,
                     "`%.80s` is no domain name; expected an owner relative to the zone, or @",
                     owner);
    else if (!inside)
        lab_complain(l->source, place,
                     "owner %.80s is not in the zone %.80s; expected a name of this zone", owner,
                     zone);
    free(zone);
}

static void lint_damage(const struct lab_lint *l, unsigned zone, unsigned i)
{
    const struct lab_zone *z = &l->scenario->zones[zone];
    const struct lab_damage *d = &z->damage[i];
    const struct lab_lint_context *c = l->context;
    struct lab_place place = lab_place("world.zones[%u].damage[%u].recipe", zone, i);
    const struct lab_known_damage *known = NULL;

    for (size_t k = 0; c->damage != NULL && k < c->damage_count && known == NULL; k++) {
        if (strcmp(c->damage[k].name, d->recipe) == 0)
            known = &c->damage[k];
    }
    if (c->damage != NULL && known == NULL)
        lab_lint_unknown(l, place, "damage recipe", d->recipe, damage_name, c->damage,
                         c->damage_count, "a recipe of zones/damage.yaml");
    if ((d->owner == NULL) != (d->type == NULL))
        lab_complain(l->source, place, "damage with %s only; expected owner and type, or neither",
                     d->owner != NULL ? "an owner" : "a type");
    else if (known != NULL && known->on_rrset != (d->owner != NULL))
        lab_complain(l->source, place, "recipe %s %s; expected %s", d->recipe,
                     known->on_rrset ? "damages one RRset" : "damages the whole zone",
                     known->on_rrset ? "owner and type" : "neither owner nor type");
    if (d->owner != NULL)
        lint_owner(l, z, d->owner, lab_place("world.zones[%u].damage[%u].owner", zone, i));
    if (d->type != NULL)
        (void)lab_lint_type(l, lab_place("world.zones[%u].damage[%u].type", zone, i), d->type);
}

/* The real server knows all zones: asked for one above, it answers from the one below. */
static void lint_above(const struct lab_lint *l, unsigned zone)
{
    const struct lab_zone *z = &l->scenario->zones[zone];
    char *name = lab_scenario_name(l->scenario, z->name);
    const char *up = name + strcspn(name, ".");
    const struct lab_zone *above = *up != '\0' ? lab_lint_zone_of(l->scenario, up + 1) : NULL;

    if (z->serve_count > 0 && above != NULL && above->served)
        lab_complain(
            l->source, lab_place("world.zones[%u].name", zone),
            "faults in the zone %.80s, for which the server of %.80s would answer; expected "
            "a zone below %s--WORD.example.",
            z->name, above->name, l->scenario->id);
    free(name);
}

static void lint_serve(const struct lab_lint *l, unsigned zone)
{
    const struct lab_zone *z = &l->scenario->zones[zone];

    for (unsigned i = 0; i < z->serve_count; i++) {
        const struct lab_serve *s = &z->serve[i];
        struct lab_place place = lab_place("world.zones[%u].serve[%u].owner", zone, i);

        lint_owner(l, z, s->owner, place);
        if (s->type != NULL)
            (void)lab_lint_type(l, lab_place("world.zones[%u].serve[%u].type", zone, i), s->type);
        for (unsigned j = 0; j < i; j++) {
            if (strcmp(s->owner, z->serve[j].owner) == 0 &&
                (z->serve[j].type == NULL ||
                 (s->type != NULL && strcmp(s->type, z->serve[j].type) == 0)))
                lab_complain(l->source, place,
                             "%.80s %s again, and the first counts; expected it once", s->owner,
                             s->type != NULL ? s->type : "(all types)");
        }
    }
    if (z->spare && z->serve_count == 0)
        lab_complain(l->source, lab_place("world.zones[%u].spare", zone),
                     "a spare server beside one without faults; expected `serve`");
    if (z->serve_count > 0 && !z->served)
        lab_complain(l->source, lab_place("world.zones[%u].served", zone),
                     "`serve` in a zone that is not served; expected one of the two");
}

/* What cannot be combined, whatever the records. */
static void lint_security(const struct lab_lint *l, unsigned i)
{
    const struct lab_zone *z = &l->scenario->zones[i];

    if (z->denial == LAB_NSEC && z->iterations > 0)
        lab_complain(l->source, lab_place("world.zones[%u].iterations", i),
                     "iterations with NSEC; expected `denial: nsec3` or nsec3-optout");
    if (z->denial == LAB_NSEC && z->salt != NULL)
        lab_complain(l->source, lab_place("world.zones[%u].salt", i),
                     "a salt with NSEC; expected `denial: nsec3` or nsec3-optout");
    if (z->salt != NULL && (z->salt[strspn(z->salt, "0123456789abcdef")] != '\0' ||
                            strlen(z->salt) % 2 != 0 || strlen(z->salt) > 100))
        lab_complain(l->source, lab_place("world.zones[%u].salt", i),
                     "salt `%.60s`; expected up to 100 hex digits in lower case, an even number",
                     z->salt);
    if (z->keys == LAB_KSK_ZSK && z->algorithm != LAB_ED25519)
        lab_complain(l->source, lab_place("world.zones[%u].keys", i),
                     "two keys of this algorithm; expected `algorithm: ed25519` with them");
    if (!z->is_signed && (z->algorithm != LAB_ED25519 || z->keys != LAB_CSK))
        lab_complain(l->source, lab_place("world.zones[%u].signed", i),
                     "keys of an unsigned zone; expected no `algorithm` and no `keys`");
}

static void lint_zone(const struct lab_lint *l, unsigned i)
{
    const struct lab_scenario *s = l->scenario;
    const struct lab_zone *z = &s->zones[i];
    struct lab_place place = lab_place("world.zones[%u].name", i);
    char *name = lab_scenario_name(s, z->name);

    if ((strcmp(z->name, "@") != 0 && !lab_lint_name_ok(z->name)) || !lab_lint_own(s, name))
        lab_complain(l->source, place,
                     "zone `%.80s`; expected @, a name below it, or %s--WORD.example.", z->name,
                     s->id);
    for (unsigned j = 0; j < i; j++) {
        char *other = lab_scenario_name(s, s->zones[j].name);

        if (strcmp(name, other) == 0)
            lab_complain(l->source, place, "zone %.80s again; expected it once", name);
        free(other);
    }
    free(name);
    for (unsigned j = 0; j < z->damage_count; j++)
        lint_damage(l, i, j);
    lint_serve(l, i);
    lint_above(l, i);
    lint_security(l, i);
}

static void lint_host_words(const struct lab_lint *l, unsigned i)
{
    const struct lab_host *h = &l->scenario->hosts[i];
    const struct lab_lint_context *c = l->context;
    const struct lab_known_behaviour *b = lab_lint_behaviour(l, h);
    bool known = c->certs == NULL || h->cert == NULL;

    for (size_t k = 0; !known && k < c->certs_count; k++)
        known = strcmp(c->certs[k], h->cert) == 0;
    if (!known)
        lab_lint_unknown(l, lab_place("world.hosts[%u].cert", i), "certificate recipe", h->cert,
                         lab_lint_word, c->certs, c->certs_count, "a recipe of certs/recipes.yaml");
    if (c->behaviours != NULL && b == NULL)
        lab_lint_unknown(l, lab_place("world.hosts[%u].smtp", i), "SMTP behaviour", h->smtp,
                         behaviour_name, c->behaviours, c->behaviours_count,
                         "a row of lab/smtp/behaviour.c");
    if (h->cert == NULL && b != NULL && b->tls)
        lab_complain(l->source, lab_place("world.hosts[%u].name", i),
                     "host %s (%s) has no certificate; expected `cert`", h->name, h->smtp);
    if (h->cert == NULL && h->names != NULL)
        lab_complain(l->source, lab_place("world.hosts[%u].names", i),
                     "names without a certificate; expected `cert`");
}

/* Keys are shared within one recipe, since the recipe chooses the kind of key. */
static void lint_shared_key(const struct lab_lint *l, unsigned i)
{
    const struct lab_host *h = &l->scenario->hosts[i];
    struct lab_place place = lab_place("world.hosts[%u].key_of", i);
    const struct lab_host *owner;

    if (h->key_of == NULL)
        return;
    owner = lab_lint_host(l, place, h->key_of);
    if (owner == NULL)
        return;
    if (owner == h || owner->key_of != NULL)
        lab_complain(l->source, place,
                     "the key of %.80s, which %s; expected another host with a key of its own",
                     h->key_of, owner == h ? "is this host" : "is shared itself");
    else if (h->cert == NULL || owner->cert == NULL || strcmp(h->cert, owner->cert) != 0)
        lab_complain(l->source, place,
                     "the key of %.80s, whose certificate is of another kind; expected the same "
                     "`cert`",
                     h->key_of);
}

static void lint_host(const struct lab_lint *l, unsigned i)
{
    const struct lab_scenario *s = l->scenario;
    const struct lab_host *h = &s->hosts[i];
    struct lab_place place = lab_place("world.hosts[%u].name", i);
    char *name = lab_scenario_name(s, h->name);

    if ((strcmp(h->name, "@") != 0 && !lab_lint_name_ok(h->name)) || !lab_lint_own(s, name))
        lab_complain(l->source, place, "host `%.80s`; expected a name at or below %s.example.",
                     h->name, s->id);
    else if (lab_scenario_host(s, h->name) != h)
        lab_complain(l->source, place, "host %.80s again; expected it once", name);
    free(name);
    lint_host_words(l, i);
    lint_shared_key(l, i);
}

void lab_lint_world(const struct lab_lint *l)
{
    for (unsigned i = 0; i < l->scenario->zones_count; i++)
        lint_zone(l, i);
    for (unsigned i = 0; i < l->scenario->hosts_count; i++)
        lint_host(l, i);
}

/* Signed itself and below no unsigned zone of the file. */
static bool can_be_secure(const struct lab_scenario *s, const struct lab_zone *z)
{
    char *name = lab_scenario_name(s, z->name);
    const char *up = name;
    bool secure = true;

    while (secure && *up != '\0') {
        const struct lab_zone *above = lab_lint_zone_of(s, up);

        secure = above == NULL || above->is_signed;
        up += strcspn(up, ".");
        up += *up == '.';
    }
    free(name);
    return secure;
}

/* What can make an answer bogus: damage, faults of the server, records that fit no message, and
 * DNAME (Unbound calls the question for the alias below one bogus); and time. */
static bool can_be_bogus(const struct lab_scenario *s)
{
    if (s->now > 0) /* what has run out, or does not fit what is cached */
        return true;
    for (unsigned i = 0; i < s->zones_count; i++) {
        const struct lab_zone *z = &s->zones[i];

        if (z->damage_count > 0 || z->serve_count > 0 || strstr(z->records, "{octets ") != NULL ||
            strstr(z->records, "DNAME") != NULL)
            return true;
    }
    return false;
}

static void lint_details(const struct lab_lint *l, unsigned i)
{
    const struct lab_scenario *s = l->scenario;
    const struct lab_prove *p = &s->prove[i];

    if ((p->is == LAB_BOGUS || p->is == LAB_ERROR) && p->answer != LAB_ANSWER_ANY)
        lab_complain(l->source, lab_place("prove[%u].answer", i),
                     "an answer where there is none (%s); expected no `answer`",
                     lab_security_name(p->is));
    for (unsigned j = 0; j < p->ede_count; j++) {
        if (p->is == LAB_SECURE)
            lab_complain(l->source, lab_place("prove[%u].ede[%u]", i, j),
                         "an extended error in a secure answer; expected no `ede`");
    }
    if (p->records != LAB_RECORDS_ANY && (s->now == 0 || p->answer != LAB_ANSWER_DATA))
        lab_complain(l->source, lab_place("prove[%u].records", i),
                     "`records` %s; expected it at a step, with `answer: data`",
                     s->now == 0 ? "where there is no step before" : "of an answer without any");
    if (p->library != NULL && *p->library == p->is)
        lab_complain(l->source, lab_place("prove[%u].library", i),
                     "`library` says what `is` says; expected a difference");
}

static void lint_proof(const struct lab_lint *l, unsigned i)
{
    const struct lab_scenario *s = l->scenario;
    const struct lab_prove *p = &s->prove[i];
    struct lab_place place = lab_place("prove[%u].dns", i);
    struct lab_place is = lab_place("prove[%u].is", i);
    const struct lab_zone *zone;
    const char *type;
    char *owner;

    if (!lab_lint_question(l, place, p->dns, &owner, &type))
        return;
    zone = lab_lint_zone_of(s, owner);
    if (zone == NULL)
        lab_complain(
            l->source, place,
            "%.120s is in no zone of this file; expected a zone that holds it below world.zones",
            owner);
    else if (p->is == LAB_SECURE && !can_be_secure(s, zone))
        lab_complain(l->source, is,
                     "secure, but the zone `%.80s` or one above is unsigned; expected insecure",
                     zone->name);
    if (p->is == LAB_BOGUS && !can_be_bogus(s))
        lab_complain(l->source, is,
                     "bogus, but no zone has damage; expected `damage` or `serve` in a zone, or "
                     "another state");
    lint_details(l, i);
    for (unsigned j = 0; j < i; j++) {
        if (strcmp(p->dns, s->prove[j].dns) == 0)
            lab_complain(l->source, place, "`%.120s` again; expected each question once", p->dns);
    }
    free(owner);
}

void lab_lint_prove(const struct lab_lint *l)
{
    for (unsigned i = 0; i < l->scenario->prove_count; i++)
        lint_proof(l, i);
}
