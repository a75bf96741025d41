/* packets.h - the packets of a batch, read once for many cases. */
#ifndef LAB_RUN_PACKETS_H
#define LAB_RUN_PACKETS_H

#include "scen/scenario.h"
#include "world/capture.h"

/* From this machine's wall clock to its monotonic one, in nanoseconds. */
int64_t lab_clock_distance(void);

struct lab_packets;

/* What stands in a frame; all pointers into it. */
struct lab_packet {
    int64_t ns; /* of the machine's monotonic clock, as lab_now_ms */
    enum lab_interface interface;
    const uint8_t *frame;
    uint32_t len;
    bool ipv6, tcp;
    uint8_t flags;            /* of TCP */
    const uint8_t *from, *to; /* addresses, 4 or 16 octets */
    uint16_t from_port, to_port;
    const uint8_t *payload;
    uint32_t payload_len;
    char *owner; /* of DNS: the id of the scenario whose name is asked for, or NULL; owned */
};

/* Read the file of world/capture.h from an offset on. */
LAB_MUST_USE int lab_packets_open(const char *path, size_t from, struct lab_packets **out,
                                  struct lab_fault *fault);
void lab_packets_close(struct lab_packets **packets);

/* Those of a scenario, in order: SMTP with its hosts, DNS about its names. The caller frees *out,
 * not what it points to. */
size_t lab_packets_of(const struct lab_packets *packets, const struct lab_scenario *s,
                      const struct lab_packet ***out);

/* The DNS message in a packet: behind the length over TCP. NULL: none, or not in one piece. */
const uint8_t *lab_packet_dns(const struct lab_packet *p, size_t *len);

#endif
