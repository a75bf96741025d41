/* fuzz_name.c - names from the wire: what is accepted is a host name, and reading it again as text
 * gives the same. */
#include <stdlib.h>
#include <string.h>

#include "fuzz/fuzz.h"
#include "model/name.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char name[DSMTP_NAME_SIZE], again[DSMTP_NAME_SIZE];
    size_t used = 0;

    if (dsmtp_name_from_wire(data, size, name, &used) != DSMTP_OK)
        return 0;
    if (used == 0 || used > size || strlen(name) > DSMTP_NAME_MAX ||
        used != strlen(name) + (name[0] == '\0' ? 1 : 2))
        abort();
    if (name[0] != '\0' && (dsmtp_name_parse(name, again) != DSMTP_OK || strcmp(name, again) != 0))
        abort();
    return 0;
}
