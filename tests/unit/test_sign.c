/* test_sign.c - zones as they are signed and damaged: what is refused, and that all keys sign. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "made_files.h"
#include "sign/tree.h"

#define EPOCH INT64_C(1768478400)

static const char records[] =
    "@ MX 10 mx\nmx A 198.18.250.1\n_25._tcp.mx TLSA 3 1 1 00\nalias CNAME mx\n"
    "sub NS ns.nic.example.\n";

static struct lab_tree *open_tree(void)
{
    const struct lab_tree_options options = {"zones", "zones/damage.yaml", EPOCH, 1};
    struct lab_tree *tree = NULL;
    struct lab_fault fault;

    if (!check_int(lab_tree_open(&options, &tree, &fault), 0))
        fprintf(stderr, "%s\n", fault.what);
    return tree;
}

/* Build zone, which becomes d.example. text: the zone as it is served, or NULL; the caller frees
 * *text. 0, or -1 with what is wrong. */
static int build(struct lab_zone_input zone, char **text, struct lab_fault *fault)
{
    static const char file[] = "leaf/d.example.zone";
    struct lab_tree *tree = open_tree();
    char dir[] = SOME_DIR;
    int rc = -1;

    zone.name = "d.example.";
    zone.records = zone.records != NULL ? zone.records : records;
    zone.is_signed = true;
    zone.served = true;
    if (check_true(tree != NULL) && made_dir(dir)) {
        char *path = lab_format("%s/%s", dir, file);

        rc = lab_tree_add(tree, &zone, fault) == 0 ? lab_tree_write(tree, dir, fault) : -1;
        if (rc == 0 && text != NULL)
            rc = lab_file_read(path, text, NULL, fault);
        made_remove(dir);
        free(path);
    }
    lab_tree_close(&tree);
    return rc;
}

/* One damage (recipe NULL: none); "" or what is wrong. The caller frees it. */
static char *build_damaged(struct lab_zone_input zone, const char *recipe, const char *owner,
                           const char *type)
{
    struct lab_damage damage = {recipe != NULL ? lab_strdup(recipe) : NULL,
                                owner != NULL ? lab_strdup(owner) : NULL,
                                type != NULL ? lab_strdup(type) : NULL};
    struct lab_fault fault = {0};

    zone.damage = &damage;
    zone.damage_count = recipe != NULL;
    (void)build(zone, NULL, &fault);
    free(damage.recipe);
    free(damage.owner);
    free(damage.type);
    return lab_strdup(fault.what);
}

/* clang-format off */
static const struct {
    const char *label;
    struct lab_zone_input zone;
    const char *recipe, *owner, *type;
    const char *fault; /* "": none */
} damages[] = {
    {"a good one", {0}, "bad-signature", "@", "MX", ""},
    {"nothing there", {0}, "bad-signature", "@", "A",
     "zone d.example.: damage bad-signature of d.example. A: the zone has no such records; expected an RRset of the zone"},
    {"a delegation", {0}, "bad-signature", "sub", "NS",
     "zone d.example.: damage bad-signature of sub.d.example. NS: these are not signed (delegation or glue); expected a signed RRset"},
    {"the record of a denial", {0}, "bad-signature", "@", "NSEC", ""},
    {"the other kind of denial", {0}, "bad-signature", "@", "NSEC3",
     "zone d.example.: damage bad-signature of d.example. NSEC3: the zone denies otherwise; expected NSEC or NSEC3 as its `denial`"},
    {"denied and there", {0}, "missing-denial", "mx", "A",
     "zone d.example.: damage missing-denial of mx.d.example. A: the zone has these records; expected a name or type that it denies"},
    {"below a cut", {0}, "missing-denial", "x.sub", "A",
     "zone d.example.: damage missing-denial of x.sub.d.example. A: the name is below a delegation; expected one that this zone denies"},
    {"listed already", {0}, "denial-lists-delegation", "sub", "DS",
     "zone d.example.: damage denial-lists-delegation of sub.d.example. DS: nothing changes; expected a zone that this recipe damages"},
    {"not listed", {0}, "cut-without-ns", "mx", "DS",
     "zone d.example.: damage cut-without-ns of mx.d.example. DS: nothing changes; expected a zone that this recipe damages"},
    {"only a name", {0}, "edited-after-signing", "alias", "CNAME",
     "zone d.example.: damage edited-after-signing of alias.d.example. CNAME: its data is only a name; expected a type with more in it"},
    {"NSEC3 wanted", {0}, "denial-unknown-hash", "mx", "AAAA",
     "zone d.example.: damage denial-unknown-hash of mx.d.example. AAAA: the zone has NSEC; expected denial by NSEC3"},
    {"two keys wanted", {0}, "missing-zsk", NULL, NULL,
     "zone d.example.: damage missing-zsk: the zone has one key; expected `keys: ksk-zsk`"},
    {"two keys", {.keys = LAB_KSK_ZSK}, "missing-zsk", NULL, NULL, ""},
    {"one key in the DS record", {0}, "ds-of-zsk", NULL, NULL,
     "zone d.example.: damage ds-of-zsk: nothing changes; expected a zone that this recipe damages"},
    {"NSEC3 gone", {0}, "missing-nsec3param", NULL, NULL,
     "zone d.example.: damage missing-nsec3param: nothing changes; expected a zone that this recipe damages"},
    {"two keys of RSA", {.keys = LAB_KSK_ZSK, .algorithm = LAB_RSASHA256}, NULL, NULL, NULL,
     "zone d.example.: two keys; expected algorithm ed25519 with them"},
    {"iterations of NSEC", {.iterations = 1}, NULL, NULL, NULL,
     "zone d.example.: iterations or salt; expected denial by NSEC3"},
    {"odd salt", {.denial = LAB_NSEC3, .salt = "abc"}, NULL, NULL, NULL,
     "zone d.example.: salt \"abc\"; expected two hex digits for each of up to 255 octets"},
};
/* clang-format on */

static void test_damage(void)
{
    for (size_t i = 0; i < CHECK_COUNT(damages); i++) {
        char *got =
            build_damaged(damages[i].zone, damages[i].recipe, damages[i].owner, damages[i].type);

        check_row(damages[i].label);
        check_str(got, damages[i].fault);
        free(got);
    }
}

static void test_algorithms(void)
{
    for (int a = 0; a < LAB_ALGORITHM_COUNT; a++) {
        char *got = build_damaged((struct lab_zone_input){.algorithm = (enum lab_algorithm)a}, NULL,
                                  NULL, NULL);

        check_rowf("algorithm %d", a);
        check_str(got, "");
        free(got);
    }
}

/* A verb that adds to what is listed leaves the rest as it is, up to the highest type. */
static void test_listed(void)
{
    char recipe[] = "denial-lists-type", owner[] = "@", type[] = "TLSA";
    struct lab_damage damage = {recipe, owner, type};
    const struct lab_zone_input zone = {
        .records = "@ A 198.18.250.1\n@ TYPE256 \\# 5 0001000178\n@ CAA 0 issue \"ca.example\"\n",
        .damage = &damage,
        .damage_count = 1};
    struct lab_fault fault = {0};
    char *text = NULL;
    char *nsec;

    check_int(build(zone, &text, &fault), 0);
    check_str(fault.what, "");
    nsec = text != NULL ? strstr(text, "\tNSEC\t") : NULL;
    if (check_true(nsec != NULL) && nsec != NULL) {
        nsec[strcspn(nsec, "\n")] = '\0';
        check_str(nsec, "\tNSEC\td.example. A NS SOA RRSIG NSEC DNSKEY TLSA URI CAA ");
    }
    free(text);
}

/* clang-format off */
static const struct {
    const char *more, *less; /* recipes, in this order */
    bool on_mx;              /* both are about the MX records */
    const char *gone;
} stripped[] = {
    {"bad-signature-beside-good", "missing-signature", true,  "\tRRSIG\tMX "},
    {"nine-bad-signatures",       "missing-signature", true,  "\tRRSIG\tMX "},
    {"both-ksks-sign",            "unsigned-dnskey",   false, "\tRRSIG\tDNSKEY "},
    {"both-zsks-sign",            "only-keys-signed",  false, "\tRRSIG\tMX "},
    {"both-algorithms-sign",      "no-signatures",     false, "\tRRSIG\t"},
    {"both-algorithms-sign",      "stripped-zone",     false, "\tRRSIG\t"},
};
/* clang-format on */

/* What takes signatures away leaves none, also after what adds some. */
static void test_stripped(void)
{
    char owner[] = "@", type[] = "MX";

    for (size_t i = 0; i < CHECK_COUNT(stripped); i++) {
        struct lab_damage damage[2] = {{.recipe = lab_strdup(stripped[i].more)},
                                       {.recipe = lab_strdup(stripped[i].less)}};
        struct lab_fault fault = {0};
        char *text = NULL;

        for (size_t d = 0; d < CHECK_COUNT(damage) && stripped[i].on_mx; d++) {
            damage[d].owner = owner;
            damage[d].type = type;
        }
        check_rowf("%s, then %s", stripped[i].more, stripped[i].less);
        check_int(
            build((struct lab_zone_input){.damage = damage, .damage_count = 2}, &text, &fault), 0);
        check_str(fault.what, "");
        check_true(text != NULL && strstr(text, "\tMX\t") != NULL);
        check_true(text != NULL && strstr(text, stripped[i].gone) == NULL);
        free(text);
        free(damage[0].recipe);
        free(damage[1].recipe);
    }
}

/* The DNSKEY records of a zone's text, in its order; those of another tag than the first, or with
 * the key of one before, are faults. */
static unsigned count_keys(char *text, ldns_rr *keys[16])
{
    unsigned count = 0;
    char *line;

    while ((line = strsep(&text, "\n")) != NULL) {
        ldns_rr *rr = NULL;

        if (strstr(line, "\tDNSKEY\t") == NULL || strstr(line, "\tDNSKEY ") != NULL ||
            count == 16 ||
            !check_int(ldns_rr_new_frm_str(&rr, line, 0, NULL, NULL), LDNS_STATUS_OK))
            continue;
        for (unsigned i = 0; i < count; i++)
            check_true(ldns_rr_compare(keys[i], rr) != 0);
        keys[count++] = rr;
        check_uint(ldns_calc_keytag(rr), ldns_calc_keytag(keys[0]));
    }
    return count;
}

/* Other keys with the same tag stand before the zone's own. */
static void test_colliders(void)
{
    static const struct {
        const char *recipe;
        unsigned count;
    } rows[] = {{"colliding-key", 2}, {"nine-colliding-keys", 10}};
    struct lab_tree *tree = open_tree();

    for (size_t i = 0; tree != NULL && i < CHECK_COUNT(rows); i++) {
        struct lab_damage damage = {.recipe = lab_strdup(rows[i].recipe)};
        struct lab_fault fault = {0};
        ldns_rr *keys[16] = {NULL};
        ldns_rr *own = NULL;
        char *text = NULL;
        unsigned count;

        check_row(rows[i].recipe);
        check_int(
            build((struct lab_zone_input){.damage = &damage, .damage_count = 1}, &text, &fault), 0);
        count = text != NULL ? count_keys(text, keys) : 0;
        if (check_uint(count, rows[i].count) && keys[0] != NULL) {
            own = lab_zone_key_dnskey(&tree->keys[LAB_KEY_LEAF + LAB_ED25519],
                                      ldns_rr_owner(keys[0]));
            check_int(ldns_rr_compare(keys[count - 1], own), 0);
        }
        ldns_rr_free(own);
        for (unsigned k = 0; k < count; k++)
            ldns_rr_free(keys[k]);
        free(text);
        free(damage.recipe);
    }
    lab_tree_close(&tree);
}

/* Every verb has a recipe: else nothing shows what it does. */
static void test_verbs(void)
{
    static const struct lab_verb *(*const all[])(size_t index) = {
        lab_verb_on_rrsets_at, lab_verb_on_denials_at, lab_verb_on_zones_at, lab_verb_on_ds_at};
    struct lab_tree *tree = open_tree();
    const struct lab_verb *verb;

    if (tree == NULL)
        return;
    for (size_t t = 0; t < CHECK_COUNT(all); t++) {
        for (size_t i = 0; (verb = all[t](i)) != NULL; i++) {
            bool used = false;

            for (unsigned r = 0; r < tree->recipes.count; r++)
                used = used || strcmp(tree->recipes.list[r].verb, verb->name) == 0;
            check_row(verb->name);
            check_true(used);
            check_true(lab_verb_find(verb->name) == verb);
        }
    }
    lab_tree_close(&tree);
}

static const struct check_test tests[] = {
    {"damages", test_damage},           {"algorithms", test_algorithms},
    {"what is listed", test_listed},    {"stripped", test_stripped},
    {"colliding keys", test_colliders}, {"verbs", test_verbs}};
SUITE(sign, tests);
