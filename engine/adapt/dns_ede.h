/* dns_ede.h - extended DNS errors (RFC 8914): why a resolver failed, in one form whoever says it.
 *
 * They are for people. Nothing may be decided by them (RFC 8914, section 6; R-8914-6-1). */
#ifndef DSMTP_ADAPT_DNS_EDE_H
#define DSMTP_ADAPT_DNS_EDE_H

#include <stddef.h>
#include <stdint.h>

/* "signature expired", ... for an info code of the IANA registry; NULL: none that is known. */
const char *dsmtp_ede_name(unsigned code);

/* Append "EDE 7 signature expired: TEXT" to what out holds (a string in room octets), behind "; "
 * if it is not empty. Of text only printable ASCII is taken over; it may be empty. What does not
 * fit is cut off. */
void dsmtp_ede_append(char *out, size_t room, unsigned code, const uint8_t *text, size_t len);

/* The info code that fits what libunbound says about a bogus answer, which brings no code of its
 * own: 6 (DNSSEC bogus) where nothing closer is known. */
unsigned dsmtp_ede_of_words(const char *why);

#endif
