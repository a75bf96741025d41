/* pcapng.c - the writer of pcapng.h: one section, an interface each for wire and loopback, secrets,
 * packets. */
#include "run/pcapng.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SECTION = 0x0a0d0d0a, INTERFACE = 1, PACKET = 6, SECRETS = 10 };
enum { ORDER = 0x1a2b3c4d, ETHERNET = 1, TLS_KEY_LOG = 0x544c534b };
enum { OPTION_END = 0, OPTION_NAME = 2, OPTION_RESOLUTION = 9, NANOSECONDS = 9 };
/* In a TLS record with a ClientHello: where the random stands. */
enum { HANDSHAKE = 22, CLIENT_HELLO = 1, RANDOM_AT = 11, RANDOM = 32 };

static void put16(struct lab_text *t, uint16_t v)
{
    lab_text_add(t, (const char *)&v, sizeof(v));
}

static void put32(struct lab_text *t, uint32_t v)
{
    lab_text_add(t, (const char *)&v, sizeof(v));
}

/* Octets and what fills them up to a multiple of four. */
static void put_padded(struct lab_text *t, const void *data, size_t len)
{
    lab_text_add(t, data, len);
    lab_text_add(t, "\0\0\0", (4 - len % 4) % 4);
}

static void put_option(struct lab_text *t, uint16_t code, const void *data, size_t len)
{
    put16(t, code);
    put16(t, (uint16_t)len);
    put_padded(t, data, len);
}

/* A block around a body, which is used up. */
static void put_block(struct lab_text *t, uint32_t type, struct lab_text *body)
{
    uint32_t len = (uint32_t)body->len + 12;

    put32(t, type);
    put32(t, len);
    lab_text_add(t, body->text, body->len);
    put32(t, len);
    free(body->text);
    *body = (struct lab_text){0};
}

static void put_section(struct lab_text *t)
{
    struct lab_text body = {0};

    put32(&body, ORDER);
    put16(&body, 1);
    put16(&body, 0);
    put32(&body, UINT32_MAX); /* its length is not said */
    put32(&body, UINT32_MAX);
    put_block(t, SECTION, &body);
}

static void put_interface(struct lab_text *t, const char *name)
{
    const uint8_t resolution = NANOSECONDS;
    struct lab_text body = {0};

    put16(&body, ETHERNET);
    put16(&body, 0);
    put32(&body, 0); /* frames are whole */
    put_option(&body, OPTION_NAME, name, strlen(name));
    put_option(&body, OPTION_RESOLUTION, &resolution, 1);
    put_option(&body, OPTION_END, "", 0);
    put_block(t, INTERFACE, &body);
}

static void put_packet(struct lab_text *t, const struct lab_packet *p, int64_t epoch_ns)
{
    uint64_t at = (uint64_t)(p->ns + epoch_ns);
    struct lab_text body = {0};

    put32(&body, (uint32_t)p->interface);
    put32(&body, (uint32_t)(at >> 32));
    put32(&body, (uint32_t)at);
    put32(&body, p->len);
    put32(&body, p->len);
    put_padded(&body, p->frame, p->len);
    put_block(t, PACKET, &body);
}

/* Lines "LABEL RANDOM SECRET" of this session. */
static void add_secrets(struct lab_text *lines, const struct lab_secrets *secrets,
                        const uint8_t random[RANDOM])
{
    char *hex = lab_hex(random, RANDOM);
    const char *line = secrets->text;

    while (*line != '\0') {
        size_t len = strcspn(line, "\n");
        const char *id = memchr(line, ' ', len);

        if (id != NULL && strncmp(id + 1, hex, 2 * RANDOM) == 0)
            lab_text_put(lines, "%.*s\n", (int)len, line);
        line += len + (line[len] != '\0');
    }
    free(hex);
}

static void put_secrets(struct lab_text *t, const struct lab_packet *const *packets, size_t count,
                        const struct lab_secrets *secrets)
{
    struct lab_text lines = {0};
    struct lab_text body = {0};

    for (size_t i = 0; i < count; i++) {
        const struct lab_packet *p = packets[i];

        if (p->tcp && p->payload_len >= RANDOM_AT + RANDOM && p->payload[0] == HANDSHAKE &&
            p->payload[5] == CLIENT_HELLO)
            add_secrets(&lines, secrets, p->payload + RANDOM_AT);
    }
    if (lines.len > 0) {
        put32(&body, TLS_KEY_LOG);
        put32(&body, (uint32_t)lines.len);
        put_padded(&body, lines.text, lines.len);
        put_block(t, SECRETS, &body);
    }
    free(lines.text);
}

int lab_secrets_open(const char *path, struct lab_secrets *out, struct lab_fault *fault)
{
    return lab_file_read(path, &out->text, NULL, fault);
}

void lab_secrets_close(struct lab_secrets *secrets)
{
    free(secrets->text);
    secrets->text = NULL;
}

int lab_pcapng_write(const char *path, const struct lab_packet *const *packets, size_t count,
                     const struct lab_secrets *secrets, int64_t epoch_ns, struct lab_fault *fault)
{
    struct lab_text t = {0};
    int rc;

    put_section(&t);
    put_interface(&t, "eth0: sender and internet");
    put_interface(&t, "lo: sender and resolver");
    put_secrets(&t, packets, count, secrets);
    for (size_t i = 0; i < count; i++)
        put_packet(&t, packets[i], epoch_ns);
    rc = lab_file_write(path, t.text, t.len, fault);
    free(t.text);
    return rc;
}
