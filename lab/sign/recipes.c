/* recipes.c - zones/damage.yaml, read strictly. */
#include <cyaml/cyaml.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sign/tree.h"

static const cyaml_strval_t yes_no[] = {{"no", 0}, {"yes", 1}};
static const cyaml_strval_t states[] = {
    {"secure", LAB_SECURE}, {"insecure", LAB_INSECURE}, {"bogus", LAB_BOGUS}};

/* clang-format off */
static const cyaml_schema_field_t recipe_fields[] = {
    CYAML_FIELD_STRING_PTR("name", CYAML_FLAG_POINTER, struct lab_damage_recipe, name, 1, 64),
    CYAML_FIELD_STRING_PTR("says", CYAML_FLAG_POINTER, struct lab_damage_recipe, says, 1, 1000),
    CYAML_FIELD_STRING_PTR("verb", CYAML_FLAG_POINTER, struct lab_damage_recipe, verb, 1, 64),
    CYAML_FIELD_ENUM("on_rrset", CYAML_FLAG_STRICT, struct lab_damage_recipe, on_rrset, yes_no, LAB_COUNT(yes_no)),
    CYAML_FIELD_ENUM("makes", CYAML_FLAG_STRICT, struct lab_damage_recipe, makes, states, LAB_COUNT(states)),
    CYAML_FIELD_END,
};
/* clang-format on */

static const cyaml_schema_value_t recipe = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct lab_damage_recipe, recipe_fields)};

static const cyaml_schema_field_t file_fields[] = {
    CYAML_FIELD_SEQUENCE_COUNT("recipes", CYAML_FLAG_POINTER, struct lab_damage_list, list, count,
                               &recipe, 1, 1000),
    CYAML_FIELD_END,
};

static const cyaml_schema_value_t file_schema = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_POINTER, struct lab_damage_list, file_fields)};

/* libcyaml logs what is wrong first, then where, from the inside out. */
struct complaint {
    char what[200];
    unsigned line;
    unsigned column;
};

static void LAB_PRINTF(3, 0) note(cyaml_log_t level, void *ctx, const char *format, va_list args)
{
    struct complaint *c = ctx;
    char text[400];
    const char *place;
    const char *message = text;

    (void)level;
    (void)vsnprintf(text, sizeof(text), format, args);
    text[strcspn(text, "\n")] = '\0';
    place = strstr(text, "(line: ");
    if (place != NULL && c->line == 0) {
        char *end;

        c->line = (unsigned)strtoul(place + strlen("(line: "), &end, 10);
        if (strncmp(end, ", column: ", strlen(", column: ")) == 0)
            c->column = (unsigned)strtoul(end + strlen(", column: "), NULL, 10);
    }
    if (strncmp(message, "Load: ", 6) == 0)
        message += 6;
    if (c->what[0] == '\0' && place == NULL)
        (void)snprintf(c->what, sizeof(c->what), "%.199s", message);
}

static const cyaml_config_t config_for_free = {.mem_fn = cyaml_mem, .flags = CYAML_CFG_DEFAULT};

static int load_fault(const char *path, cyaml_err_t err, const struct complaint *c,
                      struct lab_fault *fault)
{
    return lab_fail(
        fault, EX_DATAERR,
        "%s:%u:%u: %s; expected a recipe of name, says, verb, on_rrset (yes or no), makes", path,
        c->line, c->column, c->what[0] != '\0' ? c->what : cyaml_strerror(err));
}

static int check_recipe(const char *path, const struct lab_damage_list *all, unsigned at,
                        struct lab_fault *fault)
{
    const struct lab_damage_recipe *r = &all->list[at];
    const struct lab_verb *verb = lab_verb_find(r->verb);

    if (verb == NULL) {
        char *names = lab_verb_names();

        (void)lab_fail(fault, EX_DATAERR, "%s: recipe %s: unknown verb \"%s\"; expected one of %s",
                       path, r->name, r->verb, names);
        free(names);
        return -1;
    }
    if ((verb->target != LAB_ON_ZONE) != r->on_rrset)
        return lab_fail(fault, EX_DATAERR, "%s: recipe %s: verb %s; expected on_rrset: %s", path,
                        r->name, r->verb, r->on_rrset ? "no" : "yes");
    for (unsigned i = 0; i < at; i++) {
        if (strcmp(all->list[i].name, r->name) == 0)
            return lab_fail(fault, EX_DATAERR, "%s: recipe %s stands there twice; expected once",
                            path, r->name);
    }
    return 0;
}

int lab_damage_load(const char *path, struct lab_damage_list *out, struct lab_fault *fault)
{
    struct complaint complaint = {0};
    const cyaml_config_t config = {.log_fn = note,
                                   .log_ctx = &complaint,
                                   .mem_fn = cyaml_mem,
                                   .log_level = CYAML_LOG_ERROR,
                                   .flags = CYAML_CFG_DEFAULT};
    struct lab_damage_list *list = NULL;
    char *text = NULL;
    size_t len;
    cyaml_err_t err;
    int rc = 0;

    if (lab_file_read(path, &text, &len, fault) != 0)
        return -1;
    err = cyaml_load_data((const uint8_t *)text, len, &config, &file_schema, (cyaml_data_t **)&list,
                          NULL);
    free(text);
    if (err == CYAML_OK && list == NULL) /* an empty file */
        return lab_fail(fault, EX_DATAERR, "%s:1:1: nothing in it; expected recipes", path);
    if (err != CYAML_OK)
        return load_fault(path, err, &complaint, fault);
    for (unsigned i = 0; rc == 0 && i < list->count; i++)
        rc = check_recipe(path, list, i, fault);
    if (rc != 0)
        lab_damage_free(list);
    else
        *out = *list;
    free(list);
    return rc;
}

void lab_damage_free(struct lab_damage_list *list)
{
    struct lab_damage_list *own;

    if (list->list == NULL)
        return;
    own = lab_calloc(1, sizeof(*own));
    *own = *list;
    (void)cyaml_free(&config_for_free, &file_schema, own, 0);
    *list = (struct lab_damage_list){0};
}
