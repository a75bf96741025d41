/* peer.c - the SMTP servers and TLS peers of world.h. */
#include "oracle/world.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum stage { CONNECTING, PLAIN, HANDSHAKE, SECURE, OVER };
enum { LINE_MAX_LEN = 1100, OUT_MAX = 2000 };

struct dsmtp_stream {
    struct world *world;
    struct world_contact *contact;
    const struct oracle_host *host;
    const struct dsmtp_stream_events *events;
    void *arg;
    const struct dsmtp_tls_demand *demand;
    enum stage stage;
    bool sender, content; /* MAIL was accepted; what comes is the message */
    unsigned recipients;  /* so many were accepted */
    char line[LINE_MAX_LEN];
    size_t line_len;
    char out[OUT_MAX]; /* replies that have not been read yet */
    size_t out_len;
    bool late;   /* no answer comes, until the deadline */
    bool lost;   /* the connection breaks when what was said has been read */
    bool unsent; /* the engine has not been told yet that what it wrote is sent */
    bool queued, busy, shut;
};

static void move(void *owner, void *arg);

static void post_move(struct dsmtp_stream *s)
{
    if (s->queued || s->stage == OVER)
        return;
    s->queued = true;
    fake_post(&s->world->loop, move, s, NULL);
}

static void reply(struct dsmtp_stream *s, const char *text)
{
    size_t len = strlen(text);
    if (s->out_len + len > OUT_MAX)
        abort();
    memcpy(s->out + s->out_len, text, len);
    s->out_len += len;
}

/* --- commands --- */

static enum oracle_channel channel_of(const struct dsmtp_stream *s)
{
    if (s->stage != SECURE)
        return ORACLE_CHANNEL_CLEAR;
    return s->contact->demanded ? ORACLE_CHANNEL_AUTHENTICATED : ORACLE_CHANNEL_ENCRYPTED;
}

static void note_mail(struct dsmtp_stream *s)
{
    s->contact->mail |= ORACLE_BIT(channel_of(s));
}

static void greet(struct dsmtp_stream *s)
{
    if (s->host->server == ORACLE_SERVER_GREETS_421)
        reply(s, "421 too busy\r\n");
    else if (s->host->server == ORACLE_SERVER_GREETS_554)
        reply(s, "554 no mail here\r\n");
    else if (s->host->server == ORACLE_SERVER_GREETS_RUBBISH)
        reply(s, "hello there\r\n");
    else
        reply(s, "220 ready\r\n");
}

/* What a server says to EHLO that does not like it, in clear or in TLS; NULL: it does. */
static const char *ehlo_refusal(const struct dsmtp_stream *s)
{
    switch ((int)s->host->server) {
    case ORACLE_SERVER_EHLO_502:
    case ORACLE_SERVER_HELO_554:
        return "502 what?\r\n";
    case ORACLE_SERVER_EHLO_421:
        return "421 not now\r\n";
    case ORACLE_SERVER_TLS_EHLO_421:
        return s->stage == SECURE ? "421 not now\r\n" : NULL;
    case ORACLE_SERVER_TLS_EHLO_554:
        return s->stage == SECURE ? "554 not at all\r\n" : NULL;
    default:
        return NULL;
    }
}

static void do_ehlo(struct dsmtp_stream *s)
{
    const char *refusal = ehlo_refusal(s);
    if (refusal != NULL) {
        reply(s, refusal);
        return;
    }
    reply(s, "250-at your service\r\n");
    if (s->world->shape & (1U << WORLD_SHAPE_PIPELINING))
        reply(s, "250-PIPELINING\r\n");
    if (s->stage == PLAIN && s->host->server != ORACLE_SERVER_NO_STARTTLS)
        reply(s, "250-STARTTLS\r\n");
    reply(s, "250 8BITMIME\r\n");
}

static void do_helo(struct dsmtp_stream *s)
{
    bool refused =
        s->host->server == ORACLE_SERVER_HELO_554 || s->host->server == ORACLE_SERVER_TLS_EHLO_554;
    reply(s, refused ? "554 not at all\r\n" : "250 at your service\r\n");
}

static void do_starttls(struct dsmtp_stream *s)
{
    if (s->stage != PLAIN || s->host->server == ORACLE_SERVER_NO_STARTTLS ||
        s->host->server == ORACLE_SERVER_EHLO_502)
        world_stray(s->world, "STARTTLS was sent though nobody offered it");
    if (s->host->server == ORACLE_SERVER_STARTTLS_454)
        reply(s, "454 not now\r\n");
    else if (s->host->server == ORACLE_SERVER_STARTTLS_554)
        reply(s, "554 not at all\r\n");
    else
        reply(s, "220 go ahead\r\n");
    if (s->host->server == ORACLE_SERVER_INJECTS)
        reply(s, "250 injected\r\n");
}

/* 4xx or 5xx where the state says so. */
static bool refuses(struct dsmtp_stream *s, enum oracle_mail for_now, enum oracle_mail for_good)
{
    note_mail(s);
    if (s->host->mail == for_now)
        reply(s, "451 not now\r\n");
    else if (s->host->mail == for_good)
        reply(s, "554 not at all\r\n");
    else
        return false;
    return true;
}

/* The connection breaks at this point, instead of an answer. */
static bool breaks(struct dsmtp_stream *s, enum oracle_server at)
{
    if (s->stage != SECURE || s->host->server != at)
        return false;
    note_mail(s);
    s->lost = true;
    post_move(s);
    return true;
}

static void do_mail(struct dsmtp_stream *s)
{
    if (breaks(s, ORACLE_SERVER_TLS_LOST_AT_MAIL))
        return;
    if (s->sender)
        world_stray(s->world, "MAIL was sent twice");
    s->recipients = 0;
    if (refuses(s, ORACLE_MAIL_MAIL_4, ORACLE_MAIL_MAIL_5))
        return;
    s->sender = true;
    reply(s, "250 sender fine\r\n");
}

static void do_rcpt(struct dsmtp_stream *s)
{
    if (!s->sender) {
        note_mail(s);
        reply(s, "503 who are you?\r\n");
    } else if (!refuses(s, ORACLE_MAIL_RCPT_4, ORACLE_MAIL_RCPT_5)) {
        s->recipients++;
        reply(s, "250 recipient fine\r\n");
    }
}

static void do_data(struct dsmtp_stream *s)
{
    if (s->recipients == 0) {
        note_mail(s);
        reply(s, "503 for whom?\r\n");
    } else if (!refuses(s, ORACLE_MAIL_DATA_4, ORACLE_MAIL_DATA_5)) {
        s->content = true;
        reply(s, "354 go on\r\n");
    }
}

static void do_other(struct dsmtp_stream *s)
{
    s->sender = false; /* RSET; NOOP is not sent within a transaction */
    reply(s, "250 fine\r\n");
}

static void do_quit(struct dsmtp_stream *s)
{
    reply(s, "221 bye\r\n");
}

static void do_content(struct dsmtp_stream *s)
{
    note_mail(s);
    if (strcmp(s->line, ".") != 0)
        return;
    s->content = false;
    if (breaks(s, ORACLE_SERVER_TLS_LOST_AT_DOT) ||
        refuses(s, ORACLE_MAIL_END_4, ORACLE_MAIL_END_5))
        return;
    if (s->recipients != WORLD_RECIPIENTS)
        world_stray(s->world, "the message came for %u recipients", s->recipients);
    s->sender = false;
    s->contact->taken++;
    reply(s, "250 taken\r\n");
}

static const struct {
    const char *word;
    void (*run)(struct dsmtp_stream *s);
} commands[] = {
    {"EHLO ", do_ehlo}, {"HELO ", do_helo}, {"STARTTLS", do_starttls},
    {"MAIL ", do_mail}, {"RCPT ", do_rcpt}, {"DATA", do_data},
    {"RSET", do_other}, {"NOOP", do_other}, {"QUIT", do_quit},
};

static void do_line(struct dsmtp_stream *s)
{
    if (s->content) {
        do_content(s);
        return;
    }
    for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
        if (strncmp(s->line, commands[i].word, strlen(commands[i].word)) == 0) {
            commands[i].run(s);
            return;
        }
    world_stray(s->world, "a server was sent \"%.60s\"", s->line);
    reply(s, "500 what?\r\n");
}

/* --- moves --- */

static void fail(struct dsmtp_stream *s, enum dsmtp_reason reason,
                 const struct dsmtp_tls_evidence *evidence)
{
    s->stage = OVER;
    s->events->failed(s->arg, reason, "the state says so", evidence);
}

static void read_replies(struct dsmtp_stream *s)
{
    bool pieces = (s->world->shape & (1U << WORLD_SHAPE_IN_PIECES)) != 0;
    uint8_t text[OUT_MAX];
    size_t len = s->out_len;
    enum stage stage = s->stage;
    memcpy(text, s->out, len);
    s->out_len = 0;
    /* What is left when TLS begins was injected. */
    for (size_t at = 0, n = 0; at < len && !s->shut && s->stage == stage; at += n) {
        n = pieces ? 1 : len;
        s->events->received(s->arg, text + at, n);
    }
}

static void shake_hands(struct dsmtp_stream *s)
{
    static const enum dsmtp_reason reasons[] = {[WORLD_MATCH] = DSMTP_REASON_NONE,
                                                [WORLD_NO_MATCH] = DSMTP_REASON_TLSA_MISMATCH,
                                                [WORLD_NO_NAME] = DSMTP_REASON_NAME_MISMATCH,
                                                [WORLD_NO_CHAIN] = DSMTP_REASON_CHAIN_INVALID};
    struct dsmtp_tls_evidence evidence = {.version = "TLSv1.3", .cipher = "NONE", .up = true};
    if (s->host->server == ORACLE_SERVER_INJECTS) {
        fail(s, DSMTP_REASON_STARTTLS_INJECTION, NULL);
        return;
    }
    if (s->host->server == ORACLE_SERVER_HANDSHAKE_FAILS) {
        evidence.up = false;
        evidence.reason = DSMTP_REASON_TLS_HANDSHAKE;
    } else if (s->demand->authenticate != DSMTP_AGAINST_NOTHING) {
        evidence.reason = reasons[world_verify(s->world, s->contact->host, s->demand)];
        evidence.authenticated = evidence.matched = evidence.reason == DSMTP_REASON_NONE;
    }
    if (evidence.reason != DSMTP_REASON_NONE) {
        fail(s, evidence.reason, &evidence);
        return;
    }
    s->stage = SECURE;
    s->events->secured(s->arg, &evidence);
}

static void connect_now(struct dsmtp_stream *s)
{
    if (s->host->server == ORACLE_SERVER_DOWN) {
        fail(s, DSMTP_REASON_CONNECT_FAILED, NULL);
        return;
    }
    s->stage = PLAIN;
    if (s->host->server == ORACLE_SERVER_LOST_AT_ONCE)
        s->lost = true;
    else if (s->host->server == ORACLE_SERVER_NEVER_GREETS)
        s->late = true;
    else
        greet(s);
    post_move(s);
    s->events->connected(s->arg);
}

/* What was written has left; the engine may write more when it hears that. */
static void tell_sent(struct dsmtp_stream *s)
{
    while (s->unsent && !s->shut && (s->stage == PLAIN || s->stage == SECURE)) {
        s->unsent = false;
        s->events->sent(s->arg, 0);
    }
}

static void act(struct dsmtp_stream *s)
{
    if (s->stage == CONNECTING)
        connect_now(s);
    else if (s->stage == HANDSHAKE)
        shake_hands(s);
    else if (s->out_len > 0)
        read_replies(s);
}

static void move(void *owner, void *arg)
{
    struct dsmtp_stream *s = owner;
    (void)arg;
    s->queued = false;
    s->busy = true;
    tell_sent(s);
    if (!s->shut)
        act(s);
    tell_sent(s);
    if (!s->shut && s->stage != HANDSHAKE && s->stage != OVER && (s->lost || s->late))
        fail(s, s->lost ? DSMTP_REASON_CONNECTION_LOST : DSMTP_REASON_TIMEOUT, NULL);
    s->busy = false;
    if (s->shut) {
        fake_cancel(&s->world->loop, s, NULL);
        free(s);
    }
}

/* --- the port --- */

/* Whose address is it? See world.c for the addresses. */
static bool find_address(const struct world *world, const char *address, size_t *host,
                         enum oracle_family *family)
{
    bool four = strchr(address, ':') == NULL;
    bool swapped = (world->shape & (1U << WORLD_SHAPE_SWAPPED)) != 0;
    const char *prefix = four ? "198.18.0." : "2001:db8::";
    size_t len = strlen(prefix);
    if (strncmp(address, prefix, len) != 0 || address[len] < '1' ||
        (size_t)(address[len] - '1') >= ORACLE_HOSTS || address[len + 1] != '\0')
        return false;
    *host = (size_t)(address[len] - '1');
    *family = four != swapped ? ORACLE_IPV4 : ORACLE_IPV6;
    return true;
}

static enum dsmtp_status open_stream(void *self, const char *name, const char *address,
                                     uint16_t port, const struct dsmtp_stream_events *events,
                                     void *arg, struct dsmtp_stream **out)
{
    struct world *world = self;
    struct world_contact *contact = &world->contacts[world->contact_count];
    (void)name;
    if (port != 25 || world->contact_count == WORLD_CONTACTS_MAX ||
        !find_address(world, address, &contact->host, &contact->family)) {
        world_stray(world, "a connection to %s, port %u, the %uth", address, port,
                    world->contact_count + 1);
        return DSMTP_SYSTEM;
    }
    struct dsmtp_stream *s = calloc(1, sizeof(*s));
    if (s == NULL)
        abort();
    contact->sni = ORACLE_NAME_WRONG;
    world->contact_count++;
    world->streams++;
    s->world = world;
    s->contact = contact;
    s->host = &world->state->hosts[contact->host];
    s->events = events;
    s->arg = arg;
    post_move(s);
    *out = s;
    return DSMTP_OK;
}

static enum dsmtp_status write_stream(struct dsmtp_stream *s, const void *bytes, size_t len)
{
    const char *text = bytes;
    if (s->stage != PLAIN && s->stage != SECURE) {
        world_stray(s->world, "a write before the connection or during the handshake");
        return DSMTP_MISUSE;
    }
    for (size_t i = 0; i < len; i++) {
        if (s->line_len + 1 >= LINE_MAX_LEN)
            abort();
        s->line[s->line_len++] = text[i];
        if (s->line_len < 2 || text[i] != '\n' || s->line[s->line_len - 2] != '\r')
            continue;
        s->line[s->line_len - 2] = '\0';
        s->line_len = 0;
        do_line(s);
    }
    s->unsent = true;
    post_move(s);
    return DSMTP_OK;
}

/* The demand must carry the records as they were published: it is checked octet by octet. */
static bool same_records(const struct dsmtp_stream *s, const struct dsmtp_tls_demand *demand,
                         enum oracle_name name)
{
    struct world_set set;
    world_tlsa(s->world, s->contact->host, &s->host->tlsa[name], &set);
    if (set.count != demand->record_count)
        return false;
    for (unsigned i = 0; i < set.count; i++) {
        const struct dsmtp_tlsa *r = &demand->records[i];
        const uint8_t *data = set.data[i];
        if (r->usage != data[0] || r->selector != data[1] || r->matching != data[2] ||
            r->len != set.len[i] - 3 || (r->len > 0 && memcmp(r->data, data + 3, r->len) != 0))
            return false;
    }
    return true;
}

static enum dsmtp_status secure(struct dsmtp_stream *s, const struct dsmtp_tls_demand *demand)
{
    static const enum oracle_name bases[] = {ORACLE_NAME_ORIGINAL, ORACLE_NAME_EXPANDED};
    if (s->stage != PLAIN || s->out_len > 0)
        world_stray(s->world, "TLS was started out of order");
    s->demand = demand;
    s->contact->demanded = demand->authenticate != DSMTP_AGAINST_NOTHING;
    for (size_t i = 0; i < 2 && demand->sni != NULL && s->contact->sni == ORACLE_NAME_WRONG; i++)
        if (strcmp(demand->sni, world_name(s->world, s->contact->host, bases[i])) == 0)
            s->contact->sni = bases[i];
    s->contact->wrong_records = s->contact->demanded && (s->contact->sni == ORACLE_NAME_WRONG ||
                                                         !same_records(s, demand, s->contact->sni));
    s->stage = HANDSHAKE;
    post_move(s);
    return DSMTP_OK;
}

static void deadline(struct dsmtp_stream *s, unsigned milliseconds)
{
    (void)s;
    (void)milliseconds;
}

static void shut(struct dsmtp_stream **stream)
{
    struct dsmtp_stream *s = *stream;
    *stream = NULL;
    s->shut = true;
    s->world->streams--;
    if (s->busy)
        return;
    fake_cancel(&s->world->loop, s, NULL);
    free(s);
}

static void close_connector(void *self)
{
    (void)self;
}

struct dsmtp_connector world_connector(struct world *world)
{
    return (struct dsmtp_connector){world,    open_stream, write_stream,   secure,
                                    deadline, shut,        close_connector};
}
