/* test_discover.c - from a next hop to a plan, over worlds written as tables. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "core/discover.h"
#include "fakes/discovery.h"

enum { MEMORY = 4 << 20 };

static struct fake_reply reply;

struct setting {
    const char *nexthop;
    enum dsmtp_nexthop_kind kind;
    const char *profile;
    enum dsmtp_policy policy;
    uint64_t seed;
};

static enum dsmtp_status start(struct dsmtp_discover *d, struct dsmtp_arena *arena,
                               const struct setting *s)
{
    const struct dsmtp_discover_config config = {
        .target = s->nexthop,
        .nexthop = s->nexthop,
        .kind = s->kind,
        .profile = dsmtp_profile_find(s->profile != NULL ? s->profile : "rfc7672"),
        .policy = s->policy,
        .port = 25,
        .seed = s->seed};

    return dsmtp_discover_init(d, arena, &config);
}

/* clang-format off */
#define SEC  DSMTP_SECURITY_SECURE, DSMTP_PRESENCE_DATA
#define INS  DSMTP_SECURITY_INSECURE, DSMTP_PRESENCE_DATA
#define SNO  DSMTP_SECURITY_SECURE, DSMTP_PRESENCE_NODATA
#define INO  DSMTP_SECURITY_INSECURE, DSMTP_PRESENCE_NODATA
#define SNX  DSMTP_SECURITY_SECURE, DSMTP_PRESENCE_NXDOMAIN
#define INX  DSMTP_SECURITY_INSECURE, DSMTP_PRESENCE_NXDOMAIN
#define BOG  DSMTP_SECURITY_BOGUS, DSMTP_PRESENCE_FAILED, ""
#define ERR  DSMTP_SECURITY_ERROR, DSMTP_PRESENCE_FAILED, ""
#define MX(...)    {.name = "d", .type = DSMTP_RR_MX, __VA_ARGS__}
#define A(n, ...)  {.name = n, .type = DSMTP_RR_A, __VA_ARGS__}
#define A6(n, ...) {.name = n, .type = DSMTP_RR_AAAA, __VA_ARGS__}
#define AL(n, ...) {.name = n, .type = DSMTP_RR_CNAME, __VA_ARGS__}
#define TL(n, ...) {.name = "_25._tcp." n, .type = DSMTP_RR_TLSA, __VA_ARGS__}
#define IP         "198.18.0.1"
#define IP6        "2001:db8::1"
#define GOOD(n)    A(n, SEC, IP), TL(n, SEC, "311")
#define ONLY       DSMTP_POLICY_DANE_ONLY
#define DANE       DSMTP_POLICY_DANE
#define DOMAIN     DSMTP_NEXTHOP_DOMAIN
#define HOST       DSMTP_NEXTHOP_HOST

static const struct { const char *label; struct setting setting; struct fake_record world[9]; const char *want; } cases[] = {
    /* R-7672-2.2.2-1: MX hosts; below are the two other ways in, without MX records and with a host. */
    {"one host",           {"d", DOMAIN, NULL, DANE, 0}, {MX(SEC, "1 m"), GOOD("m")},
        "attempt TLSA_USABLE 3 | m dane TLSA_USABLE m=1 for m,d"},
    {"dane-only",          {"d", DOMAIN, NULL, ONLY, 0}, {MX(SEC, "1 m"), GOOD("m")},
        "attempt TLSA_USABLE 3 | m dane TLSA_USABLE m=1 for m,d"},
    {"two hosts",          {"d", DOMAIN, NULL, DANE, 0}, {MX(SEC, "1 m; 2 n"), GOOD("m"), A("n", SEC, IP)},
        "attempt TLSA_USABLE 3 | m dane TLSA_USABLE m=1 for m,d | n may TLSA_ABSENT n=0"},
    /* R-8461-8.4-1: a host of no use keeps its place. */
    {"no such host name",  {"d", DOMAIN, NULL, DANE, 0}, {MX(SEC, "1 m; 2 n"), A("m", SNX), A6("m", SNX), GOOD("n")},
        "attempt TLSA_USABLE 3 | m skip NO_ADDRESS | n dane TLSA_USABLE n=1 for n,d"},
    {"unusable",           {"d", DOMAIN, NULL, DANE, 0}, {MX(SEC, "1 m"), A("m", SEC, IP), TL("m", SEC, "111; 011; 311/31")},
        "attempt TLSA_UNUSABLE 3 | m encrypt TLSA_UNUSABLE m=3"},
    {"unusable, mandatory", {"d", DOMAIN, NULL, ONLY, 0}, {MX(SEC, "1 m"), A("m", SEC, IP), TL("m", SEC, "111")},
        "defer DANE_REQUIRED 3 | m skip DANE_REQUIRED m=1"},
    {"insecure TLSA",      {"d", DOMAIN, NULL, DANE, 0}, {MX(SEC, "1 m"), A("m", SEC, IP), TL("m", INS, "311")},
        "attempt TLSA_INSECURE 3 | m may TLSA_INSECURE m=0"},
    {"bogus TLSA",         {"d", DOMAIN, NULL, DANE, 0}, {MX(SEC, "1 m; 2 n"), A("m", SEC, IP), TL("m", BOG), A("n", SEC, IP)},
        "attempt TLSA_ABSENT 3 | m skip TLSA_BOGUS m=0 | n may TLSA_ABSENT n=0"},
    {"TLSA error",         {"d", DOMAIN, NULL, DANE, 0}, {MX(SEC, "1 m"), A("m", SEC, IP), TL("m", ERR)},
        "defer TLSA_ERROR 3 | m skip TLSA_ERROR m=0"},
    {"insecure address",   {"d", DOMAIN, NULL, DANE, 0}, {MX(SEC, "1 m"), A("m", INS, IP), TL("m", SEC, "311")},
        "attempt ADDRESS_INSECURE 2 | m may ADDRESS_INSECURE"},
    {"A fails, AAAA does",  {"d", DOMAIN, NULL, DANE, 0}, {MX(SEC, "1 m"), A("m", BOG), A6("m", SEC, IP6), TL("m", SEC, "311")},
        "attempt TLSA_USABLE 3 | m dane TLSA_USABLE m=1 for m,d"},
    {"AAAA fails, A does",  {"d", DOMAIN, NULL, DANE, 0}, {MX(SEC, "1 m"), A6("m", ERR), GOOD("m")},
        "attempt TLSA_USABLE 3 | m dane TLSA_USABLE m=1 for m,d"},
    {"A fails, no AAAA",   {"d", DOMAIN, NULL, DANE, 0}, {MX(SEC, "1 m"), A("m", ERR)},
        "defer ADDRESS_ERROR 2 | m skip ADDRESS_ERROR"},
    {"no A, AAAA bogus",   {"d", DOMAIN, NULL, DANE, 0}, {MX(SEC, "1 m"), A6("m", BOG)},
        "defer ADDRESS_BOGUS 2 | m skip ADDRESS_BOGUS"},
    {"no address",         {"d", DOMAIN, NULL, DANE, 0}, {MX(SEC, "1 m")},
        "bounce NO_ADDRESS 2 | m skip NO_ADDRESS"},
    /* the MX answer */
    {"bogus MX",           {"d", DOMAIN, NULL, DANE, 0}, {MX(BOG)},                       "defer MX_BOGUS 1"},
    {"MX error",           {"d", DOMAIN, NULL, DSMTP_POLICY_MAY, 0}, {MX(ERR)},           "defer MX_ERROR 1"},
    {"no domain",          {"d", DOMAIN, NULL, DANE, 0}, {MX(SNX)},                       "bounce NO_SUCH_DOMAIN 1"},
    {"no domain, insecure", {"d", DOMAIN, NULL, DANE, 0}, {MX(INX)},                      "bounce NO_SUCH_DOMAIN 1"},
    {"null MX",            {"d", DOMAIN, NULL, DANE, 0}, {MX(SEC, "0 .")},                "bounce NULL_MX 1"},
    {"no valid host",      {"d", DOMAIN, NULL, DANE, 0}, {MX(SEC, "0 b ad")},             "bounce NO_VALID_MX 1"},
    {"implicit MX",        {"d", DOMAIN, NULL, DANE, 0}, {MX(SNO), GOOD("d")},            "attempt TLSA_USABLE 3 | d dane TLSA_USABLE d=1 for d"},
    {"the same, insecure", {"d", DOMAIN, NULL, DANE, 0}, {MX(INO), GOOD("d")},            "attempt TLSA_USABLE 3 | d dane TLSA_USABLE d=1 for d"},
    {"implicit, mandatory", {"d", DOMAIN, NULL, ONLY, 0}, {MX(SNO), GOOD("d")},           "attempt TLSA_USABLE 3 | d dane TLSA_USABLE d=1 for d"},
    {"insecure, mandatory", {"d", DOMAIN, NULL, ONLY, 0}, {MX(INO), GOOD("d")},           "attempt TLSA_USABLE 3 | d dane TLSA_USABLE d=1 for d"},
    {"implicit, no address", {"d", DOMAIN, NULL, DANE, 0}, {MX(SNO)},                     "bounce NO_ADDRESS 2 | d skip NO_ADDRESS"},
    {"insecure MX",        {"d", DOMAIN, NULL, DANE, 0}, {MX(INS, "1 m"), GOOD("m")},     "attempt TLSA_USABLE 3 | m dane TLSA_USABLE m=1 for m"},
    {"the same, mandatory", {"d", DOMAIN, NULL, ONLY, 0}, {MX(INS, "1 m"), GOOD("m")},    "defer DANE_REQUIRED 1"},
    {"alias of the domain", {"d", DOMAIN, NULL, DANE, 0}, {MX(SEC, "1 m", "e"), GOOD("m")}, "attempt TLSA_USABLE 3 | m dane TLSA_USABLE m=1 for m,d,e"},
    {"MX names an address", {"d", DOMAIN, NULL, DANE, 0}, {MX(SEC, "1 198.18.0.9")},      "bounce NO_ADDRESS 2 | 198.18.0.9 skip NO_ADDRESS"},
    /* aliases of the host */
    {"secure alias",       {"d", DOMAIN, NULL, DANE, 0}, {MX(SEC, "1 m"), A("m", SEC, IP, "r"), TL("r", SEC, "311")},
        "attempt TLSA_USABLE 3 | m dane TLSA_USABLE r=1 for r,d"},
    {"then the original",  {"d", DOMAIN, NULL, DANE, 0}, {MX(SEC, "1 m"), A("m", SEC, IP, "r"), TL("m", SEC, "311")},
        "attempt TLSA_USABLE 3 | m dane TLSA_USABLE m=1 for m,d"},
    {"insecure, original",  {"d", DOMAIN, NULL, DANE, 0}, {MX(SEC, "1 m"), A("m", SEC, IP, "r"), TL("r", INS, "311"), TL("m", SEC, "211")},
        "attempt TLSA_USABLE 3 | m dane TLSA_USABLE m=1 for m,d"},
    {"unusable ends it",   {"d", DOMAIN, NULL, DANE, 0}, {MX(SEC, "1 m"), A("m", SEC, IP, "r"), TL("r", SEC, "111"), TL("m", SEC, "311")},
        "attempt TLSA_UNUSABLE 3 | m encrypt TLSA_UNUSABLE r=1"},
    {"error ends it",      {"d", DOMAIN, NULL, DANE, 0}, {MX(SEC, "1 m"), A("m", SEC, IP, "r"), TL("r", ERR), TL("m", SEC, "311")},
        "defer TLSA_ERROR 3 | m skip TLSA_ERROR r=0"},
    {"error behind it",    {"d", DOMAIN, NULL, DANE, 0}, {MX(SEC, "1 m"), A("m", SEC, IP, "r"), TL("r", SEC, "311"), TL("m", BOG)},
        "attempt TLSA_USABLE 3 | m dane TLSA_USABLE r=1 for r,d"},
    {"none, then an error", {"d", DOMAIN, NULL, DANE, 0}, {MX(SEC, "1 m"), A("m", SEC, IP, "r"), TL("m", BOG)},
        "defer TLSA_BOGUS 3 | m skip TLSA_BOGUS m=0"},
    /* R-7672-2.1.3-5: of the alias itself the insecure address says nothing. */
    {"alias is secure",    {"d", DOMAIN, NULL, DANE, 0}, {MX(SEC, "1 m"), A("m", INS, IP, "r"), AL("m", SEC, "r"), TL("m", SEC, "311"), TL("r", SEC, "111")},
        "attempt TLSA_USABLE 4 | m dane TLSA_USABLE m=1 for m,d"},
    {"alias is insecure",  {"d", DOMAIN, NULL, DANE, 0}, {MX(SEC, "1 m"), A("m", INS, IP, "r"), AL("m", INS, "r"), TL("m", SEC, "311")},
        "attempt ADDRESS_INSECURE 3 | m may ADDRESS_INSECURE"},
    {"alias is bogus",     {"d", DOMAIN, NULL, DANE, 0}, {MX(SEC, "1 m"), A("m", INS, IP, "r"), AL("m", BOG), TL("m", SEC, "311")},
        "defer ALIAS_BOGUS 3 | m skip ALIAS_BOGUS"},
    {"alias fails",        {"d", DOMAIN, NULL, DANE, 0}, {MX(SEC, "1 m"), A("m", INS, IP, "r"), AL("m", ERR)},
        "defer ALIAS_ERROR 3 | m skip ALIAS_ERROR"},
    {"alias is gone",      {"d", DOMAIN, NULL, DANE, 0}, {MX(SEC, "1 m"), A("m", INS, IP, "r"), AL("m", SNO)},
        "defer ALIAS_ERROR 3 | m skip ALIAS_ERROR"},
    /* other policies, next hops, profiles */
    {"may asks no TLSA",   {"d", DOMAIN, NULL, DSMTP_POLICY_MAY, 0}, {MX(INS, "1 m"), A("m", INS, IP, "r"), TL("m", BOG)},
        "attempt LOCAL_POLICY 2 | m may LOCAL_POLICY"},
    {"encrypt neither",    {"d", DOMAIN, NULL, DSMTP_POLICY_ENCRYPT, 0}, {MX(SEC, "1 m"), GOOD("m")},
        "attempt LOCAL_POLICY 2 | m encrypt LOCAL_POLICY"},
    {"none neither",       {"d", DOMAIN, NULL, DSMTP_POLICY_NONE, 0}, {MX(SEC, "1 m"), GOOD("m")},
        "attempt LOCAL_POLICY 2 | m none LOCAL_POLICY"},
    {"host",               {"h", HOST, NULL, DANE, 0}, {GOOD("h")},                       "attempt TLSA_USABLE 2 | h dane TLSA_USABLE h=1 for h"},
    {"host, an alias",     {"h", HOST, NULL, ONLY, 0}, {A("h", SEC, IP, "r"), TL("r", SEC, "311")}, "attempt TLSA_USABLE 2 | h dane TLSA_USABLE r=1 for r,h"},
    {"host, bogus",        {"h", HOST, NULL, DANE, 0}, {A("h", BOG), A6("h", BOG)},       "defer ADDRESS_BOGUS 1 | h skip ADDRESS_BOGUS"},
    /* R-7672-2.2-12 */
    {"literal",            {"198.18.0.1", DSMTP_NEXTHOP_ADDRESS, NULL, DANE, 0}, {{0}},   "attempt ADDRESS_LITERAL 0 | 198.18.0.1 may ADDRESS_LITERAL"},
    {"literal, mandatory", {"::1", DSMTP_NEXTHOP_ADDRESS, NULL, ONLY, 0}, {{0}},          "defer DANE_REQUIRED 0 | ::1 skip DANE_REQUIRED"},
    {"seed: MX insecure",  {"d", DOMAIN, "seed2013", DANE, 0}, {MX(INS, "1 m"), GOOD("m")}, "attempt MX_INSECURE 2 | m may MX_INSECURE"},
    {"seed: usage 1",      {"d", DOMAIN, "seed2013", DANE, 0}, {MX(SEC, "1 m"), A("m", INS, IP), TL("m", SEC, "111")},
        "attempt TLSA_USABLE 3 | m dane TLSA_USABLE m=1 for m,d"},
    {"seed: unusable",     {"d", DOMAIN, "seed2013", DANE, 0}, {MX(SEC, "1 m"), A("m", SEC, IP), TL("m", SEC, "411")}, "attempt TLSA_UNUSABLE 3 | m may TLSA_UNUSABLE m=1"},
    {"seed: exchange",     {"d", DOMAIN, "seed2013", DANE, 0}, {MX(SEC, "1 m"), A("m", SEC, IP, "r"), TL("r", SEC, "311")}, "attempt TLSA_ABSENT 3 | m may TLSA_ABSENT m=0"},
    {"seed: no MX",        {"d", DOMAIN, "seed2013", DANE, 0}, {MX(SNO), GOOD("d")},      "attempt TLSA_USABLE 3 | d dane TLSA_USABLE d=1 for d"},
    {"seed: no MX, insecure", {"d", DOMAIN, "seed2013", DANE, 0}, {MX(INO), GOOD("d")},   "attempt MX_INSECURE 2 | d may MX_INSECURE"},
};
/* clang-format on */

static struct fake_world world_of(size_t i)
{
    struct fake_world world = {cases[i].world, 0};

    while (world.count < CHECK_COUNT(cases[i].world) && cases[i].world[world.count].name != NULL)
        world.count++;
    return world;
}

/* Every case gives the same plan in whatever order its answers come. */
static void test_cases(void)
{
    for (size_t i = 0; i < CHECK_COUNT(cases); i++) {
        struct fake_world world = world_of(i);

        check_row(cases[i].label);
        for (unsigned n = 0; n < 20; n++) {
            struct dsmtp_arena arena;
            struct dsmtp_discover d;
            char got[500];

            dsmtp_arena_init(&arena, MEMORY);
            check_int(start(&d, &arena, &cases[i].setting), DSMTP_OK);
            check_int(fake_discover(&d, &world,
                                    n == 0   ? FAKE_FIRST_FIRST
                                    : n == 1 ? FAKE_LAST_FIRST
                                             : FAKE_SHUFFLED,
                                    n),
                      DSMTP_OK);
            fake_describe(dsmtp_discover_plan(&d), got, sizeof(got));
            check_str(got, cases[i].want);
            dsmtp_arena_fini(&arena);
        }
    }
}

/* With each limit on memory a case ends well or with NOMEM, and nothing else happens. */
static void test_memory(void)
{
    for (size_t i = 0; i < CHECK_COUNT(cases); i++) {
        struct fake_world world = world_of(i);
        enum dsmtp_status status = DSMTP_NOMEM;

        for (size_t limit = 0; status == DSMTP_NOMEM && limit < MEMORY; limit += 32) {
            struct dsmtp_arena arena;
            struct dsmtp_discover d;

            dsmtp_arena_init(&arena, limit);
            status = start(&d, &arena, &cases[i].setting);
            if (status == DSMTP_OK)
                status = fake_discover(&d, &world, FAKE_FIRST_FIRST, 0);
            if (status != DSMTP_OK)
                check_true(dsmtp_discover_plan(&d) == NULL);
            dsmtp_arena_fini(&arena);
        }
        check_row(cases[i].label);
        check_int(status, DSMTP_OK);
    }
}

/* Three rounds for any number of hosts; more than the limit is an error, not a shorter list. */
static void test_many_hosts(void)
{
    static const unsigned counts[] = {1, 2, 17, DSMTP_HOSTS_MAX, DSMTP_HOSTS_MAX + 1};
    static char data[DSMTP_HOSTS_MAX * 10 + 20], names[DSMTP_HOSTS_MAX + 1][24];
    static struct fake_record records[2 * DSMTP_HOSTS_MAX + 3];

    for (size_t i = 0; i < CHECK_COUNT(counts); i++) {
        struct fake_world world = {records, 0};
        struct dsmtp_arena arena;
        struct dsmtp_discover d;
        const struct dsmtp_plan *plan;
        size_t len = 0;

        records[world.count++] = (struct fake_record)MX(SEC, data);
        for (unsigned k = 0; k < counts[i]; k++) {
            len += (size_t)snprintf(data + len, sizeof(data) - len, "9 h%u;", k);
            snprintf(names[k], sizeof(names[k]), "_25._tcp.h%u", k);
            records[world.count++] =
                (struct fake_record){names[k] + 9, DSMTP_RR_A, SEC, IP, NULL, 0};
            records[world.count++] =
                (struct fake_record){names[k], DSMTP_RR_TLSA, SEC, "311", NULL, 0};
        }
        check_rowf("%u hosts", counts[i]);
        dsmtp_arena_init(&arena, MEMORY);
        check_int(start(&d, &arena, &(struct setting){"d", DOMAIN, NULL, DANE, 7}), DSMTP_OK);
        check_int(fake_discover(&d, &world, FAKE_SHUFFLED, counts[i]), DSMTP_OK);
        plan = dsmtp_discover_plan(&d);
        check_true(plan != NULL);
        if (plan != NULL) {
            check_int(plan->verdict,
                      counts[i] > DSMTP_HOSTS_MAX ? DSMTP_VERDICT_DEFER : DSMTP_VERDICT_ATTEMPT);
            check_uint(plan->rounds, counts[i] > DSMTP_HOSTS_MAX ? 1 : 3);
            check_uint(plan->host_count, counts[i] > DSMTP_HOSTS_MAX ? 0 : counts[i]);
            for (unsigned k = 0; k < plan->host_count; k++)
                check_int(plan->hosts[k].level, DSMTP_LEVEL_DANE);
        }
        dsmtp_arena_fini(&arena);
    }
}

/* R-5321-5.1-12: addresses keep their order within a family; IPv6 comes first. */
static void test_addresses(void)
{
    static const char *const want[] = {"2001:db8::9", "2001:db8::1", "198.18.0.3", "198.18.0.1",
                                       "198.18.0.2"};
    static const struct fake_record records[] = {MX(SEC, "1 m"),
                                                 A("m", SEC, "198.18.0.3; 198.18.0.1; 198.18.0.2"),
                                                 A6("m", SEC, "2001:db8::9; 2001:db8::1")};
    struct dsmtp_arena arena;
    struct dsmtp_discover d;

    dsmtp_arena_init(&arena, MEMORY);
    check_int(start(&d, &arena, &(struct setting){"d", DOMAIN, NULL, DANE, 0}), DSMTP_OK);
    check_int(
        fake_discover(&d, &(struct fake_world){records, CHECK_COUNT(records)}, FAKE_LAST_FIRST, 0),
        DSMTP_OK);
    if (check_true(dsmtp_discover_plan(&d) != NULL) &&
        check_uint(dsmtp_discover_plan(&d)->hosts[0].address_count, CHECK_COUNT(want)))
        for (size_t i = 0; i < CHECK_COUNT(want); i++)
            check_str(dsmtp_discover_plan(&d)->hosts[0].addresses[i], want[i]);
    dsmtp_arena_fini(&arena);
}

/* What is no address is none of the host's. */
static void test_no_address(void)
{
    static const struct fake_record records[] = {MX(SEC, "1 m"), A("m", SEC, "raw c61200"),
                                                 A6("m", SEC, "2001:db8::1")};
    struct dsmtp_arena arena;
    struct dsmtp_discover d;

    dsmtp_arena_init(&arena, MEMORY);
    check_int(start(&d, &arena, &(struct setting){"d", DOMAIN, NULL, DANE, 0}), DSMTP_OK);
    check_int(
        fake_discover(&d, &(struct fake_world){records, CHECK_COUNT(records)}, FAKE_FIRST_FIRST, 0),
        DSMTP_OK);
    if (check_true(dsmtp_discover_plan(&d) != NULL) &&
        check_uint(dsmtp_discover_plan(&d)->hosts[0].address_count, 1))
        check_str(dsmtp_discover_plan(&d)->hosts[0].addresses[0], "2001:db8::1");
    dsmtp_arena_fini(&arena);
}

/* Below a host's name that is as long as a name can be there is no room for _25._tcp: no records.
 */
static void test_longest_host(void)
{
    static char host[DSMTP_NAME_SIZE], mx[DSMTP_NAME_SIZE + 3];
    const struct fake_record records[] = {MX(SEC, mx), A(host, SEC, IP)};
    struct dsmtp_arena arena;
    struct dsmtp_discover d;
    char got[1000];

    for (size_t i = 0; i < DSMTP_NAME_MAX; i++)
        host[i] = i % 2 == 0 ? 'a' : '.';
    snprintf(mx, sizeof(mx), "1 %s", host);
    dsmtp_arena_init(&arena, MEMORY);
    check_int(start(&d, &arena, &(struct setting){"d", DOMAIN, NULL, DANE, 0}), DSMTP_OK);
    check_int(
        fake_discover(&d, &(struct fake_world){records, CHECK_COUNT(records)}, FAKE_FIRST_FIRST, 0),
        DSMTP_OK);
    fake_describe(dsmtp_discover_plan(&d), got, sizeof(got));
    check_true(strncmp(got, "attempt TLSA_ABSENT 2 | a.a.", 28) == 0);
    dsmtp_arena_fini(&arena);
}

/* A switch with a value that does not exist: no row applies, and nothing goes on. */
static void test_no_row(void)
{
    static const struct fake_record no_mx[] = {MX(SNO), A("d", SEC, IP)};
    static const struct fake_record unusable[] = {MX(SEC, "1 m"), A("m", SEC, IP),
                                                  TL("m", SEC, "411")};
    static const struct {
        enum dsmtp_switch which;
        struct fake_world world;
    } broken[] = {{DSMTP_SWITCH_NO_MX, {no_mx, CHECK_COUNT(no_mx)}},
                  {DSMTP_SWITCH_ALL_UNUSABLE, {unusable, CHECK_COUNT(unusable)}}};

    for (size_t i = 0; i < CHECK_COUNT(broken); i++) {
        struct dsmtp_profile profile = *dsmtp_profile_at(0);
        const struct dsmtp_discover_config config = {
            .target = "d", .nexthop = "d", .profile = &profile, .policy = DANE, .port = 25};
        struct dsmtp_arena arena;
        struct dsmtp_discover d;

        profile.value[broken[i].which] = 31;
        dsmtp_arena_init(&arena, MEMORY);
        check_rowf("world %zu", i);
        check_int(dsmtp_discover_init(&d, &arena, &config), DSMTP_OK);
        check_int(fake_discover(&d, &broken[i].world, FAKE_FIRST_FIRST, 0), DSMTP_MISUSE);
        check_true(dsmtp_discover_plan(&d) == NULL);
        dsmtp_arena_fini(&arena);
    }
}

/* R-5321-5.1-1: MX is asked for first, and nothing beside it. */
static void test_misuse(void)
{
    static const struct fake_record mx = MX(SEC, "1 m");
    struct dsmtp_arena arena;
    struct dsmtp_discover d;
    struct dsmtp_question *q;

    dsmtp_arena_init(&arena, MEMORY);
    check_int(start(&d, &arena, &(struct setting){"d", DOMAIN, NULL, DANE, 0}), DSMTP_OK);
    q = dsmtp_discover_want(&d);
    check_true(dsmtp_discover_want(&d) == NULL);
    check_true(q != NULL);
    if (q != NULL) {
        check_str(q->query.name, "d");
        check_str(dsmtp_rrtype_name(q->query.type), "MX");
        fake_answer_from(&mx, &q->query, &reply);
        reply.answer.security = DSMTP_SECURITY_BOGUS;
        check_int(dsmtp_discover_feed(&d, q, &reply.answer), DSMTP_MISUSE);
        reply.answer.presence = DSMTP_PRESENCE_FAILED;
        reply.answer.security = DSMTP_SECURITY_SECURE;
        check_int(dsmtp_discover_feed(&d, q, &reply.answer), DSMTP_MISUSE);
        fake_answer_from(&mx, &q->query, &reply);
        check_int(dsmtp_discover_feed(&d, q, &reply.answer), DSMTP_OK);
        check_int(dsmtp_discover_feed(&d, q, &reply.answer), DSMTP_MISUSE);
    }
    check_true(dsmtp_discover_plan(&d) == NULL);
    dsmtp_arena_fini(&arena);
}

static const struct check_test tests[] = {{"worlds, in every order", test_cases},
                                          {"memory", test_memory},
                                          {"many hosts", test_many_hosts},
                                          {"addresses", test_addresses},
                                          {"no address", test_no_address},
                                          {"the longest host", test_longest_host},
                                          {"no row", test_no_row},
                                          {"misuse", test_misuse}};
SUITE(discover, tests);
