/* locate.c - where in the recipe file a value stands, for faults that the schema cannot see. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <yaml.h>

#include "pki/recipe.h"

static yaml_node_t *member(yaml_document_t *doc, yaml_node_t *map, const char *key)
{
    yaml_node_pair_t *p;

    if (map == NULL || map->type != YAML_MAPPING_NODE)
        return NULL;
    for (p = map->data.mapping.pairs.start; p < map->data.mapping.pairs.top; p++) {
        yaml_node_t *k = yaml_document_get_node(doc, p->key);

        if (k != NULL && k->type == YAML_SCALAR_NODE &&
            strcmp((const char *)k->data.scalar.value, key) == 0)
            return yaml_document_get_node(doc, p->value);
    }
    return NULL;
}

static yaml_node_t *item(yaml_document_t *doc, yaml_node_t *list, unsigned index)
{
    if (list == NULL || list->type != YAML_SEQUENCE_NODE ||
        list->data.sequence.items.top - list->data.sequence.items.start <= (ptrdiff_t)index)
        return NULL;
    return yaml_document_get_node(doc, list->data.sequence.items.start[index]);
}

/* The nearest thing that exists: a field that is absent stands where its mapping does. */
static yaml_mark_t mark_of(yaml_document_t *doc, unsigned recipe, unsigned element,
                           const char *field)
{
    yaml_node_t *r = item(doc, member(doc, yaml_document_get_root_node(doc), "recipes"), recipe);
    yaml_node_t *e = item(doc, member(doc, r, "chain"), element);
    yaml_node_t *f = field != NULL ? member(doc, e, field) : NULL;
    yaml_node_t *best = f != NULL ? f : e != NULL ? e : r;

    return best != NULL ? best->start_mark : (yaml_mark_t){0};
}

static yaml_mark_t find_mark(const char *path, unsigned recipe, unsigned element, const char *field)
{
    yaml_mark_t mark = {0};
    yaml_parser_t parser;
    yaml_document_t doc;
    FILE *in = fopen(path, "re");

    if (in == NULL)
        return mark;
    if (yaml_parser_initialize(&parser) != 0) {
        yaml_parser_set_input_file(&parser, in);
        if (yaml_parser_load(&parser, &doc) != 0) {
            mark = mark_of(&doc, recipe, element, field);
            yaml_document_delete(&doc);
        }
        yaml_parser_delete(&parser);
    }
    (void)fclose(in);
    return mark;
}

int lab_recipe_fail(const char *path, unsigned recipe, unsigned element, const char *field,
                    struct lab_fault *fault, const char *format, ...)
{
    yaml_mark_t mark = find_mark(path, recipe, element, field);
    char what[384];
    va_list args;

    va_start(args, format);
    (void)vsnprintf(what, sizeof(what), format, args);
    va_end(args);
    return lab_fail(fault, EX_DATAERR, "%s:%zu:%zu: %s", path, mark.line + 1, mark.column + 1,
                    what);
}
