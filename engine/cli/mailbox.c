/* mailbox.c - addresses of mailbox.h. */
#include "cli/mailbox.h"

#include <string.h>

char *dsmtp_mailbox_strip(char *address)
{
    size_t len = strlen(address);

    if (len < 2 || address[0] != '<' || address[len - 1] != '>')
        return address;
    address[len - 1] = '\0';
    return address + 1;
}

/* Octets of the UTF-8 character at s (RFC 3629, section 4); 0: there is none. */
static size_t utf8_length(const unsigned char *s)
{
    size_t len = s[0] < 0x80 ? 1 : s[0] < 0xc2 ? 0 : s[0] < 0xe0 ? 2 : s[0] < 0xf0 ? 3 : 4;

    if (s[0] > 0xf4 || (s[0] == 0xe0 && s[1] < 0xa0) || (s[0] == 0xed && s[1] >= 0xa0) ||
        (s[0] == 0xf0 && s[1] < 0x90) || (s[0] == 0xf4 && s[1] >= 0x90))
        return 0;
    for (size_t i = 1; i < len; i++)
        if ((s[i] & 0xc0u) != 0x80)
            return 0;
    return len;
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
