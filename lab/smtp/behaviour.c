/* behaviour.c - what fake SMTP hosts do: one row for each behaviour a scenario can ask for. */
#include <string.h>

#include <openssl/ssl.h>

#include "smtp/smtp.h"

#define OFFERS .offers_starttls = true
#define BUSY "451 4.3.0 Try again later"

/* Replies that need more than a line of this table. */
#define TEN(x) x x x x x x x x x x
#define LONG_LINE "220 " TEN("a banner longer than the 512 octets that RFC 5321 allows ")
#define HUGE_LINE "220 " TEN(TEN("\f"))
#define MANY_LINES "250-mx\n" TEN(TEN("250-XWORD with parameters\n")) "250-STARTTLS\n250 HELP"

/* clang-format off */
static const struct lab_behaviour table[] = {
    /* ordinary hosts */
    {.name = "starttls", OFFERS,
     .says = "Offers STARTTLS and accepts all mail, also in clear."},
    {.name = "no-starttls",
     .says = "Does not know STARTTLS and accepts all mail in clear."},
    {.name = "tls-only-accepts", OFFERS, .only_clear_fails = true, .mail = "530 5.7.0 Must issue STARTTLS first",
     .says = "Accepts mail over TLS only; MAIL in clear is refused with 530."},
    {.name = "unreachable", .unreachable = true,
     .says = "Has addresses to which there is no route."},

    /* before STARTTLS */
    {.name = "connection-dropped", OFFERS, .banner = LAB_CLOSE,
     .says = "Closes every connection before it says anything."},
    {.name = "banner-421", OFFERS, .banner = "421 4.3.2 Too busy",
     .says = "Greets with 421 and closes."},
    {.name = "banner-554", OFFERS, .banner = "554 5.3.2 No mail service here",
     .says = "Greets with 554 and takes nothing but QUIT."},
    {.name = "banner-multiline", OFFERS, .banner = "220-mx ESMTP\n220-Unsolicited mail is not welcome here.\n220 Go on",
     .says = "Greets with three lines."},
    {.name = "banner-long", OFFERS, .banner = LONG_LINE,
     .says = "Greets with one line of 576 octets, where RFC 5321 allows 512."},
    {.name = "banner-huge", OFFERS, .banner = HUGE_LINE,
     .says = "Greets with one line of 100,000 octets."},
    {.name = "banner-malformed", OFFERS, .banner = "Welcome to mx, ready when you are",
     .says = "Greets with a line that has no reply code."},
    {.name = "banner-stall", OFFERS, .banner = LAB_SILENCE,
     .says = "Takes connections and never says anything."},
    {.name = "ehlo-refused-502", OFFERS, .ehlo = "502 5.5.1 EHLO not implemented",
     .says = "Refuses EHLO with 502 though it would do STARTTLS; HELO works."},
    {.name = "ehlo-helo-refused", OFFERS, .ehlo = "502 5.5.1 EHLO not implemented", .helo = "502 5.5.1 HELO neither",
     .says = "Refuses EHLO and HELO with 502."},
    {.name = "ehlo-421", OFFERS, .ehlo = "421 4.3.2 Shutting down",
     .says = "Answers EHLO with 421 and closes."},
    {.name = "ehlo-451", OFFERS, .ehlo = BUSY,
     .says = "Refuses EHLO for now; HELO works."},
    {.name = "ehlo-stall", OFFERS, .ehlo = LAB_SILENCE,
     .says = "Never answers EHLO."},
    {.name = "ehlo-malformed", OFFERS, .ehlo = "250-mx\n220-STARTTLS\n500 HELP",
     .says = "Answers EHLO with lines whose codes differ."},
    {.name = "ehlo-bare-lf", OFFERS, .ehlo = "250-mx\v250-STARTTLS\v250 HELP",
     .says = "Ends the lines of its EHLO reply with LF alone."},
    {.name = "ehlo-many-lines", OFFERS, .ehlo = MANY_LINES,
     .says = "Answers EHLO with a hundred keywords that nobody knows, and STARTTLS behind them."},
    {.name = "ehlo-code-only", OFFERS, .ehlo = "250-\n250-STARTTLS\n250",
     .says = "Leaves out the text where the EHLO reply has no keyword."},
    {.name = "starttls-lower-case", OFFERS, .keyword = "starttls",
     .says = "Offers STARTTLS in lower-case letters."},
    {.name = "starttls-with-parameter", OFFERS, .keyword = "STARTTLS REQUIRED",
     .says = "Offers STARTTLS with a parameter that no RFC knows."},
    {.name = "starttls-in-name", .ehlo = "250-STARTTLS mx.starttls.example at your service\n250-XSTARTTLS\n250-STARTTLSX\n250 HELP",
     .says = "Has the word STARTTLS in its greeting and in other keywords, but does not offer it."},

    /* STARTTLS and the handshake */
    {.name = "starttls-refused-454", OFFERS, .starttls = "454 4.7.0 TLS not available due to temporary reason",
     .says = "Offers STARTTLS and then refuses it for now."},
    {.name = "starttls-refused-501", OFFERS, .starttls = "501 5.5.4 Syntax error",
     .says = "Offers STARTTLS and then refuses it for good."},
    {.name = "starttls-refused-554", OFFERS, .starttls = "554 5.7.3 Unable to initialize security subsystem",
     .says = "Offers STARTTLS and then refuses it with 554, as hosts with a broken certificate store do."},
    {.name = "starttls-421", OFFERS, .starttls = "421 4.7.0 No TLS at this hour",
     .says = "Answers STARTTLS with 421 and closes."},
    {.name = "starttls-250", OFFERS, .starttls = "250 2.0.0 OK",
     .says = "Answers STARTTLS with 250, which is not the 220 that starts TLS, and goes on in clear."},
    {.name = "starttls-dropped", OFFERS, .starttls = LAB_CLOSE,
     .says = "Offers STARTTLS and closes when it is asked for."},
    {.name = "starttls-accepted-dropped", OFFERS, .handshake = LAB_HS_DROP,
     .says = "Accepts STARTTLS with 220 and closes at once."},
    {.name = "starttls-stall", OFFERS, .starttls = LAB_SILENCE,
     .says = "Never answers STARTTLS."},
    {.name = "starttls-injection", OFFERS, .injected = "250-injected.example\n250-SIZE 1\n250 AUTH PLAIN",
     .says = "Sends lines in clear behind the reply to STARTTLS, as somebody in the middle would; TLS itself works."},
    {.name = "starttls-offered-twice", OFFERS, .offers_after_tls = true,
     .says = "Offers STARTTLS again inside TLS."},
    {.name = "starttls-first-only", OFFERS, .later = "no-starttls",
     .says = "Offers STARTTLS to the first connection of a delivery only."},
    {.name = "starttls-later-only", .later = "starttls",
     .says = "Offers STARTTLS from the second connection of a delivery on."},
    {.name = "busy-then-no-starttls", OFFERS, .mail = BUSY, .later = "no-starttls",
     .says = "Refuses MAIL for now in the first connection of a delivery, and does not offer STARTTLS in the others."},
    {.name = "tls-handshake-alert", OFFERS, .handshake = LAB_HS_ALERT,
     .says = "Answers the ClientHello with a fatal alert (handshake_failure)."},
    {.name = "tls-handshake-close", OFFERS, .handshake = LAB_HS_CLOSE,
     .says = "Closes when it has the ClientHello."},
    {.name = "tls-handshake-garbage", OFFERS, .handshake = LAB_HS_GARBAGE,
     .says = "Answers the ClientHello with bytes that are not TLS."},
    {.name = "tls-handshake-stall", OFFERS, .handshake = LAB_HS_STALL,
     .says = "Never answers the ClientHello."},
    {.name = "tls-handshake-other-name", OFFERS, .handshake = LAB_HS_OTHER_NAME,
     .says = "Ends the handshake with an alert (unrecognized_name) unless SNI names the host's certificate."},
    {.name = "tls-1.0-only", OFFERS, .habit = {.min = TLS1_VERSION, .max = TLS1_VERSION},
     .says = "Knows TLS 1.0 only."},
    {.name = "tls-1.1-only", OFFERS, .habit = {.min = TLS1_1_VERSION, .max = TLS1_1_VERSION},
     .says = "Knows TLS 1.1 only."},
    {.name = "tls-1.2-only", OFFERS, .habit = {.max = TLS1_2_VERSION},
     .says = "Knows TLS 1.2 only."},
    {.name = "tls-1.3-only", OFFERS, .habit = {.min = TLS1_3_VERSION},
     .says = "Knows TLS 1.3 only."},
    {.name = "tls-one-cipher", OFFERS, .habit = {.max = TLS1_2_VERSION, .ciphers = "ECDHE-RSA-AES128-GCM-SHA256"},
     .says = "Knows one cipher suite of TLS 1.2 only, the one that all clients have to know."},
    {.name = "tls-no-common-cipher", OFFERS, .habit = {.max = TLS1_2_VERSION, .ciphers = "PSK-AES128-CBC-SHA256", .fails = true},
     .says = "Knows only a cipher suite that no mail client has, so that the handshake fails."},
    {.name = "tls-anonymous-only", OFFERS, .habit = {.max = TLS1_2_VERSION, .ciphers = "aNULL"},
     .says = "Knows only cipher suites without a certificate."},
    {.name = "tls-client-cert-asked", OFFERS, .habit = {.client = LAB_CERT_ASKED},
     .says = "Asks for a client certificate and is content without one."},
    {.name = "tls-client-cert-demanded", OFFERS, .habit = {.client = LAB_CERT_DEMANDED, .fails = true},
     .says = "Demands a client certificate and sends an alert without one."},
    {.name = "tls-tickets", OFFERS, .habit = {.tickets = true},
     .says = "Hands out session tickets and lets sessions be resumed."},
    {.name = "tls-tickets-then-451", OFFERS, .habit = {.tickets = true}, .mail = BUSY, .later = "tls-tickets",
     .says = "The same, but refuses MAIL for now in the first connection of a delivery."},
    {.name = "tls-key-update", OFFERS, .habit = {.min = TLS1_3_VERSION, .key_update = true},
     .says = "Changes its keys in mid-session and asks the client to change its own (TLS 1.3)."},

    /* EHLO inside TLS */
    {.name = "close-after-ehlo-tls", OFFERS, .ehlo_tls = LAB_CLOSE,
     .says = "Does TLS and closes at the EHLO that follows."},
    {.name = "ehlo-tls-421", OFFERS, .ehlo_tls = "421 4.3.2 Shutting down",
     .says = "Does TLS and answers the EHLO that follows with 421."},
    {.name = "ehlo-tls-451", OFFERS, .ehlo_tls = BUSY,
     .says = "Does TLS and refuses the EHLO that follows for now; HELO works."},
    {.name = "ehlo-tls-refused-502", OFFERS, .ehlo_tls = "502 5.5.1 EHLO not implemented",
     .says = "Does TLS and refuses the EHLO that follows; HELO works."},
    {.name = "ehlo-helo-tls-refused", OFFERS, .ehlo_tls = "502 5.5.1 EHLO not implemented", .helo = "502 5.5.1 HELO neither",
     .says = "Does TLS and refuses the EHLO and the HELO that follow."},
    {.name = "ehlo-tls-stall", OFFERS, .ehlo_tls = LAB_SILENCE,
     .says = "Does TLS and never answers the EHLO that follows."},
    {.name = "offers-more-in-tls", OFFERS, .offers = "HELP",
     .offers_tls = "PIPELINING\nSIZE 10485760\n8BITMIME\nSMTPUTF8\nENHANCEDSTATUSCODES\nDSN",
     .says = "Offers PIPELINING, SIZE and 8BITMIME inside TLS only."},
    {.name = "offers-less-in-tls", OFFERS, .offers = "PIPELINING\nSIZE 10485760\n8BITMIME\nSMTPUTF8", .offers_tls = "HELP",
     .says = "Offers PIPELINING, SIZE and 8BITMIME in clear only, and inside TLS refuses whoever uses them."},
    {.name = "tiny-in-clear", OFFERS, .offers = "SIZE 1", .offers_tls = "SIZE 10485760",
     .says = "Says in clear that it takes messages of one octet at most, and inside TLS of ten megabytes."},
    {.name = "takes-100-octets", OFFERS, .offers = "SIZE 100", .offers_tls = "SIZE 100", .dot = "552 5.3.4 Message too big",
     .says = "Says that it takes messages of a hundred octets at most, and refuses all that come in the end."},

    /* the mail transaction, in TLS and in clear alike */
    {.name = "mail-421", OFFERS, .mail = "421 4.3.2 Shutting down",
     .says = "Answers MAIL with 421 and closes."},
    {.name = "mail-451", OFFERS, .mail = BUSY,
     .says = "Refuses MAIL for now."},
    {.name = "mail-550", OFFERS, .mail = "550 5.7.1 Sender refused",
     .says = "Refuses MAIL for good."},
    {.name = "mail-dropped", OFFERS, .mail = LAB_CLOSE,
     .says = "Closes at MAIL."},
    {.name = "mail-stall", OFFERS, .mail = LAB_SILENCE,
     .says = "Never answers MAIL."},
    {.name = "rcpt-421", OFFERS, .rcpt = "421 4.3.2 Shutting down",
     .says = "Answers RCPT with 421 and closes."},
    {.name = "rcpt-450", OFFERS, .rcpt = "450 4.2.1 Mailbox busy",
     .says = "Refuses every recipient for now."},
    {.name = "rcpt-550", OFFERS, .rcpt = "550 5.1.1 No such user",
     .says = "Refuses every recipient for good."},
    {.name = "rcpt-251", OFFERS, .rcpt = "251 2.1.5 User not local; will forward",
     .says = "Accepts recipients with 251."},
    {.name = "rcpt-dropped", OFFERS, .rcpt = LAB_CLOSE,
     .says = "Closes at RCPT."},
    {.name = "rcpt-stall", OFFERS, .rcpt = LAB_SILENCE,
     .says = "Never answers RCPT."},
    {.name = "rcpt-nobody-450", OFFERS, .nobody = "450 4.2.1 Mailbox busy",
     .says = "Refuses the mailbox nobody for now and takes the others."},
    {.name = "rcpt-nobody-550", OFFERS, .nobody = "550 5.1.1 No such user",
     .says = "Refuses the mailbox nobody for good and takes the others."},
    {.name = "greylisting", OFFERS, .rcpt = "451 4.7.1 Greylisted, come again", .later = "starttls",
     .says = "Refuses every recipient for now in the first connection of a delivery, and accepts in the others."},
    {.name = "data-421", OFFERS, .data = "421 4.3.2 Shutting down",
     .says = "Answers DATA with 421 and closes."},
    {.name = "data-451", OFFERS, .data = BUSY,
     .says = "Refuses DATA for now."},
    {.name = "data-554", OFFERS, .data = "554 5.6.0 No messages today",
     .says = "Refuses DATA for good."},
    {.name = "data-250", OFFERS, .data = "250 2.0.0 OK",
     .says = "Answers DATA with 250, which is not the 354 that asks for the message."},
    {.name = "data-stall", OFFERS, .data = LAB_SILENCE,
     .says = "Never answers DATA."},
    {.name = "data-dropped", OFFERS, .drops_data = true,
     .says = "Closes at the first octet of the message."},
    {.name = "dot-421", OFFERS, .dot = "421 4.3.2 Shutting down",
     .says = "Answers the complete message with 421 and closes."},
    {.name = "dot-451", OFFERS, .dot = BUSY,
     .says = "Refuses the complete message for now."},
    {.name = "dot-552", OFFERS, .dot = "552 5.2.2 Mailbox full",
     .says = "Refuses the complete message for good."},
    {.name = "dot-malformed", OFFERS, .dot = "OK, thank you",
     .says = "Answers the complete message with a line that has no reply code."},
    {.name = "dot-multiline", OFFERS, .dot = "250-2.0.0 Thank you\n250-2.0.0 Your message has a number\n250 2.0.0 It is 12345",
     .says = "Accepts the complete message with three lines."},
    {.name = "dot-dropped", OFFERS, .dot = LAB_CLOSE,
     .says = "Takes the complete message and closes without a reply."},
    {.name = "dot-stall", OFFERS, .dot = LAB_SILENCE,
     .says = "Takes the complete message and never answers."},
    {.name = "quit-dropped", OFFERS, .quit = LAB_CLOSE,
     .says = "Closes at QUIT without a reply."},
    {.name = "quit-stall", OFFERS, .quit = LAB_SILENCE,
     .says = "Never answers QUIT."},
    {.name = "quit-refused", OFFERS, .quit = "500 5.5.2 Stay a little",
     .says = "Refuses QUIT."},

    /* the same without STARTTLS */
    {.name = "no-starttls-rcpt-450", .rcpt = "450 4.2.1 Mailbox busy",
     .says = "Does not know STARTTLS and refuses every recipient for now."},
    {.name = "no-starttls-rcpt-550", .rcpt = "550 5.1.1 No such user",
     .says = "Does not know STARTTLS and refuses every recipient for good."},
    {.name = "no-starttls-greylisting", .rcpt = "451 4.7.1 Greylisted, come again", .later = "starttls",
     .says = "Greylisting that keeps STARTTLS back as well until the second connection of a delivery."},
};
/* clang-format on */

const struct lab_behaviour *lab_behaviour_find(const char *name)
{
    size_t i;

    for (i = 0; i < LAB_COUNT(table); i++) {
        if (strcmp(table[i].name, name) == 0)
            return &table[i];
    }
    return NULL;
}

const struct lab_behaviour *lab_behaviour_shown(const struct lab_behaviour *b, bool later)
{
    return later && b->later != NULL ? lab_behaviour_find(b->later) : b;
}

const struct lab_behaviour *lab_behaviour_at(size_t index)
{
    return index < LAB_COUNT(table) ? &table[index] : NULL;
}

/* EHLO works, or is refused so that HELO comes next and does. */
static bool greets(const char *ehlo, const char *helo)
{
    int code = lab_reply_last_code(ehlo, 250);

    return code == 250 || (code >= 400 && code != 421 && lab_reply_is(helo, 250));
}

bool lab_behaviour_takes_mail(const struct lab_behaviour *b, bool tls)
{
    bool takes = lab_reply_is(b->mail, 250) && lab_reply_last_code(b->rcpt, 250) / 100 == 2 &&
                 lab_reply_is(b->data, 354) && lab_reply_is(b->dot, 250) && !b->drops_data;

    return greets(tls ? b->ehlo_tls : b->ehlo, b->helo) && (takes || (tls && b->only_clear_fails));
}
