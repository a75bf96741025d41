/* dns_reply.c - the replies of dns_reply.h. */
#include "dns_reply.h"

#include <string.h>

static void put(struct reply *r, const void *bytes, size_t len)
{
    memcpy(r->bytes + r->len, bytes, len);
    r->len += len;
}

static void put16(struct reply *r, unsigned value)
{
    const uint8_t bytes[] = {(uint8_t)(value >> 8), (uint8_t)value};

    put(r, bytes, 2);
}

size_t reply_name(const char *name, uint8_t *out)
{
    size_t len = 0;

    for (const char *label = name; *label != '\0' && *label != '.';) {
        size_t n = strcspn(label, ".");

        out[len++] = (uint8_t)n;
        memcpy(out + len, label, n);
        len += n;
        label += n + (label[n] == '.' ? 1 : 0);
    }
    out[len++] = 0;
    return len;
}

static void put_name(struct reply *r, const char *name)
{
    r->len += reply_name(name, r->bytes + r->len);
}

void reply_begin(struct reply *r, unsigned flags, const char *name, enum dsmtp_rrtype type)
{
    r->len = 0;
    put16(r, 0x1234);
    put16(r, 0x8180 | flags);
    put16(r, 1);
    put(r, "\0\0\0\0\0\0", 6);
    put_name(r, name);
    put16(r, type);
    put16(r, 1);
}

void reply_add(struct reply *r, enum section section, const char *owner, unsigned type,
               const void *rdata, size_t len)
{
    uint8_t *count = r->bytes + 6 + 2 * section;

    put_name(r, owner);
    put16(r, type);
    put16(r, type == 41 ? 4096 : 1);
    put(r, "\0\0\0\x3c", 4);
    put16(r, (unsigned)len);
    put(r, rdata, len);
    if (++count[1] == 0)
        count[0]++;
}

void reply_address(struct reply *r, const char *owner)
{
    reply_add(r, AN, owner, DSMTP_RR_A, "\x7f\0\0\1", 4);
}

void reply_alias(struct reply *r, const char *owner, const char *target)
{
    uint8_t name[300];

    reply_add(r, AN, owner, DSMTP_RR_CNAME, name, reply_name(target, name));
}

void reply_soa(struct reply *r)
{
    reply_add(r, NS, "example", 6, "\0\0\0\0\0\1\0\0\0\1\0\0\0\1\0\0\0\1\0\0\0\1", 22);
}

void reply_extended(struct reply *r)
{
    reply_add(r, AR, ".", 41, "\0\x0f\0\x06\0\x09why\n", 10);
}
