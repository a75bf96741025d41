/* message.c - wire form of a message, see message.h. */
#include "core/message.h"

#include <string.h>

#include "core/reply.h"

size_t dsmtp_message_room(size_t len)
{
    return len * 2 + 5;
}

size_t dsmtp_message_wire(const char *text, size_t len, char *out)
{
    size_t n = 0;
    bool line_start = true;

    for (size_t i = 0; i < len; i++) {
        if (text[i] == '\r' || text[i] == '\n') {
            if (text[i] == '\r' && i + 1 < len && text[i + 1] == '\n')
                i++;
            out[n++] = '\r';
            out[n++] = '\n';
            line_start = true;
            continue;
        }
        if (line_start && text[i] == '.')
            out[n++] = '.';
        out[n++] = text[i];
        line_start = false;
    }
    if (!line_start) {
        out[n++] = '\r';
        out[n++] = '\n';
    }
    memcpy(out + n, ".\r\n", 3);
    return n + 3;
}

void dsmtp_message_examine(const char *wire, size_t len, struct dsmtp_message_facts *out)
{
    bool header = true;
    size_t line = 0; /* octets of the current one so far */

    *out = (struct dsmtp_message_facts){0};
    for (size_t i = 0; i + 3 < len; i++) {
        bool high = ((unsigned char)wire[i] & 0x80u) != 0;

        out->eight_bit = out->eight_bit || high;
        out->utf8_header = out->utf8_header || (high && header);
        out->size += line == 0 && wire[i] == '.' ? 0 : 1;
        if (wire[i] == '\n' && line == 1)
            header = false;
        line = wire[i] == '\n' ? 0 : line + 1;
    }
}

enum dsmtp_reason dsmtp_message_unfit(const struct dsmtp_message_facts *facts, unsigned extensions,
                                      uint64_t size_limit)
{
    if (facts->utf8_header && (extensions & DSMTP_EXT_SMTPUTF8) == 0)
        return DSMTP_REASON_NO_SMTPUTF8;
    if (facts->eight_bit && (extensions & DSMTP_EXT_8BITMIME) == 0)
        return DSMTP_REASON_NO_8BITMIME;
    if ((extensions & DSMTP_EXT_SIZE) != 0 && size_limit != 0 && facts->size > size_limit)
        return DSMTP_REASON_MESSAGE_TOO_BIG;
    return DSMTP_REASON_NONE;
}
