/* schema.c - the validator of schema.h. */
#include "schema.h"

#include <regex.h>
#include <stdio.h>
#include <string.h>

#include "check.h"

static bool valid(struct schema *s, json_t *rule, json_t *value, const char *where);

static bool wrong(struct schema *s, const char *where, const char *what, const char *which)
{
    (void)snprintf(s->wrong, sizeof(s->wrong), "%s: %s %s", where, what, which);
    return false;
}

/* --- one function a word
 * -------------------------------------------------------------------------- */

typedef bool keyword_fn(struct schema *s, json_t *rule, json_t *word, json_t *value,
                        const char *where);

static bool is_type(json_t *value, const char *type)
{
    static const char *const names[] = {
        [JSON_OBJECT] = "object",   [JSON_ARRAY] = "array", [JSON_STRING] = "string",
        [JSON_INTEGER] = "integer", [JSON_REAL] = "number", [JSON_TRUE] = "boolean",
        [JSON_FALSE] = "boolean",   [JSON_NULL] = "null",
    };

    return strcmp(names[json_typeof(value)], type) == 0;
}

static bool check_type(struct schema *s, json_t *rule, json_t *word, json_t *value,
                       const char *where)
{
    json_t *one;
    size_t i;

    (void)rule;
    if (json_is_string(word) && is_type(value, json_string_value(word)))
        return true;
    json_array_foreach(word, i, one) if (is_type(value, json_string_value(one))) return true;
    return wrong(s, where, "is not of the right type", "");
}

static bool check_enum(struct schema *s, json_t *rule, json_t *word, json_t *value,
                       const char *where)
{
    json_t *one;
    size_t i;

    (void)rule;
    json_array_foreach(word, i, one) if (json_equal(one, value)) return true;
    return wrong(s, where,
                 "is not listed:", json_is_string(value) ? json_string_value(value) : "no string");
}

static bool check_required(struct schema *s, json_t *rule, json_t *word, json_t *value,
                           const char *where)
{
    const json_t *name;
    size_t i;

    (void)rule;
    json_array_foreach(word, i, name) if (json_is_object(value) &&
                                          json_object_get(value, json_string_value(name)) ==
                                              NULL) return wrong(s, where, "lacks",
                                                                 json_string_value(name));
    return true;
}

static bool check_properties(struct schema *s, json_t *rule, json_t *word, json_t *value,
                             const char *where)
{
    char path[200];
    const char *name;
    json_t *member;

    (void)rule;
    json_object_foreach(value, name, member)
    {
        json_t *of = json_object_get(word, name);

        (void)snprintf(path, sizeof(path), "%.150s.%.40s", where, name);
        if (of != NULL && !valid(s, of, member, path))
            return false;
    }
    return true;
}

/* Only "false" is known. */
static bool check_additional(struct schema *s, json_t *rule, json_t *word, json_t *value,
                             const char *where)
{
    const json_t *known = json_object_get(rule, "properties");
    const char *name;
    json_t *member;

    if (!json_is_false(word))
        return wrong(s, where, "unknown value of", "additionalProperties");
    json_object_foreach(value, name, member) if (json_object_get(known, name) == NULL) return wrong(
        s, where, "has an unknown member", name);
    return true;
}

static bool check_items(struct schema *s, json_t *rule, json_t *word, json_t *value,
                        const char *where)
{
    json_t *one;
    char path[200];
    size_t i;

    (void)rule;
    json_array_foreach(value, i, one)
    {
        (void)snprintf(path, sizeof(path), "%.150s[%zu]", where, i);
        if (!valid(s, word, one, path))
            return false;
    }
    return true;
}

static bool check_one_of(struct schema *s, json_t *rule, json_t *word, json_t *value,
                         const char *where)
{
    unsigned fit = 0;
    json_t *one;
    size_t i;

    (void)rule;
    json_array_foreach(word, i, one) fit += valid(s, one, value, where) ? 1 : 0;
    if (fit == 1)
        return true;
    return fit == 0 ? false : wrong(s, where, "fits more than one of", "oneOf");
}

static bool check_ref(struct schema *s, json_t *rule, json_t *word, json_t *value,
                      const char *where)
{
    static const char prefix[] = "#/$defs/";
    const char *name = json_string_value(word);
    json_t *of = NULL;

    (void)rule;
    if (strncmp(name, prefix, sizeof(prefix) - 1) == 0)
        of = json_object_get(json_object_get(s->root, "$defs"), name + sizeof(prefix) - 1);
    return of != NULL ? valid(s, of, value, where) : wrong(s, where, "no such $ref:", name);
}

static bool check_pattern(struct schema *s, json_t *rule, json_t *word, json_t *value,
                          const char *where)
{
    regex_t regex;
    bool fits;

    (void)rule;
    if (!json_is_string(value))
        return true;
    if (regcomp(&regex, json_string_value(word), REG_EXTENDED | REG_NOSUB) != 0)
        return wrong(s, where, "bad pattern", json_string_value(word));
    fits = regexec(&regex, json_string_value(value), 0, NULL, 0) == 0;
    regfree(&regex);
    return fits || wrong(s, where, "does not match:", json_string_value(value));
}

static bool check_min_length(struct schema *s, json_t *rule, json_t *word, json_t *value,
                             const char *where)
{
    (void)rule;
    return !json_is_string(value) ||
           (json_int_t)json_string_length(value) >= json_integer_value(word) ||
           wrong(s, where, "is too short", "");
}

static bool check_minimum(struct schema *s, json_t *rule, json_t *word, json_t *value,
                          const char *where)
{
    (void)rule;
    return !json_is_number(value) || json_number_value(value) >= json_number_value(word) ||
           wrong(s, where, "is too small", "");
}

static bool check_maximum(struct schema *s, json_t *rule, json_t *word, json_t *value,
                          const char *where)
{
    (void)rule;
    return !json_is_number(value) || json_number_value(value) <= json_number_value(word) ||
           wrong(s, where, "is too large", "");
}

static bool pass(struct schema *s, json_t *rule, json_t *word, json_t *value, const char *where)
{
    (void)s;
    (void)rule;
    (void)word;
    (void)value;
    (void)where;
    return true;
}

static const struct {
    const char *name;
    keyword_fn *check;
} keywords[] = {
    {"type", check_type},
    {"enum", check_enum},
    {"required", check_required},
    {"properties", check_properties},
    {"additionalProperties", check_additional},
    {"items", check_items},
    {"oneOf", check_one_of},
    {"$ref", check_ref},
    {"pattern", check_pattern},
    {"minLength", check_min_length},
    {"minimum", check_minimum},
    {"maximum", check_maximum},
    {"title", pass},
    {"description", pass},
    {"$schema", pass},
    {"$id", pass},
    {"$defs", pass},
};

static keyword_fn *find(const char *name)
{
    for (size_t i = 0; i < CHECK_COUNT(keywords); i++)
        if (strcmp(keywords[i].name, name) == 0)
            return keywords[i].check;
    return NULL;
}

static bool valid(struct schema *s, json_t *rule, json_t *value, const char *where)
{
    const char *name;
    json_t *word;

    json_object_foreach(rule, name, word)
    {
        keyword_fn *check = find(name);

        if (check == NULL)
            return wrong(s, where, "the schema has an unknown word", name);
        if (!check(s, rule, word, value, where))
            return false;
    }
    return true;
}

struct schema schema_load(const char *file)
{
    struct schema s = {NULL, ""};
    json_error_t error;

    s.root = json_load_file(file, JSON_REJECT_DUPLICATES, &error);
    if (s.root == NULL) {
        check_row(file);
        check_str(error.text, "");
    }
    return s;
}

void schema_free(struct schema *schema)
{
    json_decref(schema->root);
}

bool schema_holds(struct schema *schema, json_t *value)
{
    (void)snprintf(schema->wrong, sizeof(schema->wrong), "%s",
                   value == NULL          ? "no JSON"
                   : schema->root == NULL ? "no schema"
                                          : "");
    return schema->root != NULL && value != NULL && valid(schema, schema->root, value, "");
}

bool check_valid(struct schema *schema, json_t *value)
{
    return schema_holds(schema, value) || check_str(schema->wrong, NULL);
}
