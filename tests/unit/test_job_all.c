/* test_job_all.c - every server script up to a length, at every level: nothing goes over a wire
 * that the level forbids. */
#include <stdio.h>
#include <string.h>

#include "check.h"
#include "fakes/network.h"

enum { CALLS_MAX = 3000, DEPTH = 8, WIDE_DEPTH = 5 };

static struct fake_network net;

struct result {
    unsigned calls;
    enum dsmtp_status status;
    enum dsmtp_verdict verdict;
};

struct tally {
    unsigned long runs, bad, delivered;
};

static void done(void *arg, struct dsmtp_job *job, enum dsmtp_status status,
                 const struct dsmtp_outcome *outcome)
{
    struct result *r = arg;

    (void)job;
    r->calls++;
    r->status = status;
    r->verdict = outcome != NULL ? outcome->verdict : DSMTP_VERDICT_COUNT;
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

static bool body_sent(const struct fake_wire *w)
{
    return strstr(w->clear, "secret") != NULL || strstr(w->tls, "secret") != NULL;
}

/* Everything about all wires of a run, and about what was said of it. */
static bool run_is_safe(const struct result *r, enum dsmtp_level level, const char *script)
{
    bool safe =
        r->calls == 1 && r->status == DSMTP_OK && fake_network_idle(&net) && !net.connector.misused;
    unsigned bodies = 0;

    for (unsigned i = 0; i < net.connector.opened; i++) {
        safe = safe && wire_is_safe(&net.connector.wire[i], level);
        bodies += body_sent(&net.connector.wire[i]) ? 1 : 0;
    }
    /* Delivered means that a message was sent; twice only if the first was refused for now. */
    return safe && (bodies > 0 || r->verdict != DSMTP_VERDICT_DELIVERED) &&
           (bodies < 2 || strchr(script, '4') != NULL);
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

static bool one_run(enum dsmtp_level level, const char *script, bool lie, struct tally *tally)
{
    static const char *const to[] = {"a@d"};
    struct result r = {0};
    struct dsmtp_job_config config = {.engine = &net.engine,
                                      .mode = DSMTP_MODE_SEND,
                                      .target = "d",
                                      .nexthop = "d",
                                      .policy = policy_for(level),
                                      .from = "f@s",
                                      .recipients = to,
                                      .recipient_count = 1,
                                      .data = "secret\r\n.\r\n",
                                      .len = 11,
                                      .done = done,
                                      .arg = &r};
    struct dsmtp_job *job = NULL;
    bool safe;

    fake_network_init(&net, fake_two_hosts(level), script);
    if (level == DSMTP_LEVEL_AUDIT)
        net.engine.profile.value[DSMTP_SWITCH_AUTH_FAILURE] = DSMTP_AUTH_FAILURE_AUDIT;
    net.connector.lie = lie;
    safe = dsmtp_job_open(&config, &job) == DSMTP_OK && fake_run(&net.loop, CALLS_MAX);
    dsmtp_job_close(&job);
    safe = safe && run_is_safe(&r, level, script);
    tally->runs++;
    tally->bad += safe ? 0 : 1;
    tally->delivered += r.verdict == DSMTP_VERDICT_DELIVERED ? 1 : 0;
    if (!safe && tally->bad <= 3) {
        check_rowf("%s: %s", dsmtp_level_name(level), script);
        check_true(safe);
    }
    return net.connector.exhausted;
}

/* Lengthen the script by these letters while the client still wants to hear more. */
static void explore(enum dsmtp_level level, const char *opening, const char *letters,
                    unsigned depth, bool lie, struct tally *tally)
{
    char script[DEPTH + 10] = "";
    unsigned index[DEPTH + 10] = {0};
    size_t start = strlen(opening);
    size_t len = start;

    memcpy(script, opening, start);
    for (;;) {
        bool more = one_run(level, script, lie, tally);

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
        struct tally tally = {0, 0, 0};

        explore(level, "", "os345bictxTMH", WIDE_DEPTH, false, &tally);
        explore(level, "", "osTM3c", DEPTH, false, &tally);
        for (size_t i = 0; i < CHECK_COUNT(openings); i++)
            explore(level, openings[i], "os345bcTH", WIDE_DEPTH, false, &tally);
        check_row(dsmtp_level_name(level));
        check_uint(tally.bad, 0);
        check_true(level == DSMTP_LEVEL_SKIP || tally.runs > 1000);
        check_int(tally.delivered > 0, level != DSMTP_LEVEL_SKIP);
    }
}

/* An adapter that says "secured" without having authenticated gets no mail where that is asked. */
static void test_lie(void)
{
    for (unsigned level = DSMTP_LEVEL_DANE; level < DSMTP_LEVEL_COUNT; level++) {
        struct tally tally = {0, 0, 0};

        explore(level, "", "osTo", DEPTH, true, &tally);
        (void)one_run(level, "osoTooo3o osoTooo3o", true, &tally);
        check_row(dsmtp_level_name(level));
        check_uint(tally.bad, 0);
        check_uint(tally.delivered, 0);
    }
}

static const struct check_test tests[] = {{"all short scripts", test_all}, {"lie", test_lie}};
SUITE(job_all, tests);
