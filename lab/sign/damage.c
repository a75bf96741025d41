/* damage.c - doing what zones/damage.yaml says to a zone that was signed correctly; the verbs are
 * in damage_*.c. */
#include <stdlib.h>
#include <string.h>

#include "sign/tree.h"

void lab_flip_last_bit(ldns_rdf *rdf)
{
    ldns_rdf_data(rdf)[ldns_rdf_size(rdf) - 1] ^= 1;
}

static const struct lab_verb *(*const tables[])(size_t index) = {
    lab_verb_on_rrsets_at, lab_verb_on_denials_at, lab_verb_on_zones_at, lab_verb_on_ds_at};

const struct lab_verb *lab_verb_find(const char *name)
{
    const struct lab_verb *verb;

    for (size_t t = 0; t < LAB_COUNT(tables); t++) {
        for (size_t i = 0; (verb = tables[t](i)) != NULL; i++) {
            if (strcmp(verb->name, name) == 0)
                return verb;
        }
    }
    return NULL;
}

char *lab_verb_names(void)
{
    struct lab_text names = {0};
    const struct lab_verb *verb;

    for (size_t t = 0; t < LAB_COUNT(tables); t++) {
        for (size_t i = 0; (verb = tables[t](i)) != NULL; i++)
            lab_text_put(&names, "%s%s", names.len > 0 ? ", " : "", verb->name);
    }
    return names.text;
}

int lab_cannot(const struct lab_patient *p, const char *why)
{
    const struct lab_harm *harm = p->harm;
    char *owner = harm->owner != NULL ? lab_must(ldns_rdf2str(harm->owner)) : NULL;
    char *type = harm->owner != NULL ? lab_must(ldns_rr_type2str(harm->type)) : NULL;

    (void)lab_fail(p->fault, EX_DATAERR, "%s: damage %s%s%s%s%s: %s", p->built->zone->whose,
                   harm->recipe->name, owner != NULL ? " of " : "", owner != NULL ? owner : "",
                   owner != NULL ? " " : "", owner != NULL ? type : "", why);
    free(type);
    free(owner);
    return -1;
}

static bool is_hidden(const struct lab_built *built, const ldns_rdf *name)
{
    for (size_t i = 0; i < built->count; i++) {
        const struct lab_rrset *set = &built->sets[i];

        if (set->type == LDNS_RR_TYPE_NS &&
            ldns_dname_compare(set->owner, built->zone->origin) != 0 &&
            ldns_dname_is_subdomain(name, set->owner))
            return true;
    }
    return false;
}

static int find_rrset(struct lab_patient *p)
{
    const struct lab_harm *harm = p->harm;

    if (harm->type == LDNS_RR_TYPE_NSEC || harm->type == LDNS_RR_TYPE_NSEC3) {
        p->set = lab_denial_find(p->built, harm->owner);
        return p->set != NULL && p->set->type == harm->type
                   ? 0
                   : lab_cannot(
                         p, "the zone denies otherwise; expected NSEC or NSEC3 as its `denial`");
    }
    p->set = lab_built_find(p->built, harm->owner, harm->type);
    if (p->set == NULL)
        return lab_cannot(p, "the zone has no such records; expected an RRset of the zone");
    if (!p->set->ours)
        return lab_cannot(p, "these are not signed (delegation or glue); expected a signed RRset");
    return 0;
}

static int find_denial(struct lab_patient *p)
{
    const struct lab_harm *harm = p->harm;
    bool exists = lab_built_find(p->built, harm->owner, harm->type) != NULL;

    if (exists != (harm->verb->target == LAB_ON_LISTING))
        return lab_cannot(p, exists
                                 ? "the zone has these records; expected a name or type that it "
                                   "denies"
                                 : "the zone has no such records; expected an RRset of the zone");
    if (is_hidden(p->built, harm->owner))
        return lab_cannot(p, "the name is below a delegation; expected one that this zone denies");
    p->set = lab_denial_find(p->built, harm->owner);
    return 0;
}

/* Set p->set, if the verb is about one. */
static int find_patient(struct lab_patient *p)
{
    enum lab_target target = p->harm->verb->target;

    if (target == LAB_ON_ZONE)
        return 0;
    if ((target == LAB_ON_RRSET ? find_rrset(p) : find_denial(p)) != 0)
        return -1;
    if (p->set == NULL || p->set->sig == NULL)
        return lab_cannot(
            p, "another damage took the record or its signature; expected one damage for each");
    return 0;
}

static int no_change(const struct lab_patient *p)
{
    return lab_cannot(p, "nothing changes; expected a zone that this recipe damages");
}

static bool same_text(const ldns_buffer *a, const ldns_buffer *b)
{
    return ldns_buffer_position(a) == ldns_buffer_position(b) &&
           memcmp(ldns_buffer_begin(a), ldns_buffer_begin(b), ldns_buffer_position(a)) == 0;
}

static int apply_one(struct lab_patient *p)
{
    ldns_buffer *before = lab_built_text(p->built);
    ldns_buffer *after;
    int rc = find_patient(p) != 0 || p->harm->verb->after(p) != 0 ? -1 : 0;

    after = lab_built_text(p->built);
    if (rc == 0 && same_text(before, after))
        rc = no_change(p);
    ldns_buffer_free(before);
    ldns_buffer_free(after);
    return rc;
}

int lab_damage_apply(struct lab_built *built, struct lab_fault *fault)
{
    const struct lab_tree_zone *zone = built->zone;

    for (size_t i = 0; i < zone->harm_count; i++) {
        struct lab_patient p = {built, NULL, &zone->harm[i], fault};

        if (p.harm->verb->after != NULL) {
            if (apply_one(&p) != 0)
                return -1;
        } else if (zone->parent == NULL || !zone->parent->is_signed) {
            return lab_cannot(&p, "expected a signed parent zone, which has the DS record");
        }
    }
    return 0;
}

int lab_damage_ds(const struct lab_tree *tree, const struct lab_tree_zone *zone, ldns_rr_list **out,
                  struct lab_fault *fault)
{
    ldns_rr_list *list = lab_must(ldns_rr_list_new());
    struct lab_built nothing = {.tree = tree, .zone = zone};
    int rc = 0;

    (void)ldns_rr_list_push_rr(list, lab_zone_key_ds(zone->ksk, zone->origin, LDNS_SHA256));
    for (size_t i = 0; i < zone->harm_count && rc == 0; i++) {
        struct lab_patient p = {&nothing, NULL, &zone->harm[i], fault};
        ldns_rr_list *before;

        if (p.harm->verb->ds == NULL)
            continue;
        if (ldns_rr_list_rr_count(list) != 1) {
            rc = lab_cannot(&p, "another damage changed the DS records; expected one of them");
            break;
        }
        before = lab_must(ldns_rr_list_clone(list));
        p.harm->verb->ds(tree, zone, list);
        if (ldns_rr_list_compare(before, list) == 0)
            rc = no_change(&p);
        ldns_rr_list_deep_free(before);
    }
    if (rc == 0)
        *out = list;
    else
        ldns_rr_list_deep_free(list);
    return rc;
}
