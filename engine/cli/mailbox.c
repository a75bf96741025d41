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

/* Whatever could end the address, or the line it is sent in, is refused, quoted or not. */
static const char *wrong_character(const char *address)
{
    for (; *address != '\0'; address++) {
        unsigned char c = (unsigned char)*address;

        if (c < ' ' || c == 0x7f)
            return "control character; expected user@domain";
        if (c >= 0x80)
            return "not ASCII; expected user@domain with an A-label (xn--...) domain";
        if (c == ' ' || c == '<' || c == '>')
            return "space or angle bracket; expected user@domain";
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
