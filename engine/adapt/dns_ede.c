/* dns_ede.c - codes and words of dns_ede.h. */
#include "adapt/dns_ede.h"

#include <stdio.h>
#include <string.h>

enum { EDE_BOGUS = 6 };

/* By info code; R-8914-4-1 and the registry that it opened. */
static const char *const names[] = {
    "other error",
    "unsupported DNSKEY algorithm",
    "unsupported DS digest type",
    "stale answer",
    "forged answer",
    "DNSSEC indeterminate",
    "DNSSEC bogus",
    "signature expired",
    "signature not yet valid",
    "DNSKEY missing",
    "RRSIGs missing",
    "no zone key bit set",
    "NSEC missing",
    "cached error",
    "not ready",
    "blocked",
    "censored",
    "filtered",
    "prohibited",
    "stale NXDOMAIN answer",
    "not authoritative",
    "not supported",
    "no reachable authority",
    "network error",
    "invalid data",
    "signature expired before valid",
    "too early",
    "unsupported NSEC3 iterations value",
    "unable to conform to policy",
    "synthesized",
};

/* What libunbound says, in the order of trying: the code that Unbound sends with the same words. */
static const struct {
    const char *words;
    unsigned code;
} unbound[] = {
    {"signature expired", 7},
    {"signature before inception date", 8},
    {"signature inception after expiration", 8},
    {"no signatures", 10},
    {"no DNSKEY rrset", 9},
    {"No DNSKEY record", 9},
    {"DS hash mismatches key", 9},
    {"no keys have a DS", 9},
    {"DS got DNAME answer", 9},
    {"DS got unsigned CNAME answer", 9},
    {"no NSECs", 12},
    {"fails to prove", 12},
};

const char *dsmtp_ede_name(unsigned code)
{
    return code < sizeof(names) / sizeof(names[0]) ? names[code] : NULL;
}

void dsmtp_ede_append(char *out, size_t room, unsigned code, const uint8_t *text, size_t len)
{
    const char *name = dsmtp_ede_name(code);
    size_t at = strlen(out);
    int wrote;

    if (at + 1 >= room)
        return;
    wrote = snprintf(out + at, room - at, "%sEDE %u%s%s%s", at > 0 ? "; " : "", code,
                     name != NULL ? " " : "", name != NULL ? name : "", len > 0 ? ": " : "");
    at = (size_t)wrote < room - at ? at + (size_t)wrote : room - 1;
    for (size_t i = 0; i < len && at + 1 < room; i++)
        out[at++] = text[i] < ' ' || text[i] > '~' ? '?' : (char)text[i];
    out[at] = '\0';
}

unsigned dsmtp_ede_of_words(const char *why)
{
    for (size_t i = 0; i < sizeof(unbound) / sizeof(unbound[0]); i++)
        if (strstr(why, unbound[i].words) != NULL)
            return unbound[i].code;
    return EDE_BOGUS;
}
