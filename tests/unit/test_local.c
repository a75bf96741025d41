/* test_local.c - are destinations and the local policy table read as Postfix's users expect, and
 * their faults told with their place? */
#include "core/local.h"

#include <stdio.h>
#include <string.h>

#include "check.h"
#include "core/nexthop.h"

#define MEMORY ((size_t)1 << 20)

/* text: the canonical form, or NULL: refused; fault: what the message must say. */
static const struct {
    const char *given;
    const char *text;
    enum dsmtp_nexthop_kind kind;
    unsigned port;
    const char *fault;
} nexthops[] = {
    {"d.example", "d.example", DSMTP_NEXTHOP_DOMAIN, 25, NULL},
    {"D.Example.", "d.example", DSMTP_NEXTHOP_DOMAIN, 25, NULL},
    {"d.example:25", "d.example", DSMTP_NEXTHOP_DOMAIN, 25, NULL},
    {"d.example:587", "d.example:587", DSMTP_NEXTHOP_DOMAIN, 587, NULL},
    {"[mx.d.example]", "[mx.d.example]", DSMTP_NEXTHOP_HOST, 25, NULL},
    {"[MX.d.example.]:65535", "[mx.d.example]:65535", DSMTP_NEXTHOP_HOST, 65535, NULL},
    {"[192.0.2.1]", "[192.0.2.1]", DSMTP_NEXTHOP_ADDRESS, 25, NULL},
    {"[192.0.2.1]:2525", "[192.0.2.1]:2525", DSMTP_NEXTHOP_ADDRESS, 2525, NULL},
    {"[IPv6:2001:DB8:0:0::1]", "[IPv6:2001:db8::1]", DSMTP_NEXTHOP_ADDRESS, 25, NULL},
    {"[ipv6:2001:db8::1]:26", "[IPv6:2001:db8::1]:26", DSMTP_NEXTHOP_ADDRESS, 26, NULL},
    {"[2001:db8::1]", "[IPv6:2001:db8::1]", DSMTP_NEXTHOP_ADDRESS, 25, NULL},
    {"", NULL, DSMTP_NEXTHOP_DOMAIN, 0, "bad domain"},
    {".", NULL, DSMTP_NEXTHOP_DOMAIN, 0, "bad domain"},
    {"a..b", NULL, DSMTP_NEXTHOP_DOMAIN, 0, "bad domain"},
    {"a b", NULL, DSMTP_NEXTHOP_DOMAIN, 0, "bad domain"},
    {"user@d.example", NULL, DSMTP_NEXTHOP_DOMAIN, 0, "only what stands behind the @"},
    {"b\xc3\xbc"
     "cher.example",
     NULL, DSMTP_NEXTHOP_DOMAIN, 0, "expected an A-label (xn--...)"},
    {"192.0.2.1", NULL, DSMTP_NEXTHOP_DOMAIN, 0, "written in brackets, [192.0.2.1]"},
    {"192.0.2.1.", NULL, DSMTP_NEXTHOP_DOMAIN, 0, "written in brackets, [192.0.2.1]"},
    {"[192.0.2.1.]", NULL, DSMTP_NEXTHOP_DOMAIN, 0, "written in brackets, [192.0.2.1]"},
    {"2001:db8::1", NULL, DSMTP_NEXTHOP_DOMAIN, 0, "[IPv6:2001:db8::1]"},
    {"d.example:", NULL, DSMTP_NEXTHOP_DOMAIN, 0, "bad port"},
    {"d.example:0", NULL, DSMTP_NEXTHOP_DOMAIN, 0, "bad port"},
    {"d.example:65536", NULL, DSMTP_NEXTHOP_DOMAIN, 0, "bad port"},
    {"d.example:99999999999999999999", NULL, DSMTP_NEXTHOP_DOMAIN, 0, "bad port"},
    {"d.example:smtp", NULL, DSMTP_NEXTHOP_DOMAIN, 0, "bad port"},
    {"[d.example", NULL, DSMTP_NEXTHOP_DOMAIN, 0, "expected [HOST]"},
    {"[d.example]x", NULL, DSMTP_NEXTHOP_DOMAIN, 0, "expected [HOST]"},
    {"[]", NULL, DSMTP_NEXTHOP_DOMAIN, 0, "bad domain"},
    {"[IPv6:192.0.2.1]", NULL, DSMTP_NEXTHOP_DOMAIN, 0, "bad address"},
    {"[IPv6:2001:db8::g]", NULL, DSMTP_NEXTHOP_DOMAIN, 0, "bad address"},
};

/* R-5321-4.1.3-1: what is written as an address literal is that host. */
static void test_nexthop(void)
{
    for (size_t i = 0; i < CHECK_COUNT(nexthops); i++) {
        struct dsmtp_nexthop nexthop;
        struct dsmtp_fault fault = {.what = ""};
        char text[DSMTP_NEXTHOP_TEXT_SIZE];
        enum dsmtp_status status = dsmtp_nexthop_parse(nexthops[i].given, &nexthop, &fault);

        check_row(nexthops[i].given);
        check_int(status, nexthops[i].text != NULL ? DSMTP_OK : DSMTP_SYNTAX);
        if (nexthops[i].text == NULL)
            check_has(fault.what, nexthops[i].fault);
        if (status != DSMTP_OK || nexthops[i].text == NULL)
            continue;
        dsmtp_nexthop_text(&nexthop, text);
        check_str(text, nexthops[i].text);
        check_int(nexthop.kind, nexthops[i].kind);
        check_uint(nexthop.port, nexthops[i].port);
    }
}

/* The longest name fits, also in brackets; one octet more does not. */
static void test_nexthop_length(void)
{
    char text[300] = "[";
    char back[DSMTP_NEXTHOP_TEXT_SIZE];
    struct dsmtp_nexthop nexthop;
    struct dsmtp_fault fault;

    for (unsigned i = 0; i < DSMTP_NAME_MAX; i++)
        text[1 + i] = i % 2 == 0 ? 'a' : '.';
    memcpy(text + 1 + DSMTP_NAME_MAX, "]:65535", 8);
    if (!check_int(dsmtp_nexthop_parse(text, &nexthop, &fault), DSMTP_OK))
        return;
    dsmtp_nexthop_text(&nexthop, back);
    check_str(back, text);
    memcpy(text + 1 + DSMTP_NAME_MAX, ".a]", 4);
    check_int(dsmtp_nexthop_parse(text, &nexthop, &fault), DSMTP_SYNTAX);
    check_int(dsmtp_nexthop_parse(text + 1, &nexthop, &fault), DSMTP_SYNTAX);
    memset(text + 1, 'a', sizeof(text) - 3);
    memcpy(text + sizeof(text) - 2, "]", 2);
    check_int(dsmtp_nexthop_parse(text, &nexthop, &fault), DSMTP_SYNTAX);
    check_true(strstr(fault.what, "the name is too long") != NULL);
}

static const char table[] = "# comment\n"
                            "\n"
                            "   \t\n"
                            "D.example      dane-only\r\n"
                            ".d.example\tencrypt\n"
                            ".sub.d.example MAY\n"
                            "  # a comment between an entry and its continuation\n"
                            "long.example\n"
                            "\n"
                            "    none\n"
                            "[mx.d.example] may\n"
                            "[mx.d.example]:587 dane\n"
                            "d.example:26 none\n"
                            "[IPv6:2001:db8:0::1] encrypt\n"
                            ".com none";

/* policy: -1: not named */
static const struct {
    const char *nexthop;
    int policy;
    const char *key;
    unsigned line;
} lookups[] = {
    {"d.example", DSMTP_POLICY_DANE_ONLY, "d.example", 4},
    {"a.d.example", DSMTP_POLICY_ENCRYPT, ".d.example", 5},
    {"a.b.d.example", DSMTP_POLICY_ENCRYPT, ".d.example", 5},
    {"sub.d.example", DSMTP_POLICY_ENCRYPT, ".d.example", 5},
    {"x.sub.d.example", DSMTP_POLICY_MAY, ".sub.d.example", 6},
    {"xd.example", -1, NULL, 0},
    {"example", -1, NULL, 0},
    {"long.example", DSMTP_POLICY_NONE, "long.example", 8},
    {"any.com", DSMTP_POLICY_NONE, ".com", 15},
    {"com", -1, NULL, 0},
    {"[mx.d.example]", DSMTP_POLICY_MAY, "[mx.d.example]", 11},
    {"[mx.d.example]:587", DSMTP_POLICY_DANE, "[mx.d.example]:587", 12},
    {"[mx.d.example]:588", -1, NULL, 0},
    {"mx.d.example", DSMTP_POLICY_ENCRYPT, ".d.example", 5},
    {"[other.d.example]", -1, NULL, 0},
    {"d.example:26", DSMTP_POLICY_NONE, "d.example:26", 13},
    {"a.d.example:26", -1, NULL, 0},
    {"[2001:db8::1]", DSMTP_POLICY_ENCRYPT, "[IPv6:2001:db8::1]", 14},
};

static void test_find(void)
{
    struct dsmtp_arena arena;
    struct dsmtp_local local;
    struct dsmtp_fault fault = {.what = ""};

    dsmtp_arena_init(&arena, MEMORY);
    check_int(dsmtp_local_parse(&arena, table, sizeof(table) - 1, "policy", &local, &fault),
              DSMTP_OK);
    check_str(fault.what, "");
    for (size_t i = 0; fault.what[0] == '\0' && i < CHECK_COUNT(lookups); i++) {
        const struct dsmtp_local_entry *entry;
        struct dsmtp_nexthop nexthop;

        check_row(lookups[i].nexthop);
        check_int(dsmtp_nexthop_parse(lookups[i].nexthop, &nexthop, &fault), DSMTP_OK);
        entry = dsmtp_local_find(&local, &nexthop);
        check_int(entry != NULL ? (int)entry->policy : -1, lookups[i].policy);
        check_str(entry != NULL ? entry->key : NULL, lookups[i].key);
        check_uint(entry != NULL ? entry->line : 0, lookups[i].line);
    }
    dsmtp_arena_fini(&arena);
}

#define LEVELS "expected none, may, encrypt, dane, dane-only, fingerprint, verify or secure"

static const struct {
    const char *label;
    const char *text;
    const char *fault;
} faults[] = {
    {"no such level", "d.example dnae\n", "policy:1:11: no level \"dnae\"; " LEVELS},
    {"no level", "d.example\ne.example dane\n", "policy:1:1: destination without a level; " LEVELS},
    {"no level at the end", "d.example", "policy:1:1: destination without a level; " LEVELS},
    {"attribute", "d.example dane mach=x\n",
     "policy:1:16: no attribute \"mach\"; expected match=, protocols= or ciphers="},
    {"attribute, continued", "d.example dane\n\n  tafile=/x\n",
     "policy:3:3: no attribute \"tafile\"; expected match=, protocols= or ciphers="},
    {"third word of three lines", "d.example secure\n match=x.example\n\tciphers=low\n",
     "policy:3:10: no grade of ciphers \"low\"; expected medium or high"},
    {"comment behind", "d.example dane # x\n",
     "policy:1:16: a comment must stand on a line of its own; expected the end of the line"},
    {"blank in front", "\n  d.example dane\n",
     "policy:2:3: white space in front of the first entry; expected a destination"},
    {"twice", "d.example dane\n.d.example may\nD.EXAMPLE. may\n",
     "policy:3:1: this destination stands on line 1 already; expected it once"},
    {"parent with brackets", ".[d.example] may\n",
     "policy:1:1: expected a domain behind the leading dot"},
    {"parent with port", ".d.example:25 may\n",
     "policy:1:1: expected a domain behind the leading dot"},
    {"octets", "d.example may\ne.exa\001mple may\n",
     "policy:2:6: control character; expected text"},
    {"address", "192.0.2.1 may\n",
     "policy:1:1: bad domain \"192.0.2.1\"; an address is written in brackets, [192.0.2.1]"},
};

static void test_faults(void)
{
    for (size_t i = 0; i < CHECK_COUNT(faults); i++) {
        struct dsmtp_arena arena;
        struct dsmtp_local local;
        struct dsmtp_fault fault = {.what = ""};

        check_row(faults[i].label);
        dsmtp_arena_init(&arena, MEMORY);
        check_int(dsmtp_local_parse(&arena, faults[i].text, strlen(faults[i].text), "policy",
                                    &local, &fault),
                  DSMTP_SYNTAX);
        fault.what[strlen(fault.what) < strlen(faults[i].fault) ? strlen(fault.what)
                                                                : strlen(faults[i].fault)] = '\0';
        check_str(fault.what, faults[i].fault);
        dsmtp_arena_fini(&arena);
    }
}

/* No octet after the end is read, whatever the table ends in; memory that runs out is told. */
static void test_limits(void)
{
    struct dsmtp_fault fault;
    struct dsmtp_local local;
    struct dsmtp_arena arena;

    for (size_t len = 0; len < sizeof(table); len++) {
        dsmtp_arena_init(&arena, MEMORY);
        (void)!dsmtp_local_parse(&arena, table, len, "policy", &local, &fault);
        dsmtp_arena_fini(&arena);
    }
    dsmtp_arena_init(&arena, 64);
    check_int(dsmtp_local_parse(&arena, table, sizeof(table) - 1, "policy", &local, &fault),
              DSMTP_NOMEM);
    check_str(fault.what, "policy: the table is too large");
    dsmtp_arena_fini(&arena);
    dsmtp_arena_init(&arena, MEMORY);
    check_int(dsmtp_local_parse(&arena, "", 0, "policy", &local, &fault), DSMTP_OK);
    check_uint(local.count, 0);
    dsmtp_arena_fini(&arena);
}

/* An entry by itself, in an arena that has no room for it. */
static void test_entry_limit(void)
{
    struct dsmtp_arena arena;
    struct dsmtp_nexthop nexthop;
    struct dsmtp_local_entry entry;
    struct dsmtp_fault fault = {0};

    check_int(dsmtp_nexthop_parse("d.example", &nexthop, &fault), DSMTP_OK);
    dsmtp_arena_init(&arena, 1);
    check_int(dsmtp_local_entry_parse(&arena, "dane", &nexthop, "policy", &entry, &fault),
              DSMTP_NOMEM);
    check_str(fault.what, "policy: out of memory");
    dsmtp_arena_fini(&arena);
}

static const struct check_test tests[] = {
    {"destinations", test_nexthop}, {"the longest name", test_nexthop_length},
    {"lookups", test_find},         {"faults and their places", test_faults},
    {"limits", test_limits},        {"an entry and no memory", test_entry_limit},
};
SUITE(local, tests);
