/* check.h - a parsed file against libcyaml schema tables, before libcyaml loads it. Private to
 * scen.
 *
 * libcyaml stops at the first fault and gives the position of the enclosing mapping. This walks the
 * same tables, finds every fault and points at the word itself. What passes here loads. */
#ifndef LAB_SCEN_CHECK_H
#define LAB_SCEN_CHECK_H

#include "scen/schema.h"
#include "scen/source.h"

/* Types used: string, enum, unsigned number (to 65535), mapping, sequence. Faults are reported
 * through s. */
void lab_check(struct lab_source *s, const cyaml_schema_value_t *schema);

/* load.c: after libcyaml has loaded them, give the zones of a file what it does not say; records
 * stay NULL. The file's "world" is below source->within. */
void lab_zone_defaults(struct lab_zone *zones, unsigned count, struct lab_source *source);

#endif
