/* test_dns_fault.c - what the fault server makes of one message. */
#include <stdio.h>
#include <string.h>

#include "check.h"
#include "dns/dns.h"

#define QR 0x8000u
#define AA 0x0400u
#define TC 0x0200u
#define TLSA 52u
#define NO_OPT 0u
#define OPT_LEN 11u

static uint8_t room[LAB_DNS_MAX];

static size_t put16(size_t at, unsigned value)
{
    room[at] = (uint8_t)(value >> 8);
    room[at + 1] = (uint8_t)value;
    return at + 2;
}

static unsigned get16(size_t at)
{
    return (unsigned)room[at] << 8 | room[at + 1];
}

/* Header, question, and an OPT record with DO if wanted; name in labels of text without escapes. */
static struct lab_dns_message query(const char *name, unsigned type, bool edns, bool udp)
{
    size_t at = 12;

    memset(room, 0, sizeof(room));
    (void)put16(0, 0x1234);
    (void)put16(2, 0x0100);
    (void)put16(4, 1);
    (void)put16(10, edns);
    while (*name != '\0' && *name != '.') {
        size_t len = strcspn(name, ".");

        room[at++] = (uint8_t)len;
        memcpy(room + at, name, len);
        at += len;
        name += len + (name[len] == '.');
    }
    room[at++] = 0;
    at = put16(at, type);
    at = put16(at, 1);
    if (edns) {
        room[at] = 0;
        (void)put16(at + 1, 41);
        (void)put16(at + 3, 1232);
        (void)put16(at + 7, 0x8000);
        at += OPT_LEN;
    }
    return (struct lab_dns_message){room, at, udp};
}

static char owner[] = "_25._tcp.mx.x.example.";
static char below[] = "*.mx.x.example.";

/* clang-format off */
static const struct {
    enum lab_serve_as as;
    bool udp;
    enum lab_dns_next next;
    unsigned flags; /* with the rcode, of a reply */
} answers[] = {
    {LAB_SERVE_DROP,             true,  LAB_DNS_SILENCE, 0},
    {LAB_SERVE_DROP,             false, LAB_DNS_SILENCE, 0},
    {LAB_SERVE_DROP_UDP,         true,  LAB_DNS_SILENCE, 0},
    {LAB_SERVE_DROP_UDP,         false, LAB_DNS_FORWARD, 0},
    {LAB_SERVE_DELAY,            true,  LAB_DNS_LATER,   0},
    {LAB_SERVE_REFUSED,          true,  LAB_DNS_REPLY,   QR | 0x100 | 5},
    {LAB_SERVE_NOTIMP,           true,  LAB_DNS_REPLY,   QR | 0x100 | 4},
    {LAB_SERVE_FORMERR,          true,  LAB_DNS_REPLY,   QR | 0x100 | 1},
    {LAB_SERVE_SERVFAIL,         true,  LAB_DNS_REPLY,   QR | 0x100 | 2},
    {LAB_SERVE_NOTAUTH,          true,  LAB_DNS_REPLY,   QR | 0x100 | 9},
    {LAB_SERVE_EMPTY,            true,  LAB_DNS_REPLY,   QR | AA | 0x100},
    {LAB_SERVE_TRUNCATED,        true,  LAB_DNS_REPLY,   QR | AA | TC | 0x100},
    {LAB_SERVE_TRUNCATED,        false, LAB_DNS_FORWARD, 0},
    {LAB_SERVE_TRUNCATED_NO_TCP, true,  LAB_DNS_REPLY,   QR | AA | TC | 0x100},
    {LAB_SERVE_TRUNCATED_NO_TCP, false, LAB_DNS_SILENCE, 0},
    {LAB_SERVE_NO_EDNS,          true,  LAB_DNS_REPLY,   QR | 0x100 | 1},
    {LAB_SERVE_UNSIGNED,         true,  LAB_DNS_FORWARD, 0},
    {LAB_SERVE_NXDOMAIN,         true,  LAB_DNS_FORWARD, 0},
    {LAB_SERVE_NOERROR,          true,  LAB_DNS_FORWARD, 0},
    {LAB_SERVE_OTHER_QUESTION,   true,  LAB_DNS_FORWARD, 0},
    {LAB_SERVE_GARBLED,          true,  LAB_DNS_FORWARD, 0},
    {LAB_SERVE_NOT_AUTHORITATIVE, true, LAB_DNS_FORWARD, 0},
    {LAB_SERVE_CLAIMS_AD,        true,  LAB_DNS_FORWARD, 0},
};
/* clang-format on */

static void test_query(void)
{
    for (size_t i = 0; i < CHECK_COUNT(answers); i++) {
        const struct lab_dns_fault fault = {owner, TLSA, answers[i].as};
        struct lab_dns_message m = query(owner, TLSA, true, answers[i].udp);
        size_t question = m.len - OPT_LEN;

        check_rowf("fault %d over %s", (int)answers[i].as, answers[i].udp ? "UDP" : "TCP");
        check_int((int)lab_dns_query(&fault, &m), (int)answers[i].next);
        if (answers[i].next == LAB_DNS_REPLY) {
            check_uint(get16(0), 0x1234);
            check_uint(get16(2), answers[i].flags);
            check_uint(m.len, question);
            check_uint(get16(4), 1);
            check_uint(get16(10), 0);
        } else if (answers[i].next == LAB_DNS_FORWARD) {
            check_uint(m.len, question + OPT_LEN);
            check_uint(get16(question + 7), answers[i].as == LAB_SERVE_UNSIGNED ? 0 : 0x8000);
        }
    }
}

static void test_odd_queries(void)
{
    const struct lab_dns_fault no_edns = {owner, TLSA, LAB_SERVE_NO_EDNS};
    struct lab_dns_message m = query(owner, TLSA, false, true);

    check_int((int)lab_dns_query(&no_edns, &m), LAB_DNS_FORWARD);
    m = query(owner, TLSA, true, true);
    check_int((int)lab_dns_query(NULL, &m), LAB_DNS_FORWARD);
    m.len = 11;
    check_int((int)lab_dns_query(NULL, &m), LAB_DNS_SILENCE);
}

/* A reply like the query, with 40 octets behind the question. */
static void test_reply(void)
{
    static const struct {
        enum lab_serve_as as;
        unsigned flags, type, kept;
    } rows[] = {
        {LAB_SERVE_REFUSED, 0x8482, TLSA, 40},   {LAB_SERVE_NXDOMAIN, 0x8483, TLSA, 40},
        {LAB_SERVE_NOERROR, 0x8480, TLSA, 40},   {LAB_SERVE_OTHER_QUESTION, 0x8482, 16, 40},
        {LAB_SERVE_GARBLED, 0x8482, TLSA, 20},   {LAB_SERVE_NOT_AUTHORITATIVE, 0x8082, TLSA, 40},
        {LAB_SERVE_CLAIMS_AD, 0x84a2, TLSA, 40},
    };

    for (size_t i = 0; i < CHECK_COUNT(rows); i++) {
        const struct lab_dns_fault fault = {owner, TLSA, rows[i].as};
        struct lab_dns_message m = query(owner, TLSA, false, true);
        size_t end = m.len;

        check_rowf("fault %d", (int)rows[i].as);
        m.len += 40;
        (void)put16(2, 0x8482);
        lab_dns_reply(&fault, &m);
        check_uint(get16(2), rows[i].flags);
        check_uint(get16(end - 4), rows[i].type);
        check_uint(m.len, end + rows[i].kept);
    }
}

/* clang-format off */
static const struct {
    const char *name;
    unsigned type;
    int row; /* -1: none */
} questions[] = {
    {"_25._tcp.mx.x.example.", TLSA, 0},
    {"_25._TCP.Mx.x.example.", TLSA, 0},
    {"_25._tcp.mx.x.example.", 1,    1},
    {"a.mx.x.example.",        TLSA, 1},
    {"mx.x.example.",          TLSA, -1},
    {"zmx.x.example.",         TLSA, -1},
    {"x.example.",             TLSA, -1},
    {"",                       TLSA, -1},
};
/* clang-format on */

static void test_find(void)
{
    const struct lab_dns_fault list[] = {{owner, TLSA, LAB_SERVE_DROP}, {below, 0, LAB_SERVE_DROP}};
    struct lab_dns_message m;

    for (size_t i = 0; i < CHECK_COUNT(questions); i++) {
        const struct lab_dns_fault *found;

        m = query(questions[i].name, questions[i].type, true, true);
        found = lab_dns_fault_find(list, CHECK_COUNT(list), &m);
        check_rowf("%s %u", questions[i].name, questions[i].type);
        check_int(found != NULL ? (int)(found - list) : -1, questions[i].row);
    }
    check_row("cut short");
    for (size_t len = 0; len < 12 + 22 + 4; len++) { /* header, name, type and half of the class */
        m = query(owner, TLSA, true, true);
        m.len = len;
        check_true(lab_dns_fault_find(list, CHECK_COUNT(list), &m) == NULL);
    }
}

static const struct check_test tests[] = {{"queries", test_query},
                                          {"odd queries", test_odd_queries},
                                          {"replies", test_reply},
                                          {"which fault", test_find}};
SUITE(dns_fault, tests);
