/* fuzz_nexthop.c - destinations as people write them: what is accepted has one canonical text that
 * means the same and is its own; an address is one that the system knows. Refused is refused with
 * words. */
#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#include "core/nexthop.h"
#include "fuzz/fuzz.h"

static bool same(const struct dsmtp_nexthop *a, const struct dsmtp_nexthop *b)
{
    return a->kind == b->kind && a->port == b->port && strcmp(a->name, b->name) == 0;
}

/* The port, read from the end of the text. */
static unsigned port(const char *text)
{
    const char *end = strrchr(text, ':');
    const char *bracket = strrchr(text, ']');

    return end != NULL && (bracket == NULL || bracket < end) ? (unsigned)strtoul(end + 1, NULL, 10)
                                                             : DSMTP_SMTP_PORT;
}

static void look(const char *text, const struct dsmtp_nexthop *n)
{
    char name[DSMTP_NAME_SIZE];
    unsigned char octets[16];
    bool address =
        inet_pton(AF_INET, n->name, octets) == 1 || inet_pton(AF_INET6, n->name, octets) == 1;

    if ((n->kind == DSMTP_NEXTHOP_DOMAIN) == (text[0] == '[') ||
        (n->kind == DSMTP_NEXTHOP_ADDRESS) != address || n->port != port(text))
        abort();
    if (!address && (dsmtp_name_parse(n->name, name) != DSMTP_OK || strcmp(name, n->name) != 0))
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = calloc(1, size + 1);
    char canonical[DSMTP_NEXTHOP_TEXT_SIZE], twice[DSMTP_NEXTHOP_TEXT_SIZE];
    struct dsmtp_nexthop nexthop, again;
    struct dsmtp_fault fault = {.what = ""};

    if (text == NULL)
        return 0;
    if (size > 0)
        memcpy(text, data, size);
    if (dsmtp_nexthop_parse(text, &nexthop, &fault) == DSMTP_OK) {
        look(text, &nexthop);
        dsmtp_nexthop_text(&nexthop, canonical);
        if (dsmtp_nexthop_parse(canonical, &again, &fault) != DSMTP_OK || !same(&nexthop, &again))
            abort();
        dsmtp_nexthop_text(&again, twice);
        if (strcmp(canonical, twice) != 0)
            abort();
    } else if (fault.what[0] == '\0') {
        abort();
    }
    free(text);
    return 0;
}
