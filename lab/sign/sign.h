/* sign.h - the lab's DNS tree: zones from master-file text, linked to their parents, signed with
 * ldns, then damaged.
 *
 * Usage: open, add every zone, write. Zones are signed with fixed keys (zones/keys/), Ed25519 if
 * nothing else is said: the same input gives the same bytes. Signatures run from epoch - 10 days to
 * epoch + 20 days. */
#ifndef LAB_SIGN_SIGN_H
#define LAB_SIGN_SIGN_H

#include "base/base.h"
#include "scen/scenario.h"

struct lab_tree;

struct lab_tree_options {
    const char *shared_dir;  /* zones/: root.zone, example.zone, nic.example.zone, keys/ */
    const char *damage_path; /* zones/damage.yaml */
    int64_t epoch;
    uint32_t serial; /* of every zone; 0: 1 */
};

/* Servers: each level of the tree has an address of its own. */
#define LAB_ROOT_SERVER4 "198.18.0.1"
#define LAB_TLD_SERVER4 "198.18.0.2"
#define LAB_LEAF_SERVER4 "198.18.0.3"
#define LAB_FAULTY_SERVER4 "198.18.0.4" /* the leaf zones whose server has faults */
#define LAB_NO_TCP_SERVER4 "198.18.0.5" /* those among them that are deaf to TCP */
#define LAB_ROOT_SERVER6 "2001:db8:18::1"
#define LAB_TLD_SERVER6 "2001:db8:18::2"
#define LAB_LEAF_SERVER6 "2001:db8:18::3"
#define LAB_FAULTY_SERVER6 "2001:db8:18::4"
#define LAB_NO_TCP_SERVER6 "2001:db8:18::5"

/* Loads the shared zones, the keys and the damage recipes. */
LAB_MUST_USE int lab_tree_open(const struct lab_tree_options *options, struct lab_tree **out,
                               struct lab_fault *fault);
void lab_tree_close(struct lab_tree **tree);

/* Add one zone. name: absolute, lower case, trailing dot. records: master-file lines with every
 * placeholder already replaced; SOA (minimum 300), NS and the delegation in the nearest
 * ancestor zone are added here. damage owners are relative to the zone (or absolute). Faults name
 * the line within records. The strings may be freed afterwards. */
struct lab_zone_input {
    const char *name;
    bool is_signed;
    bool served;
    bool faulty; /* NS and delegation name the fault server, which asks the leaf server */
    bool no_tcp; /* or rather, its address without TCP */
    bool spare;  /* and the leaf server too */
    enum lab_denial denial;
    unsigned iterations; /* of NSEC3 */
    const char *salt;    /* hex, or NULL */
    enum lab_algorithm algorithm;
    enum lab_keys keys;
    const char *records;
    const struct lab_damage *damage;
    unsigned damage_count;
    int64_t epoch; /* its signatures run from 10 days before to 20 days after; 0: the tree's */
    bool as_it_is; /* its file is written already and stays; only what is above it is made anew */
};
LAB_MUST_USE int lab_tree_add(struct lab_tree *tree, const struct lab_zone_input *zone,
                              struct lab_fault *fault);

/* Could these be the records of a zone of that name, by themselves (lab_tree_add)? place: where in
 * records a fault is. */
LAB_MUST_USE int lab_zone_check(const char *name, const char *records,
                                struct lab_record_place *place, struct lab_fault *fault);

/* Sign and damage everything and write below dir: root/ tld/ leaf/ with one file for each zone and
 * an nsd.conf each (log, pid, zone list files below the same directory; listening on the level's
 * addresses, port 53; start them as nsd -d -c FILE with SSL_CERT_FILE=/dev/null, or each reads the
 * system's CA bundle for 0.1 s); also root.hints (for a resolver) and trust-anchor (the root's DS
 * record, one line). */
LAB_MUST_USE int lab_tree_write(struct lab_tree *tree, const char *dir, struct lab_fault *fault);

/* Damage recipes, for lint and documentation: is there such a recipe; does it need an owner and
 * type; what state should a validating resolver report for the damaged RRset (or for the whole
 * zone)? */
struct lab_damage_recipe {
    char *name;
    char *says;    /* one sentence */
    char *verb;    /* the operation, a row of lab/sign/damage.c */
    bool on_rrset; /* needs owner and type */
    enum lab_security makes;
};
struct lab_damage_list {
    struct lab_damage_recipe *list;
    unsigned count;
};
LAB_MUST_USE int lab_damage_load(const char *path, struct lab_damage_list *out,
                                 struct lab_fault *fault);
void lab_damage_free(struct lab_damage_list *list);

#endif
