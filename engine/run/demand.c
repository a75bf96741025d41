/* demand.c - from level to demand. */
#include "run/demand.h"

static enum dsmtp_against against(enum dsmtp_level level)
{
    static const enum dsmtp_against of[DSMTP_LEVEL_COUNT] = {
        [DSMTP_LEVEL_DANE] = DSMTP_AGAINST_TLSA,
        [DSMTP_LEVEL_FINGERPRINT] = DSMTP_AGAINST_FINGERPRINTS,
        [DSMTP_LEVEL_VERIFY] = DSMTP_AGAINST_AUTHORITIES,
        [DSMTP_LEVEL_SECURE] = DSMTP_AGAINST_AUTHORITIES,
    };

    return of[level];
}

struct dsmtp_tls_demand dsmtp_demand_of(const struct dsmtp_profile *profile,
                                        const struct dsmtp_host_plan *host,
                                        const struct dsmtp_local_entry *entry,
                                        enum dsmtp_level level)
{
    struct dsmtp_tls_demand demand = {
        .authenticate = against(level),
        .audit = level == DSMTP_LEVEL_AUDIT,
        .records = host->tlsa,
        .record_count = host->tlsa_count,
        .names = host->names,
        .name_count = host->name_count,
        .multi_label_wildcards =
            profile->value[DSMTP_SWITCH_WILDCARD] == DSMTP_WILDCARD_MULTI_LABEL,
        .no_common_name = profile->value[DSMTP_SWITCH_CN_FALLBACK] == DSMTP_OFF,
        .sni = host->sni,
    };

    if (entry != NULL) {
        demand.fingerprints = entry->fingerprints;
        demand.fingerprint_count = entry->fingerprint_count;
        demand.limits = entry->limits;
    }
    return demand;
}
