/* status.c - texts of status.h. */
#include "base/status.h"

#include <stdarg.h>
#include <stdio.h>

static const char *const text[] = {
#define X(name, words) [DSMTP_##name] = (words),
    DSMTP_STATUS_LIST(X)
#undef X
};

const char *dsmtp_status_text(enum dsmtp_status status)
{
    return text[status];
}

enum dsmtp_status dsmtp_fault_set(struct dsmtp_fault *fault, enum dsmtp_status status,
                                  const char *format, ...)
{
    va_list args;

    va_start(args, format);
    fault->status = status;
    (void)vsnprintf(fault->what, sizeof(fault->what), format, args);
    va_end(args);
    return status;
}
