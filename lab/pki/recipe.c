/* recipe.c - the schema of certs/recipes.yaml and the checks beyond it. */
#include "pki/recipe.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cyaml/cyaml.h>

#define DAYS_MAX 36500 /* a century */
#define PATH_LENGTH_MAX 100

#define OPTIONAL_POINTER (CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL)
#define OPTIONAL_WORD (CYAML_FLAG_OPTIONAL | CYAML_FLAG_STRICT)

static const cyaml_strval_t choices[] = {
    {"yes", LAB_YES},
    {"no", LAB_NO},
};

static const cyaml_strval_t eku_words[] = {
    {"server", LAB_EKU_SERVER},
    {"client", LAB_EKU_CLIENT},
    {"none", LAB_EKU_NONE},
};

static const cyaml_strval_t hash_words[] = {
    {"sha256", LAB_HASH_SHA256},
    {"sha1", LAB_HASH_SHA1},
    {"sha512", LAB_HASH_SHA512},
};

static const cyaml_strval_t form_words[] = {
    {"certificate", LAB_FORM_CERTIFICATE},
    {"garbage", LAB_FORM_GARBAGE},
};

static const cyaml_strval_t other_words[] = {
    {"other-sni", LAB_OTHER_SNI},
    {"later", LAB_OTHER_LATER},
    {"ecdsa", LAB_OTHER_ECDSA},
};

static const cyaml_schema_value_t text_value = {
    CYAML_VALUE_STRING(CYAML_FLAG_POINTER, char, 1, 255),
};

/* clang-format off */
static const cyaml_schema_field_t element_fields[] = {
    CYAML_FIELD_STRING_PTR("element",  CYAML_FLAG_POINTER,  struct lab_element, element, 1, 63),
    CYAML_FIELD_STRING_PTR("subject",  CYAML_FLAG_POINTER,  struct lab_element, subject, 1, 64),
    CYAML_FIELD_SEQUENCE("names", OPTIONAL_POINTER, struct lab_element, names, &text_value, 0, 16),
    CYAML_FIELD_STRING_PTR("issuer",   CYAML_FLAG_POINTER,  struct lab_element, issuer, 1, 63),
    CYAML_FIELD_INT_PTR("not_before",  CYAML_FLAG_OPTIONAL, struct lab_element, not_before),
    CYAML_FIELD_INT_PTR("not_after",   CYAML_FLAG_OPTIONAL, struct lab_element, not_after),
    CYAML_FIELD_ENUM("ca",   OPTIONAL_WORD, struct lab_element, ca, choices, LAB_COUNT(choices)),
    CYAML_FIELD_UINT_PTR("path_length", CYAML_FLAG_OPTIONAL, struct lab_element, path_length),
    CYAML_FIELD_SEQUENCE("permitted", OPTIONAL_POINTER, struct lab_element, permitted, &text_value, 1, 16),
    CYAML_FIELD_SEQUENCE("excluded",  OPTIONAL_POINTER, struct lab_element, excluded, &text_value, 1, 16),
    CYAML_FIELD_ENUM("signs", OPTIONAL_WORD, struct lab_element, signs, choices, LAB_COUNT(choices)),
    CYAML_FIELD_ENUM("eku",  OPTIONAL_WORD, struct lab_element, eku, eku_words, LAB_COUNT(eku_words)),
    CYAML_FIELD_ENUM("digest", OPTIONAL_WORD, struct lab_element, digest, hash_words, LAB_COUNT(hash_words)),
    CYAML_FIELD_STRING_PTR("key", OPTIONAL_POINTER, struct lab_element, key, 1, 63),
    CYAML_FIELD_ENUM("sent", OPTIONAL_WORD, struct lab_element, sent, choices, LAB_COUNT(choices)),
    CYAML_FIELD_ENUM("form", OPTIONAL_WORD, struct lab_element, form, form_words, LAB_COUNT(form_words)),
    CYAML_FIELD_END
};

static const cyaml_schema_value_t element_value = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct lab_element, element_fields),
};

static const cyaml_schema_field_t recipe_fields[] = {
    CYAML_FIELD_STRING_PTR("name", CYAML_FLAG_POINTER, struct lab_recipe, name, 1, 63),
    CYAML_FIELD_STRING_PTR("says", CYAML_FLAG_POINTER, struct lab_recipe, says, 1, 255),
    CYAML_FIELD_STRING_PTR("other", OPTIONAL_POINTER, struct lab_recipe, other, 1, 63),
    CYAML_FIELD_ENUM("other_when", OPTIONAL_WORD, struct lab_recipe, other_when, other_words, LAB_COUNT(other_words)),
    CYAML_FIELD_SEQUENCE("chain",  CYAML_FLAG_POINTER, struct lab_recipe, chain, &element_value, 1, 16),
    CYAML_FIELD_END
};

static const cyaml_schema_value_t recipe_value = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct lab_recipe, recipe_fields),
};

static const cyaml_schema_field_t file_fields[] = {
    CYAML_FIELD_SEQUENCE("recipes", CYAML_FLAG_POINTER, struct lab_recipes, list, &recipe_value, 1, 1000),
    CYAML_FIELD_END
};
/* clang-format on */

static const cyaml_schema_value_t file_value = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_POINTER, struct lab_recipes, file_fields),
};

/* What libcyaml logs about one failure: a message, then a backtrace whose first line has the place.
 */
struct complaint {
    char what[256];
    unsigned line;
    unsigned column;
};

LAB_PRINTF(3, 0)
static void listen(cyaml_log_t level, void *ctx, const char *format, va_list args)
{
    struct complaint *c = ctx;
    char text[256];
    const char *place, *word;

    if (level < CYAML_LOG_ERROR)
        return;
    (void)vsnprintf(text, sizeof(text), format, args);
    text[strcspn(text, "\n")] = '\0';
    place = strstr(text, "(line: ");
    if (place != NULL && c->line == 0) {
        word = strstr(place, "column: ");
        c->line = (unsigned)strtoul(place + strlen("(line: "), NULL, 10);
        c->column = word != NULL ? (unsigned)strtoul(word + strlen("column: "), NULL, 10) : 1;
    }
    if (place == NULL && c->what[0] == '\0' && strstr(text, "Backtrace") == NULL) {
        word = strncmp(text, "Load: ", 6) == 0 ? text + 6 : text;
        (void)snprintf(c->what, sizeof(c->what), "%s", word);
    }
}

static void *cyaml_memory(void *ctx, void *old, size_t size)
{
    (void)ctx;
    if (size == 0) {
        free(old);
        return NULL;
    }
    return lab_realloc(old, 1, size);
}

static cyaml_config_t config_for(struct complaint *c)
{
    return (cyaml_config_t){
        .log_fn = listen,
        .log_ctx = c,
        .mem_fn = cyaml_memory,
        .log_level = CYAML_LOG_ERROR,
        .flags = CYAML_CFG_NO_ALIAS,
    };
}

static const char *const placeholders[] = {"{name}", "{names}", "{parent}", "{recipe}",
                                           "{a}",    "{aaaa}",  "{nul}"};

/* All of them but {recipe} and {nul} are the host's. */
static bool depends_on_host(const char *template)
{
    return strstr(template, "{name}") != NULL || strstr(template, "{names}") != NULL ||
           strstr(template, "{parent}") != NULL || strstr(template, "{a}") != NULL ||
           strstr(template, "{aaaa}") != NULL;
}

bool lab_recipe_of_host(const struct lab_recipe *recipe, unsigned element)
{
    const struct lab_element *e = &recipe->chain[element];
    bool found = element == 0 || depends_on_host(e->subject);

    for (unsigned i = 0; i < e->names_count && !found; i++)
        found = depends_on_host(e->names[i]);
    return found;
}

static const char *unknown_placeholder(const char *template)
{
    const char *p;
    size_t i;

    for (p = strpbrk(template, "{}"); p != NULL; p = strpbrk(p, "{}")) {
        for (i = 0; i < LAB_COUNT(placeholders) &&
                    strncmp(p, placeholders[i], strlen(placeholders[i])) != 0;
             i++)
            continue;
        if (i == LAB_COUNT(placeholders))
            return p;
        p += strlen(placeholders[i]);
    }
    return NULL;
}

static int check_template(const char *path, unsigned r, unsigned e, const char *field,
                          const char *template, struct lab_fault *fault)
{
    const char *bad = unknown_placeholder(template);

    if (bad != NULL)
        return lab_recipe_fail(path, r, e, field, fault,
                               "\"%s\" is no placeholder; expected {name}, {names}, {parent}, "
                               "{recipe}, {a}, {aaaa} or "
                               "{nul}",
                               bad);
    if (strstr(template, "{names}") != NULL &&
        (strcmp(field, "names") != 0 || strcmp(template, "{names}") != 0))
        return lab_recipe_fail(path, r, e, field, fault,
                               "{names} must stand alone in the list of names");
    return 0;
}

/* From issuer to issuer: it must end at a certificate that has issued itself. */
static bool ends_at_self(const struct lab_recipe *recipe, unsigned e)
{
    unsigned steps = 0;

    while (strcmp(recipe->chain[e].issuer, "self") != 0 && steps++ < recipe->chain_count)
        e = lab_recipe_index(recipe, recipe->chain[e].issuer);
    return steps <= recipe->chain_count;
}

static int check_issuer(const char *path, const struct lab_recipe *recipe, unsigned r, unsigned e,
                        struct lab_fault *fault)
{
    const struct lab_element *el = &recipe->chain[e];
    const unsigned issuer = lab_recipe_index(recipe, el->issuer);

    if (strcmp(el->issuer, "self") == 0)
        return 0;
    if (issuer == recipe->chain_count || issuer == e)
        return lab_recipe_fail(path, r, e, "issuer", fault,
                               "\"%s\" is not another element of the chain; expected one, or self",
                               el->issuer);
    if (lab_recipe_of_host(recipe, issuer) && !lab_recipe_of_host(recipe, e))
        return lab_recipe_fail(path, r, e, "issuer", fault,
                               "\"%s\" depends on the host and \"%s\" does not; expected both or "
                               "neither",
                               el->issuer, el->element);
    return 0;
}

static int check_names(const char *path, const struct lab_recipe *recipe, unsigned r, unsigned e,
                       struct lab_fault *fault)
{
    const struct lab_element *el = &recipe->chain[e];
    unsigned i;

    if (lab_recipe_index(recipe, el->element) != e)
        return lab_recipe_fail(path, r, e, "element", fault, "a second element \"%s\" in one chain",
                               el->element);
    if (strcmp(el->element, "wrong") == 0 || strcmp(el->element, "self") == 0)
        return lab_recipe_fail(path, r, e, "element", fault,
                               "\"%s\" has a meaning of its own; expected another name",
                               el->element);
    if (check_template(path, r, e, "subject", el->subject, fault) != 0)
        return -1;
    for (i = 0; i < el->names_count; i++) {
        if (check_template(path, r, e, "names", el->names[i], fault) != 0)
            return -1;
    }
    return 0;
}

static bool too_far(const int *day)
{
    return day != NULL && (*day < -DAYS_MAX || *day > DAYS_MAX);
}

static int check_values(const char *path, const struct lab_recipe *recipe, unsigned r, unsigned e,
                        struct lab_fault *fault)
{
    const struct lab_element *el = &recipe->chain[e];

    if (too_far(el->not_before))
        return lab_recipe_fail(path, r, e, "not_before", fault, "%d days; expected at most %d",
                               *el->not_before, DAYS_MAX);
    if (too_far(el->not_after))
        return lab_recipe_fail(path, r, e, "not_after", fault, "%d days; expected at most %d",
                               *el->not_after, DAYS_MAX);
    if (el->path_length != NULL && (el->ca != LAB_YES || *el->path_length > PATH_LENGTH_MAX))
        return lab_recipe_fail(path, r, e, "path_length", fault,
                               "expected 0 to %d, and \"ca: yes\" beside it", PATH_LENGTH_MAX);
    if (e == 0 && el->sent == LAB_NO)
        return lab_recipe_fail(path, r, e, "sent", fault,
                               "a server always sends its leaf; expected yes");
    if ((el->permitted_count > 0 || el->excluded_count > 0) && el->ca != LAB_YES)
        return lab_recipe_fail(path, r, e, el->permitted_count > 0 ? "permitted" : "excluded",
                               fault, "names are limited below a CA only; expected \"ca: yes\"");
    return 0;
}

/* What shows only when all elements are known to be right by themselves. */
static int check_whole(const char *path, const struct lab_recipe *recipe, unsigned r,
                       struct lab_fault *fault)
{
    const unsigned other =
        recipe->other != NULL ? lab_recipe_index(recipe, recipe->other) : recipe->chain_count;
    unsigned e;

    for (e = 0; e < recipe->chain_count; e++) {
        if (!ends_at_self(recipe, e))
            return lab_recipe_fail(path, r, e, "issuer", fault,
                                   "the issuers go round in a circle; expected one that is self");
    }
    if ((recipe->other == NULL) != (recipe->other_when == LAB_OTHER_NEVER))
        return lab_recipe_fail(path, r, UINT32_MAX, NULL, fault,
                               "expected both \"other\" and \"other_when\", or neither");
    if (recipe->other != NULL && (other == 0 || other == recipe->chain_count))
        return lab_recipe_fail(path, r, UINT32_MAX, NULL, fault,
                               "other: \"%s\" is no element above the leaf; expected one",
                               recipe->other);
    return 0;
}

static int check(const char *path, const struct lab_recipes *all, struct lab_fault *fault)
{
    unsigned r, e;

    for (r = 0; r < all->list_count; r++) {
        if (lab_recipes_find(all, all->list[r].name) != &all->list[r])
            return lab_recipe_fail(path, r, UINT32_MAX, NULL, fault, "a second recipe \"%s\"",
                                   all->list[r].name);
        for (e = 0; e < all->list[r].chain_count; e++) {
            if (check_names(path, &all->list[r], r, e, fault) != 0 ||
                check_issuer(path, &all->list[r], r, e, fault) != 0 ||
                check_values(path, &all->list[r], r, e, fault) != 0)
                return -1;
        }
        if (check_whole(path, &all->list[r], r, fault) != 0)
            return -1;
    }
    return 0;
}

int lab_recipes_load(const char *path, struct lab_recipes **out, struct lab_fault *fault)
{
    struct complaint complaint = {0};
    cyaml_config_t config = config_for(&complaint);
    struct lab_recipes *all = NULL;
    cyaml_data_t *data = NULL;
    char *text = NULL;
    size_t len = 0;
    cyaml_err_t err;

    if (lab_file_read(path, &text, &len, fault) != 0)
        return -1;
    err = cyaml_load_data((const uint8_t *)text, len, &config, &file_value, &data, NULL);
    free(text);
    all = (struct lab_recipes *)data;
    if (err != CYAML_OK)
        return lab_fail(fault, EX_DATAERR, "%s:%u:%u: %s", path,
                        complaint.line > 0 ? complaint.line : 1,
                        complaint.column > 0 ? complaint.column : 1,
                        complaint.what[0] != '\0' ? complaint.what : cyaml_strerror(err));
    if (all == NULL)
        return lab_fail(fault, EX_DATAERR, "%s:1:1: empty file; expected a list \"recipes\"", path);
    if (check(path, all, fault) != 0) {
        lab_recipes_free(&all);
        return -1;
    }
    *out = all;
    return 0;
}

void lab_recipes_free(struct lab_recipes **recipes)
{
    struct complaint complaint = {0};
    cyaml_config_t config = config_for(&complaint);

    (void)cyaml_free(&config, &file_value, *recipes, 0);
    *recipes = NULL;
}

const struct lab_recipe *lab_recipes_find(const struct lab_recipes *recipes, const char *name)
{
    unsigned r;

    for (r = 0; r < recipes->list_count; r++) {
        if (strcmp(recipes->list[r].name, name) == 0)
            return &recipes->list[r];
    }
    return NULL;
}

unsigned lab_recipe_index(const struct lab_recipe *recipe, const char *element)
{
    unsigned e;

    for (e = 0; e < recipe->chain_count && strcmp(recipe->chain[e].element, element) != 0; e++)
        continue;
    return e;
}
