/* fuzz_lines.c - batch input: the same lines whatever the pieces, each number once and in order, no
 * line with an octet that would end it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/lines.h"
#include "fuzz/fuzz.h"

/* Everything that was found, in one sum. */
static uint64_t split(const uint8_t *data, size_t size, size_t piece)
{
    struct dsmtp_lines *l = calloc(1, sizeof(*l));
    struct dsmtp_line line;
    enum dsmtp_line_kind kind;
    unsigned long last = 0;
    uint64_t sum = 0;

    if (l == NULL)
        abort();
    while ((kind = dsmtp_lines_next(l, &line)) != DSMTP_LINE_END) {
        if (kind != DSMTP_LINE_MORE) {
            if (line.number <= last || strlen(line.text) > DSMTP_LINE_MAX ||
                strpbrk(line.text, "\n") != NULL ||
                (kind == DSMTP_LINE_TARGET && line.text[0] == '\0'))
                abort();
            last = line.number;
            sum = sum * 31 + line.number * 7 + kind;
            for (const char *c = line.text; *c != '\0'; c++)
                sum = sum * 31 + (unsigned char)*c;
        } else {
            size_t room;
            char *to = dsmtp_lines_room(l, &room);
            size_t n = room < piece ? room : piece;

            if (room == 0)
                abort();
            n = n < size ? n : size;
            if (n > 0)
                memcpy(to, data, n);
            data += n;
            size -= n;
            dsmtp_lines_filled(l, n);
        }
    }
    free(l);
    return sum;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint64_t whole = split(data, size, size + 1);

    if (split(data, size, 1) != whole || split(data, size, 7) != whole ||
        split(data, size, 1003) != whole)
        abort();
    return 0;
}
