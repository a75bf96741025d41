/* test_usable.c - which TLSA records can be used: every usage, selector, matching type and length,
 * digest agility, DER. */
#include <stdio.h>
#include <string.h>

#include "check.h"
#include "core/usable.h"

static const uint8_t zeros[300];
/* The least that looks like a certificate or a key inside. */
#define CERT 0x30, 0, 0x30, 0, 3, 1, 0
#define KEY 0x30, 0, 3, 1, 0
static const uint8_t cert[] = {0x30, 7, CERT};
static const uint8_t key[] = {0x30, 5, KEY};

static struct dsmtp_tlsa record(uint8_t usage, uint8_t selector, uint8_t matching)
{
    const size_t length[] = {selector == 0 ? sizeof(cert) : sizeof(key), 32, 64, 32};

    return (struct dsmtp_tlsa){.usage = usage,
                               .selector = selector,
                               .matching = matching,
                               .data = matching != 0   ? zeros
                                       : selector == 0 ? cert
                                                       : key,
                               .len = length[matching < 3 ? matching : 3]};
}

/* R-7671-2-1: SHA2-256 above all. Written from RFC 6698 and RFC 7672, section 3.1, not from the
 * code. */
static enum dsmtp_unusable expected(const struct dsmtp_tlsa *r, bool map0, bool map1)
{
    if (r->usage > 3 || (r->usage == 0 && !map0) || (r->usage == 1 && !map1))
        return DSMTP_UNUSABLE_USAGE;
    if (r->selector > 1)
        return DSMTP_UNUSABLE_SELECTOR;
    if (r->matching > 2)
        return DSMTP_UNUSABLE_MATCHING;
    if ((r->matching == 1 && r->len != 32) || (r->matching == 2 && r->len != 64))
        return DSMTP_UNUSABLE_LENGTH;
    return r->matching == 0 ? DSMTP_UNUSABLE_FULL_DATA : DSMTP_UNUSABLE_NO;
}

/* As above; a sign behind it stands for other data. */
static struct dsmtp_tlsa record_of(const char *text)
{
    static const uint8_t plus[64] = {'+'}, minus[64] = {'-'};
    struct dsmtp_tlsa r =
        record((uint8_t)(text[0] - '0'), (uint8_t)(text[1] - '0'), (uint8_t)(text[2] - '0'));

    if (text[3] == '+' || text[3] == '-')
        r.data = text[3] == '+' ? plus : minus;
    return r;
}

static void check_lengths(const struct dsmtp_profile *p, unsigned usage, unsigned selector,
                          unsigned matching)
{
    static const size_t lengths[] = {0, 1, 20, 31, 32, 33, 48, 63, 64, 65, 300};
    bool map0 = p->value[DSMTP_SWITCH_USAGE0] == DSMTP_USAGE_MAP;
    bool map1 = p->value[DSMTP_SWITCH_USAGE1] == DSMTP_USAGE_MAP;

    for (size_t i = 0; i < CHECK_COUNT(lengths); i++) {
        struct dsmtp_tlsa r = {.usage = (uint8_t)usage,
                               .selector = (uint8_t)selector,
                               .matching = (uint8_t)matching,
                               .data = zeros,
                               .len = lengths[i]};
        enum dsmtp_unusable want = expected(&r, map0, map1);
        unsigned effective = usage == 0 && map0 ? 2 : usage == 1 && map1 ? 3 : usage;
        unsigned usable = dsmtp_usable_mark(p, &r, 1);

        if (r.why == want && usable == (want == DSMTP_UNUSABLE_NO) &&
            r.effective_usage == effective)
            continue;
        check_rowf("%u %u %u, %zu octets", usage, selector, matching, lengths[i]);
        check_str(dsmtp_unusable_text(r.why), dsmtp_unusable_text(want));
        check_uint(usable, want == DSMTP_UNUSABLE_NO);
        check_uint(r.effective_usage, effective);
    }
}

static void check_fields(const struct dsmtp_profile *p)
{
    static const unsigned values[] = {0, 1, 2, 3, 4, 5, 127, 128, 255};
    const size_t count = CHECK_COUNT(values);

    for (size_t i = 0; i < count * count * count; i++)
        check_lengths(p, values[i % count], values[i / count % count], values[i / count / count]);
}

static void test_matrix(void)
{
    static const uint8_t values[] = {DSMTP_USAGE_UNUSABLE, DSMTP_USAGE_MAP};

    for (unsigned map = 0; map < 4; map++) {
        struct dsmtp_profile p = *dsmtp_profile_at(0);

        p.value[DSMTP_SWITCH_USAGE0] = values[map & 1];
        p.value[DSMTP_SWITCH_USAGE1] = values[map / 2];
        check_fields(&p);
    }
    check_true(true);
}

static void test_short(void)
{
    const uint8_t rdata[] = {3, 1, 1};

    for (size_t len = 0; len <= sizeof(rdata); len++) {
        struct dsmtp_tlsa r = dsmtp_tlsa_split(rdata, len);

        check_uint(dsmtp_usable_mark(dsmtp_profile_at(0), &r, 1), 0);
        check_int(r.why, DSMTP_UNUSABLE_SHORT);
    }
    check_uint(dsmtp_usable_mark(dsmtp_profile_at(0), NULL, 0), 0);
}

/* clang-format off */
static const struct { const char *label; uint8_t octets[14]; size_t len; uint8_t selector; bool usable; } objects[] = {
    {"certificate",            {0x30, 7, CERT}, 9, 0, true},
    {"key is no certificate",  {0x30, 5, KEY}, 7, 0, false},
    {"key",                    {0x30, 5, KEY}, 7, 1, true},
    {"certificate is no key",  {0x30, 7, CERT}, 9, 1, false},
    {"one octet short",        {0x30, 7, CERT}, 8, 0, false},
    {"one octet more",         {0x30, 7, CERT, 0}, 10, 0, false},
    {"a part more",            {0x30, 9, CERT, 3, 0}, 11, 0, false},
    {"a part less",            {0x30, 4, 0x30, 0, 0x30, 0}, 6, 0, false},
    {"part too long",          {0x30, 5, 0x30, 0, 3, 2, 0}, 7, 1, false},
    {"empty",                  {0x30, 0}, 2, 0, false},
    {"integer inside",         {0x30, 3, 2, 1, 0}, 5, 0, false},
    {"long form",              {0x30, 0x81, 7, CERT}, 10, 0, true},
    {"long form, two octets",  {0x30, 0x82, 0, 7, CERT}, 11, 0, true},
    {"long form, cut length",  {0x30, 0x82, 0}, 3, 0, false},
    {"long form, no length",   {0x30, 0x84}, 2, 0, false},
    {"indefinite",             {0x30, 0x80, CERT, 0, 0}, 11, 0, false},
    {"length of five octets",  {0x30, 0x85, 0, 0, 0, 0, 7, CERT}, 14, 0, false},
    {"huge length",            {0x30, 0x84, 0xff, 0xff, 0xff, 0xff, CERT}, 13, 0, false},
    {"a set",                  {0x31, 7, CERT}, 9, 0, false},
    {"one octet",              {0x30}, 1, 0, false},
};

/* Sets: digits usage selector matching, a sign where the data is another; which of them stay usable with agility on and off. */
static const struct { const char *label, *set, *on, *off; } sets[] = {
    {"stronger digest wins",         "311 312",         "01",   "11"},
    {"whatever the order",           "312 311",         "10",   "11"},
    {"full data is no digest",       "310 311",         "11",   "11"},
    {"full data beside both",        "310 311 312",     "101",  "111"},
    {"per selector",                 "301 312",         "11",   "11"},
    {"per usage",                    "211 312",         "11",   "11"},
    {"several of the strongest",     "312 312+ 311",    "110",  "111"},
    {"several of the weaker",        "311 311+ 311-",   "111",  "111"},
    {"twice the same",               "311 311 311",     "100",  "100"},
    {"twice the strongest",          "312 312 311",     "100",  "101"},
    {"the same of another kind",     "311 301 211",     "111",  "111"},
    {"full data twice",              "310 310 311 310", "1010", "1010"},
    {"unusable twice",               "111 311 111",     "010",  "010"},
    {"unusable does not count",      "012 211",         "01",   "01"},
    {"unknown type does not count",  "313 311",         "01",   "01"},
    {"nothing usable",               "011 111 411",     "000",  "000"},
    {"full set",                     "201 202 211 212 301 302 311 312", "01010101", "11111111"},
};
/* clang-format on */

static void test_der(void)
{
    for (size_t i = 0; i < CHECK_COUNT(objects); i++) {
        struct dsmtp_tlsa r = {.usage = 3,
                               .selector = objects[i].selector,
                               .data = objects[i].octets,
                               .len = objects[i].len};

        check_row(objects[i].label);
        check_uint(dsmtp_usable_mark(dsmtp_profile_at(0), &r, 1), objects[i].usable);
        check_int(r.why, objects[i].usable ? DSMTP_UNUSABLE_NO : DSMTP_UNUSABLE_FULL_DATA);
    }
}

static void mark_set(const struct dsmtp_profile *p, const char *set, const char *want)
{
    struct dsmtp_tlsa r[10];
    char got[11] = "";
    unsigned count = 0, usable, seen = 0;

    for (; *set != '\0'; set += strcspn(set, " ")) {
        set += strspn(set, " ");
        r[count++] = record_of(set);
    }
    usable = dsmtp_usable_mark(p, r, count);
    for (unsigned i = 0; i < count; i++) {
        got[i] = r[i].why == DSMTP_UNUSABLE_NO ? '1' : '0';
        seen += r[i].why == DSMTP_UNUSABLE_NO ? 1 : 0;
    }
    check_str(got, want);
    check_uint(usable, seen);
    check_uint(dsmtp_usable_mark(p, r, count), usable);
}

static void test_agility(void)
{
    for (size_t i = 0; i < CHECK_COUNT(sets); i++) {
        struct dsmtp_profile p = *dsmtp_profile_at(0);

        check_row(sets[i].label);
        mark_set(&p, sets[i].set, sets[i].on);
        p.value[DSMTP_SWITCH_AGILITY] = DSMTP_OFF;
        mark_set(&p, sets[i].set, sets[i].off);
    }
}

/* Mapped usages compete with those they are mapped to; a digest of the wrong length does not. */
static void test_agility_mapped(void)
{
    struct dsmtp_profile p = *dsmtp_profile_at(0);
    struct dsmtp_tlsa r[2] = {record(3, 1, 1), record(3, 1, 2)};

    p.value[DSMTP_SWITCH_USAGE1] = DSMTP_USAGE_MAP;
    mark_set(&p, "311 112", "01");
    p.value[DSMTP_SWITCH_USAGE0] = DSMTP_USAGE_MAP;
    mark_set(&p, "211 012", "01");
    r[1].len = 63;
    check_uint(dsmtp_usable_mark(&p, r, 2), 1);
    check_int(r[0].why, DSMTP_UNUSABLE_NO);
    check_int(r[1].why, DSMTP_UNUSABLE_LENGTH);
}

/* R-7671-9-1, R-7671-9-2; digest_order: the other digest is the stronger one. */
static void test_digest_order(void)
{
    struct dsmtp_profile p = *dsmtp_profile_at(0);

    p.value[DSMTP_SWITCH_DIGEST_ORDER] = DSMTP_DIGEST_256_FIRST;
    mark_set(&p, "311 312", "10");
    mark_set(&p, "312 310 301", "111");
}

/* map2_full_only: whole trust anchors of usage 0 count as usage 2, digests of them do not. */
static void test_full_only(void)
{
    struct dsmtp_profile p = *dsmtp_profile_at(0);

    p.value[DSMTP_SWITCH_USAGE0] = DSMTP_USAGE_MAP_FULL_ONLY;
    mark_set(&p, "000 010 001 011 012", "11000");
    mark_set(&p, "010 210", "10");
}

/* Fifty different records are fifty usable ones. */
static void test_many(void)
{
    static uint8_t data[50][32];
    struct dsmtp_tlsa r[CHECK_COUNT(data)];

    for (unsigned i = 0; i < CHECK_COUNT(data); i++) {
        data[i][31] = (uint8_t)i;
        r[i] = (struct dsmtp_tlsa){
            .usage = 3, .selector = 1, .matching = 1, .data = data[i], .len = sizeof(data[i])};
    }
    check_uint(dsmtp_usable_mark(dsmtp_profile_at(0), r, CHECK_COUNT(data)), CHECK_COUNT(data));
    data[49][31] = 0;
    check_uint(dsmtp_usable_mark(dsmtp_profile_at(0), r, CHECK_COUNT(data)), CHECK_COUNT(data) - 1);
    check_int(r[49].why, DSMTP_UNUSABLE_DUPLICATE);
}

static const struct check_test tests[] = {{"matrix", test_matrix},
                                          {"short rdata", test_short},
                                          {"DER", test_der},
                                          {"agility", test_agility},
                                          {"agility of mapped usages", test_agility_mapped},
                                          {"digest order", test_digest_order},
                                          {"usage 0, full data only", test_full_only},
                                          {"many", test_many}};
SUITE(usable, tests);
