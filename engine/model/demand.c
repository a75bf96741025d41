/* demand.c - words of demand.h. */
#include "model/demand.h"

#define X(name, word) (word),
static const char *const version[] = {DSMTP_TLS_VERSION_LIST(X)};
#undef X

const char *dsmtp_tls_version_name(enum dsmtp_tls_version v)
{
    return version[v];
}
