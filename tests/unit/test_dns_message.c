/* test_dns_message.c - does a reply become the right answer, and a broken one none? */
#include "adapt/dns_ede.h"
#include "adapt/dns_message.h"
#include "check.h"
#include "dns_reply.h"

enum { DNAME = 39 };

static void referral(struct reply *r)
{
    reply_add(r, NS, "example", 2, "\2ns\7example", 12);
}

/* --- reading -------------------------------------------------------------------------------------
 */

static void one(struct reply *r)
{
    reply_address(r, "MX.d.Example");
}

static void other_owner(struct reply *r)
{
    reply_address(r, "other.example");
    reply_soa(r);
}

static void short_address(struct reply *r)
{
    reply_add(r, AN, "mx.d.example", DSMTP_RR_A, "\x7f\0\0", 3);
}

static void aliased(struct reply *r)
{
    reply_address(r, "c.example");
    reply_alias(r, "b.example", "C.Example");
    reply_alias(r, "mx.d.example", "b.example");
}

static void odd_alias(struct reply *r)
{
    reply_add(r, AN, "mx.d.example", DSMTP_RR_CNAME, "\4a.b\0\7example", 14);
    reply_soa(r);
}

static void loop(struct reply *r)
{
    reply_alias(r, "mx.d.example", "b.example");
    reply_alias(r, "b.example", "mx.d.example");
}

static void two_aliases(struct reply *r)
{
    reply_alias(r, "mx.d.example", "b.example");
    reply_alias(r, "mx.d.example", "c.example");
}

static void alias_and_data(struct reply *r)
{
    reply_alias(r, "mx.d.example", "b.example");
    reply_address(r, "mx.d.example");
}

static void forward_pointer(struct reply *r)
{
    reply_add(r, AN, "mx.d.example", DSMTP_RR_CNAME, "\xff\xff", 2);
}

static void self_pointer(struct reply *r)
{
    reply_alias(r, "mx.d.example", "b.example");
    /* The target becomes a pointer to itself. */
    r->bytes[r->len - 11] = 0xc0;
    r->bytes[r->len - 10] = (uint8_t)(r->len - 11);
}

/* Octets of the header can be read as labels. */
static void header_pointer(struct reply *r)
{
    reply_add(r, AN, "mx.d.example", DSMTP_RR_CNAME, "\xc0\x08", 2);
}

static void short_soa(struct reply *r)
{
    reply_soa(r);
    reply_add(r, NS, "d.example", 6, "\0\0\1\2\3\4\1\2\3\4\1\2\3\4\1\2\3\4\1\2\3", 21);
}

static void long_ns(struct reply *r)
{
    reply_soa(r);
    reply_add(r, NS, "d.example", 2, "\0\0", 2);
}

static void cut(struct reply *r)
{
    one(r);
    r->len--;
}

static void count_only(struct reply *r)
{
    r->bytes[7] = 1;
}

static void a_thousand(struct reply *r)
{
    for (unsigned i = 0; i < DSMTP_RECORDS_MAX; i++)
        reply_address(r, "mx.d.example");
}

static void too_many(struct reply *r)
{
    a_thousand(r);
    reply_address(r, "mx.d.example");
}

static void long_chain(struct reply *r)
{
    static const char names[] = "abcdefghijklmnopqrs";

    reply_alias(r, "mx.d.example", "a");
    for (unsigned i = 0; i + 2 < sizeof(names); i++)
        reply_alias(r, (char[]){names[i], '\0'}, (char[]){names[i + 1], '\0'});
}

static void nothing(struct reply *r)
{
    (void)r;
}

/* As NSD and Unbound answer: the alias beside its DNAME has no signature. */
static void dname(struct reply *r)
{
    reply_add(r, AN, "d.example", DNAME, "\1n\7example", 11);
    reply_alias(r, "mx.d.example", "mx.n.example");
    reply_address(r, "mx.n.example");
}

static void bare_dname(struct reply *r)
{
    reply_add(r, AN, "D.example", DNAME, "\1n\7example", 11);
    reply_soa(r);
}

static void other_dname(struct reply *r)
{
    reply_add(r, AN, "x.example", DNAME, "\1n\7example", 11);
    reply_add(r, AN, "mx.d.example", DNAME, "\1n\7example", 11);
    reply_soa(r);
}

static void extended_twice(struct reply *r)
{
    reply_soa(r);
    reply_add(r, AR, ".", 41, "\0\x0f\0\x02\0\x03\0\x0a\0\1?\0\x0f\0\x05\1\xffxyz\0\x0f\0\1x", 25);
}

#define P(word) DSMTP_PRESENCE_##word

/* clang-format off */
static const struct {
    const char *label;
    unsigned flags;
    void (*fill)(struct reply *r);
    const char *wrong; /* NULL: readable, and then */
    enum dsmtp_presence presence;
    unsigned count;
    const char *canonical;
    const char *why;
} replies[] = {
    {"an address",              AD,       one,             NULL, P(DATA), 1, NULL, ""},
    {"of another name",         0,        other_owner,     NULL, P(NODATA), 0, NULL, ""},
    {"an alias, any order",     0,        aliased,         NULL, P(DATA), 1, "c.example", ""},
    {"an alias to nothing",     0,        odd_alias,       NULL, P(NODATA), 0, "a\\046b\\000.example", ""},
    {"alias, then NXDOMAIN",    NX,       odd_alias,       NULL, P(NXDOMAIN), 0, "a\\046b\\000.example", ""},
    {"nothing, with SOA",       0,        reply_soa,       NULL, P(NODATA), 0, NULL, ""},
    {"nothing at all",          0,        nothing,         NULL, P(NODATA), 0, NULL, ""},
    {"no such domain",          NX,       reply_soa,       NULL, P(NXDOMAIN), 0, NULL, ""},
    {"a thousand",              0,        a_thousand,      NULL, P(DATA), DSMTP_RECORDS_MAX, NULL, ""},
    {"truncated",               TC | AD,  nothing,         NULL, P(FAILED), 0, NULL, ""},
    {"truncated, some data",    TC,       one,             NULL, P(FAILED), 0, NULL, ""},
    {"SERVFAIL",                SERVFAIL, reply_extended,  NULL, P(FAILED), 0, NULL, "EDE 9 DNSKEY missing: why?"},
    /* R-8914-6-1: the presence stays what it is. */
    {"extended errors",         AD,       extended_twice,  NULL, P(NODATA), 0, NULL, "EDE 3 stale answer; EDE 511: xyz"},
    {"below a DNAME",           AD,       dname,           NULL, P(DATA), 1, "mx.n.example", ""},
    {"DNAME of others",         AD,       other_dname,     NULL, P(NODATA), 0, NULL, ""},
    {"DNAME without alias",     AD,       bare_dname,      "a DNAME record without its alias", P(FAILED), 0, NULL, ""},
    {"REFUSED",                 REFUSED,  nothing,         NULL, P(FAILED), 0, NULL, ""},
    {"a referral",              0,        referral,        "a referral in place of an answer", P(FAILED), 0, NULL, ""},
    {"NXDOMAIN with data",      NX,       one,
     "records of a name that is said not to exist", P(FAILED), 0, NULL, ""},
    {"one too many",            0,        too_many,        "too many records", P(FAILED), 0, NULL, ""},
    {"loop",                    0,        loop,            "alias chain too long or a loop", P(FAILED), 0, NULL, ""},
    {"too long a chain",        0,        long_chain,      "alias chain too long or a loop", P(FAILED), 0, NULL, ""},
    {"two aliases",             0,        two_aliases,     "an alias beside other data", P(FAILED), 0, NULL, ""},
    {"alias and data",          0,        alias_and_data,  "an alias beside other data", P(FAILED), 0, NULL, ""},
    {"pointer ahead",           0,        forward_pointer, "malformed record", P(FAILED), 0, NULL, ""},
    {"pointer to itself",       0,        self_pointer,    "malformed record", P(FAILED), 0, NULL, ""},
    {"pointer to the header",   0,        header_pointer,  "malformed record", P(FAILED), 0, NULL, ""},
    {"absence, broken SOA",     NX,       short_soa,       "malformed record", P(FAILED), 0, NULL, ""},
    {"absence, broken NS",      0,        long_ns,         "malformed record", P(FAILED), 0, NULL, ""},
    {"three octets of address", 0,        short_address,   "malformed record", P(FAILED), 0, NULL, ""},
    {"cut short",               0,        cut,             "malformed reply", P(FAILED), 0, NULL, ""},
    {"fewer than counted",      0,        count_only,      "malformed reply", P(FAILED), 0, NULL, ""},
};
/* clang-format on */

static const struct dsmtp_query mx_a = {.name = "mx.d.example", .type = DSMTP_RR_A};

static void test_read(void)
{
    static struct reply r;

    for (size_t i = 0; i < CHECK_COUNT(replies); i++) {
        struct dsmtp_dns_reply out = {.presence = DSMTP_PRESENCE_FAILED};
        struct dsmtp_arena arena;

        check_row(replies[i].label);
        reply_begin(&r, replies[i].flags, mx_a.name, mx_a.type);
        replies[i].fill(&r);
        dsmtp_arena_init(&arena, DSMTP_DNS_REPLY_MEMORY);
        check_str(dsmtp_dns_read(r.bytes, r.len, &mx_a, &arena, &out), replies[i].wrong);
        check_str(dsmtp_presence_name(out.presence), dsmtp_presence_name(replies[i].presence));
        check_uint(out.count, replies[i].count);
        check_str(out.canonical, replies[i].canonical);
        check_int(out.aliased > 0, replies[i].canonical != NULL);
        check_str(out.why, replies[i].why);
        dsmtp_arena_fini(&arena);
    }
}

/* The answer knows how many aliases were followed. */
static void test_aliases(void)
{
    static struct reply r;
    struct dsmtp_dns_reply out;
    struct dsmtp_arena arena;

    for (unsigned count = 0; count <= 2; count++) {
        reply_begin(&r, 0, mx_a.name, mx_a.type);
        if (count > 0)
            reply_alias(&r, mx_a.name, count == 1 ? "c.example" : "b.example");
        if (count > 1)
            reply_alias(&r, "b.example", "c.example");
        reply_address(&r, count == 0 ? mx_a.name : "c.example");
        dsmtp_arena_init(&arena, DSMTP_DNS_REPLY_MEMORY);
        check_rowf("%u aliases", count);
        if (check_str(dsmtp_dns_read(r.bytes, r.len, &mx_a, &arena, &out), NULL))
            check_uint(dsmtp_dns_answer(&mx_a, &out, DSMTP_SECURITY_SECURE).aliases, count);
        dsmtp_arena_fini(&arena);
    }
}

/* Each octet of a good reply in turn gets another value, and the reply each shorter length: no
 * crash, no overrun. */
static void test_damage(void)
{
    static struct reply r;
    struct dsmtp_dns_reply out;
    struct dsmtp_arena arena;

    reply_begin(&r, 0, mx_a.name, mx_a.type);
    aliased(&r);
    reply_extended(&r);
    for (size_t i = 0; i < r.len; i++) {
        uint8_t whole = r.bytes[i];

        for (unsigned value = 0; value < 256; value += 5) {
            r.bytes[i] = (uint8_t)value;
            dsmtp_arena_init(&arena, DSMTP_DNS_REPLY_MEMORY);
            (void)dsmtp_dns_read(r.bytes, r.len, &mx_a, &arena, &out);
            dsmtp_arena_fini(&arena);
        }
        r.bytes[i] = whole;
        dsmtp_arena_init(&arena, DSMTP_DNS_REPLY_MEMORY);
        check_true(dsmtp_dns_read(r.bytes, i, &mx_a, &arena, &out) != NULL);
        dsmtp_arena_fini(&arena);
    }
}

/* R-8914-4-1: one form for what a resolver says and for what libunbound says. */
static void test_ede(void)
{
    static const struct {
        const char *words;
        unsigned code;
    } said[] = {
        {"validation failure <d.example. TLSA IN>: signature expired from 192.0.2.1", 7},
        {"validation failure <d.example. A IN>: signature before inception date from 192.0.2.1", 8},
        {"validation failure <d.example. MX IN>: no signatures from 192.0.2.1", 10},
        {"validation failure <d.example. MX IN>: key for validation d.example. is marked as "
         "invalid because of a previous validation failure <d.example. MX IN>: No DNSKEY record "
         "from 192.0.2.1 for key d.example. while building chain of trust",
         9},
        {"validation failure <d.example. A IN>: signature crypto failed from 192.0.2.1", 6},
        {"", 6},
    };
    static const char long_text[] = "0123456789012345678901234567890123456789";
    char text[40] = "";

    for (size_t i = 0; i < CHECK_COUNT(said); i++) {
        check_row(said[i].words);
        check_uint(dsmtp_ede_of_words(said[i].words), said[i].code);
    }
    check_row(NULL);
    check_str(dsmtp_ede_name(29), "synthesized");
    check_str(dsmtp_ede_name(30), NULL);
    dsmtp_ede_append(text, sizeof(text), 7, NULL, 0);
    check_str(text, "EDE 7 signature expired");
    dsmtp_ede_append(text, sizeof(text), 6, (const uint8_t *)long_text, sizeof(long_text) - 1);
    check_str(text, "EDE 7 signature expired; EDE 6 DNSSEC b");
    text[0] = '\0';
    dsmtp_ede_append(text, sizeof(text), 49152, (const uint8_t *)long_text, sizeof(long_text) - 1);
    check_str(text, "EDE 49152: 0123456789012345678901234567");
    dsmtp_ede_append(text, sizeof(text), 7, NULL, 0);
    check_str(text, "EDE 49152: 0123456789012345678901234567");
}

/* R-4035-4.1-1, R-4035-4.9.2-1, R-6840-5.7-1: DO and AD, CD only to find out what SERVFAIL means,
 * and a size that needs no fragments. */
static void test_query(void)
{
    static const uint8_t want[] = {
        0xab, 0xcd, 0x01, 0x20, 0, 1, 0, 0, 0, 0, 0, 1,  2,    'm',  'x', 1, 'd',  7, 'e', 'x', 'a',
        'm',  'p',  'l',  'e',  0, 0, 1, 0, 1, 0, 0, 41, 0x04, 0xd0, 0,   0, 0x80, 0, 0,   0};
    uint8_t got[DSMTP_DNS_QUERY_MAX];

    check_mem(got, dsmtp_dns_query(&mx_a, 0xabcd, false, got), want, sizeof(want));
    check_uint(dsmtp_dns_query(&mx_a, 0xabcd, true, got), sizeof(want));
    check_uint(got[3], 0x30);
}

static const struct check_test tests[] = {
    {"extended errors", test_ede}, {"queries", test_query},          {"reading replies", test_read},
    {"aliases", test_aliases},     {"damaged replies", test_damage},
};
SUITE(dns_message, tests);
