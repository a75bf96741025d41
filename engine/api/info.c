/* info.c - what plans and outcomes say, for programs. */
#include "api/info.h"

#include <string.h>

#include "api/sized.h"
#include "model/outcome.h"
#include "report/report.h"

const char *dsmtp_version(void)
{
    return DSMTP_VERSION;
}

enum dsmtp_verdict dsmtp_plan_verdict(const struct dsmtp_plan *plan, const char **reason)
{
    if (reason != NULL)
        *reason = dsmtp_reason_name(plan->reason);
    return plan->verdict;
}

enum dsmtp_status dsmtp_plan_host(const struct dsmtp_plan *plan, size_t index,
                                  struct dsmtp_host_info *out)
{
    const struct dsmtp_host_plan *h;
    struct dsmtp_host_info info;

    if (index >= plan->host_count)
        return DSMTP_MISUSE;
    h = &plan->hosts[index];
    info = (struct dsmtp_host_info){
        .name = h->name,
        .preference = h->preference,
        .level = h->level,
        .reason = dsmtp_reason_name(h->reason),
        .says = dsmtp_reason_text(h->reason),
        .rules = h->rules,
        .detail = h->detail,
        .addresses = h->addresses,
        .address_count = h->address_count,
        .names = h->names,
        .name_count = h->name_count,
        .sni = h->sni,
    };
    return dsmtp_sized_give(out, &info, sizeof(info));
}

const struct dsmtp_plan *dsmtp_outcome_plan(const struct dsmtp_outcome *outcome)
{
    return outcome->plan;
}

enum dsmtp_verdict dsmtp_outcome_verdict(const struct dsmtp_outcome *outcome, const char **reason)
{
    if (reason != NULL)
        *reason = dsmtp_reason_name(outcome->reason);
    return outcome->verdict;
}

struct dsmtp_peer_info dsmtp_info_peer(const struct dsmtp_tls_evidence *e, bool permitted)
{
    struct dsmtp_peer_info info = {
        .size = sizeof(info),
        .permitted = permitted,
        .authenticated = e->authenticated,
        .reason = dsmtp_reason_name(e->reason),
        .says = dsmtp_reason_text(e->reason),
        .usage = e->matched ? e->usage : -1,
        .selector = e->matched ? e->selector : -1,
        .matching = e->matched ? e->matching : -1,
        .depth = e->matched ? e->depth : 0,
    };

    memcpy(info.version, e->version, sizeof(info.version));
    memcpy(info.cipher, e->cipher, sizeof(info.cipher));
    memcpy(info.name, e->name, sizeof(info.name));
    memcpy(info.detail, e->detail, sizeof(info.detail));
    return info;
}

enum dsmtp_status dsmtp_outcome_attempt(const struct dsmtp_outcome *outcome, size_t index,
                                        struct dsmtp_attempt_info *out)
{
    const struct dsmtp_attempt *a;
    struct dsmtp_attempt_info info;

    if (index >= outcome->attempt_count)
        return DSMTP_MISUSE;
    a = &outcome->attempts[index];
    info = (struct dsmtp_attempt_info){
        .host = a->host,
        .address = a->address,
        .level = a->level,
        .result = dsmtp_result_name(a->result),
        .reason = dsmtp_reason_name(a->reason),
        .says = dsmtp_reason_text(a->reason),
        .rules = a->rules,
        .detail = a->detail,
        .reply = a->reply,
        .peer = dsmtp_info_peer(&a->tls, a->result != DSMTP_RESULT_FAIL),
    };
    return dsmtp_sized_give(out, &info, sizeof(info));
}

enum dsmtp_status dsmtp_outcome_recipient(const struct dsmtp_outcome *outcome, size_t index,
                                          struct dsmtp_recipient_info *out)
{
    const struct dsmtp_recipient *r;
    struct dsmtp_recipient_info info;

    if (index >= outcome->recipient_count)
        return DSMTP_MISUSE;
    r = &outcome->recipients[index];
    info = (struct dsmtp_recipient_info){
        .address = r->address,
        .verdict = r->verdict,
        .reason = dsmtp_reason_name(r->reason),
        .says = dsmtp_reason_text(r->reason),
        .host = r->host,
        .reply = r->reply,
        .status = r->status,
    };
    return dsmtp_sized_give(out, &info, sizeof(info));
}

/* A plan without anything that came of it. */
enum dsmtp_status dsmtp_plan_print(const struct dsmtp_plan *plan, bool json, FILE *to)
{
    const struct dsmtp_outcome outcome = {.plan = plan,
                                          .verdict = plan->verdict,
                                          .reason = plan->reason,
                                          .rules = plan->rules,
                                          .detail = plan->detail};

    return dsmtp_outcome_print(&outcome, json, to);
}

enum dsmtp_status dsmtp_outcome_print(const struct dsmtp_outcome *outcome, bool json, FILE *to)
{
    if (json)
        return dsmtp_report_json(to, outcome, NULL);
    dsmtp_report_text(to, outcome, false);
    return DSMTP_OK;
}
