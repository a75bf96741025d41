/* zones.c - from scenarios to chains, hosts and zones: addresses and TLSA data are put in, faults
 * say where they are. */
#include <stdlib.h>
#include <string.h>

#include "scen/fill.h"
#include "sign/sign.h"
#include "world/internal.h"

/* A fault of another part, with the scenario's file (and zone) in front. */
static int in_scenario(const struct lab_scenario *s, const char *zone, struct lab_fault *fault)
{
    struct lab_fault inner = *fault;

    if (zone == NULL)
        return lab_fail(fault, inner.status, "%s: %.400s", s->path, inner.what);
    return lab_fail(fault, inner.status, "%s: zone %s: %.400s", s->path, zone, inner.what);
}

/* Absolute, without the trailing dot, as certificates and banners have it. */
static char *plain_name(const struct lab_scenario *s, const char *name)
{
    char *out = lab_scenario_name(s, name);
    size_t len = strlen(out);

    if (len > 1)
        out[len - 1] = '\0';
    return out;
}

/* Hosts of one scenario have keys of their own, but for those that share one on purpose. */
static unsigned key_salt(const struct lab_scenario *s, unsigned index)
{
    const char *key_of = s->hosts[index].key_of;
    const struct lab_host *owner = key_of != NULL ? lab_scenario_host(s, key_of) : NULL;

    return s->block * 16 + (owner != NULL ? (unsigned)(owner - s->hosts) : index);
}

static int make_chain(const struct lab_world *w, const struct lab_scenario *s, unsigned index,
                      struct lab_chain *out, struct lab_fault *fault)
{
    const struct lab_host *h = &s->hosts[index];
    unsigned count = h->names_count > 0 ? h->names_count : 1;
    struct lab_owner owner = {.names_count = count, .salt = key_salt(s, index)};
    char address4[46], address6[46];
    char **names;
    int rc;

    if (h->cert == NULL)
        return 0;
    lab_host_address(s->block, index, false, address4);
    lab_host_address(s->block, index, true, address6);
    owner.address4 = address4;
    owner.address6 = address6;
    names = lab_calloc(count, sizeof(*names));
    for (unsigned i = 0; i < count; i++)
        names[i] = plain_name(s, h->names_count > 0 ? h->names[i] : h->name);
    owner.names = names;
    rc = lab_chain_build(w->pki, h->cert, &owner, out, fault);
    for (unsigned i = 0; i < count; i++)
        free(names[i]);
    free(names);
    return rc;
}

/* Into place number at. */
static int make_host(struct lab_world *w, const struct lab_scenario *s, unsigned index, size_t at,
                     struct lab_fault *fault)
{
    const struct lab_host *h = &s->hosts[index];
    struct lab_chain *chain = lab_world_chain_slot(w, s, h);
    struct lab_smtp_host *out = &w->hosts[at];
    struct lab_host_text *text = &w->texts[at];

    out->behaviour = lab_behaviour_find(h->smtp != NULL ? h->smtp : "starttls");
    if (out->behaviour == NULL)
        return lab_fail(fault, EX_DATAERR, "host %s: no SMTP behaviour \"%s\"", h->name, h->smtp);
    if (make_chain(w, s, index, chain, fault) != 0)
        return -1;
    text->name = plain_name(s, h->name);
    lab_host_address(s->block, index, false, text->address4);
    lab_host_address(s->block, index, true, text->address6);
    out->scenario = s->id;
    out->name = text->name;
    out->address4 = text->address4;
    out->address6 = text->address6;
    out->chain = h->cert != NULL ? chain : NULL;
    out->from = h->from;
    return 0;
}

struct lab_chain *lab_world_chain_slot(const struct lab_world *w, const struct lab_scenario *s,
                                       const struct lab_host *h)
{
    for (size_t i = 0; i < w->count; i++) {
        const struct lab_scenario *own = w->scenarios[i];
        unsigned version = 0;

        if (own != s && (s < own->later || s >= own->later + own->steps_count))
            continue;
        while (h->from > 0 && own->later[version++].now != h->from)
            continue;
        return &w->chains[i][version * own->hosts_count + (size_t)(h - s->hosts)];
    }
    return NULL;
}

/* The hosts of one scenario, and what they become at its steps. */
static int make_hosts(struct lab_world *w, const struct lab_scenario *s, struct lab_fault *fault)
{
    const size_t first = w->hosts_count;

    for (unsigned i = 0; i < s->hosts_count; i++) {
        if (make_host(w, s, i, w->hosts_count, fault) != 0)
            return in_scenario(s, NULL, fault);
        w->hosts_count++;
    }
    for (unsigned v = 0; v < s->steps_count; v++) {
        const struct lab_scenario *later = &s->later[v];

        for (unsigned i = 0; i < s->hosts_count; i++) {
            const size_t at = w->total - 1 - w->later_count;
            struct lab_smtp_host *before = &w->hosts[first + i];

            if (later->hosts[i].from != later->now)
                continue;
            if (make_host(w, later, i, at, fault) != 0)
                return in_scenario(s, NULL, fault);
            w->later_count++;
            while (before->later != NULL)
                before = &w->hosts[before->later - w->hosts];
            before->later = &w->hosts[at];
        }
    }
    return 0;
}

/* More than enough: not every host changes at every step. */
static size_t chains_of(const struct lab_scenario *s)
{
    return (size_t)s->hosts_count * (s->steps_count + 1);
}

int lab_world_make_hosts(struct lab_world *w, struct lab_fault *fault)
{
    char *recipes = lab_format("%s/certs/recipes.yaml", w->source);
    char *keys = lab_format("%s/certs/keys", w->source);
    int rc = lab_pki_open(recipes, keys, LAB_EPOCH, &w->pki, fault);

    free(recipes);
    free(keys);
    if (rc != 0)
        return -1;
    w->chains = lab_calloc(w->count, sizeof(*w->chains));
    for (size_t i = 0; i < w->count; i++) {
        w->chains[i] = lab_calloc(chains_of(w->scenarios[i]), sizeof(**w->chains));
        w->total += chains_of(w->scenarios[i]);
    }
    w->hosts = lab_calloc(w->total, sizeof(*w->hosts));
    w->texts = lab_calloc(w->total, sizeof(*w->texts));
    for (size_t i = 0; i < w->count && rc == 0; i++)
        rc = make_hosts(w, w->scenarios[i], fault);
    return rc;
}

void lab_world_free_hosts(struct lab_world *w)
{
    for (size_t i = 0; i < w->total; i++)
        free(w->texts[i].name);
    free(w->texts);
    free(w->hosts);
    for (size_t i = 0; w->chains != NULL && i < w->count; i++) {
        for (size_t j = 0; j < chains_of(w->scenarios[i]); j++)
            lab_chain_free(&w->chains[i][j]);
        free(w->chains[i]);
    }
    free(w->chains);
    lab_pki_close(&w->pki);
}

/* struct lab_pinned, of a world. */
static int pinned_data(const void *self, const struct lab_scenario *s,
                       const struct lab_placeholder *p, char **hex, struct lab_fault *fault)
{
    const struct lab_world *w = self;

    return lab_tlsa_data(w->pki, lab_world_chain_slot(w, s, p->host), p->element, p->selector,
                         p->matching, hex, fault);
}

/* A connection is for all zones of an address: to hang up for one would be to hang up for all. */
static bool needs_no_tcp(const struct lab_zone *z)
{
    for (unsigned i = 0; i < z->serve_count; i++) {
        if (z->serve[i].as == LAB_SERVE_TRUNCATED_NO_TCP)
            return true;
    }
    return false;
}

/* as_it_is: only its delegation matters. written: the scenario as it was when these records were:
 * they stay as they are when their host changes. */
static int add_zone(const struct lab_world *w, const struct lab_scenario *s,
                    const struct lab_scenario *written, const struct lab_zone *z, bool as_it_is,
                    struct lab_tree *tree, struct lab_fault *fault)
{
    const struct lab_pinned pinned = {pinned_data, w};
    char *name = lab_scenario_name(s, z->name != NULL ? z->name : "@");
    char *records = NULL;
    bool none = z->records == NULL || as_it_is;
    int rc = lab_fill_records(written, none ? "" : z->records, &pinned, &records, fault);

    if (rc != 0) {
        (void)in_scenario(s, name, fault);
    } else {
        const struct lab_zone_input input = {.name = name,
                                             .is_signed = z->is_signed,
                                             .served = z->served,
                                             .faulty = z->serve_count > 0,
                                             .no_tcp = needs_no_tcp(z),
                                             .spare = z->spare,
                                             .denial = z->denial,
                                             .iterations = z->iterations,
                                             .salt = z->salt,
                                             .algorithm = z->algorithm,
                                             .keys = z->keys,
                                             .records = records,
                                             .as_it_is = as_it_is,
                                             .epoch = LAB_EPOCH + (z->resigned ? s->now : z->from),
                                             .damage = z->damage,
                                             .damage_count = z->damage_count};

        rc = lab_tree_add(tree, &input, fault);
        if (rc != 0)
            (void)in_scenario(s, NULL, fault); /* it has named the zone itself */
    }
    free(records);
    free(name);
    return rc;
}

/* Damage is done when all zones are built; a fault then begins with the zone's name. */
static int blame(const struct lab_world *w, struct lab_fault *fault)
{
    const struct lab_scenario *guilty = NULL;

    for (size_t i = 0; i < w->count; i++) {
        const struct lab_scenario *s = w->scenarios[i];

        for (unsigned j = 0; j < s->zones_count; j++) {
            char *name = lab_scenario_name(s, s->zones[j].name != NULL ? s->zones[j].name : "@");
            char *start = lab_format("zone %s", name);
            size_t len = strlen(start);

            if (strncmp(fault->what, start, len) == 0 && strchr(":, ", fault->what[len]) != NULL)
                guilty = s;
            free(start);
            free(name);
        }
    }
    return guilty != NULL ? in_scenario(guilty, NULL, fault) : -1;
}

int lab_world_plant(const struct lab_world *w, unsigned now, bool stepping, struct lab_tree **out,
                    struct lab_fault *fault)
{
    char *shared = lab_format("%s/zones", w->source);
    char *damage = lab_format("%s/zones/damage.yaml", w->source);
    const struct lab_tree_options options = {shared, damage, LAB_EPOCH + now, now + 1};
    struct lab_tree *tree = NULL;
    int rc = lab_tree_open(&options, &tree, fault);

    for (size_t i = 0; rc == 0 && i < w->count; i++) {
        const struct lab_scenario *s = lab_scenario_at(w->scenarios[i], now);
        const bool as_it_is = stepping && w->scenarios[i]->steps_count == 0;

        for (unsigned j = 0; rc == 0 && j < s->zones_count; j++)
            rc = add_zone(w, s, lab_scenario_at(w->scenarios[i], s->zones[j].from), &s->zones[j],
                          as_it_is, tree, fault);
    }
    if (rc == 0)
        *out = tree;
    else
        lab_tree_close(&tree);
    free(damage);
    free(shared);
    return rc;
}

int lab_world_make_zones(const struct lab_world *w, unsigned now, bool stepping,
                         struct lab_fault *fault)
{
    struct lab_tree *tree;
    int rc = lab_world_plant(w, now, stepping, &tree, fault);

    if (rc != 0)
        return rc;
    if (lab_tree_write(tree, LAB_WORLD_DIR, fault) != 0)
        rc = blame(w, fault);
    lab_tree_close(&tree);
    return rc;
}
