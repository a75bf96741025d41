/* traces.c - opening and closing of traces.h. */
#include "run/traces.h"

#include <sys/stat.h>
#include <unistd.h>

/* The recorder runs beside us: what was on the wire a moment ago may still be in its socket. */
#define SETTLE_US 20000

int lab_traces_now(const struct lab_world *world, size_t *packets, struct lab_fault *fault)
{
    const char *path = lab_world_packets(world);
    struct stat st;

    (void)usleep(SETTLE_US);
    if (stat(path, &st) != 0)
        return lab_fail_errno(fault, "%s", path);
    *packets = (size_t)st.st_size;
    return 0;
}

bool lab_traces_in_gap(const struct lab_traces *traces, int64_t ns)
{
    for (size_t i = 0; i < traces->gaps_count; i++) {
        if (ns / 1000000 >= traces->gaps[i].ms && ns / 1000000 <= traces->gaps[i].ms_end)
            return true;
    }
    return false;
}

int lab_traces_open(const struct lab_world *world, struct lab_evidence_from from, size_t packets,
                    struct lab_traces *out, struct lab_fault *fault)
{
    *out = (struct lab_traces){.gaps = from.gaps, .gaps_count = from.gaps_count};
    out->epoch_ns = lab_world_clock_offset(world) * 1000000000 - lab_clock_distance();
    (void)usleep(SETTLE_US);
    return lab_transcript_open(lab_world_smtp_log(world), from.smtp, &out->transcript, fault) !=
                       0 ||
                   lab_packets_open(lab_world_packets(world), packets, &out->packets, fault) != 0 ||
                   lab_secrets_open(lab_world_key_log(world), &out->secrets, fault) != 0
               ? -1
               : 0;
}

void lab_traces_close(struct lab_traces *traces)
{
    lab_transcript_close(&traces->transcript);
    lab_packets_close(&traces->packets);
    lab_secrets_close(&traces->secrets);
}
