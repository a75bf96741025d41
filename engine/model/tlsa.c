/* tlsa.c - TLSA records of tlsa.h. */
#include "model/tlsa.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

static const char *const unusable[] = {
#define X(name, words) (words),
    DSMTP_UNUSABLE_LIST(X)
#undef X
};

const char *dsmtp_unusable_text(enum dsmtp_unusable v)
{
    return unusable[v];
}

struct dsmtp_tlsa dsmtp_tlsa_split(const uint8_t *rdata, size_t len)
{
    struct dsmtp_tlsa out = {0};

    out.usage = len > 0 ? rdata[0] : 0;
    out.selector = len > 1 ? rdata[1] : 0;
    out.matching = len > 2 ? rdata[2] : 0;
    out.data = len > 3 ? rdata + 3 : NULL;
    out.len = len > 3 ? len - 3 : 0;
    out.effective_usage = out.usage;
    out.why = len > 3 ? DSMTP_UNUSABLE_NO : DSMTP_UNUSABLE_SHORT;
    return out;
}

bool dsmtp_tlsa_is_sound(const struct dsmtp_tlsa *r)
{
    return r->why == DSMTP_UNUSABLE_NO || r->why == DSMTP_UNUSABLE_WEAKER_DIGEST;
}

bool dsmtp_tlsa_any_usable(const struct dsmtp_tlsa *list, unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        if (list[i].why == DSMTP_UNUSABLE_NO)
            return true;
    return false;
}

bool dsmtp_tlsa_any_anchor(const struct dsmtp_tlsa *list, unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        if (list[i].why == DSMTP_UNUSABLE_NO && list[i].effective_usage == DSMTP_DANE_TA)
            return true;
    return false;
}

int dsmtp_hex_value(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c = (char)tolower((unsigned char)c);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Hex digits, blanks between them allowed, to octets. */
static enum dsmtp_status hex_octets(const char *text, uint8_t *data, size_t room, size_t *len)
{
    size_t digits = 0;

    for (; *text != '\0'; text++) {
        int value = dsmtp_hex_value(*text);

        if (isspace((unsigned char)*text))
            continue;
        if (value < 0)
            return DSMTP_SYNTAX;
        if (digits / 2 >= room)
            return DSMTP_TOOBIG;
        if (digits % 2 == 0)
            data[digits / 2] = (uint8_t)(value << 4);
        else
            data[digits / 2] = (uint8_t)(data[digits / 2] | value);
        digits++;
    }
    *len = digits / 2;
    return digits % 2 != 0 || digits == 0 ? DSMTP_SYNTAX : DSMTP_OK;
}

enum dsmtp_status dsmtp_tlsa_from_text(const char *text, uint8_t *data, size_t room,
                                       struct dsmtp_tlsa *out)
{
    unsigned long field[3];
    struct dsmtp_tlsa tlsa = {0};

    for (unsigned i = 0; i < 3; i++) {
        char *end;

        while (isspace((unsigned char)*text))
            text++;
        if (!isdigit((unsigned char)*text))
            return DSMTP_SYNTAX;
        field[i] = strtoul(text, &end, 10);
        if (field[i] > 255 || !isspace((unsigned char)*end))
            return DSMTP_SYNTAX;
        text = end;
    }
    DSMTP_TRY(hex_octets(text, data, room, &tlsa.len));
    tlsa.usage = (uint8_t)field[0];
    tlsa.selector = (uint8_t)field[1];
    tlsa.matching = (uint8_t)field[2];
    tlsa.effective_usage = tlsa.usage;
    tlsa.data = data;
    *out = tlsa;
    return DSMTP_OK;
}
