/* probe_dns.c - many DNS questions at once, see probe_dns.h. */
#include "run/probe_dns.h"

#include <errno.h>
#include <ldns/ldns.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unbound.h>
#include <unistd.h>

#define WINDOW 64u /* questions on their way at once */
#define RESEND_MS 3000
#define TRIES 4u
#define EDNS_EDE 15

/* One question on the wire; its index is the DNS message id. */
struct exchange {
    struct lab_dns_question *q;
    bool checking_disabled; /* the second question, after SERVFAIL */
    bool done;
    unsigned tries;
    int64_t sent;
};

static int make_query(const struct exchange *x, uint16_t id, uint8_t **wire, size_t *len,
                      struct lab_fault *fault)
{
    ldns_rdf *name = ldns_dname_new_frm_str(x->q->name);
    ldns_rr_type type = ldns_get_rr_type_by_name(x->q->type);
    uint16_t flags = (uint16_t)(LDNS_RD | (x->checking_disabled ? LDNS_CD : 0));
    ldns_pkt *packet =
        name != NULL ? ldns_pkt_query_new(name, type, LDNS_RR_CLASS_IN, flags) : NULL;
    int rc = 0;

    if (packet == NULL)
        return lab_fail(fault, EX_DATAERR, "cannot ask for \"%s %s\"", x->q->name, x->q->type);
    ldns_pkt_set_id(packet, id);
    ldns_pkt_set_edns_udp_size(packet, 4096);
    ldns_pkt_set_edns_do(packet, true);
    if (ldns_pkt2wire(wire, packet, len) != LDNS_STATUS_OK)
        rc = lab_fail(fault, EX_SOFTWARE, "cannot build a DNS query");
    ldns_pkt_free(packet);
    return rc;
}

static int send_query(int fd, struct exchange *x, uint16_t id, struct lab_fault *fault)
{
    uint8_t *wire = NULL;
    size_t len = 0;
    int rc = make_query(x, id, &wire, &len, fault);

    if (rc == 0 && send(fd, wire, len, 0) < 0 && errno != ECONNREFUSED)
        rc = lab_fail_errno(fault, "cannot send to the resolver");
    x->tries++;
    x->sent = lab_now_ms();
    free(wire);
    return rc;
}

/* Whether len octets came. */
static bool read_all(int fd, uint8_t *to, size_t len)
{
    size_t got = 0;
    ssize_t n = 1;

    while (got < len && n > 0) {
        n = recv(fd, to + got, len - got, 0);
        got += n > 0 ? (size_t)n : 0;
    }
    return got == len;
}

/* The same question over TCP, waiting for the answer; NULL: there is none. */
static ldns_pkt *ask_tcp(const struct exchange *x, uint16_t id, struct lab_fault *fault)
{
    const struct sockaddr_in to = {
        .sin_family = AF_INET, .sin_port = htons(53), .sin_addr = {htonl(INADDR_LOOPBACK)}};
    const struct timeval patience = {.tv_sec = RESEND_MS / 1000};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    uint8_t *wire = NULL;
    uint8_t got[65536];
    uint8_t prefix[2];
    ldns_pkt *packet = NULL;
    size_t len = 0;
    bool ok = fd >= 0 && make_query(x, id, &wire, &len, fault) == 0 &&
              setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience)) == 0 &&
              connect(fd, (const struct sockaddr *)&to, sizeof(to)) == 0;

    prefix[0] = (uint8_t)(len >> 8);
    prefix[1] = (uint8_t)len;
    ok = ok && send(fd, prefix, 2, MSG_MORE) == 2 && send(fd, wire, len, 0) == (ssize_t)len &&
         read_all(fd, prefix, 2);
    len = (size_t)prefix[0] << 8 | prefix[1];
    if (ok && read_all(fd, got, len) && ldns_wire2pkt(&packet, got, len) != LDNS_STATUS_OK)
        packet = NULL;
    free(wire);
    if (fd >= 0)
        (void)close(fd);
    return packet;
}

/* EDNS options: code, length, data; an extended error's data begins with its number. */
static void take_ede(struct lab_dns_question *q, const ldns_pkt *packet)
{
    const ldns_rdf *options = ldns_pkt_edns_data(packet);
    const uint8_t *at = options != NULL ? ldns_rdf_data(options) : NULL;
    size_t left = options != NULL ? ldns_rdf_size(options) : 0;

    while (left >= 4) {
        unsigned code = (unsigned)at[0] << 8 | at[1];
        size_t len = (size_t)at[2] << 8 | at[3];

        if (len > left - 4)
            break;
        if (code == EDNS_EDE && len >= 2 && q->ede_count < LAB_EDE_MAX)
            q->ede[q->ede_count++] = (unsigned)at[4] << 8 | at[5];
        at += 4 + len;
        left -= 4 + len;
    }
}

static bool holds_type(const ldns_pkt *packet, ldns_rr_type type)
{
    const ldns_rr_list *answer = ldns_pkt_answer(packet);

    for (size_t i = 0; i < ldns_rr_list_rr_count(answer); i++)
        if (ldns_rr_get_type(ldns_rr_list_rr(answer, i)) == type)
            return true;
    return false;
}

/* The records of a type, whatever their order and TTL: a sum over their data. */
static uint32_t digest_of(const ldns_pkt *packet, ldns_rr_type type)
{
    const ldns_rr_list *answer = ldns_pkt_answer(packet);
    uint32_t sum = 0;

    for (size_t i = 0; i < ldns_rr_list_rr_count(answer); i++) {
        const ldns_rr *rr = ldns_rr_list_rr(answer, i);
        uint32_t h = 2166136261U;

        for (size_t k = 0; k < ldns_rr_rd_count(rr) && ldns_rr_get_type(rr) == type; k++) {
            const ldns_rdf *field = ldns_rr_rdf(rr, k);

            for (size_t n = 0; n < ldns_rdf_size(field); n++)
                h = (h ^ ldns_rdf_data(field)[n]) * 16777619U;
        }
        sum += ldns_rr_get_type(rr) == type ? h : 0;
    }
    return sum;
}

/* Read a reply into the exchange; false: ask again with CD. */
static bool take_reply(struct exchange *x, const ldns_pkt *packet)
{
    ldns_pkt_rcode rcode = ldns_pkt_get_rcode(packet);
    bool answered = rcode == LDNS_RCODE_NOERROR || rcode == LDNS_RCODE_NXDOMAIN;

    if (!x->checking_disabled)
        take_ede(x->q, packet);
    if (rcode == LDNS_RCODE_SERVFAIL && !x->checking_disabled)
        return false;
    if (x->checking_disabled)
        x->q->daemon = answered ? LAB_BOGUS : LAB_ERROR;
    else
        x->q->daemon = !answered ? LAB_ERROR : ldns_pkt_ad(packet) ? LAB_SECURE : LAB_INSECURE;
    x->q->digest = digest_of(packet, ldns_get_rr_type_by_name(x->q->type));
    if (!answered)
        x->q->daemon_answer = LAB_ANSWER_ANY;
    else if (holds_type(packet, ldns_get_rr_type_by_name(x->q->type)))
        x->q->daemon_answer = LAB_ANSWER_DATA;
    else
        x->q->daemon_answer =
            rcode == LDNS_RCODE_NXDOMAIN ? LAB_ANSWER_NXDOMAIN : LAB_ANSWER_NODATA;
    x->done = true;
    return true;
}

static int receive(int fd, struct exchange *list, size_t count, struct lab_fault *fault)
{
    uint8_t wire[65536];
    ssize_t len = recv(fd, wire, sizeof(wire), 0);
    ldns_pkt *packet = NULL;
    uint16_t id;
    int rc = 0;

    if (len < 12 || ldns_wire2pkt(&packet, wire, (size_t)len) != LDNS_STATUS_OK)
        return 0;
    id = ldns_pkt_id(packet);
    if (id < count && !list[id].done && ldns_pkt_tc(packet)) {
        ldns_pkt *whole = ask_tcp(&list[id], id, fault);

        if (whole != NULL) {
            ldns_pkt_free(packet);
            packet = whole;
        }
    }
    if (id < count && !list[id].done && list[id].checking_disabled == ldns_pkt_cd(packet) &&
        !take_reply(&list[id], packet)) {
        list[id].checking_disabled = true;
        list[id].tries = 0;
        rc = send_query(fd, &list[id], id, fault);
    }
    ldns_pkt_free(packet);
    return rc;
}

/* Send what the window allows and what is overdue; returns the number of unfinished exchanges, or
 * -1. */
static int send_due(int fd, struct exchange *list, size_t count, struct lab_fault *fault)
{
    int64_t now = lab_now_ms();
    unsigned open = 0;

    for (size_t i = 0; i < count && open < WINDOW; i++) {
        struct exchange *x = &list[i];

        if (x->done)
            continue;
        open++;
        if (x->tries > 0 && now - x->sent < RESEND_MS)
            continue;
        if (x->tries == TRIES) {
            x->done = true;
            continue;
        }
        if (send_query(fd, x, (uint16_t)i, fault) != 0)
            return -1;
    }
    return (int)open;
}

int lab_dns_ask_daemon(struct lab_dns_question *list, size_t count, struct lab_fault *fault)
{
    struct sockaddr_in to = {
        .sin_family = AF_INET, .sin_port = htons(53), .sin_addr = {htonl(INADDR_LOOPBACK)}};
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    struct exchange *x = lab_calloc(count, sizeof(*x));
    struct pollfd p = {.fd = fd, .events = POLLIN};
    int open = 1;

    if (fd < 0 || connect(fd, (const struct sockaddr *)&to, sizeof(to)) != 0)
        open = lab_fail_errno(fault, "cannot reach the resolver");
    for (size_t i = 0; i < count; i++) {
        x[i].q = &list[i];
        list[i].daemon = LAB_ERROR;
    }
    while (open > 0) {
        open = send_due(fd, x, count, fault);
        if (open > 0 && poll(&p, 1, 100) > 0 && receive(fd, x, count, fault) != 0)
            open = -1;
    }
    if (fd >= 0)
        (void)close(fd);
    free(x);
    return open;
}

static void take_library(void *arg, int error, struct ub_result *r)
{
    struct lab_dns_question *q = arg;

    q->library = LAB_ERROR;
    q->library_answer = LAB_ANSWER_ANY;
    if (error == 0 && (r->bogus != 0 || r->rcode == 0 || r->rcode == 3)) {
        q->library = r->bogus != 0 ? LAB_BOGUS : r->secure != 0 ? LAB_SECURE : LAB_INSECURE;
        q->library_answer = r->havedata != 0   ? LAB_ANSWER_DATA
                            : r->nxdomain != 0 ? LAB_ANSWER_NXDOMAIN
                                               : LAB_ANSWER_NODATA;
    }
    ub_resolve_free(r);
}

static int open_library(const char *anchor, struct ub_ctx **out, struct lab_fault *fault)
{
    static const char *const options[][2] = {{"do-not-query-localhost:", "no"},
                                             {"qname-minimisation:", "no"},
                                             {"aggressive-nsec:", "no"},
                                             {"val-log-level:", "0"}};
    struct ub_ctx *ctx = ub_ctx_create();
    int rc = ctx != NULL ? 0 : -1;

    for (size_t i = 0; i < LAB_COUNT(options) && rc == 0; i++)
        rc = ub_ctx_set_option(ctx, options[i][0], options[i][1]);
    if (rc == 0)
        rc = ub_ctx_debugout(ctx, NULL); /* it speaks of every odd answer, asked for or not */
    if (rc == 0)
        rc = ub_ctx_set_fwd(ctx, "127.0.0.1");
    if (rc == 0)
        rc = ub_ctx_add_ta_file(ctx, anchor);
    if (rc == 0)
        rc = ub_ctx_async(ctx, 1);
    if (rc != 0) {
        ub_ctx_delete(ctx);
        return lab_fail(fault, EX_SOFTWARE, "libunbound: %s", ub_strerror(rc));
    }
    *out = ctx;
    return 0;
}

int lab_dns_ask_library(struct lab_dns_question *list, size_t count, const char *anchor,
                        struct lab_fault *fault)
{
    struct ub_ctx *ctx = NULL;
    int rc = 0;

    if (open_library(anchor, &ctx, fault) != 0)
        return -1;
    for (size_t i = 0; i < count && rc == 0; i++) {
        rc = ub_resolve_async(ctx, list[i].name, (int)ldns_get_rr_type_by_name(list[i].type), 1,
                              &list[i], take_library, NULL);
        if (rc == 0 && i % WINDOW == WINDOW - 1)
            rc = ub_wait(ctx);
    }
    if (rc == 0)
        rc = ub_wait(ctx);
    ub_ctx_delete(ctx);
    return rc == 0 ? 0 : lab_fail(fault, EX_SOFTWARE, "libunbound: %s", ub_strerror(rc));
}
