/* engine.h - what every job of a run shares: profile, adapters, limits. */
#ifndef DSMTP_RUN_ENGINE_H
#define DSMTP_RUN_ENGINE_H

#include <stdint.h>

#include "core/hosts.h"
#include "core/profile.h"
#include "port/resolver.h"
#include "port/stream.h"

struct dsmtp_engine {
    struct dsmtp_profile profile;
    struct dsmtp_resolver resolver;
    struct dsmtp_connector connector;
    unsigned service_port;  /* of the TLSA owner name: 25 */
    unsigned dial_port;     /* connected to: 25, unless a test says otherwise */
    unsigned timeout_ms;    /* no wait for a server is longer than this; 0: the waits of RFC 5321,
                               section 4.5.3.2 */
    unsigned address_limit; /* addresses tried for one target; 0: all (RFC 5321, section 5.1) */
    const char *helo;       /* own name */
    uint64_t seed;          /* shuffles hosts of equal preference */
    struct dsmtp_self self; /* own names and addresses: MX records that end the list */
    /* Called for every rule and step; may be NULL. Strings are valid during the call. */
    void (*trace)(void *arg, const char *target, const char *subject, const char *what,
                  const char *rules);
    void *trace_arg;
};

#endif
