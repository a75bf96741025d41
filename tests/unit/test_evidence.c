/* test_evidence.c - reading evidence from the logs: of the lab's hosts, and of the resolvers. */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "check.h"
#include "judge/evidence.h"

#define OLD_SMTP                                                                              \
    "{\"t\":1,\"conn\":1,\"event\":\"connect\",\"scenario\":\"x\",\"host\":\"mx.x.example\"," \
    "\"address\":\"198.18.3.1\"}\n"
#define E(conn, rest) "{\"t\":2,\"conn\":" #conn ",\"event\":" rest "}\n"
#define SMTP                                                                                      \
    E(1, "\"mail\",\"tls\":false,\"from\":\"a\"")                                                 \
    E(2, "\"connect\",\"scenario\":\"x\",\"host\":\"mx.x.example\",\"address\":\"198.18.3.1\","   \
         "\"peer\":\"192.0.2.1\"")                                                                \
    E(3, "\"connect\",\"scenario\":\"y\",\"host\":\"mx.y.example\",\"address\":\"198.18.4.1\","   \
         "\"peer\":\"192.0.2.1\"")                                                                \
    E(2, "\"command\",\"tls\":false,\"line\":\"starttls\",\"reply\":\"220 go\"")                  \
    E(3, "\"command\",\"tls\":false,\"line\":\"STARTTLSX\",\"reply\":\"500 no\"")                 \
    E(2, "\"tls\",\"version\":\"TLSv1.3\",\"cipher\":\"c\",\"sni\":\"mx.x.example\",\"resumed\":" \
         "false")                                                                                 \
    E(3, "\"tls-failed\",\"sni\":null,\"error\":\"alert\"")                                       \
    E(2, "\"mail\",\"tls\":true,\"from\":\"a\"")                                                  \
    E(2, "\"message\",\"tls\":true,\"from\":\"a\",\"to\":[\"b\"],\"bytes\":9,\"reply\":250")      \
    E(2, "\"message\",\"tls\":true,\"from\":\"a\",\"to\":[\"b\"],\"bytes\":9,\"reply\":451")      \
    E(3, "\"rcpt\",\"tls\":false,\"to\":\"b\",\"reply\":250")                                     \
    E(2, "\"close\",\"by\":\"client\",\"tls\":true")
#define DNS                                                                    \
    "[1768478400] unbound[4:0] info: start of service\n"                       \
    "[1768478400] unbound[4:0] query: 127.0.0.1 MX.x--far.Example. A IN\n"     \
    "[1768478400] unbound[4:1] query: ::1 x.example. MX IN\n"                  \
    "[1768478400] unbound[4:1] reply: ::1 x.example. MX IN NOERROR 0.0 1 59\n" \
    "[1768478400] unbound[4:1] query: 192.0.2.1 x.example. TXT IN\n"           \
    "[1768478400] unbound[4:1] query: 127.0.0.1 example. NS IN\n"              \
    "[1768478400] unbound[4:1] query: 127.0.0.1 . NS IN\n"

struct logs {
    char smtp[32];
    char dns[32];
};

static void put(const char *path, const char *text, int flags)
{
    int fd = open(path, O_WRONLY | O_CREAT | flags, 0600);

    check_true(fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text));
    if (fd >= 0)
        (void)close(fd);
}

static void make_logs(struct logs *l)
{
    int fd;

    memcpy(l->smtp, "/tmp/unit-smtp-XXXXXX", 22);
    memcpy(l->dns, "/tmp/unit-dns-XXXXXX", 21);
    fd = mkstemp(l->smtp);
    if (check_true(fd >= 0))
        (void)close(fd);
    fd = mkstemp(l->dns);
    if (check_true(fd >= 0))
        (void)close(fd);
}

static void test_evidence(void)
{
    struct lab_evidence_from from;
    struct lab_evidence_index *index = NULL;
    struct lab_evidence x, y, z;
    struct lab_fault fault;
    struct logs l;

    make_logs(&l);
    put(l.smtp, OLD_SMTP, 0);
    check_int(lab_evidence_now(l.smtp, l.dns, &from, &fault), 0);
    check_uint(from.smtp, strlen(OLD_SMTP));
    put(l.smtp, SMTP "{\"t\":3,\"conn\":4,\"ev", O_APPEND);
    put(l.dns, DNS "[1768478400] unbound[4:1] query: 127.0.0.1 x.exa", O_APPEND);
    if (check_int(lab_evidence_collect(l.smtp, l.dns, from, &index, &fault), 0)) {
        lab_evidence_of(index, "x", &x);
        lab_evidence_of(index, "y", &y);
        lab_evidence_of(index, "z", &z);
        if (check_uint(x.sessions_count, 1)) {
            check_true(x.sessions[0].starttls && x.sessions[0].tls && x.sessions[0].mail &&
                       !x.sessions[0].clear_mail);
            check_str(x.sessions[0].sni, "mx.x.example");
            check_str(x.sessions[0].tls_version, "TLSv1.3");
            check_true(x.sessions[0].message && x.sessions[0].message_tls);
            check_int(x.sessions[0].message_reply, 250);
            check_str(x.sessions[0].to, "b");
        }
        if (check_uint(x.queries_count, 2)) {
            check_str(x.queries[0].name, "mx.x--far.example.");
            check_str(x.queries[0].type, "A");
            check_str(x.queries[1].name, "x.example.");
        }
        if (check_uint(y.sessions_count, 1)) {
            check_true(!y.sessions[0].starttls && y.sessions[0].clear_mail &&
                       y.sessions[0].sni == NULL);
            check_str(y.sessions[0].tls_error, "alert");
        }
        check_uint(y.queries_count, 0);
        check_uint(z.sessions_count + z.queries_count, 0);
        check_int((int)z.report.outcome, LAB_R_NONE);
    }
    lab_evidence_close(&index);
    lab_evidence_close(&index);
    (void)unlink(l.smtp);
    (void)unlink(l.dns);
}

#define FIRST_QUESTION "[1] unbound[1:0] query: 127.0.0.1 x.example. MX IN\n"
#define PROOF "[1] unbound[1:0] query: 127.0.0.1 x.example. TLSA IN\n"
#define NAMED                                                                                     \
    "15-Jan-2026 12:00:00.000 client @0x7f 127.0.0.1#4711 (X.example): query: X.example IN TLSA " \
    "+E(0)D (127.0.0.1)\n"                                                                        \
    "15-Jan-2026 12:00:00.000 client @0x7f 192.0.2.9#4711 (x.example): query: x.example IN NS + " \
    "(127.0.0.1)\n"

/* What the lab asked itself in between is no evidence; the log of another resolver is. */
static void test_gaps(void)
{
    const size_t first = strlen(FIRST_QUESTION);
    const size_t old = strlen(OLD_SMTP);
    const struct lab_evidence_gap gap = {
        .smtp = 0, .smtp_end = old, .dns = first, .dns_end = first + strlen(PROOF)};
    const struct lab_evidence_from from = {0, 0, &gap, 1};
    struct lab_evidence_index *index = NULL;
    struct lab_evidence x;
    struct lab_fault fault;
    struct logs l;

    make_logs(&l);
    put(l.smtp, OLD_SMTP SMTP, 0);
    put(l.dns, FIRST_QUESTION PROOF NAMED, 0);
    if (check_int(lab_evidence_collect(l.smtp, l.dns, from, &index, &fault), 0)) {
        lab_evidence_of(index, "x", &x);
        check_uint(x.sessions_count, 1);
        if (check_uint(x.queries_count, 2)) {
            check_str(x.queries[0].type, "MX");
            check_str(x.queries[1].name, "x.example.");
            check_str(x.queries[1].type, "TLSA");
        }
    }
    lab_evidence_close(&index);
    (void)unlink(l.smtp);
    (void)unlink(l.dns);
}

static void test_broken_logs(void)
{
    /* clang-format off */
    static const struct {
        const char *label, *smtp, *dns, *what;
    } bad[] = {
        {"no JSON", "oops\n", "", "octet 0: not a JSON object"},
        {"second line", "{\"conn\":1,\"event\":\"close\"}\n[]\n", "", "octet 27: not a JSON object"},
        {"no event", "{\"conn\":1}\n", "", "without its name"},
        {"no connection", "{\"conn\":-1,\"event\":\"close\"}\n", "", "without its name"},
        {"unknown event", "{\"conn\":1,\"event\":\"sing\"}\n", "", "unknown event \"sing\""},
        {"connect to nobody", "{\"conn\":1,\"event\":\"connect\"}\n", "", "connect without"},
        {"connections not counted", OLD_SMTP OLD_SMTP, "", "connection 1 again"},
        {"cut question of named", "", "client @0x7f 127.0.0.1#4711 (x.example): query: x.example IN\n", "not a query line"},
        {"cut question", "", "[1] unbound[1:0] query: 127.0.0.1 x.example.\n", "not a query line"},
    };
    /* clang-format on */

    for (size_t i = 0; i < CHECK_COUNT(bad); i++) {
        struct lab_evidence_from from = {0, 0, NULL, 0};
        struct lab_evidence_index *index = NULL;
        struct lab_fault fault = {0};
        struct logs l;

        check_row(bad[i].label);
        make_logs(&l);
        put(l.smtp, bad[i].smtp, 0);
        put(l.dns, bad[i].dns, 0);
        check_int(lab_evidence_collect(l.smtp, l.dns, from, &index, &fault), -1);
        check_has(fault.what, bad[i].what);
        from.smtp = 100000;
        check_int(lab_evidence_collect(l.smtp, l.dns, from, &index, &fault), -1);
        (void)unlink(l.smtp);
        (void)unlink(l.dns);
    }
}

#define OPEN(conn) "{\"t\":1,\"conn\":" #conn ",\"event\":\"connect\"}\n"
#define CLOSE(conn) "{\"t\":1,\"conn\":" #conn ",\"event\":\"close\"}\n"

/* Sessions that began before do not count, and a line counts when it is whole. */
static void test_settle(void)
{
    static const struct {
        const char *label, *log;
        bool settled;
    } cases[] = {
        {"nobody called", "", true},
        {"all over", OPEN(8) OPEN(9) CLOSE(9) CLOSE(8), true},
        {"one open", OPEN(8) OPEN(9) CLOSE(8), false},
        {"an older one ends", CLOSE(7) OPEN(8) CLOSE(6), false},
        {"the line is not whole", OPEN(8) "{\"t\":1,\"conn\":8,\"event\":\"close\"}", false},
        {"said by a client", OPEN(8) "{\"conn\":8,\"line\":\"\\\"event\\\":\\\"close\\\"\"}\n",
         false},
    };

    for (size_t i = 0; i < CHECK_COUNT(cases); i++) {
        struct logs l;

        check_row(cases[i].label);
        make_logs(&l);
        put(l.smtp, OLD_SMTP, 0);
        put(l.smtp, cases[i].log, O_APPEND);
        check_int(lab_evidence_settle(l.smtp, strlen(OLD_SMTP), 20), cases[i].settled);
        (void)unlink(l.smtp);
        check_true(!lab_evidence_settle(l.smtp, 0, 20));
        (void)unlink(l.dns);
    }
}

static const struct check_test tests[] = {
    {"evidence from the logs", test_evidence},
    {"gaps in the evidence", test_gaps},
    {"broken logs", test_broken_logs},
    {"waiting for the end of sessions", test_settle},
};
SUITE(evidence, tests);
