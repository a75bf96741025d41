/* rules.c - the profiles, one row each, and local policy. */
#include "oracle/rules.h"

/* clang-format off */
static const struct oracle_rules profiles[ORACLE_PROFILE_COUNT] = {
    [ORACLE_PROFILE_RFC7672]    = {.dane_on_insecure_mx = true, .addresses_decide = true, .nexthop_end_is_name = true, .clear_after_loss = true, .agility = true},
    [ORACLE_PROFILE_SEED2013]   = {.zero_is_two = true, .one_is_three = true, .unusable_is_none = true, .imputed_mx = true, .exchange_is_base = true},
    [ORACLE_PROFILE_OPP2013]    = {.zero_is_two = true, .zero_full_only = true, .one_is_three = true},
    [ORACLE_PROFILE_DRAFT2014]  = {.addresses_decide = true, .nexthop_end_is_name = true, .clear_after_loss = true, .agility = true},
    [ORACLE_PROFILE_DRAFT2014B] = {.dane_on_insecure_mx = true, .addresses_decide = true, .nexthop_end_is_name = true, .clear_after_loss = true, .agility = true,
                                   .insecure_tlsa_helps = true},
    [ORACLE_PROFILE_POSTFIX]    = {.dane_on_insecure_mx = true, .addresses_decide = true, .nexthop_end_is_name = true, .clear_after_loss = true, .agility = true,
                                   .postfix_names = true, .postfix_mx = true},
};
/* clang-format on */

const struct oracle_rules *oracle_rules(const struct oracle_state *state)
{
    return &profiles[state->profile];
}

bool oracle_addresses_first(enum oracle_profile profile)
{
    return profiles[profile].addresses_decide;
}

bool oracle_mandatory(const struct oracle_state *state)
{
    return state->local == ORACLE_LOCAL_DANE_ONLY;
}

/* S2, S3: any local policy that is not DANE is applied in its place. */
bool oracle_dane_is_off(const struct oracle_state *state)
{
    return state->local == ORACLE_LOCAL_CLEAR || state->local == ORACLE_LOCAL_MAY ||
           state->local == ORACLE_LOCAL_ENCRYPT;
}
