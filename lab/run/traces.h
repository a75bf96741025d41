/* traces.h - everything that a batch left on the wire and in the logs, opened once for all its
 * cases. */
#ifndef LAB_RUN_TRACES_H
#define LAB_RUN_TRACES_H

#include "run/packets.h"
#include "run/pcapng.h"
#include "run/transcript.h"
#include "world/world.h"

struct lab_traces {
    struct lab_transcript *transcript;
    struct lab_packets *packets;
    struct lab_secrets secrets;
    int64_t epoch_ns; /* see lab_pcapng_write */
};

/* Where the packets of what comes next begin. */
LAB_MUST_USE int lab_traces_now(const struct lab_world *world, size_t *packets,
                                struct lab_fault *fault);

/* Open what came since; smtp and packets are offsets in the world's files. close in any case. */
LAB_MUST_USE int lab_traces_open(const struct lab_world *world, size_t smtp, size_t packets,
                                 struct lab_traces *out, struct lab_fault *fault);
void lab_traces_close(struct lab_traces *traces);

#endif
