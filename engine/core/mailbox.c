/* mailbox.c - addresses of mailbox.h. */
#include "core/mailbox.h"

#include <string.h>

char *dsmtp_mailbox_strip(char *address)
{
    size_t len = strlen(address);

    if (len < 2 || address[0] != '<' || address[len - 1] != '>')
        return address;
    address[len - 1] = '\0';
    return address + 1;
}

/* Octets of the UTF-8 character at s (the table of RFC 3629, section 4); 0: there is none. */
static size_t utf8_length(const unsigned char *s)
{
    static const struct {
        unsigned char first, last, low, high; /* the first octet, and what the second may be */
        size_t len;
    } rows[] = {
        {0x00, 0x7f, 0, 0, 1},       {0xc2, 0xdf, 0x80, 0xbf, 2}, {0xe0, 0xe0, 0xa0, 0xbf, 3},
        {0xe1, 0xec, 0x80, 0xbf, 3}, {0xed, 0xed, 0x80, 0x9f, 3}, {0xee, 0xef, 0x80, 0xbf, 3},
        {0xf0, 0xf0, 0x90, 0xbf, 4}, {0xf1, 0xf3, 0x80, 0xbf, 4}, {0xf4, 0xf4, 0x80, 0x8f, 4},
    };
    size_t row = 0;

    while (row < sizeof(rows) / sizeof(rows[0]) && s[0] > rows[row].last)
        row++;
    if (row == sizeof(rows) / sizeof(rows[0]) || s[0] < rows[row].first)
        return 0;
    for (size_t i = 1; i < rows[row].len; i++)
        if (s[i] < (i == 1 ? rows[row].low : 0x80) || s[i] > (i == 1 ? rows[row].high : 0xbf))
            return 0;
    return rows[row].len;
}

/* Whatever could end the address, or the line it is sent in, is refused, quoted or not. */
static const char *wrong_character(const char *address)
{
    const unsigned char *s = (const unsigned char *)address;
    const char *at = strrchr(address, '@');
    size_t len;

    for (; *s != '\0'; s += len) {
        len = utf8_length(s);
        if (*s < ' ' || *s == 0x7f)
            return "control character; expected user@domain";
        if (*s == ' ' || *s == '<' || *s == '>')
            return "space or angle bracket; expected user@domain";
        if (len == 0)
            return "neither ASCII nor UTF-8; expected user@domain";
        if (len > 1 && at != NULL && (const char *)s > at)
            return "domain is not ASCII; expected user@domain with A-labels (xn--...)";
    }
    return NULL;
}

enum dsmtp_status dsmtp_mailbox_parse(const char *address, struct dsmtp_nexthop *out,
                                      struct dsmtp_fault *fault)
{
    const char *wrong = wrong_character(address);
    const char *at = strrchr(address, '@');
    struct dsmtp_nexthop domain;

    if (wrong != NULL)
        return dsmtp_fault_set(fault, DSMTP_SYNTAX, "%s", wrong);
    if (strlen(address) > DSMTP_MAILBOX_MAX)
        return dsmtp_fault_set(fault, DSMTP_SYNTAX, "longer than %u octets", DSMTP_MAILBOX_MAX);
    if (at == NULL || at == address)
        return dsmtp_fault_set(fault, DSMTP_SYNTAX, "expected user@domain");
    if (strchr(address, '@') != at && address[0] != '"')
        return dsmtp_fault_set(fault, DSMTP_SYNTAX, "more than one @; expected user@domain");
    DSMTP_TRY(dsmtp_nexthop_parse(at + 1, &domain, fault));
    if (domain.kind == DSMTP_NEXTHOP_HOST || strstr(at, "]:") != NULL ||
        (domain.kind == DSMTP_NEXTHOP_DOMAIN && strchr(at, ':') != NULL))
        return dsmtp_fault_set(
            fault, DSMTP_SYNTAX,
            "bad domain \"%.100s\"; expected a domain or [ADDRESS], without a port", at + 1);
    *out = domain;
    return DSMTP_OK;
}
