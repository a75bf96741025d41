/* damage_denial.c - verbs on NSEC and NSEC3 records: wrong in what they say, signed again. */
#include <stdlib.h>
#include <string.h>

#include "sign/tree.h"

#define OTHER_ITERATIONS 7
#define OTHER_HASH 2
#define LAST 257   /* CAA */
#define NXNAME 128 /* a name that does not exist (RFC 9824, section 3.1) */

/* Fields. */
enum { NSEC_NEXT = 0, NSEC_TYPES = 1 };
enum { NSEC3_HASH = 0, NSEC3_ITERATIONS = 2, NSEC3_NEXT = 4, NSEC3_TYPES = 5 };

static bool is_nsec(const struct lab_patient *p)
{
    return p->set->type == LDNS_RR_TYPE_NSEC;
}

static ldns_rr *record(const struct lab_patient *p)
{
    return ldns_rr_list_rr(p->set->rrs, 0);
}

static int sign_again(const struct lab_patient *p)
{
    const struct lab_signing how = lab_built_signing(p->built, p->set);

    return lab_rrset_sign(p->set, &how, p->fault);
}

static int replace(const struct lab_patient *p, size_t field, ldns_rdf *rdf)
{
    ldns_rdf_deep_free(ldns_rr_set_rdf(record(p), lab_must(rdf), field));
    return sign_again(p);
}

static int drop(const struct lab_patient *p)
{
    lab_built_remove(p->built, p->set);
    return 0;
}

/* The bitmap with one type added, or taken out. */
static int list_type(const struct lab_patient *p, ldns_rr_type type, bool add)
{
    size_t field = is_nsec(p) ? NSEC_TYPES : NSEC3_TYPES;
    const ldns_rdf *old = ldns_rr_rdf(record(p), field);
    /* no zone has types over LAST; room for one more, which may be listed already */
    ldns_rr_type *types = lab_calloc(LAST + 1, sizeof(*types));
    size_t count = 0;
    ldns_rdf *bitmap;

    for (uint16_t t = 1; t <= LAST; t++) {
        if (ldns_nsec_bitmap_covers_type(old, (ldns_rr_type)t) && (add || t != (uint16_t)type))
            types[count++] = (ldns_rr_type)t;
    }
    if (add)
        types[count++] = type;
    bitmap = ldns_dnssec_create_nsec_bitmap(types, count, p->set->type);
    free(types);
    return replace(p, field, bitmap);
}

static int list_denied(const struct lab_patient *p)
{
    return list_type(p, p->harm->type, true);
}

static int list_cname(const struct lab_patient *p)
{
    return list_type(p, LDNS_RR_TYPE_CNAME, true);
}

static int list_ns(const struct lab_patient *p)
{
    return list_type(p, LDNS_RR_TYPE_NS, true);
}

static int unlist_ns(const struct lab_patient *p)
{
    return list_type(p, LDNS_RR_TYPE_NS, false);
}

static int list_soa(const struct lab_patient *p)
{
    return list_type(p, LDNS_RR_TYPE_SOA, true);
}

static int unlist_type(const struct lab_patient *p)
{
    return list_type(p, p->harm->type, false);
}

/* The hash in the owner of an NSEC3 record: its first label, in base 32. */
static void own_hash(const struct lab_patient *p, uint8_t *out, size_t len)
{
    char *text = lab_must(ldns_rdf2str(p->set->owner));

    text[strcspn(text, ".")] = '\0';
    (void)ldns_b32_pton_extended_hex(text, strlen(text), out, len);
    free(text);
}

/* The first name behind that one. */
static ldns_rdf *name_behind(const ldns_rdf *name)
{
    ldns_rdf *next = lab_must(ldns_dname_new_frm_str("\\000"));

    (void)ldns_dname_cat(next, name);
    return next;
}

/* Up to right behind the owner: nothing in between, so it denies no name. */
static int end_at_once(const struct lab_patient *p)
{
    ldns_rdf *next;

    if (is_nsec(p))
        return replace(p, NSEC_NEXT, name_behind(p->set->owner));
    next = lab_must(ldns_rdf_clone(ldns_rr_rdf(record(p), NSEC3_NEXT)));
    own_hash(p, ldns_rdf_data(next) + 1, ldns_rdf_size(next) - 1);
    for (size_t i = ldns_rdf_size(next); i-- > 1 && ++ldns_rdf_data(next)[i] == 0;)
        continue;
    return replace(p, NSEC3_NEXT, next);
}

/* As signers do it that sign while they answer (RFC 9824): the name gets an NSEC record of its own,
 * so that it counts as there, with nothing. */
static int deny_compactly(const struct lab_patient *p)
{
    ldns_rr_type types[] = {LDNS_RR_TYPE_RRSIG, LDNS_RR_TYPE_NSEC, (ldns_rr_type)NXNAME};
    struct lab_patient now = *p;
    ldns_rr *rr;

    if (!is_nsec(p))
        return lab_cannot(p, "the zone has NSEC3; expected denial by NSEC");
    if (ldns_dname_compare(p->set->owner, p->harm->owner) == 0)
        return lab_cannot(p, "the name exists; expected one that does not");
    rr = lab_new_rr(p->harm->owner, LDNS_RR_TYPE_NSEC, LAB_ZONE_TTL);
    lab_push(rr, name_behind(p->harm->owner));
    lab_push(rr, ldns_dnssec_create_nsec_bitmap(types, LAB_COUNT(types), LDNS_RR_TYPE_NSEC));
    lab_built_add(p->built, rr);
    lab_built_sort(p->built);
    now.set = lab_built_find(p->built, p->harm->owner, LDNS_RR_TYPE_NSEC);
    return sign_again(&now);
}

/* Around the whole ring to the owner itself, over all names that exist. */
static int end_at_self(const struct lab_patient *p)
{
    ldns_rdf *next;

    if (is_nsec(p))
        return replace(p, NSEC_NEXT, ldns_rdf_clone(p->set->owner));
    next = lab_must(ldns_rdf_clone(ldns_rr_rdf(record(p), NSEC3_NEXT)));
    own_hash(p, ldns_rdf_data(next) + 1, ldns_rdf_size(next) - 1);
    return replace(p, NSEC3_NEXT, next);
}

static int other_iterations(const struct lab_patient *p)
{
    if (is_nsec(p))
        return lab_cannot(p, "the zone has NSEC; expected denial by NSEC3");
    return replace(p, NSEC3_ITERATIONS,
                   ldns_native2rdf_int16(LDNS_RDF_TYPE_INT16, OTHER_ITERATIONS));
}

static int other_hash(const struct lab_patient *p)
{
    if (is_nsec(p))
        return lab_cannot(p, "the zone has NSEC; expected denial by NSEC3");
    return replace(p, NSEC3_HASH, ldns_native2rdf_int8(LDNS_RDF_TYPE_INT8, OTHER_HASH));
}

/* clang-format off */
static const struct lab_verb verbs[] = {
    {"drop-denial",             LAB_ON_DENIAL,  drop,             NULL},
    {"list-denied-type",        LAB_ON_DENIAL,  list_denied,      NULL},
    {"list-cname",              LAB_ON_DENIAL,  list_cname,       NULL},
    {"list-ns",                 LAB_ON_DENIAL,  list_ns,          NULL},
    {"list-soa",                LAB_ON_DENIAL,  list_soa,         NULL},
    {"unlist-ns",               LAB_ON_DENIAL,  unlist_ns,        NULL},
    {"unlist-type",             LAB_ON_LISTING, unlist_type,      NULL},
    {"deny-nothing",            LAB_ON_DENIAL,  end_at_once,      NULL},
    {"deny-everything",         LAB_ON_DENIAL,  end_at_self,      NULL},
    {"deny-compactly",          LAB_ON_DENIAL,  deny_compactly,   NULL},
    {"deny-other-iterations",   LAB_ON_DENIAL,  other_iterations, NULL},
    {"deny-other-hash",         LAB_ON_DENIAL,  other_hash,       NULL},
};
/* clang-format on */

const struct lab_verb *lab_verb_on_denials_at(size_t index)
{
    return index < LAB_COUNT(verbs) ? &verbs[index] : NULL;
}
