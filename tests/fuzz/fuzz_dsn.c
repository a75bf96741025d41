/* fuzz_dsn.c - enhanced status codes, against a regular expression: what is read off a reply is one
 * of its class, and what is chosen for a recipient always is one. Input: two octets for reply code,
 * verdict and reason, then the text of the reply. */
#include <regex.h>
#include <stdlib.h>
#include <string.h>

#include "core/dsn.h"
#include "fuzz/fuzz.h"

#define CODE "^[245]\\.[0-9]{1,3}\\.[0-9]{1,3}"

static bool matches(const char *pattern, const char *text, size_t *len)
{
    regmatch_t found[1];
    regex_t compiled;
    bool ok;

    if (regcomp(&compiled, pattern, REG_EXTENDED) != 0)
        abort();
    ok = regexec(&compiled, text, 1, found, 0) == 0;
    regfree(&compiled);
    *len = ok ? (size_t)found[0].rm_eo : 0;
    return ok;
}

/* The code at the start of the text, behind which a blank or nothing stands; its length or 0. */
static size_t expect(unsigned code, const char *text)
{
    size_t len = 0;

    if (!matches(CODE "( |$)", text, &len) || (unsigned)(text[0] - '0') != code / 100)
        return 0;
    return text[len - 1] == ' ' ? len - 1 : len;
}

static void choose(uint8_t octet, const char *said)
{
    static const char class[] = {[DSMTP_VERDICT_DELIVERED] = '2', [DSMTP_VERDICT_ATTEMPT] = '2',
                                 [DSMTP_VERDICT_BOUNCED] = '5',   [DSMTP_VERDICT_BOUNCE] = '5',
                                 [DSMTP_VERDICT_DEFERRED] = '4',  [DSMTP_VERDICT_DEFER] = '4'};
    char out[DSMTP_DSN_SIZE];
    size_t len;

    for (unsigned v = 0; v < sizeof(class); v++) {
        dsmtp_dsn_choose((enum dsmtp_verdict)v, (enum dsmtp_reason)(octet % DSMTP_REASON_COUNT),
                         said, out);
        if (!matches(CODE "$", out, &len) || out[0] != class[v])
            abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char out[DSMTP_DSN_SIZE];
    char *text;
    unsigned code;
    size_t want;

    if (size < 2)
        return 0;
    code = 200 + data[0] % 4u * 100;
    text = calloc(1, size - 1);
    if (text == NULL)
        return 0;
    memcpy(text, data + 2, size - 2);
    for (size_t i = 0; i < size - 2; i++) /* lines of a reply have neither */
        text[i] = text[i] == '\0' || text[i] == '\n' ? '?' : text[i];
    dsmtp_dsn_read(code, text, size - 2, out);
    want = expect(code, text);
    if (strlen(out) != want || memcmp(out, text, want) != 0)
        abort();
    choose(data[1], out);
    free(text);
    return 0;
}
