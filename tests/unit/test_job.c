/* test_job.c - whole deliveries against scripted servers (tests/fakes/connector.h has the letters).
 */
#include <stdio.h>
#include <string.h>

#include "check.h"
#include "fakes/network.h"

enum { CALLS_MAX = 2000 };

static struct fake_network net;

/* clang-format off */
#define LEVEL(name) DSMTP_LEVEL_##name
#define OK_DANE "osoTooo3o"
#define OK_CLEAR "oooo3o"
static const struct { const char *label; enum dsmtp_level level; unsigned recipients; const char *script, *want; } sends[] = {
    {"dane",                      LEVEL(DANE),    1, OK_DANE,            "delivered DELIVERED a:delivered | m authenticated DELIVERED"},
    {"dane, no STARTTLS",         LEVEL(DANE),    1, "oo " OK_DANE,      "delivered DELIVERED a:delivered | m failed NO_STARTTLS | n authenticated DELIVERED"},
    {"dane, refused",             LEVEL(DANE),    1, "os4 " OK_DANE,     "delivered DELIVERED a:delivered | m failed STARTTLS_REFUSED | n authenticated DELIVERED"},
    {"dane, refused for good",    LEVEL(DANE),    1, "os5 os5",          "deferred STARTTLS_REFUSED a:deferred | m failed STARTTLS_REFUSED | n failed STARTTLS_REFUSED"},
    {"dane, EHLO refused",        LEVEL(DANE),    1, "o5 o5",            "deferred EHLO_REFUSED a:deferred | m failed EHLO_REFUSED | n failed EHLO_REFUSED"},
    {"dane, no handshake",        LEVEL(DANE),    1, "osoH osoH",        "deferred TLS_HANDSHAKE a:deferred | m failed TLS_HANDSHAKE | n failed TLS_HANDSHAKE"},
    {"dane, mismatch",            LEVEL(DANE),    1, "osoM " OK_DANE,    "delivered DELIVERED a:delivered | m failed TLSA_MISMATCH | n authenticated DELIVERED"},
    /* R-7435-3-4 */
    {"dane, mismatches",          LEVEL(DANE),    1, "osoM osoM",        "deferred TLSA_MISMATCH a:deferred | m failed TLSA_MISMATCH | n failed TLSA_MISMATCH"},
    {"dane, injection",           LEVEL(DANE),    1, "osi x",            "deferred CONNECT_FAILED a:deferred | m failed STARTTLS_INJECTION | n failed CONNECT_FAILED"},
    {"dane, lost in handshake",   LEVEL(DANE),    1, "osoc osot",        "deferred TIMEOUT a:deferred | m failed CONNECTION_LOST | n failed TIMEOUT"},
    {"dane, refused inside TLS",  LEVEL(DANE),    1, "osoT55 osoT55",    "bounced EHLO_REFUSED a:bounced | m failed EHLO_REFUSED | n failed EHLO_REFUSED"},
    {"dane, put off inside TLS",  LEVEL(DANE),    1, "osoT55 osoT4",     "deferred EHLO_REFUSED a:deferred | m failed EHLO_REFUSED | n failed EHLO_REFUSED"},
    {"dane, HELO inside TLS",     LEVEL(DANE),    1, "osoT5ooo3o",       "delivered DELIVERED a:delivered | m authenticated DELIVERED"},
    /* R-7435-3-3: what was not authenticated is not called so. */
    {"encrypt",                   LEVEL(ENCRYPT), 1, "osoMooo3o",        "delivered DELIVERED a:delivered | m encrypted DELIVERED"},
    {"encrypt, no STARTTLS",      LEVEL(ENCRYPT), 1, "oo oo",            "deferred NO_STARTTLS a:deferred | m failed NO_STARTTLS | n failed NO_STARTTLS"},
    {"encrypt, no handshake",     LEVEL(ENCRYPT), 1, "osoH x",           "deferred CONNECT_FAILED a:deferred | m failed TLS_HANDSHAKE | n failed CONNECT_FAILED"},
    {"may, in TLS",               LEVEL(MAY),     1, "osoMooo3o",        "delivered DELIVERED a:delivered | m encrypted DELIVERED"},
    {"may, in clear",             LEVEL(MAY),     1, OK_CLEAR,           "delivered DELIVERED a:delivered | m cleartext DELIVERED"},
    {"may, HELO",                 LEVEL(MAY),     1, "o5ooo3o",          "delivered DELIVERED a:delivered | m cleartext DELIVERED"},
    {"may, STARTTLS refused",     LEVEL(MAY),     1, "os4oo3o",          "delivered DELIVERED a:delivered | m cleartext DELIVERED"},
    {"may, again in clear",       LEVEL(MAY),     1, "osoH osoo3o",      "delivered DELIVERED a:delivered | m failed TLS_HANDSHAKE | m cleartext DELIVERED"},
    {"may, injection",            LEVEL(MAY),     1, "osi osoo3o",       "deferred PROTOCOL_ERROR a:deferred | m failed STARTTLS_INJECTION | n failed TLS_HANDSHAKE | n failed PROTOCOL_ERROR"},
    {"may, injection, next host", LEVEL(MAY),     1, "osi " OK_CLEAR,    "delivered DELIVERED a:delivered | m failed STARTTLS_INJECTION | n cleartext DELIVERED"},
    {"may, once only",            LEVEL(MAY),     1, "osoH c " OK_CLEAR, "delivered DELIVERED a:delivered | m failed TLS_HANDSHAKE | m failed CONNECTION_LOST | n cleartext DELIVERED"},
    {"may, lost in TLS",          LEVEL(MAY),     1, "osoTooc osoo3o",   "delivered DELIVERED a:delivered | m failed CONNECTION_LOST | m cleartext DELIVERED"},
    {"none",                      LEVEL(NONE),    1, "osoo3o",           "delivered DELIVERED a:delivered | m cleartext DELIVERED"},
    {"skip",                      LEVEL(SKIP),    1, OK_CLEAR,           "deferred TLSA_BOGUS a:deferred"},
    /* the next host, or not */
    {"4xx greeting",              LEVEL(MAY),     1, "4 " OK_CLEAR,      "delivered DELIVERED a:delivered | m failed GREETING_REFUSED | n cleartext DELIVERED"},
    {"5xx greetings",             LEVEL(MAY),     1, "5 5",              "bounced GREETING_REFUSED a:bounced | m failed GREETING_REFUSED | n failed GREETING_REFUSED"},
    {"4xx to MAIL",               LEVEL(MAY),     1, "oo4 " OK_CLEAR,    "delivered DELIVERED a:delivered | m failed MAIL_REFUSED | n cleartext DELIVERED"},
    {"5xx to MAIL",               LEVEL(MAY),     1, "oo5",              "bounced MAIL_REFUSED a:bounced | m failed MAIL_REFUSED"},
    {"5xx to DATA",               LEVEL(MAY),     1, "oooo5",            "bounced DATA_REFUSED a:bounced | m failed DATA_REFUSED"},
    {"4xx to the message",        LEVEL(MAY),     1, "oooo34 " OK_CLEAR, "delivered DELIVERED a:delivered | m failed DATA_REFUSED | n cleartext DELIVERED"},
    {"5xx to the message",        LEVEL(MAY),     1, "oooo35",           "bounced DATA_REFUSED a:bounced | m failed DATA_REFUSED"},
    {"lost behind the dot",       LEVEL(MAY),     1, "oooo3c",           "deferred CONNECTION_LOST a:deferred | m failed CONNECTION_LOST"},
    {"the same in TLS",           LEVEL(MAY),     1, "osoTooo3t",        "deferred TIMEOUT a:deferred | m failed TIMEOUT"},
    {"rubbish behind the dot",    LEVEL(DANE),    1, "osoTooo3b",        "deferred PROTOCOL_ERROR a:deferred | m failed PROTOCOL_ERROR"},
    {"250 to DATA",               LEVEL(MAY),     1, "oooo o c",         "deferred CONNECTION_LOST a:deferred | m failed PROTOCOL_ERROR | n failed CONNECTION_LOST"},
    /* recipients */
    {"all refused",               LEVEL(MAY),     2, "ooo55",            "bounced RCPT_REFUSED a:bounced b:bounced | m failed RCPT_REFUSED"},
    {"one refused",               LEVEL(MAY),     2, "ooo5o3o",          "bounced RCPT_REFUSED a:bounced b:delivered | m cleartext DELIVERED"},
    {"one put off",               LEVEL(MAY),     2, "oooo43o x",        "deferred CONNECT_FAILED a:delivered b:deferred | m cleartext DELIVERED | n failed CONNECT_FAILED"},
    {"put off, then taken",       LEVEL(MAY),     2, "oooo43o " OK_CLEAR, "delivered DELIVERED a:delivered b:delivered | m cleartext DELIVERED | n cleartext DELIVERED"},
    {"put off, next refuses us",  LEVEL(MAY),     2, "oooo43o 5",        "deferred GREETING_REFUSED a:delivered b:deferred | m cleartext DELIVERED | n failed GREETING_REFUSED"},
    {"put off, message refused",  LEVEL(MAY),     2, "oooo435 x",        "deferred CONNECT_FAILED a:bounced b:deferred | m failed DATA_REFUSED | n failed CONNECT_FAILED"},
    {"put off, DATA refused",     LEVEL(MAY),     2, "oooo45 " OK_CLEAR, "bounced DATA_REFUSED a:bounced b:delivered | m failed DATA_REFUSED | n cleartext DELIVERED"},
    {"put off twice",             LEVEL(MAY),     1, "ooo4 ooo4",        "deferred RCPT_REFUSED a:deferred | m failed RCPT_REFUSED | n failed RCPT_REFUSED"},
    {"three of a kind",           LEVEL(MAY),     3, "ooo45o3o ooo4",    "deferred RCPT_REFUSED a:deferred b:bounced c:delivered | m cleartext DELIVERED | n failed RCPT_REFUSED"},
    {"the last is refused",       LEVEL(MAY),     2, "oooo53o",          "bounced RCPT_REFUSED a:delivered b:bounced | m cleartext DELIVERED"},
    {"lost between recipients",   LEVEL(MAY),     2, "oooo c " "ooooo3o", "delivered DELIVERED a:delivered b:delivered | m failed CONNECTION_LOST | n cleartext DELIVERED"},
};

static const struct { const char *label; enum dsmtp_level level; const char *script, *want; } probes[] = {
    {"dane",            LEVEL(DANE), "osoTo osoMo", "attempt SESSION_READY | m authenticated SESSION_READY | n failed TLSA_MISMATCH"},
    {"dane, none good", LEVEL(DANE), "osoM oo",     "defer NO_STARTTLS | m failed TLSA_MISMATCH | n failed NO_STARTTLS"},
    {"may",             LEVEL(MAY),  "oo osoMo",    "attempt SESSION_READY | m cleartext SESSION_READY | n encrypted SESSION_READY"},
    {"may, clear",      LEVEL(MAY),  "osoH oo x",   "attempt SESSION_READY | m failed TLS_HANDSHAKE | m cleartext SESSION_READY | n failed CONNECT_FAILED"},
    {"refused",         LEVEL(MAY),  "5 5",         "bounce GREETING_REFUSED | m failed GREETING_REFUSED | n failed GREETING_REFUSED"},
    {"skip",            LEVEL(SKIP), "oo",          "defer TLSA_BOGUS"},
};
/* clang-format on */

static struct fake_result run(const struct dsmtp_job_config *config)
{
    struct fake_result *r = config->arg;
    struct dsmtp_job *job = NULL;
    bool close = r->close;
    enum dsmtp_status status = dsmtp_job_open(config, &job);

    if (status != DSMTP_OK) {
        check_true(job == NULL);
        check_uint(r->calls, 0);
        r->status = status;
    } else {
        check_true(fake_run(&net.loop, CALLS_MAX));
        check_uint(r->calls, 1);
        if (!close)
            dsmtp_job_close(&job);
    }
    check_true(fake_network_idle(&net));
    check_true(!net.connector.misused);
    return *r;
}

static enum dsmtp_policy policy_for(enum dsmtp_level level)
{
    return level == DSMTP_LEVEL_NONE ? DSMTP_POLICY_NONE : DSMTP_POLICY_DANE;
}

/* Whole and octet by octet; closing the job from inside done and afterwards. */
static void test_sends(void)
{
    for (size_t i = 0; i < CHECK_COUNT(sends); i++) {
        for (unsigned n = 0; n < 4; n++) {
            struct fake_result r = {.close = n % 2 != 0};
            struct dsmtp_job_config config = fake_job_config(
                &net, DSMTP_MODE_SEND, policy_for(sends[i].level), sends[i].recipients, &r);

            fake_network_init(&net, fake_two_hosts(sends[i].level), sends[i].script);
            net.loop.last_first = n == 3;
            /* In pieces an injected line comes after the reply: the fake is no adapter and does not
             * see it as such. */
            net.connector.piece = n >= 2 && strchr(sends[i].script, 'i') == NULL ? n - 1 : 0;
            check_row(sends[i].label);
            run(&config);
            check_int(r.status, DSMTP_OK);
            check_str(r.text, sends[i].want);
            check_true(!net.connector.exhausted);
        }
    }
}

static void test_probes(void)
{
    for (size_t i = 0; i < CHECK_COUNT(probes); i++) {
        struct fake_result r = {0};
        struct dsmtp_job_config config =
            fake_job_config(&net, DSMTP_MODE_PROBE, policy_for(probes[i].level), 0, &r);

        fake_network_init(&net, fake_two_hosts(probes[i].level), probes[i].script);
        check_row(probes[i].label);
        run(&config);
        check_str(r.text, probes[i].want);
        for (unsigned k = 0; k < net.connector.opened; k++)
            check_true(!fake_mail_in_clear(&net.connector.wire[k]) &&
                       !fake_mail_in_tls(&net.connector.wire[k]));
    }
}

/* clang-format off */
/* A second connection, to whoever has TLSA records and was ready or had no STARTTLS. */
static const struct { const char *label; enum dsmtp_level level; const char *script, *want; unsigned opened; } advised[] = {
    {"all is well, n not",   DSMTP_LEVEL_DANE,    "osoTo osoTo osoM", "attempt SESSION_READY | m authenticated SESSION_READY | n failed TLSA_MISMATCH ! no-match anchor-by-key", 3},
    {"a name is demanded",   DSMTP_LEVEL_DANE,    "osoTo osoH x",     "attempt SESSION_READY | m authenticated SESSION_READY | n failed CONNECT_FAILED ! server-name-demanded unreachable anchor-by-key", 3},
    {"STARTTLS appears",     DSMTP_LEVEL_DANE,    "oo osoMo x",       "defer CONNECT_FAILED | m failed NO_STARTTLS | n failed CONNECT_FAILED ! no-starttls starttls-not-always unreachable anchor-by-key", 3},
    {"STARTTLS goes",        DSMTP_LEVEL_DANE,    "osoTo oo x",       "attempt SESSION_READY | m authenticated SESSION_READY | n failed CONNECT_FAILED ! starttls-not-always unreachable anchor-by-key", 3},
    {"no connection again",  DSMTP_LEVEL_DANE,    "osoTo x x",        "attempt SESSION_READY | m authenticated SESSION_READY | n failed CONNECT_FAILED ! unreachable anchor-by-key", 3},
    {"no records",           DSMTP_LEVEL_MAY,     "osoMo oo",         "attempt SESSION_READY | m encrypted SESSION_READY | n cleartext SESSION_READY ! no-tlsa no-tlsa", 2},
    {"again in clear",       DSMTP_LEVEL_MAY,     "osoH oo oo",       "attempt SESSION_READY | m failed TLS_HANDSHAKE | m cleartext SESSION_READY | n cleartext SESSION_READY ! session-fails no-tlsa no-tlsa", 3},
    {"not to be called",     DSMTP_LEVEL_SKIP,    "",                 "defer TLSA_BOGUS ! tlsa-lookup-fails tlsa-lookup-fails", 0},
};
/* clang-format on */

static void test_advised(void)
{
    for (size_t i = 0; i < CHECK_COUNT(advised); i++) {
        struct fake_result r = {0};
        struct dsmtp_job_config config =
            fake_job_config(&net, DSMTP_MODE_PROBE, policy_for(advised[i].level), 0, &r);

        config.advise = true;
        fake_network_init(&net, fake_two_hosts(advised[i].level), advised[i].script);
        check_row(advised[i].label);
        run(&config);
        check_int(r.status, DSMTP_OK);
        check_str(r.text, advised[i].want);
        check_uint(net.connector.opened, advised[i].opened);
        if (strcmp(advised[i].label, "all is well, n not") != 0)
            continue;
        check_true(net.connector.wire[0].authenticate && !net.connector.wire[1].authenticate);
        check_true(strstr(net.connector.wire[0].demand, "SNI m") != NULL);
        check_true(strstr(net.connector.wire[1].demand, "SNI none") != NULL);
        check_str(net.connector.wire[1].address, net.connector.wire[0].address);
    }
}

/* Whatever fails on the way, the job is told once, and nothing is left. */
static void test_advised_refusals(void)
{
    for (unsigned n = 1; n <= 4; n++) {
        struct fake_result r = {0};
        struct dsmtp_job_config config =
            fake_job_config(&net, DSMTP_MODE_PROBE, DSMTP_POLICY_DANE, 0, &r);

        config.advise = true;
        fake_network_init(&net, fake_two_hosts(DSMTP_LEVEL_DANE), "osoTo osoTo osoTo osoTo");
        net.connector.refuse_open = n;
        check_rowf("open %u", n);
        run(&config);
        check_int(r.status, DSMTP_SYSTEM);
    }
}

/* A host whose level is skip is never connected to, whatever becomes of the others. */
static void test_skipped_host(void)
{
    static const struct {
        const char *script, *want;
    } ends[] = {
        {OK_DANE, "delivered DELIVERED a:delivered | n authenticated DELIVERED"},
        {"osoM", "deferred TLSA_MISMATCH a:deferred | n failed TLSA_MISMATCH"},
        {"osoT55", "deferred EHLO_REFUSED a:deferred | n failed EHLO_REFUSED"},
        {"x", "deferred CONNECT_FAILED a:deferred | n failed CONNECT_FAILED"},
    };

    for (size_t i = 0; i < CHECK_COUNT(ends); i++) {
        struct fake_result r = {0};
        struct dsmtp_job_config config =
            fake_job_config(&net, DSMTP_MODE_SEND, DSMTP_POLICY_DANE, 1, &r);

        fake_network_init(&net, fake_first_bogus(), ends[i].script);
        check_row(ends[i].script);
        run(&config);
        check_str(r.text, ends[i].want);
        check_uint(net.connector.opened, 1);
        check_str(net.connector.wire[0].address, "198.18.0.2");
    }
}

/* The octets themselves, once. */
static void test_wire(void)
{
    struct fake_result r = {0};
    struct dsmtp_job_config config =
        fake_job_config(&net, DSMTP_MODE_SEND, DSMTP_POLICY_DANE, 2, &r);

    fake_network_init(&net, fake_two_hosts(DSMTP_LEVEL_DANE), "osoToooo3o");
    run(&config);
    check_str(net.connector.wire[0].address, "198.18.0.1");
    check_str(net.connector.wire[0].clear, "EHLO client.example\r\nSTARTTLS\r\n");
    check_str(net.connector.wire[0].tls,
              "EHLO client.example\r\nMAIL FROM:<f@s>\r\nRCPT TO:<a@d>\r\nRCPT TO:<b@d>\r\nDATA\r\n"
              "secret\r\n.\r\nQUIT\r\n");
    check_true(net.connector.wire[0].authenticate);
    check_uint(net.connector.opened, 1);
}

/* The engine's own names reach discovery. */
static void test_self(void)
{
    static const char *const own[] = {"n", "m"};

    for (unsigned count = 0; count <= 2; count++) {
        struct fake_result r = {0};
        struct dsmtp_job_config config =
            fake_job_config(&net, DSMTP_MODE_SEND, DSMTP_POLICY_DANE, 1, &r);

        fake_network_init(&net, fake_two_hosts(DSMTP_LEVEL_DANE), "4 " OK_DANE);
        net.engine.self = (struct dsmtp_self){own, count};
        check_rowf("%u own names", count);
        run(&config);
        check_str(r.text, count == 0   ? "delivered DELIVERED a:delivered | m failed "
                                         "GREETING_REFUSED | n authenticated DELIVERED"
                          : count == 1 ? "deferred GREETING_REFUSED a:deferred | m failed "
                                         "GREETING_REFUSED"
                                       : "bounced MAIL_LOOP a:bounced");
    }
}

/* R-7672-9.1-2. auth_failure=audit: a mismatch is told and delivered; TLS itself is still demanded,
 * and dane-only is dane as ever. */
static void test_audit(void)
{
    static const struct {
        enum dsmtp_policy policy;
        const char *script, *want;
    } audits[] = {
        {DSMTP_POLICY_DANE, "osoMooo3o",
         "delivered DELIVERED a:delivered | m encrypted DELIVERED (audit only: the server's "
         "certificate matches no usable TLSA record)"},
        {DSMTP_POLICY_DANE, OK_DANE, "delivered DELIVERED a:delivered | m authenticated DELIVERED"},
        {DSMTP_POLICY_DANE, "oo osoH",
         "deferred TLS_HANDSHAKE a:deferred | m failed NO_STARTTLS | n failed TLS_HANDSHAKE (the "
         "script says so)"},
        {DSMTP_POLICY_DANE_ONLY, "osoM osoM",
         "deferred TLSA_MISMATCH a:deferred | m failed TLSA_MISMATCH (the script says so) | n "
         "failed "
         "TLSA_MISMATCH (the script says so)"},
    };

    for (size_t i = 0; i < CHECK_COUNT(audits); i++) {
        struct fake_result r = {.details = true};
        struct dsmtp_job_config config =
            fake_job_config(&net, DSMTP_MODE_SEND, audits[i].policy, 1, &r);

        fake_network_init(&net, fake_two_hosts(DSMTP_LEVEL_DANE), audits[i].script);
        net.engine.profile.value[DSMTP_SWITCH_AUTH_FAILURE] = DSMTP_AUTH_FAILURE_AUDIT;
        check_row(audits[i].script);
        run(&config);
        check_str(r.text, audits[i].want);
    }
}

/* R-6698-8.2-2: the resolver keeps answers, the engine does not; the second job asks again. */
static void test_plan(void)
{
    fake_network_init(&net, fake_two_hosts(DSMTP_LEVEL_DANE), "");
    for (unsigned n = 1; n <= 2; n++) {
        struct fake_result r = {.close = true};
        struct dsmtp_job_config config =
            fake_job_config(&net, DSMTP_MODE_PLAN, DSMTP_POLICY_DANE, 0, &r);

        run(&config);
        check_str(r.text, "attempt TLSA_USABLE");
        check_uint(net.connector.opened, 0);
        check_uint(net.resolver.asked, 7 * n);
    }
}

static void test_misuse(void)
{
    for (unsigned i = 0; i < 3; i++) {
        struct fake_result r = {0};
        struct dsmtp_job_config config =
            fake_job_config(&net, DSMTP_MODE_SEND, DSMTP_POLICY_DANE, i == 0 ? 0 : 1, &r);

        fake_network_init(&net, fake_two_hosts(DSMTP_LEVEL_MAY), OK_CLEAR);
        config.from = i == 1 ? NULL : config.from;
        config.data = i == 2 ? NULL : config.data;
        run(&config);
        check_int(r.status, DSMTP_MISUSE);
    }
}

/* Ports that fail at each call in turn: one clean end, whether the job is closed at once or later.
 */
static void test_refusals(void)
{
    for (unsigned n = 1; n <= 40; n++) {
        for (unsigned which = 0; which < 6; which++) {
            struct fake_result r = {.close = which >= 3};
            struct dsmtp_job_config config =
                fake_job_config(&net, DSMTP_MODE_SEND, DSMTP_POLICY_DANE, 1, &r);

            fake_network_init(&net, fake_two_hosts(DSMTP_LEVEL_DANE), "osoT4 " OK_DANE);
            net.resolver.refuse = which % 3 == 0 ? n : 0;
            net.connector.refuse_open = which % 3 == 1 ? n : 0;
            net.connector.refuse_write = which % 3 == 2 ? n : 0;
            check_rowf("call %u of %u", n, which);
            run(&config);
            check_true(r.status == DSMTP_OK || r.status == DSMTP_SYSTEM);
            check_true(r.status != DSMTP_OK || which % 3 == 2 ||
                       strncmp(r.text, "delivered ", 10) == 0);
        }
    }
}

/* No second session can be had: whoever has the message is told so all the same. */
static void test_half_done(void)
{
    struct fake_result r = {0};
    struct dsmtp_job_config config =
        fake_job_config(&net, DSMTP_MODE_SEND, DSMTP_POLICY_DANE, 3, &r);

    fake_network_init(&net, fake_two_hosts(DSMTP_LEVEL_MAY), "oooo453o x");
    net.connector.refuse_open = 2;
    run(&config);
    check_int(r.status, DSMTP_OK);
    check_str(r.text, "deferred INTERNAL a:delivered b:deferred c:bounced | m cleartext "
                      "DELIVERED");
    check_uint(net.connector.taken[0], 1);
}

/* Answers that use up the memory of a job, the first or a later one. */
static void test_memory(void)
{
    static char why[DSMTP_JOB_MEMORY_MAX + 1];

    for (unsigned share = 1; share <= 16; share *= 2) {
        struct fake_result r = {.close = share == 2};
        struct dsmtp_job_config config =
            fake_job_config(&net, DSMTP_MODE_SEND, DSMTP_POLICY_DANE, 1, &r);

        memset(why, 0, sizeof(why));
        memset(why, 'x', DSMTP_JOB_MEMORY_MAX / share);
        fake_network_init(&net, fake_two_hosts(DSMTP_LEVEL_DANE), OK_DANE);
        net.resolver.why = why;
        check_rowf("1/%u of the memory", share);
        run(&config);
        check_int(r.status, share <= 4 ? DSMTP_NOMEM : DSMTP_OK);
    }
}

/* Closed after any number of steps, nothing is left behind and done is not called any more. */
static void test_close_any_time(void)
{
    for (unsigned steps = 0; steps < 40; steps++) {
        struct fake_result r = {0};
        struct dsmtp_job_config config =
            fake_job_config(&net, DSMTP_MODE_SEND, DSMTP_POLICY_DANE, 1, &r);
        struct dsmtp_job *job = NULL;
        unsigned calls;

        fake_network_init(&net, fake_two_hosts(DSMTP_LEVEL_DANE), "osoM " OK_DANE);
        check_rowf("after %u steps", steps);
        if (!check_int(dsmtp_job_open(&config, &job), DSMTP_OK))
            continue;
        for (unsigned i = 0; i < steps; i++)
            (void)fake_step(&net.loop);
        calls = r.calls;
        dsmtp_job_close(&job);
        check_true(job == NULL);
        check_true(fake_network_idle(&net));
        check_true(fake_run(&net.loop, CALLS_MAX));
        check_uint(r.calls, calls);
        dsmtp_job_close(&job);
    }
}

static const struct check_test tests[] = {{"deliveries", test_sends},
                                          {"skipped host", test_skipped_host},
                                          {"probes", test_probes},
                                          {"advised", test_advised},
                                          {"advised, refused", test_advised_refusals},
                                          {"octets", test_wire},
                                          {"own names", test_self},
                                          {"audit", test_audit},
                                          {"plan", test_plan},
                                          {"misuse", test_misuse},
                                          {"ports that refuse", test_refusals},
                                          {"half done", test_half_done},
                                          {"memory", test_memory},
                                          {"close at any time", test_close_any_time}};
SUITE(job, tests);
