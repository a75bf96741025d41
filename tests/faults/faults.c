/* faults.c - which fault is switched on. */
#include "faults/faults.h"

#include <stdlib.h>
#include <string.h>

bool fault_is(const char *name)
{
    const char *wanted = getenv("DANESMTP_FAULT");

    return wanted != NULL && strcmp(wanted, name) == 0;
}

const char *fault_behind(const char *start)
{
    const char *wanted = getenv("DANESMTP_FAULT");
    size_t len = strlen(start);

    return wanted != NULL && strncmp(wanted, start, len) == 0 ? wanted + len : NULL;
}
