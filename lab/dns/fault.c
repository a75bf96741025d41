/* fault.c - what the fault server does with one message. */
#include <string.h>

#include "dns/dns.h"

#define HEADER 12u
#define NAME_MAX_TEXT 1024
#define QR 0x80
#define AA 0x04
#define TC 0x02
#define AD 0x20
#define TYPE_TXT 16u
#define TYPE_OPT 41u
#define DO_BIT 0x80

enum { FORMERR = 1, SERVFAIL = 2, NXDOMAIN = 3, NOTIMP = 4, REFUSED = 5, NOTAUTH = 9 };

static unsigned get16(const uint8_t *at)
{
    return (unsigned)at[0] << 8 | at[1];
}

/* The question's name as text in lower case; returns where the name ends, 0 if it is malformed. */
static size_t question_name(const struct lab_dns_message *m, char out[NAME_MAX_TEXT])
{
    size_t at = HEADER;
    size_t len = 0;

    while (at < m->len && m->data[at] != 0 && len < 255) {
        size_t label = m->data[at++];

        if (label > 63 || at + label >= m->len)
            return 0;
        for (size_t i = 0; i < label; i++, at++) {
            uint8_t c = m->data[at];

            out[len++] = (char)(c >= 'A' && c <= 'Z' ? c + 32 : c);
        }
        out[len++] = '.';
    }
    if (len == 0)
        out[len++] = '.';
    out[len] = '\0';
    return at + 1;
}

/* Where the question ends, with its name in name; 0: there is no readable one. */
static size_t question_end(const struct lab_dns_message *m, char name[NAME_MAX_TEXT])
{
    size_t at;

    if (m->len < HEADER || get16(m->data + 4) != 1)
        return 0;
    at = question_name(m, name);
    return at == 0 || at + 4 > m->len ? 0 : at + 4;
}

static bool covers(const char *owner, const char *name)
{
    size_t have = strlen(name);
    size_t want;

    if (strncmp(owner, "*.", 2) != 0)
        return strcmp(owner, name) == 0;
    want = strlen(owner + 1);
    return have > want && strcmp(name + have - want, owner + 1) == 0;
}

const struct lab_dns_fault *lab_dns_fault_find(const struct lab_dns_fault *list, size_t count,
                                               const struct lab_dns_message *m)
{
    char name[NAME_MAX_TEXT];
    size_t end = question_end(m, name);

    if (end == 0)
        return NULL;
    return lab_dns_fault_for(list, count, name, get16(m->data + end - 4));
}

const struct lab_dns_fault *lab_dns_fault_for(const struct lab_dns_fault *list, size_t count,
                                              const char *name, unsigned type)
{
    for (size_t i = 0; i < count; i++) {
        if ((list[i].type == 0 || list[i].type == type) && covers(list[i].owner, name))
            return &list[i];
    }
    return NULL;
}

/* The message becomes a reply with nothing but its question. */
static enum lab_dns_next answer(struct lab_dns_message *m, uint8_t flags, uint8_t rcode)
{
    char name[NAME_MAX_TEXT];
    size_t end = question_end(m, name);

    m->data[2] = (uint8_t)((m->data[2] & 0x79) | QR | flags);
    m->data[3] = rcode;
    m->len = end != 0 ? end : HEADER;
    m->data[5] = end != 0;
    memset(m->data + 6, 0, 6);
    return LAB_DNS_REPLY;
}

/* Queries have their OPT record right behind the question; its flags follow name, type, size and
 * two octets. */
static uint8_t *edns_flags(const struct lab_dns_message *m)
{
    char name[NAME_MAX_TEXT];
    size_t at = question_end(m, name);

    if (at == 0 || at + 11 > m->len || m->data[at] != 0 || get16(m->data + at + 1) != TYPE_OPT)
        return NULL;
    return m->data + at + 7;
}

static enum lab_dns_next without_dnssec(struct lab_dns_message *m)
{
    uint8_t *flags = edns_flags(m);

    if (flags != NULL)
        flags[0] &= (uint8_t)~DO_BIT;
    return LAB_DNS_FORWARD;
}

enum lab_dns_next lab_dns_query(const struct lab_dns_fault *fault, struct lab_dns_message *m)
{
    if (m->len < HEADER)
        return LAB_DNS_SILENCE;
    if (fault == NULL)
        return LAB_DNS_FORWARD;
    switch (fault->as) {
    case LAB_SERVE_DROP:
        return LAB_DNS_SILENCE;
    case LAB_SERVE_DROP_UDP:
        return m->udp ? LAB_DNS_SILENCE : LAB_DNS_FORWARD;
    case LAB_SERVE_DELAY:
        return LAB_DNS_LATER;
    case LAB_SERVE_REFUSED:
        return answer(m, 0, REFUSED);
    case LAB_SERVE_NOTIMP:
        return answer(m, 0, NOTIMP);
    case LAB_SERVE_FORMERR:
        return answer(m, 0, FORMERR);
    case LAB_SERVE_SERVFAIL:
        return answer(m, 0, SERVFAIL);
    case LAB_SERVE_NOTAUTH:
        return answer(m, 0, NOTAUTH);
    case LAB_SERVE_EMPTY:
        return answer(m, AA, 0);
    case LAB_SERVE_TRUNCATED:
        return m->udp ? answer(m, AA | TC, 0) : LAB_DNS_FORWARD;
    case LAB_SERVE_TRUNCATED_NO_TCP:
        return m->udp ? answer(m, AA | TC, 0) : LAB_DNS_SILENCE;
    case LAB_SERVE_UNSIGNED:
        return without_dnssec(m);
    case LAB_SERVE_NO_EDNS:
        return edns_flags(m) != NULL ? answer(m, 0, FORMERR) : LAB_DNS_FORWARD;
    case LAB_SERVE_NXDOMAIN:
    case LAB_SERVE_NOERROR:
    case LAB_SERVE_OTHER_QUESTION:
    case LAB_SERVE_GARBLED:
    case LAB_SERVE_NOT_AUTHORITATIVE:
    case LAB_SERVE_CLAIMS_AD:
    case LAB_SERVE_COUNT:
        break;
    }
    return LAB_DNS_FORWARD;
}

void lab_dns_reply(const struct lab_dns_fault *fault, struct lab_dns_message *m)
{
    char name[NAME_MAX_TEXT];
    size_t end = question_end(m, name);

    if (fault == NULL || end == 0)
        return;
    if (fault->as == LAB_SERVE_NXDOMAIN)
        m->data[3] = (uint8_t)((m->data[3] & 0xf0) | NXDOMAIN);
    else if (fault->as == LAB_SERVE_NOERROR)
        m->data[3] &= 0xf0;
    else if (fault->as == LAB_SERVE_NOT_AUTHORITATIVE)
        m->data[2] &= (uint8_t)~AA;
    else if (fault->as == LAB_SERVE_CLAIMS_AD)
        m->data[3] |= AD;
    else if (fault->as == LAB_SERVE_OTHER_QUESTION)
        m->data[end - 3] = TYPE_TXT;
    else if (fault->as == LAB_SERVE_GARBLED)
        m->len = end + (m->len - end) / 2; /* it ends in the middle of a record */
}
