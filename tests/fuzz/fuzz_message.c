/* fuzz_message.c - a message on the wire: a server that takes the dots out again has the message,
 * with CRLF at the end of each line, and sees its end at the very end and nowhere before. */
#include <stdlib.h>
#include <string.h>

#include "core/message.h"
#include "fuzz/fuzz.h"

/* What the message is with every line end made CRLF; its length. */
static size_t normalise(const uint8_t *text, size_t len, char *out)
{
    size_t n = 0;
    uint8_t last = '\n';

    for (size_t i = 0; i < len; last = text[i++]) {
        if (text[i] == '\n' && i > 0 && last == '\r')
            continue; /* its line has ended */
        if (text[i] != '\r' && text[i] != '\n') {
            out[n++] = (char)text[i];
            continue;
        }
        out[n++] = '\r';
        out[n++] = '\n';
    }
    if (last != '\r' && last != '\n') {
        out[n++] = '\r';
        out[n++] = '\n';
    }
    return n;
}

/* A server, RFC 5321, section 4.5.2: line by line up to the one with only a dot. Returns what it
 * has; all of the wire must be used up. */
static size_t receive(const char *wire, size_t len, char *out)
{
    size_t n = 0;

    for (size_t at = 0;;) {
        const char *line = wire + at;
        const char *end = memchr(line, '\n', len - at);
        size_t whole = end != NULL ? (size_t)(end - line) + 1 : 0;

        if (whole < 2 || line[whole - 2] != '\r' || memchr(line, '\r', whole - 2) != NULL)
            abort(); /* no line, or CR and LF apart */
        at += whole;
        if (line[0] == '.' && whole == 3) {
            if (at != len)
                abort();
            return n;
        }
        if (line[0] == '.') {
            line++;
            whole--;
        }
        memcpy(out + n, line, whole);
        n += whole;
    }
}

static void look(const char *text, size_t len, const struct dsmtp_message_facts *facts)
{
    bool high = false, high_header = false;
    bool header = true;

    for (size_t i = 0; i < len; i++) {
        if (header && text[i] == '\r' && (i == 0 || text[i - 1] == '\n'))
            header = false;
        high = high || (text[i] & 0x80) != 0;
        high_header = high_header || (header && (text[i] & 0x80) != 0);
    }
    if (facts->size != len || facts->eight_bit != high || facts->utf8_header != high_header)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *want = malloc(2 * size + 2);
    char *got = malloc(2 * size + 8);
    char *wire = malloc(dsmtp_message_room(size));
    struct dsmtp_message_facts facts;

    if (want != NULL && got != NULL && wire != NULL) {
        size_t len = dsmtp_message_wire((const char *)data, size, wire);
        size_t wanted = normalise(data, size, want);

        if (len > dsmtp_message_room(size) || receive(wire, len, got) != wanted ||
            memcmp(got, want, wanted) != 0)
            abort();
        dsmtp_message_examine(wire, len, &facts);
        look(want, wanted, &facts);
    }
    free(want);
    free(got);
    free(wire);
    return 0;
}
