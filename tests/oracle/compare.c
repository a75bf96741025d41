/* compare.c - what was seen of the engine, against what the oracle allows. */
#include <stdio.h>
#include <string.h>

#include "oracle/drive.h"
#include "oracle/states.h"

static const char *outcome_word(unsigned value)
{
    return states_outcome_word((enum oracle_outcome)value);
}

static const char *level_word(unsigned value)
{
    return states_level_word((enum oracle_level)value);
}

static const char *channel_word(unsigned value)
{
    return states_channel_word((enum oracle_channel)value);
}

enum { MASK_TEXT_SIZE = 100 };

static const char *mask_text(unsigned mask, const char *(*word)(unsigned), char out[MASK_TEXT_SIZE])
{
    size_t used = 0;
    out[0] = '\0';
    for (unsigned i = 0; mask >> i != 0 && used < MASK_TEXT_SIZE; i++)
        if (mask & ORACLE_BIT(i)) {
            int len =
                snprintf(out + used, MASK_TEXT_SIZE - used, "%s%s", used > 0 ? "|" : "", word(i));
            used += (size_t)len;
        }
    return out[0] == '\0' ? "nothing" : out;
}

/* --- one question each; text is written if the answer is wrong --- */

static void compare_outcome(const struct drive *seen, char *out)
{
    static const unsigned outcomes[DSMTP_VERDICT_COUNT] = {
        [DSMTP_VERDICT_DELIVERED] = ORACLE_BIT(ORACLE_OUTCOME_DELIVERED),
        [DSMTP_VERDICT_DEFERRED] = ORACLE_BIT(ORACLE_OUTCOME_DEFERRED),
        [DSMTP_VERDICT_BOUNCED] = ORACLE_BIT(ORACLE_OUTCOME_BOUNCED),
    };
    unsigned allowed = oracle_outcomes(seen->world.state), taken = 0;
    char words[MASK_TEXT_SIZE];
    for (unsigned i = 0; i < seen->world.contact_count; i++)
        taken += seen->world.contacts[i].taken;
    if (!(outcomes[seen->verdict] & allowed))
        snprintf(out, DRIVE_TEXT_SIZE, "outcome: allowed %s, seen %s",
                 mask_text(allowed, outcome_word, words), dsmtp_verdict_name(seen->verdict));
    else if (taken != (seen->verdict == DSMTP_VERDICT_DELIVERED ? 1 : 0))
        snprintf(out, DRIVE_TEXT_SIZE, "outcome: %s, but servers took %u messages",
                 dsmtp_verdict_name(seen->verdict), taken);
    else if (!seen->same_for_all)
        snprintf(out, DRIVE_TEXT_SIZE, "outcome: %s, but not for each recipient",
                 dsmtp_verdict_name(seen->verdict));
}

/* A plan that can be tried is there if and only if the destination may have hosts. */
static void compare_plan_verdict(const struct drive *seen, char *out)
{
    const struct oracle_state *state = seen->world.state;
    unsigned allowed = oracle_outcomes(state);
    bool wrong = false;
    if (seen->verdict == DSMTP_VERDICT_ATTEMPT)
        wrong = oracle_host_count(state) == 0;
    else if (seen->verdict == DSMTP_VERDICT_DEFER)
        wrong = !(allowed & ORACLE_BIT(ORACLE_OUTCOME_DEFERRED));
    else
        wrong = seen->verdict != DSMTP_VERDICT_BOUNCE ||
                !(allowed & ORACLE_BIT(ORACLE_OUTCOME_BOUNCED));
    if (wrong || seen->world.contact_count > 0)
        snprintf(out, DRIVE_TEXT_SIZE, "plan: verdict %s, %u connections",
                 dsmtp_verdict_name(seen->verdict), seen->world.contact_count);
}

static unsigned host_levels(const struct oracle_state *state, size_t host)
{
    unsigned found = 0;
    for (unsigned i = 0; i < ORACLE_FAMILY_COUNT; i++) {
        unsigned levels = oracle_levels(state, host, (enum oracle_family)i);
        if (levels != ORACLE_BIT(ORACLE_LEVEL_SKIP))
            found |= levels;
    }
    return found ? found : ORACLE_BIT(ORACLE_LEVEL_SKIP);
}

static void compare_levels(const struct drive *seen, char *out)
{
    static const unsigned levels[DSMTP_LEVEL_COUNT] = {
        [DSMTP_LEVEL_SKIP] = ORACLE_BIT(ORACLE_LEVEL_SKIP),
        [DSMTP_LEVEL_NONE] = ORACLE_BIT(ORACLE_LEVEL_CLEAR),
        [DSMTP_LEVEL_MAY] = ORACLE_BIT(ORACLE_LEVEL_MAY),
        [DSMTP_LEVEL_ENCRYPT] = ORACLE_BIT(ORACLE_LEVEL_ENCRYPT),
        [DSMTP_LEVEL_DANE] =
            ORACLE_BIT(ORACLE_LEVEL_DANE_EXPANDED) | ORACLE_BIT(ORACLE_LEVEL_DANE_ORIGINAL),
    };
    char words[MASK_TEXT_SIZE];
    for (size_t i = 0; i < oracle_host_count(seen->world.state); i++) {
        unsigned allowed = host_levels(seen->world.state, i);
        if (seen->planned[i] && !(levels[seen->level[i]] & allowed))
            snprintf(out, DRIVE_TEXT_SIZE, "level of host %zu: allowed %s, seen %s", i + 1,
                     mask_text(allowed, level_word, words), dsmtp_level_name(seen->level[i]));
    }
}

static bool dane_base_allowed(const struct world *world, const struct world_contact *contact)
{
    unsigned levels = oracle_levels(world->state, contact->host, contact->family);
    bool original = contact->sni == ORACLE_NAME_ORIGINAL;
    return contact->sni != ORACLE_NAME_WRONG &&
           (levels &
            ORACLE_BIT(original ? ORACLE_LEVEL_DANE_ORIGINAL : ORACLE_LEVEL_DANE_EXPANDED)) != 0;
}

static void compare_contact(const struct world *world, unsigned index, char *out)
{
    const struct world_contact *contact = &world->contacts[index];
    const struct oracle_state *state = world->state;
    const char *family = contact->family == ORACLE_IPV4 ? "A" : "AAAA";
    char words[MASK_TEXT_SIZE], more[MASK_TEXT_SIZE];
    if (!oracle_may_contact(state, contact->host, contact->family)) {
        snprintf(out, DRIVE_TEXT_SIZE, "contact with host %zu (%s): not allowed", contact->host + 1,
                 family);
        return;
    }
    unsigned allowed = oracle_channels(state, contact->host, contact->family);
    if (contact->mail & ~allowed)
        snprintf(out, DRIVE_TEXT_SIZE, "mail to host %zu (%s): allowed %s, seen %s",
                 contact->host + 1, family, mask_text(allowed, channel_word, words),
                 mask_text(contact->mail, channel_word, more));
    else if (contact->demanded && !dane_base_allowed(world, contact))
        snprintf(out, DRIVE_TEXT_SIZE, "SNI for host %zu (%s): the name %s", contact->host + 1,
                 family, states_name_word(contact->sni));
    else if (contact->wrong_records)
        snprintf(out, DRIVE_TEXT_SIZE, "records for host %zu: not those published",
                 contact->host + 1);
    /* R-7672-2.2.1-3, -4; after a message was taken there is nothing more to do. */
    else if (index > 0 && state->mx != ORACLE_MX_NODATA &&
             state->hosts[world->contacts[index - 1].host].preference >
                 state->hosts[contact->host].preference)
        snprintf(out, DRIVE_TEXT_SIZE, "order: host %zu after host %zu", contact->host + 1,
                 world->contacts[index - 1].host + 1);
    else if (index > 0 && world->contacts[index - 1].taken > 0)
        snprintf(out, DRIVE_TEXT_SIZE, "order: host %zu after delivery", contact->host + 1);
}

static void compare_questions(const struct world *world, char *out)
{
    const struct oracle_state *state = world->state;
    for (size_t i = 0; i < ORACLE_HOSTS; i++) {
        if (world->address_asked[i] && !oracle_may_ask_address(state))
            snprintf(out, DRIVE_TEXT_SIZE, "question: addresses of host %zu, not allowed", i + 1);
        if (world->tlsa_early[i] && oracle_addresses_first(state->profile))
            snprintf(out, DRIVE_TEXT_SIZE, "question: TLSA of host %zu before its address", i + 1);
        for (unsigned n = 0; n <= ORACLE_NAME_EXPANDED; n++)
            if (world->tlsa_asked[i][n] && !oracle_may_ask_tlsa(state, i, (enum oracle_name)n))
                snprintf(out, DRIVE_TEXT_SIZE, "question: TLSA of host %zu at its %s name", i + 1,
                         states_name_word((enum oracle_name)n));
    }
}

static void compare_bearing(const struct drive *seen, char *out)
{
    if (seen->world.stray[0] != '\0')
        snprintf(out, DRIVE_TEXT_SIZE, "stray: %s", seen->world.stray);
    else if (seen->status != DSMTP_OK || seen->ended != 1 || !seen->idle)
        snprintf(out, DRIVE_TEXT_SIZE, "job: %s, ended %u times, %s left open",
                 dsmtp_status_text(seen->status), seen->ended,
                 seen->idle ? "nothing" : "something");
    else if (seen->wrong_marks)
        snprintf(out, DRIVE_TEXT_SIZE, "records: the wrong ones are called usable");
}

void drive_compare(const struct drive *seen, enum dsmtp_mode mode, char out[DRIVE_TEXT_SIZE])
{
    out[0] = '\0';
    compare_questions(&seen->world, out);
    compare_levels(seen, out);
    if (mode == DSMTP_MODE_PLAN)
        compare_plan_verdict(seen, out);
    else
        compare_outcome(seen, out);
    for (unsigned i = 0; i < seen->world.contact_count; i++)
        compare_contact(&seen->world, i, out);
    compare_bearing(seen, out);
}

/* --- two runs --- */

/* Equal preferences are shuffled (R-5321-5.1-11), and families that differ are tried in an order
 * that swapping changes: then only what is the same in every order is compared. */
static bool order_is_open(const struct oracle_state *state)
{
    for (size_t i = 0; i < oracle_host_count(state); i++) {
        if (state->hosts[i].address[ORACLE_IPV4] != state->hosts[i].address[ORACLE_IPV6])
            return true;
        for (size_t k = 0; k < i; k++)
            if (state->hosts[i].preference == state->hosts[k].preference)
                return true;
    }
    return false;
}

static bool one_bit(unsigned mask)
{
    return (mask & (mask - 1)) == 0;
}

void drive_compare_shape(const struct drive *plain, const struct drive *shaped,
                         char out[DRIVE_TEXT_SIZE])
{
    const struct world *a = &plain->world, *b = &shaped->world;
    bool open = order_is_open(a->state);
    compare_bearing(shaped, out);
    for (size_t i = 0; i < ORACLE_HOSTS; i++)
        if (plain->planned[i] != shaped->planned[i] || plain->level[i] != shaped->level[i])
            snprintf(out, DRIVE_TEXT_SIZE, "level of host %zu: %s becomes %s", i + 1,
                     dsmtp_level_name(plain->level[i]), dsmtp_level_name(shaped->level[i]));
    if (plain->verdict != shaped->verdict && (!open || one_bit(oracle_outcomes(a->state))))
        snprintf(out, DRIVE_TEXT_SIZE, "outcome: %s becomes %s", dsmtp_verdict_name(plain->verdict),
                 dsmtp_verdict_name(shaped->verdict));
    if (open)
        return;
    if (a->contact_count != b->contact_count)
        snprintf(out, DRIVE_TEXT_SIZE, "connections: %u become %u", a->contact_count,
                 b->contact_count);
    for (unsigned i = 0; i < a->contact_count && i < b->contact_count; i++)
        if (a->contacts[i].host != b->contacts[i].host ||
            a->contacts[i].mail != b->contacts[i].mail)
            snprintf(out, DRIVE_TEXT_SIZE, "connection %u: not the same", i + 1);
}

static unsigned protection(enum dsmtp_level level)
{
    return level == DSMTP_LEVEL_DANE ? 2 : level == DSMTP_LEVEL_ENCRYPT ? 1 : 0;
}

/* The worst channel over which a host got mail; more than all if it got none. */
static unsigned worst_channel(const struct world *world, size_t host)
{
    unsigned worst = ORACLE_CHANNEL_COUNT;
    for (unsigned i = 0; i < world->contact_count; i++)
        for (unsigned c = 0; c < worst; c++)
            if (world->contacts[i].host == host && (world->contacts[i].mail & ORACLE_BIT(c)))
                worst = c;
    return worst;
}

/* By host: R-7672-2.1.2-7 lets mail go to a less protected sibling of a host that is skipped (E4).
 * A host that got no mail before is judged by its level alone. */
void drive_compare_failed(const struct drive *before, const struct drive *after,
                          char out[DRIVE_TEXT_SIZE])
{
    for (size_t i = 0; i < ORACLE_HOSTS; i++) {
        unsigned was = worst_channel(&before->world, i), is = worst_channel(&after->world, i);
        if (after->planned[i] && after->level[i] != DSMTP_LEVEL_SKIP &&
            (!before->planned[i] || before->level[i] == DSMTP_LEVEL_SKIP ||
             protection(after->level[i]) < protection(before->level[i])))
            snprintf(out, DRIVE_TEXT_SIZE, "level of host %zu: %s becomes %s", i + 1,
                     before->planned[i] ? dsmtp_level_name(before->level[i]) : "none",
                     dsmtp_level_name(after->level[i]));
        if (was < ORACLE_CHANNEL_COUNT && is < was)
            snprintf(out, DRIVE_TEXT_SIZE, "mail to host %zu: %s becomes %s", i + 1,
                     channel_word(was), channel_word(is));
    }
}
