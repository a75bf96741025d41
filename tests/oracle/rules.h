/* rules.h - what the parts of the oracle share: the profiles, and the properties of a state that
 * one part finds and another one needs. */
#ifndef TESTS_ORACLE_RULES_H
#define TESTS_ORACLE_RULES_H

#include "oracle/oracle.h"

/* Where the versions of the rules differ: the table at the end of catalogue section C. */
struct oracle_rules {
    bool zero_is_two;         /* C1, S27; zero_full_only: of usage 0 only Full(0) data */
    bool zero_full_only;      /* C1, opp2013 */
    bool one_is_three;        /* C2, S28 */
    bool unusable_is_none;    /* C3, S35: nothing usable is as good as no records */
    bool dane_on_insecure_mx; /* C4, R-7672-2.2.1-9 */
    bool imputed_mx;          /* C6, C7, S10, S12: NODATA counts as an MX record of its security */
    bool exchange_is_base;    /* C8, S44 */
    bool addresses_decide;    /* C9, R-7672-2.2.2-6; C10 goes with it */
    bool nexthop_end_is_name; /* C16, R-7672-3.2.2-4 */
    bool clear_after_loss; /* C20, R-7672-2.2-8: cleartext also after TLS broke during the mail */
    bool agility;          /* C18, R-7671-9-4 */
    bool insecure_tlsa_helps; /* C24: insecure records may be used against stripping */
    bool postfix_names;       /* E14, E15: as Postfix is read to do */
    bool postfix_mx;          /* E3, E34 */
};

const struct oracle_rules *oracle_rules(const struct oracle_state *state);

/* Does local policy demand DANE, or switch it off? */
bool oracle_mandatory(const struct oracle_state *state);
bool oracle_dane_is_off(const struct oracle_state *state);

/* What the MX answer leads to: a mask of these. */
enum oracle_gate { ORACLE_GATE_DEFER, ORACLE_GATE_BOUNCE, ORACLE_GATE_HOSTS };
unsigned oracle_gates(const struct oracle_state *state);

/* Of the MX answer and its alias. */
enum oracle_security oracle_mx_security(const struct oracle_state *state);
/* Is the next-hop domain itself the only host? */
bool oracle_implicit(const struct oracle_state *state);
/* Is the host's name an alias? */
bool oracle_aliased(const struct oracle_state *state, size_t host);
bool oracle_address_found(const struct oracle_state *state, size_t host, enum oracle_family family);
bool oracle_address_failed(const struct oracle_state *state, size_t host,
                           enum oracle_family family);

/* Has the set a usable record? junk: FULL_JUNK counts as one. */
bool oracle_any_usable(const struct oracle_rules *rules, const struct oracle_tlsa_state *set,
                       bool junk);

/* Is the peer authenticated at this DANE level, in the stricter or the laxer reading of its names?
 */
bool oracle_authenticated(const struct oracle_state *state, size_t host, enum oracle_level level,
                          bool strict);

#endif
