/* dns_server.c - the server of dns_server.h. */
#include "dns_server.h"

#include <arpa/inet.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "check.h"

#define HEADER 12u
#define TCP_MAX 16u

/* A reply that waits for its time. */
struct pending {
    struct sockaddr_in to;
    int64_t due;
    size_t len;
    uint8_t bytes[600];
};

/* All that the child holds. */
static struct {
    struct dns_server *server;
    int udp;
    struct pollfd fds[2 + TCP_MAX]; /* udp, listener, connections */
    struct pending *queue;
    unsigned first, count;
    unsigned connections, datagrams;
} child;

static int64_t now_ms(void)
{
    struct timespec t;

    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static unsigned get16(const uint8_t *p)
{
    return (unsigned)p[0] << 8 | p[1];
}

static bool read_query(const uint8_t *bytes, size_t len, struct dns_query *out)
{
    size_t at = HEADER;
    size_t used = 0;

    if (len < HEADER + 5)
        return false;
    out->id = get16(bytes);
    out->flags = get16(bytes + 2);
    while (at < len && bytes[at] != 0 && at + bytes[at] + 6 <= len) {
        if (used > 0)
            out->name[used++] = '.';
        memcpy(out->name + used, bytes + at + 1, bytes[at]);
        used += bytes[at];
        at += bytes[at] + 1u;
    }
    out->name[used] = '\0';
    out->type = (enum dsmtp_rrtype)get16(bytes + at + 1);
    /* OPT is the only record a query has. */
    out->udp_size = get16(bytes + 10) == 1 && at + 10 <= len ? get16(bytes + at + 8) : 0;
    return true;
}

static bool answer(const uint8_t *query, size_t len, bool tcp, struct reply *r)
{
    struct dns_query q = {
        .tcp = tcp, .connections = child.connections, .datagrams = child.datagrams};

    if (!read_query(query, len, &q))
        return false;
    reply_begin(r, 0, q.name, q.type);
    r->bytes[0] = (uint8_t)(q.id >> 8);
    r->bytes[1] = (uint8_t)q.id;
    return child.server->serve(&q, r);
}

/* What does not fit is cut down to header and question, with TC. */
static void truncate_reply(struct reply *r)
{
    size_t end = HEADER;

    while (r->bytes[end] != 0)
        end += r->bytes[end] + 1u;
    r->len = end + 5;
    r->bytes[2] |= 0x02;
    memset(r->bytes + 6, 0, 6);
}

static void take_udp(void)
{
    static struct reply r;
    struct pending *p = &child.queue[(child.first + child.count) % DNS_SERVER_PENDING_MAX];
    uint8_t query[600];
    socklen_t len = sizeof(p->to);
    ssize_t n = recvfrom(child.udp, query, sizeof(query), 0, (struct sockaddr *)&p->to, &len);

    child.datagrams++;
    if (n <= 0 || child.count == DNS_SERVER_PENDING_MAX || !answer(query, (size_t)n, false, &r))
        return;
    if (r.len > sizeof(p->bytes))
        truncate_reply(&r);
    memcpy(p->bytes, r.bytes, r.len);
    p->len = r.len;
    p->due = now_ms() + child.server->delay_ms;
    child.count++;
}

/* Returns how long to wait for the next one, or -1. */
static int send_due(void)
{
    int64_t now = now_ms();

    for (; child.count > 0; child.count--) {
        const struct pending *p = &child.queue[child.first];

        if (p->due > now)
            return (int)(p->due - now);
        (void)sendto(child.udp, p->bytes, p->len, 0, (const struct sockaddr *)&p->to,
                     sizeof(p->to));
        child.first = (child.first + 1) % DNS_SERVER_PENDING_MAX;
    }
    return -1;
}

static void take_connection(int listener)
{
    int fd = accept(listener, NULL, NULL);

    child.connections++;
    for (unsigned i = 2; i < 2 + TCP_MAX; i++)
        if (child.fds[i].fd < 0) {
            child.fds[i] = (struct pollfd){.fd = fd, .events = POLLIN};
            return;
        }
    (void)close(fd);
}

/* A query in one piece, as these clients send it; any number behind each other. */
static void take_tcp(struct pollfd *p)
{
    static struct reply r;
    uint8_t head[2];
    uint8_t query[600];
    size_t len;

    if (recv(p->fd, head, 2, MSG_WAITALL) != 2 || (len = get16(head)) > sizeof(query) ||
        recv(p->fd, query, len, MSG_WAITALL) != (ssize_t)len || !answer(query, len, true, &r)) {
        (void)close(p->fd);
        p->fd = -1;
        return;
    }
    head[0] = (uint8_t)(r.len >> 8);
    head[1] = (uint8_t)r.len;
    (void)send(p->fd, head, 2, MSG_NOSIGNAL | MSG_MORE);
    (void)send(p->fd, r.bytes, r.len, MSG_NOSIGNAL);
}

static void run(struct dns_server *server, int udp, int listener)
{
    child.server = server;
    child.udp = udp;
    child.queue = calloc(DNS_SERVER_PENDING_MAX, sizeof(*child.queue));
    if (child.queue == NULL)
        return;
    child.fds[0] = (struct pollfd){.fd = udp, .events = POLLIN};
    child.fds[1] = (struct pollfd){.fd = listener, .events = POLLIN};
    for (unsigned i = 2; i < 2 + TCP_MAX; i++)
        child.fds[i].fd = -1;
    for (;;) {
        if (poll(child.fds, 2 + TCP_MAX, send_due()) < 0)
            return;
        if (child.fds[0].revents != 0)
            take_udp();
        if (child.fds[1].revents != 0)
            take_connection(listener);
        for (unsigned i = 2; i < 2 + TCP_MAX; i++)
            if (child.fds[i].fd >= 0 && child.fds[i].revents != 0)
                take_tcp(&child.fds[i]);
    }
}

/* A socket on that port, or if it is 0 on one of the system's choice; -1: taken. */
static int bound(int type, uint16_t *port)
{
    struct sockaddr_in at = {
        .sin_family = AF_INET, .sin_port = htons(*port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof(at);
    int fd = socket(AF_INET, type | SOCK_CLOEXEC, 0);
    int yes = 1;
    int room = 4 << 20;

    (void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
    (void)setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &room, sizeof(room));
    if (bind(fd, (struct sockaddr *)&at, len) != 0 ||
        getsockname(fd, (struct sockaddr *)&at, &len) != 0 ||
        (type == SOCK_STREAM && listen(fd, 100) != 0)) {
        (void)close(fd);
        return -1;
    }
    *port = ntohs(at.sin_port);
    return fd;
}

/* The same port for both; the one that the system chooses for UDP may be taken for TCP. */
static bool bind_both(struct dns_server *server, int *udp, int *listener)
{
    for (unsigned tries = 0; tries < 50; tries++) {
        uint16_t port = server->port;

        *udp = bound(SOCK_DGRAM, &port);
        *listener = *udp >= 0 ? bound(SOCK_STREAM, &port) : -1;
        if (*listener >= 0) {
            server->port = port;
            return true;
        }
        if (*udp >= 0)
            (void)close(*udp);
    }
    return false;
}

void dns_server_run(struct dns_server *server)
{
    int udp, listener;

    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (bind_both(server, &udp, &listener))
        run(server, udp, listener);
}

bool dns_server_start(struct dns_server *server)
{
    int udp, listener;

    if (!check_true(bind_both(server, &udp, &listener)))
        return false;
    snprintf(server->address, sizeof(server->address), "127.0.0.1@%u", server->port);
    (void)fflush(NULL);
    server->pid = fork();
    if (server->pid == 0) {
        (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
        run(server, udp, listener);
        _exit(1);
    }
    (void)close(udp);
    (void)close(listener);
    return check_true(server->pid > 0);
}

void dns_server_kill(struct dns_server *server)
{
    if (server->pid <= 0)
        return;
    (void)kill(server->pid, SIGKILL);
    (void)waitpid(server->pid, NULL, 0);
    server->pid = 0;
}
