/* facts_expected.c - what a host of a behaviour and a chain has to do when called, see prove.h. */
#include <openssl/ssl.h>
#include <string.h>

#include "run/prove.h"

static int own_code(const struct lab_behaviour *b, bool tls, const char *reply, int ordinary)
{
    return lab_reply_last_code(tls && b->only_clear_fails ? NULL : reply, ordinary);
}

/* Note the code of a step; does the conversation go on after it? 421 is the last word. */
static bool step(struct lab_host_facts *f, enum lab_step which, int code)
{
    f->code[which] = code;
    return code > 0 && code != 421;
}

static void expect_transaction(struct lab_host_facts *f, const struct lab_behaviour *b)
{
    const int rcpt = own_code(b, f->tls, b->rcpt, 250);
    const int nobody = b->nobody != NULL ? lab_reply_last_code(b->nobody, 250) : rcpt;
    const int dot = b->drops_data ? 0 : own_code(b, f->tls, b->dot, 250);
    bool on = step(f, LAB_STEP_MAIL, own_code(b, f->tls, b->mail, 250));

    if (on && f->code[LAB_STEP_MAIL] == 250) {
        on = step(f, LAB_STEP_NOBODY, nobody) && step(f, LAB_STEP_RCPT, rcpt);
        if (on && rcpt / 100 == 2)
            on = step(f, LAB_STEP_DATA, own_code(b, f->tls, b->data, 354));
        if (on && f->code[LAB_STEP_DATA] == 354)
            on = step(f, LAB_STEP_DOT, dot) || dot == -2;
    }
    if (on)
        (void)step(f, LAB_STEP_QUIT, lab_reply_last_code(b->quit, 221));
}

/* What is sent; false: the caller's library cannot read a part of it. */
static bool expect_chain(struct lab_host_facts *f, const struct lab_chain *chain, bool other)
{
    const struct lab_cert *sent[LAB_CHAIN_MAX];
    const unsigned count = lab_chain_sent(chain, other, sent);
    X509 *certs[LAB_CHAIN_MAX];

    for (unsigned i = 0; i < count; i++) {
        if (sent[i]->garbage)
            return false;
        certs[i] = sent[i]->x509;
    }
    f->certs = count;
    lab_chain_digest(certs, count, f->chain);
    return true;
}

/* Which certificate this caller is shown: its library prefers ECDSA. */
static bool sees_other(const struct lab_chain *chain, bool later, bool named)
{
    switch (chain->other_when) {
    case LAB_OTHER_NEVER:
        return false;
    case LAB_OTHER_SNI:
        return !named;
    case LAB_OTHER_LATER:
        return later;
    case LAB_OTHER_ECDSA:
        return true;
    }
    return false;
}

/* The handshake as the caller sees it: in TLS 1.3 a server that misses a client certificate says so
 * after the client thinks that all is well. */
static void expect_tls(struct lab_host_facts *f, const struct lab_behaviour *b,
                       const struct lab_chain *chain, bool later, bool named)
{
    const struct lab_tls_habit *habit = &b->habit;
    const bool anonymous = habit->ciphers != NULL && strcmp(habit->ciphers, "aNULL") == 0;

    f->tls = chain != NULL &&
             (b->handshake == LAB_HS_OK || (b->handshake == LAB_HS_OTHER_NAME && named)) &&
             (!habit->fails || habit->client == LAB_CERT_DEMANDED) &&
             (anonymous || expect_chain(f, chain, sees_other(chain, later, named)));
    if (!f->tls)
        return;
    f->version = habit->max != 0 ? habit->max : TLS1_3_VERSION;
    f->asked = habit->client != LAB_CERT_IGNORED;
    f->ticket = habit->tickets;
    f->key_update = habit->key_update;
}

void lab_facts_expected(const struct lab_behaviour *row, const struct lab_chain *chain, bool later,
                        bool named, struct lab_host_facts *out)
{
    const struct lab_behaviour *b = lab_behaviour_shown(row, later);

    memset(out, 0, sizeof(*out));
    out->connected = !b->unreachable;
    if (!out->connected || !step(out, LAB_STEP_BANNER, lab_reply_last_code(b->banner, 220)) ||
        out->code[LAB_STEP_BANNER] != 220)
        return;
    if (!step(out, LAB_STEP_EHLO, lab_reply_last_code(b->ehlo, 250)) ||
        out->code[LAB_STEP_EHLO] != 250)
        return;
    out->offers = b->offers_starttls;
    if (out->offers && !step(out, LAB_STEP_STARTTLS, lab_reply_last_code(b->starttls, 220)))
        return;
    if (out->code[LAB_STEP_STARTTLS] == 220) {
        expect_tls(out, b, chain, later, named);
        if (!out->tls || b->habit.client == LAB_CERT_DEMANDED ||
            !step(out, LAB_STEP_EHLO_TLS, lab_reply_last_code(b->ehlo_tls, 250)) ||
            out->code[LAB_STEP_EHLO_TLS] != 250)
            return;
    }
    expect_transaction(out, b);
}

enum lab_step lab_facts_silence(const struct lab_behaviour *row, bool later)
{
    const struct lab_behaviour *b = lab_behaviour_shown(row, later);
    const struct {
        enum lab_step step;
        const char *reply;
    } replies[] = {{LAB_STEP_BANNER, b->banner},     {LAB_STEP_EHLO, b->ehlo},
                   {LAB_STEP_STARTTLS, b->starttls}, {LAB_STEP_EHLO_TLS, b->ehlo_tls},
                   {LAB_STEP_MAIL, b->mail},         {LAB_STEP_NOBODY, b->rcpt},
                   {LAB_STEP_DATA, b->data},         {LAB_STEP_DOT, b->dot},
                   {LAB_STEP_QUIT, b->quit}};

    for (size_t i = 0; i < LAB_COUNT(replies); i++) {
        if (replies[i].reply != NULL && strcmp(replies[i].reply, LAB_SILENCE) == 0)
            return replies[i].step;
    }
    return b->handshake == LAB_HS_STALL ? LAB_STEP_HANDSHAKE : LAB_STEP_COUNT;
}
