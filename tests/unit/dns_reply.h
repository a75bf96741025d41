/* dns_reply.h - DNS replies by hand, made without the code under test. */
#ifndef TESTS_UNIT_DNS_REPLY_H
#define TESTS_UNIT_DNS_REPLY_H

#include <stddef.h>
#include <stdint.h>

#include "model/record.h"

enum { AD = 0x20, TC = 0x200, SERVFAIL = 2, REFUSED = 5, NX = 3 };
enum section { AN, NS, AR };

struct reply {
    uint8_t bytes[70000];
    size_t len;
};

/* Header and question; flags: those above. Then any number of records; names are plain text without
 * escapes. */
void reply_begin(struct reply *r, unsigned flags, const char *name, enum dsmtp_rrtype type);
void reply_add(struct reply *r, enum section section, const char *owner, unsigned type,
               const void *rdata, size_t len);

/* Labels with their lengths, and the root, in out. Returns how long that is. */
size_t reply_name(const char *name, uint8_t *out);

/* What is often needed: A, CNAME, the SOA of a denial, extended error 9 with the text "why\n". */
void reply_address(struct reply *r, const char *owner);
void reply_alias(struct reply *r, const char *owner, const char *target);
void reply_soa(struct reply *r);
void reply_extended(struct reply *r);

#endif
