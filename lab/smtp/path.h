/* path.h - the arguments of MAIL and RCPT. Private to lab/smtp. */
#ifndef LAB_SMTP_PATH_H
#define LAB_SMTP_PATH_H

#include "base/base.h"

/* "FROM:<a@b> SIZE=1" with keyword "FROM:" gives "a@b" (the caller's) and the rest after the path.
 * NULL: not of that form. */
char *lab_smtp_path(const char *args, const char *keyword, const char **rest);

/* NULL if the parameters of MAIL are known and right, or the reply that refuses them. */
const char *lab_smtp_mail_parameters(const char *rest, uint64_t size_max);

#endif
