/* message.h - a message as SMTP carries it: CRLF line ends, dots stuffed, final dot (RFC 5321,
 * section 4.5.2). */
#ifndef DSMTP_CORE_MESSAGE_H
#define DSMTP_CORE_MESSAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/verdict.h"

/* Octets that the wire form of a message of len octets needs at most. */
size_t dsmtp_message_room(size_t len);

/* Write the wire form of text to out (dsmtp_message_room(len) octets); returns its length. LF, CR
 * and CRLF all end a line; a last line without an end gets one. */
size_t dsmtp_message_wire(const char *text, size_t len, char *out);

/* What a message asks of a host. */
struct dsmtp_message_facts {
    size_t size;      /* as RFC 1870, section 3 counts: without stuffed dots and the final one */
    bool eight_bit;   /* has octets above 127: BODY=8BITMIME (RFC 6152) */
    bool utf8_header; /* has them in its header: SMTPUTF8 (RFC 6531) */
};

/* Of a message in wire form. */
void dsmtp_message_examine(const char *wire, size_t len, struct dsmtp_message_facts *out);

/* Can the message go to a host with these extensions (enum dsmtp_extension) and this size limit (0:
 * none)? NONE, or why not: nothing is converted (RFC 6152, section 3), and what the host would
 * refuse is not sent (RFC 1870, section 6.1). */
enum dsmtp_reason dsmtp_message_unfit(const struct dsmtp_message_facts *facts, unsigned extensions,
                                      uint64_t size_limit);

#endif
