/* ask.c - one DNS question over UDP, to find out whether a server answers. */
#include <arpa/inet.h>
#include <errno.h>
#include <ldns/ldns.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "world/internal.h"

#define GIVE_UP_MS 30000
#define ASK_AGAIN_MS 500
#define PAUSE_NS 2000000 /* until the server has bound its port */
#define QUERY_MAX 300
#define ID 0x4c42

static size_t put_name(uint8_t *to, const char *name)
{
    size_t len = 0;

    for (const char *p = name; *p != '\0' && *p != '.'; p += strcspn(p, ".") + 1) {
        size_t label = strcspn(p, ".");

        if (label > 63 || len + label + 2 > 255)
            break;
        to[len++] = (uint8_t)label;
        memcpy(to + len, p, label);
        len += label;
    }
    to[len++] = 0;
    return len;
}

/* RD and AD set: "tell me whether the answer is authentic" (RFC 6840, section 5.7). */
static size_t put_query(uint8_t to[QUERY_MAX], const struct lab_question *q)
{
    static const uint8_t header[12] = {ID >> 8, ID & 255, 0x01, 0x20, 0, 1};
    size_t len = sizeof(header);

    memcpy(to, header, sizeof(header));
    len += put_name(to + len, q->name);
    to[len++] = (uint8_t)(q->type >> 8);
    to[len++] = (uint8_t)q->type;
    to[len++] = 0;
    to[len++] = 1;
    return len;
}

static uint32_t serial_of(const uint8_t *wire, size_t len)
{
    ldns_pkt *packet = NULL;
    uint32_t serial = 0;

    if (ldns_wire2pkt(&packet, wire, len) != LDNS_STATUS_OK)
        return 0;
    for (size_t i = 0; i < ldns_rr_list_rr_count(ldns_pkt_answer(packet)) && serial == 0; i++) {
        const ldns_rr *rr = ldns_rr_list_rr(ldns_pkt_answer(packet), i);

        if (ldns_rr_get_type(rr) == LDNS_RR_TYPE_SOA)
            serial = ldns_rdf2native_int32(ldns_rr_rdf(rr, 2));
    }
    ldns_pkt_free(packet);
    return serial;
}

/* Send, and wait a moment for the reply: 1 answered, 0 not yet, -1 nobody is there yet. */
static int try_once(int fd, const uint8_t *query, size_t len, struct lab_reply *out)
{
    struct pollfd wait = {.fd = fd, .events = POLLIN};
    uint8_t got[4096];
    ssize_t n;

    if (send(fd, query, len, 0) < 0)
        return -1;
    while (poll(&wait, 1, ASK_AGAIN_MS) > 0) {
        n = recv(fd, got, sizeof(got), 0);
        if (n < 0)
            return -1;
        if (n >= 12 && memcmp(got, query, 2) == 0 && (got[2] & 0x80) != 0) {
            out->rcode = got[3] & 15U;
            out->authentic = (got[3] & 0x20) != 0;
            out->serial = serial_of(got, (size_t)n);
            return 1;
        }
    }
    return 0;
}

int lab_ask(const struct lab_question *q, struct lab_daemon *of, struct lab_reply *out,
            struct lab_fault *fault)
{
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(53)};
    const struct timespec pause = {.tv_nsec = PAUSE_NS};
    int64_t end = lab_now_ms() + GIVE_UP_MS;
    uint8_t query[QUERY_MAX];
    size_t len = put_query(query, q);
    int got = 0;
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

    /* connected, so that "port unreachable" comes back as an error at once */
    if (fd < 0 || inet_pton(AF_INET, q->server, &to.sin_addr) != 1 ||
        connect(fd, (const struct sockaddr *)&to, sizeof(to)) != 0) {
        (void)lab_fail_errno(fault, "cannot ask %s", of->name);
        if (fd >= 0)
            (void)close(fd);
        return -1;
    }
    while (got != 1 && lab_now_ms() < end && lab_daemon_check(of, fault) == 0) {
        got = try_once(fd, query, len, out);
        if (got < 0)
            (void)nanosleep(&pause, NULL);
    }
    (void)close(fd);
    if (got == 1)
        return 0;
    return of->pid == 0 ? -1 : lab_fail(fault, EX_SOFTWARE, "%s does not answer", of->name);
}
