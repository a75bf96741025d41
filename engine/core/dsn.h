/* dsn.h - enhanced status codes (RFC 3463, RFC 5248 registry): the server's own, or one for what
 * the client decided. */
#ifndef DSMTP_CORE_DSN_H
#define DSMTP_CORE_DSN_H

#include <stddef.h>

#include "model/outcome.h"

/* The code at the start of a reply's text (RFC 2034, section 4), copied to out; "" when there is
 * none, or one whose class is not the first digit of the reply code. */
void dsmtp_dsn_read(unsigned code, const char *text, size_t len, char out[DSMTP_DSN_SIZE]);

/* The code for a recipient. The class is the verdict's. said: what the server gave, "" if nothing;
 * the rest is taken from it, unless the client decides against it (5xx to STARTTLS defers) and has
 * a code for that. */
void dsmtp_dsn_choose(enum dsmtp_verdict verdict, enum dsmtp_reason reason, const char *said,
                      char out[DSMTP_DSN_SIZE]);

#endif
