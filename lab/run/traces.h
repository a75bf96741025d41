/* traces.h - everything that a batch left on the wire and in the logs, opened once for all its
 * cases. */
#ifndef LAB_RUN_TRACES_H
#define LAB_RUN_TRACES_H

#include "judge/evidence.h"
#include "run/packets.h"
#include "run/pcapng.h"
#include "run/transcript.h"
#include "world/world.h"

struct lab_traces {
    struct lab_transcript *transcript;
    struct lab_packets *packets;
    struct lab_secrets secrets;
    int64_t epoch_ns;                    /* see lab_pcapng_write */
    const struct lab_evidence_gap *gaps; /* the batch's: when the lab itself was asking */
    size_t gaps_count;
};

/* Where the packets of what comes next begin. */
LAB_MUST_USE int lab_traces_now(const struct lab_world *world, size_t *packets,
                                struct lab_fault *fault);

/* Open what came since; packets is an offset in the world's file. close in any case. */
LAB_MUST_USE int lab_traces_open(const struct lab_world *world, struct lab_evidence_from from,
                                 size_t packets, struct lab_traces *out, struct lab_fault *fault);
/* Was that moment (monotonic nanoseconds) in a gap? */
bool lab_traces_in_gap(const struct lab_traces *traces, int64_t ns);
void lab_traces_close(struct lab_traces *traces);

#endif
