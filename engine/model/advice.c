/* advice.c - the rows of advice.h. */
#include "model/advice.h"

#define X(name, word) (word),
static const char *const severity_name[] = {DSMTP_SEVERITY_LIST(X)};
#undef X

static const struct dsmtp_advice_row rows[] = {
#define X(name, word, severity, rules, what, consequence, remedy) \
    {word, DSMTP_SEVERITY_##severity, rules, what, consequence, remedy},
    DSMTP_ADVICE_LIST(X)
#undef X
};

const char *dsmtp_severity_name(enum dsmtp_severity v)
{
    return severity_name[v];
}

const struct dsmtp_advice_row *dsmtp_advice_row(enum dsmtp_advice_kind kind)
{
    return &rows[kind];
}
