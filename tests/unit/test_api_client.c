/* test_api_client.c - the public driver: resolver and mail server are on this machine. */
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <event2/listener.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "danesmtp.h"
#include "dns_server.h"

/* --- a mail server that takes everything --------------------------------------------------------
 */

static struct {
    struct evconnlistener *listener;
    unsigned port;
    unsigned messages;
    bool data;
} mail;

static void on_lines(struct bufferevent *b, void *arg)
{
    char *line;

    (void)arg;
    while ((line = evbuffer_readln(bufferevent_get_input(b), NULL, EVBUFFER_EOL_CRLF)) != NULL) {
        const char *reply = "250 ok\r\n";

        if (mail.data && strcmp(line, ".") != 0)
            reply = NULL;
        else if (strcmp(line, "DATA") == 0)
            reply = "354 go on\r\n";
        else if (strcmp(line, "QUIT") == 0)
            reply = "221 bye\r\n";
        if (reply != NULL) {
            mail.messages += mail.data ? 1 : 0;
            mail.data = strncmp(reply, "354", 3) == 0;
            (void)bufferevent_write(b, reply, strlen(reply));
        }
        free(line);
    }
}

static void on_end(struct bufferevent *b, short what, void *arg)
{
    (void)what;
    (void)arg;
    bufferevent_free(b);
}

static void on_accept(struct evconnlistener *l, evutil_socket_t fd, struct sockaddr *from, int len,
                      void *arg)
{
    struct bufferevent *b =
        bufferevent_socket_new(evconnlistener_get_base(l), fd, BEV_OPT_CLOSE_ON_FREE);

    (void)from;
    (void)len;
    (void)arg;
    bufferevent_setcb(b, on_lines, NULL, on_end, NULL);
    (void)bufferevent_enable(b, EV_READ | EV_WRITE);
    (void)bufferevent_write(b, "220 here\r\n", 10);
}

static bool open_mail(struct event_base *base)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof(at);

    memset(&mail, 0, sizeof(mail));
    mail.listener = evconnlistener_new_bind(base, on_accept, NULL, LEV_OPT_CLOSE_ON_FREE, 8,
                                            (struct sockaddr *)&at, sizeof(at));
    if (mail.listener == NULL ||
        getsockname(evconnlistener_get_fd(mail.listener), (struct sockaddr *)&at, &len) != 0)
        return false;
    mail.port = ntohs(at.sin_port);
    return true;
}

/* --- a resolver that validates, and says that nothing is signed ---------------------------------
 */

static bool serve(const struct dns_query *q, struct reply *r)
{
    if (strncmp(q->name, "silent", 6) == 0)
        return false;
    if (q->type == DSMTP_RR_A)
        reply_address(r, q->name);
    else if (q->type == DSMTP_RR_MX)
        reply_add(r, AN, q->name, DSMTP_RR_MX, "\0\012\2mx\7example", 14);
    else
        reply_soa(r);
    return true;
}

static struct dns_server dns = {.serve = serve};

/* --- what came of it ----------------------------------------------------------------------------
 */

struct told {
    struct dsmtp_client **client;
    unsigned calls, again;
    bool close;
    char text[300];
};

static void done(void *arg, const struct dsmtp_outcome *outcome, const struct dsmtp_fault *fault)
{
    struct told *t = arg;
    struct dsmtp_attempt_info a = {.size = sizeof(a)};
    struct dsmtp_recipient_info r = {.size = sizeof(r)};
    const struct dsmtp_request next = {.size = sizeof(next), .target = "[192.0.2.7]"};
    const char *reason;
    enum dsmtp_verdict verdict;
    int used;

    t->calls++;
    if (outcome == NULL) {
        (void)snprintf(t->text, sizeof(t->text), "%.250s", fault->what);
        return;
    }
    verdict = dsmtp_outcome_verdict(outcome, &reason);
    used = snprintf(t->text, sizeof(t->text), "%s %s", dsmtp_verdict_name(verdict), reason);
    for (size_t i = 0; dsmtp_outcome_attempt(outcome, i, &a) == DSMTP_OK; i++)
        used += snprintf(t->text + used, sizeof(t->text) - (size_t)used, " | %s %s %s", a.host,
                         a.result, a.reason);
    for (size_t i = 0; dsmtp_outcome_recipient(outcome, i, &r) == DSMTP_OK; i++)
        used += snprintf(t->text + used, sizeof(t->text) - (size_t)used, " | %s %s %s", r.address,
                         dsmtp_verdict_name(r.verdict), r.status);
    if (t->again > 0 && t->again-- > 0)
        check_int(dsmtp_client_start(*t->client, &next, done, t, NULL), DSMTP_OK);
    if (t->close)
        dsmtp_client_close(t->client);
}

static struct dsmtp_client_options options_for(struct event_base *base)
{
    return (struct dsmtp_client_options){.size = sizeof(struct dsmtp_client_options),
                                         .base = base,
                                         .resolver = dns.address,
                                         .trust_ad = true,
                                         .canary = "",
                                         .helo = "client.example",
                                         .port = mail.port,
                                         .connections = 5,
                                         .timeout_ms = 3000};
}

/* clang-format off */
static const char *const people[] = {"a@d.example", "b@d.example"};
#define MAIL(count) .sender = "", .recipients = people, .recipient_count = (count), .message = "S: x\n\n.\n", .message_len = 8
static const struct {
    const char *label;
    struct dsmtp_request request;
    const char *want;
} cases[] = {
    {"plan",    {.mode = DSMTP_MODE_PLAN, .target = "d.example"}, "attempt ADDRESS_INSECURE"},
    {"probe",   {.mode = DSMTP_MODE_PROBE, .target = "d.example"}, "attempt SESSION_READY | mx.example cleartext SESSION_READY"},
    {"encrypt", {.mode = DSMTP_MODE_PROBE, .target = "d.example", .policy = "encrypt"}, "defer NO_STARTTLS | mx.example failed NO_STARTTLS"},
    {"mail",    {.mode = DSMTP_MODE_SEND, .target = "d.example", MAIL(2)}, "delivered DELIVERED | mx.example cleartext DELIVERED | a@d.example delivered 2.0.0 | b@d.example delivered 2.0.0"},
    {"dane",    {.mode = DSMTP_MODE_SEND, .target = "d.example", .policy = "dane-only", MAIL(1)}, "deferred DANE_REQUIRED | a@d.example deferred 4.7.5"},
    {"literal", {.mode = DSMTP_MODE_PLAN, .target = "[192.0.2.1]"}, "attempt ADDRESS_LITERAL"},
};
/* clang-format on */

/* All of them at once, on a loop of the client's own or of the program's. */
static void run_all(struct event_base *base, struct event_base *server)
{
    struct dsmtp_client_options options = options_for(base);
    struct told told[CHECK_COUNT(cases)] = {{.calls = 0}};
    struct dsmtp_client *client;
    struct dsmtp_fault fault;

    if (!check_int(dsmtp_client_open(&options, &client, &fault), DSMTP_OK))
        return;
    for (size_t i = 0; i < CHECK_COUNT(cases); i++) {
        struct dsmtp_request request = cases[i].request;

        request.size = sizeof(request);
        check_int(dsmtp_client_start(client, &request, done, &told[i], &fault), DSMTP_OK);
        check_uint(told[i].calls, 0);
    }
    check_int(dsmtp_client_run(client), DSMTP_MISUSE);
    for (unsigned turn = 0; turn < 2000 && told[3].calls == 0; turn++)
        (void)event_base_loop(server, EVLOOP_ONCE);
    for (unsigned turn = 0; turn < 2000 && told[2].calls == 0; turn++)
        (void)event_base_loop(server, EVLOOP_ONCE);
    (void)event_base_loop(server, EVLOOP_NONBLOCK);
    for (size_t i = 0; i < CHECK_COUNT(cases); i++) {
        check_row(cases[i].label);
        check_uint(told[i].calls, 1);
        check_str(told[i].text, cases[i].want);
    }
    check_uint(mail.messages, 1);
    dsmtp_client_close(&client);
    check_true(client == NULL);
}

static void test_program_loop(void)
{
    struct event_base *base = event_base_new();

    if (check_true(dns_server_start(&dns)) && check_true(open_mail(base))) {
        run_all(base, base);
        evconnlistener_free(mail.listener);
    }
    (void)event_base_loop(base, EVLOOP_NONBLOCK);
    event_base_free(base);
    dns_server_kill(&dns);
}

/* A request may follow from another; run ends with the last. */
static void test_own_loop(void)
{
    struct dsmtp_client_options options;
    const struct dsmtp_request request = {.size = sizeof(request), .target = "d.example"};
    struct dsmtp_client *client;
    struct told told = {.client = &client, .again = 3};

    mail.port = 0;
    if (!check_true(dns_server_start(&dns)))
        return;
    options = options_for(NULL);
    if (!check_int(dsmtp_client_open(&options, &client, NULL), DSMTP_OK))
        return;
    check_int(dsmtp_client_run(client), DSMTP_OK);
    check_int(dsmtp_client_start(client, &request, done, &told, NULL), DSMTP_OK);
    check_int(dsmtp_client_run(client), DSMTP_OK);
    check_uint(told.calls, 4);
    check_str(told.text, "attempt ADDRESS_LITERAL");
    check_int(dsmtp_client_run(client), DSMTP_OK);
    dsmtp_client_close(&client);
    dns_server_kill(&dns);
}

/* Ends of all kinds while something is under way: no call, and nothing is left. */
static void test_ends(void)
{
    const struct dsmtp_request silent = {.size = sizeof(silent), .target = "silent.example"};
    const struct dsmtp_request literal = {.size = sizeof(literal), .target = "[192.0.2.1]"};
    struct dsmtp_client_options options;
    struct dsmtp_client *client;
    struct told never = {.calls = 0}, last = {.client = &client, .close = true};
    struct event_base *base = event_base_new();

    if (!check_true(dns_server_start(&dns)))
        return;
    for (unsigned way = 0; way < 4; way++) {
        check_rowf("way %u", way);
        options = options_for(way < 3 ? NULL : base);
        if (!check_int(dsmtp_client_open(&options, &client, NULL), DSMTP_OK))
            continue;
        check_int(dsmtp_client_start(client, &silent, done, &never, NULL), DSMTP_OK);
        last.calls = 0;
        if (way == 1) {
            dsmtp_client_forget(client, &never);
            check_int(dsmtp_client_run(client), DSMTP_OK);
        }
        if (way > 1)
            check_int(dsmtp_client_start(client, &literal, done, &last, NULL), DSMTP_OK);
        if (way == 2)
            check_int(dsmtp_client_run(client), DSMTP_OK);
        for (unsigned turn = 0; way == 3 && turn < 5; turn++)
            (void)event_base_loop(base, EVLOOP_NONBLOCK);
        check_uint(last.calls, way > 1 ? 1 : 0);
        check_true(way < 2 || client == NULL);
        dsmtp_client_close(&client);
        check_uint(never.calls, 0);
    }
    event_base_free(base);
    dns_server_kill(&dns);
}

/* clang-format off */
static const char *const bad_people[] = {"a@d.example", "b"};
static const struct {
    const char *label;
    struct dsmtp_request request;
    enum dsmtp_status status;
    const char *want;
} refused[] = {
    {"no mode",      {.mode = (enum dsmtp_mode)7, .target = "d.example"}, DSMTP_SYNTAX, "no mode 7"},
    {"no sender",    {.mode = DSMTP_MODE_SEND, .target = "d.example"}, DSMTP_SYNTAX, "no sender; expected user@domain"},
    {"bad sender",   {.mode = DSMTP_MODE_SEND, .target = "d.example", .sender = "<>"}, DSMTP_SYNTAX, "sender \"<>\": space or angle bracket; expected user@domain"},
    {"nobody",       {.mode = DSMTP_MODE_SEND, .target = "d.example", .sender = ""}, DSMTP_SYNTAX, "no recipient; expected user@domain"},
    {"bad",          {.mode = DSMTP_MODE_SEND, .target = "d.example", .sender = "", .recipients = bad_people, .recipient_count = 2}, DSMTP_SYNTAX, "recipient \"b\": expected user@domain"},
    {"no message",   {.mode = DSMTP_MODE_SEND, .target = "d.example", .sender = "", .recipients = people, .recipient_count = 1}, DSMTP_SYNTAX, "no message; expected a header and a body"},
    {"too long",     {.mode = DSMTP_MODE_SEND, .target = "d.example", .sender = "", .recipients = people, .recipient_count = 1, .message = "", .message_len = (64u << 20) + 1}, DSMTP_TOOBIG, "message of 67108865 octets; the limit is 67108864"},
};
/* clang-format on */

static void test_refused(void)
{
    struct dsmtp_client_options options;
    struct dsmtp_client *client;
    struct dsmtp_fault fault;
    struct told never = {.calls = 0};
    const struct dsmtp_request good = {.size = sizeof(good), .target = "d.example"};

    (void)snprintf(dns.address, sizeof(dns.address), "127.0.0.1@1");
    options = options_for(NULL);
    if (!check_int(dsmtp_client_open(&options, &client, NULL), DSMTP_OK))
        return;
    for (size_t i = 0; i < CHECK_COUNT(refused); i++) {
        struct dsmtp_request request = refused[i].request;

        check_row(refused[i].label);
        request.size = sizeof(request);
        check_int(dsmtp_client_start(client, &request, done, &never, &fault), refused[i].status);
        check_str(fault.what, refused[i].want);
    }
    check_int(dsmtp_client_start(client, &good, NULL, NULL, &fault), DSMTP_MISUSE);
    check_str(fault.what, "nobody to tell");
    check_int(dsmtp_client_run(client), DSMTP_OK);
    check_uint(never.calls, 0);
    dsmtp_client_close(&client);
}

static const struct check_test tests[] = {
    {"on the program's loop", test_program_loop},
    {"on its own loop", test_own_loop},
    {"ends while at work", test_ends},
    {"requests that are refused", test_refused},
};
SUITE(api_client, tests);
