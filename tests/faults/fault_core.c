/* fault_core.c - senders that read DNS, or decide, in one of the wrong ways that are seen in the
 * field. */
#include <stddef.h>

#include "core/dialog.h"
#include "core/hosts.h"
#include "core/judge.h"
#include "core/policy.h"
#include "core/usable.h"
#include "faults/faults.h"
#include "model/record.h"

#define REAL(name) __real_##name
#define WRAP(name) __wrap_##name

/* clang-format off */
WRAPPED(enum dsmtp_status, dsmtp_answer_copy, struct dsmtp_arena *arena, const struct dsmtp_answer *from, struct dsmtp_answer *out)
WRAPPED(const struct dsmtp_dialog_row *, dsmtp_dialog_step, enum dsmtp_state state, enum dsmtp_event event, enum dsmtp_level level)
WRAPPED(enum dsmtp_status, dsmtp_hosts_read, struct dsmtp_arena *arena, const struct dsmtp_answer *answer, const struct dsmtp_hosts_config *config, struct dsmtp_host_names *out)
WRAPPED(const struct dsmtp_next_row *, dsmtp_judge_next, const struct dsmtp_profile *profile, const struct dsmtp_attempt_end *end)
WRAPPED(void, dsmtp_judge_plan, struct dsmtp_plan *plan)
WRAPPED(const struct dsmtp_host_row *, dsmtp_policy_host, const struct dsmtp_profile *profile, enum dsmtp_policy policy,
        enum dsmtp_trust trust, enum dsmtp_address address, enum dsmtp_tlsa_state tlsa)
WRAPPED(const struct dsmtp_mx_row *, dsmtp_policy_mx, const struct dsmtp_profile *profile, enum dsmtp_policy policy,
        enum dsmtp_security security, enum dsmtp_mx mx)
WRAPPED(unsigned, dsmtp_usable_mark, const struct dsmtp_profile *profile, struct dsmtp_tlsa *records, unsigned count)
/* clang-format on */

/* A failed answer taken for a secure "there is none". */
static struct dsmtp_answer as_absent(const struct dsmtp_answer *from)
{
    struct dsmtp_answer out = *from;

    out.security = DSMTP_SECURITY_SECURE;
    out.presence = DSMTP_PRESENCE_NODATA;
    out.count = 0;
    return out;
}

static bool failed_as(const struct dsmtp_answer *a, enum dsmtp_rrtype type,
                      enum dsmtp_security security)
{
    return a->query.type == type && a->security == security;
}

enum dsmtp_status WRAP(dsmtp_answer_copy)(struct dsmtp_arena *arena,
                                          const struct dsmtp_answer *from, struct dsmtp_answer *out)
{
    struct dsmtp_answer a = *from;

    if (fault_is("servfail-is-absence") && failed_as(from, DSMTP_RR_TLSA, DSMTP_SECURITY_ERROR))
        a = as_absent(from);
    if (fault_is("bogus-absence-is-absence") &&
        failed_as(from, DSMTP_RR_TLSA, DSMTP_SECURITY_BOGUS))
        a = as_absent(from);
    if (fault_is("imputes-from-unproven-absence") &&
        failed_as(from, DSMTP_RR_MX, DSMTP_SECURITY_BOGUS))
        a = as_absent(from);
    if (fault_is("uses-insecure-tlsa") && from->query.type == DSMTP_RR_TLSA &&
        from->presence == DSMTP_PRESENCE_DATA)
        a.security = DSMTP_SECURITY_SECURE;
    if (fault_is("insecure-is-failure") && from->query.type == DSMTP_RR_MX &&
        from->security == DSMTP_SECURITY_INSECURE) {
        a.security = DSMTP_SECURITY_ERROR;
        a.presence = DSMTP_PRESENCE_FAILED;
    }
    return REAL(dsmtp_answer_copy)(arena, &a, out);
}

const struct dsmtp_host_row *WRAP(dsmtp_policy_host)(const struct dsmtp_profile *profile,
                                                     enum dsmtp_policy policy,
                                                     enum dsmtp_trust trust,
                                                     enum dsmtp_address address,
                                                     enum dsmtp_tlsa_state tlsa)
{
    static struct dsmtp_host_row changed;
    const struct dsmtp_host_row *row =
        REAL(dsmtp_policy_host)(profile, policy, trust, address, tlsa);

    if (row == NULL)
        return NULL;
    changed = *row;
    if (fault_is("ignores-tlsa") && row->level == DSMTP_LEVEL_DANE)
        changed.level = DSMTP_LEVEL_MAY;
    if (fault_is("contacts-skipped-host") && row->level == DSMTP_LEVEL_SKIP &&
        row->reason == DSMTP_REASON_TLSA_BOGUS)
        changed.level = DSMTP_LEVEL_MAY;
    if (fault_is("unusable-is-opportunistic") && row->level == DSMTP_LEVEL_ENCRYPT)
        changed.level = DSMTP_LEVEL_MAY;
    if (fault_is("unusable-is-fatal") && row->level == DSMTP_LEVEL_ENCRYPT)
        changed.level = DSMTP_LEVEL_SKIP;
    if (fault_is("tls-for-everybody") && row->level == DSMTP_LEVEL_MAY)
        changed.level = DSMTP_LEVEL_ENCRYPT;
    return &changed;
}

const struct dsmtp_mx_row *WRAP(dsmtp_policy_mx)(const struct dsmtp_profile *profile,
                                                 enum dsmtp_policy policy,
                                                 enum dsmtp_security security, enum dsmtp_mx mx)
{
    static struct dsmtp_mx_row changed;
    const struct dsmtp_mx_row *row = REAL(dsmtp_policy_mx)(profile, policy, security, mx);

    if (row == NULL)
        return NULL;
    changed = *row;
    if (fault_is("bounces-bogus-mx") && row->verdict == DSMTP_VERDICT_DEFER)
        changed.verdict = DSMTP_VERDICT_BOUNCE;
    if (fault_is("defers-missing-domain") && mx == DSMTP_MX_NXDOMAIN)
        changed.verdict = DSMTP_VERDICT_DEFER;
    return &changed;
}

void WRAP(dsmtp_judge_plan)(struct dsmtp_plan *plan)
{
    REAL(dsmtp_judge_plan)(plan);
    if (fault_is("bounces-when-no-host-is-left") && plan->verdict == DSMTP_VERDICT_DEFER)
        plan->verdict = DSMTP_VERDICT_BOUNCE;
}

/* Worst preference first. */
enum dsmtp_status WRAP(dsmtp_hosts_read)(struct dsmtp_arena *arena,
                                         const struct dsmtp_answer *answer,
                                         const struct dsmtp_hosts_config *config,
                                         struct dsmtp_host_names *out)
{
    enum dsmtp_status status = REAL(dsmtp_hosts_read)(arena, answer, config, out);

    if (status != DSMTP_OK || !fault_is("worst-preference-first"))
        return status;
    for (unsigned i = 0; i < out->count / 2; i++) {
        struct dsmtp_host_name held = out->list[i];

        out->list[i] = out->list[out->count - 1 - i];
        out->list[out->count - 1 - i] = held;
    }
    return status;
}

unsigned WRAP(dsmtp_usable_mark)(const struct dsmtp_profile *profile, struct dsmtp_tlsa *records,
                                 unsigned count)
{
    unsigned usable = REAL(dsmtp_usable_mark)(profile, records, count);
    unsigned left = 0;

    if (!fault_is("one-bad-record-spoils-all"))
        return usable;
    for (unsigned i = 0; i < count; i++)
        if (usable < count)
            records[i].why = DSMTP_UNUSABLE_USAGE;
        else
            left++;
    return left;
}

/* "TLS could not be had" is an excuse at every level. */
const struct dsmtp_next_row *WRAP(dsmtp_judge_next)(const struct dsmtp_profile *profile,
                                                    const struct dsmtp_attempt_end *end)
{
    static const struct dsmtp_next_row clear = {0, 0, 0, DSMTP_NEXT_RETRY_CLEAR, false};
    static const struct dsmtp_next_row stop = {0, 0, 0, DSMTP_NEXT_STOP, false};
    const struct dsmtp_next_row *row = REAL(dsmtp_judge_next)(profile, end);

    if (fault_is("clear-when-tls-fails") && end->state == DSMTP_STATE_HANDSHAKE)
        return &clear;
    if (fault_is("stops-at-first-failure") && row->next == DSMTP_NEXT_TRY)
        return &stop;
    return row;
}

const struct dsmtp_dialog_row *WRAP(dsmtp_dialog_step)(enum dsmtp_state state,
                                                       enum dsmtp_event event,
                                                       enum dsmtp_level level)
{
    if (fault_is("clear-without-starttls") && state == DSMTP_STATE_EHLO && event == DSMTP_EVENT_OK)
        level = DSMTP_LEVEL_MAY;
    if (fault_is("clear-when-starttls-refused") && state == DSMTP_STATE_STARTTLS &&
        event != DSMTP_EVENT_OK && event != DSMTP_EVENT_FAILED)
        level = DSMTP_LEVEL_MAY;
    return REAL(dsmtp_dialog_step)(state, event, level);
}
