/* session.h - one connection to a fake host, and the server they all belong to. Private to
 * lab/smtp. */
#ifndef LAB_SMTP_SESSION_H
#define LAB_SMTP_SESSION_H

#include <event2/bufferevent.h>
#include <event2/event.h>
#include <openssl/ssl.h>

#include "smtp/dialog.h"
#include "smtp/hosts.h"
#include "smtp/tls.h"

struct lab_smtp_server {
    struct event_base *base;
    SSL_CTX *tls;
    struct lab_smtp_log log;
    struct lab_session *sessions; /* doubly linked */
    unsigned conns;
    const struct lab_smtp_host *list;
    const lab_smtp_round *round;    /* NULL: LAB_SHOW_ROUND */
    struct lab_smtp_visits *visits; /* as many as hosts, zero-initialised */
    struct lab_hosts hosts;         /* by address */
};

/* How often a host was called in a round. */
struct lab_smtp_visits {
    unsigned round;
    unsigned count;
};

/* Somebody has called the local address: note it, and start the session of its host, or reset the
 * connection if it is nobody's. Takes the descriptor. */
void lab_smtp_accept(struct lab_smtp_server *server, evutil_socket_t fd,
                     const struct sockaddr_storage *local, const struct sockaddr_storage *peer);

/* Take over a connected, non-blocking socket. later: show what the host does from the second
 * connection on. */
void lab_session_start(struct lab_smtp_server *server, unsigned conn,
                       const struct lab_smtp_host *host, bool later, evutil_socket_t fd);
void lab_session_free(struct lab_session *s);

#endif
