/* test_starve_cli.c - memory that runs out in the whole danesmtp: options, files, resolvers,
 * connections, TLS, reports. */
#include <ctype.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

#include "starve/mail_server.h"
#include "starve/starve.h"
#include "unit/batch_bench.h"
#include "unit/check.h"
#include "unit/dns_server.h"
#include "unit/tls_case.h"

enum { ARGUMENTS_MAX = 24, STREAMS = 3 };

/* Files, and where the servers are: what stands for @NAME in an argument. */
static struct {
    char directory[40];
    struct dns_server dns;
    struct mail_server mail;
    struct {
        const char *name;
        char text[200];
    } words[10];
    unsigned count;
} place;

struct cli_case {
    const char *label;
    const char *line; /* words of the command line, separated by blanks; '_' for a blank inside */
    const char *input;
    int status;
};

/* clang-format off */
static const struct cli_case cases[] = {
    {"help",         "plan --help", "", EX_OK},
    {"verify",       "verify --chain @chain --tlsa @tlsa --name mx.d.example --name d.example --time 1768478400", "", EX_OK},
    {"verify, JSON", "verify --chain @chain --tlsa @tlsa --tlsa 3_1_1_00 --name mx.d.example --time 1768478400 --format json", "", EX_OK},
    {"fingerprint",  "verify --chain @chain --fingerprint @fingerprint --time 1768478400", "", EX_OK},
    {"authorities",  "verify --chain @chain --ca-file @anchor --name mx.d.example --time 1768478400", "", EX_OK},
    {"tables",       "tables", "", EX_OK},
    {"diff",         "tables --diff rfc7672 seed2013", "", EX_OK},
    {"plan, stub",   "plan --trust-ad --resolver @dns --policy @policy --timeout 1 --self me.example d.example secure.example", "", EX_OK},
    {"plan, trace",   "plan --trust-ad --resolver @dns --canary= --timeout 1 --trace [mx.d.example]", "", EX_OK},
    {"plan, TCP",    "plan --trust-ad --resolver @dns --canary= --timeout 1 large.example", "", EX_OK},
    {"plan, unbound", "plan --trust-anchor @anchors --resolver @dns --canary= --timeout 1 d.example", "", EX_OK},
    {"batch",        "batch --trust-ad --resolver @dns --policy @policy --timeout 1 --skip-done @done", "d.example\nold.example\n!\n", EX_DATAERR},
    {"probe",        "probe --trust-ad --resolver @dns --canary= --timeout 1 --policy @policy --tlsrpt @tlsrpt --tlsrpt-org o --tlsrpt-contact mailto:c@d.example @mail", "", EX_OK},
    {"send, clear",  "send --trust-ad --resolver @dns --canary= --timeout 1 --default-policy none -f f@s.example --nexthop @mail a@d.example b@d.example", "Subject: x\n\n.\n", EX_UNAVAILABLE},
    {"send, TLS",    "send --trust-ad --resolver @dns --canary= --timeout 1 --policy @policy -f <> --nexthop @mail a@d.example", "Subject: x\n\n.\n", EX_OK},
};
/* clang-format on */

/* --- the place -----------------------------------------------------------------------------------
 */

static void word(const char *name, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void word(const char *name, const char *format, ...)
{
    va_list args;

    place.words[place.count].name = name;
    va_start(args, format);
    (void)vsnprintf(place.words[place.count].text, sizeof(place.words[0].text), format, args);
    va_end(args);
    place.count++;
}

static void file(const char *name, const char *text, size_t len)
{
    FILE *to;

    word(name, "%s/%s", place.directory, name + 1);
    to = fopen(place.words[place.count - 1].text, "w");
    if (check_true(to != NULL)) {
        (void)fwrite(text, 1, len, to);
        (void)fclose(to);
    }
}

static bool serve(const struct dns_query *q, struct reply *r)
{
    unsigned flags = AD;

    if (strncmp(q->name, "large.", 6) == 0 && !q->tcp)
        flags |= TC;
    reply_begin(r, flags, q->name, q->type);
    r->bytes[0] = (uint8_t)(q->id >> 8);
    r->bytes[1] = (uint8_t)q->id;
    if (q->type == DSMTP_RR_MX && (flags & TC) == 0)
        reply_add(r, AN, q->name, q->type, "\0\1\2mx\1d\7example", 16);
    else if (q->type == DSMTP_RR_A)
        reply_address(r, q->name);
    else if (q->type == DSMTP_RR_TLSA)
        reply_add(r, AN, q->name, q->type,
                  "\3\1\1"
                  "0123456789abcdef0123456789abcdef",
                  35);
    else
        reply_soa(r);
    return true;
}

static void hex(const uint8_t *data, size_t len, char *out)
{
    for (size_t i = 0; i < len; i++)
        (void)snprintf(out + 2 * i, 3, "%02x", data[i]);
}

static void open_certificates(void)
{
    static const enum cert_id chain[CHAIN_MAX] = {DEEP, MID};
    static const enum cert_id anchor[CHAIN_MAX] = {ROOT};
    const struct tls_pin leaf = {DEEP, 3, 1, 1, 0, 0};
    const struct tls_pin server = {LEAF, 3, 0, 1, 0, 0};
    uint8_t data[DATA_MAX];
    char digits[2 * DATA_MAX + 1], policy[400];
    char *pem;
    size_t len;

    tls_certs_make();
    pem = tls_certs_pem(chain, &len);
    file("@chain", pem, len);
    free(pem);
    pem = tls_certs_pem(anchor, &len);
    file("@anchor", pem, len);
    free(pem);
    hex(data, tls_association(&leaf, data), digits);
    word("@tlsa", "3 1 1 %.64s", digits);
    word("@fingerprint", "%.64s", digits);
    hex(data, tls_association(&server, data), digits);
    len = (size_t)snprintf(policy, sizeof(policy),
                           "[127.0.0.1]:%u fingerprint match=%.64s\nsecure.example secure\n",
                           place.mail.port, digits);
    file("@policy", policy, len);
}

static bool open_place(void)
{
    static const char done[] =
        "{\"target\":\"old.example\",\"command\":\"plan\",\"profile\":\"rfc7672\",\"verdict\":"
        "\"attempt\"}\n";
    static const char anchors[] =
        "anchor.example. DS 1 13 2 "
        "0000000000000000000000000000000000000000000000000000000000000000\n";

    (void)snprintf(place.directory, sizeof(place.directory), "/tmp/starve-XXXXXX");
    place.dns = (struct dns_server){.serve = serve};
    if (!check_true(mkdtemp(place.directory) != NULL) || !dns_server_start(&place.dns) ||
        !check_true(mail_server_start(&place.mail)))
        return false;
    word("@dns", "%s", place.dns.address);
    word("@mail", "[127.0.0.1]:%u", place.mail.port);
    open_certificates();
    file("@done", done, sizeof(done) - 1);
    file("@anchors", anchors, sizeof(anchors) - 1);
    word("@tlsrpt", "%s/report.json", place.directory);
    return true;
}

static void close_place(void)
{
    dns_server_kill(&place.dns);
    mail_server_kill(&place.mail);
    for (unsigned i = 0; i < place.count; i++)
        if (place.words[i].text[0] == '/')
            (void)unlink(place.words[i].text);
    check_int(rmdir(place.directory), 0);
}

/* --- runs ----------------------------------------------------------------------------------------
 */

struct cli_run {
    const struct cli_case *of;
    int status;
    char *out, *said;
    char *want; /* output of the run in which nothing failed */
    unsigned taken;
};

static const char *meaning(const char *text)
{
    for (unsigned i = 0; i < place.count; i++)
        if (strcmp(place.words[i].name, text) == 0)
            return place.words[i].text;
    return text;
}

/* The line as argv, in a buffer. */
static int split(const char *line, char *buffer, size_t room, char **argv)
{
    static char program[] = "danesmtp";
    int argc = 1;
    char *rest;

    (void)snprintf(buffer, room, "%s", line);
    argv[0] = program;
    for (char *w = strtok_r(buffer, " ", &rest); w != NULL && argc < ARGUMENTS_MAX;
         w = strtok_r(NULL, " ", &rest)) {
        static char texts[ARGUMENTS_MAX][200];

        (void)snprintf(texts[argc], sizeof(texts[argc]), "%s", meaning(w));
        for (char *c = texts[argc]; w[0] != '@' && w[1] == '_' && *c != '\0'; c++)
            *c = *c == '_' ? ' ' : *c;
        argv[argc] = texts[argc];
        argc++;
    }
    argv[argc] = NULL;
    return argc;
}

/* A file to read text from. */
static int file_of(const char *text)
{
    int fd = bench_scratch();

    bench_write(fd, text, strlen(text));
    (void)lseek(fd, 0, SEEK_SET);
    return fd;
}

static void run_cli(void *arg, unsigned n)
{
    struct cli_run *r = arg;
    const int files[STREAMS] = {file_of(r->of->input), bench_scratch(), bench_scratch()};
    char buffer[600];
    char *argv[ARGUMENTS_MAX + 1];
    int kept[STREAMS];
    size_t len;
    unsigned before = *place.mail.taken;

    (void)n;
    (void)fflush(NULL);
    for (int i = 0; i < STREAMS; i++) {
        kept[i] = dup(i);
        (void)dup2(files[i], i);
    }
    rewind(stdin);
    r->status = danesmtp_main(split(r->of->line, buffer, sizeof(buffer), argv), argv);
    (void)fflush(stdout);
    (void)fflush(stderr);
    for (int i = 0; i < STREAMS; i++) {
        (void)dup2(kept[i], i);
        (void)close(kept[i]);
    }
    clearerr(stdin);
    clearerr(stdout);
    r->out = bench_read(files[1], &len);
    r->said = bench_read(files[2], &len);
    for (int i = 0; i < STREAMS; i++)
        (void)close(files[i]);
    r->taken = *place.mail.taken - before;
}

/* The expected end with the expected words, or one that owns up to what is missing: memory, or an
 * answer or a connection for lack of it. What was delivered is said to be. */
static void look_at_cli(void *arg, unsigned n, bool hungry)
{
    struct cli_run *r = arg;
    bool owned_up = r->status == EX_SOFTWARE || r->status == EX_IOERR || r->status == EX_TEMPFAIL ||
                    strstr(r->said, "Cannot allocate") != NULL;

    check_rowf("%s, allocation %u", r->of->label, n);
    check_true(r->status == r->of->status || (hungry && owned_up));
    check_true(r->status == r->of->status || r->said[0] != '\0' || r->out[0] != '\0');
    if (!hungry)
        check_str(r->out, r->want);
    if (strstr(r->out, "delivered") != NULL)
        check_uint(r->taken, 1);
    if (r->taken > 0)
        check_true(strstr(r->out, "delivered") != NULL || strstr(r->said, "delivered") != NULL);
    free(r->out);
    free(r->said);
}

static void test_cli(void)
{
    if (!open_place())
        return;
    for (size_t i = 0; i < CHECK_COUNT(cases); i++) {
        struct cli_run r = {.of = &cases[i]};
        unsigned allocations;

        run_cli(&r, 0);
        check_row(cases[i].label);
        if (!check_int(r.status, cases[i].status))
            fprintf(stderr, "%s: %s", cases[i].label, r.said);
        free(r.said);
        r.want = r.out;
        allocations = starve(run_cli, look_at_cli, &r, false);
        check_true(allocations > 2);
        free(r.want);
    }
    close_place();
}

static const struct check_test tests[] = {{"danesmtp", test_cli}};
SUITE(starve_cli, tests);
