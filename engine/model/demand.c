/* demand.c - words of demand.h. */
#include "model/demand.h"

#include "model/tlsa.h"

#define X(name, word) (word),
static const char *const version[] = {DSMTP_TLS_VERSION_LIST(X)};
static const char *const against[] = {DSMTP_AGAINST_LIST(X)};
#undef X

const char *dsmtp_tls_version_name(enum dsmtp_tls_version v)
{
    return version[v];
}

const char *dsmtp_against_name(enum dsmtp_against v)
{
    return against[v];
}

bool dsmtp_fingerprint_parse(const char *text, size_t len, struct dsmtp_fingerprint *out)
{
    bool colons = len > 2 && text[2] == ':';
    size_t step = colons ? 3 : 2;

    out->len = 0;
    if ((len + (colons ? 1 : 0)) % step != 0)
        return false;
    for (size_t i = 0; i < len; i += step) {
        int high = dsmtp_hex_value(text[i]);
        int low = dsmtp_hex_value(text[i + 1]);

        if (high < 0 || low < 0 || out->len == DSMTP_FINGERPRINT_MAX ||
            (colons && i + 2 < len && text[i + 2] != ':'))
            return false;
        out->digest[out->len++] = (uint8_t)(high << 4 | low);
    }
    return out->len == 20 || out->len == 32 || out->len == 64;
}
