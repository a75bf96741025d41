/* test_policy.c - the decision tables are total and unambiguous under every value of every switch,
 * and no row is dead. */
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "core/policy.h"
#include "golden.h"

enum { ROWS_MAX = 64 };

static bool mx_hit[ROWS_MAX], host_hit[ROWS_MAX];

static bool possible(unsigned security, unsigned mx)
{
    bool failed = security == DSMTP_SECURITY_BOGUS || security == DSMTP_SECURITY_ERROR;

    return mx == DSMTP_MX_NOT_ASKED || (mx == DSMTP_MX_FAILED) == failed;
}

static void each_mx(const struct dsmtp_profile *p)
{
    for (unsigned policy = 0; policy < DSMTP_POLICY_COUNT; policy++) {
        for (unsigned security = 0; security < DSMTP_SECURITY_COUNT; security++) {
            for (unsigned mx = 0; mx < DSMTP_MX_COUNT; mx++) {
                const struct dsmtp_mx_row *row;
                unsigned found = 0;

                for (unsigned i = 0;
                     possible(security, mx) && (row = dsmtp_policy_mx_row(i)) != NULL; i++) {
                    if (!dsmtp_policy_mx_applies(row, p, policy, security, mx))
                        continue;
                    mx_hit[i] = true;
                    found++;
                }
                if (possible(security, mx) && found != 1) {
                    check_rowf("%s: policy %s, MX %s %s", p->name, dsmtp_policy_name(policy),
                               dsmtp_security_name(security), dsmtp_mx_name(mx));
                    check_uint(found, 1);
                }
            }
        }
    }
}

static unsigned host_rows(const struct dsmtp_profile *p, unsigned policy, unsigned trust,
                          unsigned address, unsigned tlsa)
{
    const struct dsmtp_host_row *row;
    unsigned found = 0;

    for (unsigned i = 0; (row = dsmtp_policy_host_row(i)) != NULL; i++) {
        if (!dsmtp_policy_host_applies(row, p, policy, trust, address, tlsa))
            continue;
        host_hit[i] = true;
        found++;
    }
    return found;
}

/* One row that decides without TLSA, or none and then one for each answer. */
static void each_host(const struct dsmtp_profile *p)
{
    for (unsigned policy = 0; policy < DSMTP_POLICY_COUNT; policy++) {
        for (unsigned trust = 0; trust < DSMTP_TRUST_COUNT; trust++) {
            for (unsigned address = 0; address < DSMTP_ADDRESS_COUNT; address++) {
                unsigned unasked = host_rows(p, policy, trust, address, DSMTP_TLSA_NOT_ASKED);
                bool fine = unasked <= 1;

                for (unsigned tlsa = DSMTP_TLSA_NOT_ASKED + 1;
                     unasked == 0 && tlsa < DSMTP_TLSA_STATE_COUNT; tlsa++)
                    fine = fine && host_rows(p, policy, trust, address, tlsa) == 1;
                if (!fine) {
                    check_rowf("%s: policy %s, trust %s, address %s", p->name,
                               dsmtp_policy_name(policy), dsmtp_trust_name(trust),
                               dsmtp_address_name(address));
                    check_true(fine);
                }
            }
        }
    }
}

/* The switches that rows of a table mention: no others can change what it says. */
static unsigned mentioned_by_mx(enum dsmtp_switch *out)
{
    const struct dsmtp_mx_row *row;
    bool seen[DSMTP_SWITCH_COUNT] = {false};
    unsigned count = 0;

    for (unsigned i = 0; (row = dsmtp_policy_mx_row(i)) != NULL; i++)
        if (row->when.values != 0 && !seen[row->when.which]) {
            seen[row->when.which] = true;
            out[count++] = row->when.which;
        }
    return count;
}

static unsigned mentioned_by_host(enum dsmtp_switch *out)
{
    const struct dsmtp_host_row *row;
    bool seen[DSMTP_SWITCH_COUNT] = {false};
    unsigned count = 0;

    for (unsigned i = 0; (row = dsmtp_policy_host_row(i)) != NULL; i++)
        for (unsigned k = 0; k < CHECK_COUNT(row->when); k++)
            if (row->when[k].values != 0 && !seen[row->when[k].which]) {
                seen[row->when[k].which] = true;
                out[count++] = row->when[k].which;
            }
    return count;
}

/* The next combination of the values of these switches; false after the last. */
static bool next_values(struct dsmtp_profile *p, const enum dsmtp_switch *which, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        if (dsmtp_switch_info(which[i])->values[++p->value[which[i]]] != NULL)
            return true;
        p->value[which[i]] = 0;
    }
    return false;
}

/* Each table under every combination of the values of all switches that it knows. */
static void test_total(void)
{
    enum dsmtp_switch which[DSMTP_SWITCH_COUNT];
    struct dsmtp_profile p = *dsmtp_profile_at(0);
    unsigned count;

    memset(mx_hit, 0, sizeof(mx_hit));
    memset(host_hit, 0, sizeof(host_hit));
    count = mentioned_by_mx(which);
    check_true(count > 0);
    for (unsigned i = 0; i < count; i++)
        p.value[which[i]] = 0;
    do
        each_mx(&p);
    while (next_values(&p, which, count));
    count = mentioned_by_host(which);
    check_true(count > 0);
    for (unsigned i = 0; i < count; i++)
        p.value[which[i]] = 0;
    do
        each_host(&p);
    while (next_values(&p, which, count));
}

static void test_no_dead_rows(void)
{
    for (unsigned i = 0; dsmtp_policy_mx_row(i) != NULL; i++) {
        check_rowf("MX row %u", i);
        check_true(mx_hit[i]);
        check_true(dsmtp_policy_mx_row(i)->rules[0] != '\0');
    }
    for (unsigned i = 0; dsmtp_policy_host_row(i) != NULL; i++) {
        check_rowf("host row %u", i);
        check_true(host_hit[i]);
        check_true(dsmtp_policy_host_row(i)->rules[0] != '\0');
    }
}

static bool depends_on(const struct dsmtp_host_row *h, enum dsmtp_switch which)
{
    return (h->when[0].values != 0 && h->when[0].which == which) ||
           (h->when[1].values != 0 && h->when[1].which == which);
}

/* With usable records nothing less than dane, unless a switch asks for it. */
static bool usable_is_dane(const struct dsmtp_host_row *h)
{
    if (h->level == DSMTP_LEVEL_AUDIT)
        return depends_on(h, DSMTP_SWITCH_AUTH_FAILURE);
    if (h->level == DSMTP_LEVEL_ENCRYPT)
        return depends_on(h, DSMTP_SWITCH_INSECURE_MX);
    return h->level == DSMTP_LEVEL_DANE;
}

static void check_host_row(const struct dsmtp_host_row *h)
{
    const unsigned no_address = 1u << DSMTP_ADDRESS_ABSENT | 1u << DSMTP_ADDRESS_BOGUS |
                                1u << DSMTP_ADDRESS_ERROR | 1u << DSMTP_ADDRESS_ALIAS_BOGUS |
                                1u << DSMTP_ADDRESS_ALIAS_ERROR;
    const unsigned failed = 1u << DSMTP_TLSA_BOGUS | 1u << DSMTP_TLSA_ERROR;
    const unsigned clear = 1u << DSMTP_LEVEL_MAY | 1u << DSMTP_LEVEL_NONE;
    const unsigned authenticated = 1u << DSMTP_LEVEL_DANE | 1u << DSMTP_LEVEL_AUDIT;
    unsigned level = 1u << h->level;

    if ((h->address & no_address) != 0 || (h->tlsa & failed) != 0)
        check_int(h->level, DSMTP_LEVEL_SKIP);
    if (h->tlsa == 1u << DSMTP_TLSA_USABLE)
        check_true(usable_is_dane(h));
    else
        check_true((level & authenticated) == 0);
    if ((h->policy & 1u << DSMTP_POLICY_DANE_ONLY) != 0)
        check_true(h->level == DSMTP_LEVEL_SKIP || h->level == DSMTP_LEVEL_DANE);
    if ((h->policy & 1u << DSMTP_POLICY_ENCRYPT) != 0)
        check_true((level & clear) == 0);
}

/* A local policy that asks for proof gets that proof or no contact, and asks no TLSA. */
static const struct {
    enum dsmtp_policy policy;
    enum dsmtp_level level;
} proofs[] = {
    {DSMTP_POLICY_FINGERPRINT, DSMTP_LEVEL_FINGERPRINT},
    {DSMTP_POLICY_VERIFY, DSMTP_LEVEL_VERIFY},
    {DSMTP_POLICY_SECURE, DSMTP_LEVEL_SECURE},
};

static void check_proofs(const struct dsmtp_host_row *h)
{
    for (size_t k = 0; k < CHECK_COUNT(proofs); k++)
        check_true((h->policy & 1u << proofs[k].policy) == 0 || h->level == DSMTP_LEVEL_SKIP ||
                   (h->level == proofs[k].level && h->tlsa == 1u << DSMTP_TLSA_NOT_ASKED));
}

/* What the tables may never say, whatever the profile. */
static void test_safety(void)
{
    const struct dsmtp_host_row *h;
    const struct dsmtp_mx_row *m;

    for (unsigned i = 0; (m = dsmtp_policy_mx_row(i)) != NULL; i++) {
        check_rowf("MX row %u", i);
        check_true((m->mx & 1u << DSMTP_MX_FAILED) == 0 || m->verdict == DSMTP_VERDICT_DEFER);
        check_true(m->verdict <= DSMTP_VERDICT_BOUNCE);
        check_true((m->security & 1u << DSMTP_SECURITY_INSECURE) == 0 ||
                   m->verdict != DSMTP_VERDICT_ATTEMPT || m->trust != DSMTP_TRUST_SECURE ||
                   m->when.which == DSMTP_SWITCH_NODATA_INSECURE);
    }
    for (unsigned i = 0; (h = dsmtp_policy_host_row(i)) != NULL; i++) {
        check_rowf("host row %u", i);
        check_host_row(h);
        check_proofs(h);
    }
}

static bool in_catalogue(const char *catalogue, const char *id, size_t len)
{
    for (const char *at = catalogue; (at = strstr(at, "\n")) != NULL;)
        if (strncmp(++at, id, len) == 0 && at[len] == '\t')
            return true;
    return false;
}

static void check_rules(const char *catalogue, const char *rules)
{
    while (*rules != '\0') {
        size_t len = strcspn(rules, " ");

        check_rowf("%.*s", (int)len, rules);
        check_true(len > 0 && in_catalogue(catalogue, rules, len));
        rules += len + (rules[len] == ' ' ? 1 : 0);
    }
}

/* Every id stands in the catalogue. */
static void test_rules(void)
{
    char *catalogue = kept_text("scenarios/rules.tsv");

    if (catalogue == NULL)
        return;
    for (unsigned i = 0; dsmtp_policy_mx_row(i) != NULL; i++)
        check_rules(catalogue, dsmtp_policy_mx_row(i)->rules);
    for (unsigned i = 0; dsmtp_policy_host_row(i) != NULL; i++)
        check_rules(catalogue, dsmtp_policy_host_row(i)->rules);
    for (unsigned i = 0; i < DSMTP_SWITCH_COUNT; i++)
        check_rules(catalogue, dsmtp_switch_info(i)->rules);
    free(catalogue);
}

static void test_names(void)
{
    for (unsigned i = 0; i < DSMTP_MX_COUNT; i++)
        check_true(dsmtp_mx_name(i)[0] != '\0');
    for (unsigned i = 0; i < DSMTP_TRUST_COUNT; i++)
        check_true(dsmtp_trust_name(i)[0] != '\0');
    for (unsigned i = 0; i < DSMTP_ADDRESS_COUNT; i++)
        check_true(dsmtp_address_name(i)[0] != '\0');
    for (unsigned i = 0; i < DSMTP_TLSA_STATE_COUNT; i++)
        check_true(dsmtp_tlsa_state_name(i)[0] != '\0');
}

static const struct check_test tests[] = {{"total and unambiguous", test_total},
                                          {"no dead rows", test_no_dead_rows},
                                          {"safety", test_safety},
                                          {"rules", test_rules},
                                          {"names", test_names}};
SUITE(policy, tests);
