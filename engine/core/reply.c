/* reply.c - the reply reader of reply.h.
 *
 *   Reply-line = *( Reply-code "-" [ textstring ] CRLF ) Reply-code [ SP textstring ] CRLF
 *
 * A bare LF ends a line as well: servers that send it exist, and nothing depends on it. */
#include "core/reply.h"

#include <string.h>
#include <strings.h>

/* clang-format off */
static const struct { const char *keyword; unsigned bit; } extensions[] = {
    {"STARTTLS",   DSMTP_EXT_STARTTLS},
    {"SIZE",       DSMTP_EXT_SIZE},
    {"8BITMIME",   DSMTP_EXT_8BITMIME},
    {"SMTPUTF8",   DSMTP_EXT_SMTPUTF8},
    {"PIPELINING", DSMTP_EXT_PIPELINING},
};
/* clang-format on */

void dsmtp_reply_init(struct dsmtp_reply *r)
{
    memset(r, 0, sizeof(*r));
}

static bool digit(char c)
{
    return c >= '0' && c <= '9';
}

/* The code of a line, or 0. The first digit of a reply code is 2 to 5 (1 and anything else belong
 * to no reply of SMTP). */
static unsigned line_code(const char *line, size_t len)
{
    if (len < 3 || line[0] < '2' || line[0] > '5' || !digit(line[1]) || !digit(line[2]))
        return 0;
    return (unsigned)(line[0] - '0') * 100 + (unsigned)(line[1] - '0') * 10 +
           (unsigned)(line[2] - '0');
}

static void add_text(struct dsmtp_reply *r, const char *s, size_t len)
{
    for (size_t i = 0; i < len && r->text_len + 1 < sizeof(r->text); i++)
        r->text[r->text_len++] = s[i] >= ' ' && s[i] < 0x7f ? s[i] : '?';
    r->text[r->text_len] = '\0';
}

/* "SIZE 1000": the limit; anything else, 0 included, is none (RFC 1870, section 4). */
static uint64_t read_limit(const char *text, size_t len)
{
    uint64_t limit = 0;

    for (size_t i = 0; i < len; i++) {
        if (!digit(text[i]) || limit > (UINT64_MAX - 9) / 10)
            return 0;
        limit = limit * 10 + (uint64_t)(text[i] - '0');
    }
    return limit;
}

static void note_extension(struct dsmtp_reply *r, const char *text, size_t len)
{
    size_t word = 0;

    while (word < len && text[word] != ' ' && text[word] != '=')
        word++;
    for (size_t i = 0; i < sizeof(extensions) / sizeof(extensions[0]); i++) {
        if (strlen(extensions[i].keyword) != word ||
            strncasecmp(text, extensions[i].keyword, word) != 0)
            continue;
        r->extensions |= extensions[i].bit;
        if (extensions[i].bit == DSMTP_EXT_SIZE)
            r->size_limit = word < len ? read_limit(text + word + 1, len - word - 1) : 0;
    }
}

/* One complete line, without its end. */
static enum dsmtp_status take_line(struct dsmtp_reply *r)
{
    size_t len =
        r->line_len > 0 && r->line[r->line_len - 1] == '\r' ? r->line_len - 1 : r->line_len;
    unsigned code = line_code(r->line, len);
    size_t start = len > 4 ? 4 : len;

    r->line_len = 0;
    if (code == 0 || (len > 3 && r->line[3] != ' ' && r->line[3] != '-'))
        return DSMTP_SYNTAX;
    if (r->code != 0 && r->code != code)
        return DSMTP_SYNTAX;
    r->code = code;
    if (++r->lines > 1) {
        add_text(r, " / ", 3);
        note_extension(r, r->line + start, len - start);
    } else {
        add_text(r, r->line, 3);
        add_text(r, " ", 1);
        dsmtp_dsn_read(code, r->line + start, len - start, r->status);
    }
    add_text(r, r->line + start, len - start);
    return len > 3 && r->line[3] == '-' ? DSMTP_AGAIN : DSMTP_OK;
}

enum dsmtp_status dsmtp_reply_feed(struct dsmtp_reply *r, const void *bytes, size_t len,
                                   size_t *used)
{
    const char *in = bytes;

    for (size_t i = 0; i < len; i++) {
        enum dsmtp_status status;

        *used = i + 1;
        if (++r->octets > DSMTP_REPLY_MAX)
            return DSMTP_TOOBIG;
        if (in[i] != '\n') {
            if (r->line_len < sizeof(r->line))
                r->line[r->line_len++] = in[i];
            continue;
        }
        status = take_line(r);
        if (status != DSMTP_AGAIN)
            return status;
    }
    *used = len;
    return DSMTP_AGAIN;
}
