/* test_dns_signature.c - what a reply says of the signatures of its records. */
#include <string.h>

#include "adapt/dns_message.h"
#include "check.h"
#include "dns_reply.h"

#define OWNER "_25._tcp.mx.d.example"
enum { RRSIG = 46, TLSA_DATA = 35 };

/* An RRSIG record. Times are seconds; tail: the signer's name, and something behind it. */
static void sign(struct reply *r, const char *owner, unsigned covered, uint8_t algorithm,
                 uint32_t ttl, uint32_t from, uint32_t to, const char *tail, size_t len)
{
    const uint32_t numbers[] = {ttl, to, from};
    uint8_t rdata[100] = {(uint8_t)(covered >> 8), (uint8_t)covered, algorithm, 5};

    for (unsigned i = 0; i < 12; i++)
        rdata[4 + i] = (uint8_t)(numbers[i / 4] >> (24 - 8 * (i % 4)));
    memcpy(rdata + 18, tail, len);
    reply_add(r, AN, owner, RRSIG, rdata, 18 + len);
}

#define SIGNER "\1D\7example\0sss"
#define PARENT "\7example\0sss"

static void one(struct reply *r)
{
    sign(r, OWNER, DSMTP_RR_TLSA, 13, 3600, 1000, 1000 + 86400, SIGNER, sizeof(SIGNER));
}

static void several(struct reply *r)
{
    sign(r, OWNER, DSMTP_RR_TLSA, 13, 3600, 1000, 2000, SIGNER, sizeof(SIGNER));
    sign(r, OWNER, DSMTP_RR_TLSA, 8, 3600, 1000, 5000, SIGNER, sizeof(SIGNER));
    sign(r, OWNER, DSMTP_RR_TLSA, 15, 3600, 1000, 3000, PARENT, sizeof(PARENT));
}

/* In 2106 the numbers begin again. */
static void wrapped(struct reply *r)
{
    sign(r, OWNER, DSMTP_RR_TLSA, 13, 3600, UINT32_MAX - 99, 100, SIGNER, sizeof(SIGNER));
}

static void others(struct reply *r)
{
    sign(r, OWNER, DSMTP_RR_A, 5, 60, 0, 9, SIGNER, sizeof(SIGNER));
    sign(r, "mx.d.example", DSMTP_RR_TLSA, 5, 60, 0, 9, SIGNER, sizeof(SIGNER));
}

static void cut(struct reply *r)
{
    sign(r, OWNER, DSMTP_RR_TLSA, 5, 60, 0, 9, "", 0);
    sign(r, OWNER, DSMTP_RR_TLSA, 5, 60, 0, 9, "\7exam", 5);
    reply_add(r, AN, OWNER, RRSIG, "\0\x34\5", 3);
    reply_add(r, AN, OWNER, RRSIG, "", 0);
}

static void none(struct reply *r)
{
    (void)r;
}

static const struct {
    const char *label;
    void (*sign)(struct reply *r);
    struct dsmtp_signature want;
} cases[] = {
    {"one", one, {"d.example", 13, 3600, 86400}},
    {"several", several, {"d.example", 8, 3600, 4000}},
    {"2106", wrapped, {"d.example", 13, 3600, 200}},
    {"of something else", others, {NULL, 0, 0, 0}},
    {"cut off", cut, {NULL, 0, 0, 0}},
    {"none", none, {NULL, 0, 0, 0}},
};

static void test_signatures(void)
{
    static const uint8_t tlsa[TLSA_DATA] = {3, 1, 1};
    static const struct dsmtp_query query = {OWNER, DSMTP_RR_TLSA};

    for (size_t i = 0; i < CHECK_COUNT(cases); i++) {
        struct reply r;
        struct dsmtp_dns_reply reply;
        struct dsmtp_arena arena, kept;
        struct dsmtp_answer answer, copy;

        check_row(cases[i].label);
        dsmtp_arena_init(&arena, DSMTP_DNS_REPLY_MEMORY);
        dsmtp_arena_init(&kept, DSMTP_DNS_REPLY_MEMORY);
        reply_begin(&r, AD, OWNER, DSMTP_RR_TLSA);
        reply_add(&r, AN, OWNER, DSMTP_RR_TLSA, tlsa, sizeof(tlsa));
        cases[i].sign(&r);
        answer = dsmtp_dns_interpret(r.bytes, r.len, &query, DSMTP_SECURITY_SECURE, &arena, &reply);
        check_int(answer.presence, DSMTP_PRESENCE_DATA);
        check_int(dsmtp_answer_copy(&kept, &answer, &copy), DSMTP_OK);
        dsmtp_arena_fini(&arena);
        check_str(copy.signature.signer, cases[i].want.signer);
        check_uint(copy.signature.algorithm, cases[i].want.algorithm);
        check_uint(copy.signature.original_ttl, cases[i].want.original_ttl);
        check_uint(copy.signature.lifetime, cases[i].want.lifetime);
        dsmtp_arena_fini(&kept);
    }
}

static const struct check_test tests[] = {{"signatures", test_signatures}};
SUITE(dns_signature, tests);
