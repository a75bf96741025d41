/* tree.h - what the files of lab/sign share: keys, parsed records, zones and their signed form. */
#ifndef LAB_SIGN_TREE_H
#define LAB_SIGN_TREE_H

#include <ldns/ldns.h>
#include <openssl/evp.h>

#include "sign/sign.h"

enum lab_level { LAB_LEVEL_ROOT, LAB_LEVEL_TLD, LAB_LEVEL_LEAF, LAB_LEVEL_COUNT };

#define LAB_ZONE_TTL 300u
#define LAB_DAY INT64_C(86400)

/* --- key.c
 * ---------------------------------------------------------------------------------------------- */

/* Root and top-level domain have one key each. Leaf zones: one for everything (LAB_KEY_LEAF + the
 * algorithm), or, Ed25519 only, one for keys and one for data; NEXT are those that a roll-over
 * leads to. */
enum lab_key_id {
    LAB_KEY_ROOT,
    LAB_KEY_TLD,
    LAB_KEY_ZSK,
    LAB_KEY_KSK,
    LAB_KEY_NEXT_ZSK,
    LAB_KEY_NEXT,
    LAB_KEY_LEAF,
    LAB_KEY_COUNT = LAB_KEY_LEAF + LAB_ALGORITHM_COUNT
};

struct lab_zone_key {
    EVP_PKEY *pkey;
    EVP_MD_CTX
    *ready; /* copied for each signature: a fresh one would look the algorithm up again */
    ldns_rdf *public_key; /* as in a DNSKEY record */
    uint8_t algorithm;    /* its number */
    uint16_t flags;
    uint16_t tag;
};

/* Seconds since 1970. */
struct lab_validity {
    int64_t inception;
    int64_t expiration;
};

struct lab_rrset;

/* dir: the directory above keys/. */
LAB_MUST_USE int lab_zone_key_load(const char *dir, enum lab_key_id which, struct lab_zone_key *out,
                                   struct lab_fault *fault);
void lab_zone_key_fini(struct lab_zone_key *key);
/* The caller frees the results. */
ldns_rr *lab_zone_key_dnskey(const struct lab_zone_key *key, const ldns_rdf *owner);
ldns_rr *lab_zone_key_ds(const struct lab_zone_key *key, const ldns_rdf *owner, ldns_hash digest);
/* An empty record of class IN, and one more field for it (never NULL: memory ends the process). */
ldns_rr *lab_new_rr(const ldns_rdf *owner, ldns_rr_type type, uint32_t ttl);
void lab_push(ldns_rr *rr, ldns_rdf *rdf);

/* --- signature.c
 * ---------------------------------------------------------------------------------------- */

/* How to sign. The last four make the fields wrong before the signature is made, which then is
 * right over them. */
struct lab_signing {
    const struct lab_zone_key *key;
    const ldns_rdf *signer;
    struct lab_validity when;
    int labels;   /* added to the number of labels; fewer: as if a wildcard had been expanded */
    int tag;      /* added to the key's tag */
    uint32_t ttl; /* added to the original TTL */
    uint8_t algorithm; /* 0: the key's */
};
/* NULL with a fault if OpenSSL cannot. The caller frees it. */
ldns_rr *lab_rrset_signature(const struct lab_rrset *set, const struct lab_signing *how,
                             struct lab_fault *fault);
/* Replaces set->sig. */
LAB_MUST_USE int lab_rrset_sign(struct lab_rrset *set, const struct lab_signing *how,
                                struct lab_fault *fault);
/* No signature is left. */
void lab_rrset_strip(struct lab_rrset *set);
/* One more signature; takes it. */
void lab_rrset_add_signature(struct lab_rrset *set, ldns_rr *sig);

/* --- records.c, entry.c: master-file text
 * ----------------------------------------------------------- */

struct lab_record {
    ldns_rr *rr;
    unsigned line;
};

struct lab_records {
    struct lab_record *list;
    size_t count;
    size_t room;
};

/* whose: what faults call the text, "zone x.example." or a path; whole: SOA and NS of the apex
 * stand in the text (and must). Owners become lower case. */
LAB_MUST_USE int lab_records_parse(const char *whose, const char *text, const ldns_rdf *origin,
                                   bool whole, struct lab_records *out, struct lab_fault *fault);
void lab_records_free(struct lab_records *records);

/* Reads one entry after another: comments gone, parentheses resolved, one line each. */
struct lab_entry_reader {
    const char *at;
    unsigned line;  /* of the next character */
    unsigned start; /* of the entry returned last */
    struct lab_text text;
    const char *wrong; /* why -1 was returned */
};
/* 1: an entry is in text; 0: end; -1: malformed, see wrong and start. */
int lab_entry_next(struct lab_entry_reader *reader);
/* The word that stands where the type should, cut to fit, and the type that it names; 0: none. */
#define LAB_ENTRY_WORD 32
ldns_rr_type lab_entry_type(const char *entry, char word[LAB_ENTRY_WORD]);
/* ldns cuts numbers to their field's width and pads odd hex: find what it let pass. NULL if
 * nothing. */
const char *lab_entry_doubt(const char *entry, const ldns_rr *rr);

/* --- the tree: tree.c
 * ------------------------------------------------------------------------------- */

struct lab_built;
struct lab_verb;

/* A damage as it is to be done: recipe, and owner and type when the recipe has them (else NULL, 0).
 */
struct lab_harm {
    const struct lab_damage_recipe *recipe;
    const struct lab_verb *verb;
    ldns_rdf *owner;
    ldns_rr_type type;
};

struct lab_tree_zone {
    char *name;
    ldns_rdf *origin;
    enum lab_level level;
    bool is_signed;
    bool served;
    bool whole; /* a shared zone: its records include SOA and NS */
    enum lab_denial denial;
    unsigned iterations; /* of NSEC3 */
    ldns_rdf *salt;      /* of NSEC3, a length octet first */
    const struct lab_zone_key *ksk;
    const struct lab_zone_key *zsk; /* the same one: it signs everything */
    bool faulty;                    /* served by the fault server */
    bool no_tcp;                    /* at its address without TCP */
    bool spare;                     /* and by NSD as well */
    bool as_it_is;                  /* its file stays */
    int64_t epoch;                  /* of its signatures */
    struct lab_records records;
    struct lab_harm *harm;
    size_t harm_count;
    char *whose;                  /* what faults call it */
    struct lab_tree_zone *parent; /* set by write; NULL for the root */
};

struct lab_tree {
    struct lab_zone_key keys[LAB_KEY_COUNT];
    struct lab_damage_list recipes;
    struct lab_tree_zone **zones;
    size_t count;
    int64_t epoch;
    uint32_t serial;
};

/* Find the parent of every zone: the nearest zone above it. */
void lab_tree_link(struct lab_tree *tree);

/* --- built.c: one zone as sorted RRsets
 * ------------------------------------------------------------- */

struct lab_rrset {
    ldns_rdf *owner; /* of the first record; not to be freed */
    ldns_rr_type type;
    ldns_rr_list *rrs;
    ldns_rr *sig;         /* NULL: none */
    ldns_rr_list *others; /* more signatures; NULL: none */
    bool others_first;    /* they stand before sig, and NSD answers in that order */
    bool ours;            /* authoritative data of this zone: signed, and in the type bitmap */
    bool hidden;          /* below a zone cut */
};

struct lab_built {
    const struct lab_tree *tree;
    const struct lab_tree_zone *zone;
    struct lab_rrset *sets; /* sorted: owner in canonical order, then type, SOA first */
    size_t count;
    size_t room;
};

/* Records, apex and delegations of a zone: all but what denies. */
LAB_MUST_USE int lab_built_make(const struct lab_tree *tree, const struct lab_tree_zone *zone,
                                struct lab_built *out, struct lab_fault *fault);
void lab_built_free(struct lab_built *built);
/* Take rr as an RRset of its own; sort when all are added. */
void lab_built_add(struct lab_built *built, ldns_rr *rr);
void lab_built_sort(struct lab_built *built);
void lab_built_remove(struct lab_built *built, struct lab_rrset *set);
struct lab_rrset *lab_built_find(const struct lab_built *built, const ldns_rdf *owner,
                                 ldns_rr_type type);
/* One past the last RRset with the owner of RRset first. */
size_t lab_built_group(const struct lab_built *built, size_t first);
LAB_MUST_USE int lab_built_sign(struct lab_built *built, struct lab_fault *fault);
/* How its own key signs set: the key for keys if it has one and set is the DNSKEY RRset. */
struct lab_signing lab_built_signing(const struct lab_built *built, const struct lab_rrset *set);
/* As a master file, as it is served. The caller frees it. */
ldns_buffer *lab_built_text(const struct lab_built *built);

/* --- denial.c
 * --------------------------------------------------------------------------------------- */

/* Add the NSEC or NSEC3 chain. */
void lab_denial_add(struct lab_built *built);
/* The NSEC3PARAM record of a zone; the caller frees it. */
ldns_rr *lab_denial_parameters(const struct lab_tree_zone *zone);
/* The NSEC or NSEC3 RRset that has the name (matches), or whose span has it. NULL: as below. */
struct lab_rrset *lab_denial_covering(const struct lab_built *built, const ldns_rdf *name,
                                      bool *matches);
/* The NSEC or NSEC3 RRset that shows that owner has no such type or does not exist. NULL: the zone
 * has none any more. */
struct lab_rrset *lab_denial_find(const struct lab_built *built, const ldns_rdf *owner);

/* --- damage.c; the verbs: damage_rrset.c, damage_denial.c, damage_zone.c, damage_ds.c
 * ------------------------------------------------------------------------------------------------
 */

/* One damage being done. set: the RRset that it is about, or NULL for a verb on a whole zone. */
struct lab_patient {
    struct lab_built *built;
    struct lab_rrset *set;
    const struct lab_harm *harm;
    struct lab_fault *fault;
};

enum lab_target {
    LAB_ON_ZONE,   /* no owner and type */
    LAB_ON_RRSET,  /* a signed RRset, which must exist; type NSEC or NSEC3: what denies the owner */
    LAB_ON_DENIAL, /* an RRset that does not exist: set is the record that denies it */
    LAB_ON_LISTING /* an RRset that exists: set is the NSEC or NSEC3 record that lists its type */
};

/* A verb works on the zone, after signing, or on the DS records in its parent, before those are
 * signed. */
struct lab_verb {
    const char *name;
    enum lab_target target;
    int (*after)(const struct lab_patient *p);
    void (*ds)(const struct lab_tree *tree, const struct lab_tree_zone *zone, ldns_rr_list *list);
};

/* The verbs, NULL past the end. */
const struct lab_verb *lab_verb_on_rrsets_at(size_t index);
const struct lab_verb *lab_verb_on_denials_at(size_t index);
const struct lab_verb *lab_verb_on_zones_at(size_t index);
const struct lab_verb *lab_verb_on_ds_at(size_t index);

/* The row of a verb, or NULL. names: all verbs, for faults; the caller frees it. */
const struct lab_verb *lab_verb_find(const char *name);
char *lab_verb_names(void);
/* A fault that a verb cannot be done to its patient, with the recipe's name. Always -1. */
int lab_cannot(const struct lab_patient *p, const char *why);
void lab_flip_last_bit(ldns_rdf *rdf);
/* The DS records that the parent has of a signed zone after the zone's own damage; the caller frees
 * the list and what is in it. */
LAB_MUST_USE int lab_damage_ds(const struct lab_tree *tree, const struct lab_tree_zone *zone,
                               ldns_rr_list **out, struct lab_fault *fault);
/* Everything else, after signing. A damage that changes nothing of what is served is a fault. */
LAB_MUST_USE int lab_damage_apply(struct lab_built *built, struct lab_fault *fault);

#endif
