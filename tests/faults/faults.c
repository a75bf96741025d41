/* faults.c - which fault is switched on. */
#include "faults/faults.h"

#include <stdlib.h>
#include <string.h>

bool fault_is(const char *name)
{
    const char *wanted = getenv("DANESMTP_FAULT");

    return wanted != NULL && strcmp(wanted, name) == 0;
}
