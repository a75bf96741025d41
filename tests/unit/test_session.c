/* test_session.c - one session: what becomes of pieces, deadlines, long arguments and missing
 * memory. */
#include <stdio.h>
#include <string.h>

#include "check.h"
#include "fakes/network.h"
#include "run/session.h"

static struct fake_network net;

struct ended {
    unsigned calls;
    struct dsmtp_attempt_end end;
    struct dsmtp_session **close; /* close it from inside done, unless NULL */
};

static void done(void *arg, const struct dsmtp_attempt_end *end)
{
    struct ended *e = arg;

    e->calls++;
    e->end = *end;
    if (e->close != NULL)
        dsmtp_session_close(e->close);
}

struct setting {
    enum dsmtp_level level;
    const char *script, *from, *to;
    unsigned piece, refuse_write;
    size_t memory;
    bool close_later;
};

/* Run one session; the attempt's texts live in the arena. */
static struct ended run(const struct setting *s, struct dsmtp_arena *arena,
                        struct dsmtp_attempt *attempt)
{
    static const char *const addresses[] = {"198.18.0.1"};
    const struct dsmtp_host_plan host = {
        .name = "m", .level = s->level, .addresses = addresses, .address_count = 1};
    struct dsmtp_recipient recipients[] = {{.address = "settled@d", .settled = true},
                                           {.address = s->to != NULL ? s->to : "a@d"}};
    struct dsmtp_mail mail = {s->from, recipients, 2, "secret\r\n.\r\n", 11, {8, false, false}};
    struct dsmtp_session *session = NULL;
    struct ended ended = {.close = s->close_later ? NULL : &session};
    struct dsmtp_session_config config = {.engine = &net.engine,
                                          .arena = arena,
                                          .target = "d",
                                          .host = &host,
                                          .address = addresses[0],
                                          .level = s->level,
                                          .mail = &mail,
                                          .attempt = attempt,
                                          .done = done,
                                          .arg = &ended};

    fake_network_init(&net, fake_two_hosts(s->level), s->script);
    net.connector.piece = s->piece;
    net.connector.refuse_write = s->refuse_write;
    dsmtp_arena_init(arena, s->memory);
    if (check_int(dsmtp_session_open(&config, &session), DSMTP_OK))
        check_true(fake_run(&net.loop, 500));
    dsmtp_session_close(&session);
    check_uint(ended.calls, 1);
    check_true(fake_network_idle(&net));
    check_true(!net.connector.misused);
    return ended;
}

/* clang-format off */
#define LEVEL(name) DSMTP_LEVEL_##name
static const struct { const char *label; struct setting setting; enum dsmtp_state state; enum dsmtp_reason reason; enum dsmtp_result result; } cases[] = {
    {"probe",            {LEVEL(DANE), "osoTo", NULL, NULL, 0, 0, 1000, false},       DSMTP_STATE_EHLO_TLS,  DSMTP_REASON_SESSION_READY,   DSMTP_RESULT_AUTHENTICATED},
    {"mail",             {LEVEL(DANE), "osoTooo3o", "f@s", NULL, 0, 0, 1000, false},  DSMTP_STATE_DOT,       DSMTP_REASON_DELIVERED,       DSMTP_RESULT_AUTHENTICATED},
    {"bounce message",   {LEVEL(MAY), "oooo3o", "", NULL, 0, 0, 1000, false},         DSMTP_STATE_DOT,       DSMTP_REASON_DELIVERED,       DSMTP_RESULT_CLEARTEXT},
    {"closed later",     {LEVEL(MAY), "oooo3o", "f@s", NULL, 0, 0, 1000, true},       DSMTP_STATE_DOT,       DSMTP_REASON_DELIVERED,       DSMTP_RESULT_CLEARTEXT},
    {"no memory at all", {LEVEL(ENCRYPT), "osoTooo3o", "f@s", NULL, 0, 0, 0, false},  DSMTP_STATE_DOT,       DSMTP_REASON_DELIVERED,       DSMTP_RESULT_ENCRYPTED},
    {"some memory",      {LEVEL(ENCRYPT), "osoTooo3c", "f@s", NULL, 0, 0, 64, false}, DSMTP_STATE_DOT,       DSMTP_REASON_CONNECTION_LOST, DSMTP_RESULT_FAIL},
    {"octet by octet",   {LEVEL(ENCRYPT), "osoTooo3o", "f@s", NULL, 1, 0, 1000, false}, DSMTP_STATE_DOT,     DSMTP_REASON_DELIVERED,       DSMTP_RESULT_ENCRYPTED},
    {"rubbish",          {LEVEL(MAY), "b", "f@s", NULL, 3, 0, 1000, false},           DSMTP_STATE_GREETING,  DSMTP_REASON_PROTOCOL_ERROR,  DSMTP_RESULT_FAIL},
    {"354 to EHLO",      {LEVEL(MAY), "o3", "f@s", NULL, 0, 0, 1000, true},           DSMTP_STATE_EHLO,      DSMTP_REASON_PROTOCOL_ERROR,  DSMTP_RESULT_FAIL},
    {"injection",        {LEVEL(DANE), "osi", "f@s", NULL, 0, 0, 1000, true},         DSMTP_STATE_HANDSHAKE, DSMTP_REASON_STARTTLS_INJECTION, DSMTP_RESULT_FAIL},
    {"reply in handshake", {LEVEL(DANE), "osoo", "f@s", NULL, 0, 0, 1000, false},     DSMTP_STATE_HANDSHAKE, DSMTP_REASON_TLS_HANDSHAKE,   DSMTP_RESULT_FAIL},
    {"first write fails", {LEVEL(DANE), "oo", "f@s", NULL, 0, 1, 1000, false},        DSMTP_STATE_GREETING,  DSMTP_REASON_CONNECTION_LOST, DSMTP_RESULT_FAIL},
    {"QUIT fails",       {LEVEL(DANE), "oo", "f@s", NULL, 0, 2, 1000, false},         DSMTP_STATE_EHLO,      DSMTP_REASON_NO_STARTTLS,     DSMTP_RESULT_FAIL},
};
/* clang-format on */

static void test_cases(void)
{
    for (size_t i = 0; i < CHECK_COUNT(cases); i++) {
        struct dsmtp_attempt attempt;
        struct dsmtp_arena arena;
        struct ended ended;

        check_row(cases[i].label);
        ended = run(&cases[i].setting, &arena, &attempt);
        check_str(dsmtp_state_name(ended.end.state), dsmtp_state_name(cases[i].state));
        check_str(dsmtp_reason_name(ended.end.reason), dsmtp_reason_name(cases[i].reason));
        check_str(dsmtp_result_name(attempt.result), dsmtp_result_name(cases[i].result));
        check_true(strstr(net.connector.wire[0].clear, "settled@d") == NULL &&
                   strstr(net.connector.wire[0].tls, "settled@d") == NULL);
        dsmtp_arena_fini(&arena);
    }
}

/* An address that fits no command line is sent neither whole nor cut. */
static void test_long_address(void)
{
    static char to[2000];

    for (size_t len = 1000; len < 1030; len++) {
        const struct setting setting = {DSMTP_LEVEL_MAY, "oooo3o", "f@s", to, 0, 0, 10000, false};
        struct dsmtp_attempt attempt;
        struct dsmtp_arena arena;
        struct ended ended;
        bool fits;

        memset(to, 'x', len);
        to[len] = '\0';
        check_rowf("%zu octets", len);
        fits = strlen("RCPT TO:<>\r\n") + len < 1024;
        net.connector.wire[0].clear[0] = '\0';
        ended = run(&setting, &arena, &attempt);
        if (!fits)
            check_int(ended.end.reason, DSMTP_REASON_INTERNAL);
        check_true(strstr(net.connector.wire[0].clear, "xxx") == NULL || fits);
        dsmtp_arena_fini(&arena);
    }
}

static const struct check_test tests[] = {{"cases", test_cases},
                                          {"long address", test_long_address}};
SUITE(session, tests);
