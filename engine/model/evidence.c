/* evidence.c - words of evidence.h. */
#include "model/evidence.h"

#define X(name, word) (word),
static const char *const fault[] = {DSMTP_CHAIN_FAULT_LIST(X)};
#undef X

const char *dsmtp_chain_fault_name(enum dsmtp_chain_fault v)
{
    return fault[v];
}
