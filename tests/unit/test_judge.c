/* test_judge.c - the judge: evidence in, verdict out. */
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "judge/evidence.h"
#include "judge/judge.h"
#include "judge_case.h"

/* --- a scenario with two hosts and some expectations; the structures want writable strings --- */

static char id[] = "x";
static char mx[] = "mx";
static char mx2[] = "mx2";
static char tlsa[] = "_25._tcp.mx TLSA";
static char below[] = "*.mx TLSA";
static char note[] = "the sender\nmay";
static char profile[] = "rfc7672";
static char bogus_word[] = "TLSA_BOGUS";
static char *profiles[] = {profile};
static char *reasons[] = {bogus_word};
static enum lab_policy dane_only[] = {LAB_POLICY_DANE_ONLY};
static struct lab_host hosts[] = {{.name = mx}, {.name = mx2}};

/* clang-format off */
static struct lab_accept defer[] = {{LAB_DEFERRED, NULL, LAB_OVER_ANY, LAB_GRADE_PASS, NULL}};
static struct lab_accept bounce[] = {{LAB_BOUNCED, NULL, LAB_OVER_ANY, LAB_GRADE_PASS, NULL}};
static struct lab_accept tls_mx[] = {{LAB_DELIVERED, mx, LAB_OVER_TLS, LAB_GRADE_PASS, NULL}};
static struct lab_accept clear_mx[] = {{LAB_DELIVERED, mx, LAB_OVER_CLEAR, LAB_GRADE_PASS, NULL}};
static struct lab_accept any_mx[] = {{LAB_DELIVERED, mx, LAB_OVER_ANY, LAB_GRADE_PASS, NULL}};
static struct lab_accept ranked[] = {{LAB_DELIVERED, mx, LAB_OVER_TLS, LAB_GRADE_PASS, NULL},
                                     {LAB_DELIVERED, NULL, LAB_OVER_TLS, LAB_GRADE_NON_STRICT, note},
                                     {LAB_DEFERRED, NULL, LAB_OVER_ANY, LAB_GRADE_INFO, note}};

#define ACCEPT(list) .profiles = profiles, .profiles_count = 1, .accept = (list), .accept_count = CHECK_COUNT(list)
#define SEE(name, what, where, of_what) static struct lab_observation name[] = {{LAB_SEE_##what, where, of_what}}
SEE(see_query, QUERY, NULL, tlsa);
SEE(see_below, QUERY, NULL, below);
SEE(see_connect, CONNECT, mx, NULL);
SEE(see_starttls, STARTTLS, mx, NULL);
SEE(see_tls, TLS, mx, NULL);
SEE(see_sni, SNI, mx, mx);
SEE(see_mail, MAIL, mx, NULL);
SEE(see_clear, CLEAR_MAIL, mx, NULL);
static struct lab_observation see_both[] = {{LAB_SEE_SNI, mx, mx}, {LAB_SEE_CONNECT, mx, NULL}};

/* --- what can happen --- */

#define HOST "mx.x.example"
#define AT(name, ip) .host = name, .address = ip
static struct lab_session took_tls[] = {{.conn = 1, AT(HOST, "198.18.3.1"), .starttls = true, .tls = true, .tls_version = "TLSv1.3",
    .sni = "MX.x.example", .mail = true, .message = true, .message_tls = true, .message_reply = 250}};
static struct lab_session took_without_dot[] = {{.conn = 1, AT(HOST, "198.18.3.1"), .starttls = true, .tls = true, .mail = true,
    .message = true, .message_tls = true, .message_reply = 250, .mutilated = true}};
static struct lab_session took_tls2[] = {{.conn = 1, AT("mx2.x.example", "198.18.3.2"), .starttls = true, .tls = true, .mail = true,
    .message = true, .message_tls = true, .message_reply = 250}};
static struct lab_session took_twice[] = {{.conn = 1, AT(HOST, "198.18.3.1"), .starttls = true, .tls = true, .sni = HOST, .mail = true,
    .message = true, .message_tls = true, .message_reply = 250}, {.conn = 2, AT(HOST, "198.18.3.1"), .starttls = true, .tls = true,
    .sni = HOST, .mail = true, .message = true, .message_tls = true, .message_reply = 250}};
static struct lab_session took_clear[] = {{.conn = 1, AT(HOST, "198.18.3.1"), .mail = true, .clear_mail = true, .message = true,
    .message_reply = 250}};
static struct lab_session mail_clear[] = {{.conn = 1, AT(HOST, "198.18.3.1"), .mail = true, .clear_mail = true}};
static struct lab_session refused[] = {{.conn = 1, AT(HOST, "198.18.3.1"), .starttls = true, .tls = true, .sni = HOST, .mail = true,
    .message = true, .message_tls = true, .message_reply = 451}};
static struct lab_session only_tls[] = {{.conn = 1, AT(HOST, "198.18.3.1"), .starttls = true, .tls = true, .sni = HOST}};
static struct lab_session no_sni[] = {{.conn = 1, AT(HOST, "198.18.3.1"), .starttls = true, .tls = true}};
static struct lab_session tls_broke[] = {{.conn = 1, AT(HOST, "198.18.3.1"), .starttls = true, .tls_error = "alert", .sni = HOST}};
static struct lab_session connected[] = {{.conn = 1, AT(HOST, "198.18.3.1")}};
static struct lab_session other_sni[] = {{.conn = 1, AT(HOST, "198.18.3.1"), .starttls = true, .tls = true, .sni = "mx.x.example.org"}};
static struct lab_session mail_only[] = {{.conn = 1, AT(HOST, "198.18.3.1"), .starttls = true, .tls = true, .sni = HOST, .mail = true}};
static struct lab_session clear_mx2[] = {{.conn = 1, AT("mx2.x.example", "198.18.3.2"), .mail = true, .clear_mail = true}};
static struct lab_query asked_txt[] = {{"_25._tcp.mx.x.example.", "TXT"}};
static struct lab_query asked[] = {{"_25._tcp.mx.x.example.", "TLSA"}};
static struct lab_query asked_mx[] = {{"x.example.", "MX"}};

#define ASKED(list) .queries = (list), .queries_count = CHECK_COUNT(list)
#define SAID(word) .report = {.outcome = LAB_R_##word}
#define BECAUSE(word, why) .report = {.outcome = LAB_R_##word, .reason = (why)}
static char mx_ip[] = "198.18.3.1";
static char other_ip[] = "198.18.3.9";
static const struct lab_claim auth_there[] = {{mx_ip, LAB_CLAIMED_AUTHENTICATED}};
static const struct lab_claim enc_there[] = {{mx_ip, LAB_CLAIMED_ENCRYPTED}};
static const struct lab_claim clear_there[] = {{mx_ip, LAB_CLAIMED_CLEARTEXT}};
static const struct lab_claim both_there[] = {{mx_ip, LAB_CLAIMED_AUTHENTICATED}, {other_ip, LAB_CLAIMED_ENCRYPTED}};
#define CLAIMS(word, list) .report = {.outcome = LAB_R_##word, .claims = (list), .claims_count = CHECK_COUNT(list)}

static const struct {
    const char *label;
    struct lab_expect expect;
    struct lab_evidence seen;
    enum lab_impact impact;
    enum lab_verdict want;
    const char *why;  /* part of it */
} cases[] = {
    {"delivered as it should be", {ACCEPT(tls_mx)}, {SEEN(took_tls), SAID(DELIVERED)}, 0, LAB_V_PASS, "delivered is accepted"},
    {"delivered, never reported", {ACCEPT(tls_mx)}, {SEEN(took_tls), SAID(NONE)}, 0, LAB_V_PASS, ""},
    {"any way will do, in clear", {ACCEPT(any_mx)}, {SEEN(took_clear), SAID(DELIVERED)}, 0, LAB_V_PASS, ""},
    {"any way will do, in TLS", {ACCEPT(any_mx)}, {SEEN(took_tls), SAID(DELIVERED)}, 0, LAB_V_PASS, ""},
    {"clear where clear is accepted", {ACCEPT(clear_mx)}, {SEEN(took_clear), SAID(DELIVERED)}, 0, LAB_V_PASS, ""},
    {"deferred", {ACCEPT(defer)}, {SEEN(only_tls), SAID(DEFERRED)}, 0, LAB_V_PASS, "deferred is accepted"},
    {"deferred after questions only", {ACCEPT(defer)}, {ASKED(asked_mx), SAID(DEFERRED)}, 0, LAB_V_PASS, ""},
    {"still queued is deferred", {ACCEPT(defer)}, {SEEN(refused), SAID(QUEUED)}, 0, LAB_V_PASS, ""},
    {"bounced", {ACCEPT(bounce)}, {ASKED(asked_mx), SAID(BOUNCED)}, 0, LAB_V_PASS, ""},
    {"second choice", {ACCEPT(ranked)}, {SEEN(took_tls2), SAID(DELIVERED)}, 0, LAB_V_NON_STRICT, "accepted: the sender may"},
    {"third choice", {ACCEPT(ranked)}, {SEEN(only_tls), SAID(DEFERRED)}, 0, LAB_V_INFO, ""},

    {"clear instead of TLS", {ACCEPT(tls_mx)}, {SEEN(took_clear), SAID(DELIVERED)}, 0, LAB_V_LEAK, "in clear to mx.x.example"},
    {"MAIL in clear is enough", {ACCEPT(defer)}, {SEEN(mail_clear), SAID(DEFERRED)}, 0, LAB_V_LEAK, "in clear"},
    {"a leak outweighs a crash", {ACCEPT(defer)}, {SEEN(mail_clear), SAID(CRASHED)}, 0, LAB_V_LEAK, "in clear"},
    {"a leak outweighs what is not supported", {ACCEPT(defer)}, {SEEN(mail_clear), SAID(UNSUPPORTED)}, 0, LAB_V_LEAK, "in clear"},
    {"clear to another host than the accepted one", {ACCEPT(clear_mx)}, {SEEN(clear_mx2), SAID(DEFERRED)}, 0, LAB_V_LEAK, "in clear to mx2"},
    {"required to connect, not to leak", {ACCEPT(defer), REQUIRE(see_connect)}, {SEEN(mail_clear), SAID(DEFERRED)}, 0, LAB_V_LEAK, "in clear"},
    {"clear MAIL that has to be seen", {ACCEPT(defer), REQUIRE(see_clear)}, {SEEN(mail_clear), SAID(DEFERRED)}, 0, LAB_V_PASS, ""},

    {"forbidden MAIL", {ACCEPT(defer), FORBID(see_mail)}, {SEEN(refused), SAID(DEFERRED)}, 0, LAB_V_LEAK, "seen: MAIL to mx"},
    {"forbidden MAIL, claimed to be deferred", {ACCEPT(defer), FORBID(see_mail)}, {SEEN(took_tls), SAID(DEFERRED)}, 0, LAB_V_LEAK, "MAIL to mx"},
    {"forbidden MAIL in TLS, a downgrade", {ACCEPT(defer), FORBID(see_mail)}, {SEEN(refused), SAID(DEFERRED)}, LAB_IMPACT_DOWNGRADE, LAB_V_DOWNGRADE, "seen: MAIL to mx"},
    {"a line lost its dot", {ACCEPT(tls_mx)}, {SEEN(took_without_dot), SAID(DELIVERED)}, 0, LAB_V_OTHER, "begins with a dot"},
    {"the same, where it must not be delivered", {ACCEPT(defer)}, {SEEN(took_without_dot), SAID(DELIVERED)}, LAB_IMPACT_LEAK, LAB_V_LEAK, "must not"},
    {"forbidden clear", {ACCEPT(any_mx), FORBID(see_clear)}, {SEEN(took_clear), SAID(DELIVERED)}, 0, LAB_V_LEAK, "in clear to mx"},
    {"forbidden connection", {ACCEPT(defer), FORBID(see_connect)}, {SEEN(connected), SAID(DEFERRED)}, 0, LAB_V_OTHER, "a connection to mx"},
    {"forbidden connection, and mail to that host", {ACCEPT(defer), FORBID(see_connect)}, {SEEN(took_tls), SAID(DELIVERED)}, LAB_IMPACT_LEAK, LAB_V_LEAK, "must not be delivered"},
    {"the same, a downgrade", {ACCEPT(defer), FORBID(see_connect)}, {SEEN(took_tls), SAID(DELIVERED)}, LAB_IMPACT_DOWNGRADE, LAB_V_DOWNGRADE, "must not be delivered"},
    {"the same, where nothing leaks", {ACCEPT(defer), FORBID(see_connect)}, {SEEN(took_tls), SAID(DELIVERED)}, LAB_IMPACT_LOST, LAB_V_OTHER, "a connection to mx"},
    {"forbidden connection, and accepted mail elsewhere", {ACCEPT(ranked), FORBID(see_connect)}, {SEEN(took_tls), SAID(DELIVERED)}, LAB_IMPACT_LEAK, LAB_V_OTHER, "a connection to mx"},
    {"the gravest of two", {ACCEPT(defer), FORBID(see_both)}, {SEEN(only_tls), SAID(DEFERRED)}, 0, LAB_V_OTHER, "a connection to mx"},
    {"forbidden STARTTLS", {ACCEPT(defer), FORBID(see_starttls)}, {SEEN(only_tls), SAID(DEFERRED)}, 0, LAB_V_REASON, "STARTTLS to mx"},
    {"forbidden TLS", {ACCEPT(defer), FORBID(see_tls)}, {SEEN(only_tls), SAID(DEFERRED)}, 0, LAB_V_REASON, "TLS with mx"},
    {"forbidden SNI", {ACCEPT(defer), FORBID(see_sni)}, {SEEN(tls_broke), SAID(DEFERRED)}, 0, LAB_V_REASON, "SNI mx at mx"},
    {"forbidden question", {ACCEPT(defer), FORBID(see_query)}, {ASKED(asked), SAID(DEFERRED)}, 0, LAB_V_REASON, "a query for"},
    {"forbidden below a name", {ACCEPT(defer), FORBID(see_below)}, {ASKED(asked), SAID(DEFERRED)}, 0, LAB_V_REASON, "a query for"},
    {"MAIL without a message is forbidden too", {ACCEPT(defer), FORBID(see_mail)}, {SEEN(mail_only), SAID(DEFERRED)}, 0, LAB_V_LEAK, "seen: MAIL"},
    {"another type", {ACCEPT(defer), FORBID(see_query)}, {ASKED(asked_txt), SAID(DEFERRED)}, 0, LAB_V_PASS, ""},
    {"another question", {ACCEPT(defer), FORBID(see_below)}, {ASKED(asked_mx), SAID(DEFERRED)}, 0, LAB_V_PASS, ""},
    {"forbidden elsewhere", {ACCEPT(ranked), FORBID(see_mail)}, {SEEN(took_tls2), SAID(DELIVERED)}, 0, LAB_V_NON_STRICT, ""},

    {"died", {ACCEPT(defer)}, {SEEN(only_tls), SAID(CRASHED)}, 0, LAB_V_CRASH, "died"},
    {"no outcome", {ACCEPT(defer)}, {SEEN(only_tls), SAID(NONE)}, 0, LAB_V_HANG, "deadline"},
    {"not supported, with a reason", {ACCEPT(defer)}, {.report = {.outcome = LAB_R_UNSUPPORTED, .text = "one relay only"}}, 0, LAB_V_UNSUPPORTED, "not supported: one relay"},
    {"nothing at all", {ACCEPT(defer)}, {SAID(NONE)}, 0, LAB_V_HANG, "no sign of an attempt"},
    {"not supported", {ACCEPT(defer)}, {SAID(UNSUPPORTED)}, 0, LAB_V_UNSUPPORTED, "not supported"},
    {"not supported, but tried", {ACCEPT(defer)}, {SEEN(only_tls), SAID(UNSUPPORTED)}, 0, LAB_V_ADAPTER_ERROR, "connected"},

    {"says delivered", {ACCEPT(ranked)}, {SEEN(refused), SAID(DELIVERED)}, 0, LAB_V_OTHER, "no host has acknowledged"},
    {"says deferred", {ACCEPT(ranked)}, {SEEN(took_tls), SAID(DEFERRED)}, 0, LAB_V_OTHER, "come twice"},
    {"still holds it", {ACCEPT(ranked)}, {SEEN(took_tls), SAID(QUEUED)}, 0, LAB_V_OTHER, "come twice"},
    {"says bounced", {ACCEPT(ranked)}, {SEEN(took_tls), SAID(BOUNCED)}, 0, LAB_V_OTHER, "says bounced"},
    {"twice", {ACCEPT(tls_mx)}, {SEEN(took_twice), SAID(DELIVERED)}, 0, LAB_V_OTHER, "2 times"},
    {"claims what it did", {ACCEPT(tls_mx)}, {SEEN(took_tls), CLAIMS(DELIVERED, auth_there)}, 0, LAB_V_PASS, ""},
    {"claims cleartext, and it was", {ACCEPT(clear_mx)}, {SEEN(took_clear), CLAIMS(DELIVERED, clear_there)}, 0, LAB_V_PASS, ""},
    {"claims TLS where there was none", {ACCEPT(clear_mx)}, {SEEN(took_clear), CLAIMS(DELIVERED, enc_there)}, 0, LAB_V_OTHER,
     "198.18.3.1 was encrypted, but it was not"},
    {"claims to have authenticated a broken handshake", {ACCEPT(defer)}, {SEEN(tls_broke), CLAIMS(DEFERRED, auth_there)}, 0, LAB_V_OTHER,
     "was authenticated, but"},
    {"claims cleartext where there was TLS", {ACCEPT(tls_mx)}, {SEEN(took_tls), CLAIMS(DELIVERED, clear_there)}, 0, LAB_V_OTHER, "cleartext, but"},
    {"claims a connection that nobody saw", {ACCEPT(tls_mx)}, {SEEN(took_tls), CLAIMS(DELIVERED, both_there)}, 0, LAB_V_OTHER, "198.18.3.9"},
    {"deferred without trying", {ACCEPT(defer)}, {SAID(DEFERRED)}, 0, LAB_V_OTHER, "no sign of an attempt"},
    {"bounced without trying", {ACCEPT(bounce)}, {SAID(BOUNCED)}, 0, LAB_V_OTHER, "no sign of an attempt"},

    {"delivered where it must not be", {ACCEPT(defer)}, {SEEN(took_tls), SAID(DELIVERED)}, LAB_IMPACT_LEAK, LAB_V_LEAK, "must not be delivered"},
    {"the same, a downgrade", {ACCEPT(defer)}, {SEEN(took_tls), SAID(DELIVERED)}, LAB_IMPACT_DOWNGRADE, LAB_V_DOWNGRADE, "must not"},
    {"the same, no such impact", {ACCEPT(bounce)}, {SEEN(took_tls), SAID(DELIVERED)}, LAB_IMPACT_LOST, LAB_V_LEAK, "must not"},
    {"wrong host", {ACCEPT(tls_mx)}, {SEEN(took_tls2), SAID(DELIVERED)}, LAB_IMPACT_LEAK, LAB_V_LEAK, "only other hosts"},
    {"wrong host, a downgrade", {ACCEPT(tls_mx)}, {SEEN(took_tls2), SAID(DELIVERED)}, LAB_IMPACT_DOWNGRADE, LAB_V_DOWNGRADE, "only other hosts"},
    {"wrong host, no harm", {ACCEPT(tls_mx)}, {SEEN(took_tls2), SAID(DELIVERED)}, LAB_IMPACT_HYGIENE, LAB_V_OTHER, "only other hosts"},
    {"TLS where only clear is accepted", {ACCEPT(clear_mx)}, {SEEN(took_tls), SAID(DELIVERED)}, 0, LAB_V_OTHER, "only clear"},
    {"bounced instead of deferred", {ACCEPT(defer)}, {ASKED(asked), SAID(BOUNCED)}, 0, LAB_V_LOST, "bounced, which"},
    {"bounced instead of delivered", {ACCEPT(tls_mx)}, {ASKED(asked), SAID(BOUNCED)}, 0, LAB_V_LOST, "bounced, which"},
    {"deferred instead of delivered", {ACCEPT(tls_mx)}, {ASKED(asked), SAID(DEFERRED)}, 0, LAB_V_STUCK, "deferred, which"},
    {"deferred instead of bounced", {ACCEPT(bounce)}, {ASKED(asked), SAID(QUEUED)}, 0, LAB_V_STUCK, "deferred, which"},

    {"question required", {ACCEPT(defer), REQUIRE(see_query)}, {ASKED(asked), SAID(DEFERRED)}, 0, LAB_V_PASS, ""},
    {"question missing", {ACCEPT(defer), REQUIRE(see_query)}, {ASKED(asked_mx), SAID(DEFERRED)}, 0, LAB_V_REASON, "not seen: a query for"},
    {"SNI required", {ACCEPT(defer), REQUIRE(see_sni)}, {SEEN(only_tls), SAID(DEFERRED)}, 0, LAB_V_PASS, ""},
    {"SNI missing", {ACCEPT(defer), REQUIRE(see_sni)}, {SEEN(no_sni), SAID(DEFERRED)}, 0, LAB_V_REASON, "not seen: SNI mx"},
    {"another SNI", {ACCEPT(defer), REQUIRE(see_sni)}, {SEEN(other_sni), SAID(DEFERRED)}, 0, LAB_V_REASON, "not seen: SNI mx"},
    {"TLS missing", {ACCEPT(defer), REQUIRE(see_tls)}, {SEEN(tls_broke), SAID(DEFERRED)}, 0, LAB_V_REASON, "not seen: TLS"},
    {"seen at another host", {ACCEPT(ranked), REQUIRE(see_connect)}, {SEEN(took_tls2), SAID(DELIVERED)}, 0, LAB_V_REASON, "not seen: a conn"},
    {"reason accepted", {ACCEPT(defer), .reasons = reasons, .reasons_count = 1},
     {ASKED(asked), BECAUSE(DEFERRED, "TLSA_BOGUS")}, 0, LAB_V_PASS, ""},
    {"no reason given", {ACCEPT(defer), .reasons = reasons, .reasons_count = 1}, {ASKED(asked), SAID(DEFERRED)}, 0, LAB_V_PASS, ""},
    {"another reason", {ACCEPT(defer), .reasons = reasons, .reasons_count = 1},
     {ASKED(asked), BECAUSE(DEFERRED, "TIMEOUT")}, 0, LAB_V_REASON, "reason TIMEOUT is not"},
    {"any reason", {ACCEPT(defer)}, {ASKED(asked), BECAUSE(DEFERRED, "TIMEOUT")}, 0, LAB_V_PASS, ""},
};
/* clang-format on */

static void test_verdicts(void)
{
    for (size_t i = 0; i < CHECK_COUNT(cases); i++) {
        const struct lab_scenario s = {
            .id = id, .impact = cases[i].impact, .hosts = hosts, .hosts_count = 2};

        check_row(cases[i].label);
        check_judged(&s, &cases[i].expect, &cases[i].seen, cases[i].want, cases[i].why, "");
    }
}

/* --- several attempts, several recipients --- */

/* clang-format off */
static struct lab_session took_user[] = {{.conn = 1, AT(HOST, "198.18.3.1"), .starttls = true, .tls = true, .mail = true,
    .message = true, .message_tls = true, .message_reply = 250, .to = "other@x.example USER@x.example"}};
static struct lab_session took_other[] = {{.conn = 1, AT(HOST, "198.18.3.1"), .starttls = true, .tls = true, .mail = true,
    .message = true, .message_tls = true, .message_reply = 250, .to = "other@x.example user@x.example.org"}};
#define FOR(name) .recipient = name

static const struct {
    const char *label;
    unsigned wanted; /* attempts */
    unsigned steps;  /* between them */
    struct lab_expect expect;
    struct lab_evidence seen;
    enum lab_impact impact;
    enum lab_verdict want;
    const char *why;
} attempts[] = {
    {"at the last attempt", 2, 0, {ACCEPT(tls_mx)}, {SEEN(took_tls), SAID(DELIVERED), .attempts = 2}, 0, LAB_V_PASS, ""},
    {"too early", 2, 0, {ACCEPT(tls_mx)}, {SEEN(took_tls), SAID(DELIVERED), .attempts = 1}, LAB_IMPACT_LEAK, LAB_V_LEAK, "attempt 1 of 2"},
    {"too early, a downgrade", 3, 0, {ACCEPT(tls_mx)}, {SEEN(took_tls), SAID(DELIVERED), .attempts = 2}, LAB_IMPACT_DOWNGRADE, LAB_V_DOWNGRADE, "attempt 2 of 3"},
    {"too early, no harm", 2, 0, {ACCEPT(tls_mx)}, {SEEN(took_tls), SAID(DELIVERED), .attempts = 1}, LAB_IMPACT_STUCK, LAB_V_OTHER, "attempt 1"},
    {"too early in clear, which may be", 2, 0, {ACCEPT(clear_mx)}, {SEEN(took_clear), SAID(DELIVERED), .attempts = 1}, LAB_IMPACT_STUCK, LAB_V_OTHER, "attempt 1"},
    {"the same where a leak is the danger", 2, 0, {ACCEPT(clear_mx)}, {SEEN(took_clear), SAID(DELIVERED), .attempts = 1}, LAB_IMPACT_LEAK, LAB_V_OTHER, "attempt 1"},
    {"the same, and time had gone by", 2, 1, {ACCEPT(clear_mx)}, {SEEN(took_clear), SAID(DELIVERED), .attempts = 1}, LAB_IMPACT_LEAK, LAB_V_LEAK, "attempt 1"},
    {"the same, a downgrade", 2, 1, {ACCEPT(any_mx)}, {SEEN(took_clear), SAID(DELIVERED), .attempts = 1}, LAB_IMPACT_DOWNGRADE, LAB_V_LEAK, "attempt 1"},
    {"the same, no harm", 2, 1, {ACCEPT(any_mx)}, {SEEN(took_clear), SAID(DELIVERED), .attempts = 1}, LAB_IMPACT_STUCK, LAB_V_OTHER, "attempt 1"},
    {"too early in clear, which may not be", 2, 0, {ACCEPT(tls_mx)}, {SEEN(took_clear), SAID(DELIVERED), .attempts = 1}, LAB_IMPACT_STUCK, LAB_V_LEAK, "in clear to mx"},
    {"bounced too early", 2, 0, {ACCEPT(bounce)}, {ASKED(asked), SAID(BOUNCED), .attempts = 1}, 0, LAB_V_LOST, "bounced at attempt 1"},
    {"deferred to the end", 2, 0, {ACCEPT(defer)}, {ASKED(asked), SAID(DEFERRED), .attempts = 2}, 0, LAB_V_PASS, ""},
    {"a leak at any attempt", 2, 0, {ACCEPT(defer)}, {SEEN(mail_clear), SAID(DEFERRED), .attempts = 2}, 0, LAB_V_LEAK, "in clear"},
    {"taken for the recipient", 0, 0, {ACCEPT(tls_mx)}, {SEEN(took_user), SAID(DELIVERED), FOR("user@x.example")}, 0, LAB_V_PASS, ""},
    {"taken for another", 0, 0, {ACCEPT(bounce)}, {SEEN(took_other), SAID(BOUNCED), FOR("user@x.example")}, 0, LAB_V_PASS, ""},
    {"taken for another, reported as delivered", 0, 0, {ACCEPT(tls_mx)}, {SEEN(took_other), SAID(DELIVERED), FOR("user@x.example")}, 0, LAB_V_OTHER, "no host has"},
    {"anybody's will do", 0, 0, {ACCEPT(tls_mx)}, {SEEN(took_other), SAID(DELIVERED)}, 0, LAB_V_PASS, ""},
};
/* clang-format on */

static void test_attempts(void)
{
    for (size_t i = 0; i < CHECK_COUNT(attempts); i++) {
        const struct lab_scenario s = {.id = id,
                                       .impact = attempts[i].impact,
                                       .hosts = hosts,
                                       .hosts_count = 2,
                                       .steps_count = attempts[i].steps,
                                       .attempts = attempts[i].wanted};

        check_row(attempts[i].label);
        check_judged(&s, &attempts[i].expect, &attempts[i].seen, attempts[i].want, attempts[i].why,
                     "");
    }
}

static void test_words(void)
{
    char sni[] = "mx";
    struct lab_observation require[] = {{LAB_SEE_SNI, mx, sni}};
    struct lab_expect expect = {ACCEPT(defer), REQUIRE(require), FORBID(see_mail),
                                .reasons = reasons, .reasons_count = 1};
    const struct lab_scenario s = {.id = id, .hosts = hosts, .hosts_count = 2};
    struct lab_evidence seen = {SEEN(took_tls), SAID(DELIVERED)};
    struct lab_judgement got;

    lab_judge(&s, &expect, &seen, &got);
    check_str(got.expected, "deferred, because TLSA_BOGUS; with SNI mx at mx; no MAIL to mx");
    check_str(got.seen, "delivered to mx (198.18.3.1) in TLSv1.3, SNI MX.x.example");
    lab_judgement_free(&got);

    seen = (struct lab_evidence){
        SEEN(tls_broke),
        .report = {.outcome = LAB_R_DEFERRED, .reason = "TLS_HANDSHAKE", .text = "no\nway"}};
    expect = (struct lab_expect){ACCEPT(ranked)};
    lab_judge(&s, &expect, &seen, &got);
    check_str(got.expected,
              "delivered to mx in TLS or delivered in TLS (NON-STRICT) or deferred (INFO)");
    check_str(got.seen, "deferred, because TLS_HANDSHAKE (\"no way\"); mx (198.18.3.1): TLS failed "
                        "(alert), SNI mx.x.example, no MAIL");
    lab_judgement_free(&got);

    seen = (struct lab_evidence){ASKED(asked), SAID(BOUNCED)};
    lab_judge(&s, &expect, &seen, &got);
    check_str(got.seen, "bounced; no connection, 1 query");
    lab_judgement_free(&got);
}

static struct lab_judgement judged(struct lab_expect *expect, const char *text, bool message)
{
    const struct lab_scenario s = {.id = id, .hosts = hosts, .hosts_count = 2};
    struct lab_session session = {
        .conn = 1, .host = "mx.x.example", .address = "198.18.3.1", .message = message};
    struct lab_evidence seen = {.sessions = &session,
                                .sessions_count = 1,
                                .report = {.outcome = LAB_R_DEFERRED, .text = text}};
    struct lab_judgement got;

    lab_judge(&s, expect, &seen, &got);
    return got;
}

/* The articles of what must and must not be seen; no reply; the end of a long text. */
static void test_grammar(void)
{
    char question[] = "mx A";
    struct lab_observation both[] = {{LAB_SEE_QUERY, NULL, question}, {LAB_SEE_CONNECT, mx, NULL}};
    struct lab_expect expect = {ACCEPT(defer), REQUIRE(both), FORBID(both)};
    struct lab_text words = {0};
    char *end;
    struct lab_judgement got = judged(&expect, "no", true);

    check_str(got.expected, "deferred; with a query for mx A, a connection to mx; no query for mx "
                            "A, connection to mx");
    check_has(got.seen, "message in clear, no reply");
    lab_judgement_free(&got);

    for (int i = 0; i < 20; i++)
        lab_text_put(&words, "%sword-%04d", i > 0 ? " " : "", i);
    got = judged(&expect, words.text, false);
    check_has(got.seen, " word-0015 ...\")");
    lab_judgement_free(&got);
    words.text[159] = '\0'; /* 16 words are told whole */
    end = lab_format("%s\")", words.text);
    got = judged(&expect, words.text, false);
    check_has(got.seen, end);
    lab_judgement_free(&got);
    free(end);
    free(words.text);
}

static void test_expect_for(void)
{
    struct lab_expect list[] = {{ACCEPT(bounce), .policies = dane_only, .policies_count = 1},
                                {ACCEPT(defer)}};
    const struct lab_scenario s = {.id = id, .expect = list, .expect_count = 2};

    check_true(lab_expect_for(&s, "rfc7672", LAB_POLICY_DANE) == &list[1]);
    check_true(lab_expect_for(&s, "rfc7672", LAB_POLICY_DANE_ONLY) == &list[0]);
    check_true(lab_expect_for(&s, "rfc7672", LAB_POLICY_MAY) == NULL);
    check_true(lab_expect_for(&s, "postfix", LAB_POLICY_DANE) == NULL);
    check_true(lab_verdict_gates(LAB_V_LEAK) && !lab_verdict_gates(LAB_V_NON_STRICT) &&
               !lab_verdict_gates(LAB_V_DISPUTED));
}

/* Every word is found again; what is none is no outcome, and above all not "delivered". */
static void test_outcome_words(void)
{
    enum lab_report_outcome found;

    for (int v = 0; v <= LAB_R_UNSUPPORTED; v++) {
        const char *word = lab_report_outcome_name((enum lab_report_outcome)v);

        check_row(word);
        check_true(lab_report_outcome_find(word, &found));
        check_int(found, v);
    }
    found = LAB_R_DELIVERED;
    check_true(!lab_report_outcome_find("arrived", &found));
    check_int(found, LAB_R_NONE);
    found = LAB_R_DELIVERED;
    check_true(!lab_report_outcome_find(NULL, &found));
    check_int(found, LAB_R_NONE);
}

static const struct check_test tests[] = {
    {"verdicts", test_verdicts},
    {"words for outcomes", test_outcome_words},
    {"attempts and recipients", test_attempts},
    {"lines for people", test_words},
    {"grammar", test_grammar},
    {"the expectation that counts", test_expect_for},
};
SUITE(judge, tests);
