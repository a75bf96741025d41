/* request.c - target and policy of request.h. */
#include "api/request.h"

static enum dsmtp_status read_policy(const char *words, struct dsmtp_arena *arena,
                                     struct dsmtp_errand *out, struct dsmtp_fault *fault)
{
    struct dsmtp_local_entry *entry = dsmtp_arena_alloc(arena, 1, sizeof(*entry));

    if (entry == NULL)
        return dsmtp_fault_set(fault, DSMTP_NOMEM, "out of memory");
    DSMTP_TRY(dsmtp_local_entry_parse(arena, words, &out->nexthop, "policy", entry, fault));
    out->entry = entry;
    return DSMTP_OK;
}

enum dsmtp_status dsmtp_errand_read(const struct dsmtp_request *request,
                                    const struct dsmtp_local *table, struct dsmtp_arena *arena,
                                    struct dsmtp_errand *out, struct dsmtp_fault *fault)
{
    *out = (struct dsmtp_errand){.policy = DSMTP_POLICY_DANE};
    if (request->target == NULL)
        return dsmtp_fault_set(fault, DSMTP_SYNTAX,
                               "no target; expected a domain, [HOST] or [ADDRESS]");
    DSMTP_TRY(dsmtp_nexthop_parse(request->target, &out->nexthop, fault));
    dsmtp_nexthop_text(&out->nexthop, out->target);
    if (table != NULL)
        out->entry = dsmtp_local_find(table, &out->nexthop);
    if (out->entry == NULL && request->policy != NULL)
        DSMTP_TRY(read_policy(request->policy, arena, out, fault));
    if (out->entry != NULL)
        out->policy = out->entry->policy;
    return DSMTP_OK;
}
