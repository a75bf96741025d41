/* behaviour.c - what fake SMTP hosts do: one row for each behaviour a scenario can ask for. */
#include <string.h>

#include "smtp/smtp.h"

#define OFFERS .offers_starttls = true

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
    {.name = "connection-dropped", OFFERS, .banner = "",
     .says = "Closes every connection before it says anything."},
    {.name = "banner-421", OFFERS, .banner = "421 4.3.2 Too busy",
     .says = "Greets with 421 and closes."},
    {.name = "banner-554", OFFERS, .banner = "554 5.3.2 No mail service here",
     .says = "Greets with 554 and takes nothing but QUIT."},
    {.name = "ehlo-refused-502", OFFERS, .ehlo = "502 5.5.1 EHLO not implemented",
     .says = "Refuses EHLO with 502 though it would do STARTTLS; HELO works."},
    {.name = "ehlo-421", OFFERS, .ehlo = "421 4.3.2 Shutting down",
     .says = "Answers EHLO with 421 and closes."},

    /* STARTTLS and the handshake */
    {.name = "starttls-refused-454", OFFERS, .starttls = "454 4.7.0 TLS not available due to temporary reason",
     .says = "Offers STARTTLS and then refuses it for now."},
    {.name = "starttls-refused-501", OFFERS, .starttls = "501 5.5.4 Syntax error",
     .says = "Offers STARTTLS and then refuses it for good."},
    {.name = "starttls-dropped", OFFERS, .starttls = "",
     .says = "Offers STARTTLS and closes when it is asked for."},
    {.name = "starttls-injection", OFFERS, .injected = "250-injected.example\n250 AUTH PLAIN",
     .says = "Sends lines in clear behind the reply to STARTTLS, as somebody in the middle would; TLS itself works."},
    {.name = "starttls-offered-twice", OFFERS, .offers_after_tls = true,
     .says = "Offers STARTTLS again inside TLS."},
    {.name = "tls-handshake-alert", OFFERS, .handshake = LAB_HS_ALERT,
     .says = "Answers the ClientHello with a fatal alert (handshake_failure)."},
    {.name = "tls-handshake-close", OFFERS, .handshake = LAB_HS_CLOSE,
     .says = "Closes when it has the ClientHello."},
    {.name = "tls-handshake-garbage", OFFERS, .handshake = LAB_HS_GARBAGE,
     .says = "Answers the ClientHello with bytes that are not TLS."},
    {.name = "tls-handshake-stall", OFFERS, .handshake = LAB_HS_STALL,
     .says = "Never answers the ClientHello."},
    {.name = "close-after-ehlo-tls", OFFERS, .ehlo_tls = "",
     .says = "Does TLS and closes at the EHLO that follows."},

    /* the mail transaction, in TLS and in clear alike */
    {.name = "mail-451", OFFERS, .mail = "451 4.3.0 Try again later",
     .says = "Refuses MAIL for now."},
    {.name = "mail-550", OFFERS, .mail = "550 5.7.1 Sender refused",
     .says = "Refuses MAIL for good."},
    {.name = "rcpt-450", OFFERS, .rcpt = "450 4.2.1 Mailbox busy",
     .says = "Refuses every recipient for now."},
    {.name = "rcpt-550", OFFERS, .rcpt = "550 5.1.1 No such user",
     .says = "Refuses every recipient for good."},
    {.name = "data-451", OFFERS, .data = "451 4.3.0 Try again later",
     .says = "Refuses DATA for now."},
    {.name = "data-554", OFFERS, .data = "554 5.6.0 No messages today",
     .says = "Refuses DATA for good."},
    {.name = "dot-451", OFFERS, .dot = "451 4.3.0 Try again later",
     .says = "Refuses the complete message for now."},
    {.name = "dot-552", OFFERS, .dot = "552 5.2.2 Mailbox full",
     .says = "Refuses the complete message for good."},
    {.name = "dot-dropped", OFFERS, .dot = "",
     .says = "Takes the complete message and closes without a reply."},

    /* the same without STARTTLS */
    {.name = "no-starttls-rcpt-450", .rcpt = "450 4.2.1 Mailbox busy",
     .says = "Does not know STARTTLS and refuses every recipient for now."},
    {.name = "no-starttls-rcpt-550", .rcpt = "550 5.1.1 No such user",
     .says = "Does not know STARTTLS and refuses every recipient for good."},
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

const struct lab_behaviour *lab_behaviour_at(size_t index)
{
    return index < LAB_COUNT(table) ? &table[index] : NULL;
}
