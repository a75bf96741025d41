/* timeline.c - events of timeline.h. */
#include "run/timeline.h"

#include <arpa/inet.h>
#include <ldns/ldns.h>
#include <stdlib.h>

#include "base/escape.h"

struct lab_event {
    int64_t ns;
    size_t order; /* of those at the same time */
    const char *actor;
    char *text;
};

enum { PORT_DNS = 53, PORT_SMTP = 25, FLAG_SYN = 2, FLAG_RST = 4, FLAG_ACK = 16 };

void lab_timeline_add(struct lab_timeline *t, int64_t ns, const char *actor, char *text)
{
    if ((t->count & (t->count - 1)) == 0)
        t->list = lab_realloc(t->list, t->count * 2 + 1, sizeof(*t->list));
    t->list[t->count] = (struct lab_event){ns, t->count, actor, text};
    t->count++;
}

/* "A 198.18.0.7" of every record in the answer section, signatures left out. */
static void put_answer(struct lab_text *out, const ldns_pkt *packet)
{
    const ldns_rr_list *answer = ldns_pkt_answer(packet);
    const char *glue = ": ";

    for (size_t i = 0; i < ldns_rr_list_rr_count(answer); i++) {
        const ldns_rr *rr = ldns_rr_list_rr(answer, i);
        char *type = ldns_rr_type2str(ldns_rr_get_type(rr));

        if (ldns_rr_get_type(rr) != LDNS_RR_TYPE_RRSIG) {
            lab_text_put(out, "%s%s", glue, type);
            glue = "; ";
            for (size_t k = 0; k < ldns_rr_rd_count(rr); k++) {
                char *text = ldns_rdf2str(ldns_rr_rdf(rr, k));

                lab_text_put(out, " %s", text);
                free(text);
            }
        }
        free(type);
    }
}

/* "SERVFAIL", "NOERROR ad: MX 10 mx.d.example." */
static void put_reply(struct lab_text *out, const ldns_pkt *packet)
{
    char *rcode = ldns_pkt_rcode2str(ldns_pkt_get_rcode(packet));

    lab_text_put(out, "%s%s%s", rcode, ldns_pkt_ad(packet) ? " ad" : "",
                 ldns_pkt_tc(packet) ? " tc" : "");
    put_answer(out, packet);
    free(rcode);
}

static void add_dns(struct lab_timeline *t, const struct lab_packet *p)
{
    struct lab_text out = {0};
    size_t len = 0;
    const uint8_t *message = lab_packet_dns(p, &len);
    ldns_pkt *packet = NULL;
    char *name = NULL;
    char *type;

    if (message == NULL || ldns_wire2pkt(&packet, message, len) != LDNS_STATUS_OK)
        return;
    if (ldns_rr_list_rr_count(ldns_pkt_question(packet)) == 1) {
        const ldns_rr *question = ldns_rr_list_rr(ldns_pkt_question(packet), 0);

        name = ldns_rdf2str(ldns_rr_owner(question));
        type = ldns_rr_type2str(ldns_rr_get_type(question));
        lab_text_put(&out, "%s %s %s%s", ldns_pkt_qr(packet) ? "answer" : "asks  ", name, type,
                     ldns_pkt_qr(packet) ? "  " : "");
        if (ldns_pkt_qr(packet))
            put_reply(&out, packet);
        free(type);
        free(name);
        lab_timeline_add(t, p->ns, "DNS", out.text);
    }
    ldns_pkt_free(packet);
}

/* A connection that is begun, and one that is refused. */
static void add_tcp(struct lab_timeline *t, const struct lab_packet *p)
{
    char address[INET6_ADDRSTRLEN] = "";
    bool begins = p->to_port == PORT_SMTP && (p->flags & (FLAG_SYN | FLAG_ACK)) == FLAG_SYN;
    bool refused = p->from_port == PORT_SMTP && (p->flags & FLAG_RST) != 0;

    if (!begins && !refused)
        return;
    (void)inet_ntop(p->ipv6 ? AF_INET6 : AF_INET, begins ? p->to : p->from, address,
                    sizeof(address));
    lab_timeline_add(t, p->ns, "TCP",
                     lab_format("%s %s port 25", begins ? "calls " : "reset by", address));
}

void lab_timeline_packets(struct lab_timeline *t, const struct lab_packet *const *packets,
                          size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const struct lab_packet *p = packets[i];

        if (p->from_port == PORT_DNS || p->to_port == PORT_DNS) {
            if (p->interface == LAB_IF_LOOPBACK)
                add_dns(t, p);
        } else if (p->tcp) {
            add_tcp(t, p);
        }
    }
}

void lab_timeline_end(struct lab_timeline *t, const char *actor, char *text)
{
    int64_t last = 0;

    for (size_t i = 0; i < t->count; i++)
        last = t->list[i].ns > last ? t->list[i].ns : last;
    lab_timeline_add(t, last, actor, text);
}

static int by_time(const void *a, const void *b)
{
    const struct lab_event *x = a;
    const struct lab_event *y = b;

    if (x->ns != y->ns)
        return x->ns < y->ns ? -1 : 1;
    return x->order < y->order ? -1 : 1;
}

void lab_timeline_write(struct lab_timeline *t, struct lab_text *out)
{
    if (t->count > 0)
        qsort(t->list, t->count, sizeof(*t->list), by_time);
    lab_text_put(out, "%s", "");
    for (size_t i = 0; i < t->count; i++) {
        int64_t us = (t->list[i].ns - t->list[0].ns) / 1000;

        lab_text_put(out, "%6lld.%03d ms  %-7s ", (long long)(us / 1000), (int)(us % 1000),
                     t->list[i].actor);
        lab_put_line(out, t->list[i].text); /* a peer may have sent anything */
        lab_text_put(out, "\n");
        free(t->list[i].text);
    }
    free(t->list);
    *t = (struct lab_timeline){0};
}
