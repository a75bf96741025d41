/* test_batch.c - whole batches: lines in, JSON lines out; many, slow and broken streams; signals.
 */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "batch_bench.h"
#include "check.h"

/* --- input
 * ---------------------------------------------------------------------------------------- */

static void test_input(void)
{
    static const char input[] = "\xef\xbb\xbf# a list\r\n"
                                "null.example\r\n"
                                "\n"
                                "b\xc3\xbc"
                                "cher.example\n"
                                "two words\n"
                                "a\0b.example\n"
                                "NULL.example. # the same again\n"
                                "[192.0.2.1]:587\n"
                                "[IPv6:2001:db8::1]\n"
                                "last.example";
    unsigned seen[10] = {0}, errors = 0;
    static const unsigned want[10] = {0, 1, 0, 1, 1, 1, 1, 1, 1, 1};
    struct bench b;

    bench_init(&b, 3);
    bench_run(&b, input, sizeof(input) - 1);
    check_int(b.status, EX_DATAERR);
    bench_check(b.text, seen, 10, &errors);
    check_uint(errors, 3);
    for (unsigned i = 0; i < 10; i++) {
        check_rowf("line %u", i + 1);
        check_uint(seen[i], want[i]);
    }
    check_row(NULL);
    check_true(strstr(b.text, "{\"target\":\"null.example\",\"line\":7,\"command\":\"plan\",") !=
               NULL);
    check_true(strstr(b.text, "{\"target\":\"b\\\\xc3\\\\xbccher.example\",\"line\":4,") != NULL);
    check_true(strstr(b.said, "danesmtp: line 4: bad domain \"b\\xc3\\xbccher.example\"; ") !=
               NULL);
    check_true(strstr(b.said, "danesmtp: line 5: bad domain \"two words\"; ") != NULL);
    check_true(strstr(b.said, "danesmtp: line 6: a NUL octet on the line\n") != NULL);
    bench_fini(&b);
}

static void test_nothing(void)
{
    struct bench b;

    bench_init(&b, 3);
    bench_run(&b, "", 0);
    check_int(b.status, 0);
    check_uint(b.len, 0);
    check_str(b.said, "");
    bench_fini(&b);
}

/* Lines "nN.example", to be freed; a bad one now and then. */
static char *many(unsigned count, unsigned bad_every, size_t *len)
{
    char *text = NULL;
    FILE *to = open_memstream(&text, len);

    for (unsigned i = 1; i <= count; i++)
        (void)fprintf(to, bad_every != 0 && i % bad_every == 0 ? "n%u!example\n" : "n%u.example\n",
                      i);
    (void)fclose(to);
    return text;
}

/* So many lines, each reported once; so many at work at the same time when nothing is answered
 * until all that can be have been asked. */
static void run_many(unsigned lines, unsigned bad_every, unsigned jobs, unsigned hold)
{
    unsigned *seen = calloc(lines, sizeof(*seen));
    unsigned errors = 0, lost = 0;
    size_t len = 0;
    char *input = many(lines, bad_every, &len);
    struct bench b;

    bench_init(&b, jobs);
    b.hold = hold;
    bench_run(&b, input, len);
    check_int(b.status, bad_every != 0 ? EX_DATAERR : 0);
    if (seen != NULL)
        bench_check(b.text, seen, lines, &errors);
    for (unsigned i = 0; seen != NULL && i < lines; i++)
        lost += seen[i] != 1 ? 1 : 0;
    check_uint(lost, 0);
    check_uint(errors, bad_every != 0 ? lines / bad_every : 0);
    bench_fini(&b);
    free(input);
    free(seen);
}

static void test_two_thousand(void)
{
    run_many(2000, 0, 2000, 2000);
}

static void test_hundred_thousand(void)
{
    run_many(100000, 10, 500, 0);
}

/* A line of 1 MiB, without and with an end. */
static void test_long_line(void)
{
    static char input[((size_t)1 << 20) + 15];
    const size_t len = sizeof(input);
    unsigned seen[3] = {0}, errors = 0;
    struct bench b;

    memset(input, 'x', len);
    memcpy(input, "a.example\n", 10);
    memcpy(input + len - 5, "\nb.ex", 5);
    bench_init(&b, 3);
    bench_run(&b, input, len);
    check_int(b.status, EX_DATAERR);
    bench_check(b.text, seen, 3, &errors);
    check_uint(errors, 1);
    check_true(seen[0] == 1 && seen[1] == 1 && seen[2] == 1);
    check_true(b.len < 5000);
    bench_fini(&b);
}

/* --- output
 * --------------------------------------------------------------------------------------- */

/* Take some of the output, and come back for more. */
static void read_more(struct bench *b)
{
    static char block[32768];
    ssize_t n = read(b->reader, block, sizeof(block));

    for (ssize_t i = 0; i < n; i++)
        b->lines += block[i] == '\n' ? 1 : 0;
    bench_later(b, 1, read_more);
}

static void begin_to_read(struct bench *b)
{
    b->asked_then = b->resolver.asked;
    read_more(b);
}

static void use_pipe(struct bench *b)
{
    int ends[2];

    if (!check_true(pipe(ends) == 0))
        return;
    (void)close(b->out);
    (void)fcntl(ends[0], F_SETFL, O_NONBLOCK);
    b->reader = ends[0];
    b->out = b->config.out = ends[1];
}

/* Nobody reads for a while: no more is begun than fits into the pipe, the buffer and the jobs at
 * work. A target has three questions here, and its report 200 octets or more. */
static void test_slow_reader(void)
{
    const unsigned lines = 20000, jobs = 50;
    const size_t most = (65536 + DSMTP_BATCH_BACKLOG) / 200 + jobs;
    size_t len = 0;
    char *input = many(lines, 0, &len);
    struct bench b;

    bench_init(&b, jobs);
    use_pipe(&b);
    bench_later(&b, 500, begin_to_read);
    bench_run(&b, input, len);
    check_int(b.status, 0);
    check_true(b.asked_then > 0 && b.asked_then < 3 * most);
    read_more(&b);
    read_more(&b);
    read_more(&b);
    check_uint(b.lines, lines);
    bench_fini(&b);
    free(input);
}

/* The reader goes away: no more is read, what is at work is dropped. */
static void close_reader(struct bench *b)
{
    (void)close(b->reader);
    b->reader = open("/dev/null", O_RDONLY);
}

static void test_closed(void)
{
    size_t len = 0;
    char *input = many(20000, 0, &len);
    struct bench b;

    (void)signal(SIGPIPE, SIG_IGN);
    bench_init(&b, 50);
    use_pipe(&b);
    bench_later(&b, 50, close_reader);
    bench_run(&b, input, len);
    check_int(b.status, EX_IOERR);
    check_true(b.resolver.asked < 20000);
    check_true(strstr(b.said, "danesmtp: standard output: Broken pipe\n") != NULL);
    bench_fini(&b);
    free(input);
}

/* --- signals
 * -------------------------------------------------------------------------------------- */

static void interrupt(struct bench *b)
{
    (void)b;
    (void)raise(SIGINT);
}

static void interrupt_twice(struct bench *b)
{
    (void)raise(SIGTERM);
    bench_later(b, 50, interrupt);
}

/* Input that does not end; three targets in it. */
static int endless(struct bench *b)
{
    int ends[2];

    if (!check_true(pipe(ends) == 0))
        return -1;
    bench_write(ends[1], "null.example\na.example\nb.example\n", 33);
    (void)close(b->in);
    b->in = b->config.in = ends[0];
    return ends[1];
}

static void test_interrupt(void)
{
    unsigned seen[3] = {0}, errors = 0;
    struct bench b;
    int writer;

    bench_init(&b, 50);
    writer = endless(&b);
    bench_later(&b, 50, interrupt);
    bench_run(&b, NULL, 0);
    check_int(b.status, EX_TEMPFAIL);
    bench_check(b.text, seen, 3, &errors);
    check_true(seen[0] == 1 && seen[1] == 1 && seen[2] == 1);
    check_uint(errors, 0);
    check_true(strstr(b.said, "interrupted: 3 targets done, 0 given up") != NULL);
    (void)close(writer);
    bench_fini(&b);
}

/* Answers do not come: the first signal waits, the second gives up. */
static void test_interrupt_twice(void)
{
    unsigned seen[3] = {0}, errors = 0;
    struct bench b;
    int writer;

    bench_init(&b, 50);
    writer = endless(&b);
    b.hold = 1000;
    bench_later(&b, 50, interrupt_twice);
    bench_run(&b, NULL, 0);
    check_int(b.status, EX_TEMPFAIL);
    bench_check(b.text, seen, 3, &errors);
    check_true(seen[0] == 1 && seen[1] == 1 && seen[2] == 1);
    check_uint(errors, 3);
    check_true(strstr(b.text, "\"line\":1,\"command\":\"plan\",\"error\":\"interrupted\"}") !=
               NULL);
    check_true(strstr(b.said, "interrupted: 0 targets done, 3 given up") != NULL);
    (void)close(writer);
    bench_fini(&b);
}

static const struct check_test tests[] = {
    {"input", test_input},
    {"no input", test_nothing},
    {"2,000 at the same time", test_two_thousand},
    {"100,000 lines", test_hundred_thousand},
    {"a line of 1 MiB", test_long_line},
    {"a slow reader", test_slow_reader},
    {"no reader", test_closed},
    {"interrupted", test_interrupt},
    {"interrupted twice", test_interrupt_twice},
};
SUITE(batch, tests);
