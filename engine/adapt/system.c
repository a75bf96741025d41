/* system.c - reads of the system of system.h. */
#include "adapt/system.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "adapt/address.h"

#define BLANKS " \t\r\n"

static const char *const anchors[] = {"/etc/unbound/root.key", "/usr/share/dns/root.key",
                                      "/var/lib/unbound/root.key"};

/* The next word of a line, or NULL. */
static char *next_word(char **rest)
{
    char *word = *rest + strspn(*rest, BLANKS);

    if (*word == '\0')
        return NULL;
    *rest = word + strcspn(word, BLANKS);
    if (**rest != '\0')
        *(*rest)++ = '\0';
    return word;
}

/* False: the address cannot be used. More servers than the C library takes are passed over. */
static bool add_server(struct dsmtp_resolv_conf *conf, const char *text)
{
    struct dsmtp_endpoint address;

    if (conf->server_count == DSMTP_NAMESERVERS_MAX)
        return true;
    if (text == NULL || strchr(text, '@') != NULL ||
        dsmtp_address_parse(text, 53, &address) != DSMTP_OK)
        return false;
    snprintf(conf->servers[conf->server_count++], sizeof(conf->servers[0]), "%s", text);
    return true;
}

/* A keyword begins its line; '#' and ';' there make a comment. */
static void read_line(struct dsmtp_resolv_conf *conf, char *line, bool *unusable)
{
    const char *keyword = strchr(BLANKS, line[0]) == NULL ? next_word(&line) : NULL;
    const char *word;

    if (keyword == NULL)
        return;
    if (strcmp(keyword, "nameserver") == 0)
        *unusable = !add_server(conf, next_word(&line)) || *unusable;
    if (strcmp(keyword, "options") == 0)
        while ((word = next_word(&line)) != NULL)
            conf->trust_ad = conf->trust_ad || strcmp(word, "trust-ad") == 0;
}

void dsmtp_system_resolv_conf(const char *file, struct dsmtp_resolv_conf *out)
{
    struct dsmtp_resolv_conf conf = {.server_count = 0};
    FILE *f = fopen(file != NULL ? file : "/etc/resolv.conf", "re");
    char *line = NULL;
    size_t room = 0;
    bool unusable = false;

    while (f != NULL && getline(&line, &room, f) >= 0)
        read_line(&conf, line, &unusable);
    unusable = unusable || (f != NULL && !feof(f));
    free(line);
    if (f != NULL)
        (void)fclose(f);
    if (conf.server_count == 0)
        (void)add_server(&conf, "127.0.0.1");
    /* Whoever is asked instead is not the one that the file calls trustworthy. */
    conf.trust_ad = conf.trust_ad && !unusable;
    *out = conf;
}

const char *dsmtp_system_trust_anchor(void)
{
    for (size_t i = 0; i < sizeof(anchors) / sizeof(anchors[0]); i++)
        if (access(anchors[i], R_OK) == 0)
            return anchors[i];
    return NULL;
}

/* Local data (/etc/hosts) comes before DNS as nsswitch.conf(5) says; what it costs is paid once, at
 * the start. */
void dsmtp_system_host_name(char out[DSMTP_NAME_SIZE])
{
    const struct addrinfo hints = {.ai_family = AF_UNSPEC, .ai_flags = AI_CANONNAME};
    struct addrinfo *found = NULL;
    char name[DSMTP_NAME_SIZE] = "";

    (void)gethostname(name, sizeof(name) - 1);
    if (strchr(name, '.') == NULL && getaddrinfo(name, NULL, &hints, &found) == 0 &&
        found->ai_canonname != NULL && strchr(found->ai_canonname, '.') != NULL)
        snprintf(name, sizeof(name), "%s", found->ai_canonname);
    if (found != NULL)
        freeaddrinfo(found);
    if (dsmtp_name_parse(name, out) != DSMTP_OK)
        snprintf(out, DSMTP_NAME_SIZE, "localhost");
}

/* Connecting a datagram socket sends nothing, but chooses route and source as for TCP. */
bool dsmtp_system_source(const char *peer, char out[INET6_ADDRSTRLEN])
{
    struct dsmtp_endpoint to, from = {.len = sizeof(from.sa)};
    const void *octets;
    bool known;
    int fd;

    if (dsmtp_address_set(peer, 25, &to) != DSMTP_OK)
        return false;
    fd = socket(to.sa.any.sa_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return false;
    known = connect(fd, &to.sa.any, to.len) == 0 && getsockname(fd, &from.sa.any, &from.len) == 0;
    (void)close(fd);
    octets = from.sa.any.sa_family == AF_INET6 ? (const void *)&from.sa.v6.sin6_addr
                                               : (const void *)&from.sa.v4.sin_addr;
    return known && inet_ntop(from.sa.any.sa_family, octets, out, INET6_ADDRSTRLEN) != NULL;
}
