/* claims.h - what a sender says of its connections, in the adapter's replies and in records. */
#ifndef LAB_RUN_CLAIMS_H
#define LAB_RUN_CLAIMS_H

#include <jansson.h>

#include "judge/judge.h"

/* [{"address":"198.18.0.7","result":"authenticated"}, ...] as an array to be released with
 * lab_claims_free; never NULL. Elements without an address or with another result are left out. */
LAB_NEVER_NULL struct lab_claim *lab_claims_read(const json_t *array, unsigned *count);
json_t *lab_claims_json(const struct lab_claim *claims, unsigned count);
void lab_claims_free(struct lab_claim *claims, unsigned count);

#endif
