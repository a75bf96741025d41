/* capture.h - every packet of the sender's place, as its wire and its loopback carried it.
 *
 * The file is a sequence of struct lab_capture_head, each followed by that many octets: an Ethernet
 * frame. Only UDP and TCP are kept. Written by a process of its own while the world lives. */
#ifndef LAB_WORLD_CAPTURE_H
#define LAB_WORLD_CAPTURE_H

#include "world/spaces.h"

enum lab_interface { LAB_IF_WIRE, LAB_IF_LOOPBACK, LAB_IF_COUNT };

struct lab_capture_head {
    int64_t ns;         /* CLOCK_REALTIME of this machine, not the lab's clock */
    uint32_t interface; /* enum lab_interface */
    uint32_t len;
};

/* Octets of a frame that are kept; a longer one is cut. */
#define LAB_CAPTURE_FRAME_MAX 65600u

/* Listen in the sender's network and start the writer; sender, internet: descriptors of the
 * networks, the second one is the caller's. *pid is set only if that succeeds. */
LAB_MUST_USE int lab_capture_start(int sender, int internet, const char *path, pid_t *pid,
                                   struct lab_fault *fault);

#endif
