/* dialog.c - one SMTP conversation: banner, commands and their evidence, message. */
#include "smtp/dialog.h"

#include <stdlib.h>
#include <string.h>

#include "smtp/path.h"
#include "smtp/verbs.h"

const char *lab_dialog_own(const struct lab_dialog *d, const char *reply)
{
    return d->tls && d->behaviour->only_clear_fails ? NULL : reply;
}

int lab_reply_code(const char *reply)
{
    return (int)strtol(reply, NULL, 10);
}

static const char *last_line(const char *reply)
{
    const char *line = reply;

    for (const char *p = reply; *p != '\0'; p++) {
        if (*p == '\n' || *p == '\v')
            line = p + 1;
    }
    return line;
}

int lab_reply_last_code(const char *reply, int ordinary)
{
    const char *last;

    if (reply == NULL)
        return ordinary;
    if (*reply == '\0')
        return 0;
    if (strcmp(reply, LAB_SILENCE) == 0)
        return -1;
    last = last_line(reply);
    return strspn(last, "0123456789") == 3 ? lab_reply_code(last) : -2;
}

bool lab_reply_is(const char *reply, int ordinary)
{
    return lab_reply_last_code(reply, ordinary) == ordinary;
}

/* One character of a reply as it goes out, see smtp.h. */
static void say_one(char c, struct lab_text *out)
{
    switch (c) {
    case '\n':
        lab_text_add(out, "\r\n", 2);
        break;
    case '\v':
        lab_text_add(out, "\n", 1);
        break;
    case '\f':
        for (int i = 0; i < 1000; i++)
            lab_text_add(out, "x", 1);
        break;
    default:
        lab_text_add(out, &c, 1);
        break;
    }
}

/* Send a reply or, where there is none, nothing any more; 421 is the server's last word (RFC 5321,
 * section 3.8). */
static enum lab_next say(const char *reply, enum lab_next next, struct lab_text *out)
{
    if (*reply == '\0')
        return LAB_HANG_UP;
    if (strcmp(reply, LAB_SILENCE) == 0)
        return LAB_STALL;
    for (const char *p = reply; *p != '\0'; p++)
        say_one(*p, out);
    lab_text_add(out, "\r\n", 2);
    return lab_reply_code(reply) == 421 ? LAB_HANG_UP : next;
}

enum lab_next lab_dialog_banner(struct lab_dialog *d, struct lab_text *out)
{
    const char *own = d->behaviour->banner;
    char *usual;

    if (own != NULL) {
        d->refused = lab_reply_code(own) >= 400;
        return say(own, LAB_GO_ON, out);
    }
    usual = lab_format("220 %s ESMTP danelab", d->host->name);
    (void)say(usual, LAB_GO_ON, out);
    free(usual);
    return LAB_GO_ON;
}

bool lab_dialog_pipelines(const struct lab_dialog *d)
{
    const bool own = d->behaviour->offers != NULL || d->behaviour->offers_tls != NULL;

    return !own || lab_smtp_offered(d->offers, "PIPELINING");
}

enum lab_next lab_dialog_hasty(struct lab_dialog *d, const char *line, size_t len,
                               struct lab_text *out)
{
    static const char reply[] = "503 5.5.0 PIPELINING was not offered";

    lab_smtp_log(d->log, d->conn, "command",
                 json_pack("{s:b, s:o, s:s}", "tls", d->tls, "line", lab_smtp_json(line, len),
                           "reply", reply));
    (void)say(reply, LAB_HANG_UP, out);
    return LAB_HANG_UP;
}

enum lab_next lab_dialog_command(struct lab_dialog *d, const char *line, size_t len, bool too_long,
                                 struct lab_text *out)
{
    struct lab_answer a = {.next = LAB_GO_ON};
    enum lab_next next;

    if (too_long)
        a.reply = "500 5.5.2 Line too long";
    else if (memchr(line, 0, len) != NULL)
        a.reply = "500 5.5.2 NUL in a command";
    else
        lab_verb_run(d, line, &a);
    lab_smtp_log(d->log, d->conn, "command",
                 json_pack("{s:b, s:o, s:o}", "tls", d->tls, "line", lab_smtp_json(line, len),
                           "reply", lab_smtp_json_text(a.reply)));
    if (a.event != NULL)
        lab_smtp_log(d->log, d->conn, a.event, a.fields);
    next = say(a.reply, a.next, out);
    if (next == LAB_START_TLS && d->behaviour->injected != NULL)
        (void)say(d->behaviour->injected, next, out);
    free(a.owned);
    return next;
}

static enum lab_next end_message(struct lab_dialog *d, struct lab_text *out)
{
    const char *reply = lab_dialog_own(d, d->behaviour->dot);
    json_t *to = json_array();
    unsigned i;

    if (reply == NULL)
        reply = d->bytes <= LAB_MESSAGE_MAX ? "250 2.0.0 Message accepted"
                                            : "552 5.3.4 Message too big";
    for (i = 0; i < d->to_count; i++)
        (void)json_array_append_new(to, lab_smtp_json_text(d->to[i]));
    lab_smtp_log(d->log, d->conn, "message",
                 json_pack("{s:b, s:o, s:o, s:I, s:b, s:i}", "tls", d->tls, "from",
                           lab_smtp_json_text(d->from), "to", to, "bytes", (json_int_t)d->bytes,
                           "dots", d->dots, "reply", lab_reply_code(reply)));
    d->in_data = false;
    lab_dialog_forget(d);
    return say(reply, LAB_GO_ON, out);
}

/* One byte of the text itself. */
static void take_text(struct lab_dialog *d, uint8_t c)
{
    static const char wanted[] = LAB_DOT_LINE "\r";

    d->bytes++;
    if (c == '\n' && d->dot == LAB_AFTER_CR) {
        d->dots = d->dots || (d->line_len == sizeof(wanted) - 1 &&
                              memcmp(d->line, wanted, sizeof(wanted) - 1) == 0);
        d->line_len = 0;
    } else if (d->line_len < sizeof(d->line)) {
        d->line[d->line_len++] = (char)c;
    }
}

/* Take one byte of the message; true if it was the last of CRLF "." CRLF. Bare CR and bare LF end
 * no line. */
static bool take_byte(struct lab_dialog *d, uint8_t c)
{
    if (d->dot == LAB_AFTER_DOT_CR) {
        if (c == '\n')
            return true;
        take_text(d, '\r'); /* the CR was text after all; the dot before it was stuffing */
        d->dot = LAB_AFTER_CR;
    }
    switch (d->dot) {
    case LAB_AT_START:
        if (c == '.') {
            d->dot = LAB_AFTER_DOT;
            return false;
        }
        break;
    case LAB_AFTER_DOT:
        if (c == '\r') {
            d->dot = LAB_AFTER_DOT_CR;
            return false;
        }
        break;
    case LAB_AFTER_CR:
        if (c == '\n') {
            take_text(d, c);
            d->dot = LAB_AT_START;
            return false;
        }
        break;
    case LAB_IN_TEXT:
    case LAB_AFTER_DOT_CR:
        break;
    }
    take_text(d, c);
    d->dot = c == '\r' ? LAB_AFTER_CR : LAB_IN_TEXT;
    return false;
}

enum lab_next lab_dialog_data(struct lab_dialog *d, const uint8_t *bytes, size_t len, size_t *used,
                              struct lab_text *out)
{
    size_t i;

    if (len > 0 && d->behaviour->drops_data) {
        *used = len;
        return LAB_HANG_UP;
    }
    for (i = 0; i < len; i++) {
        if (take_byte(d, bytes[i])) {
            *used = i + 1;
            return end_message(d, out);
        }
    }
    *used = len;
    return LAB_GO_ON;
}

void lab_dialog_secured(struct lab_dialog *d)
{
    d->tls = true;
    d->greeted = false;
    d->offers = NULL;
    lab_dialog_forget(d);
}

void lab_dialog_fini(struct lab_dialog *d)
{
    lab_dialog_forget(d);
}
