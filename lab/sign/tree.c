/* tree.c - opening a tree and adding zones to it. */
#include <stdlib.h>
#include <string.h>

#include "sign/tree.h"

/* clang-format off */
static const struct {
    const char *name;
    const char *file;
    enum lab_level level;
} shared[] = {
    {".",            "root.zone",        LAB_LEVEL_ROOT},
    {"example.",     "example.zone",     LAB_LEVEL_TLD},
    {"nic.example.", "nic.example.zone", LAB_LEVEL_LEAF},
};
/* clang-format on */

static void free_zone(struct lab_tree_zone *zone)
{
    for (size_t i = 0; i < zone->harm_count; i++)
        ldns_rdf_deep_free(zone->harm[i].owner);
    free(zone->harm);
    lab_records_free(&zone->records);
    ldns_rdf_deep_free(zone->salt);
    ldns_rdf_deep_free(zone->origin);
    free(zone->whose);
    free(zone->name);
    free(zone);
}

static struct lab_tree_zone *new_zone(const char *name)
{
    struct lab_tree_zone *zone = lab_calloc(1, sizeof(*zone));

    zone->name = lab_strdup(name);
    zone->origin = lab_must(ldns_dname_new_frm_str(name));
    return zone;
}

static void append(struct lab_tree *tree, struct lab_tree_zone *zone)
{
    tree->zones = lab_realloc(tree->zones, tree->count + 1, sizeof(struct lab_tree_zone *));
    tree->zones[tree->count++] = zone;
}

static int add_shared(struct lab_tree *tree, const char *dir, size_t which, struct lab_fault *fault)
{
    struct lab_tree_zone *zone = new_zone(shared[which].name);
    char *text = NULL;
    int rc;

    zone->level = shared[which].level;
    zone->is_signed = true;
    zone->served = true;
    zone->whole = true;
    zone->epoch = tree->epoch;
    zone->denial = LAB_NSEC;
    zone->ksk = &tree->keys[zone->level == LAB_LEVEL_ROOT  ? LAB_KEY_ROOT
                            : zone->level == LAB_LEVEL_TLD ? LAB_KEY_TLD
                                                           : LAB_KEY_LEAF + LAB_ED25519];
    zone->zsk = zone->ksk;
    zone->whose = lab_format("%s/%s", dir, shared[which].file);
    append(tree, zone);
    rc = lab_file_read(zone->whose, &text, NULL, fault);
    if (rc == 0)
        rc = lab_records_parse(zone->whose, text, zone->origin, true, &zone->records, fault);
    free(text);
    return rc;
}

static int load(struct lab_tree *tree, const struct lab_tree_options *options,
                struct lab_fault *fault)
{
    for (int i = 0; i < LAB_KEY_COUNT; i++) {
        if (lab_zone_key_load(options->shared_dir, (enum lab_key_id)i, &tree->keys[i], fault) != 0)
            return -1;
    }
    if (lab_damage_load(options->damage_path, &tree->recipes, fault) != 0)
        return -1;
    for (size_t i = 0; i < LAB_COUNT(shared); i++) {
        if (add_shared(tree, options->shared_dir, i, fault) != 0)
            return -1;
    }
    return 0;
}

int lab_tree_open(const struct lab_tree_options *options, struct lab_tree **out,
                  struct lab_fault *fault)
{
    struct lab_tree *tree = lab_calloc(1, sizeof(*tree));

    tree->epoch = options->epoch;
    tree->serial = options->serial != 0 ? options->serial : 1;
    if (load(tree, options, fault) != 0) {
        lab_tree_close(&tree);
        return -1;
    }
    *out = tree;
    return 0;
}

void lab_tree_close(struct lab_tree **tree)
{
    struct lab_tree *t = *tree;

    *tree = NULL;
    if (t == NULL)
        return;
    for (size_t i = 0; i < t->count; i++)
        free_zone(t->zones[i]);
    free(t->zones);
    for (size_t i = 0; i < LAB_KEY_COUNT; i++)
        lab_zone_key_fini(&t->keys[i]);
    lab_damage_free(&t->recipes);
    free(t);
}

/* Zone names also name files and stand in nsd.conf. */
static int check_name(const struct lab_tree *tree, const char *name, struct lab_fault *fault)
{
    size_t len = strlen(name);
    ldns_rdf *parsed;

    if (len < 2 || name[len - 1] != '.' ||
        strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-_.") != len)
        return lab_fail(fault, EX_DATAERR,
                        "zone %s: not a zone name; expected lower-case letters, digits, '-' and "
                        "'_', and a dot at the end",
                        name);
    parsed = ldns_dname_new_frm_str(name);
    ldns_rdf_deep_free(parsed);
    if (parsed == NULL)
        return lab_fail(fault, EX_DATAERR,
                        "zone %s: not a domain name; expected labels of 1 to 63 characters", name);
    for (size_t i = 0; i < tree->count; i++) {
        if (strcmp(tree->zones[i]->name, name) == 0)
            return lab_fail(fault, EX_DATAERR, "zone %s: there is already a zone of this name",
                            name);
    }
    return 0;
}

/* Owner and type of a damage, as far as they can be judged without the signed zone. */
static int take_place(const struct lab_tree_zone *zone, const struct lab_damage *damage,
                      struct lab_harm *harm, struct lab_fault *fault)
{
    bool relative = damage->owner[0] != '\0' && damage->owner[strlen(damage->owner) - 1] != '.';
    ldns_rdf *owner = strcmp(damage->owner, "@") == 0 ? lab_must(ldns_rdf_clone(zone->origin))
                                                      : ldns_dname_new_frm_str(damage->owner);
    bool fits = true;

    if (owner != NULL && relative && damage->owner[0] != '@')
        fits = ldns_dname_cat(owner, zone->origin) == LDNS_STATUS_OK;
    harm->owner = owner;
    if (owner == NULL || !fits ||
        (ldns_dname_compare(owner, zone->origin) != 0 &&
         !ldns_dname_is_subdomain(owner, zone->origin)))
        return lab_fail(fault, EX_DATAERR,
                        "%s: damage %s: owner \"%s\"; expected a name in the zone", zone->whose,
                        damage->recipe, damage->owner);
    ldns_dname2canonical(owner);
    harm->type = ldns_get_rr_type_by_name(damage->type);
    if (harm->type == 0)
        return lab_fail(fault, EX_DATAERR, "%s: damage %s: type \"%s\"; expected a record type",
                        zone->whose, damage->recipe, damage->type);
    return 0;
}

static bool same_harm(const struct lab_harm *a, const struct lab_harm *b)
{
    return a->recipe == b->recipe && a->type == b->type &&
           (a->owner == NULL || ldns_dname_compare(a->owner, b->owner) == 0);
}

static int add_harm(const struct lab_tree *tree, struct lab_tree_zone *zone,
                    const struct lab_damage *damage, struct lab_fault *fault)
{
    struct lab_harm *harm = &zone->harm[zone->harm_count];

    for (unsigned i = 0; i < tree->recipes.count; i++) {
        if (strcmp(tree->recipes.list[i].name, damage->recipe) == 0)
            harm->recipe = &tree->recipes.list[i];
    }
    if (harm->recipe == NULL)
        return lab_fail(fault, EX_DATAERR, "%s: damage \"%s\"; expected a recipe of damage.yaml",
                        zone->whose, damage->recipe);
    harm->verb = lab_verb_find(harm->recipe->verb);
    if (!zone->is_signed)
        return lab_fail(fault, EX_DATAERR, "%s: damage %s; expected a signed zone", zone->whose,
                        damage->recipe);
    if (harm->recipe->on_rrset != (damage->owner != NULL) ||
        harm->recipe->on_rrset != (damage->type != NULL))
        return lab_fail(
            fault, EX_DATAERR, "%s: damage %s; expected %s", zone->whose, damage->recipe,
            harm->recipe->on_rrset ? "an owner and a type"
                                   : "no owner and no type: it is about the whole zone");
    zone->harm_count++; /* from here on its owner is freed with the zone */
    if (damage->owner != NULL && take_place(zone, damage, harm, fault) != 0)
        return -1;
    for (size_t i = 0; i + 1 < zone->harm_count; i++) {
        if (same_harm(&zone->harm[i], harm))
            return lab_fail(fault, EX_DATAERR, "%s: damage %s stands there twice; expected once",
                            zone->whose, damage->recipe);
    }
    return 0;
}

/* "-" or hex. */
static int take_salt(struct lab_tree_zone *zone, const char *salt, struct lab_fault *fault)
{
    if (salt != NULL && ldns_str2rdf_nsec3_salt(&zone->salt, salt) != LDNS_STATUS_OK)
        return lab_fail(fault, EX_DATAERR,
                        "%s: salt \"%s\"; expected two hex digits for each of up to 255 octets",
                        zone->whose, salt);
    return 0;
}

static int take_security(const struct lab_tree *tree, struct lab_tree_zone *zone,
                         const struct lab_zone_input *input, struct lab_fault *fault)
{
    zone->is_signed = input->is_signed;
    zone->denial = input->denial;
    zone->iterations = input->iterations;
    zone->ksk = &tree->keys[LAB_KEY_LEAF + input->algorithm];
    zone->zsk = zone->ksk;
    if (input->keys == LAB_KSK_ZSK) {
        zone->ksk = &tree->keys[LAB_KEY_KSK];
        zone->zsk = &tree->keys[LAB_KEY_ZSK];
    }
    if (input->keys == LAB_KSK_ZSK && input->algorithm != LAB_ED25519)
        return lab_fail(fault, EX_DATAERR, "%s: two keys; expected algorithm ed25519 with them",
                        zone->whose);
    if (zone->denial == LAB_NSEC && (input->iterations > 0 || input->salt != NULL))
        return lab_fail(fault, EX_DATAERR, "%s: iterations or salt; expected denial by NSEC3",
                        zone->whose);
    return take_salt(zone, input->salt, fault);
}

int lab_tree_add(struct lab_tree *tree, const struct lab_zone_input *input, struct lab_fault *fault)
{
    struct lab_tree_zone *zone;
    int rc;

    if (check_name(tree, input->name, fault) != 0)
        return -1;
    zone = new_zone(input->name);
    zone->level = LAB_LEVEL_LEAF;
    zone->served = input->served;
    zone->faulty = input->faulty;
    zone->no_tcp = input->no_tcp;
    zone->spare = input->spare;
    zone->as_it_is = input->as_it_is;
    zone->epoch = input->epoch != 0 ? input->epoch : tree->epoch;
    zone->whose = lab_format("zone %s", input->name);
    zone->harm = lab_calloc(input->damage_count, sizeof(*zone->harm));
    rc = take_security(tree, zone, input, fault);
    if (rc == 0)
        rc = lab_records_parse(zone->whose, input->records != NULL ? input->records : "",
                               zone->origin, false, &zone->records, fault);
    for (unsigned i = 0; rc == 0 && i < input->damage_count; i++)
        rc = add_harm(tree, zone, &input->damage[i], fault);
    if (rc == 0)
        append(tree, zone);
    else
        free_zone(zone);
    return rc;
}
