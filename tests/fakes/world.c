/* world.c - answers from the tables of world.h. */
#include "fakes/world.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static _Noreturn void unreadable(const char *text)
{
    fprintf(stderr, "fake world: cannot read \"%s\"\n", text);
    abort();
}

static uint8_t *room(struct fake_reply *out, size_t len, const char *text)
{
    uint8_t *at = out->octets + out->used;

    if (len > sizeof(out->octets) - out->used || out->answer.count == FAKE_RECORDS_MAX)
        unreadable(text);
    out->used += len;
    out->records[out->answer.count++] = (struct dsmtp_rdata){at, len};
    return at;
}

static void put_mx(const char *text, struct fake_reply *out)
{
    char *name;
    unsigned long preference = strtoul(text, &name, 10);
    uint8_t wire[300];
    size_t len = 2;

    name += strspn(name, " ");
    wire[0] = (uint8_t)(preference >> 8);
    wire[1] = (uint8_t)preference;
    while (*name != '\0' && *name != '.') {
        size_t label = strcspn(name, ".");

        if (label > 63 || len + label + 2 > sizeof(wire))
            unreadable(text);
        wire[len++] = (uint8_t)label;
        memcpy(wire + len, name, label);
        len += label;
        name += label + (name[label] == '.' ? 1 : 0);
    }
    wire[len++] = 0;
    memcpy(room(out, len, text), wire, len);
}

static void put_raw(const char *hex, struct fake_reply *out)
{
    size_t len = strlen(hex) / 2;
    uint8_t *at = room(out, len, hex);

    for (size_t i = 0; i < len; i++) {
        char digits[3] = {hex[2 * i], hex[2 * i + 1], '\0'};

        at[i] = (uint8_t)strtoul(digits, NULL, 16);
    }
}

static void put_tlsa(const char *text, struct fake_reply *out)
{
    static const size_t lengths[] = {5, 32, 64};
    static const uint8_t der[] = {0x30, 3, 2, 1, 0};
    unsigned matching = (unsigned)(text[2] - '0');
    size_t len =
        text[3] == '/' ? strtoul(text + 4, NULL, 10) : lengths[matching < 3 ? matching : 1];
    uint8_t *at = room(out, len + 3, text);

    for (unsigned i = 0; i < 3; i++)
        at[i] = (uint8_t)(text[i] - '0');
    memset(at + 3, 0xaa, len);
    if (matching == 0 && len == sizeof(der))
        memcpy(at + 3, der, sizeof(der));
}

static void put_address(const char *text, enum dsmtp_rrtype type, struct fake_reply *out)
{
    int family = type == DSMTP_RR_A ? AF_INET : AF_INET6;

    if (inet_pton(family, text, room(out, type == DSMTP_RR_A ? 4 : 16, text)) != 1)
        unreadable(text);
}

static void put(const char *text, enum dsmtp_rrtype type, struct fake_reply *out)
{
    if (strncmp(text, "raw ", 4) == 0)
        put_raw(text + 4, out);
    else if (type == DSMTP_RR_MX)
        put_mx(text, out);
    else if (type == DSMTP_RR_TLSA)
        put_tlsa(text, out);
    else if (type == DSMTP_RR_A || type == DSMTP_RR_AAAA)
        put_address(text, type, out);
    else
        *room(out, 1, text) = 0;
}

void fake_answer_from(const struct fake_record *record, const struct dsmtp_query *query,
                      struct fake_reply *out)
{
    out->used = 0;
    out->answer = (struct dsmtp_answer){.query = *query,
                                        .security = record->security,
                                        .presence = record->presence,
                                        .canonical = record->canonical,
                                        .aliases = record->canonical == NULL ? 0
                                                   : record->aliases != 0    ? record->aliases
                                                                             : 1,
                                        .records = out->records};
    if (record->presence == DSMTP_PRESENCE_FAILED) {
        out->answer.why = "the table says so";
        return;
    }
    for (const char *at = record->presence == DSMTP_PRESENCE_DATA ? record->data : NULL;
         at != NULL && *at != '\0';) {
        size_t len = strcspn(at, ";");
        char one[300];

        snprintf(one, sizeof(one), "%.*s", (int)len, at);
        put(one, query->type, out);
        at += len;
        at += strspn(at, "; ");
    }
}

void fake_answer(const struct fake_world *world, const struct dsmtp_query *query,
                 struct fake_reply *out)
{
    static const struct fake_record nothing = {.security = DSMTP_SECURITY_SECURE,
                                               .presence = DSMTP_PRESENCE_NODATA};

    for (unsigned i = 0; i < world->count; i++) {
        const struct fake_record *r = &world->records[i];

        if (r->type == query->type && strcmp(r->name, query->name) == 0) {
            fake_answer_from(r, query, out);
            return;
        }
    }
    fake_answer_from(&nothing, query, out);
}
