/* sized.h - structs of the program's, which begin with their size: it may have been compiled with
 * another version of the public header than the library. */
#ifndef DSMTP_API_SIZED_H
#define DSMTP_API_SIZED_H

#include <stddef.h>

#include "base/status.h"

/* Copy what the program gives to out (known octets). MISUSE: name has no such size, or the program
 * asks for something that this version does not know. */
DSMTP_MUST_USE enum dsmtp_status dsmtp_sized_take(void *out, size_t known, const void *given,
                                                  const char *name, struct dsmtp_fault *fault);

/* Fill the program's struct from filled (known octets); its size stays. MISUSE: it has none. */
DSMTP_MUST_USE enum dsmtp_status dsmtp_sized_give(void *out, const void *filled, size_t known);

/* The program need not want to know. */
struct dsmtp_fault *dsmtp_fault_or(struct dsmtp_fault *fault, struct dsmtp_fault *own);

#endif
