/* test_delivery.c - what deliveries say and do, server by server (tests/fakes/connector.h has the
 * letters): extensions, several recipients, servers that break the rules. */
#include <stdio.h>
#include <string.h>

#include "check.h"
#include "fakes/network.h"

enum { CALLS_MAX = 2000 };

static struct fake_network net;

static struct fake_result run(const struct dsmtp_job_config *config)
{
    struct fake_result *r = config->arg;
    struct dsmtp_job *job = NULL;

    if (check_int(dsmtp_job_open(config, &job), DSMTP_OK)) {
        check_true(fake_run(&net.loop, CALLS_MAX));
        check_uint(r->calls, 1);
        dsmtp_job_close(&job);
    }
    check_true(fake_network_idle(&net));
    check_true(!net.connector.misused);
    check_uint(net.connector.empty, 0);
    return *r;
}

static struct dsmtp_job_config prepare(enum dsmtp_level level, unsigned recipients,
                                       const char *script, struct fake_result *r)
{
    fake_network_init(&net, fake_two_hosts(level), script);
    return fake_job_config(&net, DSMTP_MODE_SEND,
                           level == DSMTP_LEVEL_NONE ? DSMTP_POLICY_NONE : DSMTP_POLICY_DANE,
                           recipients, r);
}

/* --- what goes over the wire ---------------------------------------------------------------------
 */

/* clang-format off */
#define LEVEL(name) DSMTP_LEVEL_##name
#define HELLO "EHLO client.example\r\n"
#define RCPT(who) "RCPT TO:<" who "@d>\r\n"
#define BODY "secret\r\n.\r\n"
#define BIG "MAIL FROM:<f@s> SIZE=8\r\n"
static const struct { const char *label; enum dsmtp_level level; unsigned recipients; const char *script, *clear, *tls; } wires[] = {
    {"one command at a time",     LEVEL(MAY),  2, "ooooo3o",      HELLO "MAIL FROM:<f@s>\r\n" RCPT("a") RCPT("b") "DATA\r\n" BODY "QUIT\r\n", ""},
    {"pipelining, RFC 2920",      LEVEL(MAY),  2, "opooo3o",      HELLO BIG RCPT("a") RCPT("b") "DATA\r\n" BODY "QUIT\r\n", ""},
    {"R-3207-4.2-1 forget SIZE and PIPELINING",
                                  LEVEL(DANE), 1, "oPoTooo3o",   HELLO "STARTTLS\r\n", HELLO "MAIL FROM:<f@s>\r\n" RCPT("a") "DATA\r\n" BODY "QUIT\r\n"},
    {"R-3207-4.2-2 EHLO again",   LEVEL(DANE), 1, "osoTpoo3o",   HELLO "STARTTLS\r\n", HELLO BIG RCPT("a") "DATA\r\n" BODY "QUIT\r\n"},
    {"R-3207-4.2-4 no STARTTLS in TLS",
                                  LEVEL(DANE), 1, "oPoTPoo3o",   HELLO "STARTTLS\r\n", HELLO BIG RCPT("a") "DATA\r\n" BODY "QUIT\r\n"},
    {"R-3207-4-1 nothing with STARTTLS",
                                  LEVEL(MAY),  1, "oPoTpoo3o",   HELLO "STARTTLS\r\n", HELLO BIG RCPT("a") "DATA\r\n" BODY "QUIT\r\n"},
    {"R-3207-4-2 refused, what was offered in clear counts",
                                  LEVEL(MAY),  1, "oP4oo3o",     HELLO "STARTTLS\r\n" BIG RCPT("a") "DATA\r\n" BODY "QUIT\r\n", ""},
    {"HELO offers nothing",       LEVEL(MAY),  1, "o5poo3o",     HELLO "HELO client.example\r\nMAIL FROM:<f@s>\r\n" RCPT("a") "DATA\r\n" BODY "QUIT\r\n", ""},
    {"all refused, 354: a lone dot",
                                  LEVEL(MAY),  2, "opo5535",      HELLO BIG RCPT("a") RCPT("b") "DATA\r\n" ".\r\n" "QUIT\r\n", ""},
    {"all refused, DATA as well", LEVEL(MAY),  2, "opo555",       HELLO BIG RCPT("a") RCPT("b") "DATA\r\n" "QUIT\r\n", ""},
    {"sender refused, 354",       LEVEL(MAY),  1, "op5535",       HELLO BIG RCPT("a") "DATA\r\n" ".\r\n" "QUIT\r\n", ""},
    {"sender refused, recipient taken: no dot",
                                  LEVEL(MAY),  1, "op5o3",        HELLO BIG RCPT("a") "DATA\r\n", ""},
    {"a second transaction",      LEVEL(MAY),  2, "opoo23o oo3o", HELLO BIG RCPT("a") RCPT("b") "DATA\r\n" BODY BIG RCPT("b") "DATA\r\n" BODY "QUIT\r\n", ""},
    {"early refusal: no QUIT within the message",
                                  LEVEL(MAY),  1, "oooo3*",       HELLO "MAIL FROM:<f@s>\r\n" RCPT("a") "DATA\r\n" BODY, ""},
};
/* clang-format on */

static void test_wires(void)
{
    static const char *const refusal[] = {"552 5.3.4 too big\r\n", NULL};

    for (size_t i = 0; i < CHECK_COUNT(wires); i++) {
        for (unsigned n = 0; n < 4; n++) {
            struct fake_result r = {0};
            struct dsmtp_job_config config =
                prepare(wires[i].level, wires[i].recipients, wires[i].script, &r);

            net.connector.texts = refusal;
            net.connector.together = n % 2 != 0;
            net.connector.piece = n / 2;
            net.connector.hold = strchr(wires[i].script, '*') != NULL;
            check_row(wires[i].label);
            run(&config);
            check_str(net.connector.wire[0].clear, wires[i].clear);
            check_str(net.connector.wire[0].tls, wires[i].tls);
            check_true(!net.connector.exhausted || net.connector.opened > 1);
        }
    }
}

/* --- what comes of it ----------------------------------------------------------------------------
 */

/* clang-format off */
#define GOOD "oooo3o"
static const struct { const char *label; enum dsmtp_level level; unsigned recipients; const char *script; const char *texts[6]; const char *want, *codes; } ends[] = {
    {"no TLS where none is promised, R-7672-2.2-7", LEVEL(MAY), 1, GOOD, {NULL}, "delivered DELIVERED a:delivered | m cleartext DELIVERED", "2.0.0"},
    {"TLS with anybody, R-7672-2.2-5", LEVEL(ENCRYPT), 1, "osoMooo3o", {NULL}, "delivered DELIVERED a:delivered | m encrypted DELIVERED", "2.0.0"},
    {"but TLS, R-7672-2.2-6", LEVEL(ENCRYPT), 1, "oo osoMooo3o", {NULL}, "delivered DELIVERED a:delivered | m failed NO_STARTTLS | n encrypted DELIVERED", "2.0.0"},
    {"the next host, R-7672-2.2-4", LEVEL(DANE), 1, "osoM osoTooo3o", {NULL}, "delivered DELIVERED a:delivered | m failed TLSA_MISMATCH | n authenticated DELIVERED", "2.0.0"},
    /* status codes */
    {"codes of the server",       LEVEL(MAY), 1, "oooo3*",  {"250 2.6.0 queued\r\n"},     "delivered DELIVERED a:delivered | m cleartext DELIVERED", "2.6.0"},
    {"250 without text",          LEVEL(MAY), 1, "oooo3*",  {"250\r\n"},                  "delivered DELIVERED a:delivered | m cleartext DELIVERED", "2.0.0"},
    {"no such user",              LEVEL(MAY), 1, "ooo*",    {"550 5.1.1 unknown\r\n"},    "bounced RCPT_REFUSED a:bounced | m failed RCPT_REFUSED", "5.1.1"},
    {"unreachable",               LEVEL(MAY), 1, "xx",      {NULL},                       "deferred CONNECT_FAILED a:deferred | m failed CONNECT_FAILED | n failed CONNECT_FAILED", "4.4.1"},
    {"no STARTTLS, R-3207-6-1",   LEVEL(DANE), 1, "oo oo",  {NULL},                       "deferred NO_STARTTLS a:deferred | m failed NO_STARTTLS | n failed NO_STARTTLS", "4.7.4"},
    {"STARTTLS refused, R-3207-4-2", LEVEL(DANE), 1, "os* x", {"554 5.7.0 no TLS\r\n"},   "deferred CONNECT_FAILED a:deferred | m failed STARTTLS_REFUSED | n failed CONNECT_FAILED", "4.4.1"},
    {"no EHLO, R-3207-6-2",       LEVEL(ENCRYPT), 1, "o5 o5", {NULL},                     "deferred EHLO_REFUSED a:deferred | m failed EHLO_REFUSED | n failed EHLO_REFUSED", "4.0.0"},
    {"mismatch, R-3207-4.1-1",    LEVEL(DANE), 1, "osoM osoM", {NULL},                    "deferred TLSA_MISMATCH a:deferred | m failed TLSA_MISMATCH | n failed TLSA_MISMATCH", "4.7.5"},
    /* several recipients */
    {"each its own",              LEVEL(MAY), 3, "ooo***3* x", {"250 2.1.5 a\r\n", "550 5.1.1 b\r\n", "451 4.7.1 c\r\n", "250 2.0.0 ok\r\n"},
        "deferred CONNECT_FAILED a:delivered b:bounced c:deferred | m cleartext DELIVERED | n failed CONNECT_FAILED", "2.0.0 5.1.1 4.4.1"},
    {"too many, then taken",      LEVEL(MAY), 3, "oooo223o oo23o oo3o", {NULL},           "delivered DELIVERED a:delivered b:delivered c:delivered | m cleartext DELIVERED", "2.0.0 2.0.0 2.0.0"},
    {"too many, 552",             LEVEL(MAY), 2, "oooo*3o oo3o", {"552 too many\r\n"},    "delivered DELIVERED a:delivered b:delivered | m cleartext DELIVERED", "2.0.0 2.0.0"},
    {"too many, nobody taken",    LEVEL(MAY), 2, "ooo22 ooooo3o", {NULL},                 "delivered DELIVERED a:delivered b:delivered | m failed RCPT_REFUSED | n cleartext DELIVERED", "2.0.0 2.0.0"},
    {"452 for another reason",    LEVEL(MAY), 2, "oooo*3o x", {"452 4.2.2 full\r\n"},     "deferred CONNECT_FAILED a:delivered b:deferred | m cleartext DELIVERED | n failed CONNECT_FAILED", "2.0.0 4.4.1"},
    {"too many, message refused", LEVEL(MAY), 2, "oooo235 " GOOD, {NULL}, "bounced DATA_REFUSED a:bounced b:delivered | m failed DATA_REFUSED | n cleartext DELIVERED", "5.0.0 2.0.0"},
    {"too many, MAIL refused then", LEVEL(MAY), 2, "oooo23o 5", {NULL},                   "bounced MAIL_REFUSED a:delivered b:bounced | m cleartext MAIL_REFUSED", "2.0.0 5.0.0"},
    {"too many, lost then",       LEVEL(MAY), 2, "oooo23o c " GOOD, {NULL},               "delivered DELIVERED a:delivered b:delivered | m cleartext CONNECTION_LOST | n cleartext DELIVERED", "2.0.0 2.0.0"},
    {"too many, lost behind the dot then", LEVEL(MAY), 2, "oooo23o oo3c", {NULL},         "deferred CONNECTION_LOST a:delivered b:deferred | m cleartext CONNECTION_LOST", "2.0.0 4.4.2"},
    {"too many, in TLS, lost then, in clear", LEVEL(MAY), 2, "osoTooo23o c oooo3o", {NULL}, "delivered DELIVERED a:delivered b:delivered | m encrypted CONNECTION_LOST | m cleartext DELIVERED", "2.0.0 2.0.0"},
    {"lost behind the dot; who was put off goes on", LEVEL(MAY), 2, "oooo43c " GOOD, {NULL}, "deferred CONNECTION_LOST a:deferred b:delivered | m failed CONNECTION_LOST | n cleartext DELIVERED", "4.4.2 2.0.0"},
    /* failing within the message: not taken, so it may go elsewhere (R-7672-2.2-8) */
    {"lost within the message",   LEVEL(MAY), 1, "oooo3l " GOOD, {NULL},                  "delivered DELIVERED a:delivered | m failed CONNECTION_LOST | n cleartext DELIVERED", "2.0.0"},
    {"in TLS: in clear",          LEVEL(MAY), 1, "osoTooo3l oooo3o", {NULL},              "delivered DELIVERED a:delivered | m failed CONNECTION_LOST | m cleartext DELIVERED", "2.0.0"},
    {"in TLS, R-7672-2.2-6",      LEVEL(ENCRYPT), 1, "osoTooo3l osoTooo3o", {NULL},       "delivered DELIVERED a:delivered | m failed CONNECTION_LOST | n encrypted DELIVERED", "2.0.0"},
    {"in TLS, R-7672-2.2-4",      LEVEL(DANE), 1, "osoTooo3l osoTooo3l", {NULL},          "deferred CONNECTION_LOST a:deferred | m failed CONNECTION_LOST | n failed CONNECTION_LOST", "4.4.2"},
    {"250 before it is sent",     LEVEL(MAY), 1, "oooo3e " GOOD, {NULL},                  "delivered DELIVERED a:delivered | m failed PROTOCOL_ERROR | n cleartext DELIVERED", "2.0.0"},
    /* TLS breaks at STARTTLS: like a handshake that fails */
    {"closed at STARTTLS",        LEVEL(MAY), 1, "osc " GOOD, {NULL},                     "delivered DELIVERED a:delivered | m failed CONNECTION_LOST | m cleartext DELIVERED", "2.0.0"},
    {"421 to STARTTLS",           LEVEL(MAY), 1, "osq " GOOD, {NULL},                     "delivered DELIVERED a:delivered | m failed STARTTLS_REFUSED | m cleartext DELIVERED", "2.0.0"},
    {"421 to STARTTLS, R-7672-2.2-4", LEVEL(DANE), 1, "osq osq", {NULL},                  "deferred STARTTLS_REFUSED a:deferred | m failed STARTTLS_REFUSED | n failed STARTTLS_REFUSED", "4.7.4"},
    /* 421 at any point (RFC 5321, section 3.8) */
    {"421 greeting",              LEVEL(MAY), 1, "q " GOOD, {NULL},                       "delivered DELIVERED a:delivered | m failed GREETING_REFUSED | n cleartext DELIVERED", "2.0.0"},
    {"421 to EHLO",               LEVEL(MAY), 1, "oq " GOOD, {NULL},                      "delivered DELIVERED a:delivered | m failed EHLO_REFUSED | n cleartext DELIVERED", "2.0.0"},
    {"421 to HELO",               LEVEL(MAY), 1, "o5q " GOOD, {NULL},                     "delivered DELIVERED a:delivered | m failed EHLO_REFUSED | n cleartext DELIVERED", "2.0.0"},
    {"421 to MAIL",               LEVEL(MAY), 1, "ooq " GOOD, {NULL},                     "delivered DELIVERED a:delivered | m failed MAIL_REFUSED | n cleartext DELIVERED", "2.0.0"},
    {"421 to RCPT",               LEVEL(MAY), 2, "oooq ooooo3o", {NULL},                  "delivered DELIVERED a:delivered b:delivered | m failed RCPT_REFUSED | n cleartext DELIVERED", "2.0.0 2.0.0"},
    {"421 to the second RCPT",    LEVEL(MAY), 2, "ooooq ooooo3o", {NULL},                 "delivered DELIVERED a:delivered b:delivered | m failed RCPT_REFUSED | n cleartext DELIVERED", "2.0.0 2.0.0"},
    {"421 to RCPT, pipelined",    LEVEL(MAY), 2, "opooqc ooooo3o", {NULL},                "delivered DELIVERED a:delivered b:delivered | m failed RCPT_REFUSED | n cleartext DELIVERED", "2.0.0 2.0.0"},
    {"421 to DATA",               LEVEL(MAY), 1, "ooooq " GOOD, {NULL},                   "delivered DELIVERED a:delivered | m failed DATA_REFUSED | n cleartext DELIVERED", "2.0.0"},
    {"421 to the message",        LEVEL(MAY), 1, "oooo3q " GOOD, {NULL},                  "delivered DELIVERED a:delivered | m failed DATA_REFUSED | n cleartext DELIVERED", "2.0.0"},
    {"421 after a refused RCPT",  LEVEL(MAY), 2, "ooo5q " GOOD, {NULL},                   "bounced RCPT_REFUSED a:bounced b:delivered | m failed RCPT_REFUSED | n cleartext DELIVERED", "5.0.0 2.0.0"},
    /* replies that nobody asked for, and others that no server may give */
    {"behind the greeting",       LEVEL(MAY), 1, "* " GOOD, {"220 mx\r\n250 mx\r\n"},     "delivered DELIVERED a:delivered | m failed PROTOCOL_ERROR | n cleartext DELIVERED", "2.0.0"},
    {"half a line behind EHLO",   LEVEL(MAY), 1, "o* " GOOD, {"250 mx\r\n25"},            "delivered DELIVERED a:delivered | m failed PROTOCOL_ERROR | n cleartext DELIVERED", "2.0.0"},
    {"250 behind 354",            LEVEL(MAY), 1, "oooo* " GOOD, {"354 go\r\n250 ok\r\n"}, "delivered DELIVERED a:delivered | m failed PROTOCOL_ERROR | n cleartext DELIVERED", "2.0.0"},
    {"behind RCPT, pipelined",    LEVEL(MAY), 1, "opo*3o", {"250 a\r\n"},                 "delivered DELIVERED a:delivered | m cleartext DELIVERED", "2.0.0"},
    {"behind the last 250",       LEVEL(MAY), 1, "oooo3*", {"250 ok\r\n421 bye\r\n"},     "delivered DELIVERED a:delivered | m cleartext DELIVERED", "2.0.0"},
    {"behind it, others wait",    LEVEL(MAY), 2, "oooo23* x", {"250 ok\r\n250 ok\r\n"},   "deferred CONNECT_FAILED a:delivered b:deferred | m cleartext DELIVERED | n failed CONNECT_FAILED", "2.0.0 4.4.1"},
    {"behind STARTTLS, refused",  LEVEL(MAY), 1, "os* " GOOD, {"454 no\r\n250 ok\r\n"},   "delivered DELIVERED a:delivered | m failed PROTOCOL_ERROR | n cleartext DELIVERED", "2.0.0"},
    {"R-3207-4.2-3 injection",    LEVEL(DANE), 1, "osi osoTooo3o", {NULL},                "delivered DELIVERED a:delivered | m failed STARTTLS_INJECTION | n authenticated DELIVERED", "2.0.0"},
    {"1xx greeting",              LEVEL(MAY), 1, "* " GOOD, {"120 wait\r\n"},             "delivered DELIVERED a:delivered | m failed PROTOCOL_ERROR | n cleartext DELIVERED", "2.0.0"},
    {"codes differ",              LEVEL(MAY), 1, "o* " GOOD, {"250-a\r\n550 b\r\n"},      "delivered DELIVERED a:delivered | m failed PROTOCOL_ERROR | n cleartext DELIVERED", "2.0.0"},
    {"codes differ, to the message", LEVEL(MAY), 1, "oooo3*", {"250-a\r\n550 b\r\n"},     "deferred PROTOCOL_ERROR a:deferred | m failed PROTOCOL_ERROR", "4.5.0"},
    {"junk in a reply",           LEVEL(MAY), 1, "*" "ooo3o", {"220 \xff\xfe\x01\x7f\r\n"}, "delivered DELIVERED a:delivered | m cleartext DELIVERED", "2.0.0"},
    {"bare LF",                   LEVEL(MAY), 1, "**oo3o", {"220 a\n", "250-b\n250 SIZE\n"}, "delivered DELIVERED a:delivered | m cleartext DELIVERED", "2.0.0"},
    {"354 to RCPT, pipelined",    LEVEL(MAY), 1, "opo3" GOOD, {NULL},                     "delivered DELIVERED a:delivered | m failed PROTOCOL_ERROR | n cleartext DELIVERED", "2.0.0"},
    {"lost within a reply",       LEVEL(MAY), 1, "o* " GOOD, {"250-mx\r\n250-SI"},       "delivered DELIVERED a:delivered | m failed CONNECTION_LOST | n cleartext DELIVERED", "2.0.0"},
    {"lost within the last reply", LEVEL(MAY), 1, "oooo3*", {"250-2.0.0 ok\r\n25"},       "deferred CONNECTION_LOST a:deferred | m failed CONNECTION_LOST", "4.4.2"},
    {"STARTTLS in any case, R-3207-4-1", LEVEL(DANE), 1, "o*oTooo3o", {"250-mx\r\n250 starttls\r\n"}, "delivered DELIVERED a:delivered | m authenticated DELIVERED", "2.0.0"},
    /* RFC 1870: larger than the host takes */
    {"too big, next host",        LEVEL(MAY), 1, "o* " GOOD, {"250-m\r\n250 SIZE 7\r\n"}, "delivered DELIVERED a:delivered | m failed MESSAGE_TOO_BIG | n cleartext DELIVERED", "2.0.0"},
    {"too big everywhere",        LEVEL(MAY), 1, "o*o*", {"250-m\r\n250 SIZE 7\r\n", "250-n\r\n250 SIZE 1\r\n"}, "bounced MESSAGE_TOO_BIG a:bounced | m failed MESSAGE_TOO_BIG | n failed MESSAGE_TOO_BIG", "5.3.4"},
    {"too big, and unreachable",  LEVEL(MAY), 1, "o* x", {"250-m\r\n250 SIZE 7\r\n"},     "deferred CONNECT_FAILED a:deferred | m failed MESSAGE_TOO_BIG | n failed CONNECT_FAILED", "4.4.1"},
    {"too big in clear only, R-3207-4.2-1", LEVEL(DANE), 1, "o*oTooo3o", {"250-m\r\n250-STARTTLS\r\n250 SIZE 7\r\n"}, "delivered DELIVERED a:delivered | m authenticated DELIVERED", "2.0.0"},
    {"as big as it takes",        LEVEL(MAY), 1, "o*oo3o", {"250-m\r\n250 SIZE 8\r\n"},  "delivered DELIVERED a:delivered | m cleartext DELIVERED", "2.0.0"},
};
/* clang-format on */

static void test_ends(void)
{
    for (size_t i = 0; i < CHECK_COUNT(ends); i++) {
        struct fake_result r = {0};
        struct dsmtp_job_config config =
            prepare(ends[i].level, ends[i].recipients, ends[i].script, &r);

        net.connector.texts = ends[i].texts;
        check_row(ends[i].label);
        run(&config);
        check_str(r.text, ends[i].want);
        check_str(r.codes, ends[i].codes);
    }
}

/* Whatever becomes of QUIT, what was decided before stands. */
static void test_quit(void)
{
    static const char *const scripts[] = {"oooo3o", "ooo5", "oooo35", "osoTooo3o", "opoo3o"};
    static const char quits[] = {'\0', 'o', '5', 'q', 'b', 'c', 't', '3'};

    for (size_t i = 0; i < CHECK_COUNT(scripts); i++) {
        char want[600] = "";

        for (size_t k = 0; k < sizeof(quits); k++) {
            struct fake_result r = {0};
            struct dsmtp_job_config config = prepare(LEVEL(MAY), 1, scripts[i], &r);

            net.connector.quit = quits[k];
            check_rowf("%s, QUIT: %c", scripts[i], quits[k] != '\0' ? quits[k] : '-');
            run(&config);
            check_true(net.connector.quit_seen);
            if (k == 0)
                memcpy(want, r.text, sizeof(want));
            check_str(r.text, want);
        }
    }
}

/* --- messages and addresses that are not ASCII ---------------------------------------------------
 */

/* clang-format off */
#define WIRE(text) (text), sizeof(text) - 1
#define AE "\xc3\xa4"
static const struct { const char *label, *from, *to[2]; const char *data; size_t len; const char *script, *want, *codes, *mail; } eights[] = {
    {"8-bit body, offered",      "f@s", {"a@d", "b@d"}, WIRE("S: a\r\n\r\n" AE "\r\n.\r\n"), "opooo3o", "delivered DELIVERED a:delivered b:delivered | m cleartext DELIVERED", "2.0.0 2.0.0",
        "MAIL FROM:<f@s> SIZE=12 BODY=8BITMIME\r\n"},
    {"8-bit body, not offered",  "f@s", {"a@d", "b@d"}, WIRE("S: a\r\n\r\n" AE "\r\n.\r\n"), "oo oo", "bounced NO_8BITMIME a:bounced b:bounced | m failed NO_8BITMIME | n failed NO_8BITMIME", "5.6.3 5.6.3", NULL},
    {"8-bit body, next host",    "f@s", {"a@d", "b@d"}, WIRE("S: a\r\n\r\n" AE "\r\n.\r\n"), "oo opooo3o", "delivered DELIVERED a:delivered b:delivered | m failed NO_8BITMIME | n cleartext DELIVERED", "2.0.0 2.0.0", NULL},
    {"header, offered",          "f@s", {"a@d", "b@d"}, WIRE("S: " AE "\r\n.\r\n"), "opooo3o", "delivered DELIVERED a:delivered b:delivered | m cleartext DELIVERED", "2.0.0 2.0.0",
        "MAIL FROM:<f@s> SIZE=7 BODY=8BITMIME SMTPUTF8\r\n"},
    {"header, not offered",      "f@s", {"a@d", "b@d"}, WIRE("S: " AE "\r\n.\r\n"), "oo oo", "bounced NO_SMTPUTF8 a:bounced b:bounced | m failed NO_SMTPUTF8 | n failed NO_SMTPUTF8", "5.6.7 5.6.7", NULL},
    {"sender, offered",          AE "@s", {"a@d", "b@d"}, WIRE(BODY), "opooo3o", "delivered DELIVERED a:delivered b:delivered | m cleartext DELIVERED", "2.0.0 2.0.0",
        "MAIL FROM:<" AE "@s> SIZE=8 SMTPUTF8\r\n"},
    {"sender, not offered",      AE "@s", {"a@d", "b@d"}, WIRE(BODY), "oo oo", "bounced NO_SMTPUTF8 a:bounced b:bounced | m failed NO_SMTPUTF8 | n failed NO_SMTPUTF8", "5.6.7 5.6.7", NULL},
    {"one recipient, offered",   "f@s", {AE "@d", "b@d"}, WIRE(BODY), "opooo3o", "delivered DELIVERED \xc3:delivered b:delivered | m cleartext DELIVERED", "2.0.0 2.0.0",
        "MAIL FROM:<f@s> SIZE=8 SMTPUTF8\r\n"},
    {"one recipient, not offered", "f@s", {AE "@d", "b@d"}, WIRE(BODY), "oooo3o oo", "bounced NO_SMTPUTF8 \xc3:bounced b:delivered | m cleartext DELIVERED | n failed NO_SMTPUTF8", "5.6.7 2.0.0",
        "MAIL FROM:<f@s>\r\n"},
    {"one recipient, next host", "f@s", {AE "@d", "b@d"}, WIRE(BODY), "oooo3o opoo3o", "delivered DELIVERED \xc3:delivered b:delivered | m cleartext DELIVERED | n cleartext DELIVERED", "2.0.0 2.0.0",
        "MAIL FROM:<f@s>\r\n"},
};
/* clang-format on */

static void test_eights(void)
{
    for (size_t i = 0; i < CHECK_COUNT(eights); i++) {
        struct fake_result r = {0};
        struct dsmtp_job_config config = prepare(LEVEL(MAY), 2, eights[i].script, &r);

        config.from = eights[i].from;
        config.recipients = eights[i].to;
        config.data = eights[i].data;
        config.len = eights[i].len;
        check_row(eights[i].label);
        run(&config);
        check_str(r.text, eights[i].want);
        check_str(r.codes, eights[i].codes);
        if (eights[i].mail != NULL)
            check_true(strstr(net.connector.wire[0].clear, eights[i].mail) != NULL);
        else
            check_true(strstr(net.connector.wire[0].clear, "MAIL") == NULL);
    }
}

/* --- limits --------------------------------------------------------------------------------------
 */

/* R-5321-5.1-9: all addresses, or as many as are allowed; a limit bounces nobody. */
static void test_address_limit(void)
{
    static const struct {
        unsigned limit;
        const char *script, *want, *codes;
    } limits[] = {
        {0, "5 5",
         "bounced GREETING_REFUSED a:bounced | m failed GREETING_REFUSED | n failed "
         "GREETING_REFUSED",
         "5.0.0"},
        {2, "5 5",
         "bounced GREETING_REFUSED a:bounced | m failed GREETING_REFUSED | n failed "
         "GREETING_REFUSED",
         "5.0.0"},
        {1, "5", "deferred GREETING_REFUSED a:deferred | m failed GREETING_REFUSED", "4.4.1"},
        {1, "x", "deferred CONNECT_FAILED a:deferred | m failed CONNECT_FAILED", "4.4.1"},
        {1, "osoH oooo3o",
         "delivered DELIVERED a:delivered | m failed TLS_HANDSHAKE | m cleartext DELIVERED",
         "2.0.0"},
        {1, "ooo5", "bounced RCPT_REFUSED a:bounced | m failed RCPT_REFUSED", "5.0.0"},
    };

    for (size_t i = 0; i < CHECK_COUNT(limits); i++) {
        struct fake_result r = {0};
        struct dsmtp_job_config config = prepare(LEVEL(MAY), 1, limits[i].script, &r);

        net.engine.address_limit = limits[i].limit;
        check_rowf("%s, limit %u", limits[i].script, limits[i].limit);
        run(&config);
        check_str(r.text, limits[i].want);
        check_str(r.codes, limits[i].codes);
    }
}

/* R-5321-5.1-9, R-5321-5.1-12: the addresses of a host in the order of the answer, until one takes
 * the mail. */
static void test_addresses(void)
{
    static const struct fake_record records[] = {
        {"d", DSMTP_RR_MX, DSMTP_SECURITY_SECURE, DSMTP_PRESENCE_DATA, "1 m", NULL, 0},
        {"m", DSMTP_RR_A, DSMTP_SECURITY_SECURE, DSMTP_PRESENCE_DATA,
         "198.18.0.9; 198.18.0.3; 198.18.0.5", NULL, 0}};
    static const char *const order[] = {"198.18.0.9", "198.18.0.3", "198.18.0.5"};

    for (unsigned good = 0; good <= CHECK_COUNT(order); good++) {
        static const char *const scripts[] = {"oooo3o", "x oooo3o", "x x oooo3o", "x x x"};
        struct fake_result r = {0};
        struct dsmtp_job_config config = prepare(LEVEL(MAY), 1, scripts[good], &r);

        net.resolver.world = (struct fake_world){records, CHECK_COUNT(records)};
        check_row(scripts[good]);
        run(&config);
        check_str(r.codes, good < CHECK_COUNT(order) ? "2.0.0" : "4.4.1");
        check_uint(net.connector.opened, good < CHECK_COUNT(order) ? good + 1 : good);
        for (unsigned i = 0; i < net.connector.opened && i < CHECK_COUNT(order); i++)
            check_str(net.connector.wire[i].address, order[i]);
    }
}

/* How long each step may take (RFC 5321, section 4.5.3.2): what was set last when the server falls
 * silent there, in seconds; and with a cap. */
static void test_deadlines(void)
{
    static const struct {
        const char *script;
        unsigned seconds;
    } waits[] = {{"t", 300},      {"ot", 300},     {"ost", 300},  {"osot", 300},
                 {"osoTt", 300},  {"oot", 300},    {"ooot", 300}, {"oooot", 120},
                 {"oooo3l", 180}, {"oooo3t", 600}, {"opot", 300}, {"opoot", 120}};

    for (unsigned cap = 0; cap <= 200; cap += 200) {
        for (size_t i = 0; i < CHECK_COUNT(waits); i++) {
            struct fake_result r = {0};
            struct dsmtp_job_config config = prepare(LEVEL(ENCRYPT), 1, waits[i].script, &r);
            struct dsmtp_job *job = NULL;

            net.resolver.world = fake_two_hosts(DSMTP_LEVEL_MAY);
            net.engine.timeout_ms = cap * 1000;
            net.engine.address_limit = 1;
            net.engine.profile.value[DSMTP_SWITCH_CLEAR_RETRY] = DSMTP_CLEAR_NEVER;
            check_rowf("%s, cap %u", waits[i].script, cap);
            check_int(dsmtp_job_open(&config, &job), DSMTP_OK);
            check_true(fake_run(&net.loop, CALLS_MAX));
            dsmtp_job_close(&job);
            check_uint(net.connector.deadline / 1000,
                       cap != 0 && cap < waits[i].seconds ? cap : waits[i].seconds);
        }
    }
}

static const struct check_test tests[] = {{"octets", test_wires},
                                          {"outcomes", test_ends},
                                          {"QUIT", test_quit},
                                          {"8-bit and UTF-8", test_eights},
                                          {"addresses in order", test_addresses},
                                          {"address limit", test_address_limit},
                                          {"deadlines", test_deadlines}};
SUITE(delivery, tests);
