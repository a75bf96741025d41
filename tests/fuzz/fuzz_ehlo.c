/* fuzz_ehlo.c - what an EHLO reply offers, against a second reader that has each line as a string
 * (RFC 5321, section 4.1.1.1; RFC 1870, section 4). Input: the lines behind the first, without
 * their codes. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/reply.h"
#include "fuzz/fuzz.h"

enum { LINES_MAX = 40, LINE_MAX = 200 };

struct offers {
    unsigned bits;
    uint64_t limit;
    bool unsure; /* the last limit is among the few highest that there can be: it may be none */
};

static const struct {
    const char *word;
    unsigned bit;
} extensions[] = {{"STARTTLS", DSMTP_EXT_STARTTLS},
                  {"SIZE", DSMTP_EXT_SIZE},
                  {"8BITMIME", DSMTP_EXT_8BITMIME},
                  {"SMTPUTF8", DSMTP_EXT_SMTPUTF8},
                  {"PIPELINING", DSMTP_EXT_PIPELINING}};

/* The line is taken apart. */
static void read_offer(char *line, struct offers *o)
{
    size_t word = strcspn(line, " =");
    const char *value = line[word] != '\0' ? line + word + 1 : "";

    line[word] = '\0';
    for (size_t i = 0; i < sizeof(extensions) / sizeof(extensions[0]); i++)
        if (strcasecmp(line, extensions[i].word) == 0)
            o->bits |= extensions[i].bit;
    if (strcasecmp(line, "SIZE") != 0)
        return;
    o->limit = 0;
    o->unsure = false;
    if (strspn(value, "0123456789") != strlen(value))
        return;
    errno = 0;
    o->limit = strtoull(value, NULL, 10);
    o->unsure = errno == 0 && o->limit >= UINT64_MAX - 9;
    if (errno != 0)
        o->limit = 0;
}

static enum dsmtp_status feed(struct dsmtp_reply *reply, const char *line)
{
    size_t used;

    return dsmtp_reply_feed(reply, line, strlen(line), &used);
}

/* A line of the input, without what a line cannot hold; the octets used. */
static size_t take_line(const uint8_t *data, size_t size, char out[LINE_MAX])
{
    size_t len = 0;

    memset(out, 0, LINE_MAX);
    for (; len < size && data[len] != '\n'; len++)
        if (len + 1 < LINE_MAX)
            out[len] = data[len] != '\0' && data[len] != '\r' ? (char)data[len] : '?';
    return len < size ? len + 1 : len;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct dsmtp_reply reply;
    struct offers want = {0};

    dsmtp_reply_init(&reply);
    if (feed(&reply, "250-h\r\n") != DSMTP_AGAIN)
        abort();
    for (unsigned n = 0; n < LINES_MAX && size > 0; n++) {
        char text[LINE_MAX], line[LINE_MAX + 8];
        size_t len = take_line(data, size, text);

        data += len;
        size -= len;
        (void)snprintf(line, sizeof(line), "250-%s\r\n", text);
        if (feed(&reply, line) != DSMTP_AGAIN)
            abort();
        read_offer(text, &want);
    }
    if (feed(&reply, "250 \r\n") != DSMTP_OK || reply.extensions != want.bits ||
        (reply.size_limit != want.limit && !(want.unsure && reply.size_limit == 0)))
        abort();
    return 0;
}
