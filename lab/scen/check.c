/* check.c - what the schema tables say, with exact positions and all faults at once. */
#include "scen/check.h"

#include <stdlib.h>
#include <string.h>

#include "scen/near.h"

static void check_value(struct lab_source *s, const cyaml_schema_value_t *schema, const char *key,
                        const yaml_node_t *node);

static const char *node_kind(const yaml_node_t *node)
{
    return node->type == YAML_MAPPING_NODE    ? "a mapping"
           : node->type == YAML_SEQUENCE_NODE ? "a list"
                                              : "a value";
}

static const char *strval_word(const void *list, size_t i)
{
    return ((const cyaml_strval_t *)list)[i].str;
}

static const char *field_word(const void *list, size_t i)
{
    return ((const cyaml_schema_field_t *)list)[i].key;
}

/* "unknown WHAT `x` (did you mean `y`?); expected one of ..." */
static void unknown(struct lab_source *s, const yaml_node_t *node, const char *what,
                    const char *word, const char *(*nth)(const void *list, size_t i),
                    const void *list, size_t count)
{
    struct lab_text all = {0};
    const char *near = lab_near(word, nth, list, count);

    if (strcmp(what, "policies") == 0)
        what = "policy"; /* a key that names a list: one of its words is wrong */
    for (size_t i = 0; i < count; i++)
        lab_text_put(&all, " %s", nth(list, i));
    if (near != NULL)
        lab_complain_mark(s, &node->start_mark,
                          "unknown %s `%.60s` (did you mean `%s`?); expected one of%s", what, word,
                          near, all.text);
    else
        lab_complain_mark(s, &node->start_mark, "unknown %s `%.60s`; expected one of%s", what, word,
                          all.text);
    free(all.text);
}

static const char *scalar(const yaml_node_t *node)
{
    return (const char *)node->data.scalar.value;
}

static void check_string(struct lab_source *s, const cyaml_schema_value_t *schema, const char *key,
                         const yaml_node_t *node)
{
    const char *text = scalar(node);

    if (text[strspn(text, " \n")] == '\0')
        lab_complain_mark(s, &node->start_mark, "`%s` is empty; expected some text, or no such key",
                          key);
    else if (strlen(text) != node->data.scalar.length)
        lab_complain_mark(s, &node->start_mark, "`%s` has a NUL in it; expected text", key);
    else if (node->data.scalar.length > schema->string.max)
        lab_complain_mark(s, &node->start_mark, "`%s` has %zu octets; expected at most %u", key,
                          node->data.scalar.length, (unsigned)schema->string.max);
}

static void check_enum(struct lab_source *s, const cyaml_schema_value_t *schema, const char *key,
                       const yaml_node_t *node)
{
    for (uint32_t i = 0; i < schema->enumeration.count; i++) {
        if (strcmp(scalar(node), schema->enumeration.strings[i].str) == 0)
            return;
    }
    unknown(s, node, key, scalar(node), strval_word, schema->enumeration.strings,
            schema->enumeration.count);
}

static void check_number(struct lab_source *s, const char *key, const yaml_node_t *node)
{
    const char *text = scalar(node);
    size_t digits = strspn(text, "0123456789");

    if (digits == 0 || digits > 5 || text[digits] != '\0' || strtoul(text, NULL, 10) > UINT16_MAX)
        lab_complain_mark(s, &node->start_mark, "`%s` is `%.60s`; expected 0 to 65535", key, text);
}

static void check_sequence(struct lab_source *s, const cyaml_schema_value_t *schema,
                           const char *key, const yaml_node_t *node)
{
    size_t count = (size_t)(node->data.sequence.items.top - node->data.sequence.items.start);

    if (count < schema->sequence.min || count > schema->sequence.max)
        lab_complain_mark(s, &node->start_mark, "`%s` has %zu entries; expected %u to %u", key,
                          count, (unsigned)schema->sequence.min, (unsigned)schema->sequence.max);
    for (size_t i = 0; i < count && i < schema->sequence.max; i++)
        check_value(s, schema->sequence.entry, key,
                    yaml_document_get_node(&s->doc, node->data.sequence.items.start[i]));
}

static size_t field_count(const cyaml_schema_field_t *fields)
{
    size_t count = 0;

    while (fields[count].key != NULL)
        count++;
    return count;
}

/* One pair: returns the index of its field, or count if there is none. */
static size_t check_pair(struct lab_source *s, const cyaml_schema_field_t *fields, size_t count,
                         const yaml_node_t *key, const yaml_node_t *value)
{
    size_t i = 0;

    if (key->type != YAML_SCALAR_NODE) {
        lab_complain_mark(s, &key->start_mark, "a key that is %s; expected a word", node_kind(key));
        return count;
    }
    while (i < count && strcmp(fields[i].key, scalar(key)) != 0)
        i++;
    if (i == count)
        unknown(s, key, "key", scalar(key), field_word, fields, count);
    else
        check_value(s, &fields[i].value, fields[i].key, value);
    return i;
}

static void check_mapping(struct lab_source *s, const cyaml_schema_value_t *schema,
                          const char *name, const yaml_node_t *node)
{
    const cyaml_schema_field_t *fields = schema->mapping.fields;
    size_t count = field_count(fields);
    bool *seen = lab_calloc(count + 1, sizeof(*seen));

    for (const yaml_node_pair_t *p = node->data.mapping.pairs.start;
         p < node->data.mapping.pairs.top; p++) {
        const yaml_node_t *key = yaml_document_get_node(&s->doc, p->key);
        size_t i = check_pair(s, fields, count, key, yaml_document_get_node(&s->doc, p->value));

        if (i < count && seen[i])
            lab_complain_mark(s, &key->start_mark, "key `%s` again; expected it once",
                              fields[i].key);
        seen[i] = true;
    }
    for (size_t i = 0; i < count; i++) {
        if (!seen[i] && (fields[i].value.flags & CYAML_FLAG_OPTIONAL) == 0)
            lab_complain_mark(s, &node->start_mark, "no `%s` in %s; expected one", fields[i].key,
                              name);
    }
    free(seen);
}

static yaml_node_type_t wanted(const cyaml_schema_value_t *schema)
{
    return schema->type == CYAML_MAPPING    ? YAML_MAPPING_NODE
           : schema->type == CYAML_SEQUENCE ? YAML_SEQUENCE_NODE
                                            : YAML_SCALAR_NODE;
}

static void check_value(struct lab_source *s, const cyaml_schema_value_t *schema, const char *key,
                        const yaml_node_t *node)
{
    if (node->type != wanted(schema)) {
        lab_complain_mark(s, &node->start_mark, "`%s` is %s; expected %s", key, node_kind(node),
                          schema->type == CYAML_MAPPING    ? "a mapping"
                          : schema->type == CYAML_SEQUENCE ? "a list"
                                                           : "a value");
        return;
    }
    if (schema->type == CYAML_MAPPING)
        check_mapping(s, schema, key, node);
    else if (schema->type == CYAML_SEQUENCE)
        check_sequence(s, schema, key, node);
    else if (schema->type == CYAML_UINT)
        check_number(s, key, node);
    else if (schema->type == CYAML_ENUM)
        check_enum(s, schema, key, node);
    else
        check_string(s, schema, key, node);
}

void lab_check(struct lab_source *s, const cyaml_schema_value_t *schema)
{
    check_value(s, schema, "the scenario", yaml_document_get_root_node(&s->doc));
}
