/* batch_bench.c - sets up and runs the batches of batch_bench.h. */
#include "batch_bench.h"

#include <event2/event.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "check.h"
#include "schema.h"

/* clang-format off */
static const struct fake_record records[] = {
    {.name = "null.example", .type = DSMTP_RR_MX, .security = DSMTP_SECURITY_SECURE, .presence = DSMTP_PRESENCE_DATA, .data = "0 ."},
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

void bench_later(struct bench *b, unsigned milliseconds, void (*call)(struct bench *b))
{
    const struct timeval later = {.tv_usec = (suseconds_t)milliseconds * 1000};

    b->on_late = call;
    (void)event_add(b->late, &later);
}

int bench_scratch(void)
{
    char name[] = "/tmp/danesmtp-test.XXXXXX";
    int fd = mkstemp(name);

    check_true(fd >= 0);
    (void)unlink(name);
    return fd;
}

void bench_init(struct bench *b, unsigned jobs)
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
    b->in = bench_scratch();
    b->out = bench_scratch();
    b->err = bench_scratch();
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

void bench_write(int fd, const char *text, size_t len)
{
    while (len > 0) {
        ssize_t n = write(fd, text, len);

        if (n <= 0)
            return;
        text += n;
        len -= (size_t)n;
    }
}

char *bench_read(int fd, size_t *len)
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

void bench_run(struct bench *b, const char *input, size_t len)
{
    const struct timeval often = {.tv_usec = 100};
    int kept = dup(STDERR_FILENO);
    size_t said_len;

    if (input != NULL)
        bench_write(b->in, input, len);
    (void)lseek(b->in, 0, SEEK_SET);
    (void)event_add(b->turn, &often);
    (void)fflush(stderr);
    (void)dup2(b->err, STDERR_FILENO);
    b->status = dsmtp_batch_run(&b->config);
    (void)fflush(stderr);
    (void)dup2(kept, STDERR_FILENO);
    (void)close(kept);
    b->said = bench_read(b->err, &said_len);
    b->text = b->reader < 0 ? bench_read(b->out, &b->len) : calloc(1, 1);
    check_true(b->loop.first == NULL && b->resolver.questions == NULL);
}

void bench_fini(struct bench *b)
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

void bench_check(const char *text, unsigned *seen, unsigned count, unsigned *errors)
{
    struct schema schema = schema_load("engine/danesmtp.schema.json");
    unsigned number = 0;

    while (*text != '\0') {
        size_t len = strcspn(text, "\n");
        json_t *o = json_loadb(text, len, 0, NULL);
        json_int_t n = json_integer_value(json_object_get(o, "line"));

        if (count < 1000 || ++number % 100 == 0)
            check_valid(&schema, o);
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
