/* records.c - master-file text to records, with every rule that a lone zone file can break. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "sign/tree.h"

struct parse {
    bool whole;
    const ldns_rdf *apex;
    ldns_rdf *origin;          /* $ORIGIN */
    ldns_rdf *previous;        /* owner of the entry before */
    uint32_t ttl;              /* $TTL */
    unsigned line;             /* where a fault is */
    char word[LAB_ENTRY_WORD]; /* and at which word there; "": at the first */
    struct lab_records *out;
    struct lab_fault *fault;
};

static int wrong(const struct parse *p, const char *what, const char *expected)
{
    return lab_fail(p->fault, EX_DATAERR, "%s; expected %s", what, expected);
}

static bool at_or_below(const ldns_rdf *name, const ldns_rdf *top)
{
    return ldns_dname_compare(name, top) == 0 || ldns_dname_is_subdomain(name, top);
}

/* Types that signing makes, or that never stand in a zone. */
static bool is_ours(ldns_rr_type type)
{
    return type == LDNS_RR_TYPE_DNSKEY || type == LDNS_RR_TYPE_RRSIG || type == LDNS_RR_TYPE_NSEC ||
           type == LDNS_RR_TYPE_NSEC3 || type == LDNS_RR_TYPE_NSEC3PARAM;
}

static bool is_meta(ldns_rr_type type)
{
    return type == 0 || type == LDNS_RR_TYPE_OPT ||
           (type >= LDNS_RR_TYPE_TKEY && type <= LDNS_RR_TYPE_ANY);
}

static bool is_short_tlsa(const ldns_rr *rr)
{
    return ldns_rr_get_type(rr) == LDNS_RR_TYPE_TLSA && ldns_rr_rd_count(rr) < 3;
}

/* What the lab makes itself, or has to stand elsewhere. */
static int check_place(const struct parse *p, const ldns_rr *rr)
{
    ldns_rr_type type = ldns_rr_get_type(rr);
    bool at_apex = ldns_dname_compare(ldns_rr_owner(rr), p->apex) == 0;

    if (!at_or_below(ldns_rr_owner(rr), p->apex))
        return wrong(p, "the owner is not in the zone", "the zone's name or a name below it");
    if (is_ours(type))
        return wrong(p, "a record of a type that the lab makes itself",
                     "no DNSKEY, RRSIG, NSEC, NSEC3 or NSEC3PARAM");
    if (at_apex && type == LDNS_RR_TYPE_DS)
        return wrong(p, "a DS record at the top of the zone",
                     "it in the parent, where the lab makes it");
    if (at_apex && type == LDNS_RR_TYPE_CNAME)
        return wrong(p, "a CNAME at the top of the zone, beside SOA and NS", "it at a name below");
    if (type == LDNS_RR_TYPE_SOA && !(at_apex && p->whole))
        return wrong(p, "an SOA record", "none: the lab adds it");
    if (at_apex && type == LDNS_RR_TYPE_NS && !p->whole)
        return wrong(p, "an NS record at the top of the zone", "none: the lab adds it");
    return 0;
}

static int check_record(const struct parse *p, const char *entry, const ldns_rr *rr)
{
    const char *doubt = lab_entry_doubt(entry, rr);

    if (doubt != NULL)
        return lab_fail(p->fault, EX_DATAERR, "%s", doubt);
    if (ldns_rr_get_class(rr) != LDNS_RR_CLASS_IN)
        return wrong(p, "a record of another class", "class IN");
    if (is_meta(ldns_rr_get_type(rr)))
        return wrong(p, "this type is not one of records", "a type of zone data");
    if (is_short_tlsa(rr))
        return wrong(p, "TLSA data of fewer than three octets, which NSD does not load",
                     "at least three: usage, selector, matching type");
    return check_place(p, rr);
}

static void keep(struct lab_records *all, ldns_rr *rr, unsigned line)
{
    if (all->count == all->room) {
        all->room = all->room * 2 + 16;
        all->list = lab_realloc(all->list, all->room, sizeof(*all->list));
    }
    all->list[all->count++] = (struct lab_record){rr, line};
}

/* $ORIGIN NAME or $TTL SECONDS. */
static int directive(struct parse *p, const char *entry)
{
    size_t word = strcspn(entry, " \t");
    const char *value = entry + word + strspn(entry + word, " \t");
    size_t len = strcspn(value, " \t");
    bool alone = len > 0 && value[len + strspn(value + len, " \t")] == '\0';

    if (alone && word == 4 && strncasecmp(entry, "$TTL", word) == 0) {
        if (strspn(value, "0123456789") != len || strtoull(value, NULL, 10) > INT32_MAX)
            return wrong(p, "$TTL cannot be read", "seconds, 0 to 2147483647");
        p->ttl = (uint32_t)strtoul(value, NULL, 10);
        return 0;
    }
    if (alone && word == 7 && strncasecmp(entry, "$ORIGIN", word) == 0) {
        char *name = lab_strndup(value, len);
        ldns_rdf *origin = ldns_dname_new_frm_str(name);
        bool absolute = origin != NULL && ldns_dname_str_absolute(name) == 1;

        free(name);
        if (!absolute) {
            ldns_rdf_deep_free(origin);
            return wrong(p, "$ORIGIN cannot be read", "a domain name that ends in a dot");
        }
        ldns_rdf_deep_free(p->origin);
        p->origin = origin;
        return 0;
    }
    return wrong(p, "an unknown or incomplete directive", "$ORIGIN NAME or $TTL SECONDS");
}

static int no_record(struct parse *p, const char *entry, ldns_status st)
{
    const char *expected = "expected [OWNER] [TTL] TYPE DATA";

    if (lab_entry_type(entry, p->word) == 0)
        return lab_fail(p->fault, EX_DATAERR, "`%s` is no type of record; %s", p->word, expected);
    return lab_fail(p->fault, EX_DATAERR, "data of this %s record cannot be read (%s); %s", p->word,
                    ldns_get_errorstr_by_id(st), expected);
}

static int parse_record(struct parse *p, const char *entry)
{
    ldns_rr *rr = NULL;
    ldns_status st = ldns_rr_new_frm_str(&rr, entry, p->ttl, p->origin, &p->previous);

    if (st != LDNS_STATUS_OK)
        return no_record(p, entry, st);
    ldns_dname2canonical(ldns_rr_owner(rr));
    if (check_record(p, entry, rr) != 0) {
        ldns_rr_free(rr);
        return -1;
    }
    keep(p->out, rr, p->line);
    return 0;
}

static int by_place(const void *left, const void *right)
{
    const struct lab_record *a = *(const struct lab_record *const *)left;
    const struct lab_record *b = *(const struct lab_record *const *)right;
    int order = ldns_rr_compare(a->rr, b->rr);

    return order != 0 ? order : (a->line > b->line) - (a->line < b->line);
}

/* Two neighbours of the sorted list with one owner: by owner, type and data. A CNAME beside other
 * types has one of them as its neighbour. */
static int check_neighbours(struct parse *p, const struct lab_record *a, const struct lab_record *b)
{
    ldns_rr_type type = ldns_rr_get_type(a->rr);

    p->line = a->line > b->line ? a->line : b->line;
    if (type != ldns_rr_get_type(b->rr)) {
        if (type == LDNS_RR_TYPE_CNAME || ldns_rr_get_type(b->rr) == LDNS_RR_TYPE_CNAME)
            return wrong(p, "CNAME and other data at one name", "a CNAME alone");
        return 0;
    }
    if (ldns_rr_compare(a->rr, b->rr) == 0)
        return wrong(p, "the record stands there twice", "each record once");
    if (type == LDNS_RR_TYPE_CNAME || type == LDNS_RR_TYPE_DNAME || type == LDNS_RR_TYPE_SOA)
        return wrong(p, "a second CNAME, DNAME or SOA record at one name", "one");
    if (ldns_rr_ttl(a->rr) != ldns_rr_ttl(b->rr))
        return wrong(p, "the TTL differs from that of another record of the RRset",
                     "one TTL for all of them");
    return 0;
}

static int check_sorted(struct parse *p, const struct lab_record *const *list, size_t count)
{
    const ldns_rdf *dname = NULL;

    for (size_t i = 0; i < count; i++) {
        const ldns_rdf *owner = ldns_rr_owner(list[i]->rr);

        if (i > 0 && ldns_dname_compare(ldns_rr_owner(list[i - 1]->rr), owner) == 0 &&
            check_neighbours(p, list[i - 1], list[i]) != 0)
            return -1;
        p->line = list[i]->line;
        if (dname != NULL && ldns_dname_is_subdomain(owner, dname))
            return wrong(p, "data below a DNAME", "none there");
        if (ldns_rr_get_type(list[i]->rr) == LDNS_RR_TYPE_DNAME)
            dname = owner;
    }
    return 0;
}

static int check_all(struct parse *p)
{
    const struct lab_record **list = lab_calloc(p->out->count, sizeof(*list));
    int rc;

    for (size_t i = 0; i < p->out->count; i++)
        list[i] = &p->out->list[i];
    qsort(list, p->out->count, sizeof(*list), by_place);
    rc = check_sorted(p, list, p->out->count);
    free(list);
    return rc;
}

static bool has_at(const struct lab_records *all, const ldns_rdf *owner, ldns_rr_type type)
{
    for (size_t i = 0; i < all->count; i++) {
        const ldns_rr *rr = all->list[i].rr;

        if (ldns_rr_get_type(rr) == type && ldns_dname_compare(ldns_rr_owner(rr), owner) == 0)
            return true;
    }
    return false;
}

/* Entry by entry, then all together. */
static int parse_entries(struct parse *p, const char *text)
{
    struct lab_entry_reader reader = {.at = text, .line = 1};
    int rc = 0;
    int got;

    while (rc == 0 && (got = lab_entry_next(&reader)) != 0) {
        p->line = reader.start;
        if (got < 0)
            rc = lab_fail(p->fault, EX_DATAERR, "%s", reader.wrong);
        else
            rc = reader.text.text[0] == '$' ? directive(p, reader.text.text)
                                            : parse_record(p, reader.text.text);
    }
    free(reader.text.text);
    return rc == 0 ? check_all(p) : rc;
}

static int parse_text(struct parse *p, const char *text)
{
    int rc;

    p->ttl = LAB_ZONE_TTL;
    p->origin = lab_must(ldns_rdf_clone(p->apex));
    p->previous = lab_must(ldns_rdf_clone(p->apex));
    rc = parse_entries(p, text);
    ldns_rdf_deep_free(p->origin);
    ldns_rdf_deep_free(p->previous);
    return rc;
}

int lab_records_parse(const char *whose, const char *text, const ldns_rdf *origin, bool whole,
                      struct lab_records *out, struct lab_fault *fault)
{
    struct lab_records all = {0};
    struct lab_fault inner = {0};
    struct parse p = {.whole = whole, .apex = origin, .out = &all, .fault = &inner};
    int rc = parse_text(&p, text);

    if (rc != 0)
        (void)lab_fail(fault, inner.status, "%s, line %u: %s", whose, p.line, inner.what);
    else if (whole &&
             !(has_at(&all, origin, LDNS_RR_TYPE_SOA) && has_at(&all, origin, LDNS_RR_TYPE_NS)))
        rc = lab_fail(fault, EX_DATAERR,
                      "%s: no SOA or no NS record; expected both at the top of the zone", whose);
    if (rc != 0)
        lab_records_free(&all);
    else
        *out = all;
    return rc;
}

int lab_zone_check(const char *name, const char *records, struct lab_record_place *place,
                   struct lab_fault *fault)
{
    struct lab_records all = {0};
    ldns_rdf *apex = ldns_dname_new_frm_str(name);
    struct parse p = {.apex = apex, .line = 1, .out = &all, .fault = fault};
    int rc = apex == NULL ? lab_fail(fault, EX_DATAERR, "zone %s: not a domain name", name)
                          : parse_text(&p, records);

    place->line = p.line;
    (void)snprintf(place->word, sizeof(place->word), "%s", p.word);
    ldns_rdf_deep_free(apex);
    lab_records_free(&all);
    return rc;
}

void lab_records_free(struct lab_records *records)
{
    for (size_t i = 0; i < records->count; i++)
        ldns_rr_free(records->list[i].rr);
    free(records->list);
    *records = (struct lab_records){0};
}
