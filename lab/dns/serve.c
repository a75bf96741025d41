/* serve.c - the process of the fault server: sockets, and whom each reply is for. */
#include <arpa/inet.h>
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <event2/listener.h>

#include "dns/dns.h"

#define PORT 53
#define BACKLOG 128
#define FREEBIND_IPV6 78 /* IPV6_FREEBIND: as IP_FREEBIND, before the address is there */

/* A UDP query that the real server has been asked; its index is the message id there. */
struct asked {
    struct sockaddr_storage from;
    socklen_t from_len;
    int fd;
    uint16_t id;
};

struct dns_service {
    const struct lab_dns_fault *list;
    size_t count;
    struct sockaddr_in server;
    struct event_base *base;
    int upstream;
    struct asked *asked; /* 65536 */
    uint16_t next;
    uint8_t room[LAB_DNS_MAX];
};

/* A query that waits for LAB_DNS_DELAY_MS. */
struct late {
    struct dns_service *service;
    struct asked asked;
    size_t len;
    uint8_t data[];
};

/* A TCP connection and its counterpart to the real server. */
struct relay {
    struct dns_service *service;
    struct bufferevent *client;
    struct bufferevent *server;
};

static void forward(struct dns_service *s, const struct asked *from, uint8_t *data, size_t len)
{
    uint16_t id = s->next++;

    s->asked[id] = *from;
    memcpy(&s->asked[id].id, data, 2); /* in the order of the wire, both ways */
    data[0] = (uint8_t)(id >> 8);
    data[1] = (uint8_t)id;
    (void)send(s->upstream, data, len, 0); /* what is lost is asked again */
}

static void on_late(evutil_socket_t fd, short what, void *self)
{
    struct late *late = self;

    (void)fd, (void)what;
    forward(late->service, &late->asked, late->data, late->len);
    free(late);
}

static void forward_later(struct dns_service *s, const struct asked *from,
                          const struct lab_dns_message *m)
{
    const struct timeval delay = {.tv_sec = LAB_DNS_DELAY_MS / 1000,
                                  .tv_usec = LAB_DNS_DELAY_MS % 1000 * 1000};
    struct late *late = lab_calloc(1, sizeof(*late) + m->len);

    late->service = s;
    late->asked = *from;
    late->len = m->len;
    memcpy(late->data, m->data, m->len);
    if (event_base_once(s->base, -1, EV_TIMEOUT, on_late, late, &delay) != 0)
        free(late);
}

static void on_query(evutil_socket_t fd, short what, void *self)
{
    struct dns_service *s = self;
    struct asked from = {.from_len = sizeof(from.from), .fd = (int)fd};
    ssize_t len = recvfrom((int)fd, s->room, sizeof(s->room), 0, (struct sockaddr *)&from.from,
                           &from.from_len);
    struct lab_dns_message m = {s->room, len > 0 ? (size_t)len : 0, true};

    (void)what;
    switch (lab_dns_query(lab_dns_fault_find(s->list, s->count, &m), &m)) {
    case LAB_DNS_FORWARD:
        forward(s, &from, m.data, m.len);
        break;
    case LAB_DNS_LATER:
        forward_later(s, &from, &m);
        break;
    case LAB_DNS_REPLY:
        (void)sendto((int)fd, m.data, m.len, 0, (struct sockaddr *)&from.from, from.from_len);
        break;
    case LAB_DNS_SILENCE:
        break;
    }
}

static void on_answer(evutil_socket_t fd, short what, void *self)
{
    struct dns_service *s = self;
    ssize_t len = recv((int)fd, s->room, sizeof(s->room), 0);
    struct lab_dns_message m = {s->room, len > 0 ? (size_t)len : 0, true};
    struct asked *to;

    (void)what;
    if (m.len < 12)
        return;
    to = &s->asked[(unsigned)m.data[0] << 8 | m.data[1]];
    if (to->from_len == 0)
        return;
    memcpy(m.data, &to->id, 2);
    lab_dns_reply(lab_dns_fault_find(s->list, s->count, &m), &m);
    (void)sendto(to->fd, m.data, m.len, 0, (struct sockaddr *)&to->from, to->from_len);
    to->from_len = 0;
}

/* --- TCP --- */

static void end_relay(struct relay *r)
{
    bufferevent_free(r->client);
    bufferevent_free(r->server);
    free(r);
}

/* Take one message out of in, if a whole one is there. */
static bool next_message(struct evbuffer *in, struct lab_dns_message *m)
{
    uint8_t prefix[2];
    size_t len;

    if (evbuffer_copyout(in, prefix, 2) != 2)
        return false;
    len = (size_t)prefix[0] << 8 | prefix[1];
    if (evbuffer_get_length(in) < len + 2)
        return false;
    (void)evbuffer_drain(in, 2);
    (void)evbuffer_remove(in, m->data, len);
    m->len = len;
    return true;
}

static void put_message(struct bufferevent *to, const struct lab_dns_message *m)
{
    const uint8_t prefix[2] = {(uint8_t)(m->len >> 8), (uint8_t)m->len};

    (void)bufferevent_write(to, prefix, sizeof(prefix));
    (void)bufferevent_write(to, m->data, m->len);
}

static void on_tcp_query(struct bufferevent *client, void *self)
{
    struct relay *r = self;
    struct dns_service *s = r->service;
    struct lab_dns_message m = {.data = s->room};

    while (next_message(bufferevent_get_input(client), &m)) {
        enum lab_dns_next next = lab_dns_query(lab_dns_fault_find(s->list, s->count, &m), &m);

        if (next !=
            LAB_DNS_SILENCE) /* resolvers put questions about many zones on one connection */
            put_message(next == LAB_DNS_REPLY ? client : r->server, &m);
    }
}

static void on_tcp_answer(struct bufferevent *server, void *self)
{
    struct relay *r = self;
    struct dns_service *s = r->service;
    struct lab_dns_message m = {.data = s->room};

    while (next_message(bufferevent_get_input(server), &m)) {
        lab_dns_reply(lab_dns_fault_find(s->list, s->count, &m), &m);
        put_message(r->client, &m);
    }
}

static void on_tcp_event(struct bufferevent *which, short what, void *self)
{
    (void)which;
    if ((what & BEV_EVENT_CONNECTED) == 0)
        end_relay(self);
}

static void on_accept(struct evconnlistener *listener, evutil_socket_t fd, struct sockaddr *peer,
                      int peer_len, void *self)
{
    struct dns_service *s = self;
    struct relay *r = lab_calloc(1, sizeof(*r));

    (void)listener, (void)peer, (void)peer_len;
    r->service = s;
    r->client = bufferevent_socket_new(s->base, fd, BEV_OPT_CLOSE_ON_FREE);
    r->server = bufferevent_socket_new(s->base, -1, BEV_OPT_CLOSE_ON_FREE);
    bufferevent_setcb(r->client, on_tcp_query, NULL, on_tcp_event, r);
    bufferevent_setcb(r->server, on_tcp_answer, NULL, on_tcp_event, r);
    (void)bufferevent_enable(r->client, EV_READ | EV_WRITE);
    (void)bufferevent_enable(r->server, EV_READ | EV_WRITE);
    (void)bufferevent_socket_connect(r->server, (struct sockaddr *)&s->server, sizeof(s->server));
}

/* --- set-up --- */

static int make_address(const char *text, struct sockaddr_storage *out, socklen_t *len)
{
    struct sockaddr_in v4 = {.sin_family = AF_INET, .sin_port = htons(PORT)};
    struct sockaddr_in6 v6 = {.sin6_family = AF_INET6, .sin6_port = htons(PORT)};

    memset(out, 0, sizeof(*out));
    if (inet_pton(AF_INET, text, &v4.sin_addr) == 1) {
        memcpy(out, &v4, sizeof(v4));
        *len = sizeof(v4);
        return 0;
    }
    if (inet_pton(AF_INET6, text, &v6.sin6_addr) != 1)
        return -1;
    memcpy(out, &v6, sizeof(v6));
    *len = sizeof(v6);
    return 0;
}

static int open_socket(const char *address, int type)
{
    struct sockaddr_storage at;
    socklen_t len = 0;
    const int on = 1;
    int fd;

    if (make_address(address, &at, &len) != 0)
        return -1;
    fd = socket(at.ss_family, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return -1;
    (void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
    (void)setsockopt(fd, at.ss_family == AF_INET ? IPPROTO_IP : IPPROTO_IPV6,
                     at.ss_family == AF_INET ? IP_FREEBIND : FREEBIND_IPV6, &on, sizeof(on));
    if (bind(fd, (struct sockaddr *)&at, len) == 0)
        return fd;
    (void)close(fd);
    return -1;
}

static int watch(struct dns_service *s, int fd, event_callback_fn callback)
{
    struct event *e = fd >= 0 ? event_new(s->base, fd, EV_READ | EV_PERSIST, callback, s) : NULL;

    return e != NULL ? event_add(e, NULL) : -1;
}

static int listen_udp(struct dns_service *s, const char *address)
{
    return watch(s, open_socket(address, SOCK_DGRAM), on_query);
}

static int listen_tcp(struct dns_service *s, const char *address)
{
    int tcp = open_socket(address, SOCK_STREAM);

    if (tcp < 0)
        return -1;
    return evconnlistener_new(s->base, on_accept, s, LEV_OPT_CLOSE_ON_FREE | LEV_OPT_CLOSE_ON_EXEC,
                              BACKLOG, tcp) != NULL
               ? 0
               : -1;
}

static int open_service(struct dns_service *s, const struct lab_dns_place *place)
{
    struct sockaddr_storage server;
    socklen_t len = 0;

    s->base = event_base_new();
    s->asked = lab_calloc(65536, sizeof(*s->asked));
    s->upstream = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (s->base == NULL || make_address(place->server4, &server, &len) != 0)
        return -1;
    memcpy(&s->server, &server, sizeof(s->server));
    if (connect(s->upstream, (struct sockaddr *)&server, len) != 0 ||
        watch(s, s->upstream, on_answer) != 0)
        return -1;
    for (int i = 0; i < 1 + place->ipv6; i++) {
        if (listen_udp(s, place->addresses[i]) != 0 || listen_tcp(s, place->addresses[i]) != 0 ||
            listen_udp(s, place->no_tcp[i]) != 0)
            return -1;
    }
    return 0;
}

int lab_dns_serve(const struct lab_dns_fault *list, size_t count, const struct lab_dns_place *place,
                  int ready_fd, struct lab_fault *fault)
{
    static struct dns_service s; /* as long as the process */

    (void)signal(SIGPIPE, SIG_IGN);
    s.list = list;
    s.count = count;
    if (open_service(&s, place) != 0)
        return lab_fail_errno(fault, "fault server: %s port %d", place->addresses[0], PORT);
    if (write(ready_fd, "", 1) != 1)
        return lab_fail(fault, EX_SOFTWARE, "fault server: nobody waits for it");
    (void)close(ready_fd);
    (void)event_base_dispatch(s.base);
    return lab_fail(fault, EX_SOFTWARE, "fault server: the event loop ended");
}
