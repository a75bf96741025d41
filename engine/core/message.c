/* message.c - wire form of a message, see message.h. */
#include "core/message.h"

#include <stdbool.h>
#include <string.h>

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
