/* dns_server.h - a DNS server on 127.0.0.1 in a process of its own, over UDP and TCP: it can die
 * and come back on the same port. */
#ifndef TESTS_UNIT_DNS_SERVER_H
#define TESTS_UNIT_DNS_SERVER_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "dns_reply.h"

#define DNS_SERVER_PENDING_MAX 6000u

/* A query as it came. */
struct dns_query {
    unsigned id;
    unsigned flags;
    char name[300]; /* as text, with the case it came in */
    enum dsmtp_rrtype type;
    unsigned udp_size; /* that OPT offers; 0: no OPT */
    bool tcp;
    unsigned connections, datagrams; /* accepted so far */
};

/* Fill in the reply, which may be larger than UDP allows; runs in the server's process. False: say
 * nothing, and hang up over TCP. */
typedef bool dns_serve_fn(const struct dns_query *query, struct reply *out);

struct dns_server {
    dns_serve_fn *serve;
    unsigned delay_ms; /* before each UDP reply */
    uint16_t port;     /* 0: the system chooses, once */
    char address[40];  /* "127.0.0.1@PORT" */
    pid_t pid;
};

bool dns_server_start(struct dns_server *server);
/* Serve in this process, on the port that the server had before; returns only if that fails. */
void dns_server_run(struct dns_server *server);
/* Without a word of farewell. */
void dns_server_kill(struct dns_server *server);

#endif
