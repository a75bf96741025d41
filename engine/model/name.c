/* name.c - host names of name.h. */
#include "model/name.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

static bool host_char(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
}

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

/* Copy one label to out, lower-cased; its length is in 1..63. */
static enum dsmtp_status put_label(const char *label, size_t len, char *out)
{
    if (len == 0 || len > 63)
        return DSMTP_SYNTAX;
    for (size_t i = 0; i < len; i++) {
        out[i] = lower(label[i]);
        if (!host_char(out[i]))
            return DSMTP_SYNTAX;
    }
    return DSMTP_OK;
}

enum dsmtp_status dsmtp_name_parse(const char *text, char out[DSMTP_NAME_SIZE])
{
    char name[DSMTP_NAME_SIZE];
    size_t len = strlen(text);
    size_t start = 0;

    if (len > 0 && text[len - 1] == '.')
        len--;
    if (len > DSMTP_NAME_MAX)
        return DSMTP_TOOBIG;
    while (start <= len) {
        const char *dot = memchr(text + start, '.', len - start);
        size_t end = dot != NULL ? (size_t)(dot - text) : len;

        DSMTP_TRY(put_label(text + start, end - start, name + start));
        name[end] = '.';
        start = end + 1;
    }
    name[len] = '\0';
    memcpy(out, name, len + 1);
    return DSMTP_OK;
}

enum dsmtp_status dsmtp_name_from_wire(const uint8_t *wire, size_t len, char out[DSMTP_NAME_SIZE],
                                       size_t *used)
{
    char name[DSMTP_NAME_SIZE];
    size_t at = 0;
    size_t pos = 0;

    while (pos < len && wire[pos] != 0) {
        size_t label = wire[pos];
        char text[64];

        if (label > 63 || pos + 1 + label >= len || at + label + 1 > DSMTP_NAME_MAX + 1)
            return DSMTP_SYNTAX;
        memcpy(text, wire + pos + 1, label);
        DSMTP_TRY(put_label(text, label, name + at));
        at += label;
        name[at++] = '.';
        pos += 1 + label;
    }
    if (pos >= len)
        return DSMTP_SYNTAX;
    at = at > 0 ? at - 1 : 0;
    memcpy(out, name, at);
    out[at] = '\0';
    *used = pos + 1;
    return DSMTP_OK;
}

enum dsmtp_status dsmtp_name_tlsa(const char *base, unsigned port, char out[DSMTP_NAME_SIZE])
{
    int n = snprintf(out, DSMTP_NAME_SIZE, "_%u._tcp.%s", port, base);

    return n < 0 || (size_t)n > DSMTP_NAME_MAX ? DSMTP_TOOBIG : DSMTP_OK;
}

/* One address has one text, or the same destination would be two in a policy table. */
bool dsmtp_name_address(const char *text, char out[DSMTP_NAME_SIZE])
{
    unsigned char octets[16];
    int family = AF_INET;

    if (strncasecmp(text, "IPv6:", 5) == 0) {
        family = AF_INET6;
        text += 5;
    } else if (strchr(text, ':') != NULL) {
        family = AF_INET6;
    }
    return inet_pton(family, text, octets) == 1 &&
           inet_ntop(family, octets, out, DSMTP_NAME_SIZE) != NULL;
}

bool dsmtp_name_is_address(const char *text)
{
    unsigned char octets[16];

    return inet_pton(AF_INET, text, octets) == 1 || inet_pton(AF_INET6, text, octets) == 1;
}

bool dsmtp_name_beyond_ascii(const char *text)
{
    for (; *text != '\0'; text++)
        if ((unsigned char)*text > 127)
            return true;
    return false;
}
