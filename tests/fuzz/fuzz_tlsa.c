/* fuzz_tlsa.c - TLSA records from text and from rdata, and their usability; text against a second
 * reader, and written anew it reads the same. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/usable.h"
#include "fuzz/fuzz.h"

static void use(struct dsmtp_tlsa record)
{
    struct dsmtp_profile mapped = *dsmtp_profile_at(0);

    mapped.value[DSMTP_SWITCH_USAGE0] = DSMTP_USAGE_MAP;
    mapped.value[DSMTP_SWITCH_USAGE1] = DSMTP_USAGE_MAP;
    if (dsmtp_usable_mark(dsmtp_profile_at(0), &record, 1) > dsmtp_usable_mark(&mapped, &record, 1))
        abort();
    if (record.why == DSMTP_UNUSABLE_NO &&
        (record.effective_usage < 2 || record.effective_usage > 3 || record.selector > 1 ||
         record.len == 0))
        abort();
}

/* "3 1 1 HEX" read by other means: three numbers, then pairs of digits. False: not that. */
static bool read_text(const char *text, unsigned field[3], uint8_t *octets, size_t room,
                      size_t *len)
{
    size_t digits = 0;
    int at = 0;

    for (unsigned i = 0; i < 3; i++, text += at) {
        text += strspn(text, " \t\n\v\f\r");
        field[i] = 0;
        for (at = 0; at < 9 && isdigit((unsigned char)text[at]); at++)
            field[i] = field[i] * 10 + (unsigned)(text[at] - '0');
        if (at == 0 || field[i] > 255 || !isspace((unsigned char)text[at]))
            return false;
    }
    for (char pair[3] = ""; *text != '\0'; text++) {
        if (isspace((unsigned char)*text))
            continue;
        if (!isxdigit((unsigned char)*text) || digits / 2 >= room)
            return false;
        pair[digits % 2] = *text;
        if (digits++ % 2 == 1)
            octets[digits / 2 - 1] = (uint8_t)strtoul(pair, NULL, 16);
    }
    *len = digits / 2;
    return digits > 0 && digits % 2 == 0;
}

static bool same(const struct dsmtp_tlsa *a, const struct dsmtp_tlsa *b)
{
    return a->usage == b->usage && a->selector == b->selector && a->matching == b->matching &&
           a->len == b->len && memcmp(a->data, b->data, a->len) == 0;
}

static void check_text(const char *text)
{
    uint8_t octets[64], other[64];
    char anew[16 + 2 * sizeof(octets)];
    struct dsmtp_tlsa record, again;
    unsigned field[3];
    size_t len;
    int at;

    if (dsmtp_tlsa_from_text(text, octets, sizeof(octets), &record) != DSMTP_OK) {
        /* The second reader takes no number of more than nine digits: leading zeros. */
        if (read_text(text, field, other, sizeof(other), &len))
            abort();
        return;
    }
    if (record.len == 0 || record.len > sizeof(octets))
        abort();
    use(record);
    if (read_text(text, field, other, sizeof(other), &len)) {
        again = (struct dsmtp_tlsa){.usage = (uint8_t)field[0],
                                    .selector = (uint8_t)field[1],
                                    .matching = (uint8_t)field[2],
                                    .data = other,
                                    .len = len};
        if (!same(&record, &again))
            abort();
    }
    at = snprintf(anew, sizeof(anew), "%u %u %u ", record.usage, record.selector, record.matching);
    for (size_t i = 0; i < record.len; i++)
        at += snprintf(anew + at, sizeof(anew) - (size_t)at, "%02X", octets[i]);
    if (dsmtp_tlsa_from_text(anew, other, sizeof(other), &again) != DSMTP_OK ||
        !same(&record, &again))
        abort();
}

/* The fields are the octets, in order. */
static void check_rdata(const uint8_t *data, size_t size)
{
    struct dsmtp_tlsa record = dsmtp_tlsa_split(data, size);

    if ((record.why == DSMTP_UNUSABLE_SHORT) != (size < 4) ||
        record.len != (size < 4 ? 0 : size - 3))
        abort();
    if (size >= 3 &&
        (record.usage != data[0] || record.selector != data[1] || record.matching != data[2]))
        abort();
    use(record);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = calloc(1, size + 1);

    if (text == NULL)
        return 0;
    if (size > 0)
        memcpy(text, data, size);
    check_text(text);
    free(text);
    check_rdata(data, size);
    return 0;
}
