/* scenario.c - names, hosts and addresses of a scenario. */
#include "scen/scenario.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

char *lab_scenario_domain(const struct lab_scenario *s)
{
    return lab_format("%s.example.", s->id);
}

char *lab_scenario_name(const struct lab_scenario *s, const char *name)
{
    size_t len = strlen(name);
    char *out;

    if (strcmp(name, "@") == 0)
        out = lab_scenario_domain(s);
    else if (len > 0 && name[len - 1] == '.')
        out = lab_strdup(name);
    else
        out = lab_format("%s.%s.example.", name, s->id);
    for (char *c = out; *c != '\0'; c++)
        *c = (char)tolower((unsigned char)*c);
    return out;
}

const struct lab_host *lab_scenario_host(const struct lab_scenario *s, const char *name)
{
    char *wanted = lab_scenario_name(s, name);
    const struct lab_host *found = NULL;

    for (unsigned i = 0; i < s->hosts_count && found == NULL; i++) {
        char *own = lab_scenario_name(s, s->hosts[i].name);

        if (strcmp(own, wanted) == 0)
            found = &s->hosts[i];
        free(own);
    }
    free(wanted);
    return found;
}

const struct lab_scenario *lab_scenario_at(const struct lab_scenario *s, unsigned now)
{
    const struct lab_scenario *found = s;

    for (unsigned i = 0; s->later != NULL && i < s->steps_count && s->later[i].now <= now; i++)
        found = &s->later[i];
    return found;
}

const char *lab_step_at(const struct lab_scenario *s, unsigned now)
{
    const struct lab_scenario *at = lab_scenario_at(s, now);

    return at == s ? "start" : s->steps[at - s->later].at;
}

bool lab_scenario_tagged(const struct lab_scenario *s, const char *tag)
{
    for (unsigned i = 0; i < s->tags_count; i++) {
        if (strcmp(s->tags[i], tag) == 0)
            return true;
    }
    return false;
}

bool lab_expect_has_policy(const struct lab_expect *e, enum lab_policy policy)
{
    for (unsigned i = 0; i < e->policies_count; i++) {
        if (e->policies[i] == policy)
            return true;
    }
    return e->policies_count == 0 && policy == LAB_POLICY_DANE;
}

bool lab_expect_has_profile(const struct lab_expect *e, const char *profile)
{
    for (unsigned i = 0; i < e->profiles_count; i++) {
        if (strcmp(e->profiles[i], profile) == 0)
            return true;
    }
    return false;
}

const struct lab_expect *lab_expect_for(const struct lab_scenario *s, const char *profile,
                                        enum lab_policy policy)
{
    for (unsigned n = 0; n < s->expect_count; n++) {
        if (lab_expect_has_profile(&s->expect[n], profile) &&
            lab_expect_has_policy(&s->expect[n], policy))
            return &s->expect[n];
    }
    return NULL;
}

void lab_host_address(unsigned block, unsigned index, bool ipv6, char out[46])
{
    unsigned n = block * 16 + index;
    const uint8_t v4[4] = {198, (uint8_t)(18 + (n >> 16 & 1)), (uint8_t)(n >> 8), (uint8_t)n};
    const uint8_t v6[16] = {
        0x20,           0x01, 0x0d,          0xb8, 0, 0x18, [12] = (uint8_t)(block >> 8),
        (uint8_t)block, 0,    (uint8_t)index};

    /* inet_ntop writes what getsockname's users write: the same text in zones and in logs */
    (void)inet_ntop(ipv6 ? AF_INET6 : AF_INET, ipv6 ? v6 : v4, out, 46);
}

char *lab_scenario_recipient(const struct lab_scenario *s, unsigned index)
{
    char *domain = lab_scenario_name(s, s->to != NULL ? s->to : "@");
    char *out;

    domain[strlen(domain) - 1] = '\0';
    out = lab_format("%s@%s", index < s->recipients_count ? s->recipients[index] : "user", domain);
    free(domain);
    return out;
}
