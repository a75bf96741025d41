/* denial.c - NSEC and NSEC3 chains, and which record of a chain denies a name. */
#include <stdlib.h>
#include <string.h>

#include "sign/tree.h"

#define NSEC3_SHA1 1
#define NSEC3_OPT_OUT 1
#define HASH_LEN LDNS_SHA1_DIGEST_LENGTH

/* A name of the chain and its RRsets, built->sets[first..end-1]; an empty non-terminal has none. */
struct link {
    const ldns_rdf *name;
    uint8_t hash[HASH_LEN]; /* NSEC3 */
    size_t first;
    size_t end;
};

struct chain {
    struct link *list;
    size_t count;
    size_t room;
};

static struct link *new_link(struct chain *c, const ldns_rdf *name)
{
    if (c->count == c->room) {
        c->room = c->room * 2 + 32;
        c->list = lab_realloc(c->list, c->room, sizeof(*c->list));
    }
    c->list[c->count] = (struct link){.name = name};
    return &c->list[c->count++];
}

/* Delegations without DS have nothing that is signed. */
static bool any_signed(const struct lab_built *built, const struct link *l)
{
    for (size_t i = l->first; i < l->end; i++) {
        if (built->sets[i].ours)
            return true;
    }
    return false;
}

/* NS counts at a zone cut too, glue does not. An NSEC record stands at its own name, and so does
 * its signature. */
static ldns_rdf *bitmap(const struct lab_built *built, const struct link *l, ldns_rr_type denial)
{
    ldns_rr_type *types = lab_calloc(l->end - l->first + 2, sizeof(*types));
    size_t count = 0;
    ldns_rdf *rdf;

    for (size_t i = l->first; i < l->end; i++) {
        if (built->sets[i].ours || built->sets[i].type == LDNS_RR_TYPE_NS)
            types[count++] = built->sets[i].type;
    }
    if (denial == LDNS_RR_TYPE_NSEC)
        types[count++] = LDNS_RR_TYPE_NSEC;
    if (denial == LDNS_RR_TYPE_NSEC || any_signed(built, l))
        types[count++] = LDNS_RR_TYPE_RRSIG;
    rdf = lab_must(ldns_dnssec_create_nsec_bitmap(types, count, denial));
    free(types);
    return rdf;
}

static void add_nsec(struct lab_built *built, struct chain *c)
{
    for (size_t i = 0; i < c->count; i++) {
        const struct link *l = &c->list[i];
        ldns_rr *rr = lab_new_rr(l->name, LDNS_RR_TYPE_NSEC, LAB_ZONE_TTL);

        lab_push(rr, ldns_rdf_clone(c->list[(i + 1) % c->count].name));
        lab_push(rr, bitmap(built, l, LDNS_RR_TYPE_NSEC));
        lab_built_add(built, rr);
    }
}

/* RFC 5155, section 5. The name is in lower case already. */
static void hash_name(const struct lab_tree_zone *zone, const ldns_rdf *name, uint8_t out[HASH_LEN])
{
    uint8_t room[LDNS_MAX_DOMAINLEN + 1 + UINT8_MAX];
    size_t salt = zone->salt != NULL ? ldns_rdf_size(zone->salt) - 1 : 0;
    size_t len = ldns_rdf_size(name);

    memcpy(room, ldns_rdf_data(name), len);
    for (unsigned i = 0; i <= zone->iterations; i++) {
        if (salt > 0)
            memcpy(room + len, ldns_rdf_data(zone->salt) + 1, salt);
        (void)ldns_sha1(room, (unsigned)(len + salt), out);
        memcpy(room, out, HASH_LEN);
        len = HASH_LEN;
    }
}

static ldns_rdf *hashed_owner(const uint8_t hash[HASH_LEN], const ldns_rdf *origin)
{
    char label[40];
    ldns_rdf *owner;

    (void)ldns_b32_ntop_extended_hex(hash, HASH_LEN, label, sizeof(label));
    owner = lab_must(ldns_dname_new_frm_str(label));
    (void)ldns_dname_cat(owner, origin);
    return owner;
}

static int by_hash(const void *left, const void *right)
{
    const struct link *a = left;
    const struct link *b = right;

    return memcmp(a->hash, b->hash, HASH_LEN);
}

/* Sorted, two links of one name are neighbours: keep the one with RRsets. */
static void unite(struct chain *c)
{
    size_t kept = 0;

    if (c->count > 0)
        qsort(c->list, c->count, sizeof(*c->list), by_hash);
    for (size_t i = 0; i < c->count; i++) {
        if (kept == 0 || by_hash(&c->list[kept - 1], &c->list[i]) != 0)
            c->list[kept++] = c->list[i];
        else if (c->list[i].end > 0)
            c->list[kept - 1] = c->list[i];
    }
    c->count = kept;
}

/* Links for the names between a name and the top of the zone. */
static void link_parents(struct chain *c, const ldns_rdf *name, const struct lab_tree_zone *zone)
{
    ldns_rdf *up = lab_must(ldns_rdf_clone(name));

    while (ldns_dname_compare(up, zone->origin) != 0) {
        ldns_rdf *parent = lab_must(ldns_dname_left_chop(up));
        struct link *l;

        ldns_rdf_deep_free(up);
        up = parent;
        l = new_link(c, NULL);
        hash_name(zone, up, l->hash);
    }
    ldns_rdf_deep_free(up);
}

static ldns_rdf *next_hash(const struct link *l)
{
    uint8_t data[HASH_LEN + 1] = {HASH_LEN};

    memcpy(data + 1, l->hash, HASH_LEN);
    return ldns_rdf_new_frm_data(LDNS_RDF_TYPE_NSEC3_NEXT_OWNER, sizeof(data), data);
}

static ldns_rdf *salt_of(const struct lab_tree_zone *zone)
{
    static const uint8_t none[1] = {0};

    return zone->salt != NULL ? ldns_rdf_clone(zone->salt)
                              : ldns_rdf_new_frm_data(LDNS_RDF_TYPE_NSEC3_SALT, sizeof(none), none);
}

ldns_rr *lab_denial_parameters(const struct lab_tree_zone *zone)
{
    ldns_rr *rr = lab_new_rr(zone->origin, LDNS_RR_TYPE_NSEC3PARAM, LAB_ZONE_TTL);

    lab_push(rr, ldns_native2rdf_int8(LDNS_RDF_TYPE_INT8, NSEC3_SHA1));
    lab_push(rr, ldns_native2rdf_int8(LDNS_RDF_TYPE_INT8, 0));
    lab_push(rr, ldns_native2rdf_int16(LDNS_RDF_TYPE_INT16, (uint16_t)zone->iterations));
    lab_push(rr, salt_of(zone));
    return rr;
}

static void add_nsec3(struct lab_built *built, struct chain *c)
{
    uint8_t flags = built->zone->denial == LAB_NSEC3_OPTOUT ? NSEC3_OPT_OUT : 0;

    unite(c);
    for (size_t i = 0; i < c->count; i++) {
        const struct link *l = &c->list[i];
        ldns_rdf *owner = hashed_owner(l->hash, built->zone->origin);
        ldns_rr *rr = lab_new_rr(owner, LDNS_RR_TYPE_NSEC3, LAB_ZONE_TTL);

        lab_push(rr, ldns_native2rdf_int8(LDNS_RDF_TYPE_INT8, NSEC3_SHA1));
        lab_push(rr, ldns_native2rdf_int8(LDNS_RDF_TYPE_INT8, flags));
        lab_push(rr, ldns_native2rdf_int16(LDNS_RDF_TYPE_INT16, (uint16_t)built->zone->iterations));
        lab_push(rr, salt_of(built->zone));
        lab_push(rr, next_hash(&c->list[(i + 1) % c->count]));
        lab_push(rr, bitmap(built, l, LDNS_RR_TYPE_NSEC3));
        lab_built_add(built, rr);
        ldns_rdf_deep_free(owner);
    }
}

void lab_denial_add(struct lab_built *built)
{
    const struct lab_tree_zone *zone = built->zone;
    struct chain c = {0};
    size_t end;

    for (size_t i = 0; i < built->count; i = end) {
        struct link *l;

        end = lab_built_group(built, i);
        if (built->sets[i].hidden)
            continue;
        l = new_link(&c, built->sets[i].owner);
        l->first = i;
        l->end = end;
        if (zone->denial == LAB_NSEC)
            continue;
        hash_name(zone, l->name, l->hash);
        if (zone->denial == LAB_NSEC3_OPTOUT && !any_signed(built, l))
            c.count--; /* opted out, but not the names between: NSD's proofs need them */
        link_parents(&c, built->sets[i].owner, zone);
    }
    if (zone->denial == LAB_NSEC)
        add_nsec(built, &c);
    else
        add_nsec3(built, &c);
    free(c.list);
    lab_built_sort(built);
}

/* --- which one denies
 * ------------------------------------------------------------------------------- */

/* The last link at or before the name; before the first one, the last of all (the chain is a ring).
 */
static struct lab_rrset *covering(const struct lab_built *built, const ldns_rdf *name,
                                  ldns_rr_type type, bool *matches)
{
    struct lab_rrset *before = NULL;
    struct lab_rrset *last = NULL;

    for (size_t i = 0; i < built->count; i++) {
        struct lab_rrset *set = &built->sets[i];

        if (set->type != type)
            continue;
        last = set;
        if (ldns_dname_compare(set->owner, name) <= 0)
            before = set;
    }
    *matches = before != NULL && ldns_dname_compare(before->owner, name) == 0;
    return before != NULL ? before : last;
}

static struct lab_rrset *covering_hash(const struct lab_built *built, const ldns_rdf *name,
                                       bool *matches)
{
    uint8_t hash[HASH_LEN];
    ldns_rdf *owner;
    struct lab_rrset *set;

    hash_name(built->zone, name, hash);
    owner = hashed_owner(hash, built->zone->origin);
    set = covering(built, owner, LDNS_RR_TYPE_NSEC3, matches);
    ldns_rdf_deep_free(owner);
    return set;
}

struct lab_rrset *lab_denial_covering(const struct lab_built *built, const ldns_rdf *name,
                                      bool *matches)
{
    return built->zone->denial == LAB_NSEC ? covering(built, name, LDNS_RR_TYPE_NSEC, matches)
                                           : covering_hash(built, name, matches);
}

struct lab_rrset *lab_denial_find(const struct lab_built *built, const ldns_rdf *owner)
{
    ldns_rdf *name;
    struct lab_rrset *set;
    bool matches;

    if (built->zone->denial == LAB_NSEC)
        return covering(built, owner, LDNS_RR_TYPE_NSEC, &matches);
    /* NSEC3: of a name that exists its own; else the one that covers the "next closer name", one
     * label longer than the closest name that exists (RFC 5155, 7.2.1). */
    name = lab_must(ldns_rdf_clone(owner));
    set = covering_hash(built, name, &matches);
    while (!matches && ldns_dname_compare(name, built->zone->origin) != 0) {
        ldns_rdf *up = lab_must(ldns_dname_left_chop(name));
        struct lab_rrset *above = covering_hash(built, up, &matches);

        ldns_rdf_deep_free(name);
        name = up;
        if (!matches)
            set = above;
    }
    ldns_rdf_deep_free(name);
    return set;
}
