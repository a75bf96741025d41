/* values.c - values of values.h. */
#include "cli/values.h"

#include <string.h>
#include <time.h>

bool dsmtp_value_number(const char *text, uint64_t min, uint64_t max, uint64_t *out)
{
    uint64_t value = 0;

    if (*text == '\0')
        return false;
    for (; *text != '\0'; text++) {
        uint64_t digit = (uint64_t)(*text - '0');

        if (*text < '0' || *text > '9' || value > (UINT64_MAX - digit) / 10)
            return false;
        value = value * 10 + digit;
    }
    if (value < min || value > max)
        return false;
    *out = value;
    return true;
}

bool dsmtp_value_time(const char *text, int64_t *out)
{
    const uint64_t latest = UINT64_C(253402300799); /* 9999-12-31T23:59:59Z */
    struct tm utc = {0};
    time_t seconds;
    uint64_t number;
    int day;
    const char *end;

    if (dsmtp_value_number(text, 0, latest, &number)) {
        *out = (int64_t)number;
        return true;
    }
    end = strptime(text, "%Y-%m-%dT%H:%M:%SZ", &utc);
    if (end == NULL || *end != '\0')
        return false;
    day = utc.tm_mday;
    seconds = timegm(&utc);
    /* timegm makes 1 March of 29 February 2026. */
    if (seconds < 0 || utc.tm_mday != day)
        return false;
    *out = seconds;
    return true;
}

bool dsmtp_value_policy(const char *text, enum dsmtp_policy *out)
{
    for (unsigned i = 0; i < DSMTP_POLICY_COUNT; i++) {
        if (i != DSMTP_POLICY_FINGERPRINT &&
            strcmp(text, dsmtp_policy_name((enum dsmtp_policy)i)) == 0) {
            *out = (enum dsmtp_policy)i;
            return true;
        }
    }
    return false;
}
