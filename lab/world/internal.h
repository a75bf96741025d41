/* internal.h - what the files of lab/world share. */
#ifndef LAB_WORLD_INTERNAL_H
#define LAB_WORLD_INTERNAL_H

#include <signal.h>

#include "dns/dns.h"
#include "smtp/smtp.h"
#include "world/spaces.h"
#include "world/world.h"

/* enter.c, init.c */

struct lab_entry {
    int (*body)(void *self);
    void *self;
    int link; /* the child's end: one octet each way, then a struct lab_fault if the world cannot be
                 made */
    int parent_link;
    sigset_t watched; /* blocked in both; waited for */
    sigset_t mask;    /* what body gets back */
};

/* The first process of the new namespaces; never returns. */
_Noreturn void lab_world_init(const struct lab_entry *entry);
/* Fault for a refused namespace or mount (errno), with the setting that refuses it. Always -1. */
int lab_world_refused(const char *what, struct lab_fault *fault);
/* Switch the loopback device of the caller's network namespace on. */
LAB_MUST_USE int lab_loopback_up(struct lab_fault *fault);

/* tools.c */

/* The programs and the library that a world is made of; owned strings, NULL where missing. */
struct lab_tools {
    char *nsd;
    char *resolver; /* the program */
    char *ip;
    char *faketime;
};
void lab_tools_find(const struct lab_resolver *resolver, struct lab_tools *out);
void lab_tools_free(struct lab_tools *tools);
/* The path of a program, or NULL; the caller frees it. */
char *lab_tools_program(const char *name);
/* 0 if all are there, else one line about the first that is not. */
LAB_MUST_USE int lab_tools_check(const struct lab_tools *tools, const struct lab_resolver *resolver,
                                 struct lab_fault *fault);

/* world.c */

enum {
    LAB_D_ROOT,
    LAB_D_TLD,
    LAB_D_LEAF,
    LAB_D_FAULTY,
    LAB_D_RESOLVER,
    LAB_D_SMTP,
    LAB_D_CAPTURE,
    LAB_D_COUNT
};

struct lab_daemon {
    const char *name;
    const char *log; /* its own words */
    pid_t pid;       /* 0: not running */
};

/* What the texts of a struct lab_smtp_host point to. */
struct lab_host_text {
    char *name;
    char address4[46];
    char address6[46];
};

struct lab_world {
    struct lab_scenario *const *scenarios;
    size_t count;
    char *source;
    char *bin;
    const struct lab_resolver *resolver;
    struct lab_tools tools;
    bool ipv6;
    struct lab_spaces internet;
    struct lab_spaces sender;
    struct lab_pki *pki;
    struct lab_chain **chains;   /* [scenario][host, and again for each step] */
    struct lab_smtp_host *hosts; /* all of them, then what some of them are later */
    struct lab_host_text *texts; /* as many */
    size_t hosts_count;
    size_t later_count;
    size_t total;                 /* places in hosts; the later ones stand at the end */
    lab_smtp_round *round;        /* shared with the SMTP hosts */
    struct lab_dns_fault *faults; /* of the fault server */
    size_t faults_count;
    struct lab_daemon daemons[LAB_D_COUNT];
    int64_t clock_offset;            /* seconds from this machine's clock to the lab's */
    unsigned now;                    /* seconds after the start */
    struct lab_world_time times[64]; /* since it was last the start */
    unsigned times_count;
    int boot_ms;
};

/* zones.c: names, addresses, chains, zones. */

/* Chains and the list of SMTP hosts. */
LAB_MUST_USE int lab_world_make_hosts(struct lab_world *w, struct lab_fault *fault);
void lab_world_free_hosts(struct lab_world *w);
/* The place of the chain of a host, whether it has one or not. s: a scenario of the world or one of
 * its later ones; NULL: it is neither. */
struct lab_chain *lab_world_chain_slot(const struct lab_world *w, const struct lab_scenario *s,
                                       const struct lab_host *h);
/* All zones as they are so many seconds after the start, not yet signed; lab_tree_close them.
 * stepping: only those of scenarios with steps, and the shared ones. */
struct lab_tree;
LAB_MUST_USE int lab_world_plant(const struct lab_world *w, unsigned now, bool stepping,
                                 struct lab_tree **out, struct lab_fault *fault);
/* The same, signed, below LAB_WORLD_DIR. */
LAB_MUST_USE int lab_world_make_zones(const struct lab_world *w, unsigned now, bool stepping,
                                      struct lab_fault *fault);
/* The rows of the fault server. */
void lab_world_make_faults(struct lab_world *w);
void lab_world_free_faults(struct lab_world *w);

/* sender.c: the sender's place; net.c: the wire between the two. */
LAB_MUST_USE int lab_world_make_sender(struct lab_world *w, struct lab_fault *fault);
/* Let the sender's place live so many seconds after the start. */
LAB_MUST_USE int lab_world_set_clock(const struct lab_world *w, unsigned now,
                                     struct lab_fault *fault);
LAB_MUST_USE int lab_world_connect(struct lab_world *w, struct lab_fault *fault);

/* resolver.c: its configuration. */
LAB_MUST_USE int lab_world_write_resolver(const struct lab_world *w, struct lab_fault *fault);
/* Add the trust anchor, as BIND and delv(1) want it, to a text. */
LAB_MUST_USE int lab_world_put_anchor(struct lab_text *to, struct lab_fault *fault);

LAB_MUST_USE int lab_world_start_resolver(struct lab_world *w, struct lab_fault *fault);
/* world.c: until it answers. */
LAB_MUST_USE int lab_world_await_resolver(struct lab_world *w, struct lab_fault *fault);

/* daemon.c */
/* where, bin: as in struct lab_launch. */
LAB_MUST_USE int lab_daemon_start(struct lab_daemon *d, char *const argv[],
                                  const struct lab_spaces *where, const char *bin,
                                  struct lab_fault *fault);
/* -1 with the last line of its log if it ended. */
LAB_MUST_USE int lab_daemon_check(struct lab_daemon *d, struct lab_fault *fault);
void lab_daemon_stop(struct lab_daemon *d);
/* The last line of a log, or "(nothing in its log)"; the caller frees it. */
char *lab_last_line(const char *path);

/* ask.c: one DNS question over UDP, repeated until it is answered, the daemon dies or time is up.
 */
struct lab_question {
    const char *server;
    const char *name; /* absolute, trailing dot */
    unsigned type;
};
struct lab_reply {
    unsigned rcode;
    bool authentic;  /* AD */
    uint32_t serial; /* of the first SOA record in the answer; 0: there is none */
};
LAB_MUST_USE int lab_ask(const struct lab_question *q, struct lab_daemon *of, struct lab_reply *out,
                         struct lab_fault *fault);

#endif
