/* nexthop.c - destinations of nexthop.h. */
#include "core/nexthop.h"

#include <stdio.h>
#include <string.h>

static enum dsmtp_status parse_port(const char *text, unsigned *out, struct dsmtp_fault *fault)
{
    unsigned port = 0;

    for (const char *c = text; *c != '\0' && port <= 65535; c++)
        port = *c >= '0' && *c <= '9' ? port * 10 + (unsigned)(*c - '0') : 65536;
    if (port == 0 || port > 65535)
        return dsmtp_fault_set(fault, DSMTP_SYNTAX,
                               "bad port \"%.100s\"; expected a number from 1 to 65535", text);
    *out = port;
    return DSMTP_OK;
}

static enum dsmtp_status parse_name(const char *text, char out[DSMTP_NAME_SIZE],
                                    struct dsmtp_fault *fault)
{
    bool good = dsmtp_name_parse(text, out) == DSMTP_OK;

    /* Only now, as a dot at the end is gone. */
    if (good && dsmtp_name_is_address(out))
        return dsmtp_fault_set(fault, DSMTP_SYNTAX,
                               "bad domain \"%.100s\"; an address is written in brackets, [%.100s]",
                               text, out);
    if (good)
        return DSMTP_OK;
    if (dsmtp_name_beyond_ascii(text))
        return dsmtp_fault_set(fault, DSMTP_SYNTAX,
                               "bad domain \"%.100s\"; expected an A-label (xn--...)", text);
    if (strchr(text, '@') != NULL)
        return dsmtp_fault_set(fault, DSMTP_SYNTAX,
                               "bad domain \"%.100s\"; expected only what stands behind the @",
                               text);
    return dsmtp_fault_set(
        fault, DSMTP_SYNTAX,
        "bad domain \"%.100s\"; expected letters, digits and hyphens in labels of at most "
        "63 and names of at most %u octets",
        text, DSMTP_NAME_MAX);
}

static enum dsmtp_status parse_brackets(const char *text, struct dsmtp_nexthop *out,
                                        struct dsmtp_fault *fault)
{
    char inner[DSMTP_NEXTHOP_TEXT_SIZE];
    const char *end = strchr(text, ']');
    size_t len = end != NULL ? (size_t)(end - text) - 1 : 0;

    if (end == NULL || (end[1] != '\0' && end[1] != ':'))
        return dsmtp_fault_set(fault, DSMTP_SYNTAX,
                               "bad destination \"%.100s\"; expected [HOST] or [HOST]:PORT", text);
    if (len >= sizeof(inner))
        return dsmtp_fault_set(fault, DSMTP_SYNTAX,
                               "bad destination \"%.100s...\"; the name is too long", text);
    memcpy(inner, text + 1, len);
    inner[len] = '\0';
    if (end[1] == ':')
        DSMTP_TRY(parse_port(end + 2, &out->port, fault));
    out->kind = DSMTP_NEXTHOP_ADDRESS;
    if (dsmtp_name_address(inner, out->name))
        return DSMTP_OK;
    if (strchr(inner, ':') != NULL)
        return dsmtp_fault_set(fault, DSMTP_SYNTAX,
                               "bad address \"%.100s\"; expected [192.0.2.1] or [IPv6:2001:db8::1]",
                               text);
    out->kind = DSMTP_NEXTHOP_HOST;
    return parse_name(inner, out->name, fault);
}

static enum dsmtp_status parse_domain(const char *text, struct dsmtp_nexthop *out,
                                      struct dsmtp_fault *fault)
{
    char domain[DSMTP_NAME_SIZE + 1];
    const char *colon = strchr(text, ':');
    size_t len = colon != NULL ? (size_t)(colon - text) : strlen(text);

    if (colon != NULL && strchr(colon + 1, ':') != NULL)
        return dsmtp_fault_set(
            fault, DSMTP_SYNTAX,
            "bad destination \"%.100s\"; an IPv6 address is written [IPv6:2001:db8::1]", text);
    if (len >= sizeof(domain))
        return dsmtp_fault_set(fault, DSMTP_SYNTAX,
                               "bad domain \"%.100s...\"; the name is too long", text);
    memcpy(domain, text, len);
    domain[len] = '\0';
    if (colon != NULL)
        DSMTP_TRY(parse_port(colon + 1, &out->port, fault));
    out->kind = DSMTP_NEXTHOP_DOMAIN;
    return parse_name(domain, out->name, fault);
}

enum dsmtp_status dsmtp_nexthop_parse(const char *text, struct dsmtp_nexthop *out,
                                      struct dsmtp_fault *fault)
{
    struct dsmtp_nexthop nexthop = {.port = DSMTP_SMTP_PORT};

    DSMTP_TRY(text[0] == '[' ? parse_brackets(text, &nexthop, fault)
                             : parse_domain(text, &nexthop, fault));
    *out = nexthop;
    return DSMTP_OK;
}

void dsmtp_nexthop_text(const struct dsmtp_nexthop *nexthop, char out[DSMTP_NEXTHOP_TEXT_SIZE])
{
    bool domain = nexthop->kind == DSMTP_NEXTHOP_DOMAIN;
    const char *open = domain ? "" : strchr(nexthop->name, ':') != NULL ? "[IPv6:" : "[";
    char port[8] = "";

    if (nexthop->port != DSMTP_SMTP_PORT)
        (void)snprintf(port, sizeof(port), ":%u", nexthop->port % 65536);
    (void)snprintf(out, DSMTP_NEXTHOP_TEXT_SIZE, "%s%s%s%s", open, nexthop->name, domain ? "" : "]",
                   port);
}
