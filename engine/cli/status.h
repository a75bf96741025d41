/* status.h - exit status, as mailers expect it (sysexits.h). */
#ifndef DSMTP_CLI_STATUS_H
#define DSMTP_CLI_STATUS_H

#include "model/outcome.h"

/* 0 attempt possible or delivered; EX_TEMPFAIL (75), also where an attempt is possible but advice
 * of severity error stands against some host; EX_NOHOST (68) no domain, null MX, no host, no
 * address; EX_UNAVAILABLE (69) refused. */
int dsmtp_status_of(const struct dsmtp_outcome *outcome);

/* Of several: what a retry can mend comes first, or a mailer would give up a deferred recipient for
 * another that bounced. */
int dsmtp_status_worse(int a, int b);

/* Flush standard output; EX_IOERR instead of 0 when that, or a write before, failed. */
int dsmtp_status_flush(int status);

#endif
