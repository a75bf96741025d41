/* test_hosts.c - MX answers: what kind, which hosts, in which order. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "core/hosts.h"
#include "fakes/world.h"

static struct fake_reply reply;

static struct dsmtp_host_names read_with(struct dsmtp_arena *arena, enum dsmtp_presence presence,
                                         const char *data, const struct dsmtp_hosts_config *config)
{
    bool failed = presence == DSMTP_PRESENCE_FAILED;
    struct fake_record record = {.type = DSMTP_RR_MX,
                                 .security = failed ? DSMTP_SECURITY_ERROR : DSMTP_SECURITY_SECURE,
                                 .presence = presence,
                                 .data = data};
    struct dsmtp_host_names out = {.kind = DSMTP_MX_COUNT};

    dsmtp_arena_init(arena, 1u << 20);
    fake_answer_from(&record, &(struct dsmtp_query){"d.example", DSMTP_RR_MX}, &reply);
    check_int(dsmtp_hosts_read(arena, &reply.answer, config, &out), DSMTP_OK);
    return out;
}

static struct dsmtp_host_names read_mx(struct dsmtp_arena *arena, enum dsmtp_presence presence,
                                       const char *data, uint64_t seed)
{
    const struct dsmtp_hosts_config config = {.profile = dsmtp_profile_at(0), .seed = seed};

    return read_with(arena, presence, data, &config);
}

static void list(const struct dsmtp_host_names *hosts, char *out, size_t room)
{
    size_t len = 0;

    out[0] = '\0';
    for (unsigned i = 0; i < hosts->count && len < room; i++)
        len += (size_t)snprintf(out + len, room - len, "%s%u %s", i > 0 ? "; " : "",
                                hosts->list[i].preference, hosts->list[i].name);
}

/* clang-format off */
#define L63 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
static const struct { const char *label; enum dsmtp_presence presence; const char *data; enum dsmtp_mx kind; const char *want; } cases[] = {
    {"one",              DSMTP_PRESENCE_DATA, "10 mx.d.example",                    DSMTP_MX_DATA,    "10 mx.d.example"},
    {"by preference",    DSMTP_PRESENCE_DATA, "30 c; 10 a; 20 b",                   DSMTP_MX_DATA,    "10 a; 20 b; 30 c"},
    {"the extremes",     DSMTP_PRESENCE_DATA, "65535 b; 0 a; 256 c",                DSMTP_MX_DATA,    "0 a; 256 c; 65535 b"},
    {"lower case",       DSMTP_PRESENCE_DATA, "10 MX.D",                            DSMTP_MX_DATA,    "10 mx.d"},
    {"twice",            DSMTP_PRESENCE_DATA, "20 a; 15 b; 10 A",                   DSMTP_MX_DATA,    "10 a; 15 b"},
    {"null MX",          DSMTP_PRESENCE_DATA, "0 .",                                DSMTP_MX_NULL,    ""},
    {"null MX, 10",      DSMTP_PRESENCE_DATA, "10 .",                               DSMTP_MX_NULL,    ""},
    {"root among hosts", DSMTP_PRESENCE_DATA, "0 .; 10 a",                          DSMTP_MX_DATA,    "10 a"},
    {"bad among good",   DSMTP_PRESENCE_DATA, "0 b ad; 10 a",                       DSMTP_MX_DATA,    "10 a"},
    {"all bad",          DSMTP_PRESENCE_DATA, "0 b ad; 10 *.d",                     DSMTP_MX_INVALID, ""},
    {"short rdata",      DSMTP_PRESENCE_DATA, "raw ; raw 00; raw 000a",             DSMTP_MX_INVALID, ""},
    {"cut name",         DSMTP_PRESENCE_DATA, "raw 000a0361",                       DSMTP_MX_INVALID, ""},
    {"pointer",          DSMTP_PRESENCE_DATA, "raw 000ac00c",                       DSMTP_MX_INVALID, ""},
    {"no record at all", DSMTP_PRESENCE_DATA, "",                                   DSMTP_MX_INVALID, ""},
    {"address",          DSMTP_PRESENCE_DATA, "10 198.18.0.1",                      DSMTP_MX_DATA,    "10 198.18.0.1"},
    {"long name",        DSMTP_PRESENCE_DATA, "10 " L63 "." L63 "." L63,            DSMTP_MX_DATA,    "10 " L63 "." L63 "." L63},
    {"no records",       DSMTP_PRESENCE_NODATA,   NULL,                             DSMTP_MX_NODATA,  ""},
    {"no domain",        DSMTP_PRESENCE_NXDOMAIN, NULL,                             DSMTP_MX_NXDOMAIN, ""},
    {"failed",           DSMTP_PRESENCE_FAILED,   NULL,                             DSMTP_MX_FAILED,  ""},
};
/* clang-format on */

static void test_cases(void)
{
    for (size_t i = 0; i < CHECK_COUNT(cases); i++) {
        struct dsmtp_arena arena;
        struct dsmtp_host_names hosts;
        char got[400];

        check_row(cases[i].label);
        hosts = read_mx(&arena, cases[i].presence, cases[i].data, 0);
        list(&hosts, got, sizeof(got));
        check_str(dsmtp_mx_name(hosts.kind), dsmtp_mx_name(cases[i].kind));
        check_str(got, cases[i].want);
        dsmtp_arena_fini(&arena);
    }
}

/* clang-format off */
#define SET(name, word) DSMTP_SWITCH_##name, DSMTP_##word
static const struct { enum dsmtp_switch which; uint16_t value; enum dsmtp_presence presence; const char *data; enum dsmtp_mx kind; const char *want; } readings[] = {
    {SET(MX_NXDOMAIN, MX_NXDOMAIN_AS_NODATA),  DSMTP_PRESENCE_NXDOMAIN, NULL,                   DSMTP_MX_NODATA,  ""},
    {SET(MX_NXDOMAIN, MX_NXDOMAIN_BOUNCE),     DSMTP_PRESENCE_NXDOMAIN, NULL,                   DSMTP_MX_NXDOMAIN, ""},
    {SET(NULLMX_MIXED, NULLMX_MIXED_NULL),     DSMTP_PRESENCE_DATA,     "10 a.b; 0 .",          DSMTP_MX_NULL,    ""},
    {SET(NULLMX_MIXED, NULLMX_MIXED_NULL),     DSMTP_PRESENCE_DATA,     "10 a.b",               DSMTP_MX_DATA,    "10 a.b"},
    {SET(NULLMX_MIXED, NULLMX_MIXED_IGNORE),   DSMTP_PRESENCE_DATA,     "10 a.b; 0 .",          DSMTP_MX_DATA,    "10 a.b"},
    {SET(MX_NUMERIC, MX_NUMERIC_NAME),         DSMTP_PRESENCE_DATA,     "1 198.18.0.1; 2 a.b",  DSMTP_MX_DATA,    "1 198.18.0.1; 2 a.b"},
    {SET(MX_NUMERIC, MX_NUMERIC_ADDRESS),      DSMTP_PRESENCE_DATA,     "1 198.18.0.1; 2 a.b",  DSMTP_MX_DATA,    "1 198.18.0.1; 2 a.b"},
    {SET(MX_NUMERIC, MX_NUMERIC_DROP),         DSMTP_PRESENCE_DATA,     "1 198.18.0.1; 2 a.b",  DSMTP_MX_DATA,    "2 a.b"},
    {SET(MX_NUMERIC, MX_NUMERIC_DROP),         DSMTP_PRESENCE_DATA,     "1 198.18.0.1",         DSMTP_MX_INVALID, ""},
    {SET(MX_NUMERIC, MX_NUMERIC_DROP),         DSMTP_PRESENCE_DATA,     "1 198.18.0.1.b",       DSMTP_MX_DATA,    "1 198.18.0.1.b"},
    {SET(TLD_MX, TLD_MX_ALLOW),                DSMTP_PRESENCE_DATA,     "1 tld; 2 a.b",         DSMTP_MX_DATA,    "1 tld; 2 a.b"},
    {SET(TLD_MX, TLD_MX_DROP),                 DSMTP_PRESENCE_DATA,     "1 tld; 2 a.b",         DSMTP_MX_DATA,    "2 a.b"},
    {SET(TLD_MX, TLD_MX_DROP),                 DSMTP_PRESENCE_DATA,     "1 tld",                DSMTP_MX_INVALID, ""},
};

/* R-5321-5.1-13: own is in the list. */
static const struct { const char *label, *data, *own[2]; enum dsmtp_mx kind; const char *want; bool self; } selves[] = {
    {"not in it",         "1 a; 2 b",             {"c"},               DSMTP_MX_DATA, "1 a; 2 b", false},
    {"worst",             "1 a; 2 b; 3 c",        {"c"},               DSMTP_MX_DATA, "1 a; 2 b", true},
    {"in the middle",     "1 a; 2 b; 2 c; 3 d",   {"c"},               DSMTP_MX_DATA, "1 a",      true},
    {"among the best",    "1 a; 1 b; 3 c",        {"b"},               DSMTP_MX_SELF, "",         true},
    {"alone",             "5 a",                  {"a"},               DSMTP_MX_SELF, "",         true},
    {"twice",             "1 a; 2 b; 3 c; 4 d",   {"d", "b"},          DSMTP_MX_DATA, "1 a",      true},
    {"other case",        "1 a; 2 B",             {"b"},               DSMTP_MX_DATA, "1 a",      true},
    {"by number",         "1 a; 2 198.18.0.1",    {"198.18.0.1"},      DSMTP_MX_DATA, "1 a",      true},
    {"part of a name",    "1 a; 2 b.a",           {"b"},               DSMTP_MX_DATA, "1 a; 2 b.a", false},
};
/* clang-format on */

static void test_readings(void)
{
    for (size_t i = 0; i < CHECK_COUNT(readings); i++) {
        struct dsmtp_profile p = *dsmtp_profile_at(0);
        const struct dsmtp_hosts_config config = {.profile = &p};
        struct dsmtp_arena arena;
        struct dsmtp_host_names hosts;
        char got[400], number[DSMTP_SWITCH_TEXT_SIZE];

        p.value[readings[i].which] = readings[i].value;
        check_rowf("%s=%s, %s", dsmtp_switch_info(readings[i].which)->word,
                   dsmtp_switch_text(readings[i].which, readings[i].value, number),
                   readings[i].data != NULL ? readings[i].data : "no domain");
        hosts = read_with(&arena, readings[i].presence, readings[i].data, &config);
        list(&hosts, got, sizeof(got));
        check_str(dsmtp_mx_name(hosts.kind), dsmtp_mx_name(readings[i].kind));
        check_str(got, readings[i].want);
        dsmtp_arena_fini(&arena);
    }
}

static void test_self(void)
{
    for (size_t i = 0; i < CHECK_COUNT(selves); i++) {
        const struct dsmtp_hosts_config config = {
            .profile = dsmtp_profile_at(0),
            .self = {selves[i].own, selves[i].own[1] != NULL ? 2 : 1}};
        struct dsmtp_arena arena;
        struct dsmtp_host_names hosts;
        char got[400];

        check_row(selves[i].label);
        hosts = read_with(&arena, DSMTP_PRESENCE_DATA, selves[i].data, &config);
        list(&hosts, got, sizeof(got));
        check_str(dsmtp_mx_name(hosts.kind), dsmtp_mx_name(selves[i].kind));
        check_str(got, selves[i].want);
        check_int(hosts.self, selves[i].self);
        dsmtp_arena_fini(&arena);
    }
}

/* R-5321-5.1-10, R-5321-5.1-11. Equal preferences: every order comes about, the same seed gives the
 * same one, and preferences are kept. */
static void test_shuffle(void)
{
    enum { SEEDS = 600 };
    unsigned first[3] = {0};

    for (uint64_t seed = 0; seed < SEEDS; seed++) {
        static const char *const turned[] = {"10 a; 10 b; 10 c; 5 z", "10 c; 5 z; 10 a; 10 b",
                                             "5 z; 10 b; 10 c; 10 a"};
        char order[3][100];

        for (unsigned k = 0; k < 3; k++) {
            struct dsmtp_arena arena;
            struct dsmtp_host_names hosts = read_mx(&arena, DSMTP_PRESENCE_DATA, turned[k], seed);

            list(&hosts, order[k], sizeof(order[k]));
            dsmtp_arena_fini(&arena);
        }
        check_rowf("seed %u", (unsigned)seed);
        check_str(order[1], order[0]);
        check_str(order[2], order[0]);
        check_true(strncmp(order[0], "5 z; 10 ", 8) == 0);
        if (order[0][8] >= 'a' && order[0][8] <= 'c')
            first[order[0][8] - 'a']++;
    }
    for (unsigned i = 0; i < 3; i++) {
        check_rowf("%c first", (char)('a' + i));
        check_true(first[i] > SEEDS / 4 && first[i] < SEEDS / 2);
    }
}

static void test_limit(void)
{
    static char data[DSMTP_HOSTS_MAX * 10 + 20];

    for (unsigned count = DSMTP_HOSTS_MAX - 1; count <= DSMTP_HOSTS_MAX + 1; count++) {
        struct dsmtp_arena arena;
        struct dsmtp_host_names hosts;
        size_t len = 0;

        for (unsigned i = 0; i < count; i++)
            len += (size_t)snprintf(data + len, sizeof(data) - len, "9 h%u;", i);
        check_rowf("%u hosts", count);
        hosts = read_mx(&arena, DSMTP_PRESENCE_DATA, data, 1);
        check_int(hosts.kind, count > DSMTP_HOSTS_MAX ? DSMTP_MX_FAILED : DSMTP_MX_DATA);
        check_int(hosts.why != NULL, count > DSMTP_HOSTS_MAX);
        if (count <= DSMTP_HOSTS_MAX)
            check_uint(hosts.count, count);
        dsmtp_arena_fini(&arena);
    }
}

static void test_memory(void)
{
    const struct dsmtp_hosts_config config = {.profile = dsmtp_profile_at(0)};
    struct dsmtp_host_names out;
    struct dsmtp_arena arena;
    enum dsmtp_status status = DSMTP_NOMEM;
    struct fake_record record = {.type = DSMTP_RR_MX,
                                 .security = DSMTP_SECURITY_SECURE,
                                 .presence = DSMTP_PRESENCE_DATA,
                                 .data = "1 a; 1 b"};

    fake_answer_from(&record, &(struct dsmtp_query){"d", DSMTP_RR_MX}, &reply);
    for (size_t limit = 0; status == DSMTP_NOMEM && limit < 10000; limit += 16) {
        dsmtp_arena_init(&arena, limit);
        status = dsmtp_hosts_read(&arena, &reply.answer, &config, &out);
        dsmtp_arena_fini(&arena);
    }
    check_int(status, DSMTP_OK);
}

static const struct check_test tests[] = {
    {"cases", test_cases},      {"readings of a profile", test_readings},
    {"own records", test_self}, {"shuffle", test_shuffle},
    {"limit", test_limit},      {"memory", test_memory}};
SUITE(hosts, tests);
