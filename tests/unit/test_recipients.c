/* test_recipients.c - the book of recipients, and enhanced status codes. */
#include <string.h>

#include "check.h"
#include "core/recipients.h"

/* clang-format off */
#define V(name) DSMTP_VERDICT_##name
#define WHY(name) DSMTP_REASON_##name
static const struct { enum dsmtp_verdict verdict; enum dsmtp_reason reason; const char *said, *want; } codes[] = {
    {V(DELIVERED), WHY(DELIVERED),        "2.6.0",   "2.6.0"},
    {V(DELIVERED), WHY(DELIVERED),        "",        "2.0.0"},
    {V(BOUNCED),   WHY(RCPT_REFUSED),     "5.1.1",   "5.1.1"},
    {V(BOUNCED),   WHY(RCPT_REFUSED),     "",        "5.0.0"},
    {V(DEFERRED),  WHY(RCPT_REFUSED),     "5.2.2",   "4.2.2"},   /* 552 to RCPT */
    {V(DEFERRED),  WHY(STARTTLS_REFUSED), "5.7.0",   "4.7.4"},   /* 5xx in clear defers */
    {V(DEFERRED),  WHY(STARTTLS_REFUSED), "4.7.0",   "4.7.0"},
    {V(DEFERRED),  WHY(NO_STARTTLS),      "",        "4.7.4"},
    {V(DEFERRED),  WHY(TLSA_MISMATCH),    "",        "4.7.5"},
    {V(DEFERRED),  WHY(TLSA_BOGUS),       "",        "4.7.5"},
    {V(DEFERRED),  WHY(MX_ERROR),         "",        "4.4.3"},
    {V(BOUNCED),   WHY(NULL_MX),          "",        "5.1.10"},
    {V(BOUNCED),   WHY(NO_SUCH_DOMAIN),   "",        "5.1.2"},
    {V(DEFERRED),  WHY(CONNECT_FAILED),   "",        "4.4.1"},
    {V(DEFERRED),  WHY(TIMEOUT),          "",        "4.4.2"},
    {V(BOUNCED),   WHY(NO_8BITMIME),      "",        "5.6.3"},
    {V(BOUNCED),   WHY(NO_SMTPUTF8),      "",        "5.6.7"},
    {V(BOUNCED),   WHY(MESSAGE_TOO_BIG),  "",        "5.3.4"},
    {V(BOUNCE),    WHY(NO_ADDRESS),       "",        "5.4.4"},
    {V(DEFER),     WHY(NO_ADDRESS),       "",        "4.4.4"},
};

/* RCPT replies and what becomes of it. */
static const struct { unsigned code; const char *status; enum dsmtp_turn turn; bool settled; enum dsmtp_verdict verdict; const char *want; } answers[] = {
    {250, "2.1.5", DSMTP_TURN_ACCEPTED, false, V(DEFERRED), ""},
    {251, "",      DSMTP_TURN_ACCEPTED, false, V(DEFERRED), ""},
    {450, "4.2.0", DSMTP_TURN_REFUSED,  false, V(DEFERRED), "4.2.0"},
    {550, "5.1.1", DSMTP_TURN_REFUSED,  true,  V(BOUNCED),  "5.1.1"},
    {452, "",      DSMTP_TURN_TOO_MANY, false, V(DEFERRED), "4.0.0"},
    {452, "4.5.3", DSMTP_TURN_TOO_MANY, false, V(DEFERRED), "4.5.3"},
    {452, "4.2.2", DSMTP_TURN_REFUSED,  false, V(DEFERRED), "4.2.2"},
    {552, "",      DSMTP_TURN_TOO_MANY, false, V(DEFERRED), "4.0.0"},
    {552, "5.5.3", DSMTP_TURN_TOO_MANY, false, V(DEFERRED), "4.5.3"},
    {552, "5.2.2", DSMTP_TURN_REFUSED,  false, V(DEFERRED), "4.2.2"},
};
/* clang-format on */

static void test_codes(void)
{
    for (size_t i = 0; i < CHECK_COUNT(codes); i++) {
        char got[DSMTP_DSN_SIZE];

        dsmtp_dsn_choose(codes[i].verdict, codes[i].reason, codes[i].said, got);
        check_rowf("%s %s %s", dsmtp_verdict_name(codes[i].verdict),
                   dsmtp_reason_name(codes[i].reason), codes[i].said);
        check_str(got, codes[i].want);
    }
}

/* What the client decides has a code of its own: all but what only a server refuses, and what
 * decides nothing. */
static void test_own_codes(void)
{
    static const enum dsmtp_reason without[] = {
        WHY(NONE),          WHY(LOCAL_POLICY),     WHY(ADDRESS_LITERAL), WHY(MX_INSECURE),
        WHY(TLSA_ABSENT),   WHY(ADDRESS_INSECURE), WHY(TLSA_INSECURE),   WHY(MX_ABSENT_INSECURE),
        WHY(TLSA_UNUSABLE), WHY(TLSA_USABLE),      WHY(EHLO_REFUSED),    WHY(GREETING_REFUSED),
        WHY(MAIL_REFUSED),  WHY(RCPT_REFUSED),     WHY(DATA_REFUSED),    WHY(DELIVERED),
        WHY(SESSION_READY)};

    for (unsigned reason = 0; reason < DSMTP_REASON_COUNT; reason++) {
        char got[DSMTP_DSN_SIZE];
        bool expected = true;

        for (size_t i = 0; i < CHECK_COUNT(without); i++)
            expected = expected && without[i] != reason;
        dsmtp_dsn_choose(DSMTP_VERDICT_DEFERRED, reason, "", got);
        check_row(dsmtp_reason_name(reason));
        check_int(strcmp(got, "4.0.0") != 0, expected);
    }
}

static void test_answers(void)
{
    for (size_t i = 0; i < CHECK_COUNT(answers); i++) {
        struct dsmtp_recipient r = {.address = "a@d", .verdict = V(DEFERRED)};
        const struct dsmtp_finding said = {WHY(RCPT_REFUSED), "m", "words", answers[i].status};

        check_rowf("%u %s", answers[i].code, answers[i].status);
        check_uint(dsmtp_recipients_choose(&r, 1, false, "m"), 1);
        dsmtp_recipients_answer(&r, answers[i].code, &said);
        check_int(r.turn, answers[i].turn);
        check_int(r.settled, answers[i].settled);
        check_str(dsmtp_verdict_name(r.verdict), dsmtp_verdict_name(answers[i].verdict));
        check_str(r.status, answers[i].want);
    }
}

/* What may heal outweighs what may not, in either order; what is settled stays. */
static void test_order(void)
{
    const struct dsmtp_finding healing = {WHY(TIMEOUT), "m", NULL, ""};
    const struct dsmtp_finding final = {WHY(EHLO_REFUSED), "n", "5", "5.0.1"};
    struct dsmtp_recipient r[3] = {{.address = "a", .verdict = V(DEFERRED)},
                                   {.address = "b", .verdict = V(DEFERRED)},
                                   {.address = "c", .verdict = V(DEFERRED), .settled = true}};

    dsmtp_recipients_found(r, 1, V(DEFERRED), &healing);
    dsmtp_recipients_found(r, 3, V(BOUNCED), &final);
    check_str(r[0].status, "4.4.2");
    check_str(r[1].status, "5.0.1");
    check_str(r[2].status, "");
    check_int(dsmtp_recipients_verdict(r, 3), V(DEFERRED));
    check_int(dsmtp_recipients_verdict(r + 1, 1), V(BOUNCED));
    dsmtp_recipients_cut(r, 3, &(struct dsmtp_finding){WHY(ADDRESS_LIMIT), NULL, NULL, ""});
    check_str(r[0].status, "4.4.2");
    check_str(r[1].status, "4.4.1");
    check_str(r[2].status, "");
    dsmtp_recipients_found(r, 2, V(DEFERRED), &healing);
    check_int(r[1].reason, WHY(TIMEOUT));
    check_true(!dsmtp_recipients_settled(r, 3) && dsmtp_recipients_settled(r + 2, 1));
    check_true(!dsmtp_recipients_settled(r, 0));
}

/* Addresses that are not ASCII wait for a host that takes them; the others do not. */
static void test_utf8(void)
{
    struct dsmtp_recipient r[2] = {{.address = "\xc3\xa4@d", .verdict = V(DEFERRED)},
                                   {.address = "b@d", .verdict = V(DEFERRED)}};

    dsmtp_recipients_session(r, 2);
    check_uint(dsmtp_recipients_choose(r, 2, false, "m"), 1);
    check_uint(dsmtp_recipients_next(r, 2, 0), 1);
    check_str(r[0].status, "5.6.7");
    check_true(!r[0].settled);
    dsmtp_recipients_session(r, 2);
    check_uint(dsmtp_recipients_choose(r, 2, true, "n"), 2);
    check_uint(dsmtp_recipients_count(r, 2, DSMTP_TURN_ASKED), 2);
}

/* What was acknowledged stays so, whatever is said of the message later in the session. */
static void test_last_word(void)
{
    static const struct dsmtp_next_row stop = {.next = DSMTP_NEXT_STOP, .permanent = true};
    const struct dsmtp_attempt_end end = {.state = DSMTP_STATE_DOT, .event = DSMTP_EVENT_PERM};
    struct dsmtp_recipient r = {.address = "a", .verdict = V(DEFERRED)};

    dsmtp_recipients_session(&r, 1);
    check_uint(dsmtp_recipients_choose(&r, 1, true, "m"), 1);
    dsmtp_recipients_answer(&r, 250, &(struct dsmtp_finding){WHY(NONE), "m", "250", ""});
    dsmtp_recipients_delivered(&r, 1, &(struct dsmtp_finding){WHY(DELIVERED), "m", "250", "2.6.0"});
    dsmtp_recipients_ended(&r, 1, &end, &stop,
                           &(struct dsmtp_finding){WHY(DATA_REFUSED), "m", "554", "5.6.0"});
    check_int(r.verdict, V(DELIVERED));
    check_str(r.status, "2.6.0");
}

static const struct check_test tests[] = {
    {"status codes", test_codes},      {"codes for own decisions", test_own_codes},
    {"answers to RCPT", test_answers}, {"what outweighs what", test_order},
    {"addresses in UTF-8", test_utf8}, {"the last word", test_last_word}};
SUITE(recipients, tests);
