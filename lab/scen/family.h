/* family.h - a scenario whose hosts have addresses of one family only, made of one whose hosts have
 * both. Private to scen. */
#ifndef LAB_SCEN_FAMILY_H
#define LAB_SCEN_FAMILY_H

#include "scen/scenario.h"

/* The file of that family: the id and names made of it get "-v4" or "-v6", records with addresses
 * of the other family become blank lines and their proofs "nodata", and it has no `family`. Lines
 * keep their numbers. For files that lab_lint_family has nothing against. The caller frees it. */
char *lab_family_text(const char *text, const char *id, enum lab_family family);

/* The id of a scenario in that family. The caller frees it. */
char *lab_family_id(const char *id, enum lab_family family);

#endif
