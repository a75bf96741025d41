/* test_stream.c - connections in clear over real sockets on loopback: peers that close, reset, fall
 * silent, do not read. */
#include <event2/event.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "adapt/stream_event.h"
#include "check.h"

enum { MESSAGE = 8 << 20, PATIENCE_MS = 5000 };

struct peer {
    struct dsmtp_loop loop;
    struct dsmtp_connector connector;
    struct dsmtp_tls *tls;
    struct dsmtp_stream *stream;
    int listener, fd;
    /* what the events told */
    bool connected, shut_on_receive;
    char heard[200];
    unsigned pieces, sents;
    size_t left;
    enum dsmtp_reason failed;
};

static void on_connected(void *arg)
{
    struct peer *p = arg;

    p->connected = true;
}

static void on_received(void *arg, const uint8_t *bytes, size_t len)
{
    struct peer *p = arg;
    size_t used = strlen(p->heard);

    p->pieces++;
    if (used + len < sizeof(p->heard))
        memcpy(p->heard + used, bytes, len);
    if (p->shut_on_receive)
        p->connector.shut(&p->stream);
}

static void on_sent(void *arg, size_t left)
{
    struct peer *p = arg;

    p->sents++;
    p->left = left;
}

static void on_secured(void *arg, const struct dsmtp_tls_evidence *evidence)
{
    (void)arg;
    check_true(evidence == NULL);
}

static void on_failed(void *arg, enum dsmtp_reason reason, const char *detail,
                      const struct dsmtp_tls_evidence *evidence)
{
    struct peer *p = arg;

    check_true(p->failed == DSMTP_REASON_NONE && detail != NULL && evidence == NULL);
    p->failed = reason;
}

static const struct dsmtp_stream_events events = {on_connected, on_received, on_sent, on_secured,
                                                  on_failed};

static void turn(struct peer *p)
{
    const struct timespec pause = {0, 1000000};

    (void)event_base_loop(p->loop.base, EVLOOP_NONBLOCK);
    (void)nanosleep(&pause, NULL);
}

/* Let the loop run until something has failed, at most for the patience of this test. */
static void until_failed(struct peer *p)
{
    for (unsigned i = 0; i < PATIENCE_MS && p->failed == DSMTP_REASON_NONE; i++)
        turn(p);
}

static uint16_t listen_somewhere(struct peer *p)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
    socklen_t len = sizeof(at);

    p->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    check_int(bind(p->listener, (const struct sockaddr *)&at, len), 0);
    check_int(listen(p->listener, 1), 0);
    check_int(getsockname(p->listener, (struct sockaddr *)&at, &len), 0);
    return ntohs(at.sin_port);
}

static bool open_peer(struct peer *p)
{
    struct dsmtp_fault fault;
    uint16_t port;

    *p = (struct peer){.fd = -1};
    port = listen_somewhere(p);
    if (!check_int(dsmtp_loop_open(&p->loop, &fault), DSMTP_OK) ||
        !check_int(dsmtp_tls_open(NULL, &p->tls, &fault), DSMTP_OK) ||
        !check_int(dsmtp_stream_event_open(&p->loop, p->tls, NULL, &p->connector, &fault),
                   DSMTP_OK) ||
        !check_int(p->connector.open(p->connector.self, "localhost", "127.0.0.1", port, &events, p,
                                     &p->stream),
                   DSMTP_OK))
        return false;
    p->connector.deadline(p->stream, PATIENCE_MS);
    for (unsigned i = 0; i < PATIENCE_MS && !p->connected; i++)
        turn(p);
    p->fd = accept(p->listener, NULL, NULL);
    return check_true(p->connected && p->fd >= 0);
}

static void close_peer(struct peer *p)
{
    if (p->stream != NULL)
        p->connector.shut(&p->stream);
    p->connector.close(p->connector.self);
    dsmtp_tls_close(&p->tls);
    dsmtp_loop_close(&p->loop);
    if (p->fd >= 0)
        (void)close(p->fd);
    (void)close(p->listener);
}

static void say(struct peer *p, const char *text)
{
    check_int(send(p->fd, text, strlen(text), MSG_NOSIGNAL), (intmax_t)strlen(text));
}

static void hang_up(struct peer *p, bool reset)
{
    const struct linger now = {.l_onoff = 1};

    if (reset)
        (void)setsockopt(p->fd, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
    (void)close(p->fd);
    p->fd = -1;
}

/* What was said before the end is heard; then the connection is lost, once. */
static void test_ends(void)
{
    static const char *const ways[] = {"close", "reset", "half close"};

    for (unsigned way = 0; way < CHECK_COUNT(ways); way++) {
        struct peer p;

        check_row(ways[way]);
        if (open_peer(&p)) {
            say(&p, "250-half a");
            while (p.pieces == 0)
                turn(&p);
            if (way == 2)
                check_int(shutdown(p.fd, SHUT_WR), 0);
            else
                hang_up(&p, way == 1);
            until_failed(&p);
            check_str(p.heard, "250-half a");
            check_str(dsmtp_reason_name(p.failed), "CONNECTION_LOST");
            check_int(p.connector.write(p.stream, "x", 1), DSMTP_MISUSE);
        }
        close_peer(&p);
    }
}

static void test_refused(void)
{
    struct peer p;

    if (open_peer(&p)) {
        struct dsmtp_stream *second = NULL;
        struct sockaddr_in at = {0};
        socklen_t len = sizeof(at);

        check_int(getsockname(p.listener, (struct sockaddr *)&at, &len), 0);
        (void)close(p.listener);
        check_int(p.connector.open(p.connector.self, "localhost", "127.0.0.1", ntohs(at.sin_port),
                                   &events, &p, &second),
                  DSMTP_OK);
        p.connector.deadline(second, PATIENCE_MS);
        until_failed(&p);
        check_str(dsmtp_reason_name(p.failed), "CONNECT_FAILED");
        p.connector.shut(&second);
        p.listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    }
    close_peer(&p);
}

/* An octet now and then gains no time. */
static void test_drip(void)
{
    struct peer p;

    if (open_peer(&p)) {
        p.connector.deadline(p.stream, 60);
        for (unsigned i = 0; i < 150 && p.failed == DSMTP_REASON_NONE; i++) {
            say(&p, "2");
            turn(&p);
        }
        until_failed(&p);
        check_str(dsmtp_reason_name(p.failed), "TIMEOUT");
        check_true(p.pieces > 1);
    }
    close_peer(&p);
}

static bool write_much(struct peer *p)
{
    static char much[MESSAGE];

    memset(much, 'x', sizeof(much));
    return check_int(p->connector.write(p->stream, much, sizeof(much)), DSMTP_OK);
}

/* A peer that does not read: the owner learns how much is left, and the deadline holds. */
static void test_blocked(void)
{
    struct peer p;

    if (open_peer(&p) && write_much(&p)) {
        p.connector.deadline(p.stream, 60);
        until_failed(&p);
        check_str(dsmtp_reason_name(p.failed), "TIMEOUT");
        check_true(p.sents > 0 && p.left > 0 && p.left < MESSAGE);
    }
    close_peer(&p);
}

/* A peer that reads in the end gets everything, in order, and the last word is that nothing is
 * left. */
static void test_slow_reader(void)
{
    struct peer p;
    size_t got = 0;

    if (open_peer(&p) && write_much(&p)) {
        static char piece[1 << 20];

        for (unsigned i = 0; i < PATIENCE_MS && got < MESSAGE; i++) {
            ssize_t n = recv(p.fd, piece, sizeof(piece), MSG_DONTWAIT);

            got += n > 0 ? (size_t)n : 0;
            turn(&p);
        }
        check_uint(got, MESSAGE);
        check_uint(p.left, 0);
        check_true(p.sents > 1);
        check_int(p.failed, DSMTP_REASON_NONE);
    }
    close_peer(&p);
}

/* A peer that refuses in the middle and closes: its words are heard before the end is told. */
static void test_last_words(void)
{
    for (unsigned n = 0; n < 4; n++) {
        struct peer p;

        check_rowf("%s, %s", n % 2 != 0 ? "reset" : "close", n / 2 != 0 ? "shut at once" : "kept");
        if (open_peer(&p) && write_much(&p)) {
            p.shut_on_receive = n / 2 != 0;
            for (unsigned i = 0; i < 20; i++)
                turn(&p);
            say(&p, "552 5.3.4 too big\r\n");
            hang_up(&p, n % 2 != 0);
            for (unsigned i = 0; i < PATIENCE_MS && p.failed == DSMTP_REASON_NONE &&
                                 (p.stream != NULL || !p.shut_on_receive);
                 i++)
                turn(&p);
            check_str(p.heard, "552 5.3.4 too big\r\n");
            check_int(p.failed,
                      p.shut_on_receive ? DSMTP_REASON_NONE : DSMTP_REASON_CONNECTION_LOST);
            check_true(p.left > 0);
        }
        close_peer(&p);
    }
}

/* What was written before shut still goes out. */
static void test_quit(void)
{
    struct peer p;
    char piece[20] = "";

    if (open_peer(&p)) {
        check_int(p.connector.write(p.stream, "QUIT\r\n", 6), DSMTP_OK);
        p.connector.shut(&p.stream);
        check_int(recv(p.fd, piece, sizeof(piece) - 1, 0), 6);
        check_str(piece, "QUIT\r\n");
        check_int(recv(p.fd, piece, sizeof(piece) - 1, 0), 0);
        check_uint(p.sents, 0);
    }
    close_peer(&p);
}

static const struct check_test tests[] = {{"close, reset, half close", test_ends},
                                          {"refused", test_refused},
                                          {"octet by octet", test_drip},
                                          {"a peer that does not read", test_blocked},
                                          {"a peer that reads slowly", test_slow_reader},
                                          {"last words", test_last_words},
                                          {"QUIT", test_quit}};
SUITE(stream, tests);
