/* clean.c - escaping of clean.h. */
#include "report/clean.h"

#include <stdbool.h>
#include <string.h>

static bool printable(unsigned char c)
{
    return c >= ' ' && c < 0x7f && c != '\\';
}

/* The clean form of one octet; returns its length. */
static size_t one(unsigned char c, char out[4])
{
    static const char digits[] = "0123456789abcdef";

    if (printable(c)) {
        out[0] = (char)c;
        return 1;
    }
    out[0] = '\\';
    if (c == '\\') {
        out[1] = '\\';
        return 2;
    }
    out[1] = 'x';
    out[2] = digits[c >> 4];
    out[3] = digits[c & 15];
    return 4;
}

size_t dsmtp_clean_room(const char *s)
{
    return 4 * strlen(s) + 1;
}

char *dsmtp_clean(const char *s, char *out)
{
    size_t len = 0;

    for (; *s != '\0'; s++)
        len += one((unsigned char)*s, out + len);
    out[len] = '\0';
    return out;
}

void dsmtp_clean_put(FILE *to, const char *s)
{
    char piece[4];

    for (; *s != '\0'; s++) {
        size_t len = one((unsigned char)*s, piece);

        (void)fwrite(piece, 1, len, to);
    }
}
