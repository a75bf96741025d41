/* address.c - numeric addresses of address.h. */
#include "adapt/address.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

enum dsmtp_status dsmtp_address_set(const char *text, uint16_t port, struct dsmtp_endpoint *out)
{
    struct dsmtp_endpoint address;

    memset(&address, 0, sizeof(address));
    if (inet_pton(AF_INET, text, &address.sa.v4.sin_addr) == 1) {
        address.len = sizeof(address.sa.v4);
        address.sa.v4.sin_family = AF_INET;
        address.sa.v4.sin_port = htons(port);
    } else if (inet_pton(AF_INET6, text, &address.sa.v6.sin6_addr) == 1) {
        address.len = sizeof(address.sa.v6);
        address.sa.v6.sin6_family = AF_INET6;
        address.sa.v6.sin6_port = htons(port);
    } else {
        return DSMTP_SYNTAX;
    }
    *out = address;
    return DSMTP_OK;
}

/* Decimal digits only: no sign, no blanks, 1 to 65535. */
static enum dsmtp_status parse_port(const char *text, uint16_t *out)
{
    unsigned long port;

    if (strspn(text, "0123456789") != strlen(text) || strlen(text) > 5)
        return DSMTP_SYNTAX;
    port = strtoul(text, NULL, 10);
    if (port < 1 || port > UINT16_MAX)
        return DSMTP_SYNTAX;
    *out = (uint16_t)port;
    return DSMTP_OK;
}

/* The number of an interface that exists, given by name or number; 0: none. */
static unsigned interface_index(const char *zone)
{
    char name[IF_NAMESIZE];
    unsigned long index;

    if (zone[0] == '\0' || strspn(zone, "0123456789") != strlen(zone))
        return if_nametoindex(zone);
    index = strlen(zone) < 10 ? strtoul(zone, NULL, 10) : 0;
    return if_indextoname((unsigned)index, name) != NULL ? (unsigned)index : 0;
}

enum dsmtp_status dsmtp_address_parse(const char *text, uint16_t default_port,
                                      struct dsmtp_endpoint *out)
{
    const char *at = strchr(text, '@');
    size_t len = at != NULL ? (size_t)(at - text) : strlen(text);
    char host[DSMTP_ADDRESS_TEXT_SIZE];
    char *zone;
    unsigned index = 0;
    struct dsmtp_endpoint address;
    uint16_t port = default_port;

    if (len >= sizeof(host))
        return DSMTP_SYNTAX;
    memcpy(host, text, len);
    host[len] = '\0';
    if (at != NULL)
        DSMTP_TRY(parse_port(at + 1, &port));
    zone = strchr(host, '%');
    if (zone != NULL) {
        *zone++ = '\0';
        index = interface_index(zone);
    }
    DSMTP_TRY(dsmtp_address_set(host, port, &address));
    if (zone != NULL && (index == 0 || address.sa.any.sa_family != AF_INET6))
        return DSMTP_SYNTAX;
    if (zone != NULL)
        address.sa.v6.sin6_scope_id = index;
    *out = address;
    return DSMTP_OK;
}

bool dsmtp_address_is_loopback(const struct dsmtp_endpoint *address)
{
    if (address->sa.any.sa_family == AF_INET)
        return ntohl(address->sa.v4.sin_addr.s_addr) >> 24 == 127;
    return address->sa.any.sa_family == AF_INET6 && IN6_IS_ADDR_LOOPBACK(&address->sa.v6.sin6_addr);
}
