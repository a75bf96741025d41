/* bench_unbound.c - a bare libunbound loop: asks every "NAME TYPE" line of standard input, so many
 * at a time, and does nothing with the answers but count them. The context is the engine's own,
 * with the same settings, so that only what the engine does besides makes a difference.
 *
 *     bench-unbound RESOLVER TRUST-ANCHOR < QUESTIONS */
#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unbound-event.h>
#include <unbound.h>

#include "adapt/loop.h"
#include "adapt/unbound_context.h"

/* Both as danesmtp batch has them. */
#define TIMEOUT_MS 10000u
#define WINDOW 500u
#define SECURE 2

static struct {
    struct dsmtp_loop loop;
    struct ub_ctx *ctx;
    unsigned asked, answered, secure;
    bool ended;
} bench;

static _Noreturn void die(const char *what)
{
    (void)fprintf(stderr, "bench-unbound: %s\n", what);
    exit(1);
}

static int type_of(const char *word)
{
    static const struct {
        const char *name;
        int type;
    } types[] = {{"MX", 15}, {"A", 1}, {"AAAA", 28}, {"TLSA", 52}, {"CNAME", 5}, {"NS", 2}};

    for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
        if (strcmp(word, types[i].name) == 0)
            return types[i].type;
    die("expected NAME TYPE");
}

static void on_answer(void *arg, int rcode, void *packet, int len, int security, char *why,
                      int limited)
{
    (void)arg;
    (void)rcode;
    (void)packet;
    (void)len;
    (void)why;
    (void)limited;
    bench.answered++;
    bench.secure += security == SECURE;
}

static void ask_next(void)
{
    char name[1100];
    char type[16];

    if (scanf("%1023s %15s", name, type) != 2) {
        bench.ended = true;
        return;
    }
    bench.asked++;
    if (ub_resolve_event(bench.ctx, name, type_of(type), 1, NULL, on_answer, NULL) != 0)
        die("a question cannot be asked");
}

static void go(void)
{
    while (!bench.ended && bench.asked - bench.answered < WINDOW)
        ask_next();
}

/* Answers may come from within a question: more are asked from the loop only. */
static void run(void)
{
    do {
        go();
    } while (bench.answered < bench.asked && event_base_loop(bench.loop.base, EVLOOP_ONCE) == 0);
}

/* As many descriptors as danesmtp batch takes. */
static void raise_descriptors(void)
{
    struct rlimit files;

    if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
        files.rlim_cur = files.rlim_max;
        (void)setrlimit(RLIMIT_NOFILE, &files);
    }
}

int main(int argc, char **argv)
{
    const char *forwarder = argc == 3 ? argv[1] : NULL;
    struct dsmtp_unbound_options options = {.forwarders = &forwarder,
                                            .forwarder_count = 1,
                                            .trust_anchor = argc == 3 ? argv[2] : NULL,
                                            .timeout_ms = TIMEOUT_MS};
    struct dsmtp_fault fault;

    if (argc != 3)
        die("usage: bench-unbound RESOLVER TRUST-ANCHOR < QUESTIONS");
    raise_descriptors();
    if (dsmtp_loop_open(&bench.loop, &fault) != DSMTP_OK ||
        dsmtp_unbound_context(&bench.loop, &options, &bench.ctx, &fault) != DSMTP_OK)
        die(fault.what);
    run();
    (void)printf("%u questions, %u answers, %u secure\n", bench.asked, bench.answered,
                 bench.secure);
    ub_ctx_delete(bench.ctx);
    dsmtp_loop_close(&bench.loop);
    return 0;
}
