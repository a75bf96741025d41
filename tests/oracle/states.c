/* states.c - products, random states, and states in words. */
#include "oracle/states.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* --- the product --- */

static const struct {
    enum oracle_mx mx;
    enum oracle_security security;
} mx_axis[] = {
    {ORACLE_MX_HOSTS, ORACLE_SECURE},      {ORACLE_MX_HOSTS, ORACLE_INSECURE},
    {ORACLE_MX_HOSTS, ORACLE_BOGUS},       {ORACLE_MX_NODATA, ORACLE_SECURE},
    {ORACLE_MX_NODATA, ORACLE_INSECURE},   {ORACLE_MX_NODATA, ORACLE_BOGUS},
    {ORACLE_MX_NXDOMAIN, ORACLE_SECURE},   {ORACLE_MX_NXDOMAIN, ORACLE_INSECURE},
    {ORACLE_MX_NXDOMAIN, ORACLE_BOGUS},    {ORACLE_MX_NULL, ORACLE_SECURE},
    {ORACLE_MX_NULL, ORACLE_INSECURE},     {ORACLE_MX_NULL, ORACLE_BOGUS},
    {ORACLE_MX_NULL_MIXED, ORACLE_SECURE}, {ORACLE_MX_SERVFAIL, ORACLE_SECURE},
};

static const enum oracle_alias mx_alias_axis[] = {ORACLE_ALIAS_NONE, ORACLE_ALIAS_SECURE,
                                                  ORACLE_ALIAS_INSECURE};
static const enum oracle_alias alias_axis[] = {ORACLE_ALIAS_NONE, ORACLE_ALIAS_SECURE,
                                               ORACLE_ALIAS_INSECURE, ORACLE_ALIAS_SECURE_INSECURE};

static const enum oracle_address address_axis[][ORACLE_FAMILY_COUNT] = {
    {ORACLE_ADDRESS_SECURE, ORACLE_ADDRESS_SECURE},
    {ORACLE_ADDRESS_SECURE, ORACLE_ADDRESS_NONE_SECURE},
    {ORACLE_ADDRESS_INSECURE, ORACLE_ADDRESS_NONE_INSECURE},
    {ORACLE_ADDRESS_NX_SECURE, ORACLE_ADDRESS_NX_SECURE},
    {ORACLE_ADDRESS_SECURE, ORACLE_ADDRESS_BOGUS},
    {ORACLE_ADDRESS_SERVFAIL, ORACLE_ADDRESS_BOGUS_NONE},
};

#define SET1(record)               \
    {                              \
        ORACLE_TLSA_SECURE, 1,     \
        {                          \
            ORACLE_RECORD_##record \
        }                          \
    }
#define NO_SET(state)                 \
    {                                 \
        ORACLE_TLSA_##state, 1,       \
        {                             \
            ORACLE_RECORD_EE_KEY_GOOD \
        }                             \
    }
static const struct oracle_tlsa_state tlsa_axis[] = {
    SET1(EE_KEY_GOOD),
    {ORACLE_TLSA_SECURE, 2, {ORACLE_RECORD_EE_KEY_BAD, ORACLE_RECORD_TA_CERT_GOOD}},
    SET1(USAGE_4),
    SET1(PKIX_EE_GOOD),
    NO_SET(NODATA_SECURE),
    NO_SET(NX_INSECURE),
    NO_SET(INSECURE_LINK),
    NO_SET(BOGUS),
};
/* What stands at the original name of a host that is an alias. */
static const struct oracle_tlsa_state original_axis[] = {SET1(EE_KEY_GOOD), SET1(TA_CERT_GOOD),
                                                         NO_SET(NODATA_SECURE)};

static const struct {
    enum oracle_server server;
    enum oracle_cert cert;
} peer_axis[] = {
    {ORACLE_SERVER_TLS, ORACLE_CERT_EE},
    {ORACLE_SERVER_TLS, ORACLE_CERT_EE_WRONG_KEY},
    {ORACLE_SERVER_TLS, ORACLE_CERT_EE_EXPIRED},
    {ORACLE_SERVER_TLS, ORACLE_CERT_TA},
    {ORACLE_SERVER_TLS, ORACLE_CERT_TA_NEXTHOP},
    {ORACLE_SERVER_TLS, ORACLE_CERT_TA_WRONG_NAME},
    {ORACLE_SERVER_NO_STARTTLS, ORACLE_CERT_EE},
    {ORACLE_SERVER_STARTTLS_454, ORACLE_CERT_EE},
    {ORACLE_SERVER_HANDSHAKE_FAILS, ORACLE_CERT_EE},
    {ORACLE_SERVER_DOWN, ORACLE_CERT_EE},
};

/* The size of each axis; a state's index is a number of mixed radix, the first axis fastest. */
enum axis { PEER, TLSA, ORIGINAL, ADDRESS, ALIAS, MX_ALIAS, MX, LOCAL, PROFILE, AXES };
static const unsigned axes[AXES] = {
    [PEER] = COUNT(peer_axis),
    [TLSA] = COUNT(tlsa_axis),
    [ORIGINAL] = COUNT(original_axis),
    [ADDRESS] = COUNT(address_axis),
    [ALIAS] = COUNT(alias_axis),
    [MX_ALIAS] = COUNT(mx_alias_axis),
    [MX] = COUNT(mx_axis),
    [LOCAL] = ORACLE_LOCAL_COUNT,
    [PROFILE] = ORACLE_PROFILE_COUNT,
};

uint64_t states_product_count(void)
{
    uint64_t count = 1;
    for (size_t i = 0; i < AXES; i++)
        count *= axes[i];
    return count;
}

bool states_product(uint64_t index, struct oracle_state *out)
{
    unsigned at[AXES];
    for (size_t i = 0; i < AXES; i++) {
        at[i] = (unsigned)(index % axes[i]);
        index /= axes[i];
    }
    struct oracle_host *host = &out->hosts[0];
    *out = (struct oracle_state){.profile = (enum oracle_profile)at[PROFILE],
                                 .local = (enum oracle_local)at[LOCAL],
                                 .mx_alias = mx_alias_axis[at[MX_ALIAS]],
                                 .mx = mx_axis[at[MX]].mx,
                                 .mx_security = mx_axis[at[MX]].security,
                                 .count = 1};
    host->preference = 10;
    host->alias = alias_axis[at[ALIAS]];
    host->address[ORACLE_IPV4] = address_axis[at[ADDRESS]][ORACLE_IPV4];
    host->address[ORACLE_IPV6] = address_axis[at[ADDRESS]][ORACLE_IPV6];
    host->tlsa[ORACLE_NAME_EXPANDED] = tlsa_axis[at[TLSA]];
    bool alias = oracle_host_alias(out, 0) != ORACLE_ALIAS_NONE;
    host->tlsa[ORACLE_NAME_ORIGINAL] = alias ? original_axis[at[ORIGINAL]] : tlsa_axis[at[TLSA]];
    host->server = peer_axis[at[PEER]].server;
    host->cert = peer_axis[at[PEER]].cert;
    if (oracle_host_count(out) == 0 && (at[PEER] != 0 || at[ORIGINAL] != 0 || at[ALIAS] != 0))
        return false;
    return (alias || at[ORIGINAL] == 0) && (out->mx != ORACLE_MX_NODATA || at[ALIAS] == 0);
}

/* --- random states --- */

uint64_t states_draw(uint64_t *seed)
{
    uint64_t z = *seed += 0x9e3779b97f4a7c15U;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9U;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebU;
    return z ^ (z >> 31);
}

static unsigned below(uint64_t *seed, unsigned limit)
{
    return (unsigned)(states_draw(seed) % limit);
}

/* The first value so many times out of eight, otherwise any: what fails must not hide the rest. */
static unsigned mostly_first(uint64_t *seed, unsigned eighths, unsigned count)
{
    return below(seed, 8) < eighths ? 0 : below(seed, count);
}

static void random_tlsa(uint64_t *seed, struct oracle_tlsa_state *out)
{
    out->state = (enum oracle_tlsa)mostly_first(seed, 4, ORACLE_TLSA_COUNT);
    out->count = 1 + below(seed, ORACLE_RECORDS);
    for (size_t i = 0; i < ORACLE_RECORDS; i++)
        out->records[i] = (enum oracle_record)below(seed, ORACLE_RECORD_COUNT);
}

static void random_host(uint64_t *seed, struct oracle_host *out)
{
    out->preference = 10 * (1 + below(seed, 3));
    out->alias = (enum oracle_alias)mostly_first(seed, 3, ORACLE_ALIAS_COUNT);
    for (size_t i = 0; i < ORACLE_FAMILY_COUNT; i++)
        out->address[i] = (enum oracle_address)mostly_first(seed, 4, ORACLE_ADDRESS_COUNT);
    out->probe = (enum oracle_probe)mostly_first(seed, 6, ORACLE_PROBE_COUNT);
    random_tlsa(seed, &out->tlsa[ORACLE_NAME_ORIGINAL]);
    random_tlsa(seed, &out->tlsa[ORACLE_NAME_EXPANDED]);
    out->server = (enum oracle_server)mostly_first(seed, 4, ORACLE_SERVER_COUNT);
    out->cert = (enum oracle_cert)below(seed, ORACLE_CERT_COUNT);
    out->mail = (enum oracle_mail)mostly_first(seed, 4, ORACLE_MAIL_COUNT);
}

void states_random(uint64_t seed, uint64_t number, struct oracle_state *out)
{
    uint64_t stream = seed * 0x100000001b3U + number;
    memset(out, 0, sizeof(*out));
    out->profile = (enum oracle_profile)below(&stream, ORACLE_PROFILE_COUNT);
    out->local = (enum oracle_local)mostly_first(&stream, 4, ORACLE_LOCAL_COUNT);
    out->mx_alias = (enum oracle_alias)mostly_first(&stream, 4, ORACLE_ALIAS_COUNT);
    out->mx = below(&stream, 8) == 0 ? ORACLE_MX_NODATA
                                     : (enum oracle_mx)mostly_first(&stream, 6, ORACLE_MX_COUNT);
    out->mx_security = (enum oracle_security)mostly_first(&stream, 5, ORACLE_SECURITY_COUNT);
    out->count = 1 + below(&stream, ORACLE_HOSTS);
    for (size_t i = 0; i < out->count; i++)
        random_host(&stream, &out->hosts[i]);
}

/* A number and what must follow it; moves *text behind both. */
static bool read_number(const char **text, char end, uint64_t *out)
{
    char *rest = NULL;
    if (**text < '0' || **text > '9')
        return false;
    *out = strtoull(*text, &rest, 10);
    *text = rest + 1;
    return *rest == end;
}

bool states_find(const char *id, struct oracle_state *out)
{
    uint64_t seed = 0, number = 0;
    const char *text = id + 1;
    if (id[0] == 'r' && read_number(&text, ':', &seed) && read_number(&text, '\0', &number)) {
        states_random(seed, number, out);
        return true;
    }
    if (id[0] == 'p' && read_number(&text, '\0', &number) && number < states_product_count()) {
        states_product(number, out);
        return true;
    }
    return false;
}

/* --- one input fails --- */

/* The values that stand for a failure, and its word. */
static const struct failure {
    const char *word;
    enum oracle_address address;
    enum oracle_probe probe;
    enum oracle_tlsa tlsa;
} failures[] = {
    {"a bogus", ORACLE_ADDRESS_BOGUS, ORACLE_PROBE_BOGUS, ORACLE_TLSA_BOGUS},
    {"a failed", ORACLE_ADDRESS_SERVFAIL, ORACLE_PROBE_SERVFAIL, ORACLE_TLSA_SERVFAIL},
};

struct inputs {
    const struct oracle_state *state;
    const struct failure *failure;
    struct states_input *out;
    unsigned count;
};

/* The next state, still as it was; its caller lets the input fail. */
static struct oracle_state *add(struct inputs *inputs, const char *what, size_t host)
{
    struct states_input *input = &inputs->out[inputs->count++];
    input->state = *inputs->state;
    snprintf(input->what, sizeof(input->what), "%s %s of host %zu", inputs->failure->word, what,
             host + 1);
    return &input->state;
}

static void add_tlsa(struct inputs *inputs, size_t host, enum oracle_name name, const char *what)
{
    if (inputs->state->hosts[host].tlsa[name].state < ORACLE_TLSA_BOGUS)
        add(inputs, what, host)->hosts[host].tlsa[name].state = inputs->failure->tlsa;
}

static void add_host(struct inputs *inputs, size_t index)
{
    static const char *const family_words[] = {"A", "AAAA"};
    const struct oracle_host *host = &inputs->state->hosts[index];
    /* E9: a lookup that fails without proof of tampering leaves the other family in use, even if
     * that is insecure (honest zones are not secure for one type and insecure for another); Postfix
     * does not look for the proof. */
    bool any_family = inputs->failure->address != ORACLE_ADDRESS_BOGUS ||
                      inputs->state->profile == ORACLE_PROFILE_POSTFIX;
    for (size_t f = 0; f < ORACLE_FAMILY_COUNT; f++) {
        bool tolerated = any_family && host->address[1 - f] == ORACLE_ADDRESS_INSECURE;
        if (host->address[f] < ORACLE_ADDRESS_BOGUS && !tolerated)
            add(inputs, family_words[f], index)->hosts[index].address[f] = inputs->failure->address;
    }
    add_tlsa(inputs, index, ORACLE_NAME_ORIGINAL, "TLSA");
    if (oracle_host_alias(inputs->state, index) == ORACLE_ALIAS_NONE)
        return;
    add_tlsa(inputs, index, ORACLE_NAME_EXPANDED, "far TLSA");
    if (host->probe == ORACLE_PROBE_TRUE)
        add(inputs, "CNAME", index)->hosts[index].probe = inputs->failure->probe;
}

unsigned states_failing(const struct oracle_state *state,
                        struct states_input out[STATES_INPUTS_MAX])
{
    struct inputs inputs = {state, failures, out, 0};
    for (size_t i = 0; i < COUNT(failures); i++) {
        inputs.failure = &failures[i];
        for (size_t host = 0; host < oracle_host_count(state); host++)
            add_host(&inputs, host);
    }
    if (state->mx_security == ORACLE_BOGUS || state->mx >= ORACLE_MX_SERVFAIL)
        return inputs.count;
    struct oracle_state *bogus = add(&inputs, "MX in front", 0);
    bogus->mx_security = ORACLE_BOGUS;
    add(&inputs, "MX in front", 0)->mx = ORACLE_MX_SERVFAIL;
    return inputs.count;
}
