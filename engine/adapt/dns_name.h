/* dns_name.h - domain names between text and wire form, for the resolvers.
 *
 * model/name.h knows host names; what a reply holds may be any octets. */
#ifndef DSMTP_ADAPT_DNS_NAME_H
#define DSMTP_ADAPT_DNS_NAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

#define DSMTP_DNAME_MAX 255u
/* Room for any name as text: each octet may become \DDD. */
#define DSMTP_DNAME_TEXT_SIZE (4u * DSMTP_DNAME_MAX + 1u)

struct dsmtp_dname {
    size_t len; /* with the root's zero octet */
    uint8_t wire[DSMTP_DNAME_MAX];
};

/* Text with or without trailing dot, escapes \X and \DDD understood. DSMTP_SYNTAX: an empty or
 * overlong label or name. */
DSMTP_MUST_USE enum dsmtp_status dsmtp_dname_from_text(const char *text, struct dsmtp_dname *out);

/* Lower case, no trailing dot (the root is "."), everything but letters, digits, '-', '_', '*' and
 * '/' escaped. */
void dsmtp_dname_to_text(const struct dsmtp_dname *name, char out[DSMTP_DNAME_TEXT_SIZE]);

/* Equal but for ASCII case (RFC 4343)? */
bool dsmtp_dname_equal(const struct dsmtp_dname *a, const struct dsmtp_dname *b);

/* Is the name one or more labels below the other? */
bool dsmtp_dname_below(const struct dsmtp_dname *name, const struct dsmtp_dname *above);

/* The name at *pos of a message, compression undone; *pos moves behind it. False: malformed. A
 * pointer must point behind the header of the message, and backwards from where the name (or the
 * last pointer's target) began, so that no loop can be built. */
bool dsmtp_dname_read(const uint8_t *message, size_t len, size_t *pos, struct dsmtp_dname *out);

#endif
