/* dsn.c - enhanced status codes of dsn.h. */
#include "core/dsn.h"

#include <stdbool.h>
#include <string.h>

/* clang-format off */
/* Subject and detail of what the client decides. What a server refuses and gives no code for is
 * "0.0": RFC 3463 has nothing better for it. */
static const char *const own[DSMTP_REASON_COUNT] = {
    [DSMTP_REASON_MX_BOGUS]           = "7.5",
    [DSMTP_REASON_MX_ERROR]           = "4.3",
    [DSMTP_REASON_NO_SUCH_DOMAIN]     = "1.2",
    [DSMTP_REASON_NULL_MX]            = "1.10", /* RFC 7505, section 5 */
    [DSMTP_REASON_NO_VALID_MX]        = "4.4",
    [DSMTP_REASON_MAIL_LOOP]          = "4.6",
    [DSMTP_REASON_MX_ALIAS]           = "4.4",
    [DSMTP_REASON_ADDRESS_BOGUS]      = "7.5",
    [DSMTP_REASON_ADDRESS_ERROR]      = "4.3",
    [DSMTP_REASON_NO_ADDRESS]         = "4.4",
    [DSMTP_REASON_ALIAS_BOGUS]        = "7.5",
    [DSMTP_REASON_ALIAS_ERROR]        = "4.3",
    [DSMTP_REASON_TLSA_BOGUS]         = "7.5",
    [DSMTP_REASON_TLSA_ERROR]         = "7.5",
    [DSMTP_REASON_DANE_REQUIRED]      = "7.5",
    [DSMTP_REASON_NO_HOST_LEFT]       = "4.4",
    [DSMTP_REASON_CONNECT_FAILED]     = "4.1",
    [DSMTP_REASON_CONNECTION_LOST]    = "4.2",
    [DSMTP_REASON_TIMEOUT]            = "4.2",
    [DSMTP_REASON_PROTOCOL_ERROR]     = "5.0",
    [DSMTP_REASON_NO_STARTTLS]        = "7.4",
    [DSMTP_REASON_STARTTLS_REFUSED]   = "7.4",
    [DSMTP_REASON_STARTTLS_INJECTION] = "7.5",
    [DSMTP_REASON_TLS_HANDSHAKE]      = "7.5",
    [DSMTP_REASON_TLSA_MISMATCH]      = "7.5",
    [DSMTP_REASON_NAME_MISMATCH]      = "7.5",
    [DSMTP_REASON_CHAIN_INVALID]      = "7.5",
    [DSMTP_REASON_CHAIN_UNTRUSTED]    = "7.5",
    [DSMTP_REASON_FINGERPRINT_MISMATCH] = "7.5",
    [DSMTP_REASON_MESSAGE_TOO_BIG]    = "3.4",
    [DSMTP_REASON_NO_8BITMIME]        = "6.3",
    [DSMTP_REASON_NO_SMTPUTF8]        = "6.7",
    [DSMTP_REASON_ADDRESS_LIMIT]      = "4.1",
    [DSMTP_REASON_INTERNAL]           = "3.0",
};
/* clang-format on */

/* One to three digits: their number, otherwise 0. */
static size_t digits(const char *s, size_t len)
{
    size_t n = 0;

    while (n < len && s[n] >= '0' && s[n] <= '9')
        n++;
    return n <= 3 ? n : 0;
}

void dsmtp_dsn_read(unsigned code, const char *text, size_t len, char out[DSMTP_DSN_SIZE])
{
    size_t subject, detail, end;

    out[0] = '\0';
    if (len < 5 || text[1] != '.' || (text[0] != '2' && text[0] != '4' && text[0] != '5') ||
        (unsigned)(text[0] - '0') != code / 100)
        return;
    subject = digits(text + 2, len - 2);
    end = 2 + subject;
    if (subject == 0 || end == len || text[end] != '.')
        return;
    detail = digits(text + end + 1, len - end - 1);
    end += 1 + detail;
    if (detail == 0 || (end < len && text[end] != ' '))
        return;
    memcpy(out, text, end);
    out[end] = '\0';
}

void dsmtp_dsn_choose(enum dsmtp_verdict verdict, enum dsmtp_reason reason, const char *said,
                      char out[DSMTP_DSN_SIZE])
{
    bool good = verdict == DSMTP_VERDICT_DELIVERED || verdict == DSMTP_VERDICT_ATTEMPT;
    bool bad = verdict == DSMTP_VERDICT_BOUNCED || verdict == DSMTP_VERDICT_BOUNCE;
    const char *rest = own[reason] != NULL ? own[reason] : "0.0";

    out[0] = good ? '2' : bad ? '5' : '4';
    out[1] = '.';
    if (said[0] == out[0] || (said[0] != '\0' && own[reason] == NULL))
        rest = said + 2;
    memcpy(out + 2, rest, strlen(rest) + 1);
}
