/* answer.c - one link after another, see answer.h. */
#include "fast/answer.h"

#include <string.h>

/* Unbound follows so many aliases for one question. */
#define ALIASES_MAX 11u
#define MESSAGE_MAX 65535u
#define NAME_MAX_WIRE 255u

enum kind { DATA, ALIAS, NODATA, NXDOMAIN };

/* One name in one zone. */
struct step {
    const struct fast_zone *zone;
    const ldns_rdf *name;
    ldns_rr_type type;
    enum kind kind;
    enum lab_security security;
    const struct lab_rrset *set; /* DATA; ALIAS: the CNAME or DNAME record */
    ldns_rdf *target;            /* ALIAS: owned */
    bool renamed;                /* by a DNAME record */
};

static bool is_chain(ldns_rr_type type)
{
    return type == LDNS_RR_TYPE_NSEC || type == LDNS_RR_TYPE_NSEC3;
}

static bool at_or_below(const ldns_rdf *owner, const ldns_rdf *name)
{
    return ldns_dname_compare(owner, name) == 0 || ldns_dname_is_subdomain(owner, name);
}

/* Is there anything at the name, or below it (RFC 4592, section 2.2.2)? A compact denial says so of
 * what is not there. */
static bool exists(const struct fast_zone *z, const ldns_rdf *name)
{
    for (size_t i = 0; i < z->tree->harm_count; i++) {
        if (strcmp(z->tree->harm[i].verb->name, "deny-compactly") == 0 &&
            at_or_below(z->tree->harm[i].owner, name))
            return true;
    }
    for (size_t i = 0; i < z->built.count; i++) {
        const struct lab_rrset *set = &z->built.sets[i];

        if (!is_chain(set->type) && at_or_below(set->owner, name))
            return true;
    }
    return false;
}

static void deny(struct step *s, const ldns_rdf *name, bool closer)
{
    s->security = fast_worse(s->security, fast_zone_denies(s->zone, name, s->type, closer));
}

/* A negative answer has the SOA record with it. */
static void negative(struct step *s, enum kind kind)
{
    s->kind = kind;
    if (s->zone->state == LAB_SECURE)
        s->security =
            fast_worse(s->security, fast_zone_harm(s->zone, lab_built_find(&s->zone->built,
                                                                           s->zone->tree->origin,
                                                                           LDNS_RR_TYPE_SOA)));
}

static void positive(struct step *s, const struct lab_rrset *set, enum kind kind)
{
    s->kind = kind;
    s->set = set;
    if (s->zone->state == LAB_SECURE)
        s->security = fast_worse(s->security, fast_zone_harm(s->zone, set));
    if (kind == ALIAS && !s->renamed)
        s->target = lab_must(ldns_rdf_clone(ldns_rr_rdf(ldns_rr_list_rr(set->rrs, 0), 0)));
}

/* What stands at owner, which is the name itself or its wildcard. */
static void at_owner(struct step *s, const ldns_rdf *owner)
{
    const struct lab_built *built = &s->zone->built;
    const struct lab_rrset *own = lab_built_find(built, owner, s->type);
    const struct lab_rrset *alias = lab_built_find(built, owner, LDNS_RR_TYPE_CNAME);

    if (own != NULL) {
        positive(s, own, DATA);
    } else if (alias != NULL) {
        positive(s, alias, ALIAS);
    } else {
        deny(s, owner, false);
        negative(s, NODATA);
    }
}

/* The name does not exist: perhaps a wildcard stands for it. */
static void below(struct step *s)
{
    const bool hashed = s->zone->tree->denial != LAB_NSEC;
    ldns_rdf *closer = lab_must(ldns_rdf_clone(s->name));
    ldns_rdf *encloser = lab_must(ldns_dname_left_chop(closer));
    ldns_rdf *wildcard = lab_must(ldns_dname_new_frm_str("*"));

    while (!exists(s->zone, encloser)) {
        ldns_rdf_deep_free(closer);
        closer = encloser;
        encloser = lab_must(ldns_dname_left_chop(closer));
    }
    (void)ldns_dname_cat(wildcard, encloser);
    deny(s, hashed ? closer : s->name, true);
    if (exists(s->zone, wildcard)) {
        at_owner(s, wildcard);
    } else {
        if (hashed)
            deny(s, encloser, false);
        deny(s, wildcard, false);
        negative(s, NXDOMAIN);
    }
    ldns_rdf_deep_free(wildcard);
    ldns_rdf_deep_free(encloser);
    ldns_rdf_deep_free(closer);
}

/* A DNAME record above the name, in its zone. */
static const struct lab_rrset *dname_above(const struct step *s)
{
    for (size_t i = 0; i < s->zone->built.count; i++) {
        const struct lab_rrset *set = &s->zone->built.sets[i];

        if (set->type == LDNS_RR_TYPE_DNAME && ldns_dname_is_subdomain(s->name, set->owner))
            return set;
    }
    return NULL;
}

/* RFC 6672, section 3.1. Too long is YXDOMAIN. */
static void rename_by(struct step *s, const struct lab_rrset *dname)
{
    const ldns_rdf *to = ldns_rr_rdf(ldns_rr_list_rr(dname->rrs, 0), 0);
    const size_t keep = ldns_rdf_size(s->name) - ldns_rdf_size(dname->owner);
    uint8_t wire[2 * NAME_MAX_WIRE];

    s->renamed = true;
    positive(s, dname, ALIAS);
    if (keep + ldns_rdf_size(to) > NAME_MAX_WIRE) {
        s->security = LAB_ERROR;
        return;
    }
    memcpy(wire, ldns_rdf_data(s->name), keep);
    memcpy(wire + keep, ldns_rdf_data(to), ldns_rdf_size(to));
    s->target =
        lab_must(ldns_rdf_new_frm_data(LDNS_RDF_TYPE_DNAME, keep + ldns_rdf_size(to), wire));
}

/* The reply says something else than its signatures and proofs, which matters where they are
 * insisted on. */
static void spoil(struct step *s, enum kind kind)
{
    s->kind = kind;
    if (s->zone->state == LAB_SECURE)
        s->security = LAB_BOGUS;
}

/* What becomes of the answer on its way from the server. */
static void serve(struct step *s, enum lab_serve_as as)
{
    const bool insists = s->zone->state == LAB_SECURE;

    switch (as) {
    case LAB_SERVE_DELAY:
    case LAB_SERVE_TRUNCATED:
    case LAB_SERVE_NOT_AUTHORITATIVE:
    case LAB_SERVE_CLAIMS_AD: /* an authority has no say in that */
        break;
    case LAB_SERVE_UNSIGNED:
    case LAB_SERVE_NO_EDNS:
        if (insists)
            s->security = LAB_BOGUS;
        break;
    case LAB_SERVE_NXDOMAIN: /* Unbound corrects what comes with a proof of NODATA */
        if (s->kind != NODATA || !insists)
            spoil(s, NXDOMAIN);
        break;
    case LAB_SERVE_NOERROR:
        if (s->kind == NXDOMAIN)
            spoil(s, NODATA);
        break;
    case LAB_SERVE_EMPTY:
        spoil(s, NODATA);
        break;
    case LAB_SERVE_DROP:
    case LAB_SERVE_DROP_UDP:
    case LAB_SERVE_REFUSED:
    case LAB_SERVE_NOTIMP:
    case LAB_SERVE_FORMERR:
    case LAB_SERVE_SERVFAIL:
    case LAB_SERVE_NOTAUTH:
    case LAB_SERVE_TRUNCATED_NO_TCP:
    case LAB_SERVE_OTHER_QUESTION:
    case LAB_SERVE_GARBLED:
    case LAB_SERVE_COUNT:
        s->security = LAB_ERROR;
        break;
    }
}

/* More than a message can hold cannot be had at all. */
static bool too_big(const struct lab_rrset *set)
{
    size_t len = 0;

    for (size_t i = 0; i < ldns_rr_list_rr_count(set->rrs); i++)
        len += 12 + ldns_rr_uncompressed_size(ldns_rr_list_rr(set->rrs, i)) -
               ldns_rdf_size(set->owner) - 10;
    return len > MESSAGE_MAX;
}

static void take_step(const struct fast_zones *zones, struct step *s)
{
    const struct lab_tree_zone *t = s->zone->tree;
    const struct lab_rrset *dname = dname_above(s);
    char *text = lab_must(ldns_rdf2str(s->name));
    const struct lab_dns_fault *fault =
        t->faulty && !t->spare
            ? lab_dns_fault_for(zones->faults, zones->faults_count, text, s->type)
            : NULL;

    s->security = t->served ? s->zone->state : LAB_ERROR;
    if (dname != NULL)
        rename_by(s, dname);
    else if (exists(s->zone, s->name))
        at_owner(s, s->name);
    else
        below(s);
    if (fault != NULL)
        serve(s, fault->as);
    if (s->kind == DATA && too_big(s->set))
        s->security = LAB_ERROR;
    free(text);
}

/* A question for an alias ends with the alias. Unbound (1.17) takes the one that follows from a
 * signed DNAME record as bogus then: it has no signature. */
static void end_at_alias(struct step *s, struct fast_answer *out)
{
    if (s->renamed && s->security == LAB_SECURE)
        s->security = LAB_BOGUS;
    out->answer = LAB_ANSWER_DATA;
    out->alias = s->target;
    s->target = NULL;
}

static void end(struct step *s, struct fast_answer *out)
{
    out->set = s->kind == DATA ? s->set : NULL;
    out->answer = s->kind == DATA     ? LAB_ANSWER_DATA
                  : s->kind == NODATA ? LAB_ANSWER_NODATA
                                      : LAB_ANSWER_NXDOMAIN;
}

/* From name on; false: that was the end. */
static bool follow(const struct fast_zones *zones, ldns_rdf **name, ldns_rr_type type,
                   struct fast_answer *out)
{
    struct step s = {
        .zone = fast_zone_of(zones, *name, type == LDNS_RR_TYPE_DS), .name = *name, .type = type};
    bool more = false;

    take_step(zones, &s);
    if (s.kind == ALIAS && type == LDNS_RR_TYPE_CNAME) {
        end_at_alias(&s, out);
    } else if (s.kind == ALIAS && s.target != NULL && out->aliases < ALIASES_MAX) {
        out->aliases++;
        ldns_rdf_deep_free(*name);
        *name = s.target;
        s.target = NULL;
        ldns_dname2canonical(*name);
        more = true;
    } else if (s.kind == ALIAS) {
        s.security = LAB_ERROR;
    } else {
        end(&s, out);
    }
    out->security = fast_worse(out->security, s.security);
    ldns_rdf_deep_free(s.target);
    return more;
}

void fast_ask(const struct fast_zones *zones, const ldns_rdf *name, ldns_rr_type type,
              struct fast_answer *out)
{
    ldns_rdf *at = lab_must(ldns_rdf_clone(name));

    ldns_dname2canonical(at);
    *out = (struct fast_answer){.security = LAB_SECURE};
    while (follow(zones, &at, type, out))
        continue;
    if (out->aliases > 0)
        out->canonical = at;
    else
        ldns_rdf_deep_free(at);
}

void fast_answer_free(struct fast_answer *answer)
{
    ldns_rdf_deep_free(answer->alias);
    ldns_rdf_deep_free(answer->canonical);
}
