/* zones.c - zones as data, see zones.h. */
#include "fast/zones.h"

#include <stdlib.h>
#include <string.h>

/* More extra iterations than this and Unbound takes an NSEC3 proof for none (RFC 9276, section
 * 3.2). */
#define ITERATIONS_MAX 150u

static int by_origin(const void *a, const void *b)
{
    const struct fast_zone *const *left = a, *const *right = b;

    return ldns_dname_compare((*left)->tree->origin, (*right)->tree->origin);
}

void fast_zones_open(struct lab_tree *tree, const struct lab_dns_fault *faults, size_t count,
                     struct fast_zones *out)
{
    *out = (struct fast_zones){.tree = tree, .faults = faults, .faults_count = count};
    lab_tree_link(tree);
    out->list = lab_calloc(tree->count, sizeof(*out->list));
    out->sorted = lab_calloc(tree->count, sizeof(struct fast_zone *));
    for (size_t i = 0; i < tree->count; i++) {
        out->list[i].tree = tree->zones[i];
        out->sorted[i] = &out->list[i];
    }
    qsort(out->sorted, tree->count, sizeof(struct fast_zone *), by_origin);
}

void fast_zones_close(struct fast_zones *zones)
{
    for (size_t i = 0; zones->list != NULL && i < zones->tree->count; i++) {
        lab_built_free(&zones->list[i].built);
        free((void *)zones->list[i].patients);
    }
    free((void *)zones->sorted);
    free(zones->list);
}

enum lab_security fast_worse(enum lab_security a, enum lab_security b)
{
    static const int rank[] = {
        [LAB_SECURE] = 0, [LAB_INSECURE] = 1, [LAB_BOGUS] = 2, [LAB_ERROR] = 3};

    return rank[a] >= rank[b] ? a : b;
}

static bool is_denial(ldns_rr_type type)
{
    return type == LDNS_RR_TYPE_NSEC || type == LDNS_RR_TYPE_NSEC3;
}

static const struct lab_rrset *patient(const struct fast_zone *z, const struct lab_harm *harm)
{
    if (harm->verb->target == LAB_ON_ZONE)
        return NULL;
    if (harm->verb->target != LAB_ON_RRSET || is_denial(harm->type))
        return lab_denial_find(&z->built, harm->owner);
    return lab_built_find(&z->built, harm->owner, harm->type);
}

enum lab_security fast_zone_harm(const struct fast_zone *zone, const struct lab_rrset *set)
{
    enum lab_security worst = LAB_SECURE;

    for (size_t i = 0; i < zone->tree->harm_count; i++) {
        if (zone->patients[i] == set)
            worst = fast_worse(worst, zone->tree->harm[i].recipe->makes);
    }
    return worst;
}

/* Verbs that spoil a denial record for one use only: what it lists matters where it has the name,
 * where it ends where its span has it. */
static bool spoils(const struct lab_harm *harm, bool matches, ldns_rr_type type)
{
    /* clang-format off */
    static const struct {
        const char *verb;
        bool where_it_matches;
        bool this_type; /* only the damage's own */
    } verbs[] = {
        {"list-denied-type", true,  true},
        {"list-cname",       true,  false},
        {"list-ns",          true,  false},
        {"list-soa",         true,  false},
        {"unlist-ns",        true,  false},
        {"deny-nothing",     false, false},
    };
    /* clang-format on */

    for (size_t i = 0; i < LAB_COUNT(verbs); i++) {
        if (strcmp(verbs[i].verb, harm->verb->name) == 0)
            return matches == verbs[i].where_it_matches &&
                   (!verbs[i].this_type || type == harm->type);
    }
    return true;
}

/* Damages of a whole zone that spoil its proofs and nothing else. */
static bool spoils_all(const struct lab_harm *harm)
{
    return strcmp(harm->verb->name, "drop-denials") == 0 ||
           strcmp(harm->verb->name, "drop-nsec3param") == 0;
}

enum lab_security fast_zone_denies(const struct fast_zone *zone, const ldns_rdf *name,
                                   ldns_rr_type type, bool closer)
{
    const struct lab_tree_zone *t = zone->tree;
    enum lab_security worst = LAB_SECURE;
    bool matches;
    const struct lab_rrset *set;

    if (zone->state != LAB_SECURE)
        return zone->state;
    set = lab_denial_covering(&zone->built, name, &matches);
    for (size_t i = 0; i < t->harm_count; i++) {
        if (spoils_all(&t->harm[i]) ||
            (zone->patients[i] == set && spoils(&t->harm[i], matches, type)))
            worst = fast_worse(worst, t->harm[i].recipe->makes);
    }
    if (t->denial != LAB_NSEC && t->iterations > ITERATIONS_MAX)
        worst = fast_worse(worst, LAB_INSECURE);
    if (t->denial == LAB_NSEC3_OPTOUT && closer && !matches)
        worst = fast_worse(worst, LAB_INSECURE);
    return worst;
}

/* Keys that cannot be had. */
static bool keys_fail(const struct fast_zones *zones, const struct fast_zone *z)
{
    const struct lab_dns_fault *fault =
        lab_dns_fault_for(zones->faults, zones->faults_count, z->tree->name, LDNS_RR_TYPE_DNSKEY);

    return fault != NULL && !z->tree->spare && fault->as != LAB_SERVE_DELAY &&
           fault->as != LAB_SERVE_TRUNCATED;
}

static bool suffers(const struct fast_zone *z, const char *verb)
{
    for (size_t i = 0; i < z->tree->harm_count; i++) {
        if (strcmp(z->tree->harm[i].verb->name, verb) == 0)
            return true;
    }
    return false;
}

/* What a damage to keys, their delegation or everything makes of the zone. A DS record that names
 * only the next key is right when that signs the keys too: a step of a roll-over (RFC 6781, section
 * 4.1.2). */
static enum lab_security harm_to_all(const struct fast_zone *z, const struct lab_harm *harm)
{
    const bool whole = harm->verb->target == LAB_ON_ZONE;

    if (whole ? spoils_all(harm) : harm->type != LDNS_RR_TYPE_DNSKEY)
        return LAB_SECURE;
    if (strcmp(harm->verb->name, "ds-of-next-key") == 0 && suffers(z, "sign-with-both-ksks"))
        return LAB_SECURE;
    return harm->recipe->makes;
}

/* Is the zone below a secure one secure itself? Either by its DS records and keys, or the parent
 * must prove that there are none. Debian's libunbound does not know Ed448, and the engine asks it.
 */
static enum lab_security judge_delegation(const struct fast_zones *zones, const struct fast_zone *z)
{
    const struct lab_rrset *ds =
        lab_built_find(&z->parent->built, z->tree->origin, LDNS_RR_TYPE_DS);
    enum lab_security worst;

    if (ds == NULL || z->tree->ksk->algorithm == LDNS_ED448)
        return fast_worse(LAB_INSECURE,
                          fast_zone_denies(z->parent, z->tree->origin, LDNS_RR_TYPE_DS, false));
    worst = fast_zone_harm(z->parent, ds);
    for (size_t i = 0; i < z->tree->harm_count; i++)
        worst = fast_worse(worst, harm_to_all(z, &z->tree->harm[i]));
    return keys_fail(zones, z) ? fast_worse(worst, LAB_BOGUS) : worst;
}

static void make_ready(const struct fast_zones *zones, struct fast_zone *z)
{
    struct lab_fault fault;

    if (z->ready)
        return;
    z->ready = true;
    if (z->tree->parent != NULL)
        z->parent = fast_zone_of(zones, z->tree->origin, true);
    if (lab_built_make(zones->tree, z->tree, &z->built, &fault) != 0) {
        (void)fprintf(stderr, "danelab: %s\n", fault.what);
        exit(EX_DATAERR);
    }
    if (z->tree->is_signed)
        lab_denial_add(&z->built);
    z->patients = lab_calloc(z->tree->harm_count, sizeof(struct lab_rrset *));
    for (size_t i = 0; i < z->tree->harm_count; i++)
        z->patients[i] = patient(z, &z->tree->harm[i]);
    if (z->parent == NULL)
        z->state = LAB_SECURE;
    else if (!z->parent->tree->served)
        z->state = LAB_ERROR;
    else if (z->parent->state != LAB_SECURE)
        z->state = z->parent->state;
    else
        z->state = judge_delegation(zones, z);
}

struct fast_zone *fast_zone_of(const struct fast_zones *zones, const ldns_rdf *name, bool above)
{
    ldns_rdf *up = above ? ldns_dname_left_chop(name) : ldns_rdf_clone(name);

    for (;;) {
        const struct lab_tree_zone wanted = {.origin = lab_must(up)};
        struct fast_zone key = {.tree = &wanted};
        const struct fast_zone *pointer = &key;
        struct fast_zone **found =
            bsearch(&pointer, (void *)zones->sorted, zones->tree->count, sizeof(*found), by_origin);

        if (found != NULL) {
            ldns_rdf_deep_free(up);
            make_ready(zones, *found);
            return *found;
        }
        ldns_rdf *higher = ldns_dname_left_chop(up);
        ldns_rdf_deep_free(up);
        up = higher;
    }
}
