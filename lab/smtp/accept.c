/* accept.c - a call comes in: whose is the address, and which side does the host show? */
#include <netdb.h>
#include <sys/socket.h>
#include <unistd.h>

#include "smtp/session.h"

static json_t *address_json(const struct sockaddr_storage *address)
{
    char text[NI_MAXHOST];

    if (getnameinfo((const struct sockaddr *)address, sizeof(*address), text, sizeof(text), NULL, 0,
                    NI_NUMERICHOST) != 0)
        return lab_smtp_json_text(NULL);
    return lab_smtp_json_text(text);
}

static void reset(evutil_socket_t fd)
{
    const struct linger now = {.l_onoff = 1};

    (void)setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
    (void)close(fd);
}

/* Does this connection see what the host does later? */
static bool is_later(struct lab_smtp_server *s, const struct lab_smtp_host *host)
{
    struct lab_smtp_visits *v = &s->visits[host - s->list];
    const unsigned round = s->round != NULL ? s->round->number : LAB_SHOW_ROUND;

    if (round < LAB_SHOW_ROUND)
        return round == LAB_SHOW_LATER;
    if (v->round != round)
        *v = (struct lab_smtp_visits){.round = round};
    return v->count++ > 0;
}

/* What the host is like by now. */
static const struct lab_smtp_host *by_now(const struct lab_smtp_server *s,
                                          const struct lab_smtp_host *host)
{
    const unsigned now = s->round != NULL ? s->round->now : 0;

    while (host->later != NULL && host->later->from <= now)
        host = host->later;
    return host;
}

void lab_smtp_accept(struct lab_smtp_server *server, evutil_socket_t fd,
                     const struct sockaddr_storage *local, const struct sockaddr_storage *peer)
{
    const struct lab_smtp_host *host = lab_hosts_find(&server->hosts, local);
    const unsigned conn = ++server->conns;

    lab_smtp_log(&server->log, conn, "connect",
                 json_pack("{s:o, s:o, s:o, s:o}", "scenario",
                           lab_smtp_json_text(host != NULL ? host->scenario : NULL), "host",
                           lab_smtp_json_text(host != NULL ? host->name : NULL), "address",
                           address_json(local), "peer", address_json(peer)));
    if (host == NULL) {
        lab_smtp_log(&server->log, conn, "close",
                     json_pack("{s:s, s:b}", "by", "server", "tls", 0));
        reset(fd);
    } else {
        lab_session_start(server, conn, by_now(server, host), is_later(server, host), fd);
    }
}
