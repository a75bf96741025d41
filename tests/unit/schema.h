/* schema.h - checks JSON against a JSON Schema, as far as the schemas of this project go: type,
 * enum, required, properties, additionalProperties, items, oneOf, $ref within the file, pattern,
 * minLength, minimum, maximum. A word that it does not know fails the check. */
#ifndef TESTS_UNIT_SCHEMA_H
#define TESTS_UNIT_SCHEMA_H

#include <jansson.h>
#include <stdbool.h>

struct schema {
    json_t *root;
    char wrong[300]; /* of the last that did not match: where and what */
};

/* The file, or a failed check and root NULL. */
struct schema schema_load(const char *file);
void schema_free(struct schema *schema);

/* false: `wrong` says why, also where there is no value or no schema. */
bool schema_holds(struct schema *schema, json_t *value);
/* The same as a check. */
bool check_valid(struct schema *schema, json_t *value);

#endif
