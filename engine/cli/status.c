/* status.c - exit status of status.h. */
#include "cli/status.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>

#include "cli/say.h"
#include "core/advice.h"

static int bounce_status(enum dsmtp_reason reason)
{
    return reason == DSMTP_REASON_NO_SUCH_DOMAIN || reason == DSMTP_REASON_NULL_MX ||
                   reason == DSMTP_REASON_NO_VALID_MX || reason == DSMTP_REASON_NO_ADDRESS
               ? EX_NOHOST
               : EX_UNAVAILABLE;
}

int dsmtp_status_of(const struct dsmtp_outcome *outcome)
{
    switch (outcome->verdict) {
    case DSMTP_VERDICT_ATTEMPT:
        return dsmtp_advice_alarms(outcome) ? EX_TEMPFAIL : EX_OK;
    case DSMTP_VERDICT_DELIVERED:
        return EX_OK;
    case DSMTP_VERDICT_DEFER:
    case DSMTP_VERDICT_DEFERRED:
        return EX_TEMPFAIL;
    case DSMTP_VERDICT_BOUNCE:
    case DSMTP_VERDICT_BOUNCED:
        return bounce_status(outcome->reason);
    case DSMTP_VERDICT_COUNT:
        break;
    }
    return EX_SOFTWARE;
}

int dsmtp_status_worse(int a, int b)
{
    static const int order[] = {EX_TEMPFAIL, EX_SOFTWARE, EX_UNAVAILABLE, EX_NOHOST};

    for (size_t i = 0; i < sizeof(order) / sizeof(order[0]); i++)
        if (a == order[i] || b == order[i])
            return order[i];
    return EX_OK;
}

int dsmtp_status_flush(int status)
{
    if (fflush(stdout) == 0 && !ferror(stdout))
        return status;
    dsmtp_say("standard output: %s", strerror(errno));
    return status == EX_OK ? EX_IOERR : status;
}
