/* damage_ds.c - verbs on the DS records that the parent has of a zone. Each gets the list with the
 * one right record. */
#include "sign/tree.h"

#define UNKNOWN_ALGORITHM 200
#define UNKNOWN_DIGEST 200
#define RSASHA256 8
#define ECC_GOST 12 /* known by name, supported by nobody */

/* Fields. */
enum { ALGORITHM = 1, DIGEST_TYPE = 2, DIGEST = 3 };

static ldns_rr *only(const ldns_rr_list *list)
{
    return ldns_rr_list_rr(list, 0);
}

static void set_octet(ldns_rr *ds, size_t field, uint8_t value)
{
    *ldns_rdf_data(ldns_rr_rdf(ds, field)) = value;
}

static ldns_rr *copy_of(const ldns_rr_list *list)
{
    return lab_must(ldns_rr_clone(only(list)));
}

static void add(ldns_rr_list *list, ldns_rr *ds)
{
    (void)ldns_rr_list_push_rr(list, ds);
}

static void replace(ldns_rr_list *list, ldns_rr *ds)
{
    ldns_rr_free(ldns_rr_list_set_rr(list, ds, 0));
}

#define VERB(name)                                                                  \
    static void name(const struct lab_tree *tree, const struct lab_tree_zone *zone, \
                     ldns_rr_list *list)

VERB(wrong_digest)
{
    (void)tree, (void)zone;
    lab_flip_last_bit(ldns_rr_rdf(only(list), DIGEST));
}

VERB(none)
{
    (void)tree, (void)zone;
    ldns_rr_free(ldns_rr_list_pop_rr(list));
}

VERB(unknown_algorithm)
{
    (void)tree, (void)zone;
    set_octet(only(list), ALGORITHM, UNKNOWN_ALGORITHM);
}

VERB(unsupported_algorithm)
{
    (void)tree, (void)zone;
    set_octet(only(list), ALGORITHM, ECC_GOST);
}

VERB(unknown_digest)
{
    (void)tree, (void)zone;
    set_octet(only(list), DIGEST_TYPE, UNKNOWN_DIGEST);
}

VERB(wrong_algorithm)
{
    (void)tree, (void)zone;
    set_octet(only(list), ALGORITHM, RSASHA256);
}

VERB(wrong_tag)
{
    (void)tree, (void)zone;
    lab_flip_last_bit(ldns_rr_rdf(only(list), 0));
}

VERB(sha1)
{
    (void)tree;
    replace(list, lab_zone_key_ds(zone->ksk, zone->origin, LDNS_SHA1));
}

VERB(sha384)
{
    (void)tree;
    replace(list, lab_zone_key_ds(zone->ksk, zone->origin, LDNS_SHA384));
}

VERB(sha1_beside_wrong)
{
    (void)tree;
    lab_flip_last_bit(ldns_rr_rdf(only(list), DIGEST));
    add(list, lab_zone_key_ds(zone->ksk, zone->origin, LDNS_SHA1));
}

VERB(wrong_sha1_beside_right)
{
    ldns_rr *other = lab_zone_key_ds(zone->ksk, zone->origin, LDNS_SHA1);

    (void)tree;
    lab_flip_last_bit(ldns_rr_rdf(other, DIGEST));
    add(list, other);
}

VERB(short_digest)
{
    ldns_rdf *digest = ldns_rr_rdf(only(list), DIGEST);

    (void)tree, (void)zone;
    ldns_rdf_set_size(digest, ldns_rdf_size(digest) - 1);
}

/* As in a change of algorithm that was given up half-way. */
VERB(other_algorithm_beside_right)
{
    ldns_rr *other = copy_of(list);

    (void)tree, (void)zone;
    set_octet(other, ALGORITHM, RSASHA256);
    lab_flip_last_bit(ldns_rr_rdf(other, DIGEST));
    add(list, other);
}

VERB(stale_beside_right)
{
    ldns_rr *stale = lab_zone_key_ds(&tree->keys[LAB_KEY_NEXT], zone->origin, LDNS_SHA256);

    lab_flip_last_bit(ldns_rr_rdf(stale, DIGEST));
    add(list, stale);
}

VERB(unknown_beside_right)
{
    ldns_rr *other = copy_of(list);

    (void)tree, (void)zone;
    set_octet(other, ALGORITHM, UNKNOWN_ALGORITHM);
    add(list, other);
}

VERB(unknown_beside_wrong)
{
    ldns_rr *other = copy_of(list);

    (void)tree, (void)zone;
    set_octet(other, ALGORITHM, UNKNOWN_ALGORITHM);
    add(list, other);
    lab_flip_last_bit(ldns_rr_rdf(only(list), DIGEST));
}

VERB(of_next_key)
{
    replace(list, lab_zone_key_ds(&tree->keys[LAB_KEY_NEXT], zone->origin, LDNS_SHA256));
}

VERB(of_both_keys)
{
    add(list, lab_zone_key_ds(&tree->keys[LAB_KEY_NEXT], zone->origin, LDNS_SHA256));
}

VERB(of_zsk)
{
    (void)tree;
    replace(list, lab_zone_key_ds(zone->zsk, zone->origin, LDNS_SHA256));
}

/* clang-format off */
static const struct lab_verb verbs[] = {
    {"ds-wrong-digest",                   LAB_ON_ZONE, NULL, wrong_digest},
    {"ds-none",                           LAB_ON_ZONE, NULL, none},
    {"ds-unknown-algorithm",              LAB_ON_ZONE, NULL, unknown_algorithm},
    {"ds-unsupported-algorithm",          LAB_ON_ZONE, NULL, unsupported_algorithm},
    {"ds-unknown-digest",                 LAB_ON_ZONE, NULL, unknown_digest},
    {"ds-wrong-algorithm",                LAB_ON_ZONE, NULL, wrong_algorithm},
    {"ds-wrong-tag",                      LAB_ON_ZONE, NULL, wrong_tag},
    {"ds-sha1",                           LAB_ON_ZONE, NULL, sha1},
    {"ds-sha384",                         LAB_ON_ZONE, NULL, sha384},
    {"ds-sha1-beside-wrong",              LAB_ON_ZONE, NULL, sha1_beside_wrong},
    {"ds-wrong-sha1-beside-right",        LAB_ON_ZONE, NULL, wrong_sha1_beside_right},
    {"ds-short-digest",                   LAB_ON_ZONE, NULL, short_digest},
    {"ds-other-algorithm-beside-right",   LAB_ON_ZONE, NULL, other_algorithm_beside_right},
    {"ds-stale-beside-right",             LAB_ON_ZONE, NULL, stale_beside_right},
    {"ds-unknown-beside-right",           LAB_ON_ZONE, NULL, unknown_beside_right},
    {"ds-unknown-beside-wrong",           LAB_ON_ZONE, NULL, unknown_beside_wrong},
    {"ds-of-next-key",                    LAB_ON_ZONE, NULL, of_next_key},
    {"ds-of-both-keys",                   LAB_ON_ZONE, NULL, of_both_keys},
    {"ds-of-zsk",                         LAB_ON_ZONE, NULL, of_zsk},
};
/* clang-format on */

const struct lab_verb *lab_verb_on_ds_at(size_t index)
{
    return index < LAB_COUNT(verbs) ? &verbs[index] : NULL;
}
