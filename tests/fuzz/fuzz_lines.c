/* fuzz_lines.c - batch input: the same lines whatever the pieces, each number once and in order, no
 * line with an octet that would end it; and as many targets as one finds who has the whole text. */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/lines.h"
#include "fuzz/fuzz.h"

static bool blank(uint8_t c)
{
    return strchr(" \t\r\v\f", c) != NULL; /* NUL among them: such lines do not count anyway */
}

/* Is there anything on the line but blanks and a comment? */
static bool says(const uint8_t *line, size_t len)
{
    size_t i = 0;

    while (i < len && blank(line[i]))
        i++;
    return i < len && line[i] != '#';
}

/* Lines with a target: of good length, without NUL. */
static unsigned long count_targets(const uint8_t *data, size_t size)
{
    unsigned long count = 0;

    if (size >= 3 && memcmp(data, "\xef\xbb\xbf", 3) == 0) {
        data += 3;
        size -= 3;
    }
    while (size > 0) {
        const uint8_t *end = memchr(data, '\n', size);
        size_t len = end != NULL ? (size_t)(end - data) : size;

        count +=
            len <= DSMTP_LINE_MAX && memchr(data, '\0', len) == NULL && says(data, len) ? 1 : 0;
        len += end != NULL ? 1 : 0;
        data += len;
        size -= len;
    }
    return count;
}

static bool well_formed(enum dsmtp_line_kind kind, const struct dsmtp_line *line)
{
    return strlen(line->text) <= DSMTP_LINE_MAX && strpbrk(line->text, "\n") == NULL &&
           (kind != DSMTP_LINE_TARGET || line->text[0] != '\0');
}

static uint64_t add(uint64_t sum, enum dsmtp_line_kind kind, const struct dsmtp_line *line)
{
    sum = sum * 31 + line->number * 7 + kind;
    for (const char *c = line->text; *c != '\0'; c++)
        sum = sum * 31 + (unsigned char)*c;
    return sum;
}

/* Everything that was found, in one sum. */
static uint64_t split(const uint8_t *data, size_t size, size_t piece, unsigned long *targets)
{
    struct dsmtp_lines *l = calloc(1, sizeof(*l));
    struct dsmtp_line line;
    enum dsmtp_line_kind kind;
    unsigned long last = 0;
    uint64_t sum = 0;

    if (l == NULL)
        abort();
    *targets = 0;
    while ((kind = dsmtp_lines_next(l, &line)) != DSMTP_LINE_END) {
        if (kind != DSMTP_LINE_MORE) {
            if (line.number <= last || !well_formed(kind, &line))
                abort();
            last = line.number;
            *targets += kind == DSMTP_LINE_TARGET ? 1 : 0;
            sum = add(sum, kind, &line);
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
    unsigned long targets;
    uint64_t whole = split(data, size, size + 1, &targets);

    if (targets != count_targets(data, size) || split(data, size, 1, &targets) != whole ||
        split(data, size, 7, &targets) != whole || split(data, size, 1003, &targets) != whole)
        abort();
    return 0;
}
