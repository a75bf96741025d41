/* batch_bench.h - a batch on the real loop, with files or pipes for its streams and a resolver that
 * answers from a table. */
#ifndef TESTS_UNIT_BATCH_BENCH_H
#define TESTS_UNIT_BATCH_BENCH_H

#include "cli/batch.h"
#include "fakes/resolver.h"

struct event;

/* What a batch is run with and what came of it. */
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

/* A plan of so many targets at the same time, from a scratch file to another. */
void bench_init(struct bench *bench, unsigned jobs);
void bench_fini(struct bench *bench);

/* Run with this input, or with what is to be read already when that is NULL. Standard error goes to
 * `said`, and `text` is the output if that is a file. */
void bench_run(struct bench *bench, const char *input, size_t len);

/* Call on_late once, from the loop, so much later. */
void bench_later(struct bench *bench, unsigned milliseconds, void (*call)(struct bench *bench));

/* Lines are as the schema says (every hundredth, when there are many); seen[n]: how often line n +
 * 1 of the input, of count, was reported; how many of them are errors is added to *errors. */
void bench_check(const char *text, unsigned *seen, unsigned count, unsigned *errors);

/* A file without a name; all of a file, to be freed. */
int bench_scratch(void);
char *bench_read(int fd, size_t *len);

/* Write all of it, or nothing more when that fails. */
void bench_write(int fd, const char *text, size_t len);

#endif
