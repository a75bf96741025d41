/* names.c - reference identifiers of names.h. */
#include "core/names.h"

#include <stdio.h>
#include <string.h>

#include "model/name.h"

enum { BASE = 1, EXCHANGE = 2, NEXTHOP = 4, EXPANDED = 8 };

/* clang-format off */
/* Names accepted for a host of a secure MX set (R-7672-3.2.2-3, -4), by the switch ta_refids. */
static const unsigned of_secure_mx[] = {
    [DSMTP_NAMES_EXPANDED] = BASE | NEXTHOP | EXPANDED,
    [DSMTP_NAMES_NEXTHOP]  = BASE | NEXTHOP,
    [DSMTP_NAMES_BASE]     = BASE,
};
/* The next hop is the host: the name before expansion is the second one (R-7672-3.2.2-6). */
static const unsigned of_host[] = {
    [DSMTP_HOST_NAMES_NEXTHOP] = BASE | NEXTHOP,
    [DSMTP_HOST_NAMES_BASE]    = BASE,
};
/* Whoever forged the MX answer may name the next hop as he likes: only the MX hostname counts (R-7672-3.2.2-5). */
static const unsigned of_insecure_mx[] = {
    [DSMTP_INSECURE_MX_NAMES_BASE_HOST] = BASE | EXCHANGE,
    [DSMTP_INSECURE_MX_NAMES_HOST]      = EXCHANGE,
    [DSMTP_INSECURE_MX_NAMES_BASE]      = BASE,
    [DSMTP_INSECURE_MX_NAMES_ALL]       = BASE | EXCHANGE | NEXTHOP | EXPANDED,
};
/* clang-format on */

static unsigned accepted(const struct dsmtp_profile *profile, enum dsmtp_trust trust)
{
    switch (trust) {
    case DSMTP_TRUST_SECURE:
        return of_secure_mx[profile->value[DSMTP_SWITCH_TA_NAMES]];
    case DSMTP_TRUST_HOST:
        return of_host[profile->value[DSMTP_SWITCH_HOST_NAMES]];
    case DSMTP_TRUST_INSECURE:
    case DSMTP_TRUST_COUNT:
        break;
    }
    return of_insecure_mx[profile->value[DSMTP_SWITCH_INSECURE_MX_NAMES]];
}

unsigned dsmtp_names_list(const struct dsmtp_profile *profile, const struct dsmtp_names_input *in,
                          const char *out[DSMTP_NAMES_MAX])
{
    const char *const name[] = {in->base, in->exchange, in->nexthop, in->expanded};
    unsigned set = accepted(profile, in->trust);
    unsigned count = 0;

    for (unsigned i = 0; i < DSMTP_NAMES_MAX; i++) {
        bool known = (set & (1u << i)) == 0 || name[i] == NULL;

        for (unsigned k = 0; k < count && !known; k++)
            known = strcmp(out[k], name[i]) == 0;
        if (!known)
            out[count++] = name[i];
    }
    return count;
}

/* What a word of match= stands for. */
static const char *resolve(struct dsmtp_arena *arena, const char *word,
                           const struct dsmtp_names_input *in)
{
    char below[DSMTP_NAME_SIZE + 1];

    if (strcmp(word, "hostname") == 0)
        return in->exchange;
    if (strcmp(word, "nexthop") == 0)
        return in->nexthop;
    if (strcmp(word, "dot-nexthop") != 0)
        return word;
    (void)snprintf(below, sizeof(below), ".%s", in->nexthop);
    return dsmtp_arena_strdup(arena, below);
}

enum dsmtp_status dsmtp_names_local(struct dsmtp_arena *arena, enum dsmtp_policy policy,
                                    const struct dsmtp_local_entry *entry,
                                    const struct dsmtp_names_input *in, const char *const **out,
                                    unsigned *count)
{
    static const char *const of_verify[] = {"hostname"};
    static const char *const of_secure[] = {"nexthop", "dot-nexthop"};
    bool own = entry != NULL && entry->match_count > 0;
    bool verify = policy == DSMTP_POLICY_VERIFY;
    const char *const *words = own ? entry->matches : verify ? of_verify : of_secure;
    unsigned n = own ? entry->match_count : verify ? 1 : 2;
    const char **names = dsmtp_arena_alloc(arena, n, sizeof(*names));

    if (names == NULL)
        return DSMTP_NOMEM;
    for (unsigned i = 0; i < n; i++) {
        names[i] = resolve(arena, words[i], in);
        if (names[i] == NULL)
            return DSMTP_NOMEM;
    }
    *out = names;
    *count = n;
    return DSMTP_OK;
}
