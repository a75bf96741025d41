/* session.h - one connection to a fake host, and the server they all belong to. Private to
 * lab/smtp. */
#ifndef LAB_SMTP_SESSION_H
#define LAB_SMTP_SESSION_H

#include <event2/bufferevent.h>
#include <event2/event.h>
#include <openssl/ssl.h>

#include "smtp/dialog.h"
#include "smtp/tls.h"

struct lab_smtp_server {
    struct event_base *base;
    SSL_CTX *tls;
    struct lab_smtp_log log;
    struct lab_session *sessions; /* doubly linked */
    unsigned conns;
};

/* Take over a connected, non-blocking socket. later: show what the host does from the second
 * connection on. */
void lab_session_start(struct lab_smtp_server *server, unsigned conn,
                       const struct lab_smtp_host *host, bool later, evutil_socket_t fd);
void lab_session_free(struct lab_session *s);

#endif
