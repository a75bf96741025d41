/* batch.h - many cases put to the sender at once: configure, start, submit, wait, collect, stop;
 * then the evidence of just that time. */
#ifndef LAB_RUN_BATCH_H
#define LAB_RUN_BATCH_H

#include "run/adapter.h"
#include "run/console.h"
#include "run/record.h"
#include "run/run.h"

struct lab_batch {
    const struct lab_run_config *config;
    struct lab_world *world;
    struct lab_adapter *adapter;
    struct lab_console *console;
    struct lab_record *record; /* NULL: neither record nor console lines, for controls */
    const char *phase;         /* for the bar: "controls", "dane", ... */
    const char *dir;           /* where the sender's files go */
    enum lab_policy policy;
    const char *version;           /* the sender's */
    bool checker;                  /* it only checks */
    const struct lab_group *group; /* NULL: it does DANE */
    struct lab_case **cases;
    size_t count;
    unsigned messages; /* that the cases are: one for each recipient */
    unsigned *times;   /* of all steps, in order; run/play.c fills and frees it */
    size_t times_count;
    unsigned now;     /* the step that is on, in seconds after the start */
    size_t smtp_from; /* where the hosts' log was when the sender began */
    struct lab_memory *memory;
    struct lab_evidence_gap *gaps; /* one for each step: when the lab proved it */
};

/* Send and judge. If cases have steps, the world's clock is put back to the start, and set to the
 * time of each step in order; afterwards it is the start again. Every case has a judgement
 * afterwards, whatever happened: what the adapter did wrong becomes ADAPTER-ERROR, a deadline HANG,
 * a death CRASH. -1: the evidence could not be read.
 */
LAB_MUST_USE int lab_batch_run(struct lab_batch *batch, struct lab_fault *fault);

/* A judgement that no evidence is needed for; the first one stays. */
void lab_batch_give(struct lab_case *k, enum lab_verdict verdict, const char *why);

/* hello and the honesty probe. *hello: the reply, to be released with json_decref. */
LAB_MUST_USE int lab_batch_greet(struct lab_adapter *adapter, json_t **hello,
                                 struct lab_fault *fault);

/* What every sender is configured with. */
#define LAB_SENDER "sender@probe.lab"
#define LAB_SENDER_HELO "sender.lab"
#define LAB_SERVER_SECONDS 5
#define LAB_DEFAULT_JOBS 64
#define LAB_DEFAULT_SEED 1

/* The steps of a batch that do not depend on how the sender is reached. The message: the caller
 * frees it. */
char *lab_batch_message(const char *phase, const char *profile);
/* Does this case want another attempt, and did the sender keep the message for one? */
bool lab_case_wants_more(const struct lab_case *k);
/* Judge by what was seen and, if the batch has a record, look up what is known, write and print it.
 * world, dir, policy and cases of the batch do not matter, world may be NULL. */
LAB_MUST_USE int lab_case_finish(const struct lab_batch *b, struct lab_case *k,
                                 struct lab_evidence_index *index, const struct lab_traces *traces,
                                 struct lab_fault *fault);

#endif
