/* fuzz_dns.c - replies off the wire, against ldns: where both understand a message they say the
 * same, and what ldns finds malformed is never an absence.
 *
 * Input: an octet that chooses the question, then the message; if that octet is odd, header and
 * question are put in front of it: two octets of flags and a count for each section come first. */
#include <ldns/ldns.h>
#include <stdlib.h>
#include <string.h>

#include "adapt/dns_message.h"
#include "fuzz/fuzz.h"

enum { MESSAGE_MAX = 4096, FLAGS = 2, SECTIONS = 3 };

static const struct dsmtp_query questions[] = {{"d.example", DSMTP_RR_MX},
                                               {"d.example", DSMTP_RR_A},
                                               {"_25._tcp.m.example", DSMTP_RR_TLSA},
                                               {"m.example", DSMTP_RR_AAAA},
                                               {"d.example", DSMTP_RR_CNAME},
                                               {"m.example", DSMTP_RR_DNAME},
                                               {".", DSMTP_RR_NS},
                                               {"m.example", DSMTP_RR_TLSA},
                                               {"d.example", DSMTP_RR_DS},
                                               {"d.example", DSMTP_RR_NSEC3PARAM}};

static unsigned get16(const uint8_t *p)
{
    return (unsigned)p[0] << 8 | p[1];
}

/* What the message is, with the question in front if it is wanted; its length. */
static size_t compose(const uint8_t *data, size_t size, const struct dsmtp_query *query,
                      bool question, uint8_t out[MESSAGE_MAX])
{
    uint8_t asked[DSMTP_DNS_QUERY_MAX];
    size_t head = 0;

    if (question && size >= FLAGS + SECTIONS) {
        head = dsmtp_dns_query(query, 1, false, asked) - 11; /* without OPT */
        memcpy(out, asked, head);
        memcpy(out + 2, data, FLAGS);
        out[2] |= 0x80;
        for (unsigned s = 0; s < SECTIONS; s++) {
            out[6 + 2 * s] = 0;
            out[7 + 2 * s] = data[FLAGS + s];
        }
        data += FLAGS + SECTIONS;
        size -= FLAGS + SECTIONS;
    }
    size = size < MESSAGE_MAX - head ? size : MESSAGE_MAX - head;
    if (size > 0)
        memcpy(out + head, data, size);
    return head + size;
}

static bool is(const ldns_rr *rr, const ldns_rdf *owner, ldns_rr_type type)
{
    return ldns_rr_get_type(rr) == type && ldns_rr_get_class(rr) == LDNS_RR_CLASS_IN &&
           ldns_dname_compare(ldns_rr_owner(rr), owner) == 0;
}

/* Where the alias at this name leads; NULL: there is none. */
static ldns_rdf *alias(const ldns_pkt *packet, const ldns_rdf *owner)
{
    const ldns_rr_list *list = ldns_pkt_answer(packet);

    for (size_t i = 0; i < ldns_rr_list_rr_count(list); i++)
        if (is(ldns_rr_list_rr(list, i), owner, LDNS_RR_TYPE_CNAME))
            return ldns_rr_rdf(ldns_rr_list_rr(list, i), 0);
    return NULL;
}

static void same_rdata(const ldns_rr *rr, const struct dsmtp_rdata *got)
{
    ldns_buffer *wire = ldns_buffer_new(MESSAGE_MAX);

    if (wire == NULL || ldns_rr_rdata2buffer_wire(wire, rr) != LDNS_STATUS_OK ||
        ldns_buffer_position(wire) != got->len ||
        memcmp(ldns_buffer_begin(wire), got->data, got->len) != 0)
        abort();
    ldns_buffer_free(wire);
}

/* The records at the end of the chain, in the order of the message. */
static void same_records(const ldns_pkt *packet, const struct dsmtp_query *query,
                         const struct dsmtp_dns_reply *got)
{
    const ldns_rr_list *list = ldns_pkt_answer(packet);
    ldns_rdf *start = ldns_dname_new_frm_str(query->name);
    const ldns_rdf *name = start;
    unsigned hops = 0, count = 0;

    for (ldns_rdf *to; query->type != DSMTP_RR_CNAME && (to = alias(packet, name)) != NULL; hops++)
        name = to;
    if (hops != got->aliased)
        abort();
    for (size_t i = 0; i < ldns_rr_list_rr_count(list); i++) {
        const ldns_rr *rr = ldns_rr_list_rr(list, i);

        if (!is(rr, name, (ldns_rr_type)query->type))
            continue;
        if (count == got->count)
            abort();
        same_rdata(rr, &got->records[count++]);
    }
    if (count != got->count)
        abort();
    ldns_rdf_deep_free(start);
}

/* ldns keeps one OPT record and throws away the others. */
static unsigned count_opt(const uint8_t *message, size_t len)
{
    size_t at = DSMTP_DNS_HEADER;
    unsigned records = 0, found = 0;
    ldns_rr *rr;

    if (ldns_wire2rr(&rr, message, len, &at, LDNS_SECTION_QUESTION) != LDNS_STATUS_OK)
        return 0;
    ldns_rr_free(rr);
    for (unsigned s = 0; s < SECTIONS; s++)
        records += get16(message + 6 + 2 * s);
    for (; records > 0 &&
           ldns_wire2rr(&rr, message, len, &at, LDNS_SECTION_ADDITIONAL) == LDNS_STATUS_OK;
         records--) {
        found += ldns_rr_get_type(rr) == LDNS_RR_TYPE_OPT ? 1 : 0;
        ldns_rr_free(rr);
    }
    return found;
}

static bool relevant(unsigned type, unsigned class)
{
    static const unsigned types[] = {LDNS_RR_TYPE_A,    LDNS_RR_TYPE_NS, LDNS_RR_TYPE_CNAME,
                                     LDNS_RR_TYPE_SOA,  LDNS_RR_TYPE_MX, LDNS_RR_TYPE_AAAA,
                                     LDNS_RR_TYPE_DNAME};

    for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
        if (type == types[i] && class == LDNS_RR_CLASS_IN)
            return true;
    return false;
}

enum shape { BROKEN, ODD, STRAIGHT };

/* The record at *at, which moves behind it. STRAIGHT: ldns reads just this. ODD: it does not, or
 * goes beyond the rdata, which it does for names; but it is of a type on which nothing rests. */
static enum shape look_at_record(const uint8_t *message, size_t len, size_t *at)
{
    size_t end = *at, fixed = *at;
    ldns_rdf *owner = NULL;
    ldns_rr *rr = NULL;
    bool whole;

    if (ldns_wire2dname(&owner, message, len, &fixed) != LDNS_STATUS_OK)
        return BROKEN;
    ldns_rdf_deep_free(owner);
    if (len - fixed < 10 || len - fixed - 10 < get16(message + fixed + 8))
        return BROKEN;
    *at = fixed + 10 + get16(message + fixed + 8);
    whole = ldns_wire2rr(&rr, message, len, &end, LDNS_SECTION_ANSWER) == LDNS_STATUS_OK;
    if (whole)
        ldns_rr_free(rr);
    if (whole && end == *at)
        return STRAIGHT;
    return relevant(get16(message + fixed), get16(message + fixed + 2)) ? BROKEN : ODD;
}

/* Of the record that is worst. */
static enum shape look_at_message(const uint8_t *message, size_t len)
{
    size_t at = DSMTP_DNS_HEADER;
    unsigned records = get16(message + 6) + get16(message + 8) + get16(message + 10);
    enum shape worst = STRAIGHT;
    ldns_rr *rr;

    if (get16(message + 4) == 0)
        return STRAIGHT;
    if (ldns_wire2rr(&rr, message, len, &at, LDNS_SECTION_QUESTION) != LDNS_STATUS_OK)
        return BROKEN;
    ldns_rr_free(rr);
    for (; records > 0 && worst != BROKEN; records--) {
        enum shape shape = look_at_record(message, len, &at);

        worst = shape < worst ? shape : worst;
    }
    return worst;
}

static void compare(const uint8_t *message, size_t len, const struct dsmtp_query *query,
                    const struct dsmtp_dns_reply *got)
{
    ldns_pkt *packet = NULL;
    enum shape shape = len < DSMTP_DNS_HEADER ? BROKEN : look_at_message(message, len);

    /* Found well-formed by one, it is so for the other. */
    if (got->presence != DSMTP_PRESENCE_FAILED && shape == BROKEN)
        abort();
    if (shape != STRAIGHT)
        return;
    if (ldns_wire2pkt(&packet, message, len) != LDNS_STATUS_OK) {
        if (got->presence != DSMTP_PRESENCE_FAILED)
            abort();
        return;
    }
    /* Of an error without a question nothing but the rcode is taken. */
    if ((got->rcode & 0xfu) != (unsigned)ldns_pkt_get_rcode(packet) ||
        (ldns_pkt_qdcount(packet) > 0 &&
         (got->truncated != ldns_pkt_tc(packet) || got->authentic != ldns_pkt_ad(packet))))
        abort();
    if (count_opt(message, len) == 1 && ldns_pkt_edns(packet) &&
        got->rcode >> 4 != ldns_pkt_edns_extended_rcode(packet))
        abort();
    if (got->presence != DSMTP_PRESENCE_FAILED)
        same_records(packet, query, got);
    ldns_pkt_free(packet);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static uint8_t room[MESSAGE_MAX];
    const struct dsmtp_query *query;
    struct dsmtp_dns_reply reply;
    struct dsmtp_arena arena;
    uint8_t *message;
    size_t len;

    if (size == 0)
        return 0;
    query = &questions[(data[0] >> 1) % (sizeof(questions) / sizeof(questions[0]))];
    len = compose(data + 1, size - 1, query, data[0] % 2 != 0, room);
    message = malloc(len > 0 ? len : 1); /* of its own length: reading beyond it is noticed */
    if (message == NULL)
        return 0;
    memcpy(message, room, len);
    dsmtp_arena_init(&arena, DSMTP_DNS_REPLY_MEMORY);
    if (dsmtp_dns_read(message, len, query, &arena, &reply) == NULL)
        compare(message, len, query, &reply);
    dsmtp_arena_fini(&arena);
    free(message);
    return 0;
}
