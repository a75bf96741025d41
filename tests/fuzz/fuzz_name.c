/* fuzz_name.c - names. From the wire: what is accepted is a host name, and reading it again as text
 * gives the same. A message's names, with compression, against ldns. */
#include <ldns/ldns.h>
#include <stdlib.h>
#include <string.h>

#include "adapt/dns_name.h"
#include "fuzz/fuzz.h"
#include "model/name.h"

enum { HEADER = 12 }; /* of a message: no name is in it */

static void check_host_name(const uint8_t *data, size_t size)
{
    char name[DSMTP_NAME_SIZE], again[DSMTP_NAME_SIZE];
    size_t used = 0;

    if (dsmtp_name_from_wire(data, size, name, &used) != DSMTP_OK)
        return;
    if (used == 0 || used > size || strlen(name) > DSMTP_NAME_MAX ||
        used != strlen(name) + (name[0] == '\0' ? 1 : 2))
        abort();
    if (name[0] != '\0' && (dsmtp_name_parse(name, again) != DSMTP_OK || strcmp(name, again) != 0))
        abort();
}

/* As text and back it is the same name; so ldns reads it, wherever both do (ldns follows pointers
 * forward, too). */
static void check_any_name(const uint8_t *message, size_t size, size_t start)
{
    char text[DSMTP_DNAME_TEXT_SIZE];
    struct dsmtp_dname name, again;
    ldns_rdf *other = NULL;
    size_t pos = start, pos_other = start;
    bool ok = dsmtp_dname_read(message, size, &pos, &name);
    bool ok_other = ldns_wire2dname(&other, message, size, &pos_other) == LDNS_STATUS_OK;

    if (ok) {
        dsmtp_dname_to_text(&name, text);
        if (dsmtp_dname_from_text(text, &again) != DSMTP_OK || !dsmtp_dname_equal(&name, &again))
            abort();
        if (!ok_other || pos != pos_other || ldns_rdf_size(other) != name.len ||
            memcmp(ldns_rdf_data(other), name.wire, name.len) != 0)
            abort();
    }
    ldns_rdf_deep_free(other);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint8_t *message = calloc(1, HEADER + size);

    check_host_name(data, size);
    if (size > 1 && message != NULL) {
        memcpy(message + HEADER, data + 1, size - 1);
        check_any_name(message, HEADER + size - 1, HEADER + data[0]);
    }
    free(message);
    return 0;
}
