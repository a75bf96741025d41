/* test_batch_skip.c - a batch that goes on where an earlier one ended; and what fits into the
 * system's limits. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "batch_bench.h"
#include "check.h"
#include "cli/limits.h"
#include "cli/skip.h"

/* --- going on
 * ------------------------------------------------------------------------------------- */

/* Read text as an earlier output; returns the status. */
static int skip_from(struct bench *b, const char *text, bool *cut)
{
    char name[] = "/tmp/danesmtp-test.XXXXXX";
    int fd = mkstemp(name);
    int kept = dup(STDERR_FILENO);
    int status;

    bench_write(fd, text, strlen(text));
    (void)close(fd);
    (void)dup2(b->err, STDERR_FILENO);
    status = dsmtp_skip_read(name, "plan", "rfc7672", &b->skip, cut);
    (void)dup2(kept, STDERR_FILENO);
    (void)close(kept);
    (void)unlink(name);
    return status;
}

/* The output of a run, cut in its last line, makes the next run do what is left. */
static void test_skip_done(void)
{
    static const char all[] = "a.example\nb.example\n!\n[192.0.2.1]:26\nc.example\n";
    static const char again[] = "C.example\nb.example.\n[192.0.2.1]:26\nd.example";
    struct bench first, second;
    unsigned seen[4] = {0}, errors = 0;
    bool cut = false;

    bench_init(&first, 1);
    bench_run(&first, all, sizeof(all) - 1);
    check_int(first.status, EX_DATAERR);
    first.text[first.len - 30] = '\0';

    bench_init(&second, 1);
    check_int(skip_from(&second, first.text, &cut), 0);
    check_true(cut);
    second.config.fresh_line = cut;
    bench_run(&second, again, sizeof(again) - 1);
    check_int(second.status, 0);
    check_int(second.text[0], '\n');
    bench_check(second.text + 1, seen, 4, &errors);
    check_true(seen[0] == 1 && seen[1] == 0 && seen[2] == 0 && seen[3] == 1);
    check_true(strstr(second.said, "2 lines that are no result of plan under profile rfc7672") !=
               NULL);
    bench_fini(&first);
    bench_fini(&second);
}

/* clang-format off */
#define RESULT(target, command, profile) "{\"target\":\"" target "\",\"line\":1,\"command\":\"" command "\",\"profile\":\"" profile "\",\"verdict\":\"defer\"}"
static const struct { const char *label, *text; bool done, cut; } earlier[] = {
    {"result",              RESULT("x", "plan", "rfc7672") "\n",    true,  false},
    {"without line end",    RESULT("x", "plan", "rfc7672"),         true,  true},
    {"other command",       RESULT("x", "probe", "rfc7672") "\n",   false, false},
    {"other profile",       RESULT("x", "plan", "seed2013") "\n",   false, false},
    {"interrupted",         "{\"target\":\"x\",\"line\":1,\"command\":\"plan\",\"error\":\"interrupted\"}\n", false, false},
    {"cut",                 "{\"target\":\"x\",\"line\":1,\"comm",  false, true},
    {"cut, then a result",  "{\"target\":\"x\",\"li\n" RESULT("x", "plan", "rfc7672") "\n", true, false},
    {"rubbish",             "\xff\n[]\n17\nnull\n{}\n{\"target\":5}\n", false, false},
    {"nothing",             "",                                     false, false},
};
/* clang-format on */

static void test_skip_read(void)
{
    for (size_t i = 0; i < CHECK_COUNT(earlier); i++) {
        struct bench b;
        bool cut = false;

        bench_init(&b, 1);
        check_row(earlier[i].label);
        check_int(skip_from(&b, earlier[i].text, &cut), 0);
        check_int(dsmtp_nameset_has(&b.skip, "x"), earlier[i].done);
        check_int(cut, earlier[i].cut);
        bench_fini(&b);
    }
}

static void test_nameset(void)
{
    struct dsmtp_nameset set;
    char name[20];
    unsigned wrong = 0;

    dsmtp_nameset_init(&set);
    check_true(!dsmtp_nameset_has(&set, ""));
    for (unsigned i = 0; i < 20000; i++) {
        (void)snprintf(name, sizeof(name), "n%u", i % 10000);
        wrong += dsmtp_nameset_has(&set, name) != (i >= 10000) ? 1 : 0;
        wrong += dsmtp_nameset_add(&set, name) ? 0 : 1;
    }
    check_uint(wrong, 0);
    check_uint(set.count, 10000);
    check_true(!dsmtp_nameset_has(&set, "n10000") && !dsmtp_nameset_has(&set, ""));
    check_true(dsmtp_nameset_add(&set, "") && dsmtp_nameset_has(&set, ""));
    dsmtp_nameset_free(&set);
}

/* --- limits
 * --------------------------------------------------------------------------------------- */

static const struct {
    struct dsmtp_limits wanted;
    unsigned descriptors;
    struct dsmtp_limits want;
} fits[] = {
    {{500, 500}, 1024, {500, 500}}, {{500, 500}, 840, {500, 500}},
    {{500, 500}, 740, {500, 400}},  {{500, 500}, 240, {100, 100}},
    {{10, 500}, 240, {10, 190}},    {{500, 10}, 240, {190, 10}},
    {{5000, 0}, 1024, {5000, 0}},   {{5000, 0}, 240, {200, 0}},
    {{500, 500}, 10, {1, 1}},       {{1, 1}, 1, {1, 1}},
};

static void test_descriptors(void)
{
    for (size_t i = 0; i < CHECK_COUNT(fits); i++) {
        struct dsmtp_limits got = dsmtp_limits_fit(fits[i].wanted, fits[i].descriptors);

        check_rowf("row %zu", i);
        check_uint(got.questions, fits[i].want.questions);
        check_uint(got.connections, fits[i].want.connections);
    }
}

static const struct check_test tests[] = {
    {"go on", test_skip_done},
    {"earlier output", test_skip_read},
    {"set of names", test_nameset},
    {"descriptors", test_descriptors},
};
SUITE(batch_skip, tests);
