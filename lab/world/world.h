/* world.h - a private Internet: namespaces, name servers, a validating resolver and the SMTP hosts.
 *
 * lab_world_enter() makes new user, PID, mount, network, UTS and IPC namespaces and calls body in
 * them. When body ends, or the caller is killed in any way, the kernel ends everything inside and
 * nothing is left: all files live on tmpfs mounts of the mount namespace (LAB_WORLD_DIR, /run,
 * /dev/shm).
 *
 * In it there are two places. "internet": NSD for root, TLD and leaf, the SMTP hosts, 198.18.0.0/15
 * and 2001:db8:18::/48 local. "sender": 192.0.2.1/24 and 2001:db8:25::1/64 with routes to the
 * internet, Unbound on 127.0.0.1, /etc overlaid with resolv.conf, hosts, ld.so.preload and
 * faketimerc, so that all programs started there live at the lab's epoch. */
#ifndef LAB_WORLD_WORLD_H
#define LAB_WORLD_WORLD_H

#include <stdio.h>
#include <sys/types.h>

#include "base/base.h"
#include "pki/pki.h"
#include "scen/scenario.h"
#include "world/resolver.h"
#include "world/spaces.h"

#define LAB_WORLD_DIR "/run/danelab"
#define LAB_RESOLVER "127.0.0.1"
/* 2026-01-15T12:00:00Z */
#define LAB_EPOCH INT64_C(1768478400)

struct lab_paths {
    const char *source; /* the source tree (zones/ certs/ scenarios/ lab/), absolute */
    const char *bin;    /* directory of danelab and danesmtp, absolute */
};

/* Run body(self) in a world-to-be (namespaces, LAB_WORLD_DIR mounted, loopback up; nothing
 * started). Body's process is the child of a PID 1 that reaps orphans; signals have the
 * dispositions and the mask of the caller. The first INT, TERM or HUP that the caller gets is
 * passed on to it once (so a handler of body's may run twice when a terminal signals the whole
 * process group); everything is killed three seconds later, or at a second signal. Returns body's
 * return value (0..255), or -1 with fault when the machine does not allow it (one clear line says
 * what is missing), or 128 + signal. */
LAB_MUST_USE int lab_world_enter(int (*body)(void *self), void *self, struct lab_fault *fault);

struct lab_world;

/* Inside body: build every file of the scenarios (zones, chains, configurations), start NSD,
 * the resolver and the SMTP hosts, wait until each answers. Scenarios must outlive the world.
 * Faults name the scenario's file and the zone. resolver: NULL is the default. */
LAB_MUST_USE int lab_world_start(const struct lab_paths *paths, const struct lab_resolver *resolver,
                                 struct lab_scenario *const *scenarios, size_t count,
                                 struct lab_world **out, struct lab_fault *fault);
void lab_world_stop(struct lab_world **world);

/* Start a program in the sender's place, standard streams as given (-1: /dev/null), working
 * directory cwd (NULL: the caller's), environment as is plus PATH beginning with the bin directory.
 * argv[0] is looked up in PATH. Returns the PID or -1. */
LAB_MUST_USE pid_t lab_world_spawn(const struct lab_world *world, char *const argv[],
                                   const char *cwd, int in, int out, int err,
                                   struct lab_fault *fault);

const struct lab_resolver *lab_world_resolver(const struct lab_world *world);
/* Descriptors of the sender's network, UTS and mount namespaces, owned by the world. */
const struct lab_spaces *lab_world_sender(const struct lab_world *world);

/* Where the evidence is: the SMTP hosts' JSON lines, the resolver's query log (see
 * judge/evidence.h), the TLS secrets, the packets (world/capture.h). */
const char *lab_world_smtp_log(const struct lab_world *world);
const char *lab_world_dns_log(const struct lab_world *world);
const char *lab_world_key_log(const struct lab_world *world);
/* Seconds to add to this machine's clock for the lab's. */
int64_t lab_world_clock_offset(const struct lab_world *world);
const char *lab_world_packets(const struct lab_world *world);
/* The chain that a host of a scenario, or of one of its later ones, shows (owned by the world), or
 * NULL. */
const struct lab_chain *lab_world_chain(const struct lab_world *world, const struct lab_scenario *s,
                                        const struct lab_host *h);
/* What the hosts show that change between the connections of a delivery: always their first side
 * (as after the start), always their later side, or the first to the next connection and the later
 * to those after it: of a new delivery, or of the one that was on before a side was shown. */
enum lab_show { LAB_FIRST_SIDE, LAB_LATER_SIDE, LAB_NEW_DELIVERY, LAB_SAME_DELIVERY };
void lab_world_show(const struct lab_world *world, enum lab_show show);
/* Let it be so many seconds after the start: the clock of the sender's place, the zones of
 * scenarios with steps (and the shared ones, all signed anew), and what their hosts do. 0: from the
 * beginning, and the resolver forgets everything. */
LAB_MUST_USE int lab_world_set_time(struct lab_world *world, unsigned now, struct lab_fault *fault);
/* When it was set to what, since it was last set to 0. */
struct lab_world_time {
    unsigned now;
    int64_t at_ms; /* as lab_now_ms has it */
};
unsigned lab_world_times(const struct lab_world *world, const struct lab_world_time **out);
/* 0 if every daemon still runs; otherwise -1 and which one died, with the last line of its log. */
LAB_MUST_USE int lab_world_check(struct lab_world *world, struct lab_fault *fault);
/* Milliseconds from lab_world_start's begin to its return. */
int lab_world_boot_ms(const struct lab_world *world);

#endif
