/* fault_smtp.c - senders that misunderstand replies, or say the wrong thing. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/message.h"
#include "core/recipients.h"
#include "faults/faults.h"
#include "run/session_internal.h"

/* clang-format off */
WRAPPED(enum dsmtp_event, dsmtp_dialog_event, enum dsmtp_state state, unsigned code, bool offers)
WRAPPED(size_t, dsmtp_message_wire, const char *text, size_t len, char *out)
WRAPPED(void, dsmtp_recipients_answer, struct dsmtp_recipient *r, unsigned code, const struct dsmtp_finding *said)
WRAPPED(enum dsmtp_status, dsmtp_reply_feed, struct dsmtp_reply *r, const void *bytes, size_t len, size_t *used)
WRAPPED(enum dsmtp_event, dsmtp_session_note, struct dsmtp_session *s, bool more)
WRAPPED(enum dsmtp_status, dsmtp_session_open, const struct dsmtp_session_config *config, struct dsmtp_session **out)
/* clang-format on */

enum dsmtp_event WRAP(dsmtp_dialog_event)(enum dsmtp_state state, unsigned code, bool offers)
{
    enum dsmtp_event event;

    if (fault_is("sees-no-starttls") && state == DSMTP_STATE_EHLO)
        offers = false;
    if (fault_is("takes-451-for-final") && code / 100 == 4)
        code += 100;
    if (fault_is("takes-550-for-transient") && code / 100 == 5)
        code -= 100;
    event = REAL(dsmtp_dialog_event)(state, code, offers);
    if (fault_is("goes-on-behind-421") && event == DSMTP_EVENT_CLOSING)
        return DSMTP_EVENT_OK;
    if (fault_is("final-refusal-is-fine") && event == DSMTP_EVENT_PERM)
        return DSMTP_EVENT_OK;
    return event;
}

/* A line of one dot ends the message, and dots that begin a line are lost. */
size_t WRAP(dsmtp_message_wire)(const char *text, size_t len, char *out)
{
    size_t n = REAL(dsmtp_message_wire)(text, len, out);

    if (!fault_is("no-dot-stuffing"))
        return n;
    for (size_t i = 2; i + 5 < n; i++) {
        if (memcmp(out + i - 2, "\r\n..", 4) != 0)
            continue;
        memmove(out + i, out + i + 1, n - i - 1);
        n--;
    }
    return n;
}

void WRAP(dsmtp_recipients_answer)(struct dsmtp_recipient *r, unsigned code,
                                   const struct dsmtp_finding *said)
{
    if (fault_is("partial-is-success") && code / 100 == 5)
        code = 250;
    if (fault_is("refused-recipient-waits") && code / 100 == 5)
        code = 450;
    if (fault_is("waiting-recipient-is-refused") && code / 100 == 4)
        code = 550;
    REAL(dsmtp_recipients_answer)(r, code, said);
}

/* What came in clear behind the 220 to STARTTLS: passed over as if it had never come, or kept and
 * read as the first reply inside TLS. One session at a time is remembered. */
static struct {
    const struct dsmtp_reply *of;
    char bytes[2048];
    size_t len;
} injected;

enum dsmtp_status WRAP(dsmtp_reply_feed)(struct dsmtp_reply *r, const void *bytes, size_t len,
                                         size_t *used)
{
    bool believes = fault_is("believes-what-was-injected");
    enum dsmtp_status status;

    if (believes && injected.of == r) {
        injected.of = NULL;
        status = REAL(dsmtp_reply_feed)(r, injected.bytes, injected.len, used);
        *used = len; /* the host's own reply is lost */
        return status;
    }
    status = REAL(dsmtp_reply_feed)(r, bytes, len, used);
    if (status != DSMTP_OK || r->code != 220 || *used == len)
        return status;
    if (believes && len - *used <= sizeof(injected.bytes)) {
        injected.of = r;
        injected.len = len - *used;
        memcpy(injected.bytes, (const char *)bytes + *used, injected.len);
    }
    if (believes || fault_is("drops-what-was-injected"))
        *used = len;
    return status;
}

enum dsmtp_event WRAP(dsmtp_session_note)(struct dsmtp_session *s, bool more)
{
    enum dsmtp_state state = s->state;
    enum dsmtp_event event;

    if (fault_is("251-is-a-refusal") && state == DSMTP_STATE_RCPT && s->reply.code == 251)
        s->reply.code = 550;
    if (fault_is("one-refusal-is-for-all") && state == DSMTP_STATE_RCPT && s->reply.code / 100 == 5)
        for (unsigned i = 0; i < s->config.mail->recipient_count; i++)
            if (s->config.mail->recipients[i].turn == DSMTP_TURN_ACCEPTED)
                s->config.mail->recipients[i].turn = DSMTP_TURN_REFUSED;
    event = REAL(dsmtp_session_note)(s, more);
    /* Between EHLO and MAIL nobody needs the number of the next recipient. */
    if (fault_is("keeps-offers-made-in-clear") && state == DSMTP_STATE_EHLO)
        s->rcpt = s->extensions;
    if (fault_is("keeps-offers-made-in-clear") && state == DSMTP_STATE_EHLO_TLS)
        s->extensions |= s->rcpt;
    return event;
}

/* --- a sender that insists on TLS at its first attempt only --- */

static char *tried; /* "DOMAIN\n"... of earlier processes */

static FILE *ledger(const char *mode)
{
    return fopen("clear-on-retry.tried", mode);
}

__attribute__((constructor)) static void read_ledger(void)
{
    FILE *f = fault_is("clear-on-retry") ? ledger("re") : NULL;
    size_t room = 1 << 20;

    if (f == NULL)
        return;
    tried = calloc(1, room);
    if (tried != NULL)
        (void)!fread(tried, 1, room - 1, f);
    (void)fclose(f);
}

static bool was_tried(const char *target)
{
    char line[300];

    (void)snprintf(line, sizeof(line), "%s\n", target);
    return tried != NULL && strstr(tried, line) != NULL;
}

static void note_tried(const char *target)
{
    FILE *f = ledger("ae");

    if (f == NULL)
        return;
    (void)fprintf(f, "%s\n", target);
    (void)fclose(f);
}

enum dsmtp_status WRAP(dsmtp_session_open)(const struct dsmtp_session_config *config,
                                           struct dsmtp_session **out)
{
    struct dsmtp_session_config changed = *config;

    if (fault_is("clear-on-retry")) {
        if (was_tried(config->target))
            changed.level = DSMTP_LEVEL_NONE;
        note_tried(config->target);
    }
    if (fault_is("clear-retry-everywhere") && config->level == DSMTP_LEVEL_MAY)
        changed.level = DSMTP_LEVEL_NONE;
    return REAL(dsmtp_session_open)(&changed, out);
}
