/* hosts.c - a sorted list of addresses; IPv4 stands in it as ::ffff:a.b.c.d. */
#include "smtp/hosts.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

struct lab_hosts_entry {
    struct in6_addr address;
    const struct lab_smtp_host *host;
};

static struct in6_addr mapped(struct in_addr v4)
{
    struct in6_addr v6 = {.s6_addr = {[10] = 0xff, [11] = 0xff}};

    memcpy(&v6.s6_addr[12], &v4, sizeof(v4));
    return v6;
}

static int by_address(const void *a, const void *b)
{
    const struct lab_hosts_entry *left = a, *right = b;

    return memcmp(&left->address, &right->address, sizeof(left->address));
}

static int add(struct lab_hosts *hosts, const struct lab_smtp_host *host, int family,
               const char *text, struct lab_fault *fault)
{
    struct lab_hosts_entry entry = {.host = host};
    struct in_addr v4;
    void *where = family == AF_INET ? (void *)&v4 : (void *)&entry.address;

    if (text == NULL)
        return 0;
    if (inet_pton(family, text, where) != 1)
        return lab_fail(fault, EX_DATAERR, "SMTP host %s: \"%s\" is no address", host->name, text);
    if (family == AF_INET)
        entry.address = mapped(v4);
    hosts->list[hosts->count++] = entry;
    return 0;
}

int lab_hosts_init(struct lab_hosts *hosts, const struct lab_smtp_host *list, size_t count,
                   struct lab_fault *fault)
{
    size_t i;
    int result = 0;

    hosts->count = 0;
    hosts->list = lab_calloc(count, 2 * sizeof(*hosts->list));
    for (i = 0; result == 0 && i < count; i++) {
        if (add(hosts, &list[i], AF_INET, list[i].address4, fault) != 0 ||
            add(hosts, &list[i], AF_INET6, list[i].address6, fault) != 0)
            result = -1;
    }
    qsort(hosts->list, hosts->count, sizeof(*hosts->list), by_address);
    for (i = 1; result == 0 && i < hosts->count; i++) {
        if (by_address(&hosts->list[i - 1], &hosts->list[i]) == 0)
            result = lab_fail(fault, EX_DATAERR, "SMTP hosts %s and %s have one address",
                              hosts->list[i - 1].host->name, hosts->list[i].host->name);
    }
    if (result != 0)
        lab_hosts_fini(hosts);
    return result;
}

void lab_hosts_fini(struct lab_hosts *hosts)
{
    free(hosts->list);
    *hosts = (struct lab_hosts){0};
}

const struct lab_smtp_host *lab_hosts_find(const struct lab_hosts *hosts,
                                           const struct sockaddr_storage *address)
{
    struct lab_hosts_entry key = {.host = NULL};
    const struct lab_hosts_entry *found;
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;

    if (address->ss_family == AF_INET) {
        memcpy(&v4, address, sizeof(v4));
        key.address = mapped(v4.sin_addr);
    } else {
        memcpy(&v6, address, sizeof(v6));
        key.address = v6.sin6_addr;
    }
    found = bsearch(&key, hosts->list, hosts->count, sizeof(*hosts->list), by_address);
    return found != NULL ? found->host : NULL;
}
