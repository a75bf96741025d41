/* verbs.c - the commands of SMTP: RFC 5321, and where the host's behaviour says so, something else.
 */
#include "smtp/verbs.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "smtp/path.h"

#define RECIPIENTS_MAX 1000

void lab_dialog_forget(struct lab_dialog *d)
{
    unsigned i;

    for (i = 0; i < d->to_count; i++)
        free(d->to[i]);
    free(d->to);
    free(d->from);
    d->to = NULL;
    d->to_count = 0;
    d->from = NULL;
}

static const char *usual_offers(void)
{
    return "PIPELINING\nSIZE " LAB_MESSAGE_MAX_TEXT "\n8BITMIME\nENHANCEDSTATUSCODES\nSMTPUTF8";
}

/* The host's name and a line for each keyword. */
static char *ehlo_reply(const struct lab_dialog *d, const char *offers)
{
    const struct lab_behaviour *b = d->behaviour;
    const bool starttls = d->tls ? b->offers_after_tls : b->offers_starttls;
    struct lab_text out = {0};
    size_t last = 0;
    size_t len;

    lab_text_put(&out, "250-%s", d->host->name);
    for (; *offers != '\0'; offers += len, offers += *offers == '\n') {
        len = strcspn(offers, "\n");
        last = out.len + 1;
        lab_text_put(&out, "\n250-%.*s", (int)len, offers);
    }
    if (starttls) {
        last = out.len + 1;
        lab_text_put(&out, "\n250-%s", b->keyword != NULL ? b->keyword : "STARTTLS");
    }
    out.text[last + 3] = ' ';
    return out.text;
}

static void do_ehlo(struct lab_dialog *d, const char *args, struct lab_answer *a)
{
    const struct lab_behaviour *b = d->behaviour;
    const char *own = d->tls ? b->ehlo_tls : b->ehlo;
    const char *offers = d->tls ? b->offers_tls : b->offers;

    lab_dialog_forget(d);
    d->offers = NULL;
    if (own != NULL) {
        a->reply = own;
        d->greeted = lab_reply_code(own) == 250;
    } else if (*args == '\0') {
        a->reply = "501 5.5.4 EHLO needs a name";
    } else {
        d->greeted = true;
        d->offers = offers != NULL ? offers : usual_offers();
        a->owned = ehlo_reply(d, d->offers);
        a->reply = a->owned;
    }
}

static void do_helo(struct lab_dialog *d, const char *args, struct lab_answer *a)
{
    lab_dialog_forget(d);
    d->offers = NULL;
    if (d->behaviour->helo != NULL) {
        a->reply = d->behaviour->helo;
        return;
    }
    if (*args == '\0') {
        a->reply = "501 5.5.4 HELO needs a name";
        return;
    }
    d->greeted = true;
    a->owned = lab_format("250 %s", d->host->name);
    a->reply = a->owned;
}

static void do_starttls(struct lab_dialog *d, const char *args, struct lab_answer *a)
{
    const struct lab_behaviour *b = d->behaviour;

    if (d->tls)
        a->reply = "503 5.5.1 TLS is up already";
    else if (!b->offers_starttls)
        a->reply = "502 5.5.1 STARTTLS not implemented";
    else if (b->starttls != NULL)
        a->reply = b->starttls;
    else if (*args != '\0')
        a->reply = "501 5.5.4 STARTTLS takes no parameters";
    else if (d->host->chain == NULL &&
             (b->handshake == LAB_HS_OK || b->handshake == LAB_HS_OTHER_NAME))
        a->reply = "454 4.7.0 TLS not available: no certificate";
    else {
        a->reply = "220 2.0.0 Ready to start TLS";
        a->next = b->handshake == LAB_HS_DROP ? LAB_HANG_UP : LAB_START_TLS;
    }
}

static const char *mail_reply(const struct lab_dialog *d, const char *path, const char *rest)
{
    const char *own = lab_dialog_own(d, d->behaviour->mail);
    const char *problem;

    if (!d->greeted)
        return "503 5.5.1 EHLO first";
    if (d->from != NULL)
        return "503 5.5.1 A transaction is under way";
    if (path == NULL)
        return "501 5.5.4 Expected MAIL FROM:<address>";
    if (own != NULL)
        return own;
    problem = lab_smtp_parameters(rest, true, d->offers, LAB_MESSAGE_MAX);
    return problem != NULL ? problem : "250 2.1.0 Sender accepted";
}

static void do_mail(struct lab_dialog *d, const char *args, struct lab_answer *a)
{
    const char *rest = "";
    char *path = lab_smtp_path(args, "FROM:", &rest);

    a->reply = mail_reply(d, path, rest);
    a->event = "mail";
    a->fields = json_pack("{s:b, s:o}", "tls", d->tls, "from",
                          lab_smtp_json_text(path != NULL ? path : args));
    if (lab_reply_code(a->reply) == 250)
        d->from = path;
    else
        free(path);
}

static const char *rcpt_reply(const struct lab_dialog *d, const char *path, const char *rest)
{
    const char *own = lab_dialog_own(d, d->behaviour->rcpt);
    const char *problem;

    if (d->from == NULL)
        return "503 5.5.1 MAIL first";
    if (path == NULL || *path == '\0')
        return "501 5.5.4 Expected RCPT TO:<address>";
    if (own != NULL)
        return own;
    if (d->behaviour->nobody != NULL && strncasecmp(path, "nobody@", 7) == 0)
        return d->behaviour->nobody;
    problem = lab_smtp_parameters(rest, false, d->offers, LAB_MESSAGE_MAX);
    if (problem != NULL)
        return problem;
    return d->to_count < RECIPIENTS_MAX ? "250 2.1.5 Recipient accepted"
                                        : "452 4.5.3 Too many recipients";
}

static void do_rcpt(struct lab_dialog *d, const char *args, struct lab_answer *a)
{
    const char *rest = "";
    char *path = lab_smtp_path(args, "TO:", &rest);

    a->reply = rcpt_reply(d, path, rest);
    a->event = "rcpt";
    a->fields = json_pack("{s:b, s:o, s:i}", "tls", d->tls, "to",
                          lab_smtp_json_text(path != NULL ? path : args), "reply",
                          lab_reply_code(a->reply));
    if (lab_reply_code(a->reply) / 100 == 2) {
        d->to = lab_realloc(d->to, d->to_count + 1, sizeof(*d->to));
        d->to[d->to_count++] = path;
    } else {
        free(path);
    }
}

static void do_data(struct lab_dialog *d, const char *args, struct lab_answer *a)
{
    const char *own = lab_dialog_own(d, d->behaviour->data);

    if (*args != '\0') {
        a->reply = "501 5.5.4 DATA takes no parameters";
    } else if (d->from == NULL) {
        a->reply = "503 5.5.1 MAIL first";
    } else if (d->to_count == 0) {
        a->reply = "554 5.5.1 No valid recipients";
    } else if (own != NULL) {
        a->reply = own;
    } else {
        a->reply = "354 End the message with a dot alone on a line";
        d->in_data = true;
        d->dot = LAB_AT_START;
        d->bytes = 0;
        d->line_len = 0;
        d->dots = false;
    }
}

static void do_rset(struct lab_dialog *d, const char *args, struct lab_answer *a)
{
    (void)args;
    lab_dialog_forget(d);
    a->reply = "250 2.0.0 OK";
}

static void do_noop(struct lab_dialog *d, const char *args, struct lab_answer *a)
{
    (void)d, (void)args;
    a->reply = "250 2.0.0 OK";
}

static void do_vrfy(struct lab_dialog *d, const char *args, struct lab_answer *a)
{
    (void)d, (void)args;
    a->reply = "252 2.5.0 Send mail and see";
}

static void do_quit(struct lab_dialog *d, const char *args, struct lab_answer *a)
{
    (void)args;
    a->reply = d->behaviour->quit != NULL ? d->behaviour->quit : "221 2.0.0 Bye";
    a->next = LAB_QUIT;
}

/* clang-format off */
static const struct verb {
    const char *name;
    void (*run)(struct lab_dialog *d, const char *args, struct lab_answer *a);
} verbs[] = {
    {"EHLO", do_ehlo}, {"HELO", do_helo}, {"STARTTLS", do_starttls}, {"MAIL", do_mail}, {"RCPT", do_rcpt},
    {"DATA", do_data}, {"RSET", do_rset}, {"NOOP", do_noop},         {"VRFY", do_vrfy}, {"QUIT", do_quit},
};
/* clang-format on */

static const struct verb *find_verb(const char *line)
{
    size_t i, len = strcspn(line, " ");

    for (i = 0; i < LAB_COUNT(verbs); i++) {
        if (len == strlen(verbs[i].name) && strncasecmp(line, verbs[i].name, len) == 0)
            return &verbs[i];
    }
    return NULL;
}

void lab_verb_run(struct lab_dialog *d, const char *line, struct lab_answer *a)
{
    const struct verb *verb = find_verb(line);
    const char *args;

    if (verb == NULL) {
        a->reply = "500 5.5.2 Command not recognised";
    } else if (d->refused && verb->run != do_quit) {
        a->reply = "503 5.5.1 No mail service here";
    } else {
        args = line + strlen(verb->name);
        verb->run(d, args + strspn(args, " "), a);
    }
}
