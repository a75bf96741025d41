/* batch.h - all cases of one policy, sent in a process of their own: policies run side by side, and
 * an engine that dies takes nothing else with it. */
#ifndef FAST_BATCH_H
#define FAST_BATCH_H

#include <sys/types.h>

#include "fast/send.h"

/* A file in memory that others can open by name. */
struct fast_log {
    int fd;
    char path[32];
};

struct fast_batch {
    struct fast_send send;   /* the caller's, but for descriptors and questions */
    struct fast_log smtp;    /* lines of smtp/smtp.h */
    struct fast_log asked;   /* "NAME TYPE" a line */
    struct fast_log results; /* a JSON object a line, the last of a case counts */
    pid_t pid;               /* 0: not started */
};

/* Begin to send. */
LAB_MUST_USE int fast_batch_start(struct fast_batch *b, struct lab_fault *fault);
/* Wait for its end: outcome, reason, text and attempts of all cases are filled; those that the
 * engine left without an outcome are judged CRASH or HANG. -1: it could not even send. */
LAB_MUST_USE int fast_batch_await(struct fast_batch *b, struct lab_fault *fault);
/* In any case, at the end. */
void fast_batch_close(struct fast_batch *b);

#endif
