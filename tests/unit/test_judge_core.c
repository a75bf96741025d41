/* test_judge_core.c - what follows an attempt, and what a plan of hosts comes to. */
#include <stdio.h>
#include <string.h>

#include "check.h"
#include "core/judge.h"

enum { ROWS_MAX = 64 };

static bool applies(const struct dsmtp_next_row *row, unsigned state, unsigned event,
                    unsigned level)
{
    return (row->state & 1u << state) != 0 && (row->event & 1u << event) != 0 &&
           (row->level & 1u << level) != 0;
}

static void test_total(void)
{
    bool hit[ROWS_MAX] = {false};

    for (unsigned state = 0; state < DSMTP_STATE_COUNT; state++) {
        for (unsigned event = 0; event < DSMTP_EVENT_COUNT; event++) {
            for (unsigned level = DSMTP_LEVEL_SKIP + 1; level < DSMTP_LEVEL_COUNT; level++) {
                unsigned found = 0;

                for (unsigned i = 0; dsmtp_judge_next_row(i) != NULL; i++) {
                    if (!applies(dsmtp_judge_next_row(i), state, event, level))
                        continue;
                    hit[i] = true;
                    found++;
                }
                check_rowf("%s %s %s", dsmtp_state_name(state), dsmtp_event_name(event),
                           dsmtp_level_name(level));
                check_uint(found, 1);
            }
        }
    }
    for (unsigned i = 0; dsmtp_judge_next_row(i) != NULL; i++) {
        check_rowf("row %u", i);
        check_true(hit[i]);
    }
}

/* In clear only where nothing demands TLS, after TLS was tried, and never when the message may have
 * been taken. */
static void check_clear(const struct dsmtp_profile *p, const struct dsmtp_attempt_end *end)
{
    uint16_t allowed = p->value[DSMTP_SWITCH_CLEAR_RETRY];

    check_true(end->level == DSMTP_LEVEL_MAY && end->state < DSMTP_STATE_DOT &&
               allowed != DSMTP_CLEAR_NEVER);
    check_true(end->state == DSMTP_STATE_HANDSHAKE ||
               (end->state == DSMTP_STATE_STARTTLS &&
                (end->event == DSMTP_EVENT_FAILED || end->event == DSMTP_EVENT_CLOSING)) ||
               (end->tls && allowed == DSMTP_CLEAR_DATA));
}

static void check_end(const struct dsmtp_profile *p, struct dsmtp_attempt_end end)
{
    const struct dsmtp_next_row *row = dsmtp_judge_next(p, &end);
    bool must = end.level >= DSMTP_LEVEL_ENCRYPT;
    bool taken = end.state == DSMTP_STATE_DOT && end.event == DSMTP_EVENT_OK;

    if (row->next == DSMTP_NEXT_RETRY_CLEAR)
        check_clear(p, &end);
    if (end.state == DSMTP_STATE_DOT && end.event != DSMTP_EVENT_TEMP &&
        end.event != DSMTP_EVENT_CLOSING)
        check_int(row->next, taken ? DSMTP_NEXT_DONE : DSMTP_NEXT_STOP);
    check_int(row->next == DSMTP_NEXT_DONE, taken);
    if (end.state > DSMTP_STATE_DOT)
        check_int(row->next, DSMTP_NEXT_STOP);
    check_true(!row->permanent || end.event == DSMTP_EVENT_PERM || end.event == DSMTP_EVENT_UNFIT);
    /* No authenticated session, no bounce: what is said in clear may be an attacker's word
     * (R-7672-2.2-4, -6). */
    if (must && end.state <= DSMTP_STATE_HANDSHAKE)
        check_true(!row->permanent && row->next == DSMTP_NEXT_TRY);
}

static void test_safety(void)
{
    struct dsmtp_profile p = *dsmtp_profile_at(0);

    for (p.value[DSMTP_SWITCH_CLEAR_RETRY] = 0;
         p.value[DSMTP_SWITCH_CLEAR_RETRY] <= DSMTP_CLEAR_NEVER;
         p.value[DSMTP_SWITCH_CLEAR_RETRY]++)
        for (unsigned state = 0; state < DSMTP_STATE_COUNT; state++)
            for (unsigned event = 0; event < DSMTP_EVENT_COUNT; event++)
                for (unsigned level = DSMTP_LEVEL_SKIP + 1; level < DSMTP_LEVEL_COUNT; level++)
                    for (unsigned tls = 0; tls < 2; tls++) {
                        check_rowf("%s %s %s tls %u", dsmtp_state_name(state),
                                   dsmtp_event_name(event), dsmtp_level_name(level), tls);
                        check_end(&p, (struct dsmtp_attempt_end){state, event, DSMTP_REASON_NONE,
                                                                 level, tls != 0});
                    }
}

/* clang-format off */
#define END(state, event, level, tls) {DSMTP_STATE_##state, DSMTP_EVENT_##event, DSMTP_REASON_NONE, DSMTP_LEVEL_##level, tls}
static const struct { struct dsmtp_attempt_end end; uint8_t clear; enum dsmtp_next want; } cases[] = {
    {END(HANDSHAKE, FAILED, MAY,     true),  DSMTP_CLEAR_DATA,      DSMTP_NEXT_RETRY_CLEAR},
    {END(HANDSHAKE, FAILED, MAY,     true),  DSMTP_CLEAR_HANDSHAKE, DSMTP_NEXT_RETRY_CLEAR},
    {END(HANDSHAKE, FAILED, MAY,     true),  DSMTP_CLEAR_NEVER,     DSMTP_NEXT_TRY},
    {END(HANDSHAKE, FAILED, MAY,     false), DSMTP_CLEAR_DATA,      DSMTP_NEXT_RETRY_CLEAR},
    {END(HANDSHAKE, FAILED, ENCRYPT, true),  DSMTP_CLEAR_DATA,      DSMTP_NEXT_TRY},
    {END(HANDSHAKE, FAILED, DANE,    true),  DSMTP_CLEAR_DATA,      DSMTP_NEXT_TRY},
    {END(DATA,      FAILED, MAY,     true),  DSMTP_CLEAR_DATA,      DSMTP_NEXT_RETRY_CLEAR},
    {END(DATA,      FAILED, MAY,     true),  DSMTP_CLEAR_HANDSHAKE, DSMTP_NEXT_TRY},
    {END(DATA,      FAILED, MAY,     false), DSMTP_CLEAR_DATA,      DSMTP_NEXT_TRY},
    {END(DATA,      FAILED, DANE,    true),  DSMTP_CLEAR_DATA,      DSMTP_NEXT_TRY},
    {END(STARTTLS,  FAILED, MAY,     false), DSMTP_CLEAR_HANDSHAKE, DSMTP_NEXT_RETRY_CLEAR},
    {END(STARTTLS,  CLOSING, MAY,    false), DSMTP_CLEAR_HANDSHAKE, DSMTP_NEXT_RETRY_CLEAR},
    {END(STARTTLS,  CLOSING, MAY,    false), DSMTP_CLEAR_NEVER,     DSMTP_NEXT_TRY},
    {END(STARTTLS,  BROKEN, MAY,     false), DSMTP_CLEAR_DATA,      DSMTP_NEXT_TRY},
    {END(STARTTLS,  CLOSING, ENCRYPT, false), DSMTP_CLEAR_DATA,     DSMTP_NEXT_TRY},
    {END(STARTTLS,  FAILED, DANE,    false), DSMTP_CLEAR_DATA,      DSMTP_NEXT_TRY},
    {END(BODY,      FAILED, MAY,     true),  DSMTP_CLEAR_DATA,      DSMTP_NEXT_RETRY_CLEAR},
    {END(BODY,      FAILED, ENCRYPT, true),  DSMTP_CLEAR_DATA,      DSMTP_NEXT_TRY},
    {END(BODY,      PERM,   MAY,     false), DSMTP_CLEAR_DATA,      DSMTP_NEXT_STOP},
    {END(BODY,      BROKEN, MAY,     false), DSMTP_CLEAR_DATA,      DSMTP_NEXT_TRY},
    {END(MAIL,      UNFIT,  DANE,    true),  DSMTP_CLEAR_DATA,      DSMTP_NEXT_TRY},
    {END(RCPT,      CLOSING, DANE,   true),  DSMTP_CLEAR_DATA,      DSMTP_NEXT_TRY},
    {END(DOT,       CLOSING, MAY,    true),  DSMTP_CLEAR_DATA,      DSMTP_NEXT_TRY},
    {END(DOT,       FAILED, MAY,     true),  DSMTP_CLEAR_DATA,      DSMTP_NEXT_STOP},
    {END(DOT,       BROKEN, MAY,     false), DSMTP_CLEAR_DATA,      DSMTP_NEXT_STOP},
    {END(DOT,       TEMP,   MAY,     false), DSMTP_CLEAR_DATA,      DSMTP_NEXT_TRY},
    {END(DOT,       PERM,   MAY,     false), DSMTP_CLEAR_DATA,      DSMTP_NEXT_STOP},
    {END(DOT,       OK,     DANE,    true),  DSMTP_CLEAR_DATA,      DSMTP_NEXT_DONE},
    {END(GREETING,  PERM,   MAY,     false), DSMTP_CLEAR_DATA,      DSMTP_NEXT_TRY},
    {END(MAIL,      PERM,   MAY,     false), DSMTP_CLEAR_DATA,      DSMTP_NEXT_STOP},
    {END(MAIL,      TEMP,   MAY,     false), DSMTP_CLEAR_DATA,      DSMTP_NEXT_TRY},
    {END(RCPT,      NONE_LEFT, MAY,  false), DSMTP_CLEAR_DATA,      DSMTP_NEXT_TRY},
};
/* clang-format on */

static void test_cases(void)
{
    for (size_t i = 0; i < CHECK_COUNT(cases); i++) {
        struct dsmtp_profile p = *dsmtp_profile_at(0);

        p.value[DSMTP_SWITCH_CLEAR_RETRY] = cases[i].clear;
        check_rowf("%s %s %s, clear_retry %u", dsmtp_state_name(cases[i].end.state),
                   dsmtp_event_name(cases[i].end.event), dsmtp_level_name(cases[i].end.level),
                   cases[i].clear);
        check_int(dsmtp_judge_next(&p, &cases[i].end)->next, cases[i].want);
    }
}

/* clang-format off */
#define HOST(l, why) {.level = DSMTP_LEVEL_##l, .reason = DSMTP_REASON_##why, .rules = #why}
static const struct { const char *label; struct dsmtp_host_plan hosts[3]; unsigned count; enum dsmtp_verdict verdict; enum dsmtp_reason reason; } plans[] = {
    {"one good host",          {HOST(DANE, TLSA_USABLE)}, 1, DSMTP_VERDICT_ATTEMPT, DSMTP_REASON_TLSA_USABLE},
    {"second host good",       {HOST(SKIP, TLSA_BOGUS), HOST(MAY, TLSA_ABSENT)}, 2, DSMTP_VERDICT_ATTEMPT, DSMTP_REASON_TLSA_ABSENT},
    {"first of two",           {HOST(DANE, TLSA_USABLE), HOST(MAY, TLSA_ABSENT)}, 2, DSMTP_VERDICT_ATTEMPT, DSMTP_REASON_TLSA_USABLE},
    {"all skipped",            {HOST(SKIP, TLSA_BOGUS), HOST(SKIP, TLSA_ERROR)}, 2, DSMTP_VERDICT_DEFER, DSMTP_REASON_TLSA_BOGUS},
    {"no address anywhere",    {HOST(SKIP, NO_ADDRESS), HOST(SKIP, NO_ADDRESS)}, 2, DSMTP_VERDICT_BOUNCE, DSMTP_REASON_NO_ADDRESS},
    {"no address, and bogus",  {HOST(SKIP, NO_ADDRESS), HOST(SKIP, TLSA_BOGUS)}, 2, DSMTP_VERDICT_DEFER, DSMTP_REASON_TLSA_BOGUS},
    {"bogus, and no address",  {HOST(SKIP, TLSA_BOGUS), HOST(SKIP, NO_ADDRESS)}, 2, DSMTP_VERDICT_DEFER, DSMTP_REASON_TLSA_BOGUS},
    {"an address of unknown",  {HOST(SKIP, ADDRESS_ERROR)}, 1, DSMTP_VERDICT_DEFER, DSMTP_REASON_ADDRESS_ERROR},
    {"no host at all",         {HOST(SKIP, NONE)}, 0, DSMTP_VERDICT_DEFER, DSMTP_REASON_NO_HOST_LEFT},
};
/* clang-format on */

static void test_plans(void)
{
    for (size_t i = 0; i < CHECK_COUNT(plans); i++) {
        struct dsmtp_host_plan hosts[3];
        struct dsmtp_plan plan = {.hosts = hosts, .host_count = plans[i].count, .rules = ""};

        memcpy(hosts, plans[i].hosts, sizeof(hosts));
        dsmtp_judge_plan(&plan);
        check_row(plans[i].label);
        check_int(plan.verdict, plans[i].verdict);
        check_str(dsmtp_reason_name(plan.reason), dsmtp_reason_name(plans[i].reason));
        check_true(plan.rules[0] != '\0');
    }
}

static const struct check_test tests[] = {{"total and unambiguous", test_total},
                                          {"safety", test_safety},
                                          {"what follows", test_cases},
                                          {"plans", test_plans}};
SUITE(judge_core, tests);
