/* connector.c - scripted servers of connector.h. */
#include "fakes/connector.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum stage { CONNECTING, PLAIN, HANDSHAKE, SECURE, FAILED };

struct dsmtp_stream {
    struct fake_connector *fake;
    struct fake_wire *wire;
    const struct dsmtp_stream_events *events;
    void *arg;
    enum stage stage;
    bool authenticate, audit;
    unsigned deadline;
    bool shut, busy;
};

static void move(void *owner, void *arg);

static void post_move(struct dsmtp_stream *s)
{
    fake_post(s->fake->loop, move, s, NULL);
}

static char next_letter(struct fake_connector *f)
{
    while (*f->script == ' ')
        f->script++;
    if (*f->script != '\0')
        return *f->script++;
    f->exhausted = true;
    return 'c';
}

static void fail(struct dsmtp_stream *s, enum dsmtp_reason reason,
                 const struct dsmtp_tls_evidence *evidence)
{
    s->stage = FAILED;
    fake_cancel(s->fake->loop, s, NULL);
    s->events->failed(s->arg, reason, "the script says so", evidence);
}

static void receive(struct dsmtp_stream *s, const char *text)
{
    size_t len = strlen(text);
    size_t piece = s->fake->piece != 0 ? s->fake->piece : len;

    while (len > 0 && !s->shut) {
        size_t n = len < piece ? len : piece;
        uint8_t *block = malloc(n);

        if (block == NULL)
            abort();
        memcpy(block, text, n);
        s->events->received(s->arg, block, n);
        free(block);
        text += n;
        len -= n;
    }
}

static void shake_hands(struct dsmtp_stream *s, char letter)
{
    struct dsmtp_tls_evidence evidence = {.version = "TLSv1.3", .cipher = "FAKE"};

    evidence.up = letter == 'T' || letter == 'M';
    if (letter == 'M' && s->authenticate) {
        evidence.reason = DSMTP_REASON_TLSA_MISMATCH;
        fail(s, DSMTP_REASON_TLSA_MISMATCH, &evidence);
    } else if (evidence.up) {
        if (letter == 'M' && s->audit)
            evidence.reason = DSMTP_REASON_TLSA_MISMATCH;
        evidence.authenticated = letter == 'T' && (s->authenticate || s->audit) && !s->fake->lie;
        evidence.matched = evidence.authenticated;
        s->wire->matched = letter == 'T' && !s->fake->lie;
        s->stage = SECURE;
        s->events->secured(s->arg, &evidence);
    } else {
        evidence.reason = DSMTP_REASON_TLS_HANDSHAKE;
        fail(s, DSMTP_REASON_TLS_HANDSHAKE, &evidence);
    }
}

/* What the server says in clear or in TLS. */
static const char *words(char letter)
{
    switch (letter) {
    case 'o':
        return "250 fine\r\n";
    case 's':
        return "250-mx\r\n250-SIZE 1000\r\n250 STARTTLS\r\n";
    case '3':
        return "354 go on\r\n";
    case '4':
        return "450 later\r\n";
    case '5':
        return "550 never\r\n";
    case 'i':
        return "220 go on\r\n250 injected\r\n";
    default:
        return "\x16\x03\x01 rubbish\r\n";
    }
}

static void act(struct dsmtp_stream *s, char letter)
{
    if (letter == 't')
        fail(s, DSMTP_REASON_TIMEOUT, NULL);
    else if (letter == 'c' || letter == 'x')
        fail(s, DSMTP_REASON_CONNECTION_LOST, NULL);
    else if (s->stage == HANDSHAKE)
        shake_hands(s, letter);
    else
        receive(s, words(letter));
}

static void move(void *owner, void *arg)
{
    struct dsmtp_stream *s = owner;
    char letter = next_letter(s->fake);

    (void)arg;
    s->fake->misused = s->fake->misused || s->deadline == 0;
    s->busy = true;
    if (s->stage == CONNECTING && letter == 'x') {
        fail(s, DSMTP_REASON_CONNECT_FAILED, NULL);
    } else {
        if (s->stage == CONNECTING) {
            s->stage = PLAIN;
            s->events->connected(s->arg);
        }
        if (!s->shut)
            act(s, letter);
    }
    s->busy = false;
    if (s->shut)
        free(s);
}

static enum dsmtp_status open_stream(void *self, const char *address, uint16_t port,
                                     const struct dsmtp_stream_events *events, void *arg,
                                     struct dsmtp_stream **out)
{
    struct fake_connector *f = self;
    struct dsmtp_stream *s;

    f->misused = f->misused || port == 0;
    if (f->opened + 1 == f->refuse_open || f->opened == FAKE_STREAMS_MAX)
        return DSMTP_SYSTEM;
    s = calloc(1, sizeof(*s));
    if (s == NULL)
        return DSMTP_NOMEM;
    s->fake = f;
    s->wire = &f->wire[f->opened++];
    f->open++;
    memset(s->wire, 0, sizeof(*s->wire));
    snprintf(s->wire->address, sizeof(s->wire->address), "%s", address);
    s->events = events;
    s->arg = arg;
    post_move(s);
    *out = s;
    return DSMTP_OK;
}

static enum dsmtp_status write_stream(struct dsmtp_stream *s, const void *bytes, size_t len)
{
    char *to = s->stage == SECURE ? s->wire->tls : s->wire->clear;
    size_t used = strlen(to);

    if (++s->fake->writes == s->fake->refuse_write)
        return DSMTP_SYSTEM;
    if (s->stage == CONNECTING || s->stage == HANDSHAKE || s->shut || used + len >= FAKE_WIRE_MAX) {
        s->fake->misused = true;
        return DSMTP_MISUSE;
    }
    memcpy(to + used, bytes, len);
    to[used + len] = '\0';
    if (s->stage != FAILED)
        post_move(s);
    return DSMTP_OK;
}

/* "authorities for d,.d 0 fingerprints c! high SNI m" */
static void describe(const struct dsmtp_tls_demand *d, char *out, size_t room)
{
    static const char *const ciphers[] = {"", " medium", " high"};
    size_t used = (size_t)snprintf(out, room, "%s", dsmtp_against_name(d->authenticate));

    for (unsigned i = 0; i < d->name_count && used < room; i++)
        used +=
            (size_t)snprintf(out + used, room - used, "%s%s", i == 0 ? " for " : ",", d->names[i]);
    if (used < room)
        (void)snprintf(out + used, room - used, " %u fingerprints %x%s%s SNI %s",
                       d->fingerprint_count, d->limits.versions, d->limits.own_floor ? "!" : "",
                       ciphers[d->limits.ciphers], d->sni != NULL ? d->sni : "none");
}

static enum dsmtp_status secure(struct dsmtp_stream *s, const struct dsmtp_tls_demand *demand)
{
    if (s->stage != PLAIN)
        s->fake->misused = true;
    s->stage = HANDSHAKE;
    s->authenticate = demand->authenticate != DSMTP_AGAINST_NOTHING;
    s->audit = demand->audit;
    s->wire->asked_tls = true;
    s->wire->authenticate = s->authenticate;
    s->wire->audit = demand->audit;
    describe(demand, s->wire->demand, sizeof(s->wire->demand));
    post_move(s);
    return DSMTP_OK;
}

static void deadline(struct dsmtp_stream *s, unsigned milliseconds)
{
    s->deadline = milliseconds;
}

static void shut(struct dsmtp_stream **stream)
{
    struct dsmtp_stream *s = *stream;

    *stream = NULL;
    s->shut = true;
    s->fake->open--;
    fake_cancel(s->fake->loop, s, NULL);
    if (!s->busy)
        free(s);
}

static void close_connector(void *self)
{
    (void)self;
}

struct dsmtp_connector fake_connector_port(struct fake_connector *fake)
{
    return (struct dsmtp_connector){fake,     open_stream, write_stream,   secure,
                                    deadline, shut,        close_connector};
}

static bool mail(const char *text)
{
    return strstr(text, "MAIL FROM") != NULL || strstr(text, "RCPT TO") != NULL ||
           strstr(text, "DATA") != NULL || strstr(text, "@") != NULL ||
           strstr(text, "secret") != NULL;
}

bool fake_mail_in_clear(const struct fake_wire *wire)
{
    return mail(wire->clear);
}

bool fake_mail_in_tls(const struct fake_wire *wire)
{
    return mail(wire->tls);
}
