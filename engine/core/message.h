/* message.h - a message as SMTP carries it: CRLF line ends, dots stuffed, final dot (RFC 5321,
 * section 4.5.2). */
#ifndef DSMTP_CORE_MESSAGE_H
#define DSMTP_CORE_MESSAGE_H

#include <stddef.h>

/* Octets that the wire form of a message of len octets needs at most. */
size_t dsmtp_message_room(size_t len);

/* Write the wire form of text to out (dsmtp_message_room(len) octets); returns its length. LF, CR
 * and CRLF all end a line; a last line without an end gets one. */
size_t dsmtp_message_wire(const char *text, size_t len, char *out);

#endif
