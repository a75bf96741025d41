/* built.c - one zone as sorted RRsets: its records, apex and delegations, and their signatures. */
#include <stdlib.h>
#include <string.h>

#include "sign/tree.h"

#define LEAF_NS "ns.nic.example."
/* For zones that are not served. A server of a zone right above would not do: it would answer from
 * that. */
#define LAME_NS "lame.nic.example."
/* For zones whose server has faults. */
#define FAULTY_NS "faulty.nic.example."
#define NO_TCP_NS "no-tcp.nic.example."
#define LEAF_SOA "SOA ns.nic.example. hostmaster.nic.example. %u 3600 900 604800 300"
#define SOA_SERIAL 2

/* A record on its way into its RRset; number: RRsets keep the order of the text, in which NSD
 * answers. */
struct loose {
    ldns_rr *rr;
    size_t number;
};

struct gather {
    struct loose *list;
    size_t count;
    size_t room;
};

static void take(struct gather *g, ldns_rr *rr)
{
    if (g->count == g->room) {
        g->room = g->room * 2 + 32;
        g->list = lab_realloc(g->list, g->room, sizeof(*g->list));
    }
    g->list[g->count] = (struct loose){rr, g->count};
    g->count++;
}

static void take_text(struct gather *g, const ldns_rdf *owner, const char *type_and_data)
{
    char *name = lab_must(ldns_rdf2str(owner));
    char *line = lab_format("%s %u IN %s", name, LAB_ZONE_TTL, type_and_data);
    ldns_rr *rr = NULL;

    (void)ldns_rr_new_frm_str(&rr, line, LAB_ZONE_TTL, NULL, NULL);
    take(g, lab_must(rr));
    free(line);
    free(name);
}

static int compare_types(ldns_rr_type a, ldns_rr_type b)
{
    if (a == b)
        return 0;
    if (a == LDNS_RR_TYPE_SOA || b == LDNS_RR_TYPE_SOA)
        return a == LDNS_RR_TYPE_SOA ? -1 : 1;
    return a < b ? -1 : 1;
}

static int by_name_and_type(const void *left, const void *right)
{
    const struct lab_rrset *a = left;
    const struct lab_rrset *b = right;
    int order = ldns_dname_compare(a->owner, b->owner);

    return order != 0 ? order : compare_types(a->type, b->type);
}

static int by_set_and_number(const void *left, const void *right)
{
    const struct loose *a = left;
    const struct loose *b = right;
    int order = ldns_dname_compare(ldns_rr_owner(a->rr), ldns_rr_owner(b->rr));

    if (order == 0)
        order = compare_types(ldns_rr_get_type(a->rr), ldns_rr_get_type(b->rr));
    return order != 0 ? order : (a->number > b->number) - (a->number < b->number);
}

void lab_built_add(struct lab_built *built, ldns_rr *rr)
{
    struct lab_rrset set = {.owner = ldns_rr_owner(rr), .type = ldns_rr_get_type(rr), .ours = true};

    set.rrs = lab_must(ldns_rr_list_new());
    (void)ldns_rr_list_push_rr(set.rrs, rr);
    if (built->count == built->room) {
        built->room = built->room * 2 + 32;
        built->sets = lab_realloc(built->sets, built->room, sizeof(*built->sets));
    }
    built->sets[built->count++] = set;
}

void lab_built_sort(struct lab_built *built)
{
    qsort(built->sets, built->count, sizeof(*built->sets), by_name_and_type);
}

static void free_set(struct lab_rrset *set)
{
    ldns_rr_free(set->sig);
    ldns_rr_list_deep_free(set->others);
    ldns_rr_list_deep_free(set->rrs);
}

void lab_built_remove(struct lab_built *built, struct lab_rrset *set)
{
    size_t at = (size_t)(set - built->sets);

    free_set(set);
    memmove(set, set + 1, (built->count - at - 1) * sizeof(*set));
    built->count--;
}

void lab_built_free(struct lab_built *built)
{
    for (size_t i = 0; i < built->count; i++)
        free_set(&built->sets[i]);
    free(built->sets);
    *built = (struct lab_built){0};
}

struct lab_rrset *lab_built_find(const struct lab_built *built, const ldns_rdf *owner,
                                 ldns_rr_type type)
{
    for (size_t i = 0; i < built->count; i++) {
        struct lab_rrset *set = &built->sets[i];

        if (set->type == type && ldns_dname_compare(set->owner, owner) == 0)
            return set;
    }
    return NULL;
}

size_t lab_built_group(const struct lab_built *built, size_t first)
{
    size_t end = first + 1;

    while (end < built->count &&
           ldns_dname_compare(built->sets[end].owner, built->sets[first].owner) == 0)
        end++;
    return end;
}

/* Is there an NS record for this name among the zone's own records? */
static bool delegates(const struct lab_tree_zone *zone, const ldns_rdf *name)
{
    for (size_t i = 0; i < zone->records.count; i++) {
        const ldns_rr *rr = zone->records.list[i].rr;

        if (ldns_rr_get_type(rr) == LDNS_RR_TYPE_NS &&
            ldns_dname_compare(ldns_rr_owner(rr), name) == 0)
            return true;
    }
    return false;
}

/* A record of the zone against one zone cut. */
static int check_cut(const struct lab_tree_zone *zone, const struct lab_record *record,
                     const ldns_rdf *cut, bool is_child, struct lab_fault *fault)
{
    const ldns_rdf *owner = ldns_rr_owner(record->rr);
    ldns_rr_type type = ldns_rr_get_type(record->rr);
    bool same = ldns_dname_compare(owner, cut) == 0;
    char *name;

    if (!same && !ldns_dname_is_subdomain(owner, cut))
        return 0;
    if (type == LDNS_RR_TYPE_A || type == LDNS_RR_TYPE_AAAA)
        return 0;
    if (same && (type == LDNS_RR_TYPE_NS || (type == LDNS_RR_TYPE_DS && !is_child)))
        return 0;
    name = lab_must(ldns_rdf2str(cut));
    (void)lab_fail(fault, EX_DATAERR,
                   "%s, line %u: the record is at or below the delegation of %s; expected only "
                   "glue (A, AAAA) there%s",
                   zone->whose, record->line, name,
                   is_child ? ", and the rest in that zone" : ", or NS and DS of it");
    free(name);
    return -1;
}

static int check_cuts(const struct lab_tree *tree, const struct lab_tree_zone *zone,
                      struct lab_fault *fault)
{
    const struct lab_records *all = &zone->records;

    for (size_t i = 0; i < all->count; i++) {
        for (size_t j = 0; j < tree->count; j++) {
            if (tree->zones[j]->parent == zone &&
                check_cut(zone, &all->list[i], tree->zones[j]->origin, true, fault) != 0)
                return -1;
        }
        for (size_t j = 0; j < all->count; j++) {
            const ldns_rr *ns = all->list[j].rr;

            if (ldns_rr_get_type(ns) == LDNS_RR_TYPE_NS &&
                ldns_dname_compare(ldns_rr_owner(ns), zone->origin) != 0 &&
                check_cut(zone, &all->list[i], ldns_rr_owner(ns), false, fault) != 0)
                return -1;
        }
    }
    return 0;
}

/* Whom the NS records name, of the zone itself and of its delegation. */
static void gather_servers(struct gather *g, const struct lab_tree_zone *zone)
{
    if (!zone->served)
        take_text(g, zone->origin, "NS " LAME_NS);
    if (zone->faulty)
        take_text(g, zone->origin, zone->no_tcp ? "NS " NO_TCP_NS : "NS " FAULTY_NS);
    if (zone->served && (!zone->faulty || zone->spare))
        take_text(g, zone->origin, "NS " LEAF_NS);
}

static int gather_child(struct gather *g, const struct lab_tree *tree,
                        const struct lab_tree_zone *zone, const struct lab_tree_zone *child,
                        struct lab_fault *fault)
{
    ldns_rr_list *list = NULL;

    if (!delegates(zone, child->origin))
        gather_servers(g, child);
    if (!zone->is_signed || !child->is_signed)
        return 0;
    if (lab_damage_ds(tree, child, &list, fault) != 0)
        return -1;
    for (ldns_rr *ds = ldns_rr_list_pop_rr(list); ds != NULL; ds = ldns_rr_list_pop_rr(list))
        take(g, ds);
    ldns_rr_list_free(list);
    return 0;
}

/* A record of the text; the serial of a shared zone is the tree's. */
static void take_own(struct gather *g, const struct lab_tree *tree, const ldns_rr *rr)
{
    ldns_rr *own = lab_must(ldns_rr_clone(rr));

    if (ldns_rr_get_type(own) == LDNS_RR_TYPE_SOA)
        ldns_rdf_deep_free(ldns_rr_set_rdf(
            own, lab_must(ldns_native2rdf_int32(LDNS_RDF_TYPE_INT32, tree->serial)), SOA_SERIAL));
    take(g, own);
}

static int gather_all(struct gather *g, const struct lab_tree *tree,
                      const struct lab_tree_zone *zone, struct lab_fault *fault)
{
    int rc = 0;

    for (size_t i = 0; i < zone->records.count; i++)
        take_own(g, tree, zone->records.list[i].rr);
    if (!zone->whole) {
        char *soa = lab_format(LEAF_SOA, tree->serial);

        take_text(g, zone->origin, soa);
        gather_servers(g, zone);
        free(soa);
    }
    for (size_t i = 0; i < tree->count && rc == 0; i++) {
        if (tree->zones[i]->parent == zone)
            rc = gather_child(g, tree, zone, tree->zones[i], fault);
    }
    if (!zone->is_signed)
        return rc;
    take(g, lab_zone_key_dnskey(zone->ksk, zone->origin));
    if (zone->zsk != zone->ksk)
        take(g, lab_zone_key_dnskey(zone->zsk, zone->origin));
    if (zone->denial != LAB_NSEC)
        take(g, lab_denial_parameters(zone));
    return rc;
}

/* Which RRsets are this zone's own: at a zone cut only DS, below it none. Sorted, a cut stands
 * before all below it. */
static void mark_ours(struct lab_built *built)
{
    const ldns_rdf *cut = NULL;
    size_t end;

    for (size_t i = 0; i < built->count; i = end) {
        const ldns_rdf *owner = built->sets[i].owner;
        bool hidden = cut != NULL && ldns_dname_is_subdomain(owner, cut);
        bool at_cut = false;

        end = lab_built_group(built, i);
        for (size_t j = i; j < end; j++)
            at_cut = at_cut || (built->sets[j].type == LDNS_RR_TYPE_NS && !hidden);
        at_cut = at_cut && ldns_dname_compare(owner, built->zone->origin) != 0;
        if (at_cut)
            cut = owner;
        for (size_t j = i; j < end; j++) {
            built->sets[j].hidden = hidden;
            built->sets[j].ours = !hidden && (!at_cut || built->sets[j].type == LDNS_RR_TYPE_DS);
        }
    }
}

int lab_built_make(const struct lab_tree *tree, const struct lab_tree_zone *zone,
                   struct lab_built *out, struct lab_fault *fault)
{
    struct lab_built built = {.tree = tree, .zone = zone};
    struct gather g = {0};

    if (check_cuts(tree, zone, fault) != 0)
        return -1;
    if (gather_all(&g, tree, zone, fault) != 0) {
        for (size_t i = 0; i < g.count; i++)
            ldns_rr_free(g.list[i].rr);
        free(g.list);
        return -1;
    }
    if (g.count > 0)
        qsort(g.list, g.count, sizeof(*g.list), by_set_and_number);
    for (size_t i = 0; i < g.count; i++) {
        struct lab_rrset *last = built.count > 0 ? &built.sets[built.count - 1] : NULL;
        ldns_rr *rr = g.list[i].rr;

        if (last != NULL && last->type == ldns_rr_get_type(rr) &&
            ldns_dname_compare(last->owner, ldns_rr_owner(rr)) == 0)
            (void)ldns_rr_list_push_rr(last->rrs, rr);
        else
            lab_built_add(&built, rr);
    }
    free(g.list);
    mark_ours(&built);
    *out = built;
    return 0;
}

struct lab_signing lab_built_signing(const struct lab_built *built, const struct lab_rrset *set)
{
    const struct lab_tree_zone *zone = built->zone;
    int64_t epoch = zone->epoch;

    return (struct lab_signing){.key = set->type == LDNS_RR_TYPE_DNSKEY ? zone->ksk : zone->zsk,
                                .signer = zone->origin,
                                .when = {epoch - 10 * LAB_DAY, epoch + 20 * LAB_DAY}};
}

int lab_built_sign(struct lab_built *built, struct lab_fault *fault)
{
    for (size_t i = 0; i < built->count; i++) {
        const struct lab_signing how = lab_built_signing(built, &built->sets[i]);

        if (built->sets[i].ours && lab_rrset_sign(&built->sets[i], &how, fault) != 0)
            return -1;
    }
    return 0;
}
