/* claims.c - claims.h. */
#include "run/claims.h"

#include <stdlib.h>

struct lab_claim *lab_claims_read(const json_t *array, unsigned *count)
{
    struct lab_claim *out = lab_calloc(json_array_size(array) + 1, sizeof(*out));

    *count = 0;
    for (size_t i = 0; i < json_array_size(array); i++) {
        const json_t *claim = json_array_get(array, i);
        const char *address = json_string_value(json_object_get(claim, "address"));
        const char *result = json_string_value(json_object_get(claim, "result"));
        enum lab_claimed word;

        if (address != NULL && lab_claimed_find(result, &word))
            out[(*count)++] = (struct lab_claim){lab_strdup(address), word};
    }
    return out;
}

json_t *lab_claims_json(const struct lab_claim *claims, unsigned count)
{
    json_t *array = json_array();

    for (unsigned i = 0; i < count; i++)
        (void)json_array_append_new(array, json_pack("{s:s, s:s}", "address", claims[i].address,
                                                     "result", lab_claimed_name(claims[i].result)));
    return array;
}

void lab_claims_free(struct lab_claim *claims, unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        free(claims[i].address);
    free(claims);
}
