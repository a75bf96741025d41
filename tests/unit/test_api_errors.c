/* test_api_errors.c - what the public functions refuse, and in which words. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "check.h"
#include "danesmtp.h"

/* clang-format off */
static const struct {
    const char *label;
    struct dsmtp_request request;
    const char *const settings[2];
    struct dsmtp_client_options options;
    enum dsmtp_status status;
    const char *want;
} searches[] = {
    {"no target",      {.target = NULL}, {NULL}, {0}, DSMTP_SYNTAX, "no target; expected a domain, [HOST] or [ADDRESS]"},
    {"no name",        {.target = "a b"}, {NULL}, {0}, DSMTP_SYNTAX, "bad domain \"a b\"; expected letters, digits and hyphens in labels of at most 63 and names of at most 253 octets"},
    {"no level",       {.target = "d.example", .policy = "must"}, {NULL}, {0}, DSMTP_SYNTAX, "policy:1:1: no level \"must\"; expected none, may, encrypt, dane, dane-only, fingerprint, verify or secure"},
    {"no word at all", {.target = "d.example", .policy = " "}, {NULL}, {0}, DSMTP_SYNTAX, "policy:1:1: destination without a level; expected none, may, encrypt, dane, dane-only, fingerprint, verify or secure"},
    {"two entries",    {.target = "d.example", .policy = "may\nd.example none"}, {NULL}, {0}, DSMTP_SYNTAX, "policy:2:1: expected one entry only"},
    {"no profile",     {.target = "d.example"}, {NULL}, {.profile = "rfc1"}, DSMTP_SYNTAX, "no profile \"rfc1\"; \"danesmtp tables\" lists them"},
    {"no value",       {.target = "d.example"}, {"sni=x", NULL}, {0}, DSMTP_SYNTAX, "switch sni has no value \"x\"; expected base, exchange or off"},
};

static const struct {
    const char *label;
    const char *const self[2];
    struct dsmtp_client_options options;
    const char *want;
} clients[] = {
    {"two resolvers", {NULL}, {.resolver = "127.0.0.1", .root_hints = "h"}, "resolver and root-hints exclude each other"},
    {"two trusts",    {NULL}, {.trust_ad = true, .trust_anchor = "k"}, "trust-ad leaves validation to the resolver; it excludes root-hints, trust-anchor and unbound-conf"},
    {"canary",        {NULL}, {.canary = "a..b"}, "option canary: bad value \"a..b\"; expected a domain"},
    {"no canary",     {NULL}, {.canary = "", .require_validation = true}, "require-validation needs a canary"},
    {"AD from afar",  {NULL}, {.resolver = "192.0.2.1", .trust_ad = true}, "resolver 192.0.2.1 is not on this machine: an AD bit is worth nothing over a network; use in-process validation"},
    {"self",          {"a b"}, {.resolver = "127.0.0.1", .trust_ad = true}, "option self: bad value \"a b\"; expected a host name or an address"},
    {"helo",          {NULL}, {.helo = "d.example:26"}, "bad name \"d.example:26\"; expected a domain or [ADDRESS]"},
    {"tls-min",       {NULL}, {.resolver = "127.0.0.1", .trust_ad = true, .tls_min = "1.4"}, "option tls-min: bad value \"1.4\"; expected 1.0, 1.1, 1.2 or 1.3"},
    {"ciphers",       {NULL}, {.resolver = "127.0.0.1", .trust_ad = true, .ciphers = "none"}, "bad ciphers \"none\"; expected a list as in openssl-ciphers(1)"},
    {"authorities",   {NULL}, {.resolver = "127.0.0.1", .trust_ad = true, .ca_file = "/nowhere/ca"}, "/nowhere/ca: No such file or directory"},
};
/* clang-format on */

static void test_searches(void)
{
    for (size_t i = 0; i < CHECK_COUNT(searches); i++) {
        struct dsmtp_request request = searches[i].request;
        struct dsmtp_client_options options = searches[i].options;
        struct dsmtp_search *search;
        struct dsmtp_fault fault;

        check_row(searches[i].label);
        request.size = sizeof(request);
        options.size = sizeof(options);
        options.settings = searches[i].settings;
        check_int(dsmtp_search_open(&request, &options, &search, &fault), searches[i].status);
        check_int(fault.status, searches[i].status);
        check_str(fault.what, searches[i].want);
        check_true(search == NULL);
    }
}

static void test_clients(void)
{
    for (size_t i = 0; i < CHECK_COUNT(clients); i++) {
        struct dsmtp_client_options options = clients[i].options;
        struct dsmtp_client *client;
        struct dsmtp_fault fault;

        check_row(clients[i].label);
        options.size = sizeof(options);
        options.self = clients[i].self;
        check_int(dsmtp_client_open(&options, &client, &fault), DSMTP_SYNTAX);
        check_str(fault.what, clients[i].want);
        check_true(client == NULL);
        check_int(dsmtp_client_open(&options, &client, NULL), DSMTP_SYNTAX);
        dsmtp_client_close(&client);
    }
}

static void test_policy_file(void)
{
    char file[] = "/tmp/danesmtp-test-XXXXXX";
    char want[200];
    int fd = mkstemp(file);
    struct dsmtp_client_options options = {
        .size = sizeof(options), .resolver = "127.0.0.1", .trust_ad = true, .policy_file = file};
    struct dsmtp_client *client;
    struct dsmtp_fault fault;

    check_true(fd >= 0 && write(fd, "d.example\tmust\n", 15) == 15);
    (void)close(fd);
    (void)snprintf(want, sizeof(want), "%s:1:11: no level \"must\"; expected", file);
    check_int(dsmtp_client_open(&options, &client, &fault), DSMTP_SYNTAX);
    fault.what[strlen(want)] = '\0';
    check_str(fault.what, want);
    (void)unlink(file);
    (void)snprintf(want, sizeof(want), "%s: No such file or directory", file);
    check_int(dsmtp_client_open(&options, &client, &fault), DSMTP_SYSTEM);
    check_str(fault.what, want);
}

/* A program of another version: what it asks for in vain is never passed over. */
static void test_sizes(void)
{
    struct {
        struct dsmtp_request request;
        char later[16];
    } big = {.request = {.size = sizeof(big), .target = "d.example"}};
    static const size_t bad[] = {0, 1, sizeof(struct dsmtp_request) - 1, 1u << 20};
    struct {
        struct dsmtp_host_info info;
        char later[16];
    } host = {.info = {.size = sizeof(host)}, .later = "dirt"};
    struct dsmtp_search *search;
    struct dsmtp_fault fault;
    char want[100];

    for (size_t i = 0; i < CHECK_COUNT(bad); i++) {
        big.request.size = bad[i];
        check_rowf("%zu", bad[i]);
        (void)snprintf(want, sizeof(want), "size of struct dsmtp_request is %zu; expected %zu",
                       bad[i], sizeof(struct dsmtp_request));
        check_int(dsmtp_search_open(&big.request, NULL, &search, &fault), DSMTP_MISUSE);
        check_str(fault.what, want);
    }
    check_row("larger");
    big.request.size = sizeof(big);
    big.later[3] = 1;
    check_int(dsmtp_search_open(&big.request, NULL, &search, &fault), DSMTP_MISUSE);
    check_str(fault.what, "struct dsmtp_request asks for something that version " DSMTP_VERSION
                          " of the library does not know");
    big.later[3] = 0;
    big.request.target = "[192.0.2.1]";
    if (!check_int(dsmtp_search_open(&big.request, NULL, &search, &fault), DSMTP_OK))
        return;
    check_int(dsmtp_plan_host(dsmtp_search_plan(search), 0, &host.info), DSMTP_OK);
    check_str(host.info.name, "192.0.2.1");
    check_uint(host.info.size, sizeof(host));
    check_int(host.later[0], 0);
    check_int(dsmtp_plan_host(dsmtp_search_plan(search), 1, &host.info), DSMTP_MISUSE);
    host.info.size = 8;
    check_int(dsmtp_plan_host(dsmtp_search_plan(search), 0, &host.info), DSMTP_MISUSE);
    dsmtp_search_close(&search);
}

static void test_words(void)
{
    check_str(dsmtp_version(), DSMTP_VERSION);
    check_str(dsmtp_level_name(DSMTP_LEVEL_DANE), "dane");
    check_str(dsmtp_verdict_name(DSMTP_VERDICT_DEFER), "defer");
    check_str(dsmtp_status_text(DSMTP_NOMEM), "out of memory");
}

static const struct check_test tests[] = {
    {"requests and rules", test_searches},
    {"options of a client", test_clients},
    {"policy file", test_policy_file},
    {"sizes", test_sizes},
    {"words", test_words},
};
SUITE(api_errors, tests);
