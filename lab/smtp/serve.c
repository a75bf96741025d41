/* serve.c - the process of the fake hosts: listeners, signals, and who is called at which address.
 */
#include "smtp/smtp.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include <event2/listener.h>

#include "smtp/session.h"

#define SMTP_PORT 25
#define BACKLOG 1024

struct service {
    struct lab_smtp_server server;
    struct evconnlistener *listeners[2];
    struct event *signals[3];
    int key_log_fd;
};

static void on_accept(struct evconnlistener *listener, evutil_socket_t fd, struct sockaddr *peer,
                      int peer_len, void *self)
{
    struct service *s = self;
    struct sockaddr_storage local = {0}, remote = {0};
    socklen_t local_len = sizeof(local);
    const int on = 1;

    (void)listener;
    memcpy(&remote, peer, (size_t)peer_len);
    if (getsockname(fd, (struct sockaddr *)&local, &local_len) != 0) {
        (void)close(fd);
        return;
    }
    (void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    lab_smtp_accept(&s->server, fd, &local, &remote);
    if (s->server.log.failed)
        (void)event_base_loopbreak(s->server.base);
}

static void resume(evutil_socket_t fd, short what, void *listener)
{
    (void)fd, (void)what;
    (void)evconnlistener_enable(listener);
}

/* Out of descriptors, most likely: let sessions end before trying again, or the loop would spin. */
static void on_accept_error(struct evconnlistener *listener, void *self)
{
    const struct timeval pause = {.tv_usec = 100000};
    struct service *s = self;

    (void)evconnlistener_disable(listener);
    (void)event_base_once(s->server.base, -1, EV_TIMEOUT, resume, listener, &pause);
}

static void on_signal(evutil_socket_t number, short what, void *self)
{
    struct service *s = self;

    (void)number, (void)what;
    (void)event_base_loopbreak(s->server.base);
}

static struct evconnlistener *listen_on(struct service *s, int family)
{
    const struct sockaddr_in v4 = {.sin_family = AF_INET, .sin_port = htons(SMTP_PORT)};
    const struct sockaddr_in6 v6 = {.sin6_family = AF_INET6, .sin6_port = htons(SMTP_PORT)};
    const unsigned flags = LEV_OPT_CLOSE_ON_FREE | LEV_OPT_CLOSE_ON_EXEC | LEV_OPT_REUSEABLE |
                           (family == AF_INET6 ? LEV_OPT_BIND_IPV6ONLY : 0);
    struct evconnlistener *listener;

    if (family == AF_INET6)
        listener = evconnlistener_new_bind(s->server.base, on_accept, s, flags, BACKLOG,
                                           (const struct sockaddr *)&v6, sizeof(v6));
    else
        listener = evconnlistener_new_bind(s->server.base, on_accept, s, flags, BACKLOG,
                                           (const struct sockaddr *)&v4, sizeof(v4));
    if (listener != NULL)
        evconnlistener_set_error_cb(listener, on_accept_error);
    return listener;
}

/* As many connections as the system allows us, not as the shell does. */
static void raise_limits(void)
{
    struct rlimit files;

    if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
        files.rlim_cur = files.rlim_max;
        (void)setrlimit(RLIMIT_NOFILE, &files);
    }
}

static int append_to(const char *path, int *fd, struct lab_fault *fault)
{
    *fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
    return *fd >= 0 ? 0 : lab_fail_errno(fault, "%s", path);
}

static int open_service(struct service *s, const char *log_path, const char *key_log,
                        struct lab_fault *fault)
{
    static const int signals[LAB_COUNT(s->signals)] = {SIGTERM, SIGINT, SIGHUP};
    size_t i;

    if (append_to(log_path, &s->server.log.fd, fault) != 0)
        return -1;
    if (key_log != NULL && append_to(key_log, &s->key_log_fd, fault) != 0)
        return -1;
    s->server.base = event_base_new();
    s->server.tls = lab_tls_context(&s->key_log_fd);
    if (s->server.base == NULL || s->server.tls == NULL)
        return lab_fail(fault, EX_SOFTWARE, "SMTP server: cannot set up %s",
                        s->server.base == NULL ? "libevent" : "OpenSSL");
    for (i = 0; i < LAB_COUNT(s->signals); i++) {
        s->signals[i] = evsignal_new(s->server.base, signals[i], on_signal, s);
        if (s->signals[i] == NULL || event_add(s->signals[i], NULL) != 0)
            return lab_fail(fault, EX_SOFTWARE, "SMTP server: cannot catch signals");
    }
    for (i = 0; i < LAB_COUNT(s->listeners); i++) {
        s->listeners[i] = listen_on(s, i == 0 ? AF_INET : AF_INET6);
        if (s->listeners[i] == NULL)
            return lab_fail_errno(fault, "SMTP server: %s port %d", i == 0 ? "IPv4" : "IPv6",
                                  SMTP_PORT);
    }
    return 0;
}

static void close_service(struct service *s)
{
    size_t i;

    while (s->server.sessions != NULL)
        lab_session_free(s->server.sessions);
    for (i = 0; i < LAB_COUNT(s->listeners); i++) {
        if (s->listeners[i] != NULL)
            evconnlistener_free(s->listeners[i]);
    }
    for (i = 0; i < LAB_COUNT(s->signals); i++) {
        if (s->signals[i] != NULL)
            event_free(s->signals[i]);
    }
    SSL_CTX_free(s->server.tls);
    if (s->server.base != NULL)
        event_base_free(s->server.base);
    if (s->server.log.fd >= 0)
        (void)close(s->server.log.fd);
    if (s->key_log_fd >= 0)
        (void)close(s->key_log_fd);
    lab_hosts_fini(&s->server.hosts);
}

/* As lab_smtp_serve, but returns 0 when a signal ends it. */
static int run(const struct lab_smtp_host *hosts, size_t count, const lab_smtp_round *round,
               const char *log_path, const char *key_log, int ready_fd, struct lab_fault *fault)
{
    struct service s = {.server = {.list = hosts, .round = round, .log.fd = -1}, .key_log_fd = -1};
    int result = -1;

    (void)signal(SIGPIPE, SIG_IGN);
    raise_limits();
    s.server.visits = lab_calloc(count, sizeof(*s.server.visits));
    if (lab_hosts_init(&s.server.hosts, hosts, count, fault) == 0 &&
        open_service(&s, log_path, key_log, fault) == 0) {
        if (write(ready_fd, "", 1) != 1) {
            (void)lab_fail_errno(fault, "SMTP server: nobody waits for it");
        } else if (close(ready_fd) == 0 && event_base_dispatch(s.server.base) < 0) {
            (void)lab_fail(fault, EX_SOFTWARE, "SMTP server: the event loop failed");
        } else if (s.server.log.failed) {
            *fault = s.server.log.fault;
        } else {
            result = 0;
        }
    }
    close_service(&s);
    free(s.server.visits);
    return result;
}

int lab_smtp_serve(const struct lab_smtp_host *hosts, size_t count, const lab_smtp_round *round,
                   const char *log_path, const char *key_log, int ready_fd, struct lab_fault *fault)
{
    if (run(hosts, count, round, log_path, key_log, ready_fd, fault) == 0)
        _exit(EX_OK); /* not exit: what the parent had in its stdio buffers is the parent's */
    return -1;
}
