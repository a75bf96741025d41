/* damage.c - the verbs of zones/damage.yaml: what can be done to a zone that was signed correctly.
 */
#include <stdlib.h>
#include <string.h>

#include "sign/tree.h"

#define UNKNOWN_ALGORITHM 200
#define UNKNOWN_DIGEST 200

/* One damage being done. set: the RRset that it is about, or NULL for a verb on a whole zone. */
struct patient {
    struct lab_built *built;
    struct lab_rrset *set;
    const struct lab_harm *harm;
    struct lab_fault *fault;
};

enum target {
    ON_ZONE,    /* no owner and type */
    ON_RRSET,   /* a signed RRset, which must exist */
    ON_ABSENCE, /* an RRset that does not exist: set is the record that denies it */
};

/* A verb works on the zone, after signing, or on the DS record in its parent, before that is signed
 * (false: no DS). */
struct lab_verb {
    const char *name;
    enum target target;
    int (*after)(const struct patient *p);
    bool (*ds)(ldns_rr *ds);
};

/* --- on RRsets and absences --- */

static void flip_last_bit(ldns_rdf *rdf)
{
    ldns_rdf_data(rdf)[ldns_rdf_size(rdf) - 1] ^= 1;
}

static void strip(struct lab_rrset *set)
{
    ldns_rr_free(set->sig);
    set->sig = NULL;
}

static int flip_signature(const struct patient *p)
{
    flip_last_bit(ldns_rr_rdf(p->set->sig, ldns_rr_rd_count(p->set->sig) - 1));
    return 0;
}

static int drop_signature(const struct patient *p)
{
    strip(p->set);
    return 0;
}

static int drop_denial(const struct patient *p)
{
    lab_built_remove(p->built, p->set);
    return 0;
}

/* Days from the epoch. Validators allow for clocks that are wrong by a tenth of the lifetime, at
 * most one day: these miss by three. */
static const struct {
    int from;
    int to;
} past = {-30, -3}, future = {3, 30}, present = {-10, 20};

static int resign(const struct patient *p, struct lab_rrset *set, int from, int to,
                  enum lab_level key)
{
    const struct lab_tree *tree = p->built->tree;
    const struct lab_validity when = {tree->epoch + from * LAB_DAY, tree->epoch + to * LAB_DAY};

    return lab_rrset_sign(set, &tree->keys[key], p->built->zone->origin, &when, p->fault);
}

static int sign_expired(const struct patient *p)
{
    return resign(p, p->set, past.from, past.to, p->built->zone->level);
}

static int sign_future(const struct patient *p)
{
    return resign(p, p->set, future.from, future.to, p->built->zone->level);
}

/* A key that is not in the zone's DNSKEY RRset: that of the next level. */
static int sign_wrong_key(const struct patient *p)
{
    enum lab_level other = p->built->zone->level == LAB_LEVEL_ROOT ? LAB_LEVEL_TLD : LAB_LEVEL_ROOT;

    return resign(p, p->set, present.from, present.to, other);
}

/* --- on a zone --- */

static int dnskey_unsigned(const struct patient *p)
{
    struct lab_rrset *set = lab_built_find(p->built, p->built->zone->origin, LDNS_RR_TYPE_DNSKEY);

    if (set != NULL)
        strip(set);
    return 0;
}

static int expire_zone(const struct patient *p)
{
    for (size_t i = 0; i < p->built->count; i++) {
        if (p->built->sets[i].sig != NULL &&
            resign(p, &p->built->sets[i], past.from, past.to, p->built->zone->level) != 0)
            return -1;
    }
    return 0;
}

/* What a signed zone becomes when its operator goes back to an unsigned one and forgets the DS. */
static int strip_zone(const struct patient *p)
{
    for (size_t i = p->built->count; i-- > 0;) {
        struct lab_rrset *set = &p->built->sets[i];

        strip(set);
        if (set->type == LDNS_RR_TYPE_DNSKEY || set->type == LDNS_RR_TYPE_NSEC ||
            set->type == LDNS_RR_TYPE_NSEC3 || set->type == LDNS_RR_TYPE_NSEC3PARAM)
            lab_built_remove(p->built, set);
    }
    return 0;
}

/* --- on the DS record: key tag, algorithm, digest type, digest --- */

static bool ds_wrong_digest(ldns_rr *ds)
{
    flip_last_bit(ldns_rr_rdf(ds, 3));
    return true;
}

static bool ds_none(ldns_rr *ds)
{
    (void)ds;
    return false;
}

static bool ds_unknown_algorithm(ldns_rr *ds)
{
    *ldns_rdf_data(ldns_rr_rdf(ds, 1)) = UNKNOWN_ALGORITHM;
    return true;
}

static bool ds_unknown_digest(ldns_rr *ds)
{
    *ldns_rdf_data(ldns_rr_rdf(ds, 2)) = UNKNOWN_DIGEST;
    return true;
}

/* clang-format off */
static const struct lab_verb verbs[] = {
    {"flip-signature",        ON_RRSET,   flip_signature,  NULL},
    {"drop-signature",        ON_RRSET,   drop_signature,  NULL},
    {"sign-expired",          ON_RRSET,   sign_expired,    NULL},
    {"sign-future",           ON_RRSET,   sign_future,     NULL},
    {"sign-wrong-key",        ON_RRSET,   sign_wrong_key,  NULL},
    {"drop-denial",           ON_ABSENCE, drop_denial,     NULL},
    {"flip-denial-signature", ON_ABSENCE, flip_signature,  NULL},
    {"drop-denial-signature", ON_ABSENCE, drop_signature,  NULL},
    {"drop-dnskey-signature", ON_ZONE,    dnskey_unsigned, NULL},
    {"expire-zone",           ON_ZONE,    expire_zone,     NULL},
    {"strip-zone",            ON_ZONE,    strip_zone,      NULL},
    {"ds-wrong-digest",       ON_ZONE,    NULL,            ds_wrong_digest},
    {"ds-none",               ON_ZONE,    NULL,            ds_none},
    {"ds-unknown-algorithm",  ON_ZONE,    NULL,            ds_unknown_algorithm},
    {"ds-unknown-digest",     ON_ZONE,    NULL,            ds_unknown_digest},
};
/* clang-format on */

const struct lab_verb *lab_verb_find(const char *name)
{
    for (size_t i = 0; i < LAB_COUNT(verbs); i++) {
        if (strcmp(verbs[i].name, name) == 0)
            return &verbs[i];
    }
    return NULL;
}

bool lab_verb_on_rrset(const struct lab_verb *verb)
{
    return verb->target != ON_ZONE;
}

char *lab_verb_names(void)
{
    struct lab_text names = {0};

    for (size_t i = 0; i < LAB_COUNT(verbs); i++)
        lab_text_put(&names, "%s%s", i > 0 ? ", " : "", verbs[i].name);
    return names.text;
}

ldns_rr *lab_damage_ds(const struct lab_tree *tree, const struct lab_tree_zone *zone)
{
    ldns_rr *ds = lab_zone_key_ds(&tree->keys[zone->level], zone->origin);

    for (size_t i = 0; ds != NULL && i < zone->harm_count; i++) {
        if (zone->harm[i].verb->ds != NULL && !zone->harm[i].verb->ds(ds)) {
            ldns_rr_free(ds);
            ds = NULL;
        }
    }
    return ds;
}

static int no_patient(const struct patient *p, const char *why)
{
    char *owner = lab_must(ldns_rdf2str(p->harm->owner));
    char *type = lab_must(ldns_rr_type2str(p->harm->type));

    (void)lab_fail(p->fault, EX_DATAERR, "%s: damage %s of %s %s: %s", p->built->zone->whose,
                   p->harm->recipe->name, owner, type, why);
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

/* Set p->set, if the verb is about one. */
static int find_patient(struct patient *p)
{
    const struct lab_harm *harm = p->harm;
    bool exists;

    if (harm->verb->target == ON_ZONE)
        return 0;
    p->set = lab_built_find(p->built, harm->owner, harm->type);
    exists = p->set != NULL;
    if (harm->verb->target == ON_RRSET && !exists)
        return no_patient(p, "the zone has no such records; expected an RRset of the zone");
    if (harm->verb->target == ON_RRSET && !p->set->ours)
        return no_patient(p, "these are not signed (delegation or glue); expected a signed RRset");
    if (harm->verb->target == ON_ABSENCE && exists)
        return no_patient(p, "the zone has these records; expected a name or type that it denies");
    if (harm->verb->target == ON_ABSENCE && is_hidden(p->built, harm->owner))
        return no_patient(p, "the name is below a delegation; expected one that this zone denies");
    if (harm->verb->target == ON_ABSENCE)
        p->set = lab_denial_find(p->built, harm->owner);
    if (p->set == NULL || p->set->sig == NULL)
        return no_patient(
            p, "another damage took the record or its signature; expected one damage for each");
    return 0;
}

int lab_damage_apply(struct lab_built *built, struct lab_fault *fault)
{
    const struct lab_tree_zone *zone = built->zone;

    for (size_t i = 0; i < zone->harm_count; i++) {
        struct patient p = {built, NULL, &zone->harm[i], fault};

        if (p.harm->verb->after == NULL) {
            if (zone->parent == NULL || !zone->parent->is_signed)
                return lab_fail(
                    fault, EX_DATAERR,
                    "%s: damage %s: expected a signed parent zone, which has the DS record",
                    zone->whose, p.harm->recipe->name);
            continue;
        }
        if (find_patient(&p) != 0 || p.harm->verb->after(&p) != 0)
            return -1;
    }
    return 0;
}
