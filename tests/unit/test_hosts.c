/* test_hosts.c - MX answers: what kind, which hosts, in which order. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "core/hosts.h"
#include "fakes/world.h"

static struct fake_reply reply;

static struct dsmtp_host_names read_mx(struct dsmtp_arena *arena, enum dsmtp_presence presence,
                                       const char *data, uint64_t seed)
{
    bool failed = presence == DSMTP_PRESENCE_FAILED;
    struct fake_record record = {.type = DSMTP_RR_MX,
                                 .security = failed ? DSMTP_SECURITY_ERROR : DSMTP_SECURITY_SECURE,
                                 .presence = presence,
                                 .data = data};
    struct dsmtp_host_names out = {.kind = DSMTP_MX_COUNT};

    dsmtp_arena_init(arena, 1u << 20);
    fake_answer_from(&record, &(struct dsmtp_query){"d.example", DSMTP_RR_MX}, &reply);
    check_int(dsmtp_hosts_read(arena, &reply.answer, seed, &out), DSMTP_OK);
    return out;
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

/* Equal preferences: every order comes about, the same seed gives the same one, and preferences are
 * kept. */
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
        status = dsmtp_hosts_read(&arena, &reply.answer, 0, &out);
        dsmtp_arena_fini(&arena);
    }
    check_int(status, DSMTP_OK);
}

static const struct check_test tests[] = {{"cases", test_cases},
                                          {"shuffle", test_shuffle},
                                          {"limit", test_limit},
                                          {"memory", test_memory}};
SUITE(hosts, tests);
