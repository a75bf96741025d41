/* test_job_all.c - every server script up to a length, at every level, with and without pipelining,
 * for several recipients: nothing goes over a wire that the level forbids, and each recipient ends
 * as exactly what the servers know. */
#include <stdio.h>
#include <string.h>

#include "check.h"
#include "fakes/network.h"

enum { CALLS_MAX = 3000, SCRIPT_MAX = 24, PEOPLE = 3 };

static struct fake_network net;

struct result {
    unsigned calls;
    enum dsmtp_status status;
    enum dsmtp_verdict verdict;
    struct dsmtp_recipient recipients[PEOPLE];
};

/* What all runs of a walk have in common. */
struct walk {
    enum dsmtp_level level;
    unsigned recipients;
    bool willing; /* behind the script servers take everything: who sends twice is found out */
    bool together, lie;
    unsigned long runs, bad;
    unsigned long ended[DSMTP_VERDICT_COUNT]; /* recipients, by verdict */
    unsigned long voided;                     /* a lone dot was sent */
};

static void done(void *arg, struct dsmtp_job *job, enum dsmtp_status status,
                 const struct dsmtp_outcome *outcome)
{
    struct result *r = arg;

    (void)job;
    r->calls++;
    r->status = status;
    r->verdict = outcome != NULL ? outcome->verdict : DSMTP_VERDICT_COUNT;
    for (unsigned i = 0; outcome != NULL && i < outcome->recipient_count; i++)
        r->recipients[i] = outcome->recipients[i];
}

static bool wire_is_safe(const struct fake_wire *w, enum dsmtp_level level)
{
    switch (level) {
    case DSMTP_LEVEL_SKIP:
        return false;
    case DSMTP_LEVEL_NONE:
        return !w->asked_tls && strstr(w->clear, "STARTTLS") == NULL;
    case DSMTP_LEVEL_MAY:
        return !w->authenticate;
    case DSMTP_LEVEL_ENCRYPT:
        return !fake_mail_in_clear(w) && !w->authenticate;
    case DSMTP_LEVEL_AUDIT:
        return !fake_mail_in_clear(w) && !w->authenticate && (!w->asked_tls || w->audit);
    case DSMTP_LEVEL_DANE:
    case DSMTP_LEVEL_FINGERPRINT:
    case DSMTP_LEVEL_VERIFY:
    case DSMTP_LEVEL_SECURE:
        return !fake_mail_in_clear(w) && (!fake_mail_in_tls(w) || w->matched) &&
               (!w->asked_tls || w->authenticate);
    case DSMTP_LEVEL_COUNT:
        break;
    }
    return false;
}

/* One recipient: delivered exactly if one server has taken the message for it, which none did
 * twice, nor after another may have; and bounced only if somebody said so. */
static bool recipient_is_right(const struct dsmtp_recipient *r, unsigned taken, unsigned perhaps,
                               const char *script)
{
    static const char class[DSMTP_VERDICT_COUNT] = {[DSMTP_VERDICT_DELIVERED] = '2',
                                                    [DSMTP_VERDICT_DEFERRED] = '4',
                                                    [DSMTP_VERDICT_BOUNCED] = '5'};

    return taken + perhaps <= 1 && (r->verdict == DSMTP_VERDICT_DELIVERED) == (taken == 1) &&
           class[r->verdict] != '\0' && r->status[0] == class[r->verdict] &&
           r->reason != DSMTP_REASON_NONE &&
           (r->verdict != DSMTP_VERDICT_BOUNCED || strchr(script, '5') != NULL) &&
           (perhaps == 0 || r->verdict == DSMTP_VERDICT_DEFERRED);
}

/* Everything about all wires of a run, and about what was said of it. */
static bool run_is_safe(const struct walk *w, const struct result *r, const char *script)
{
    bool safe = r->calls == 1 && r->status == DSMTP_OK && fake_network_idle(&net) &&
                !net.connector.misused && net.connector.empty == 0;
    enum dsmtp_verdict worst = DSMTP_VERDICT_DELIVERED;

    for (unsigned i = 0; i < net.connector.opened; i++)
        safe = safe && wire_is_safe(&net.connector.wire[i], w->level);
    for (unsigned i = 0; i < w->recipients; i++) {
        const struct dsmtp_recipient *p = &r->recipients[i];

        safe =
            safe && recipient_is_right(p, net.connector.taken[i], net.connector.perhaps[i], script);
        if (worst != DSMTP_VERDICT_DEFERRED && p->verdict != DSMTP_VERDICT_DELIVERED)
            worst = p->verdict;
    }
    return safe && r->verdict == worst;
}

/* The policy under which the hosts of fake_two_hosts(level) have that level. */
static enum dsmtp_policy policy_for(enum dsmtp_level level)
{
    static const enum dsmtp_policy local[DSMTP_LEVEL_COUNT] = {
        [DSMTP_LEVEL_FINGERPRINT] = DSMTP_POLICY_FINGERPRINT,
        [DSMTP_LEVEL_VERIFY] = DSMTP_POLICY_VERIFY,
        [DSMTP_LEVEL_SECURE] = DSMTP_POLICY_SECURE,
    };

    if (level == DSMTP_LEVEL_NONE)
        return DSMTP_POLICY_NONE;
    return local[level] != DSMTP_POLICY_NONE ? local[level] : DSMTP_POLICY_DANE;
}

static bool lone_dot(void)
{
    for (unsigned i = 0; i < net.connector.opened; i++)
        if (strstr(net.connector.wire[i].clear, "DATA\r\n.\r\n") != NULL ||
            strstr(net.connector.wire[i].tls, "DATA\r\n.\r\n") != NULL)
            return true;
    return false;
}

static bool one_run(struct walk *w, const char *script)
{
    static const char *const to[PEOPLE] = {"a@d", "b@d", "c@d"};
    struct result r = {0};
    struct dsmtp_job_config config = {.engine = &net.engine,
                                      .mode = DSMTP_MODE_SEND,
                                      .target = "d",
                                      .nexthop = "d",
                                      .policy = policy_for(w->level),
                                      .from = "f@s",
                                      .recipients = to,
                                      .recipient_count = w->recipients,
                                      .data = "secret\r\n.\r\n",
                                      .len = 11,
                                      .done = done,
                                      .arg = &r};
    struct dsmtp_job *job = NULL;
    bool safe;

    fake_network_init(&net, fake_two_hosts(w->level), script);
    if (w->level == DSMTP_LEVEL_AUDIT)
        net.engine.profile.value[DSMTP_SWITCH_AUTH_FAILURE] = DSMTP_AUTH_FAILURE_AUDIT;
    net.connector.lie = w->lie;
    net.connector.willing = w->willing;
    net.connector.together = w->together;
    safe = dsmtp_job_open(&config, &job) == DSMTP_OK && fake_run(&net.loop, CALLS_MAX);
    safe = safe && run_is_safe(w, &r, script);
    dsmtp_job_close(&job);
    w->runs++;
    w->bad += safe ? 0 : 1;
    w->voided += lone_dot() ? 1 : 0;
    for (unsigned i = 0; i < w->recipients; i++)
        w->ended[r.recipients[i].verdict]++;
    if (!safe && w->bad <= 3) {
        check_rowf("%s, %u recipients%s%s: %s", dsmtp_level_name(w->level), w->recipients,
                   w->willing ? ", willing" : "", w->together ? ", together" : "", script);
        check_true(safe);
    }
    return net.connector.exhausted;
}

/* Lengthen the script by these letters while the client still wants to hear more. */
static void explore(struct walk *w, const char *opening, const char *letters, unsigned depth)
{
    char script[SCRIPT_MAX] = "";
    unsigned index[SCRIPT_MAX] = {0};
    size_t start = strlen(opening);
    size_t len = start;

    memcpy(script, opening, start);
    for (;;) {
        bool more = one_run(w, script);

        if (more && len < start + depth) {
            index[len] = 0;
            script[len++] = letters[0];
            continue;
        }
        while (len > start && letters[++index[len - 1]] == '\0')
            script[--len] = '\0';
        if (len == start)
            return;
        script[len - 1] = letters[index[len - 1]];
    }
}

/* Everything that can happen; the letters that carry a session on, to a greater length; and from
 * within a session on. */
static void test_all(void)
{
    static const char *const openings[] = {"oo", "osoTo", "osoMo", "os4"};

    for (unsigned level = 0; level < DSMTP_LEVEL_COUNT; level++) {
        struct walk w = {.level = level, .recipients = 1};

        explore(&w, "", "ospP345qbictxTMH", 4);
        explore(&w, "", "osTM3c", 8);
        for (size_t i = 0; i < CHECK_COUNT(openings); i++)
            explore(&w, openings[i], "os345bcTH", 5);
        check_row(dsmtp_level_name(level));
        check_uint(w.bad, 0);
        check_true(level == DSMTP_LEVEL_SKIP || w.runs > 1000);
        check_int(w.ended[DSMTP_VERDICT_DELIVERED] > 0, level != DSMTP_LEVEL_SKIP);
    }
}

/* Every course of a transaction at every level, one command at a time and pipelined, in clear and
 * in TLS, failing at every point, followed by servers that close or by servers that take
 * everything. */
static void test_transactions(void)
{
    static const char *const clear[] = {"oo", "op", "os4", "oP5", "o5o", NULL};
    static const char *const tls[] = {"osoTo", "oPoTp", "osoTp", NULL};

    for (unsigned level = DSMTP_LEVEL_SKIP + 1; level < DSMTP_LEVEL_COUNT; level++) {
        bool must = level != DSMTP_LEVEL_NONE && level != DSMTP_LEVEL_MAY;
        const char *const *openings = must ? tls : clear;

        for (unsigned n = 0; n < 8; n++) {
            struct walk w = {.level = level,
                             .recipients = 2 + n % 2,
                             .willing = (n & 2) != 0,
                             .together = (n & 4) != 0};

            for (unsigned i = 0; openings[i] != NULL; i++) {
                explore(&w, openings[i], "o3452qctleb", 3);
                explore(&w, openings[i], "o345cle", 4);
                explore(&w, openings[i], "o352", 6);
            }
            check_rowf("%s %u", dsmtp_level_name(level), n);
            check_uint(w.bad, 0);
            check_true(w.ended[DSMTP_VERDICT_DELIVERED] > 0 && w.ended[DSMTP_VERDICT_BOUNCED] > 0 &&
                       w.ended[DSMTP_VERDICT_DEFERRED] > 0 && w.voided > 0);
        }
    }
}

/* An adapter that says "secured" without having authenticated gets no mail where that is asked. */
static void test_lie(void)
{
    for (unsigned level = DSMTP_LEVEL_DANE; level < DSMTP_LEVEL_COUNT; level++) {
        struct walk w = {.level = (enum dsmtp_level)level, .recipients = 1, .lie = true};

        explore(&w, "", "osTo", 8);
        (void)one_run(&w, "osoTooo3o osoTooo3o");
        check_row(dsmtp_level_name(level));
        check_uint(w.bad, 0);
        check_uint(w.ended[DSMTP_VERDICT_DELIVERED], 0);
    }
}

static const struct check_test tests[] = {
    {"all short scripts", test_all}, {"all transactions", test_transactions}, {"lie", test_lie}};
SUITE(job_all, tests);
