/* test_local_words.c - do levels and attributes of the policy table mean what Postfix's users
 * expect? */
#include <stdio.h>
#include <string.h>

#include "check.h"
#include "core/local.h"
#include "core/names.h"

#define MEMORY ((size_t)1 << 20)
#define SHA1 "0123456789abcdef0123456789ABCDEF01234567"
#define SHA1_COLONS "01:23:45:67:89:AB:CD:EF:01:23:45:67:89:ab:cd:ef:01:23:45:67"
#define SHA256 "8d02536c887482bc34ff54e41d2ba659bf85b341a0a20afadb5813dcfbcf286d"

/* What an entry says, in one line: level, match list, versions as bits, own floor, ciphers. */
static const char *summary(const struct dsmtp_local_entry *e, char out[400])
{
    static const char *const ciphers[] = {"", " medium", " high"};
    int used = snprintf(out, 400, "%s", dsmtp_policy_name(e->policy));

    for (unsigned i = 0; i < e->match_count; i++)
        used += snprintf(out + used, 400 - (size_t)used, " %s", e->matches[i]);
    for (unsigned i = 0; i < e->fingerprint_count; i++)
        used += snprintf(out + used, 400 - (size_t)used, " %zu/%02x%02x", e->fingerprints[i].len,
                         e->fingerprints[i].digest[0],
                         e->fingerprints[i].digest[e->fingerprints[i].len - 1]);
    if (e->limits.versions != 0)
        used += snprintf(out + used, 400 - (size_t)used, " %x%s", e->limits.versions,
                         e->limits.own_floor ? "!" : "");
    snprintf(out + used, 400 - (size_t)used, "%s", ciphers[e->limits.ciphers]);
    return out;
}

/* clang-format off */
/* Versions: 1 TLSv1, 2 TLSv1.1, 4 TLSv1.2, 8 TLSv1.3; '!': their own floor. */
static const struct { const char *entry, *want; } good[] = {
    {"d.example none",                                   "none"},
    {"d.example Dane-Only",                              "dane-only"},
    {"d.example verify",                                 "verify"},
    {"d.example VERIFY match=hostname",                  "verify hostname"},
    {"d.example secure",                                 "secure"},
    {"d.example secure,match=nexthop:Dot-NextHop",       "secure nexthop dot-nexthop"},
    {"d.example secure match=MX.d.example.:.D.example",  "secure mx.d.example .d.example"},
    {"d.example secure match=a.example match=b.example", "secure a.example b.example"},
    {"d.example secure , , match=a.example ,,",          "secure a.example"},
    {"d.example secure\n\tmatch=xn--mx-yia.d.example",   "secure xn--mx-yia.d.example"},
    {"[192.0.2.1] secure match=mx.d.example",            "secure mx.d.example"},
    {"[192.0.2.1] fingerprint match=" SHA1,              "fingerprint 20/0167"},
    {"d.example fingerprint match=" SHA1_COLONS,         "fingerprint 20/0167"},
    {"d.example fingerprint match=" SHA256 "|" SHA1,     "fingerprint 32/8d6d 20/0167"},
    {"d.example fingerprint match=" SHA256 " match=" SHA1_COLONS, "fingerprint 32/8d6d 20/0167"},
    {"d.example fingerprint match=" SHA256 SHA256,       "fingerprint 64/8d6d"},
    {"d.example may protocols=!SSLv2:!SSLv3",            "may f"},
    {"d.example may protocols=!SSLv2:!SSLv3:!TLSv1:!tlsv1.1", "may c"},
    {"d.example may protocols=TLSv1.2",                  "may 4!"},
    {"d.example may protocols=TLSv1.2:TLSv1.3",          "may c!"},
    {"d.example may protocols=>=TLSv1.2",                "may c!"},
    {"d.example may protocols=>=TLSv1",                  "may f!"},
    {"d.example may protocols=>=TLSv1.1:<=TLSv1.2",      "may 6!"},
    {"d.example may protocols=<=TLSv1.2",                "may 7!"},
    {"d.example may protocols=>=SSLv3:!TLSv1.3",         "may 7!"},
    {"d.example encrypt ciphers=HIGH",                   "encrypt high"},
    {"d.example dane-only ciphers=medium protocols=>=TLSv1.3", "dane-only 8! medium"},
};

#define MATCH "expected hostname, nexthop, dot-nexthop, a name of A-labels, or .name for every name below it"
#define DIGEST "expected 40, 64 or 128 hex digits (SHA-1, SHA2-256, SHA2-512)"
#define PROTOCOL "expected TLSv1, TLSv1.1, TLSv1.2 or TLSv1.3, alone or behind !, >= or <="
#define ATTRIBUTE "expected match=, protocols= or ciphers="
static const struct { const char *entry, *fault; } bad[] = {
    {"d.example secured",                             "1:11: no level \"secured\"; expected none, may, encrypt, dane, dane-only, fingerprint, verify or secure"},
    {"d.example verify match=a.example:",             "1:34: no name \"\"; " MATCH},
    {"d.example verify match=a..example",             "1:24: no name \"a..example\"; " MATCH},
    {"d.example verify match=a.example:*.d.example",  "1:34: no name \"*.d.example\"; " MATCH},
    {"d.example verify match=.",                      "1:24: no name \".\"; " MATCH},
    {"d.example verify match=192.0.2.1",              "1:24: no name \"192.0.2.1\"; " MATCH},
    {"d.example verify match=b\xc3\xbc.example",      "1:24: no name \"b\xc3\xbc.example\"; " MATCH},
    {"d.example verify match=",                       "1:18: match without a value; expected match=..."},
    {"d.example verify match",                        "1:18: match without a value; expected match=..."},
    {"d.example verify mx.d.example",                 "1:18: no attribute \"mx.d.example\"; " ATTRIBUTE},
    {"d.example verify exclude=MD5",                  "1:18: no attribute \"exclude\"; " ATTRIBUTE},
    {"d.example verify =x",                           "1:18: no attribute \"\"; " ATTRIBUTE},
    {"d.example dane match=nexthop",                  "1:16: level dane matches nothing; expected match= only with fingerprint, verify or secure"},
    {"d.example encrypt match=nexthop",               "1:19: level encrypt matches nothing; expected match= only with fingerprint, verify or secure"},
    {"d.example none ciphers=high",                   "1:16: level none has no TLS; expected the end of the line"},
    {"d.example fingerprint",                         "1:1: fingerprint without a digest; expected match=HEX"},
    {"d.example fingerprint ciphers=high",            "1:1: fingerprint without a digest; expected match=HEX"},
    {"d.example fingerprint match=" SHA1 "|",         "1:70: no fingerprint \"\"; " DIGEST},
    {"d.example fingerprint match=0123456789abcdef0123456789abcdef", "1:29: no fingerprint \"0123456789abcdef0123456789abcdef\"; " DIGEST},
    {"d.example fingerprint match=01:2",              "1:29: no fingerprint \"01:2\"; " DIGEST},
    {"d.example fingerprint match=01:23:",            "1:29: no fingerprint \"01:23:\"; " DIGEST},
    {"d.example fingerprint match=0g" SHA1,           "1:29: no fingerprint \"0g0123456789abcdef0123456789ABCDEF01234567\"; " DIGEST},
    {"d.example fingerprint match=" SHA256 SHA256 "00", "1:29: no fingerprint \"8d02536c887482bc34ff54e41d2ba659bf85b341a0a20afadb5813dcfbcf\"; " DIGEST},
    {"d.example fingerprint match=" SHA1_COLONS "x",  "1:29: no fingerprint \"01:23:45:67:89:AB:CD:EF:01:23:45:67:89:ab:cd:ef:01:23:45:67x\"; " DIGEST},
    {"[192.0.2.1] secure",                            "1:1: an address has no name to check; expected match=NAME"},
    {"[IPv6:2001:db8::1] verify match=hostname:dot-nexthop", "1:1: an address has no name to check; expected match=NAME"},
    {"d.example may protocols=TLSv1.4",               "1:25: no protocol \"TLSv1.4\"; " PROTOCOL},
    {"d.example may protocols=!TLSv1:",               "1:32: no protocol \"\"; " PROTOCOL},
    {"d.example may protocols=>TLSv1",                "1:25: no protocol \">TLSv1\"; " PROTOCOL},
    {"d.example may protocols=!",                     "1:25: no protocol \"!\"; " PROTOCOL},
    {"d.example may protocols=>=",                    "1:25: no protocol \">=\"; " PROTOCOL},
    {"d.example may protocols=SSLv3",                 "1:25: \"SSLv3\" leaves no version of TLS; expected at least one"},
    {"d.example may protocols=<=SSLv3",               "1:25: \"<=SSLv3\" leaves no version of TLS; expected at least one"},
    {"d.example may protocols=!TLSv1.2:!TLSv1.3",     "1:25: \"!TLSv1.2:!TLSv1.3\" leaves no version of TLS; expected at least one"},
    {"d.example may protocols=TLSv1.2:!TLSv1.2",      "1:25: \"TLSv1.2:!TLSv1.2\" leaves no version of TLS; expected at least one"},
    {"d.example may protocols=TLSv1.2 protocols=TLSv1.3", "1:33: protocols= again; expected it once"},
    {"d.example may ciphers=high ciphers=high",       "1:28: ciphers= again; expected it once"},
    {"d.example may ciphers=ECDHE-RSA-AES128-SHA",    "1:23: no grade of ciphers \"ECDHE-RSA-AES128-SHA\"; expected medium or high"},
    {"d.example secure\n# x\n match=a.example:b_.\x01" "example", "3:21: control character; expected text"},
};
/* clang-format on */

static enum dsmtp_status parse(const char *text, size_t memory, struct dsmtp_arena *arena,
                               struct dsmtp_local *local, struct dsmtp_fault *fault)
{
    fault->what[0] = '\0';
    dsmtp_arena_init(arena, memory);
    return dsmtp_local_parse(arena, text, strlen(text), "t", local, fault);
}

static void test_good(void)
{
    for (size_t i = 0; i < CHECK_COUNT(good); i++) {
        struct dsmtp_arena arena;
        struct dsmtp_local local;
        struct dsmtp_fault fault;
        char text[400];

        check_row(good[i].entry);
        if (check_int(parse(good[i].entry, MEMORY, &arena, &local, &fault), DSMTP_OK) &&
            check_uint(local.count, 1))
            check_str(summary(&local.entries[0], text), good[i].want);
        check_str(fault.what, "");
        dsmtp_arena_fini(&arena);
    }
}

static void test_bad(void)
{
    for (size_t i = 0; i < CHECK_COUNT(bad); i++) {
        struct dsmtp_arena arena;
        struct dsmtp_local local;
        struct dsmtp_fault fault;
        char want[400];

        snprintf(want, sizeof(want), "t:%s", bad[i].fault);
        check_row(bad[i].entry);
        check_int(parse(bad[i].entry, MEMORY, &arena, &local, &fault), DSMTP_SYNTAX);
        check_str(fault.what, want);
        dsmtp_arena_fini(&arena);
    }
}

/* With any amount of memory an entry is read as a whole or not at all, and with enough it is. */
static void test_memory(void)
{
    const char *text = "d.example secure match=a.example:.b.example\n"
                       "e.example fingerprint match=" SHA1 "|" SHA256 "\n";
    enum dsmtp_status status = DSMTP_NOMEM;

    for (size_t memory = 0; memory < 4000 && status != DSMTP_OK; memory += 8) {
        struct dsmtp_arena arena;
        struct dsmtp_local local;
        struct dsmtp_fault fault;

        status = parse(text, memory, &arena, &local, &fault);
        check_rowf("%zu octets", memory);
        check_true(status == DSMTP_OK || status == DSMTP_NOMEM);
        check_str(fault.what, status == DSMTP_OK ? "" : "t: the table is too large");
        dsmtp_arena_fini(&arena);
    }
    check_int(status, DSMTP_OK);
}

/* A word that no destination can be is not cut to one. */
static void test_long_key(void)
{
    static char text[2000];
    struct dsmtp_arena arena;
    struct dsmtp_local local;
    struct dsmtp_fault fault;

    memset(text, 'a', sizeof(text) - 10);
    memcpy(text + sizeof(text) - 10, " may", 5);
    check_int(parse(text, MEMORY, &arena, &local, &fault), DSMTP_SYNTAX);
    check_str(fault.what, "t:1:1: word too long; expected a destination");
    dsmtp_arena_fini(&arena);
}

/* The names of match=, and those of a policy without it; with less memory than they need, none. */
static void test_names(void)
{
    static const struct {
        enum dsmtp_policy policy;
        const char *const words[3];
        const char *want;
    } lists[] = {
        {DSMTP_POLICY_VERIFY, {NULL}, "mx.d"},
        {DSMTP_POLICY_SECURE, {NULL}, "d,.d"},
        {DSMTP_POLICY_SECURE, {"hostname", ".x", "y"}, "mx.d,.x,y"},
        {DSMTP_POLICY_VERIFY, {"dot-nexthop", "nexthop"}, ".d,d"},
    };
    const struct dsmtp_names_input in = {DSMTP_TRUST_INSECURE, "base", "mx.d", "d", "e"};

    for (size_t i = 0; i < CHECK_COUNT(lists); i++) {
        struct dsmtp_local_entry entry = {.policy = lists[i].policy, .matches = lists[i].words};
        enum dsmtp_status status = DSMTP_NOMEM;
        const char *const *names = NULL;
        unsigned count = 0;

        while (entry.match_count < 3 && lists[i].words[entry.match_count] != NULL)
            entry.match_count++;
        for (size_t memory = 0; memory < 400 && status != DSMTP_OK; memory += 8) {
            struct dsmtp_arena arena;
            char got[100] = "";

            dsmtp_arena_init(&arena, memory);
            status = dsmtp_names_local(&arena, lists[i].policy,
                                       entry.match_count > 0 ? &entry : NULL, &in, &names, &count);
            for (unsigned k = 0; status == DSMTP_OK && k < count; k++)
                snprintf(got + strlen(got), sizeof(got) - strlen(got), "%s%s", k > 0 ? "," : "",
                         names[k]);
            check_rowf("list %zu", i);
            check_true(status == DSMTP_OK || status == DSMTP_NOMEM);
            check_str(got, status == DSMTP_OK ? lists[i].want : "");
            dsmtp_arena_fini(&arena);
        }
        check_int(status, DSMTP_OK);
    }
}

static const struct check_test tests[] = {{"what entries say", test_good},
                                          {"faults and their places", test_bad},
                                          {"memory", test_memory},
                                          {"a long key", test_long_key},
                                          {"names", test_names}};
SUITE(local_words, tests);
