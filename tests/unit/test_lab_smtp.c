/* test_lab_smtp.c - the lab's SMTP hosts without sockets: what each behaviour says. */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <openssl/ssl.h>

#include "chain_case.h"
#include "check.h"
#include "cli/hosts_text.h"
#include "run/prove.h"
#include "smtp/dialog.h"
#include "smtp/path.h"

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

static void test_behaviours(void)
{
    struct lab_pki *pki = chain_pki();
    struct lab_chain chain = {0};
    const struct lab_behaviour *b;

    if (chain_build(pki, "self-signed", &chain) == 0) {
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
static const struct { const char *rest, *offers, *want; bool rcpt; } parameters[] = {
    {"", NULL, NULL, false},
    {" SIZE=10", "SIZE 100", NULL, false},
    {" SIZE=10", NULL, "555", false},
    {" SIZE=x", "SIZE", "501", false},
    {" SIZE=2000", "SIZE", "552", false},
    {" BODY=8BITMIME", "PIPELINING\n8BITMIME", NULL, false},
    {" BODY=8BITMIME", "8BITMIMEX", "555", false},
    {" SMTPUTF8 SIZE=1", "SMTPUTF8\nSIZE", NULL, false},
    {" RET=FULL", "SMTPUTF8\nSIZE", "555", false},
    {" RET=FULL ENVID=1", "DSN", NULL, false},
    {" RET=", "DSN", "555", false},
    {" NOTIFY=NEVER", "DSN", "555", false},
    {" NOTIFY=NEVER ORCPT=rfc822;a", "DSN", NULL, true},
    {" RET=FULL", "DSN", "555", true},
    {" SIZE=10", "SIZE 100", "555", true},
    {" BODY=8BITMIME", "8BITMIME", "555", true},
};
/* clang-format on */

static void test_replies(void)
{
    for (size_t i = 0; i < CHECK_COUNT(replies); i++) {
        check_row(replies[i].reply);
        check_int(lab_reply_last_code(replies[i].reply, replies[i].ordinary), replies[i].want);
    }
    for (size_t i = 0; i < CHECK_COUNT(parameters); i++) {
        const char *got = lab_smtp_parameters(parameters[i].rest, !parameters[i].rcpt,
                                              parameters[i].offers, 1000);

        check_rowf("\"%s\" of \"%s\"", parameters[i].rest, parameters[i].offers);
        if (parameters[i].want == NULL)
            check_str(got, NULL);
        else
            check_mem(got, got != NULL ? 3 : 0, parameters[i].want, 3);
    }
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

/* The line of the lab's message that begins with a dot: doubled, not doubled, left out. */
static void test_dots(void)
{
    static const struct {
        const char *label, *text;
        bool dots;
    } cases[] = {
        {"doubled", "Subject: a\r\n\r\n." LAB_DOT_LINE "\r\n.\r\n", true},
        {"the first line", "." LAB_DOT_LINE "\r\n.\r\n", true},
        {"lost", "Subject: a\r\n\r\n" LAB_DOT_LINE "\r\n.\r\n", false},
        {"not there", "Subject: a\r\n\r\n.\r\n", false},
        {"longer", "." LAB_DOT_LINE " More.\r\n.\r\n", false},
        {"behind a long line",
         "0123456789012345678901234567890123456789012345678901234567890123456789\r\n." LAB_DOT_LINE
         "\r\n.\r\n",
         true},
    };
    struct lab_smtp_host host = {.name = NAME, .behaviour = lab_behaviour_find("starttls")};

    for (size_t i = 0; i < CHECK_COUNT(cases); i++) {
        struct lab_smtp_log log = {.fd = open("/dev/null", O_WRONLY | O_CLOEXEC)};
        struct lab_dialog d = {
            .host = &host, .behaviour = host.behaviour, .log = &log, .in_data = true};
        struct lab_text out = {0};
        size_t used = 0;

        check_row(cases[i].label);
        (void)lab_dialog_data(&d, (const uint8_t *)cases[i].text, strlen(cases[i].text), &used,
                              &out);
        check_uint(used, strlen(cases[i].text));
        check_int(d.dots, cases[i].dots);
        free(out.text);
        (void)close(log.fd);
    }
    check_row(NULL);
}

static const struct check_test tests[] = {
    {"behaviours do what the table says", test_behaviours},
    {"the table", test_table},
    {"a line that begins with a dot", test_dots},
    {"replies and parameters", test_replies},
    {"the list of hosts", test_page},
    {"facts between processes", test_facts},
};
SUITE(lab_smtp, tests);
