/* name.h - host names: lower-case A-labels without a trailing dot. */
#ifndef DSMTP_MODEL_NAME_H
#define DSMTP_MODEL_NAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

/* Longest name in text form (RFC 1035, section 2.3.4), and a buffer for one. */
#define DSMTP_NAME_MAX 253u
#define DSMTP_NAME_SIZE (DSMTP_NAME_MAX + 1u)

/* A domain in text form to canonical form: one trailing dot dropped, lower-cased. Letters, digits,
 * hyphens and underscores only, labels of 1 to 63 octets. DSMTP_SYNTAX if it is no host name,
 * DSMTP_TOOBIG if it is too long. */
DSMTP_MUST_USE enum dsmtp_status dsmtp_name_parse(const char *text, char out[DSMTP_NAME_SIZE]);

/* The same from uncompressed wire form. The root comes out as "". *used: octets consumed. */
DSMTP_MUST_USE enum dsmtp_status dsmtp_name_from_wire(const uint8_t *wire, size_t len,
                                                      char out[DSMTP_NAME_SIZE], size_t *used);

/* The owner of TLSA records: _PORT._tcp.BASE (RFC 6698, section 3). DSMTP_TOOBIG when the result is
 * longer than a DNS name may be. */
DSMTP_MUST_USE enum dsmtp_status dsmtp_name_tlsa(const char *base, unsigned port,
                                                 char out[DSMTP_NAME_SIZE]);

/* A numeric address (an IPv6 one may begin with "IPv6:") in its one shortest form; false if it is
 * none. */
bool dsmtp_name_address(const char *text, char out[DSMTP_NAME_SIZE]);

/* Has it octets above 127? Any text. */
bool dsmtp_name_beyond_ascii(const char *text);

/* Numeric IPv4 or IPv6 address? */
bool dsmtp_name_is_address(const char *text);

#endif
