/* packets.c - frames taken apart, and whose they are; see packets.h. */
#include "run/packets.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <ldns/ldns.h>
#include <net/ethernet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "judge/evidence.h"

#define PORT_DNS 53
#define PORT_SMTP 25
/* How far apart the packets of one DNS conversation over TCP may stand. */
#define NEAR 400u

enum { IPV4_HEADER = 20, IPV6_HEADER = 40, UDP_HEADER = 8, TCP_HEADER = 20 };

struct lab_packets {
    char *data;
    struct lab_packet *list;
    size_t count;
};

int64_t lab_clock_distance(void)
{
    struct timespec wall, mono;

    (void)clock_gettime(CLOCK_REALTIME, &wall);
    (void)clock_gettime(CLOCK_MONOTONIC, &mono);
    return ((int64_t)mono.tv_sec - (int64_t)wall.tv_sec) * 1000000000 + mono.tv_nsec - wall.tv_nsec;
}

static uint16_t get16(const uint8_t *p)
{
    return (uint16_t)(p[0] << 8 | p[1]);
}

/* Addresses; returns the offset of the transport header, 0 if there is none. */
static size_t read_ip(struct lab_packet *p, size_t *end)
{
    const uint8_t *ip = p->frame + ETH_HLEN;
    size_t room = p->len - ETH_HLEN;
    size_t header;

    if (p->len < ETH_HLEN + IPV4_HEADER)
        return 0;
    p->ipv6 = get16(p->frame + 12) == ETHERTYPE_IPV6;
    if (p->ipv6 && room < IPV6_HEADER)
        return 0;
    header = p->ipv6 ? IPV6_HEADER : (size_t)(ip[0] & 15) * 4;
    p->from = ip + (p->ipv6 ? 8 : 12);
    p->to = ip + (p->ipv6 ? 24 : 16);
    p->tcp = ip[p->ipv6 ? 6 : 9] == IPPROTO_TCP;
    *end = ETH_HLEN + (p->ipv6 ? (size_t)get16(ip + 4) + IPV6_HEADER : get16(ip + 2));
    if (*end > p->len)
        *end = p->len;
    return ETH_HLEN + header;
}

static bool read_frame(struct lab_packet *p)
{
    size_t end = 0;
    size_t at = read_ip(p, &end);
    size_t header = UDP_HEADER;

    if (at == 0 || at + (p->tcp ? TCP_HEADER : UDP_HEADER) > end)
        return false;
    p->from_port = get16(p->frame + at);
    p->to_port = get16(p->frame + at + 2);
    if (p->tcp) {
        header = (size_t)(p->frame[at + 12] >> 4) * 4;
        p->flags = p->frame[at + 13];
    }
    if (at + header > end)
        return false;
    p->payload = p->frame + at + header;
    p->payload_len = (uint32_t)(end - at - header);
    return true;
}

const uint8_t *lab_packet_dns(const struct lab_packet *p, size_t *len)
{
    size_t skip = p->tcp ? 2 : 0;

    if ((p->from_port != PORT_DNS && p->to_port != PORT_DNS) || p->payload_len < skip + 12 ||
        (p->tcp && get16(p->payload) + 2U > p->payload_len))
        return NULL;
    *len = p->tcp ? get16(p->payload) : p->payload_len;
    return p->payload + skip;
}

/* The name that a DNS message asks for, absolute, in lower case; false: it is none. */
static bool question(const struct lab_packet *p, char name[1025])
{
    size_t len = 0;
    const uint8_t *message = lab_packet_dns(p, &len);
    size_t pos = 12;
    ldns_rdf *dname = NULL;
    char *text;

    if (message == NULL || get16(message + 4) != 1 ||
        ldns_wire2dname(&dname, message, len, &pos) != LDNS_STATUS_OK)
        return false;
    text = ldns_rdf2str(dname);
    ldns_rdf_deep_free(dname);
    if (text == NULL)
        return false;
    (void)snprintf(name, 1025, "%s", text);
    free(text);
    for (char *c = name; *c != '\0'; c++)
        *c = (char)tolower((unsigned char)*c);
    return true;
}

static bool same_flow(const struct lab_packet *a, const struct lab_packet *b)
{
    size_t len = a->ipv6 ? 16 : 4;

    if (a->ipv6 != b->ipv6 || !b->tcp || a->interface != b->interface)
        return false;
    if (a->from_port == b->from_port && a->to_port == b->to_port)
        return memcmp(a->from, b->from, len) == 0 && memcmp(a->to, b->to, len) == 0;
    return a->from_port == b->to_port && a->to_port == b->from_port &&
           memcmp(a->from, b->to, len) == 0 && memcmp(a->to, b->from, len) == 0;
}

/* Packets of a DNS conversation over TCP that have no question in them belong to its question. */
static void adopt(struct lab_packets *all, size_t index)
{
    struct lab_packet *p = &all->list[index];
    size_t last = index + NEAR < all->count ? index + NEAR : all->count;

    if (p->owner != NULL || !p->tcp || (p->from_port != PORT_DNS && p->to_port != PORT_DNS))
        return;
    for (size_t i = index > NEAR ? index - NEAR : 0; i < last && p->owner == NULL; i++)
        if (all->list[i].owner != NULL && same_flow(p, &all->list[i]))
            p->owner = lab_strdup(all->list[i].owner);
}

static void add(struct lab_packets *all, const struct lab_capture_head *head, const char *frame,
                int64_t distance)
{
    struct lab_packet p = {.ns = head->ns + distance,
                           .interface = (enum lab_interface)head->interface,
                           .frame = (const uint8_t *)frame,
                           .len = head->len};
    char name[1025];
    const char *id;
    size_t len;

    if (!read_frame(&p))
        return;
    id = question(&p, name) ? lab_evidence_owner(name, &len) : NULL;
    if (id != NULL)
        p.owner = lab_strndup(id, len);
    if ((all->count & (all->count - 1)) == 0)
        all->list = lab_realloc(all->list, all->count * 2 + 1, sizeof(*all->list));
    all->list[all->count++] = p;
}

int lab_packets_open(const char *path, size_t from, struct lab_packets **out,
                     struct lab_fault *fault)
{
    struct lab_packets *all = lab_calloc(1, sizeof(*all));
    int64_t distance = lab_clock_distance();
    struct lab_capture_head head;
    size_t len;

    if (lab_file_read(path, &all->data, &len, fault) != 0) {
        free(all);
        return -1;
    }
    while (from < len && len - from >= sizeof(head)) {
        memcpy(&head, all->data + from, sizeof(head));
        from += sizeof(head);
        if (head.interface >= LAB_IF_COUNT || head.len > len - from)
            break;
        add(all, &head, all->data + from, distance);
        from += head.len;
    }
    for (size_t i = 0; i < all->count; i++)
        adopt(all, i);
    *out = all;
    return 0;
}

void lab_packets_close(struct lab_packets **packets)
{
    struct lab_packets *all = *packets;

    if (all == NULL)
        return;
    for (size_t i = 0; i < all->count; i++)
        free(all->list[i].owner);
    free(all->list);
    free(all->data);
    free(all);
    *packets = NULL;
}

/* A scenario has at most 16 hosts (lab_host_address). */
enum { HOSTS_MAX = 16 };

/* Addresses of a scenario's hosts in network form, both families of each. */
struct addresses {
    uint8_t v4[HOSTS_MAX][4];
    uint8_t v6[HOSTS_MAX][16];
    unsigned count;
};

static void addresses_of(const struct lab_scenario *s, struct addresses *out)
{
    char text[46];

    for (out->count = 0; out->count < s->hosts_count && out->count < HOSTS_MAX; out->count++) {
        lab_host_address(s->block, out->count, false, text);
        (void)inet_pton(AF_INET, text, out->v4[out->count]);
        lab_host_address(s->block, out->count, true, text);
        (void)inet_pton(AF_INET6, text, out->v6[out->count]);
    }
}

static bool with_host(const struct lab_packet *p, const struct addresses *hosts)
{
    const uint8_t *host = p->to_port == PORT_SMTP ? p->to : p->from;

    if (!p->tcp || (p->to_port != PORT_SMTP && p->from_port != PORT_SMTP))
        return false;
    for (unsigned i = 0; i < hosts->count; i++)
        if (p->ipv6 ? memcmp(host, hosts->v6[i], 16) == 0 : memcmp(host, hosts->v4[i], 4) == 0)
            return true;
    return false;
}

size_t lab_packets_of(const struct lab_packets *packets, const struct lab_scenario *s,
                      const struct lab_packet ***out)
{
    const struct lab_packet **list = NULL;
    struct addresses hosts;
    size_t count = 0;

    addresses_of(s, &hosts);
    for (size_t i = 0; i < packets->count; i++) {
        const struct lab_packet *p = &packets->list[i];

        if (!(p->owner != NULL && strcmp(p->owner, s->id) == 0) && !with_host(p, &hosts))
            continue;
        if ((count & (count - 1)) == 0)
            list = lab_realloc(list, count * 2 + 1, sizeof(*list));
        list[count++] = p;
    }
    *out = list;
    return count;
}
