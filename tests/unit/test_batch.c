/* test_batch.c - whole batches: lines in, JSON lines out, over files and pipes, with a resolver
 * that answers from a table. */
#include "cli/batch.h"

#include <event2/event.h>
#include <fcntl.h>
#include <jansson.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "check.h"
#include "cli/limits.h"
#include "cli/skip.h"
#include "fakes/resolver.h"
#include "schema.h"

/* What one batch is run with and what came of it. */
struct bench {
    struct dsmtp_setup setup;
    struct dsmtp_options options;
    struct dsmtp_run run;
    struct dsmtp_local local;
    struct dsmtp_nameset skip;
    struct dsmtp_batch_config config;
    struct fake_loop loop;
    struct fake_resolver resolver;
    struct event *turn, *late; /* the fakes' loop inside the real one */
    unsigned hold;             /* nothing is answered before so many were asked */
    unsigned asked_then;       /* before anything was read */
    unsigned lines;            /* that were read */
    void (*on_late)(struct bench *bench);
    int in, out, err; /* files */
    int reader;       /* the other end of out, when that is a pipe */
    int status;
    char *text, *said;
    size_t len;
};

/* clang-format off */
static const struct fake_record records[] = {
    {"null.example", DSMTP_RR_MX, DSMTP_SECURITY_SECURE, DSMTP_PRESENCE_DATA, "0 .", NULL},
};
/* clang-format on */

static void on_turn(evutil_socket_t fd, short what, void *arg)
{
    struct bench *b = arg;

    (void)fd;
    (void)what;
    if (b->resolver.asked >= b->hold)
        (void)fake_run(&b->loop, 5000);
}

static void on_late(evutil_socket_t fd, short what, void *arg)
{
    struct bench *b = arg;

    (void)fd;
    (void)what;
    b->on_late(b);
}

static int scratch(void)
{
    char name[] = "/tmp/danesmtp-test.XXXXXX";
    int fd = mkstemp(name);

    check_true(fd >= 0);
    (void)unlink(name);
    return fd;
}

static void bench_init(struct bench *b, unsigned jobs)
{
    struct dsmtp_fault fault;

    memset(b, 0, sizeof(*b));
    check_int(dsmtp_loop_open(&b->setup.loop, &fault), DSMTP_OK);
    b->loop.last_first = true;
    b->resolver.loop = &b->loop;
    b->resolver.world = (struct fake_world){records, CHECK_COUNT(records)};
    b->setup.engine = (struct dsmtp_engine){.profile = *dsmtp_profile_at(0),
                                            .resolver = fake_resolver_port(&b->resolver),
                                            .service_port = 25};
    b->options = (struct dsmtp_options){.default_policy = DSMTP_POLICY_DANE, .jobs = jobs};
    b->run.mode = DSMTP_MODE_PLAN;
    b->in = scratch();
    b->out = scratch();
    b->err = scratch();
    b->reader = -1;
    b->config = (struct dsmtp_batch_config){.setup = &b->setup,
                                            .options = &b->options,
                                            .run = &b->run,
                                            .command = "plan",
                                            .local = &b->local,
                                            .skip = &b->skip,
                                            .in = b->in,
                                            .out = b->out};
    b->turn = event_new(b->setup.loop.base, -1, EV_PERSIST, on_turn, b);
    b->late = event_new(b->setup.loop.base, -1, 0, on_late, b);
}

static void write_all(int fd, const char *text, size_t len)
{
    while (len > 0) {
        ssize_t n = write(fd, text, len);

        if (n <= 0)
            return;
        text += n;
        len -= (size_t)n;
    }
}

static char *read_file(int fd, size_t *len)
{
    off_t end = lseek(fd, 0, SEEK_END);
    char *text = calloc(1, (size_t)end + 1);

    (void)lseek(fd, 0, SEEK_SET);
    *len = 0;
    while (text != NULL && *len < (size_t)end) {
        ssize_t n = read(fd, text + *len, (size_t)end - *len);

        if (n <= 0)
            break;
        *len += (size_t)n;
    }
    return text;
}

/* Run with this input, or with what is in the file already when that is NULL. */
static void bench_run(struct bench *b, const char *input, size_t len)
{
    const struct timeval often = {.tv_usec = 100};
    int kept = dup(STDERR_FILENO);
    size_t said_len;

    if (input != NULL)
        write_all(b->in, input, len);
    (void)lseek(b->in, 0, SEEK_SET);
    (void)event_add(b->turn, &often);
    (void)fflush(stderr);
    (void)dup2(b->err, STDERR_FILENO);
    b->status = dsmtp_batch_run(&b->config);
    (void)fflush(stderr);
    (void)dup2(kept, STDERR_FILENO);
    (void)close(kept);
    b->said = read_file(b->err, &said_len);
    b->text = b->reader < 0 ? read_file(b->out, &b->len) : calloc(1, 1);
    check_true(b->loop.first == NULL && b->resolver.questions == NULL);
}

static void bench_fini(struct bench *b)
{
    const int files[] = {b->in, b->out, b->err, b->reader};

    event_free(b->turn);
    event_free(b->late);
    b->setup.engine.resolver.close(b->setup.engine.resolver.self);
    dsmtp_loop_close(&b->setup.loop);
    dsmtp_nameset_free(&b->skip);
    for (size_t i = 0; i < CHECK_COUNT(files); i++)
        if (files[i] >= 0)
            (void)close(files[i]);
    free(b->text);
    free(b->said);
}

/* Lines are as the schema says (every hundredth, when there are many); seen[n]: how often line n of
 * the input, of count, was reported. */
static void check_lines(const char *text, unsigned *seen, unsigned count, unsigned *errors)
{
    struct schema schema = schema_load("engine/danesmtp.schema.json");
    unsigned number = 0;

    while (*text != '\0') {
        size_t len = strcspn(text, "\n");
        json_t *o = json_loadb(text, len, 0, NULL);
        json_int_t n = json_integer_value(json_object_get(o, "line"));

        if ((count < 1000 || ++number % 100 == 0) && !schema_holds(&schema, o))
            check_str(schema.wrong, "");
        if (check_true(n >= 1 && n <= (json_int_t)count))
            seen[n - 1]++;
        *errors += json_object_get(o, "error") != NULL ? 1 : 0;
        json_decref(o);
        text += len;
        if (!check_int(*text, '\n'))
            break;
        text++;
    }
    schema_free(&schema);
}

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
    check_lines(b.text, seen, 10, &errors);
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
        check_lines(b.text, seen, lines, &errors);
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
    size_t len = ((size_t)1 << 20) + 15;
    char *input = malloc(len);
    unsigned seen[3] = {0}, errors = 0;
    struct bench b;

    if (!check_true(input != NULL))
        return;
    memset(input, 'x', len);
    memcpy(input, "a.example\n", 10);
    memcpy(input + len - 5, "\nb.ex", 5);
    bench_init(&b, 3);
    bench_run(&b, input, len);
    check_int(b.status, EX_DATAERR);
    check_lines(b.text, seen, 3, &errors);
    check_uint(errors, 1);
    check_true(seen[0] == 1 && seen[1] == 1 && seen[2] == 1);
    check_true(b.len < 5000);
    bench_fini(&b);
    free(input);
}

/* --- output
 * --------------------------------------------------------------------------------------- */

/* Take some of the output, and come back for more. */
static void read_more(struct bench *b)
{
    const struct timeval soon = {.tv_usec = 200};
    static char block[32768];
    ssize_t n = read(b->reader, block, sizeof(block));

    for (ssize_t i = 0; i < n; i++)
        b->lines += block[i] == '\n' ? 1 : 0;
    (void)event_add(b->late, &soon);
}

static void begin_to_read(struct bench *b)
{
    b->asked_then = b->resolver.asked;
    b->on_late = read_more;
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
    const struct timeval later = {.tv_usec = 500000};
    const unsigned lines = 20000, jobs = 50;
    const size_t most = (65536 + DSMTP_BATCH_BACKLOG) / 200 + jobs;
    size_t len = 0;
    char *input = many(lines, 0, &len);
    struct bench b;

    bench_init(&b, jobs);
    use_pipe(&b);
    b.on_late = begin_to_read;
    (void)event_add(b.late, &later);
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
    const struct timeval later = {.tv_usec = 50000};
    size_t len = 0;
    char *input = many(20000, 0, &len);
    struct bench b;

    (void)signal(SIGPIPE, SIG_IGN);
    bench_init(&b, 50);
    use_pipe(&b);
    b.on_late = close_reader;
    (void)event_add(b.late, &later);
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
    const struct timeval soon = {.tv_usec = 50000};

    (void)raise(SIGTERM);
    b->on_late = interrupt;
    (void)event_add(b->late, &soon);
}

/* Input that does not end; three targets in it. */
static int endless(struct bench *b)
{
    int ends[2];

    if (!check_true(pipe(ends) == 0))
        return -1;
    write_all(ends[1], "null.example\na.example\nb.example\n", 33);
    (void)close(b->in);
    b->in = b->config.in = ends[0];
    return ends[1];
}

static void test_interrupt(void)
{
    const struct timeval later = {.tv_usec = 50000};
    unsigned seen[3] = {0}, errors = 0;
    struct bench b;
    int writer;

    bench_init(&b, 50);
    writer = endless(&b);
    b.on_late = interrupt;
    (void)event_add(b.late, &later);
    bench_run(&b, NULL, 0);
    check_int(b.status, EX_TEMPFAIL);
    check_lines(b.text, seen, 3, &errors);
    check_true(seen[0] == 1 && seen[1] == 1 && seen[2] == 1);
    check_uint(errors, 0);
    check_true(strstr(b.said, "interrupted: 3 targets done, 0 given up") != NULL);
    (void)close(writer);
    bench_fini(&b);
}

/* Answers do not come: the first signal waits, the second gives up. */
static void test_interrupt_twice(void)
{
    const struct timeval later = {.tv_usec = 50000};
    unsigned seen[3] = {0}, errors = 0;
    struct bench b;
    int writer;

    bench_init(&b, 50);
    writer = endless(&b);
    b.hold = 1000;
    b.on_late = interrupt_twice;
    (void)event_add(b.late, &later);
    bench_run(&b, NULL, 0);
    check_int(b.status, EX_TEMPFAIL);
    check_lines(b.text, seen, 3, &errors);
    check_true(seen[0] == 1 && seen[1] == 1 && seen[2] == 1);
    check_uint(errors, 3);
    check_true(strstr(b.text, "\"line\":1,\"command\":\"plan\",\"error\":\"interrupted\"}") !=
               NULL);
    check_true(strstr(b.said, "interrupted: 0 targets done, 3 given up") != NULL);
    (void)close(writer);
    bench_fini(&b);
}

/* --- going on
 * ------------------------------------------------------------------------------------- */

/* Read text as an earlier output; returns the status. */
static int skip_from(struct bench *b, const char *text, bool *cut)
{
    char name[] = "/tmp/danesmtp-test.XXXXXX";
    int fd = mkstemp(name);
    int kept = dup(STDERR_FILENO);
    int status;

    write_all(fd, text, strlen(text));
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
    check_lines(second.text + 1, seen, 4, &errors);
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
    {"input", test_input},
    {"no input", test_nothing},
    {"2,000 at the same time", test_two_thousand},
    {"100,000 lines", test_hundred_thousand},
    {"a line of 1 MiB", test_long_line},
    {"a slow reader", test_slow_reader},
    {"no reader", test_closed},
    {"interrupted", test_interrupt},
    {"interrupted twice", test_interrupt_twice},
    {"go on", test_skip_done},
    {"earlier output", test_skip_read},
    {"set of names", test_nameset},
    {"descriptors", test_descriptors},
};
SUITE(batch, tests);
