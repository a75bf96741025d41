/* words.c - states in words. The words are the names in oracle.h's lists, in lower case. */
#include "oracle/states.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* clang-format off */
#define X(name) #name,
static const char *const profiles[] = {ORACLE_PROFILE_LIST(X)};
static const char *const locals[] = {ORACLE_LOCAL_LIST(X)};
static const char *const securities[] = {ORACLE_SECURITY_LIST(X)};
static const char *const mxs[] = {ORACLE_MX_LIST(X)};
static const char *const aliases[] = {ORACLE_ALIAS_LIST(X)};
static const char *const addresses[] = {ORACLE_ADDRESS_LIST(X)};
static const char *const probes[] = {ORACLE_PROBE_LIST(X)};
static const char *const tlsas[] = {ORACLE_TLSA_LIST(X)};
static const char *const servers[] = {ORACLE_SERVER_LIST(X)};
static const char *const mails[] = {ORACLE_MAIL_LIST(X)};
static const char *const names[] = {ORACLE_NAME_LIST(X)};
static const char *const levels[] = {ORACLE_LEVEL_LIST(X)};
static const char *const channels[] = {ORACLE_CHANNEL_LIST(X)};
static const char *const outcomes[] = {ORACLE_OUTCOME_LIST(X)};
#undef X
#define X(name, usage, selector, matching, good, malformed) #name,
static const char *const records[] = {ORACLE_RECORD_LIST(X)};
#undef X
#define X(name, leaf, anchor, subject, in_time) #name,
static const char *const certs[] = {ORACLE_CERT_LIST(X)};
#undef X
/* clang-format on */

const char *states_profile_word(enum oracle_profile profile)
{
    return profiles[profile];
}

const char *states_outcome_word(enum oracle_outcome outcome)
{
    return outcomes[outcome];
}

const char *states_level_word(enum oracle_level level)
{
    return levels[level];
}

const char *states_channel_word(enum oracle_channel channel)
{
    return channels[channel];
}

const char *states_name_word(enum oracle_name name)
{
    return names[name];
}

struct line {
    char *text;
    size_t used;
};

__attribute__((format(printf, 2, 3))) static void say(struct line *line, const char *format, ...)
{
    size_t room = STATES_TEXT_SIZE - line->used;
    va_list args;
    va_start(args, format);
    int len = vsnprintf(line->text + line->used, room, format, args);
    va_end(args);
    for (size_t i = 0; len > 0 && i < (size_t)len && i + 1 < room; i++)
        line->text[line->used + i] = (char)tolower((unsigned char)line->text[line->used + i]);
    line->used += len > 0 && (size_t)len < room ? (size_t)len : room - 1;
    if (len > 0 && (size_t)len >= room)
        line->used = STATES_TEXT_SIZE - 1;
}

static void say_tlsa(struct line *line, const char *label, const struct oracle_tlsa_state *tlsa)
{
    say(line, " %s=%s", label, tlsas[tlsa->state]);
    for (size_t i = 0; tlsa->state == ORACLE_TLSA_SECURE && i < tlsa->count; i++)
        say(line, "%s%s", i == 0 ? ":" : "+", records[tlsa->records[i]]);
}

static void say_host(struct line *line, const struct oracle_state *state, size_t index)
{
    const struct oracle_host *host = &state->hosts[index];
    enum oracle_alias alias = oracle_host_alias(state, index);
    say(line, "; host%zu", index + 1);
    if (state->mx != ORACLE_MX_NODATA)
        say(line, " pref=%u", host->preference);
    if (alias != ORACLE_ALIAS_NONE)
        say(line, " alias=%s", aliases[alias]);
    say(line, " a=%s aaaa=%s", addresses[host->address[ORACLE_IPV4]],
        addresses[host->address[ORACLE_IPV6]]);
    if (alias != ORACLE_ALIAS_NONE && host->probe != ORACLE_PROBE_TRUE)
        say(line, " cname=%s", probes[host->probe]);
    say_tlsa(line, "tlsa", &host->tlsa[ORACLE_NAME_ORIGINAL]);
    if (alias != ORACLE_ALIAS_NONE)
        say_tlsa(line, "expanded-tlsa", &host->tlsa[ORACLE_NAME_EXPANDED]);
    say(line, " server=%s", servers[host->server]);
    if (host->server == ORACLE_SERVER_TLS)
        say(line, " cert=%s", certs[host->cert]);
    if (host->mail != ORACLE_MAIL_OK)
        say(line, " mail=%s", mails[host->mail]);
}

void states_text(const struct oracle_state *state, char out[STATES_TEXT_SIZE])
{
    struct line line = {out, 0};
    bool lost = state->mx == ORACLE_MX_SERVFAIL || state->mx == ORACLE_MX_TIMEOUT;
    say(&line, "profile=%s local=%s mx=%s", profiles[state->profile], locals[state->local],
        mxs[state->mx]);
    if (!lost)
        say(&line, "/%s", securities[state->mx_security]);
    if (state->mx_alias != ORACLE_ALIAS_NONE)
        say(&line, " mx-alias=%s", aliases[state->mx_alias]);
    for (size_t i = 0; i < (state->mx == ORACLE_MX_NODATA ? 1 : state->count); i++)
        say_host(&line, state, i);
}
