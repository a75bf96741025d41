/* facts.c - what a host does, as a line between processes and for people; see probe_host.h. */
#include <openssl/ssl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "run/probe_host.h"

enum { CONNECTED, OFFERS, TLS, VERSION, ASKED, TICKET, KEY_UPDATE, CERTS, NUMBERS };

char *lab_facts_line(const struct lab_host_facts *f)
{
    struct lab_text out = {0};

    lab_text_put(&out, "%d %d %d %d %d %d %d %u", f->connected, f->offers, f->tls, f->version,
                 f->asked, f->ticket, f->key_update, f->certs);
    for (int step = 0; step < LAB_STEP_COUNT; step++)
        lab_text_put(&out, " %d", f->code[step]);
    lab_text_put(&out, " %s", f->chain[0] != '\0' ? f->chain : "-");
    return out.text;
}

bool lab_facts_parse(const char *line, struct lab_host_facts *out)
{
    long n[NUMBERS + LAB_STEP_COUNT] = {0};

    memset(out, 0, sizeof(*out));
    for (size_t i = 0; i < LAB_COUNT(n); i++) {
        char *end;

        n[i] = strtol(line, &end, 10);
        if (end == line)
            return false;
        line = end;
    }
    out->connected = n[CONNECTED] != 0;
    out->offers = n[OFFERS] != 0;
    out->tls = n[TLS] != 0;
    out->version = (int)n[VERSION];
    out->asked = n[ASKED] != 0;
    out->ticket = n[TICKET] != 0;
    out->key_update = n[KEY_UPDATE] != 0;
    out->certs = (unsigned)n[CERTS];
    for (int step = 0; step < LAB_STEP_COUNT; step++)
        out->code[step] = (int)n[NUMBERS + step];
    line += strspn(line, " ");
    if (*line != '-')
        (void)snprintf(out->chain, sizeof(out->chain), "%s", line);
    return true;
}

static const char *version_name(int version)
{
    static const struct {
        int version;
        const char *name;
    } names[] = {{TLS1_VERSION, "1.0"},
                 {TLS1_1_VERSION, "1.1"},
                 {TLS1_2_VERSION, "1.2"},
                 {TLS1_3_VERSION, "1.3"}};

    for (size_t i = 0; i < LAB_COUNT(names); i++) {
        if (names[i].version == version)
            return names[i].name;
    }
    return "?";
}

static void put_code(struct lab_text *out, const char *step, int code)
{
    if (code > 0)
        lab_text_put(out, ", %s %d", step, code);
    else
        lab_text_put(out, ", %s %s", step,
                     code == -1   ? "silence"
                     : code == -2 ? "without a code"
                                  : "no reply");
}

char *lab_facts_text(const struct lab_host_facts *f)
{
    static const char *const steps[LAB_STEP_COUNT] = {
        "banner",      "EHLO", "STARTTLS", "handshake", "EHLO in TLS", "MAIL",
        "RCPT nobody", "RCPT", "DATA",     "dot",       "QUIT"};
    struct lab_text out = {0};

    lab_text_put(&out, "connect %s", f->connected ? "yes" : "no");
    for (int step = 0; step < LAB_STEP_COUNT; step++) {
        if (step == LAB_STEP_STARTTLS)
            lab_text_put(&out, ", STARTTLS %s", f->offers ? "offered" : "not offered");
        if (step != LAB_STEP_HANDSHAKE)
            put_code(&out, steps[step], f->code[step]);
        else if (f->tls)
            lab_text_put(&out, ", TLS %s%s%s%s, %u certificates %.12s", version_name(f->version),
                         f->asked ? ", asks for a client certificate" : "",
                         f->ticket ? ", gives a ticket" : "", f->key_update ? ", changes keys" : "",
                         f->certs, f->chain);
        else
            lab_text_put(&out, ", no TLS");
    }
    return out.text;
}

bool lab_facts_same(const struct lab_host_facts *a, const struct lab_host_facts *b)
{
    char *x = lab_facts_line(a);
    char *y = lab_facts_line(b);
    bool same = strcmp(x, y) == 0;

    free(x);
    free(y);
    return same;
}
