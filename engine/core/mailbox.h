/* mailbox.h - envelope addresses. */
#ifndef DSMTP_CORE_MAILBOX_H
#define DSMTP_CORE_MAILBOX_H

#include "core/nexthop.h"

/* RFC 5321, section 4.5.3.1.3, less the angle brackets. */
#define DSMTP_MAILBOX_MAX 254u

/* Take "<user@domain>" out of its brackets, in place; anything else is returned as it is. */
char *dsmtp_mailbox_strip(char *address);

/* user@domain or user@[address]: what may stand in MAIL and RCPT, and where it leads. The user may
 * be UTF-8 (RFC 6531). DSMTP_SYNTAX with what was expected. */
DSMTP_MUST_USE enum dsmtp_status dsmtp_mailbox_parse(const char *address, struct dsmtp_nexthop *out,
                                                     struct dsmtp_fault *fault);

#endif
