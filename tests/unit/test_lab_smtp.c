/* test_lab_smtp.c - the lab's SMTP hosts without sockets: what each behaviour says, and how each
 * does TLS. */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <openssl/ssl.h>

#include "check.h"
#include "cli/hosts_text.h"
#include "run/prove.h"
#include "smtp/dialog.h"
#include "smtp/path.h"
#include "smtp/tls.h"

#define NAME "mx.unit.example"
#define NOW 1768478400

/* --- the conversation --- */

struct talk {
    struct lab_smtp_log log;
    struct lab_smtp_host host;
    struct lab_dialog dialog;
    struct lab_host_facts facts;
    bool over;
};

static void note(struct talk *t, enum lab_step step, const struct lab_text *out, enum lab_next next)
{
    char *reply = lab_strndup(out->text != NULL ? out->text : "", out->len);
    size_t len = out->len;

    if (next == LAB_START_TLS) /* what may stand behind the 220 is not its own */
        len = strcspn(reply, "\r");
    reply[len] = '\0';
    while (len > 0 && strchr("\r\n", reply[len - 1]) != NULL)
        reply[--len] = '\0';
    for (char *p = reply; *p != '\0'; p++) {
        if (*p == '\r')
            *p = '\n';
    }
    t->facts.code[step] = next == LAB_STALL ? -1 : lab_reply_last_code(reply, 0);
    t->over = next == LAB_HANG_UP || next == LAB_QUIT || next == LAB_STALL;
    free(reply);
}

static int say(struct talk *t, enum lab_step step, const char *line)
{
    struct lab_text out = {0};
    enum lab_next next;

    if (t->over)
        return 0;
    next = lab_dialog_command(&t->dialog, line, strlen(line), false, &out);
    if (step == LAB_STEP_EHLO)
        t->facts.offers = strstr(out.text != NULL ? out.text : "", "STARTTLS") != NULL;
    note(t, step, &out, next);
    free(out.text);
    if (next == LAB_START_TLS)
        lab_dialog_secured(&t->dialog);
    return t->facts.code[step];
}

static void send_message(struct talk *t)
{
    static const char text[] = "Subject: unit\r\n\r\n..\r\n.\r\n";
    struct lab_text out = {0};
    enum lab_next next;
    size_t used = 0;

    if (t->over)
        return;
    next = lab_dialog_data(&t->dialog, (const uint8_t *)text, sizeof(text) - 1, &used, &out);
    check_uint(used, sizeof(text) - 1);
    note(t, LAB_STEP_DOT, &out, next);
    free(out.text);
}

/* The whole of it, in TLS if STARTTLS is accepted. */
static void converse(struct talk *t, const struct lab_behaviour *b)
{
    struct lab_text out = {0};
    enum lab_next next = lab_dialog_banner(&t->dialog, &out);

    note(t, LAB_STEP_BANNER, &out, next);
    free(out.text);
    if (t->facts.code[LAB_STEP_BANNER] != 220 || say(t, LAB_STEP_EHLO, "EHLO unit.example") != 250)
        return;
    if (b->offers_starttls && say(t, LAB_STEP_STARTTLS, "STARTTLS") <= 0)
        return;
    if (t->dialog.tls && say(t, LAB_STEP_EHLO_TLS, "EHLO unit.example") != 250)
        return;
    if (say(t, LAB_STEP_MAIL, "MAIL FROM:<a@unit.example>") == 250 &&
        say(t, LAB_STEP_NOBODY, "RCPT TO:<nobody@unit.example>") > 0 &&
        say(t, LAB_STEP_RCPT, "RCPT TO:<user@unit.example>") / 100 == 2 &&
        say(t, LAB_STEP_DATA, "DATA") == 354)
        send_message(t);
    (void)say(t, LAB_STEP_QUIT, "QUIT");
}

/* The facts that a conversation without TLS records can show: codes. */
static void check_codes(const struct lab_host_facts *got, const struct lab_host_facts *want)
{
    struct lab_host_facts a = {.connected = true}, b = {.connected = true};
    char *x, *y;

    memcpy(a.code, got->code, sizeof(a.code));
    memcpy(b.code, want->code, sizeof(b.code));
    x = lab_facts_text(&a);
    y = lab_facts_text(&b);
    check_str(x, y);
    free(x);
    free(y);
}

static void try_behaviour(const struct lab_behaviour *row, const struct lab_chain *chain,
                          bool later)
{
    const struct lab_behaviour *b = lab_behaviour_shown(row, later);
    struct talk t = {.host = {.name = NAME, .behaviour = row, .chain = chain}};
    struct lab_host_facts want;

    if (b->unreachable || b->habit.fails || b->handshake == LAB_HS_DROP ||
        (b->handshake != LAB_HS_OK && b->handshake != LAB_HS_OTHER_NAME))
        return; /* what follows the 220 is not the dialog's */
    t.log.fd = open("/dev/null", O_WRONLY | O_CLOEXEC);
    t.dialog = (struct lab_dialog){.host = &t.host, .behaviour = b, .log = &t.log, .conn = 1};
    converse(&t, b);
    lab_facts_expected(row, chain, later, true, &want);
    check_codes(&t.facts, &want);
    lab_dialog_fini(&t.dialog);
    (void)close(t.log.fd);
}

static int open_chain(const char *recipe, struct lab_pki **pki, struct lab_chain *chain)
{
    static char name[] = NAME;
    static char *const names[] = {name};
    const struct lab_owner owner = {names, 1, "198.18.7.1", "2001:db8:18::7", 5};
    struct lab_fault fault = {0};

    if (*pki == NULL && lab_pki_open("certs/recipes.yaml", "certs/keys", NOW, pki, &fault) != 0)
        return check_str(fault.what, NULL) ? 0 : -1;
    return check_int(lab_chain_build(*pki, recipe, &owner, chain, &fault), 0) ? 0 : -1;
}

static void test_behaviours(void)
{
    struct lab_pki *pki = NULL;
    struct lab_chain chain = {0};
    const struct lab_behaviour *b;

    if (open_chain("self-signed", &pki, &chain) == 0) {
        for (size_t i = 0; (b = lab_behaviour_at(i)) != NULL; i++) {
            check_row(b->name);
            try_behaviour(b, &chain, false);
            try_behaviour(b, &chain, true);
        }
    }
    lab_chain_free(&chain);
    lab_pki_close(&pki);
}

/* The table itself: names once, sentences, rows that exist. */
static void test_table(void)
{
    const struct lab_behaviour *b;

    for (size_t i = 0; (b = lab_behaviour_at(i)) != NULL; i++) {
        check_row(b->name);
        check_true(lab_behaviour_find(b->name) == b);
        check_true(b->says != NULL && b->says[strlen(b->says) - 1] == '.');
        check_true(b->later == NULL || lab_behaviour_find(b->later) != NULL);
    }
    check_true(lab_behaviour_find("no-such") == NULL);
}

/* clang-format off */
static const struct { const char *reply; int ordinary, want; } replies[] = {
    {NULL, 250, 250}, {"250 OK", 354, 250}, {"", 220, 0}, {"~", 220, -1}, {"hello", 220, -2},
    {"250-a\n220 b", 250, 220}, {"250-a\v250 b", 220, 250}, {"250-\n250", 220, 250}, {"25", 220, -2},
};
static const struct { const char *rest, *offers, *want; } parameters[] = {
    {"", NULL, NULL},
    {" SIZE=10", "SIZE 100", NULL},
    {" SIZE=10", NULL, "555"},
    {" SIZE=x", "SIZE", "501"},
    {" SIZE=2000", "SIZE", "552"},
    {" BODY=8BITMIME", "PIPELINING\n8BITMIME", NULL},
    {" BODY=8BITMIME", "8BITMIMEX", "555"},
    {" SMTPUTF8 SIZE=1", "SMTPUTF8\nSIZE", NULL},
    {" RET=FULL", "SMTPUTF8\nSIZE", "555"},
};
/* clang-format on */

static void test_replies(void)
{
    for (size_t i = 0; i < CHECK_COUNT(replies); i++) {
        check_row(replies[i].reply);
        check_int(lab_reply_last_code(replies[i].reply, replies[i].ordinary), replies[i].want);
    }
    for (size_t i = 0; i < CHECK_COUNT(parameters); i++) {
        const char *got = lab_smtp_mail_parameters(parameters[i].rest, parameters[i].offers, 1000);

        check_rowf("\"%s\" of \"%s\"", parameters[i].rest, parameters[i].offers);
        if (parameters[i].want == NULL)
            check_str(got, NULL);
        else
            check_mem(got, got != NULL ? 3 : 0, parameters[i].want, 3);
    }
}

/* --- TLS --- */

struct client {
    SSL_CTX *ctx;
    SSL *ssl;
    SSL_SESSION *session;
    bool asked, key_update;
};

static int on_session(SSL *ssl, SSL_SESSION *session)
{
    struct client *c = SSL_get_app_data(ssl);

    SSL_SESSION_free(c->session);
    c->session = session;
    return 1;
}

static int on_asked(SSL *ssl, X509 **cert, EVP_PKEY **key)
{
    struct client *c = SSL_get_app_data(ssl);

    (void)cert, (void)key;
    c->asked = true;
    return 0;
}

static void on_message(int sent, int version, int type, const void *text, size_t len, SSL *ssl,
                       void *self)
{
    struct client *c = self;

    (void)version, (void)ssl;
    if (sent == 0 && type == SSL3_RT_HANDSHAKE && len > 0 &&
        *(const uint8_t *)text == SSL3_MT_KEY_UPDATE)
        c->key_update = true;
}

static void client_open(struct client *c, const char *ciphers)
{
    c->ctx = SSL_CTX_new(TLS_client_method());
    SSL_CTX_set_security_level(c->ctx, 0);
    (void)SSL_CTX_set_min_proto_version(c->ctx, TLS1_VERSION);
    (void)SSL_CTX_set_cipher_list(c->ctx, ciphers);
    (void)SSL_CTX_set_session_cache_mode(c->ctx, SSL_SESS_CACHE_CLIENT);
    SSL_CTX_sess_set_new_cb(c->ctx, on_session);
    SSL_CTX_set_client_cert_cb(c->ctx, on_asked);
    SSL_CTX_set_msg_callback(c->ctx, on_message);
}

static void client_call(struct client *c, const char *sni)
{
    if (c->ssl != NULL) /* a session that ends without a goodbye cannot be resumed */
        SSL_set_shutdown(c->ssl, SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN);
    SSL_free(c->ssl);
    c->ssl = SSL_new(c->ctx);
    (void)SSL_set_app_data(c->ssl, c);
    SSL_set_msg_callback_arg(c->ssl, c);
    SSL_set_bio(c->ssl, BIO_new(BIO_s_mem()), BIO_new(BIO_s_mem()));
    if (sni != NULL)
        (void)SSL_set_tlsext_host_name(c->ssl, sni);
    if (c->session != NULL)
        (void)SSL_set_session(c->ssl, c->session);
    SSL_set_connect_state(c->ssl);
}

static void client_close(struct client *c)
{
    SSL_free(c->ssl);
    SSL_SESSION_free(c->session);
    SSL_CTX_free(c->ctx);
}

/* Carry what one side has to say to the other, both ways, a few times. */
static void carry(struct client *c, struct lab_tls *server)
{
    struct evbuffer *to_server = evbuffer_new();
    struct evbuffer *to_client = evbuffer_new();
    struct evbuffer *clear = evbuffer_new();
    bool greeted = false;
    char chunk[4096];
    int n;

    for (int i = 0; i < 8; i++) {
        if (SSL_is_init_finished(c->ssl))
            (void)SSL_read(c->ssl, chunk, sizeof(chunk));
        else
            (void)SSL_do_handshake(c->ssl);
        while ((n = BIO_read(SSL_get_wbio(c->ssl), chunk, sizeof(chunk))) > 0)
            (void)evbuffer_add(to_server, chunk, (size_t)n);
        (void)lab_tls_feed(server, to_server, clear);
        if (server->up && !greeted)
            greeted = lab_tls_write(server, "250 hello\r\n", 11);
        lab_tls_flush(server, to_client);
        while ((n = evbuffer_remove(to_client, chunk, sizeof(chunk))) > 0)
            (void)BIO_write(SSL_get_rbio(c->ssl), chunk, n);
    }
    evbuffer_free(to_server);
    evbuffer_free(to_client);
    evbuffer_free(clear);
}

/* clang-format off */
static const struct {
    const char *behaviour, *recipe, *sni;
    bool later;
    const char *element; /* shown; NULL: no handshake */
    int version;
    bool asked, ticket, key_update;
} rows[] = {
    {"starttls",                "self-signed",   NULL,   false, "leaf",    TLS1_3_VERSION, false, false, false},
    {"tls-1.0-only",            "self-signed",   NAME,   false, "leaf",    TLS1_VERSION,   false, false, false},
    {"tls-1.1-only",            "self-signed",   NAME,   false, "leaf",    TLS1_1_VERSION, false, false, false},
    {"tls-1.2-only",            "self-signed",   NAME,   false, "leaf",    TLS1_2_VERSION, false, false, false},
    {"tls-1.3-only",            "self-signed",   NAME,   false, "leaf",    TLS1_3_VERSION, false, false, false},
    {"tls-one-cipher",          "self-signed",   NAME,   false, "leaf",    TLS1_2_VERSION, false, false, false},
    {"tls-no-common-cipher",    "self-signed",   NAME,   false, NULL,      0, false, false, false},
    {"tls-client-cert-asked",   "self-signed",   NAME,   false, "leaf",    TLS1_3_VERSION, true, false, false},
    {"tls-client-cert-demanded", "self-signed",  NAME,   false, NULL,      0, true, false, false},
    {"tls-tickets",             "self-signed",   NAME,   false, "leaf",    TLS1_3_VERSION, false, true, false},
    {"tls-key-update",          "self-signed",   NAME,   false, "leaf",    TLS1_3_VERSION, false, false, true},
    {"tls-handshake-alert",     "self-signed",   NAME,   false, NULL,      0, false, false, false},
    {"tls-handshake-stall",     "self-signed",   NAME,   false, NULL,      0, false, false, false},
    {"tls-handshake-other-name", "self-signed",  NAME,   false, "leaf",    TLS1_3_VERSION, false, false, false},
    {"tls-handshake-other-name", "self-signed",  NULL,   false, NULL,      0, false, false, false},
    {"tls-handshake-other-name", "self-signed",  "x.example", false, NULL, 0, false, false, false},
    {"starttls",                "by-sni",        NAME,   false, "leaf",    TLS1_3_VERSION, false, false, false},
    {"starttls",                "by-sni",        "MX.Unit.Example", false, "leaf", TLS1_3_VERSION, false, false, false},
    {"starttls",                "by-sni",        NULL,   false, "default", TLS1_3_VERSION, false, false, false},
    {"starttls",                "by-sni",        "x.example", false, "default", TLS1_3_VERSION, false, false, false},
    {"starttls",                "changes-key",   NAME,   false, "leaf",    TLS1_3_VERSION, false, false, false},
    {"starttls",                "changes-key",   NAME,   true,  "next",    TLS1_3_VERSION, false, false, false},
    {"starttls",                "rsa-and-ecdsa", NAME,   false, "ecdsa",   TLS1_3_VERSION, false, false, false},
};
/* clang-format on */

static const char *element_shown(const struct lab_chain *chain, SSL *ssl)
{
    X509 *peer = SSL_get0_peer_certificate(ssl);

    for (unsigned e = 0; peer != NULL && e < chain->count; e++) {
        if (X509_cmp(chain->certs[e].x509, peer) == 0)
            return chain->certs[e].element;
    }
    return NULL;
}

static void try_tls(size_t i, SSL_CTX *ctx, struct lab_pki **pki)
{
    struct lab_chain chain = {0};
    struct lab_smtp_host host = {.name = NAME, .behaviour = lab_behaviour_find(rows[i].behaviour)};
    struct client c = {0};
    struct lab_tls *server;

    check_rowf("%s, %s, SNI %s%s", rows[i].behaviour, rows[i].recipe,
               rows[i].sni != NULL ? rows[i].sni : "none", rows[i].later ? ", later" : "");
    if (!check_true(host.behaviour != NULL) || open_chain(rows[i].recipe, pki, &chain) != 0)
        return;
    host.chain = &chain;
    client_open(&c, "DEFAULT");
    client_call(&c, rows[i].sni);
    server = lab_tls_open(ctx, &host, host.behaviour, rows[i].later);
    if (check_true(server != NULL)) {
        carry(&c, server);
        check_int(server->up, rows[i].element != NULL);
        check_str(server->sni, rows[i].sni);
        if (server->up) {
            check_str(element_shown(&chain, c.ssl), rows[i].element);
            check_int(SSL_version(c.ssl), rows[i].version);
        }
        check_int(c.asked, rows[i].asked);
        check_int(c.session != NULL && SSL_SESSION_has_ticket(c.session), rows[i].ticket);
        check_int(c.key_update, rows[i].key_update);
        lab_tls_close(&server);
    }
    client_close(&c);
    lab_chain_free(&chain);
}

static void test_tls(void)
{
    int no_log = -1;
    SSL_CTX *ctx = lab_tls_context(&no_log);
    struct lab_pki *pki = NULL;

    for (size_t i = 0; i < CHECK_COUNT(rows); i++)
        try_tls(i, ctx, &pki);
    lab_pki_close(&pki);
    SSL_CTX_free(ctx);
}

/* Second call with the ticket of the first: resumed by the same host, not by another. */
static void test_resumption(void)
{
    int no_log = -1;
    SSL_CTX *ctx = lab_tls_context(&no_log);
    struct lab_pki *pki = NULL;
    struct lab_chain chain = {0};
    struct client c = {0};
    struct lab_smtp_host host = {.name = NAME, .behaviour = lab_behaviour_find("tls-tickets")};

    if (open_chain("self-signed", &pki, &chain) == 0) {
        host.chain = &chain;
        client_open(&c, "DEFAULT");
        for (int call = 0; call < 3; call++) {
            struct lab_tls *server;

            check_rowf("call %d", call);
            if (call == 2)
                host.name = "mx.other.example";
            client_call(&c, NAME);
            server = lab_tls_open(ctx, &host, host.behaviour, false);
            carry(&c, server);
            check_true(server->up);
            check_int(SSL_session_reused(c.ssl), call == 1);
            lab_tls_close(&server);
        }
        client_close(&c);
    }
    lab_chain_free(&chain);
    lab_pki_close(&pki);
    SSL_CTX_free(ctx);
}

/* A session without any certificate, for those who offer it. */
static void test_anonymous(void)
{
    int no_log = -1;
    SSL_CTX *ctx = lab_tls_context(&no_log);
    struct lab_pki *pki = NULL;
    struct lab_chain chain = {0};
    struct lab_smtp_host host = {.name = NAME,
                                 .behaviour = lab_behaviour_find("tls-anonymous-only")};

    if (open_chain("self-signed", &pki, &chain) == 0) {
        host.chain = &chain;
        for (int all = 0; all < 2; all++) {
            struct client c = {0};
            struct lab_tls *server = lab_tls_open(ctx, &host, host.behaviour, false);

            check_row(all ? "ALL" : "DEFAULT");
            client_open(&c, all ? "ALL" : "DEFAULT");
            client_call(&c, NAME);
            carry(&c, server);
            check_int(server->up, all);
            check_true(SSL_get0_peer_certificate(c.ssl) == NULL);
            lab_tls_close(&server);
            client_close(&c);
        }
    }
    lab_chain_free(&chain);
    lab_pki_close(&pki);
    SSL_CTX_free(ctx);
}

/* --- the page for people --- */

static void test_page(void)
{
    struct lab_fault fault = {0};
    char *want = NULL;
    char *got = NULL;

    check_row("danelab hosts >scenarios/HOSTS.md makes it anew");
    if (check_int(lab_hosts_text("certs/recipes.yaml", &got, &fault), 0) &&
        check_int(lab_file_read("scenarios/HOSTS.md", &want, NULL, &fault), 0))
        check_true(strcmp(got, want) == 0);
    free(got);
    free(want);
}

static void test_facts(void)
{
    struct lab_host_facts f = {.connected = true,
                               .offers = true,
                               .tls = true,
                               .version = TLS1_2_VERSION,
                               .asked = true,
                               .certs = 2,
                               .chain = "abcdef"};
    struct lab_host_facts back;
    char *line;

    f.code[LAB_STEP_BANNER] = 220;
    f.code[LAB_STEP_QUIT] = -1;
    line = lab_facts_line(&f);
    check_true(lab_facts_parse(line, &back) && lab_facts_same(&f, &back));
    f.code[LAB_STEP_QUIT] = 221;
    check_true(!lab_facts_same(&f, &back));
    check_true(!lab_facts_parse("1 2 3", &back));
    free(line);
}

static const struct check_test tests[] = {
    {"behaviours do what the table says", test_behaviours},
    {"the table", test_table},
    {"replies and parameters", test_replies},
    {"TLS", test_tls},
    {"resumption", test_resumption},
    {"without a certificate", test_anonymous},
    {"the list of hosts", test_page},
    {"facts between processes", test_facts},
};
SUITE(lab_smtp, tests);
