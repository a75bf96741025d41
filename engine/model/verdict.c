/* verdict.c - words and sentences of verdict.h. */
#include "model/verdict.h"

#define X(name, word) (word),
static const char *const security[] = {DSMTP_SECURITY_LIST(X)};
static const char *const presence[] = {DSMTP_PRESENCE_LIST(X)};
static const char *const level[] = {DSMTP_LEVEL_LIST(X)};
static const char *const verdict[] = {DSMTP_VERDICT_LIST(X)};
static const char *const result[] = {DSMTP_RESULT_LIST(X)};
static const char *const policy[] = {DSMTP_POLICY_LIST(X)};
static const char *const reason_text[] = {DSMTP_REASON_LIST(X)};
#undef X
#define X(name, word) #name,
static const char *const reason_name[] = {DSMTP_REASON_LIST(X)};
#undef X

const char *dsmtp_security_name(enum dsmtp_security v)
{
    return security[v];
}

const char *dsmtp_presence_name(enum dsmtp_presence v)
{
    return presence[v];
}

const char *dsmtp_level_name(enum dsmtp_level v)
{
    return level[v];
}

bool dsmtp_level_is_dane(enum dsmtp_level v)
{
    return v == DSMTP_LEVEL_DANE || v == DSMTP_LEVEL_AUDIT;
}

const char *dsmtp_verdict_name(enum dsmtp_verdict v)
{
    return verdict[v];
}

const char *dsmtp_result_name(enum dsmtp_result v)
{
    return result[v];
}

const char *dsmtp_policy_name(enum dsmtp_policy v)
{
    return policy[v];
}

const char *dsmtp_reason_name(enum dsmtp_reason v)
{
    return reason_name[v];
}

const char *dsmtp_reason_text(enum dsmtp_reason v)
{
    return reason_text[v];
}
