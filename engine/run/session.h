/* session.h - one SMTP session with one address of one host: core/dialog.h over port/stream.h. */
#ifndef DSMTP_RUN_SESSION_H
#define DSMTP_RUN_SESSION_H

#include "base/arena.h"
#include "core/judge.h"
#include "core/message.h"
#include "model/outcome.h"
#include "run/engine.h"

/* What a session carries. from NULL: nothing (a probe). data: wire form of core/message.h, and what
 * dsmtp_message_examine says of it. */
struct dsmtp_mail {
    const char *from;
    struct dsmtp_recipient *recipients; /* the book of core/recipients.h: those who were answered in
                                           person are entered by the session */
    unsigned recipient_count;
    const char *data;
    size_t len;
    struct dsmtp_message_facts facts;
};

struct dsmtp_session;

/* Called once, from the event loop; the session frees itself of nothing: close it. */
typedef void dsmtp_session_done(void *arg, const struct dsmtp_attempt_end *end);

struct dsmtp_session_config {
    const struct dsmtp_engine *engine;
    struct dsmtp_arena *arena;
    const char *target; /* for the trace */
    const struct dsmtp_host_plan *host;
    const struct dsmtp_local_entry *entry; /* its fingerprints and limits of TLS apply; or NULL */
    const char *address;
    enum dsmtp_level level; /* NONE for a cleartext retry */
    bool examine;           /* fill attempt->exam, too */
    bool nameless;          /* without SNI */
    struct dsmtp_mail *mail;
    struct dsmtp_attempt *attempt; /* filled as the session goes on */
    dsmtp_session_done *done;
    void *arg;
};

/* Start; config is copied. DSMTP_NOMEM, DSMTP_SYSTEM (then done is not called). */
DSMTP_MUST_USE enum dsmtp_status dsmtp_session_open(const struct dsmtp_session_config *config,
                                                    struct dsmtp_session **out);
void dsmtp_session_close(struct dsmtp_session **session);

#endif
