/* dns_name.c - domain names of dns_name.h. */
#include "adapt/dns_name.h"

#include <stdio.h>
#include <string.h>

enum { LABEL_MAX = 63, POINTER = 0xc0, HEADER = 12 };

static uint8_t lower(uint8_t c)
{
    return c >= 'A' && c <= 'Z' ? (uint8_t)(c + ('a' - 'A')) : c;
}

static bool digit(char c)
{
    return c >= '0' && c <= '9';
}

/* One character of a label, escaped or not; the text moves behind it. False: a broken escape. */
static bool take_char(const char **text, uint8_t *out)
{
    const char *s = *text;

    if (*s != '\\') {
        *out = (uint8_t)*s;
        *text = s + 1;
        return true;
    }
    s++;
    if (digit(s[0]) && digit(s[1]) && digit(s[2])) {
        unsigned value = (unsigned)((s[0] - '0') * 100 + (s[1] - '0') * 10 + (s[2] - '0'));

        *out = (uint8_t)value;
        *text = s + 3;
        return value <= UINT8_MAX;
    }
    if (*s == '\0' || digit(*s))
        return false;
    *out = (uint8_t)*s;
    *text = s + 1;
    return true;
}

enum dsmtp_status dsmtp_dname_from_text(const char *text, struct dsmtp_dname *out)
{
    struct dsmtp_dname name = {.len = 0};

    if (strcmp(text, ".") == 0)
        text++;
    else if (*text == '\0')
        return DSMTP_SYNTAX;
    while (*text != '\0') {
        size_t head = name.len++;

        /* The label and the root behind it must fit. */
        while (*text != '\0' && *text != '.') {
            if (name.len - head > LABEL_MAX || name.len + 1 >= sizeof(name.wire) ||
                !take_char(&text, &name.wire[name.len]))
                return DSMTP_SYNTAX;
            name.len++;
        }
        if (name.len - head == 1)
            return DSMTP_SYNTAX;
        name.wire[head] = (uint8_t)(name.len - head - 1);
        if (*text == '.')
            text++;
    }
    name.wire[name.len++] = 0;
    *out = name;
    return DSMTP_OK;
}

static bool plain(uint8_t c)
{
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
           (c != '\0' && strchr("-_*/", c) != NULL);
}

void dsmtp_dname_to_text(const struct dsmtp_dname *name, char out[DSMTP_DNAME_TEXT_SIZE])
{
    size_t at = 0;

    for (size_t pos = 0; name->wire[pos] != 0; pos += name->wire[pos] + 1u) {
        if (pos > 0)
            out[at++] = '.';
        for (size_t i = 1; i <= name->wire[pos]; i++) {
            uint8_t c = lower(name->wire[pos + i]);

            if (plain(c))
                out[at++] = (char)c;
            else
                at += (size_t)snprintf(out + at, DSMTP_DNAME_TEXT_SIZE - at, "\\%03u", c);
        }
    }
    if (at == 0)
        out[at++] = '.';
    out[at] = '\0';
}

/* Lengths of labels are below 'A': they need no care of their own. */
static bool same(const uint8_t *a, const uint8_t *b, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if (lower(a[i]) != lower(b[i]))
            return false;
    return true;
}

bool dsmtp_dname_equal(const struct dsmtp_dname *a, const struct dsmtp_dname *b)
{
    return a->len == b->len && same(a->wire, b->wire, a->len);
}

bool dsmtp_dname_below(const struct dsmtp_dname *name, const struct dsmtp_dname *above)
{
    size_t at = 0;

    while (name->len - at > above->len)
        at += name->wire[at] + 1u;
    return at != 0 && name->len - at == above->len &&
           same(name->wire + at, above->wire, above->len);
}

bool dsmtp_dname_read(const uint8_t *message, size_t len, size_t *pos, struct dsmtp_dname *out)
{
    size_t at = *pos;
    size_t limit = at; /* pointers must lead below this */
    bool jumped = false;

    out->len = 0;
    for (;;) {
        uint8_t head;

        if (at >= len)
            return false;
        head = message[at++];
        if ((head & POINTER) == POINTER) {
            if (at >= len)
                return false;
            if (!jumped)
                *pos = at + 1;
            jumped = true;
            at = (size_t)(head & ~POINTER) << 8 | message[at];
            if (at < HEADER || at >= limit)
                return false;
            limit = at;
            continue;
        }
        if (head > LABEL_MAX || head > len - at || out->len + 1u + head > DSMTP_DNAME_MAX)
            return false;
        out->wire[out->len++] = head;
        memcpy(out->wire + out->len, message + at, head);
        out->len += head;
        at += head;
        if (head == 0)
            break;
    }
    if (!jumped)
        *pos = at;
    return true;
}
