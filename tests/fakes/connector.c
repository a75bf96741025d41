/* connector.c - scripted servers of connector.h. */
#include "fakes/connector.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum stage { CONNECTING, PLAIN, HANDSHAKE, SECURE, FAILED };

enum { DUE_MAX = 64 };

/* What a server still has to answer: G greeting, E EHLO or HELO, S STARTTLS, M, R, D as in SMTP,
 * "." the message, Q QUIT, ? anything else; who: R only. */
struct due {
    char verb, who;
};

struct dsmtp_stream {
    struct fake_connector *fake;
    struct fake_wire *wire;
    const struct dsmtp_stream_events *events;
    void *arg;
    enum stage stage;
    bool authenticate, audit;
    unsigned deadline;
    size_t unsent;
    struct due due[DUE_MAX];
    unsigned due_count;
    bool data;    /* 354 was said */
    bool nothing; /* the last message was a lone dot */
    unsigned to[FAKE_PEOPLE];
    char block[2000]; /* to be received */
    bool shut, busy;
};

static void move(void *owner, void *arg);

static void post_move(struct dsmtp_stream *s)
{
    fake_post(s->fake->loop, move, s, NULL);
}

/* The next letter; behind the script that of a good server, or of none. */
static char next_letter(struct dsmtp_stream *s, char verb)
{
    struct fake_connector *f = s->fake;

    while (*f->script == ' ')
        f->script++;
    if (*f->script != '\0')
        return *f->script++;
    f->exhausted = true;
    if (!f->willing)
        return 'c';
    return verb == 'E'   ? (s->stage == SECURE ? 'p' : 'P')
           : verb == 'D' ? '3'
           : verb == 'T' ? 'T'
                         : 'o';
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

/* What the server says in clear or in TLS; NULL: it says nothing. */
static const char *words(struct fake_connector *f, char letter)
{
    switch (letter) {
    case 'o':
    case 'e':
        return "250 fine\r\n";
    case 's':
        return "250-mx\r\n250-SIZE 1000\r\n250 STARTTLS\r\n";
    case 'p':
        return "250-mx\r\n250-SIZE 1000\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n250 PIPELINING\r\n";
    case 'P':
        return "250-mx\r\n250-SIZE 1000\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n250-PIPELINING\r\n"
               "250 STARTTLS\r\n";
    case '3':
        return "354 go on\r\n";
    case '4':
        return "450 later\r\n";
    case '5':
        return "550 never\r\n";
    case '2':
        return "452 too many\r\n";
    case 'q':
        return "421 bye\r\n";
    case 'i':
        return "220 go on\r\n250 injected\r\n";
    case '*':
        return *f->texts != NULL ? *f->texts++ : "";
    case 'c':
    case 'x':
    case 't':
    case 'l':
        return NULL;
    default:
        return "\x16\x03\x01 rubbish\r\n";
    }
}

/* The message was answered like this; a server that answers before it has all cannot have taken it.
 */
static void note_message(struct dsmtp_stream *s, bool early, const char *reply)
{
    bool good = !early && reply != NULL && reply[0] == '2';
    bool open = !early && (reply == NULL || strchr("245", reply[0]) == NULL);

    for (unsigned i = 0; i < FAKE_PEOPLE; i++) {
        if (s->nothing)
            s->fake->empty += good ? s->to[i] : 0;
        else
            s->fake->taken[i] += good ? s->to[i] : 0;
        s->fake->perhaps[i] += open ? s->to[i] : 0;
    }
    memset(s->to, 0, sizeof(s->to));
}

/* The server's own book: who is on the envelope, and for whom a message was taken. */
static void keep_book(struct dsmtp_stream *s, struct due due, char letter, const char *reply)
{
    if (due.verb == 'M')
        memset(s->to, 0, sizeof(s->to));
    if (due.verb == 'R' && due.who >= 'a' && due.who <= 'z' && reply != NULL && reply[0] == '2')
        s->to[due.who - 'a'] = 1;
    if (due.verb == 'D')
        s->data = reply != NULL && strncmp(reply, "354", 3) == 0;
    if (due.verb == '.')
        note_message(s, letter == 'e', reply);
}

static void tell_sent(struct dsmtp_stream *s)
{
    if (s->unsent > 0 && s->stage != CONNECTING && s->stage != HANDSHAKE) {
        s->unsent = 0;
        s->events->sent(s->arg, 0);
    }
}

static void flush_block(struct dsmtp_stream *s)
{
    if (s->block[0] != '\0' && !s->shut)
        receive(s, s->block);
    s->block[0] = '\0';
}

/* The next command gets its answer. */
static void answer(struct dsmtp_stream *s)
{
    struct fake_connector *f = s->fake;
    struct due due = s->due[0];
    char letter = due.verb != 'Q' ? next_letter(s, due.verb) : f->quit;
    const char *reply = letter != '\0' ? words(f, letter) : "221 bye\r\n";

    memmove(s->due, s->due + 1, --s->due_count * sizeof(s->due[0]));
    if (letter == 'l') {
        fail(s, DSMTP_REASON_CONNECTION_LOST, NULL);
        return;
    }
    if (letter != 'e' && !(letter == '*' && f->hold))
        tell_sent(s);
    f->quit_seen = f->quit_seen || due.verb == 'Q';
    keep_book(s, due, letter, reply);
    if (reply != NULL)
        (void)strncat(s->block, reply, sizeof(s->block) - strlen(s->block) - 1);
    else
        flush_block(s);
    if (reply != NULL && (reply[0] == '\0' || reply[strlen(reply) - 1] != '\n')) {
        flush_block(s);
        reply = NULL;
    }
    if (reply == NULL && !s->shut)
        fail(s, letter == 't' ? DSMTP_REASON_TIMEOUT : DSMTP_REASON_CONNECTION_LOST, NULL);
}

static void act(struct dsmtp_stream *s)
{
    if (s->stage == HANDSHAKE) {
        char letter = next_letter(s, 'T');

        if (strchr("cxtl", letter) != NULL)
            fail(s, letter == 't' ? DSMTP_REASON_TIMEOUT : DSMTP_REASON_CONNECTION_LOST, NULL);
        else
            shake_hands(s, letter);
        return;
    }
    while (s->due_count > 0 && !s->shut && s->stage != FAILED) {
        answer(s);
        if (!s->fake->together || s->stage == HANDSHAKE)
            break;
    }
    flush_block(s);
}

static void move(void *owner, void *arg)
{
    struct dsmtp_stream *s = owner;
    const char *script = s->fake->script;

    (void)arg;
    s->fake->misused = s->fake->misused || s->deadline == 0;
    s->busy = true;
    if (s->stage == CONNECTING && script[strspn(script, " ")] == 'x') {
        (void)next_letter(s, 'G');
        fail(s, DSMTP_REASON_CONNECT_FAILED, NULL);
    } else {
        if (s->stage == CONNECTING) {
            s->stage = PLAIN;
            s->events->connected(s->arg);
        }
        if (!s->shut)
            act(s);
    }
    s->busy = false;
    if (s->shut)
        free(s);
}

static enum dsmtp_status open_stream(void *self, const char *host, const char *address,
                                     uint16_t port, const struct dsmtp_stream_events *events,
                                     void *arg, struct dsmtp_stream **out)
{
    struct fake_connector *f = self;
    struct dsmtp_stream *s;

    f->misused = f->misused || port == 0 || host == NULL;
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
    s->due[s->due_count++] = (struct due){'G', 0};
    post_move(s);
    *out = s;
    return DSMTP_OK;
}

static void expect(struct dsmtp_stream *s, char verb, char who)
{
    if (s->due_count == DUE_MAX)
        abort();
    s->due[s->due_count++] = (struct due){verb, who};
    if (s->stage != FAILED)
        post_move(s);
}

static void read_command(struct dsmtp_stream *s, const char *line)
{
    static const char verbs[] = "EHMRSDQ";
    const char *to = strstr(line, "RCPT TO:<");

    if (strncmp(line, "STARTTLS", 8) != 0 && line[0] == 'S')
        s->fake->misused = true;
    expect(s, strchr(verbs, line[0]) != NULL ? (line[0] == 'H' ? 'E' : line[0]) : '?',
           to == line ? line[9] : '\0');
}

/* Commands, or behind 354 a whole message. */
static void read_written(struct dsmtp_stream *s, const char *text, size_t len)
{
    if (s->data) {
        s->nothing = len == 3;
        s->data = false;
        if (len < 3 || memcmp(text + len - 3, ".\r\n", 3) != 0)
            s->fake->misused = true;
        expect(s, '.', '\0');
        return;
    }
    for (const char *end; (end = memchr(text, '\n', len)) != NULL;) {
        size_t line = (size_t)(end - text) + 1;

        read_command(s, text);
        text += line;
        len -= line;
    }
    s->fake->misused = s->fake->misused || len > 0;
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
    s->wire->writes++;
    s->unsent += len;
    read_written(s, to + used, len);
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
    s->fake->deadline = milliseconds;
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
