/* fuzz_reply.c - the reply reader: whole input or octet by octet, the same comes out. */
#include <stdlib.h>
#include <string.h>

#include "core/reply.h"
#include "fuzz/fuzz.h"

static bool same(const struct dsmtp_reply *a, const struct dsmtp_reply *b)
{
    return a->code == b->code && strcmp(a->text, b->text) == 0 && a->extensions == b->extensions &&
           strcmp(a->status, b->status) == 0 && a->size_limit == b->size_limit &&
           a->lines == b->lines && a->line_len == b->line_len &&
           memcmp(a->line, b->line, a->line_len) == 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct dsmtp_reply whole, pieces;
    enum dsmtp_status want, got = DSMTP_AGAIN;
    size_t used = 0, at = 0;

    dsmtp_reply_init(&whole);
    dsmtp_reply_init(&pieces);
    want = dsmtp_reply_feed(&whole, data, size, &used);
    while (got == DSMTP_AGAIN && at < size) {
        size_t one = 0;

        got = dsmtp_reply_feed(&pieces, data + at, 1, &one);
        at += one;
    }
    if (got != want || at != used || used > size || !same(&whole, &pieces))
        abort();
    if (strlen(whole.text) >= sizeof(whole.text) ||
        (want == DSMTP_OK && (whole.code < 200 || whole.code > 599)))
        abort();
    for (const char *s = whole.text; *s != '\0'; s++)
        if (*s < ' ' || *s > '~')
            abort();
    return 0;
}
