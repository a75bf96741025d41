/* test_resolver.c - what does the stub make of a server's replies, and which options are refused?
 *
 * The server is part of the test. The validating resolver needs a signed world: the lab tries it.
 */
#include <arpa/inet.h>
#include <event2/event.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "adapt/resolver_stub.h"
#include "adapt/resolver_unbound.h"
#include "adapt/unbound_files.h"
#include "check.h"
#include "dns_reply.h"
#include "made_files.h"

#define P(word) DSMTP_PRESENCE_##word

static const struct dsmtp_query mx_a = {.name = "mx.d.example", .type = DSMTP_RR_A};

static void one(struct reply *r)
{
    reply_address(r, "mx.d.example");
}

static void half_alias(struct reply *r)
{
    reply_alias(r, "mx.d.example", "b.example");
}

static void nothing(struct reply *r)
{
    (void)r;
}

/* --- the stub ------------------------------------------------------------------------------------
 */

/* What the server does with each question. */
static struct {
    evutil_socket_t udp;
    unsigned flags; /* of its replies; SERVFAIL goes away with CD */
    bool cd_helps;
    bool wrong_id_first; /* a forged reply comes before the right one */
    bool silent;
    void (*fill)(struct reply *r);
    unsigned questions;
} server;

static struct dsmtp_loop main_loop;

static void serve(evutil_socket_t fd, short what, void *arg)
{
    static struct reply r;
    uint8_t query[600];
    struct sockaddr_storage from;
    socklen_t len = sizeof(from);
    ssize_t n = recvfrom(fd, query, sizeof(query), 0, (struct sockaddr *)&from, &len);
    bool cd = n > 3 && (query[3] & 0x10) != 0;

    (void)what;
    (void)arg;
    server.questions++;
    if (n < 12 || server.silent)
        return;
    reply_begin(&r, cd && server.cd_helps ? 0 : server.flags, mx_a.name, mx_a.type);
    server.fill(&r);
    if (server.wrong_id_first) {
        r.bytes[0] = (uint8_t)~query[0];
        r.bytes[3] |= AD;
        (void)sendto(fd, r.bytes, r.len, 0, (struct sockaddr *)&from, len);
        r.bytes[3] &= (uint8_t)~AD;
    }
    memcpy(r.bytes, query, 2);
    (void)sendto(fd, r.bytes, r.len, 0, (struct sockaddr *)&from, len);
}

static struct {
    unsigned count;
    enum dsmtp_security security;
    enum dsmtp_presence presence;
    char why[100];
} got;

static void take(void *arg, const struct dsmtp_answer *answer)
{
    (void)arg;
    got.count++;
    got.security = answer->security;
    got.presence = answer->presence;
    snprintf(got.why, sizeof(got.why), "%s", answer->why != NULL ? answer->why : "");
    dsmtp_loop_stop(&main_loop);
}

/* R-7672-1.1-1: of each answer one thing is said, and never another. */
/* clang-format off */
static const struct {
    const char *label;
    unsigned flags;
    bool cd_helps, wrong_id_first, silent;
    void (*fill)(struct reply *r);
    enum dsmtp_security security;
    enum dsmtp_presence presence;
    unsigned questions;
    const char *why;
} talks[] = {
    {"secure",            AD,       0, 0, 0, one,            DSMTP_SECURITY_SECURE,   P(DATA),     1, ""},
    {"insecure",          0,        0, 0, 0, one,            DSMTP_SECURITY_INSECURE, P(DATA),     1, ""},
    {"secure nodata",     AD,       0, 0, 0, reply_soa,      DSMTP_SECURITY_SECURE,   P(NODATA),   1, ""},
    {"secure nxdomain",   AD | NX,  0, 0, 0, reply_soa,      DSMTP_SECURITY_SECURE,   P(NXDOMAIN), 1, ""},
    {"half an alias",     AD,       0, 0, 0, half_alias,     DSMTP_SECURITY_ERROR,    P(FAILED),   1,
     "the reply ends in an alias without its target"},
    {"bogus",             SERVFAIL, 1, 0, 0, reply_extended, DSMTP_SECURITY_BOGUS,    P(FAILED),   2,
     "EDE 9 DNSKEY missing: why?"},
    {"bogus, no word",    SERVFAIL, 1, 0, 0, one,            DSMTP_SECURITY_BOGUS,    P(FAILED),   2,
     "SERVFAIL, but an answer with checking disabled"},
    {"stale, says EDE",   AD,       0, 0, 0, reply_extended, DSMTP_SECURITY_SECURE,   P(NODATA),   1,
     "EDE 9 DNSKEY missing: why?"},
    {"servfail",          SERVFAIL, 0, 0, 0, nothing,        DSMTP_SECURITY_ERROR,    P(FAILED),   2, "SERVFAIL"},
    {"refused",           REFUSED,  1, 0, 0, nothing,        DSMTP_SECURITY_ERROR,    P(FAILED),   1, "REFUSED"},
    {"forgery",           0,        0, 1, 0, one,            DSMTP_SECURITY_INSECURE, P(DATA),     1, ""},
    {"silence",           0,        0, 0, 1, nothing,        DSMTP_SECURITY_ERROR,    P(FAILED),   5,
     DSMTP_WHY_TIMEOUT},
    {"TC, nobody on TCP", AD | TC,  0, 0, 0, nothing,        DSMTP_SECURITY_ERROR,    P(FAILED),   5,
     "Connection refused"},
};
/* clang-format on */

/* A socket on 127.0.0.1 with a port of the system's choice; its address as text goes to out. */
static bool open_server(struct event **out, char text[40])
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof(at);

    server.udp = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (!check_true(bind(server.udp, (struct sockaddr *)&at, len) == 0 &&
                    getsockname(server.udp, (struct sockaddr *)&at, &len) == 0))
        return false;
    snprintf(text, 40, "127.0.0.1@%u", ntohs(at.sin_port));
    *out = event_new(main_loop.base, server.udp, EV_READ | EV_PERSIST, serve, NULL);
    return check_int(event_add(*out, NULL), 0);
}

static void talk(size_t i, struct dsmtp_resolver *stub)
{
    uint8_t late[600];

    while (recv(server.udp, late, sizeof(late), MSG_DONTWAIT) >= 0)
        continue;
    server.flags = talks[i].flags;
    server.cd_helps = talks[i].cd_helps;
    server.wrong_id_first = talks[i].wrong_id_first;
    server.silent = talks[i].silent;
    server.fill = talks[i].fill;
    server.questions = 0;
    memset(&got, 0, sizeof(got));
    check_row(talks[i].label);
    if (!check_int(stub->ask(stub->self, &mx_a, take, &got), DSMTP_OK))
        return;
    check_uint(got.count, 0);
    check_int(dsmtp_loop_run(&main_loop), DSMTP_OK);
    check_uint(got.count, 1);
    check_str(dsmtp_security_name(got.security), dsmtp_security_name(talks[i].security));
    check_str(dsmtp_presence_name(got.presence), dsmtp_presence_name(talks[i].presence));
    /* How many tries find room in the time depends on how busy the machine is. */
    if (talks[i].silent || (talks[i].flags & TC) != 0)
        check_true(server.questions >= 2 && server.questions <= talks[i].questions);
    else
        check_uint(server.questions, talks[i].questions);
    check_str(got.why, talks[i].why);
}

static void test_stub(void)
{
    char address[40];
    const char *servers[] = {address};
    const struct dsmtp_stub_options options = {
        .servers = servers, .server_count = 1, .timeout_ms = 450};
    struct dsmtp_resolver stub;
    struct dsmtp_fault fault;
    struct event *event;

    if (!check_int(dsmtp_loop_open(&main_loop, &fault), DSMTP_OK))
        return;
    if (open_server(&event, address) &&
        check_int(dsmtp_resolver_stub_open(&main_loop, &options, &stub, &fault), DSMTP_OK)) {
        for (size_t i = 0; i < CHECK_COUNT(talks); i++)
            talk(i, &stub);
        /* Forgotten, and closed with questions under way: nobody is told. */
        memset(&got, 0, sizeof(got));
        check_int(stub.ask(stub.self, &mx_a, take, &got), DSMTP_OK);
        check_int(stub.ask(stub.self, &mx_a, take, &fault), DSMTP_OK);
        stub.forget(stub.self, &got);
        stub.close(stub.self);
        check_uint(got.count, 0);
        event_free(event);
    }
    close(server.udp);
    dsmtp_loop_close(&main_loop);
}

static struct dsmtp_resolver own;

static void close_own(void *arg, const struct dsmtp_answer *answer)
{
    own.close(own.self);
    take(arg, answer);
}

/* Whoever is told may close the resolver, with other questions still waiting behind a limit. */
static void test_close_inside(void)
{
    static const char *const servers[] = {"127.0.0.1@1"};
    const struct dsmtp_stub_options options = {
        .servers = servers, .server_count = 1, .timeout_ms = 60};
    struct dsmtp_fault fault;

    memset(&got, 0, sizeof(got));
    if (!check_int(dsmtp_loop_open(&main_loop, &fault), DSMTP_OK))
        return;
    if (check_int(dsmtp_resolver_stub_open(&main_loop, &options, &own, &fault), DSMTP_OK)) {
        for (unsigned i = 0; i < 300; i++)
            check_int(own.ask(own.self, &mx_a, close_own, &got), DSMTP_OK);
        check_int(dsmtp_loop_run(&main_loop), DSMTP_OK);
        check_uint(got.count, 1);
    }
    dsmtp_loop_close(&main_loop);
}

/* R-7672-2.1.1-8, R-6698-4.1-10, R-4035-4.6-1, R-4035-4.9.3-2: AD over a network is not believed,
 * and nobody gets the stub who might think it is. R-7672-2.1.1-1, R-7672-2.1.1-7, R-4035-4.4-1: no
 * validation without an anchor. */
static void test_refused_options(void)
{
    static const char *const link_local[] = {"fe80::1%lo@53", "192.0.2.1", "::1@5353"};
    static const struct dsmtp_unbound_options network = {
        .forwarders = link_local, .forwarder_count = 3, .unbound_conf = "/dev/null"};

    static const struct {
        const char *server;
        const char *want;
    } bad[] = {
        {"192.0.2.1",
         "resolver 192.0.2.1 is not on this machine: an AD bit is worth nothing over a "
         "network; use in-process validation"},
        {"::ffff:127.0.0.1", "resolver ::ffff:127.0.0.1 is not on this machine: an AD bit is worth "
                             "nothing over a network; use in-process validation"},
        {"localhost", "'localhost' is no resolver: expected ADDR or ADDR@PORT"},
        {"127.0.0.1@0", "'127.0.0.1@0' is no resolver: expected ADDR or ADDR@PORT"},
        {"127.0.0.1@+1", "'127.0.0.1@+1' is no resolver: expected ADDR or ADDR@PORT"},
        {"127.0.0.1@65536", "'127.0.0.1@65536' is no resolver: expected ADDR or ADDR@PORT"},
    };
    const struct dsmtp_unbound_options no_anchor = {.root_hints = NULL};
    const struct dsmtp_unbound_options empty = {.trust_anchor = "/dev/null"};
    struct dsmtp_resolver out;
    struct dsmtp_fault fault;

    if (!check_int(dsmtp_loop_open(&main_loop, &fault), DSMTP_OK))
        return;
    for (size_t i = 0; i < CHECK_COUNT(bad); i++) {
        const struct dsmtp_stub_options options = {.servers = &bad[i].server, .server_count = 1};

        check_row(bad[i].server);
        check_int(dsmtp_resolver_stub_open(&main_loop, &options, &out, &fault), DSMTP_SYNTAX);
        check_str(fault.what, bad[i].want);
    }
    check_int(dsmtp_resolver_unbound_open(&main_loop, &no_anchor, &out, &fault), DSMTP_SYNTAX);
    check_str(fault.what, "no DNSSEC trust anchor is configured: DANE needs DNSSEC validation");
    check_int(dsmtp_resolver_unbound_open(&main_loop, &empty, &out, &fault), DSMTP_SYNTAX);
    check_str(fault.what,
              "/dev/null holds no DS or DNSKEY record of an algorithm that can be checked");
    check_int(dsmtp_resolver_unbound_open(&main_loop, &network, &out, &fault), DSMTP_SYNTAX);
    check_str(fault.what, "no DNSSEC trust anchor is configured: DANE needs DNSSEC validation");
    dsmtp_loop_close(&main_loop);
}

/* clang-format off */
static const struct {
    const char *label;
    const char *text; /* NULL: a directory */
    const char *conf, *hints, *anchors; /* behind its path; NULL: it is good for that */
} files[] = {
    {"hints", "; root\n.  3600000  NS  a.root.\na.root. 3600000 A 198.41.0.4\n", NULL, NULL, " holds no DS or DNSKEY record of an algorithm that can be checked"},
    {"hints over IPv6 alone", "a.root. IN AAAA 2001:503:ba3e::2:30\n", NULL, NULL, " holds no DS or DNSKEY record of an algorithm that can be checked"},
    {"names of servers alone", ". NS a.root.\na.root. A 198.41.0\n", NULL, " holds no address of a root server", " holds no DS or DNSKEY record of an algorithm that can be checked"},
    {"an anchor", ". IN DS 20326 8 2 E06D\n", NULL, " holds no address of a root server", NULL},
    {"an anchor that is a comment", "; . IN DS 20326 8 2 E06D", NULL, " holds no address of a root server", " holds no DS or DNSKEY record of an algorithm that can be checked"},
    {"empty", "", NULL, " holds no address of a root server", " holds no DS or DNSKEY record of an algorithm that can be checked"},
    {"no text", "server:\n\tverbosity: \x01\n", ":2: control character; expected text", ":2: control character; expected text", ":2: control character; expected text"},
    {"a directory", NULL, ": Is a directory", ": Is a directory", ": Is a directory"},
};
/* clang-format on */

typedef enum dsmtp_status check_file(const char *file, struct dsmtp_fault *fault);

static void check_refused(check_file *look, const char *path, const char *want)
{
    struct dsmtp_fault fault = {.what = ""};

    check_int(look(path, &fault), want != NULL ? DSMTP_SYNTAX : DSMTP_OK);
    check_has(fault.what, want != NULL ? want : "");
}

/* What libunbound would take without a word, or would end the process over. */
static void test_files(void)
{
    for (size_t i = 0; i < CHECK_COUNT(files); i++) {
        char dir[] = SOME_DIR;
        char path[sizeof(dir) + 5];

        check_row(files[i].label);
        if (!made_dir(dir))
            return;
        (void)snprintf(path, sizeof(path), "%s%s", dir, files[i].text != NULL ? "/file" : "");
        if (files[i].text != NULL)
            made_file(dir, "file", files[i].text);
        check_refused(dsmtp_unbound_check_conf, path, files[i].conf);
        check_refused(dsmtp_unbound_check_hints, path, files[i].hints);
        check_refused(dsmtp_unbound_check_anchors, path, files[i].anchors);
        made_remove(dir);
    }
}

static const struct check_test tests[] = {
    {"stub", test_stub},
    {"stub closed by the one it tells", test_close_inside},
    {"options that are refused", test_refused_options},
    {"files that are refused", test_files},
};
SUITE(resolver, tests);
