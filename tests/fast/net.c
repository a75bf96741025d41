/* net.c - connections without a network, see net.h. */
#include "fast/net.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "smtp/session.h"

/* The linker's names for connect(2): see the Makefile. */
int __real_connect(int fd, const struct sockaddr *to, socklen_t len);
int __wrap_connect(int fd, const struct sockaddr *to, socklen_t len);

/* The one wire of the process: connect(2) has no other way to find it. */
static struct lab_smtp_server *server;
static int no_key_log = -1;

static int refuse(int error)
{
    errno = error;
    return -1;
}

/* The caller's socket becomes one end of a pair. */
static int call(int fd, const struct sockaddr_storage *to)
{
    static const struct sockaddr_storage from = {.ss_family = AF_INET};
    int ends[2];

    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends) != 0)
        return -1;
    if (dup3(ends[0], fd, O_CLOEXEC) < 0) {
        (void)close(ends[0]);
        (void)close(ends[1]);
        return -1;
    }
    (void)close(ends[0]);
    lab_smtp_accept(server, ends[1], to, &from);
    return 0;
}

int __wrap_connect(int fd, const struct sockaddr *to, socklen_t len)
{
    struct sockaddr_storage address = {0};
    const struct lab_smtp_host *host;

    if (server == NULL || (to->sa_family != AF_INET && to->sa_family != AF_INET6))
        return __real_connect(fd, to, len);
    memcpy(&address, to, len < sizeof(address) ? len : sizeof(address));
    host = lab_hosts_find(&server->hosts, &address);
    return host != NULL && host->behaviour->unreachable ? refuse(EHOSTUNREACH) : call(fd, &address);
}

int fast_net_open(struct event_base *base, const struct lab_smtp_host *hosts, size_t count,
                  const lab_smtp_round *round, int log_fd, struct lab_fault *fault)
{
    struct lab_smtp_server *s = lab_calloc(1, sizeof(*s));

    s->base = base;
    s->list = hosts;
    s->round = round;
    s->log.fd = log_fd;
    s->visits = lab_calloc(count, sizeof(*s->visits));
    s->tls = lab_tls_context(&no_key_log);
    server = s;
    if (s->tls == NULL)
        return lab_fail(fault, EX_SOFTWARE, "SMTP hosts: cannot set up OpenSSL");
    return lab_hosts_init(&s->hosts, hosts, count, fault);
}

/* All that they wait for is here already, so no turn of the loop has to wait; a turn takes a step
 * of each session. */
void fast_net_settle(void)
{
    enum { TURNS_MAX = 100 };

    for (int i = 0; i < TURNS_MAX && server != NULL && server->sessions != NULL; i++)
        (void)event_base_loop(server->base, EVLOOP_NONBLOCK);
}

int fast_net_close(struct lab_fault *fault)
{
    struct lab_smtp_server *s = server;
    int rc = 0;

    server = NULL;
    if (s == NULL)
        return 0;
    while (s->sessions != NULL)
        lab_session_free(s->sessions);
    if (s->log.failed) {
        *fault = s->log.fault;
        rc = -1;
    }
    SSL_CTX_free(s->tls);
    lab_hosts_fini(&s->hosts);
    free(s->visits);
    free(s);
    return rc;
}
