/* status.h - why the engine itself cannot go on: the list, its texts and the fault are public. */
#ifndef DSMTP_BASE_STATUS_H
#define DSMTP_BASE_STATUS_H

#include "danesmtp.h"

/* Return early on failure; the only control-flow macro of the project. */
#define DSMTP_TRY(expr)                     \
    do {                                    \
        enum dsmtp_status status_ = (expr); \
        if (status_ != DSMTP_OK)            \
            return status_;                 \
    } while (0)

/* Fill fault and return status. */
enum dsmtp_status dsmtp_fault_set(struct dsmtp_fault *fault, enum dsmtp_status status,
                                  const char *format, ...) __attribute__((format(printf, 3, 4)));

#endif
