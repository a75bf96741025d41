/* test_group.c - control groups: what a hello says, and what is known of its cases without a row.
 */
#include <stdlib.h>

#include "check.h"
#include "run/group.h"
#include "run/known.h"

/* clang-format off */
static const struct {
    const char *hello;
    bool without_dane;
    enum lab_policy instead; /* of dane */
    const char *fault;
} hellos[] = {
    {"{\"policies\":[\"dane\",\"dane-only\",\"may\",\"encrypt\"]}", false, LAB_POLICY_DANE, NULL},
    {"{\"policies\":[\"dane-only\"]}", false, LAB_POLICY_DANE, NULL},
    {"{\"policies\":[\"encrypt\",\"may\"]}", true, LAB_POLICY_MAY, NULL},
    {"{\"policies\":[\"encrypt\"]}", true, LAB_POLICY_ENCRYPT, NULL},
    {"{\"policies\":[\"may\",\"tls\"]}", false, 0, "has the policy \"tls\""},
    {"{\"policies\":[7]}", false, 0, "has the policy \"?\""},
    {"{\"policies\":[]}", false, 0, "has no policies"},
    {"{}", false, 0, "has no policies"},
};
/* clang-format on */

static void test_hello(void)
{
    for (size_t i = 0; i < CHECK_COUNT(hellos); i++) {
        json_t *hello = json_loads(hellos[i].hello, 0, NULL);
        struct lab_fault fault = {0};
        struct lab_group group = {0};

        check_row(hellos[i].hello);
        check_int(lab_group_of(hello, &group, &fault), hellos[i].fault != NULL ? -1 : 0);
        json_decref(hello);
        if (hellos[i].fault != NULL) {
            check_has(fault.what, hellos[i].fault);
            continue;
        }
        check_int(group.without_dane, hellos[i].without_dane);
        check_int(lab_group_policy(&group, LAB_POLICY_DANE), hellos[i].instead);
        check_int(lab_group_policy(&group, LAB_POLICY_DANE_ONLY), LAB_POLICY_DANE_ONLY);
        check_int(lab_group_policy(&group, LAB_POLICY_ENCRYPT), LAB_POLICY_ENCRYPT);
    }
    check_int(lab_group_policy(NULL, LAB_POLICY_DANE), LAB_POLICY_DANE);
}

/* clang-format off */
static const struct {
    const char *label;
    bool without_dane;
    enum lab_policy policy;
    enum lab_verdict verdict;
    enum lab_report_outcome outcome;
    bool control;
    bool known;
    enum lab_verdict then;
    bool holds; /* as a control */
} applied[] = {
    {"leaks", true, LAB_POLICY_DANE, LAB_V_LEAK, LAB_R_DELIVERED, true, true, LAB_V_LEAK, true},
    {"is fooled", true, LAB_POLICY_DANE, LAB_V_DOWNGRADE, LAB_R_DELIVERED, true, true, LAB_V_DOWNGRADE, true},
    {"did not ask", true, LAB_POLICY_DANE, LAB_V_REASON, LAB_R_DELIVERED, true, true, LAB_V_REASON, true},
    {"has DANE, leaks", false, LAB_POLICY_DANE, LAB_V_LEAK, LAB_R_DELIVERED, true, false, LAB_V_LEAK, false},
    {"leaks at encrypt", true, LAB_POLICY_ENCRYPT, LAB_V_LEAK, LAB_R_DELIVERED, false, false, LAB_V_LEAK, false},
    {"loses mail", true, LAB_POLICY_DANE, LAB_V_LOST, LAB_R_BOUNCED, true, false, LAB_V_LOST, false},
    {"dies", true, LAB_POLICY_DANE, LAB_V_CRASH, LAB_R_CRASHED, true, false, LAB_V_CRASH, false},
    {"contradicts", true, LAB_POLICY_DANE, LAB_V_OTHER, LAB_R_DELIVERED, true, false, LAB_V_OTHER, false},
    {"delivers", true, LAB_POLICY_DANE, LAB_V_PASS, LAB_R_DELIVERED, true, false, LAB_V_PASS, true},
    {"waits, for some reason", true, LAB_POLICY_DANE, LAB_V_PASS, LAB_R_DEFERRED, false, false, LAB_V_PASS, true},
    {"does DANE in secret", true, LAB_POLICY_DANE, LAB_V_PASS, LAB_R_DEFERRED, true, false, LAB_V_ADAPTER_ERROR, false},
    {"does DANE", false, LAB_POLICY_DANE, LAB_V_PASS, LAB_R_DEFERRED, true, false, LAB_V_PASS, true},
};
/* clang-format on */

static void test_applied(void)
{
    char tag[] = LAB_CONTROL_TAG;
    char *tags[] = {tag};

    for (size_t i = 0; i < CHECK_COUNT(applied); i++) {
        const struct lab_group group = {applied[i].without_dane, LAB_POLICY_MAY};
        struct lab_scenario s = {.tags = tags, .tags_count = applied[i].control ? 1 : 0};
        struct lab_case k = {.scenario = &s,
                             .policy = applied[i].policy,
                             .outcome = applied[i].outcome,
                             .judgement.verdict = applied[i].verdict};

        check_row(applied[i].label);
        lab_group_apply(&group, &k);
        check_int(k.known != NULL, applied[i].known);
        check_int(k.judgement.verdict, applied[i].then);
        check_int(lab_group_control(&k), applied[i].holds);
        free(k.judgement.why);
    }
}

/* What the expect file says comes first. */
static void test_row_stays(void)
{
    const struct lab_known row = {.cases = "x"};
    const struct lab_group group = {true, LAB_POLICY_MAY};
    struct lab_scenario s = {0};
    struct lab_case k = {.scenario = &s, .known = &row, .judgement.verdict = LAB_V_LEAK};

    lab_group_apply(&group, &k);
    check_true(k.known == &row);
    lab_group_apply(NULL, &k);
    check_true(k.known == &row);
}

static const struct check_test tests[] = {{"what a hello says", test_hello},
                                          {"what is known of their cases", test_applied},
                                          {"a row stays", test_row_stays}};
SUITE(group, tests);
