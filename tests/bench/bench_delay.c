/* bench_delay.c - a command with a slow resolver: bench-delay PORT MS COMMAND [ARGUMENT]... runs it
 * while 127.0.0.1@PORT hands UDP questions on to 127.0.0.1@53 and gives each answer back MS
 * milliseconds late, and then prints
 *
 *     WALL-MS CPU-MS PEAK-KIB QUESTIONS SESSIONS
 *
 * the last two being the most different questions that were held, and the most connections to port
 * 25 that were established, at any one time. Its output is the command's. */
#include <arpa/inet.h>
#include <errno.h>
#include <event2/event.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { HEAD = 12, PACKET = 4096, DNS = 53, LOOK_MS = 25, BUFFER = 4 << 20 };

/* A question from its coming until its answer has gone. Each has a socket of its own, as the
 * resolver above may use one identifier twice. */
struct question {
    TAILQ_ENTRY(question) link;
    struct sockaddr_in from;
    struct event *heard, *due;
    int fd;
    bool repeated; /* the same question was there already */
    size_t asked_len, len;
    uint8_t asked[PACKET], answer[PACKET];
};

TAILQ_HEAD(question_list, question);

static struct {
    struct event_base *base;
    struct question_list held;
    struct timeval delay;
    int fd;
    unsigned questions; /* now */
    unsigned questions_max, sessions_max;
    pid_t child;
    int status;
    struct rusage used;
} proxy;

static _Noreturn void die(const char *what)
{
    (void)fprintf(stderr, "bench-delay: %s: %s\n", what, strerror(errno));
    exit(1);
}

static double now_ms(void)
{
    struct timespec t;

    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec * 1e-6;
}

/* --- questions -------------------------------------------------------------------------------- */

static void drop(struct question *q)
{
    TAILQ_REMOVE(&proxy.held, q, link);
    proxy.questions -= !q->repeated;
    event_free(q->heard);
    event_free(q->due);
    (void)close(q->fd);
    free(q);
}

static void on_due(evutil_socket_t fd, short what, void *arg)
{
    struct question *q = arg;

    (void)fd;
    (void)what;
    (void)sendto(proxy.fd, q->answer, q->len, 0, (struct sockaddr *)&q->from, sizeof(q->from));
    drop(q);
}

static void on_heard(evutil_socket_t fd, short what, void *arg)
{
    struct question *q = arg;
    ssize_t n = recv(fd, q->answer, sizeof(q->answer), 0);

    (void)what;
    if (n < 0)
        return;
    q->len = (size_t)n;
    (void)event_del(q->heard);
    (void)event_add(q->due, &proxy.delay);
}

/* But for the identifier. */
static bool same(const struct question *a, const struct question *b)
{
    return a->asked_len == b->asked_len && a->asked_len > HEAD &&
           memcmp(a->asked + 2, b->asked + 2, a->asked_len - 2) == 0;
}

static bool is_repeated(const struct question *q)
{
    struct question *other;

    TAILQ_FOREACH(other, &proxy.held, link)
    if (same(other, q))
        return true;
    return false;
}

static int upstream(void)
{
    struct sockaddr_in to = {
        .sin_family = AF_INET, .sin_port = htons(DNS), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

    if (fd < 0 || connect(fd, (struct sockaddr *)&to, sizeof(to)) != 0)
        die("no socket");
    return fd;
}

static void hand_on(struct question *q)
{
    q->fd = upstream();
    q->heard = event_new(proxy.base, q->fd, EV_READ | EV_PERSIST, on_heard, q);
    q->due = event_new(proxy.base, -1, 0, on_due, q);
    if (q->heard == NULL || q->due == NULL || event_add(q->heard, NULL) != 0)
        die("no event");
    q->repeated = is_repeated(q);
    TAILQ_INSERT_TAIL(&proxy.held, q, link);
    proxy.questions += !q->repeated;
    if (proxy.questions > proxy.questions_max)
        proxy.questions_max = proxy.questions;
    (void)send(q->fd, q->asked, q->asked_len, 0);
}

static void on_question(evutil_socket_t fd, short what, void *arg)
{
    (void)what;
    (void)arg;
    for (;;) {
        struct question *q = calloc(1, sizeof(*q));
        socklen_t len = sizeof(q->from);
        ssize_t n;

        if (q == NULL)
            die("no memory");
        n = recvfrom(fd, q->asked, sizeof(q->asked), 0, (struct sockaddr *)&q->from, &len);
        if (n < 0) {
            free(q);
            return;
        }
        q->asked_len = (size_t)n;
        hand_on(q);
    }
}

/* --- the command ------------------------------------------------------------------------------ */

/* "sl local:PORT remote:PORT state ..." in hex; 01: established. */
static void count_sessions(evutil_socket_t fd, short what, void *arg)
{
    FILE *f = fopen("/proc/net/tcp", "re");
    char line[300];
    unsigned count = 0;

    (void)fd;
    (void)what;
    (void)arg;
    while (f != NULL && fgets(line, sizeof(line), f) != NULL) {
        const char *remote = strchr(line, ':');

        for (unsigned i = 0; i < 2 && remote != NULL; i++)
            remote = strchr(remote + 1, ':');
        count += remote != NULL && strncmp(remote, ":0019 01", 8) == 0;
    }
    if (f != NULL)
        (void)fclose(f);
    if (count > proxy.sessions_max)
        proxy.sessions_max = count;
}

static void on_child(evutil_socket_t number, short what, void *arg)
{
    (void)number;
    (void)what;
    (void)arg;
    if (wait4(proxy.child, &proxy.status, WNOHANG, &proxy.used) == proxy.child)
        (void)event_base_loopbreak(proxy.base);
}

static void listen_at(uint16_t port)
{
    const int room = BUFFER;
    struct sockaddr_in at = {
        .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};

    proxy.fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (proxy.fd < 0 || bind(proxy.fd, (struct sockaddr *)&at, sizeof(at)) != 0)
        die("cannot listen");
    (void)setsockopt(proxy.fd, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof(room));
}

static void raise_descriptors(void)
{
    struct rlimit files;

    if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
        files.rlim_cur = files.rlim_max;
        (void)setrlimit(RLIMIT_NOFILE, &files);
    }
}

static void serve(char **command)
{
    const struct timeval often = {.tv_usec = LOOK_MS * 1000};
    struct event *events[3];

    proxy.base = event_base_new();
    if (proxy.base == NULL)
        die("no loop");
    events[0] = event_new(proxy.base, proxy.fd, EV_READ | EV_PERSIST, on_question, NULL);
    events[1] = event_new(proxy.base, SIGCHLD, EV_SIGNAL | EV_PERSIST, on_child, NULL);
    events[2] = event_new(proxy.base, -1, EV_PERSIST, count_sessions, NULL);
    for (unsigned i = 0; i < 3; i++)
        if (events[i] == NULL || event_add(events[i], i == 2 ? &often : NULL) != 0)
            die("no event");
    proxy.child = fork();
    if (proxy.child == 0) {
        (void)execvp(command[0], command);
        _exit(127);
    }
    raise_descriptors(); /* after fork: the command decides for itself */
    (void)event_base_dispatch(proxy.base);
    for (unsigned i = 0; i < 3; i++)
        event_free(events[i]);
    while (!TAILQ_EMPTY(&proxy.held))
        drop(TAILQ_FIRST(&proxy.held));
    event_base_free(proxy.base);
}

int main(int argc, char **argv)
{
    double start;
    long ms;

    if (argc < 4) {
        (void)fprintf(stderr, "usage: bench-delay PORT MS COMMAND [ARGUMENT]...\n");
        return 2;
    }
    ms = strtol(argv[2], NULL, 10);
    proxy.delay = (struct timeval){.tv_sec = ms / 1000, .tv_usec = ms % 1000 * 1000};
    TAILQ_INIT(&proxy.held);
    listen_at((uint16_t)strtol(argv[1], NULL, 10));
    start = now_ms();
    serve(argv + 3);
    (void)fprintf(stderr, "%.1f %.1f %ld %u %u\n", now_ms() - start,
                  (double)(proxy.used.ru_utime.tv_sec + proxy.used.ru_stime.tv_sec) * 1e3 +
                      (double)(proxy.used.ru_utime.tv_usec + proxy.used.ru_stime.tv_usec) * 1e-3,
                  proxy.used.ru_maxrss, proxy.questions_max, proxy.sessions_max);
    return WIFEXITED(proxy.status) ? WEXITSTATUS(proxy.status) : 1;
}
