/* test_checker.c - programs that only check: what they say is judged like what a sender would do
 * that goes by it, and what they cannot know is not held against them. */
#include <stdlib.h>

#include "check.h"
#include "judge/judge.h"
#include "judge_case.h"
#include "run/checker.h"

static char id[] = "x";
static char mx[] = "mx";
static char mx2[] = "mx2";
static char nobody[] = "nobody";
static char *recipients[] = {nobody};

/* clang-format off */
static struct lab_accept tls_mx[] = {{LAB_DELIVERED, mx, LAB_OVER_TLS, LAB_GRADE_PASS, NULL}};
static struct lab_accept tls_mx2[] = {{LAB_DELIVERED, mx2, LAB_OVER_TLS, LAB_GRADE_PASS, NULL}};
static struct lab_accept clear_mx[] = {{LAB_DELIVERED, mx, LAB_OVER_CLEAR, LAB_GRADE_PASS, NULL}};
static struct lab_accept defer[] = {{LAB_DEFERRED, NULL, LAB_OVER_ANY, LAB_GRADE_PASS, NULL}};
static struct lab_accept bounce[] = {{LAB_BOUNCED, NULL, LAB_OVER_ANY, LAB_GRADE_PASS, NULL}};
static struct lab_accept mx2_or_info[] = {{LAB_DELIVERED, mx2, LAB_OVER_TLS, LAB_GRADE_PASS, NULL},
                                          {LAB_DEFERRED, NULL, LAB_OVER_ANY, LAB_GRADE_INFO, NULL}};
static struct lab_observation mail_mx[] = {{LAB_SEE_MAIL, mx, NULL}};
static struct lab_observation tls_mx2_seen[] = {{LAB_SEE_TLS, mx2, NULL}};
static struct lab_observation tls_mx_seen[] = {{LAB_SEE_TLS, mx, NULL}};
static struct lab_observation connect_mx[] = {{LAB_SEE_CONNECT, mx, NULL}};
#define ACCEPT(list) .accept = (list), .accept_count = CHECK_COUNT(list)

#define AT(number) .conn = (number), .host = "mx.x.example", .address = "198.18.3.1"
static struct lab_session looked[] = {{AT(1), .starttls = true, .tls = true, .tls_version = "TLSv1.3"}};
static struct lab_session looked_twice[] = {{AT(1), .starttls = true, .tls_error = "alert"}, {AT(2), .starttls = true, .tls = true}};
static struct lab_session in_clear[] = {{AT(1)}};
static struct lab_session cut_off[] = {{AT(1), .starttls = true, .tls_error = "peer did not return a certificate"}};
static struct lab_session left[] = {{AT(1), .starttls = true, .tls_error = "alert received: close notify"}};
static struct lab_session sent[] = {{AT(1), .starttls = true, .tls = true, .mail = true, .message = true, .message_tls = true, .message_reply = 250}};
static struct lab_query asked[] = {{"x.example.", "MX"}};
#define ASKED .queries = asked, .queries_count = 1

static char here[] = "198.18.3.1";
static char there[] = "198.18.3.9";
static const struct lab_claim authenticated[] = {{here, LAB_CLAIMED_AUTHENTICATED}};
static const struct lab_claim encrypted[] = {{here, LAB_CLAIMED_ENCRYPTED}};
static const struct lab_claim cleartext[] = {{here, LAB_CLAIMED_CLEARTEXT}};
static const struct lab_claim elsewhere[] = {{there, LAB_CLAIMED_AUTHENTICATED}};
#define SAYS(word) .report = {.outcome = LAB_R_##word}
#define SAYS_OF(word, list) .report = {.outcome = LAB_R_##word, .claims = (list), .claims_count = 1}

static const struct {
    const char *label;
    struct lab_expect expect;
    struct lab_evidence seen;
    enum lab_impact impact;
    enum lab_verdict want;
    const char *why, *told; /* parts of them */
} verdicts[] = {
    {"verified, and mail may go there", {ACCEPT(tls_mx)}, {SEEN(looked), SAYS_OF(VERIFIED, authenticated)}, 0, LAB_V_PASS, "had mail followed: ", "mail would go to mx (198.18.3.1) in TLSv1.3"},
    {"verified at the second connection", {ACCEPT(tls_mx)}, {SEEN(looked_twice), SAYS_OF(VERIFIED, authenticated)}, 0, LAB_V_PASS, "", "would go to mx"},
    {"verified by the certificate, and gone", {ACCEPT(tls_mx)}, {SEEN(left), SAYS_OF(VERIFIED, authenticated)}, 0, LAB_V_PASS, "", "would go to mx (198.18.3.1) in TLS"},
    {"refused by the certificate, and gone", {ACCEPT(defer), REQUIRE(tls_mx_seen)}, {SEEN(left), SAYS(REFUSED)}, 0, LAB_V_PASS, "", ""},
    {"refused before there was a certificate", {ACCEPT(defer), REQUIRE(tls_mx_seen)}, {SEEN(in_clear), SAYS(REFUSED)}, 0, LAB_V_REASON, "TLS with mx", ""},
    {"gone, and in clear it never was", {ACCEPT(clear_mx)}, {SEEN(left), SAYS_OF(NO_DANE, cleartext)}, 0, LAB_V_OTHER, "says no-dane", ""},
    {"gone from somewhere else", {ACCEPT(tls_mx)}, {SEEN(left), SAYS_OF(VERIFIED, elsewhere)}, 0, LAB_V_OTHER, "says verified", ""},
    {"a sender that breaks off has no session", {ACCEPT(defer)}, {SEEN(left), SAYS_OF(DEFERRED, encrypted)}, 0, LAB_V_OTHER, "was encrypted, but it was not", ""},
    {"verified, where mail must wait", {ACCEPT(defer), FORBID(mail_mx)}, {SEEN(looked), SAYS_OF(VERIFIED, authenticated)}, LAB_IMPACT_DOWNGRADE, LAB_V_DOWNGRADE, "MAIL to mx", ""},
    {"the same, a leak", {ACCEPT(defer)}, {SEEN(looked), SAYS_OF(VERIFIED, authenticated)}, LAB_IMPACT_LEAK, LAB_V_LEAK, "must not be delivered", ""},
    {"verified, but not in TLS", {ACCEPT(tls_mx)}, {SEEN(in_clear), SAYS_OF(VERIFIED, authenticated)}, 0, LAB_V_OTHER, "says verified", ""},
    {"verified at an address that it never called", {ACCEPT(tls_mx)}, {SEEN(looked), SAYS_OF(VERIFIED, elsewhere)}, 0, LAB_V_OTHER, "of no connection that was seen", ""},
    {"verified, and no word of a connection", {ACCEPT(tls_mx)}, {SEEN(looked), SAYS(VERIFIED)}, 0, LAB_V_OTHER, "of no connection that was seen", ""},
    {"verified, but claims less", {ACCEPT(tls_mx)}, {SEEN(looked), SAYS_OF(VERIFIED, encrypted)}, 0, LAB_V_OTHER, "says verified", ""},
    {"no DANE, in TLS", {ACCEPT(tls_mx)}, {SEEN(looked), SAYS_OF(NO_DANE, encrypted)}, 0, LAB_V_PASS, "", "would go to mx"},
    {"no DANE, in clear", {ACCEPT(clear_mx)}, {SEEN(in_clear), SAYS_OF(NO_DANE, cleartext)}, 0, LAB_V_PASS, "", "in clear"},
    {"no DANE in clear, where TLS is a must", {ACCEPT(tls_mx)}, {SEEN(in_clear), SAYS_OF(NO_DANE, cleartext)}, 0, LAB_V_LEAK, "mail was sent in clear to mx", ""},
    {"no DANE in clear, but the connection was not", {ACCEPT(clear_mx)}, {SEEN(looked), SAYS_OF(NO_DANE, cleartext)}, 0, LAB_V_OTHER, "says no-dane", ""},
    {"refused, where mail must wait", {ACCEPT(defer)}, {SEEN(looked), SAYS(REFUSED)}, 0, LAB_V_PASS, "", "refused"},
    {"refused, where mail is returned", {ACCEPT(bounce)}, {ASKED, SAYS(REFUSED)}, 0, LAB_V_PASS, "", ""},
    {"refused, where mail may go", {ACCEPT(tls_mx)}, {SEEN(looked), SAYS(REFUSED)}, 0, LAB_V_STUCK, "", ""},
    {"refused without a sign of life", {ACCEPT(defer)}, {SAYS(REFUSED)}, 0, LAB_V_OTHER, "no sign of an attempt", ""},
    {"refused after a look that no sender may take", {ACCEPT(defer), FORBID(connect_mx)}, {SEEN(looked), SAYS(REFUSED)}, 0, LAB_V_PASS, "", ""},
    {"the same, but it approves", {ACCEPT(defer), FORBID(connect_mx)}, {SEEN(looked), SAYS_OF(VERIFIED, authenticated)}, LAB_IMPACT_LEAK, LAB_V_LEAK, "must not be delivered", ""},
    {"refused, and sends mail all the same", {ACCEPT(defer)}, {SEEN(sent), SAYS(REFUSED)}, LAB_IMPACT_LEAK, LAB_V_OTHER, "has acknowledged mail", ""},
    {"a sender is no checker", {ACCEPT(tls_mx)}, {SEEN(looked), SAYS_OF(DELIVERED, authenticated)}, 0, LAB_V_OTHER, "no host has acknowledged", ""},
};

static const struct {
    const char *label;
    const char *behaviour; /* of mx */
    struct lab_expect expect;
    struct lab_evidence seen;
    unsigned attempts;
    bool nobody; /* is the first recipient */
    const char *want; /* part of the reason; NULL: it is fair */
} fairness[] = {
    {"a host that takes mail", "starttls", {ACCEPT(tls_mx)}, {SEEN(looked), SAYS_OF(VERIFIED, authenticated)}, 1, false, NULL},
    {"one that refuses MAIL", "mail-451", {ACCEPT(tls_mx2)}, {SEEN(looked), SAYS_OF(VERIFIED, authenticated)}, 1, false, "stops before"},
    {"one that closes in TLS", "close-after-ehlo-tls", {ACCEPT(defer)}, {SEEN(looked), SAYS_OF(NO_DANE, encrypted)}, 1, false, "stops before"},
    {"one that refuses the recipient", "rcpt-nobody-550", {ACCEPT(bounce)}, {SEEN(looked), SAYS_OF(VERIFIED, authenticated)}, 1, true, "stops before"},
    {"one that refuses another", "rcpt-nobody-550", {ACCEPT(tls_mx)}, {SEEN(looked), SAYS_OF(VERIFIED, authenticated)}, 1, false, NULL},
    {"one that wants a certificate", "tls-client-cert-demanded", {ACCEPT(defer)}, {SEEN(cut_off), SAYS_OF(VERIFIED, authenticated)}, 1, false, "stops before"},
    {"one that refuses mail at first", "greylisting", {ACCEPT(tls_mx)}, {SEEN(looked_twice), SAYS_OF(VERIFIED, authenticated)}, 2, false, NULL},
    {"mail at the first attempt is wanted", "greylisting", {ACCEPT(tls_mx), REQUIRE(mail_mx)}, {SEEN(looked_twice), SAYS_OF(VERIFIED, authenticated)}, 2, false, "stops before"},
    {"refused the only one that counts", "starttls", {ACCEPT(tls_mx)}, {SEEN(looked), SAYS(REFUSED)}, 1, false, NULL},
    {"refused the first, the second counts", "starttls", {ACCEPT(tls_mx2)}, {SEEN(looked), SAYS(REFUSED)}, 1, false, "another one counts"},
    {"refused the first, which may do", "starttls", {ACCEPT(mx2_or_info)}, {SEEN(looked), SAYS(REFUSED)}, 1, false, NULL},
    {"refused the first, the second is to be seen", "starttls", {ACCEPT(defer), REQUIRE(tls_mx2_seen)}, {SEEN(looked), SAYS(REFUSED)}, 1, false, "another one counts"},
    {"refused without a connection", "starttls", {ACCEPT(tls_mx2)}, {ASKED, SAYS(REFUSED)}, 1, false, NULL},
    {"a sender", "mail-451", {ACCEPT(tls_mx2)}, {SEEN(looked), SAYS_OF(DEFERRED, encrypted)}, 1, false, NULL},
};
/* clang-format on */

static void test_verdicts(void)
{
    struct lab_host hosts[] = {{.name = mx}, {.name = mx2}};

    for (size_t i = 0; i < CHECK_COUNT(verdicts); i++) {
        const struct lab_scenario s = {
            .id = id, .impact = verdicts[i].impact, .hosts = hosts, .hosts_count = 2};

        check_row(verdicts[i].label);
        check_judged(&s, &verdicts[i].expect, &verdicts[i].seen, verdicts[i].want, verdicts[i].why,
                     verdicts[i].told);
    }
    check_true(!looked[0].mail && !looked[0].imagined); /* the evidence stays what it was */
}

static void test_fairness(void)
{
    for (size_t i = 0; i < CHECK_COUNT(fairness); i++) {
        char *behaviour = lab_strdup(fairness[i].behaviour);
        char plain[] = "starttls";
        struct lab_host hosts[] = {{.name = mx, .smtp = behaviour}, {.name = mx2, .smtp = plain}};
        struct lab_scenario s = {.id = id,
                                 .hosts = hosts,
                                 .hosts_count = 2,
                                 .attempts = fairness[i].attempts,
                                 .recipients = recipients,
                                 .recipients_count = fairness[i].nobody ? 1 : 0};
        const struct lab_case k = {.scenario = &s,
                                   .expect = &fairness[i].expect,
                                   .outcome = fairness[i].seen.report.outcome};
        const char *got = lab_checker_unfair(&k, &fairness[i].seen);

        check_row(fairness[i].label);
        if (fairness[i].want == NULL)
            check_str(got, NULL);
        else
            check_has(got, fairness[i].want);
        free(behaviour);
    }
}

static void test_again(void)
{
    static const struct {
        const char *behaviour;
        enum lab_report_outcome outcome;
        bool want;
    } rows[] = {{"starttls", LAB_R_REFUSED, true},
                {"starttls", LAB_R_VERIFIED, false},
                {"greylisting", LAB_R_VERIFIED, true},
                {"greylisting", LAB_R_NO_DANE, true},
                {"greylisting", LAB_R_DEFERRED, false}};

    for (size_t i = 0; i < CHECK_COUNT(rows); i++) {
        char *behaviour = lab_strdup(rows[i].behaviour);
        struct lab_host hosts[] = {{.name = mx, .smtp = behaviour}};
        struct lab_scenario s = {.id = id, .hosts = hosts, .hosts_count = 1};
        const struct lab_case k = {.scenario = &s, .outcome = rows[i].outcome};

        check_row(rows[i].behaviour);
        check_int(lab_checker_comes_again(&k), rows[i].want);
        free(behaviour);
    }
}

static void test_kind(void)
{
    static const struct {
        const char *hello;
        int rc;
        bool checker;
    } rows[] = {{"{}", 0, false},
                {"{\"kind\":\"sender\"}", 0, false},
                {"{\"kind\":\"checker\"}", 0, true},
                {"{\"kind\":\"tester\"}", -1, false},
                {"{\"kind\":7}", -1, false}};

    for (size_t i = 0; i < CHECK_COUNT(rows); i++) {
        json_t *hello = json_loads(rows[i].hello, 0, NULL);
        struct lab_fault fault = {0};
        bool checker = true;

        check_row(rows[i].hello);
        check_int(lab_checker_kind(hello, &checker, &fault), rows[i].rc);
        check_int(checker, rows[i].checker);
        if (rows[i].rc != 0)
            check_has(fault.what, "expected sender or checker");
        json_decref(hello);
    }
}

static const struct check_test tests[] = {{"what it says is judged", test_verdicts},
                                          {"what it cannot know", test_fairness},
                                          {"when it is asked again", test_again},
                                          {"sender or checker", test_kind}};
SUITE(checker, tests);
