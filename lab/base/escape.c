/* escape.c - see escape.h. */
#include "base/escape.h"

#include <stdlib.h>
#include <string.h>

#define REPLACEMENT 0xfffdU

/* Length and lowest character of a sequence by its first octet; length 0: none begins so. */
static unsigned sequence(unsigned char first, uint32_t *lowest)
{
    static const uint32_t lowests[] = {0, 0, 0x80, 0x800, 0x10000};
    unsigned len = first < 0x80                    ? 1
                   : first >= 0xc2 && first < 0xe0 ? 2
                   : first >= 0xe0 && first < 0xf0 ? 3
                   : first >= 0xf0 && first < 0xf5 ? 4
                                                   : 0;

    *lowest = lowests[len];
    return len;
}

/* The next character, REPLACEMENT for an octet that is none; *used octets of s. */
static uint32_t next(const char *s, size_t len, size_t *used)
{
    const unsigned char *p = (const unsigned char *)s;
    uint32_t lowest;
    unsigned n = sequence(p[0], &lowest);
    uint32_t c = n < 2 ? p[0] : p[0] & (0x7fU >> n);

    *used = 1;
    if (n == 0 || n > len)
        return REPLACEMENT;
    for (unsigned i = 1; i < n; i++) {
        if ((p[i] & 0xc0) != 0x80)
            return REPLACEMENT;
        c = c << 6 | (p[i] & 0x3f);
    }
    if (c < lowest || c > 0x10ffff || (c >= 0xd800 && c < 0xe000))
        return REPLACEMENT;
    *used = n;
    return c;
}

/* What a reader should see in the place of c. */
static uint32_t visible(uint32_t c)
{
    if (c < 0x20)
        return 0x2400 + c;
    if (c == 0x7f)
        return 0x2421;
    if (c < 0xa0 && c > 0x7f)
        return REPLACEMENT;
    if ((c >= 0x200e && c <= 0x200f) || (c >= 0x2028 && c <= 0x202e) ||
        (c >= 0x2066 && c <= 0x2069) || c == 0xfeff || (c & 0xfffe) == 0xfffe)
        return REPLACEMENT;
    return c;
}

static void put_utf8(struct lab_text *t, uint32_t c)
{
    char out[4];
    size_t n = c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;

    for (size_t i = n - 1; i > 0; i--, c >>= 6)
        out[i] = (char)(0x80 | (c & 0x3f));
    out[0] = (char)(n == 1 ? c : (0xf00U >> n & 0xffU) | c);
    lab_text_add(t, out, n);
}

/* What stands for c here, or NULL: itself. */
typedef const char *replace(uint32_t c, char room[3]);

static void put(struct lab_text *t, const char *s, size_t len, replace *how)
{
    lab_text_add(t, "", 0);
    for (size_t used; len > 0; s += used, len -= used) {
        uint32_t c = next(s, len, &used);
        char room[3];
        const char *other = how(c, room);

        if (other != NULL)
            lab_text_add(t, other, strlen(other));
        else
            put_utf8(t, visible(c));
    }
}

static const char *in_line(uint32_t c, char room[3])
{
    (void)room;
    return c == '\n' || c == '\t' || c == '\r' ? " " : NULL;
}

static const char *in_markup(uint32_t c, char room[3])
{
    (void)room;
    switch (c) {
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    case '&':
        return "&amp;";
    case '"':
        return "&quot;";
    case '\'':
        return "&#39;";
    case '\n':
        return "\n";
    case '\t':
        return "\t";
    default:
        return NULL;
    }
}

static const char *behind_backslash(uint32_t c, char room[3])
{
    room[0] = '\\';
    room[1] = (char)c;
    room[2] = '\0';
    return room;
}

/* "@" and ":" would make mentions and links of names and addresses on some sites. */
static const char *in_markdown(uint32_t c, char room[3])
{
    const char *other = in_line(c, room);

    if (other != NULL)
        return other;
    if (c == '<' || c == '>' || c == '&')
        return in_markup(c, room);
    return c < 0x80 && c != 0 && strchr("\\`*_{}[]()#+!|~$@", (char)c) != NULL
               ? behind_backslash(c, room)
               : NULL;
}

static const char *in_tap(uint32_t c, char room[3])
{
    return c == '#' || c == '\\' ? behind_backslash(c, room) : in_line(c, room);
}

static size_t length(const char *s)
{
    return s != NULL ? strlen(s) : 0;
}

void lab_put_line(struct lab_text *t, const char *s)
{
    put(t, s, length(s), in_line);
}

void lab_put_markup(struct lab_text *t, const char *s, size_t len)
{
    put(t, s, len, in_markup);
}

void lab_put_markdown(struct lab_text *t, const char *s)
{
    put(t, s, length(s), in_markdown);
}

void lab_put_tap(struct lab_text *t, const char *s)
{
    put(t, s, length(s), in_tap);
}

void lab_put_word(struct lab_text *t, const char *s)
{
    static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                                "0123456789_@%+=:,./-";
    const char *quote;

    if (s[0] != '\0' && s[strspn(s, plain)] == '\0') {
        lab_text_add(t, s, strlen(s));
        return;
    }
    lab_text_put(t, "'");
    for (; (quote = strchr(s, '\'')) != NULL; s = quote + 1)
        lab_text_put(t, "%.*s'\\''", (int)(quote - s), s);
    lab_text_put(t, "%s'", s);
}

void lab_fill_markup(struct lab_text *t, const char *form, const char *const *texts, size_t count)
{
    const char *hole;

    for (size_t i = 0; i < count && (hole = strstr(form, "{}")) != NULL; i++, form = hole + 2) {
        lab_text_add(t, form, (size_t)(hole - form));
        lab_put_markup(t, texts[i], length(texts[i]));
    }
    lab_text_add(t, form, strlen(form));
}
