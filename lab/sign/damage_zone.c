/* damage_zone.c - verbs on a whole zone: its keys, the steps of a roll-over, all signatures. */
#include <string.h>

#include "sign/tree.h"

#define REVOKED 128
#define ZONE_KEY 256

static struct lab_rrset *find(const struct lab_patient *p, ldns_rr_type type)
{
    return lab_built_find(p->built, p->built->zone->origin, type);
}

static int dnskey_unsigned(const struct lab_patient *p)
{
    struct lab_rrset *set = find(p, LDNS_RR_TYPE_DNSKEY);

    if (set != NULL)
        lab_rrset_strip(set);
    return 0;
}

/* Every RRset that is signed, again, valid for the days from..to. */
static int resign_all(const struct lab_patient *p, int from, int to)
{
    for (size_t i = 0; i < p->built->count; i++) {
        struct lab_rrset *set = &p->built->sets[i];
        struct lab_signing how = lab_built_signing(p->built, set);

        how.when = (struct lab_validity){p->built->zone->epoch + from * LAB_DAY,
                                         p->built->zone->epoch + to * LAB_DAY};
        if (set->sig != NULL && lab_rrset_sign(set, &how, p->fault) != 0)
            return -1;
    }
    return 0;
}

static int expire_zone(const struct lab_patient *p)
{
    return resign_all(p, -30, -3);
}

static int future_zone(const struct lab_patient *p)
{
    return resign_all(p, 3, 30);
}

static void remove_types(const struct lab_patient *p, const ldns_rr_type *types, size_t count)
{
    for (size_t i = p->built->count; i-- > 0;) {
        bool named = false;

        for (size_t t = 0; t < count; t++)
            named = named || p->built->sets[i].type == types[t];
        if (named)
            lab_built_remove(p->built, &p->built->sets[i]);
    }
}

static int drop_all_signatures(const struct lab_patient *p)
{
    for (size_t i = 0; i < p->built->count; i++)
        lab_rrset_strip(&p->built->sets[i]);
    return 0;
}

/* What a signed zone becomes when its operator goes back to an unsigned one and forgets the DS. */
static int strip_zone(const struct lab_patient *p)
{
    static const ldns_rr_type types[] = {LDNS_RR_TYPE_DNSKEY, LDNS_RR_TYPE_NSEC, LDNS_RR_TYPE_NSEC3,
                                         LDNS_RR_TYPE_NSEC3PARAM};

    remove_types(p, types, LAB_COUNT(types));
    return drop_all_signatures(p);
}

static int drop_data_signatures(const struct lab_patient *p)
{
    for (size_t i = 0; i < p->built->count; i++) {
        if (p->built->sets[i].type != LDNS_RR_TYPE_DNSKEY)
            lab_rrset_strip(&p->built->sets[i]);
    }
    return 0;
}

static int drop_dnskey(const struct lab_patient *p)
{
    static const ldns_rr_type types[] = {LDNS_RR_TYPE_DNSKEY};

    remove_types(p, types, LAB_COUNT(types));
    return 0;
}

static int drop_denials(const struct lab_patient *p)
{
    static const ldns_rr_type types[] = {LDNS_RR_TYPE_NSEC, LDNS_RR_TYPE_NSEC3};

    remove_types(p, types, LAB_COUNT(types));
    return 0;
}

static int drop_nsec3param(const struct lab_patient *p)
{
    static const ldns_rr_type types[] = {LDNS_RR_TYPE_NSEC3PARAM};

    remove_types(p, types, LAB_COUNT(types));
    return 0;
}

/* --- keys --- */

static int sign_dnskey(const struct lab_patient *p, const struct lab_zone_key *key)
{
    struct lab_rrset *set = find(p, LDNS_RR_TYPE_DNSKEY);
    struct lab_signing how;

    if (set == NULL)
        return 0;
    how = lab_built_signing(p->built, set);
    how.key = key;
    return lab_rrset_sign(set, &how, p->fault);
}

/* The record of one of the zone's keys, or NULL. */
static ldns_rr *dnskey_of(const struct lab_patient *p, const struct lab_zone_key *key)
{
    struct lab_rrset *set = find(p, LDNS_RR_TYPE_DNSKEY);

    for (size_t i = 0; set != NULL && i < ldns_rr_list_rr_count(set->rrs); i++) {
        ldns_rr *rr = ldns_rr_list_rr(set->rrs, i);

        if (ldns_calc_keytag(rr) == key->tag)
            return rr;
    }
    return NULL;
}

static int change_flags(const struct lab_patient *p, const struct lab_zone_key *key, uint16_t bit)
{
    ldns_rr *rr = dnskey_of(p, key);

    if (rr == NULL)
        return 0;
    ldns_rdf_deep_free(ldns_rr_set_rdf(
        rr, ldns_native2rdf_int16(LDNS_RDF_TYPE_INT16, (uint16_t)(key->flags ^ bit)), 0));
    return sign_dnskey(p, p->built->zone->ksk);
}

static int revoke_key(const struct lab_patient *p)
{
    return change_flags(p, p->built->zone->ksk, REVOKED);
}

static int no_zone_key(const struct lab_patient *p)
{
    return change_flags(p, p->built->zone->zsk, ZONE_KEY);
}

static int wrong_protocol(const struct lab_patient *p)
{
    ldns_rr *rr = dnskey_of(p, p->built->zone->zsk);

    if (rr == NULL)
        return 0;
    *ldns_rdf_data(ldns_rr_rdf(rr, 1)) = 2;
    return sign_dnskey(p, p->built->zone->ksk);
}

static int two_keys(const struct lab_patient *p)
{
    return p->built->zone->ksk != p->built->zone->zsk
               ? 0
               : lab_cannot(p, "the zone has one key; expected `keys: ksk-zsk`");
}

static int drop_key(const struct lab_patient *p, const struct lab_zone_key *key)
{
    struct lab_rrset *set = find(p, LDNS_RR_TYPE_DNSKEY);

    if (two_keys(p) != 0)
        return -1;
    for (size_t i = ldns_rr_list_rr_count(set->rrs); i-- > 0;) {
        ldns_rr *rr = ldns_rr_list_rr(set->rrs, i);
        ldns_rr *last = ldns_rr_list_pop_rr(set->rrs);

        if (ldns_calc_keytag(rr) != key->tag) {
            (void)ldns_rr_list_push_rr(set->rrs, last);
            continue;
        }
        if (rr != last)
            (void)ldns_rr_list_set_rr(set->rrs, last, i);
        ldns_rr_free(rr);
        break;
    }
    set->owner = ldns_rr_owner(ldns_rr_list_rr(set->rrs, 0));
    return 0;
}

static int drop_zsk(const struct lab_patient *p)
{
    return drop_key(p, p->built->zone->zsk) != 0 ? -1 : sign_dnskey(p, p->built->zone->ksk);
}

static int drop_ksk(const struct lab_patient *p)
{
    return drop_key(p, p->built->zone->ksk) != 0 ? -1 : sign_dnskey(p, p->built->zone->zsk);
}

static int dnskey_by_zsk(const struct lab_patient *p)
{
    return two_keys(p) != 0 ? -1 : sign_dnskey(p, p->built->zone->zsk);
}

/* --- roll-overs --- */

static int publish(const struct lab_patient *p, const struct lab_zone_key *key)
{
    struct lab_rrset *set = find(p, LDNS_RR_TYPE_DNSKEY);

    if (set != NULL)
        (void)ldns_rr_list_push_rr(set->rrs, lab_zone_key_dnskey(key, p->built->zone->origin));
    return sign_dnskey(p, p->built->zone->ksk);
}

/* One more signature by that key: on the DNSKEY RRset, on all others, or on both. */
static int sign_also(const struct lab_patient *p, const struct lab_zone_key *key, bool keys,
                     bool data)
{
    for (size_t i = 0; i < p->built->count; i++) {
        struct lab_rrset *set = &p->built->sets[i];
        struct lab_signing how = lab_built_signing(p->built, set);
        ldns_rr *sig;

        if (set->sig == NULL || !(set->type == LDNS_RR_TYPE_DNSKEY ? keys : data))
            continue;
        how.key = key;
        sig = lab_rrset_signature(set, &how, p->fault);
        if (sig == NULL)
            return -1;
        lab_rrset_add_signature(set, sig);
    }
    return 0;
}

static const struct lab_zone_key *next(const struct lab_patient *p, unsigned id)
{
    return &p->built->tree->keys[id];
}

static int publish_next_zsk(const struct lab_patient *p)
{
    return publish(p, next(p, LAB_KEY_NEXT_ZSK));
}

static int sign_with_both_zsks(const struct lab_patient *p)
{
    const struct lab_zone_key *key = next(p, LAB_KEY_NEXT_ZSK);

    return publish(p, key) != 0 ? -1 : sign_also(p, key, false, true);
}

/* The next key signs, and only the present one is published: what those see who hold the old DNSKEY
 * RRset. */
static int sign_with_next_zsk(const struct lab_patient *p)
{
    for (size_t i = 0; i < p->built->count; i++) {
        struct lab_rrset *set = &p->built->sets[i];
        struct lab_signing how = lab_built_signing(p->built, set);

        how.key = next(p, LAB_KEY_NEXT_ZSK);
        if (set->sig != NULL && set->type != LDNS_RR_TYPE_DNSKEY &&
            lab_rrset_sign(set, &how, p->fault) != 0)
            return -1;
    }
    return 0;
}

static int sign_with_both_ksks(const struct lab_patient *p)
{
    const struct lab_zone_key *key = next(p, LAB_KEY_NEXT);

    return publish(p, key) != 0 ? -1 : sign_also(p, key, true, false);
}

/* A second algorithm, as RFC 6840, 5.11 wants it: every RRset is signed with both. */
static int add_algorithm(const struct lab_patient *p)
{
    const struct lab_zone_key *key = next(p, LAB_KEY_LEAF + LAB_ECDSAP256);

    return publish(p, key) != 0 ? -1 : sign_also(p, key, true, true);
}

/* And as it must not be: the new key is published and signs itself, but no data. */
static int add_half_algorithm(const struct lab_patient *p)
{
    const struct lab_zone_key *key = next(p, LAB_KEY_LEAF + LAB_ECDSAP256);

    return publish(p, key) != 0 ? -1 : sign_also(p, key, true, false);
}

/* --- key tags --- */

/* Another key with the same tag, which is a sum of words of 16 bits (RFC 4034, appendix B): the
 * first word has changed places with a later one. */
static ldns_rr *collider(const struct lab_patient *p, const struct lab_zone_key *key, size_t with)
{
    ldns_rr *rr = lab_zone_key_dnskey(key, p->built->zone->origin);
    uint8_t *word = ldns_rdf_data(ldns_rr_rdf(rr, 3));
    uint8_t held[2];

    memcpy(held, word, 2);
    memcpy(word, word + 2 * with, 2);
    memcpy(word + 2 * with, held, 2);
    return rr;
}

/* So many of them, before the key that signs the data: they are tried first. */
static int publish_colliders(const struct lab_patient *p, size_t count)
{
    struct lab_rrset *set = find(p, LDNS_RR_TYPE_DNSKEY);

    for (size_t i = 0; set != NULL && i < count; i++) {
        ldns_rr *rr = collider(p, p->built->zone->zsk, i + 1);

        (void)ldns_rr_list_push_rr(set->rrs, ldns_rr_list_set_rr(set->rrs, rr, i));
    }
    return sign_dnskey(p, p->built->zone->ksk);
}

static int add_collider(const struct lab_patient *p)
{
    return publish_colliders(p, 1);
}

static int add_colliders(const struct lab_patient *p)
{
    return publish_colliders(p, 9);
}

/* clang-format off */
static const struct lab_verb verbs[] = {
    {"drop-dnskey-signature", LAB_ON_ZONE, dnskey_unsigned,      NULL},
    {"expire-zone",           LAB_ON_ZONE, expire_zone,          NULL},
    {"future-zone",           LAB_ON_ZONE, future_zone,          NULL},
    {"strip-zone",            LAB_ON_ZONE, strip_zone,           NULL},
    {"drop-all-signatures",   LAB_ON_ZONE, drop_all_signatures,  NULL},
    {"drop-data-signatures",  LAB_ON_ZONE, drop_data_signatures, NULL},
    {"drop-dnskey",           LAB_ON_ZONE, drop_dnskey,          NULL},
    {"drop-denials",          LAB_ON_ZONE, drop_denials,         NULL},
    {"drop-nsec3param",       LAB_ON_ZONE, drop_nsec3param,      NULL},
    {"revoke-key",            LAB_ON_ZONE, revoke_key,           NULL},
    {"no-zone-key",           LAB_ON_ZONE, no_zone_key,          NULL},
    {"wrong-protocol",        LAB_ON_ZONE, wrong_protocol,       NULL},
    {"drop-zsk",              LAB_ON_ZONE, drop_zsk,             NULL},
    {"drop-ksk",              LAB_ON_ZONE, drop_ksk,             NULL},
    {"sign-dnskey-by-zsk",    LAB_ON_ZONE, dnskey_by_zsk,        NULL},
    {"publish-next-zsk",      LAB_ON_ZONE, publish_next_zsk,     NULL},
    {"sign-with-both-zsks",   LAB_ON_ZONE, sign_with_both_zsks,  NULL},
    {"sign-with-next-zsk",    LAB_ON_ZONE, sign_with_next_zsk,   NULL},
    {"sign-with-both-ksks",   LAB_ON_ZONE, sign_with_both_ksks,  NULL},
    {"add-algorithm",         LAB_ON_ZONE, add_algorithm,        NULL},
    {"add-half-algorithm",    LAB_ON_ZONE, add_half_algorithm,   NULL},
    {"add-collider",          LAB_ON_ZONE, add_collider,         NULL},
    {"add-colliders",         LAB_ON_ZONE, add_colliders,        NULL},
};
/* clang-format on */

const struct lab_verb *lab_verb_on_zones_at(size_t index)
{
    return index < LAB_COUNT(verbs) ? &verbs[index] : NULL;
}
