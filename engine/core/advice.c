/* advice.c - the list of advice.h. */
#include "core/advice.h"

#include <stdarg.h>
#include <stdio.h>

#include "core/advice_internal.h"

#define DETAIL_MAX 400u

void dsmtp_advice_add(struct dsmtp_adviser *a, enum dsmtp_advice_kind kind, const char *host,
                      const char *address, const char *format, ...)
{
    struct dsmtp_advice *list =
        dsmtp_arena_grow(a->arena, a->list, a->count, &a->room, sizeof(*list));
    char detail[DETAIL_MAX] = "";
    const char *kept = NULL;
    va_list args;

    if (list != NULL)
        a->list = list;
    if (format != NULL) {
        va_start(args, format);
        (void)vsnprintf(detail, sizeof(detail), format, args);
        va_end(args);
        kept = dsmtp_arena_strdup(a->arena, detail);
    }
    if (list == NULL || (format != NULL && kept == NULL)) {
        a->status = DSMTP_NOMEM;
        return;
    }
    list[a->count++] =
        (struct dsmtp_advice){.kind = kind, .host = host, .address = address, .detail = kept};
}

void dsmtp_advice_say(struct dsmtp_adviser *a, enum dsmtp_advice_kind kind, const char *host,
                      const char *address, const char *detail)
{
    dsmtp_advice_add(a, kind, host, address, detail != NULL ? "%s" : NULL, detail);
}

const char *dsmtp_advice_label(const struct dsmtp_tlsa *r, char out[DSMTP_ADVICE_LABEL_SIZE])
{
    (void)snprintf(out, DSMTP_ADVICE_LABEL_SIZE, "%u %u %u", r->usage, r->selector, r->matching);
    return out;
}

bool dsmtp_advice_same_kind(const struct dsmtp_tlsa *a, const struct dsmtp_tlsa *b)
{
    return a->usage == b->usage && a->selector == b->selector && a->matching == b->matching;
}

/* The worst first, otherwise as found. */
static enum dsmtp_status sort(struct dsmtp_adviser *a, struct dsmtp_outcome *outcome)
{
    struct dsmtp_advice *sorted = dsmtp_arena_alloc(a->arena, a->count, sizeof(*sorted));
    unsigned n = 0;

    if (sorted == NULL)
        return DSMTP_NOMEM;
    for (unsigned severity = 0; severity < DSMTP_SEVERITY_COUNT; severity++)
        for (unsigned i = 0; i < a->count; i++)
            if (dsmtp_advice_row(a->list[i].kind)->severity == severity)
                sorted[n++] = a->list[i];
    outcome->advised = true;
    outcome->advice = sorted;
    outcome->advice_count = n;
    return DSMTP_OK;
}

enum dsmtp_status dsmtp_advise(struct dsmtp_arena *arena, const struct dsmtp_survey *survey,
                               struct dsmtp_outcome *outcome)
{
    struct dsmtp_adviser adviser = {
        .arena = arena, .survey = survey, .outcome = outcome, .status = DSMTP_OK};

    dsmtp_advise_dns(&adviser);
    dsmtp_advise_records(&adviser);
    dsmtp_advise_sessions(&adviser);
    return adviser.status != DSMTP_OK ? adviser.status : sort(&adviser, outcome);
}

bool dsmtp_advice_alarms(const struct dsmtp_outcome *outcome)
{
    return outcome->advice_count > 0 &&
           dsmtp_advice_row(outcome->advice[0].kind)->severity == DSMTP_SEVERITY_ERROR;
}
