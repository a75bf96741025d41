/* stream_io.c - what happens to a stream of stream_event.h on the loop: connecting, reading,
 * sending, shaking hands. */
#include <errno.h>
#include <event2/buffer.h>
#include <openssl/err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "adapt/stream_internal.h"

#define NO_MEMORY "out of memory"

enum {
    PIECE = 16384,  /* read or written at once: a TLS record */
    PIECES_MAX = 8, /* then others get their turn */
};

/* After an event: is the stream still there and well? */
static bool leave(struct dsmtp_stream *s)
{
    s->busy = false;
    if (s->shut) {
        free(s);
        return false;
    }
    return s->stage != STREAM_FAILED && s->pending == DSMTP_REASON_NONE;
}

static void fail(struct dsmtp_stream *s, enum dsmtp_reason reason, const char *detail,
                 const struct dsmtp_tls_evidence *evidence)
{
    s->stage = STREAM_FAILED;
    (void)event_del(&s->readable);
    (void)event_del(&s->writable);
    (void)event_del(&s->timer);
    s->busy = true;
    s->events->failed(s->arg, reason, detail, evidence);
    (void)leave(s);
}

static bool tell_received(struct dsmtp_stream *s, const uint8_t *bytes, size_t len)
{
    s->busy = true;
    s->events->received(s->arg, bytes, len);
    return leave(s);
}

/* --- in clear ------------------------------------------------------------------------------------
 */

static void finish_connect(struct dsmtp_stream *s)
{
    int error = 0;
    socklen_t len = sizeof(error);

    if (getsockopt(s->fd, SOL_SOCKET, SO_ERROR, &error, &len) != 0)
        error = errno;
    if (error != 0) {
        fail(s, DSMTP_REASON_CONNECT_FAILED, strerror(error), NULL);
        return;
    }
    if (event_add(&s->readable, NULL) != 0) {
        fail(s, DSMTP_REASON_CONNECT_FAILED, NO_MEMORY, NULL);
        return;
    }
    s->stage = STREAM_PLAIN;
    s->busy = true;
    s->events->connected(s->arg);
    (void)leave(s);
}

/* One piece; the event stays active while there is more. The owner may have begun TLS meanwhile: no
 * second read here. */
static void read_plain(struct dsmtp_stream *s)
{
    uint8_t piece[PIECE];
    ssize_t n = recv(s->fd, piece, sizeof(piece), 0);

    if (n > 0)
        (void)tell_received(s, piece, (size_t)n);
    else if (n == 0)
        fail(s, DSMTP_REASON_CONNECTION_LOST, "closed by the peer", NULL);
    else if (errno != EAGAIN && errno != EINTR)
        fail(s, DSMTP_REASON_CONNECTION_LOST, strerror(errno), NULL);
}

bool dsmtp_stream_flush_plain(struct dsmtp_stream *s, const char **why)
{
    for (int i = 0; i < PIECES_MAX && evbuffer_get_length(s->out) > 0; i++) {
        int n = evbuffer_write_atmost(s->out, s->fd, PIECE);

        if (n == 0 || (n < 0 && errno == EAGAIN))
            break;
        if (n < 0 && errno != EINTR) {
            *why = strerror(errno);
            return false;
        }
    }
    *why = NO_MEMORY;
    return evbuffer_get_length(s->out) == 0 || event_add(&s->writable, NULL) == 0;
}

/* --- in TLS --------------------------------------------------------------------------------------
 */

/* Why an SSL call did not get on. True: it only waits, for what has been arranged. */
static bool waits(struct dsmtp_stream *s, int result, const char **why)
{
    int system = errno;

    switch (SSL_get_error(s->ssl, result)) {
    case SSL_ERROR_WANT_READ:
        return true;
    case SSL_ERROR_WANT_WRITE:
        *why = NO_MEMORY;
        return event_add(&s->writable, NULL) == 0;
    case SSL_ERROR_ZERO_RETURN:
        *why = "closed by the peer";
        return false;
    case SSL_ERROR_SYSCALL:
        *why = system != 0 ? strerror(system) : "closed by the peer";
        return false;
    default:
        *why = ERR_reason_error_string(ERR_peek_error());
        if (*why == NULL)
            *why = "TLS failed";
        return false;
    }
}

static void shake(struct dsmtp_stream *s)
{
    struct dsmtp_tls_evidence evidence;
    const char *why = NULL;
    int result;

    ERR_clear_error();
    errno = 0;
    result = SSL_do_handshake(s->ssl);
    if (result != 1 && waits(s, result, &why))
        return;
    dsmtp_tls_judge(s->ssl, s->demand, result == 1, &evidence);
    if (evidence.reason != DSMTP_REASON_NONE && !(result == 1 && s->demand->audit)) {
        if (evidence.reason == DSMTP_REASON_TLS_HANDSHAKE && why != NULL)
            snprintf(evidence.detail, sizeof(evidence.detail), "%s", why);
        fail(s, evidence.reason, evidence.detail, &evidence);
        return;
    }
    s->stage = STREAM_SECURED;
    /* What came behind the handshake may be in OpenSSL already, where no event of the socket tells
     * of it. */
    event_active(&s->readable, EV_READ, 0);
    s->busy = true;
    s->events->secured(s->arg, &evidence);
    (void)leave(s);
}

bool dsmtp_stream_flush_tls(struct dsmtp_stream *s, const char **why)
{
    size_t len;

    for (int i = 0; (len = evbuffer_get_length(s->out)) > 0; i++) {
        size_t piece = len < PIECE ? len : PIECE;
        const unsigned char *bytes = evbuffer_pullup(s->out, (ev_ssize_t)piece);
        int n;

        *why = NO_MEMORY;
        if (i == PIECES_MAX)
            return event_add(&s->writable, NULL) == 0;
        if (bytes == NULL)
            return false;
        ERR_clear_error();
        errno = 0;
        n = SSL_write(s->ssl, bytes, (int)piece);
        if (n <= 0)
            return waits(s, n, why);
        (void)evbuffer_drain(s->out, (size_t)n);
    }
    return true;
}

/* The peer takes nothing more; what it said before it closed may tell why. False: the stream is not
 * there any more, or not well. OpenSSL does not read from a broken connection. */
static bool last_words(struct dsmtp_stream *s)
{
    uint8_t piece[PIECE];
    ssize_t n = s->stage == STREAM_PLAIN ? recv(s->fd, piece, sizeof(piece), 0) : 0;

    return n <= 0 || tell_received(s, piece, (size_t)n);
}

/* What is written goes out as far as the socket takes it, and the owner is told. False: the stream
 * is not there any more, or not well. */
static bool flush(struct dsmtp_stream *s)
{
    const char *why = NULL;
    size_t before = evbuffer_get_length(s->out);
    bool well = s->stage == STREAM_SECURED ? dsmtp_stream_flush_tls(s, &why)
                                           : dsmtp_stream_flush_plain(s, &why);
    size_t left = evbuffer_get_length(s->out);

    if (well && left < before) {
        s->busy = true;
        s->events->sent(s->arg, left);
        return leave(s);
    }
    if (!well && last_words(s))
        fail(s, DSMTP_REASON_CONNECTION_LOST, why, NULL);
    return well;
}

static void read_tls(struct dsmtp_stream *s)
{
    uint8_t piece[PIECE];
    const char *why = NULL;
    int n;

    for (int i = 0; i < PIECES_MAX; i++) {
        ERR_clear_error();
        errno = 0;
        n = SSL_read(s->ssl, piece, sizeof(piece));
        if (n <= 0) {
            if (!waits(s, n, &why))
                fail(s, DSMTP_REASON_CONNECTION_LOST, why, NULL);
            else if (evbuffer_get_length(s->out) > 0)
                (void)flush(s); /* a write may have waited for this */
            return;
        }
        if (!tell_received(s, piece, (size_t)n))
            return;
    }
    event_active(&s->readable, EV_READ, 0);
}

/* --- the loop's side -----------------------------------------------------------------------------
 */

void dsmtp_stream_on_readable(evutil_socket_t fd, short what, void *arg)
{
    struct dsmtp_stream *s = arg;

    (void)fd;
    (void)what;
    switch (s->stage) {
    case STREAM_PLAIN:
        read_plain(s);
        break;
    case STREAM_HANDSHAKE:
        shake(s);
        break;
    case STREAM_SECURED:
        read_tls(s);
        break;
    case STREAM_CONNECTING:
    case STREAM_FAILED:
        break;
    }
}

void dsmtp_stream_on_writable(evutil_socket_t fd, short what, void *arg)
{
    struct dsmtp_stream *s = arg;

    (void)fd;
    (void)what;
    switch (s->stage) {
    case STREAM_CONNECTING:
        finish_connect(s);
        break;
    case STREAM_HANDSHAKE:
        shake(s);
        break;
    case STREAM_PLAIN:
    case STREAM_SECURED:
        (void)flush(s);
        break;
    case STREAM_FAILED:
        break;
    }
}

void dsmtp_stream_on_timer(evutil_socket_t fd, short what, void *arg)
{
    static const char *const waited_for[] = {
        [STREAM_CONNECTING] = "no connection in time",
        [STREAM_PLAIN] = "no reply in time",
        [STREAM_HANDSHAKE] = "no TLS handshake in time",
        [STREAM_SECURED] = "no reply in time",
        [STREAM_FAILED] = "",
    };
    struct dsmtp_stream *s = arg;

    (void)fd;
    (void)what;
    if (s->pending != DSMTP_REASON_NONE)
        fail(s, s->pending, s->detail, NULL);
    else
        fail(s, DSMTP_REASON_TIMEOUT, waited_for[s->stage], NULL);
}
