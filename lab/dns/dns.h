/* dns.h - the fault server: a name server that does what a conforming one cannot be made to do.
 *
 * It stands at an address of its own, asks the real server (NSD) and passes on what that says,
 * except for names and types with a fault: those it leaves unanswered, refuses, or spoils. */
#ifndef LAB_DNS_DNS_H
#define LAB_DNS_DNS_H

#include "base/base.h"
#include "scen/scenario.h"

/* Questions with a fault; the first row that fits counts. */
struct lab_dns_fault {
    char *owner;   /* absolute, lower case, trailing dot; "*.NAME": every name below NAME */
    uint16_t type; /* 0: every type */
    enum lab_serve_as as;
};

struct lab_dns_place {
    const char *addresses[2]; /* its own: IPv4, IPv6 */
    const char *no_tcp[2];    /* others, where it listens to UDP only */
    bool ipv6;                /* false: only the first of both */
    const char *server4;      /* the real server */
};

/* Serve port 53 over UDP and TCP until a signal ends the process: call it in a child process.
 * Writes one byte to ready_fd and closes it as soon as it listens. Returns only on failure. */
int lab_dns_serve(const struct lab_dns_fault *list, size_t count, const struct lab_dns_place *place,
                  int ready_fd, struct lab_fault *fault);

/* --- fault.c: what becomes of one message. No I/O --- */

struct lab_dns_message {
    uint8_t *data; /* room for LAB_DNS_MAX octets */
    size_t len;
    bool udp;
};
#define LAB_DNS_MAX 65535u

enum lab_dns_next {
    LAB_DNS_FORWARD, /* ask the real server */
    LAB_DNS_LATER,   /* the same, after LAB_DNS_DELAY_MS */
    LAB_DNS_REPLY,   /* the message is the reply now */
    LAB_DNS_SILENCE  /* none */
};
#define LAB_DNS_DELAY_MS 300

/* The row for the question of a message, or NULL. */
const struct lab_dns_fault *lab_dns_fault_find(const struct lab_dns_fault *list, size_t count,
                                               const struct lab_dns_message *m);
/* The same for a name (absolute, lower case, trailing dot) and a type. */
const struct lab_dns_fault *lab_dns_fault_for(const struct lab_dns_fault *list, size_t count,
                                              const char *name, unsigned type);
/* A query came in; fault: of its question, or NULL. */
enum lab_dns_next lab_dns_query(const struct lab_dns_fault *fault, struct lab_dns_message *m);
/* The real server's reply is to go out. */
void lab_dns_reply(const struct lab_dns_fault *fault, struct lab_dns_message *m);

#endif
