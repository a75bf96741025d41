/* path.h - the arguments of MAIL and RCPT. Private to lab/smtp. */
#ifndef LAB_SMTP_PATH_H
#define LAB_SMTP_PATH_H

#include "base/base.h"

/* "FROM:<a@b> SIZE=1" with keyword "FROM:" gives "a@b" (the caller's) and the rest after the path.
 * NULL: not of that form. */
char *lab_smtp_path(const char *args, const char *keyword, const char **rest);

/* Is the keyword (SIZE, PIPELINING) among those, "\n" between them? offers NULL: none. */
bool lab_smtp_offered(const char *offers, const char *keyword);

/* NULL if the parameters of MAIL (or of RCPT, which has others: RFC 3461, section 4) are offered,
 * known and right, or the reply that refuses them. */
const char *lab_smtp_parameters(const char *rest, bool mail, const char *offers, uint64_t size_max);

#endif
