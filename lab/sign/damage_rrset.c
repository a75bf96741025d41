/* damage_rrset.c - verbs on one RRset: what can be wrong with its signature, or be odd and right.
 */
#include "sign/tree.h"

#define UNKNOWN_ALGORITHM 200
#define RSASHA256 8
#define MANY 9 /* one more than a resolver must try: Unbound stops at 8 */

/* Days from the epoch. Validators allow for clocks that are wrong by a tenth of the lifetime, at
 * most one day: past and future miss by three, late and early are within. */
struct span {
    int64_t from;
    int64_t to;
};
#define HOUR (LAB_DAY / 24)
static const struct span past = {-30 * LAB_DAY, -3 * LAB_DAY}, late = {-30 * LAB_DAY, -2 * HOUR},
                         brief = {-29 * LAB_DAY, LAB_DAY}, lasting = {-30 * LAB_DAY, 335 * LAB_DAY},
                         early = {2 * HOUR, 30 * LAB_DAY}, future = {3 * LAB_DAY, 30 * LAB_DAY},
                         reversed = {20 * LAB_DAY, -10 * LAB_DAY};

static struct lab_signing ordinary(const struct lab_patient *p)
{
    return lab_built_signing(p->built, p->set);
}

static int sign_in(const struct lab_patient *p, struct span span)
{
    struct lab_signing how = ordinary(p);

    how.when =
        (struct lab_validity){p->built->zone->epoch + span.from, p->built->zone->epoch + span.to};
    return lab_rrset_sign(p->set, &how, p->fault);
}

static int flip_signature(const struct lab_patient *p)
{
    lab_flip_last_bit(ldns_rr_rdf(p->set->sig, ldns_rr_rd_count(p->set->sig) - 1));
    return 0;
}

static int drop_signature(const struct lab_patient *p)
{
    lab_rrset_strip(p->set);
    return 0;
}

static int sign_expired(const struct lab_patient *p)
{
    return sign_in(p, past);
}

static int sign_just_expired(const struct lab_patient *p)
{
    return sign_in(p, late);
}

static int sign_for_a_day(const struct lab_patient *p)
{
    return sign_in(p, brief);
}

static int sign_for_a_year(const struct lab_patient *p)
{
    return sign_in(p, lasting);
}

static int sign_almost_valid(const struct lab_patient *p)
{
    return sign_in(p, early);
}

static int sign_future(const struct lab_patient *p)
{
    return sign_in(p, future);
}

static int sign_reversed(const struct lab_patient *p)
{
    return sign_in(p, reversed);
}

/* A key that is not in the zone's DNSKEY RRset: that of another level. */
static int sign_wrong_key(const struct lab_patient *p)
{
    struct lab_signing how = ordinary(p);

    how.key =
        &p->built->tree->keys[p->built->zone->level == LAB_LEVEL_ROOT ? LAB_KEY_TLD : LAB_KEY_ROOT];
    return lab_rrset_sign(p->set, &how, p->fault);
}

static int sign_as_parent(const struct lab_patient *p)
{
    struct lab_signing how = ordinary(p);

    if (p->built->zone->parent == NULL)
        return lab_cannot(p, "the root has no parent; expected another zone");
    how.signer = p->built->zone->parent->origin;
    return lab_rrset_sign(p->set, &how, p->fault);
}

static int sign_as_stranger(const struct lab_patient *p)
{
    struct lab_signing how = ordinary(p);
    ldns_rdf *stranger = lab_must(ldns_dname_new_frm_str("nic.example."));
    int rc;

    how.signer = stranger;
    rc = lab_rrset_sign(p->set, &how, p->fault);
    ldns_rdf_deep_free(stranger);
    return rc;
}

static int sign_fewer_labels(const struct lab_patient *p)
{
    struct lab_signing how = ordinary(p);

    how.labels = -1;
    return lab_rrset_sign(p->set, &how, p->fault);
}

static int sign_more_labels(const struct lab_patient *p)
{
    struct lab_signing how = ordinary(p);

    how.labels = 1;
    return lab_rrset_sign(p->set, &how, p->fault);
}

static int sign_wrong_tag(const struct lab_patient *p)
{
    struct lab_signing how = ordinary(p);

    how.tag = 1;
    return lab_rrset_sign(p->set, &how, p->fault);
}

static int sign_other_algorithm(const struct lab_patient *p)
{
    struct lab_signing how = ordinary(p);

    how.algorithm = RSASHA256;
    return lab_rrset_sign(p->set, &how, p->fault);
}

static int sign_unknown_algorithm(const struct lab_patient *p)
{
    struct lab_signing how = ordinary(p);

    how.algorithm = UNKNOWN_ALGORITHM;
    return lab_rrset_sign(p->set, &how, p->fault);
}

/* Caches may count the TTL down, so a validator must take the one in the signature. */
static int sign_other_ttl(const struct lab_patient *p)
{
    struct lab_signing how = ordinary(p);

    how.ttl = LAB_ZONE_TTL;
    return lab_rrset_sign(p->set, &how, p->fault);
}

/* Any field but a name, whose last bit is that of the root label. */
static int edit(const struct lab_patient *p)
{
    ldns_rr *rr = ldns_rr_list_rr(p->set->rrs, 0);

    for (size_t i = ldns_rr_rd_count(rr); i-- > 0;) {
        ldns_rdf *rdf = ldns_rr_rdf(rr, i);

        if (ldns_rdf_get_type(rdf) != LDNS_RDF_TYPE_DNAME && ldns_rdf_size(rdf) > 0) {
            lab_flip_last_bit(rdf);
            return 0;
        }
    }
    return lab_cannot(p, "its data is only a name; expected a type with more in it");
}

/* How many signatures that differ in one bit each stand before the good one. */
static int add_bad(const struct lab_patient *p, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        ldns_rr *bad = lab_must(ldns_rr_clone(p->set->sig));

        ldns_rdf_data(ldns_rr_rdf(bad, ldns_rr_rd_count(bad) - 1))[i] ^= 1;
        lab_rrset_add_signature(p->set, bad);
    }
    p->set->others_first = true;
    return 0;
}

static int add_one_bad(const struct lab_patient *p)
{
    return add_bad(p, 1);
}

static int add_many_bad(const struct lab_patient *p)
{
    return add_bad(p, MANY);
}

/* clang-format off */
static const struct lab_verb verbs[] = {
    {"flip-signature",         LAB_ON_RRSET,  flip_signature,         NULL},
    {"drop-signature",         LAB_ON_RRSET,  drop_signature,         NULL},
    {"sign-expired",           LAB_ON_RRSET,  sign_expired,           NULL},
    {"sign-just-expired",      LAB_ON_RRSET,  sign_just_expired,      NULL},
    {"sign-for-a-day",         LAB_ON_RRSET,  sign_for_a_day,         NULL},
    {"sign-for-a-year",        LAB_ON_RRSET,  sign_for_a_year,        NULL},
    {"sign-almost-valid",      LAB_ON_RRSET,  sign_almost_valid,      NULL},
    {"sign-future",            LAB_ON_RRSET,  sign_future,            NULL},
    {"sign-reversed",          LAB_ON_RRSET,  sign_reversed,          NULL},
    {"sign-wrong-key",         LAB_ON_RRSET,  sign_wrong_key,         NULL},
    {"sign-as-parent",         LAB_ON_RRSET,  sign_as_parent,         NULL},
    {"sign-as-stranger",       LAB_ON_RRSET,  sign_as_stranger,       NULL},
    {"sign-fewer-labels",      LAB_ON_RRSET,  sign_fewer_labels,      NULL},
    {"sign-more-labels",       LAB_ON_RRSET,  sign_more_labels,       NULL},
    {"sign-wrong-tag",         LAB_ON_RRSET,  sign_wrong_tag,         NULL},
    {"sign-other-algorithm",   LAB_ON_RRSET,  sign_other_algorithm,   NULL},
    {"sign-unknown-algorithm", LAB_ON_RRSET,  sign_unknown_algorithm, NULL},
    {"sign-other-ttl",         LAB_ON_RRSET,  sign_other_ttl,         NULL},
    {"edit",                   LAB_ON_RRSET,  edit,                   NULL},
    {"add-bad-signature",      LAB_ON_RRSET,  add_one_bad,            NULL},
    {"add-bad-signatures",     LAB_ON_RRSET,  add_many_bad,           NULL},
    {"flip-denial-signature",  LAB_ON_DENIAL, flip_signature,         NULL},
    {"drop-denial-signature",  LAB_ON_DENIAL, drop_signature,         NULL},
    {"sign-denial-expired",    LAB_ON_DENIAL, sign_expired,           NULL},
};
/* clang-format on */

const struct lab_verb *lab_verb_on_rrsets_at(size_t index)
{
    return index < LAB_COUNT(verbs) ? &verbs[index] : NULL;
}
