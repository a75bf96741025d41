/* drive.c - one run of the engine in a world. */
#include "oracle/drive.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "oracle/states.h"

enum { CALLS_MAX = 20000, WORD_MAX = 32 };

static void (*tracer)(void *arg, const char *target, const char *subject, const char *what,
                      const char *rules);

void drive_trace(void (*trace)(void *arg, const char *target, const char *subject, const char *what,
                               const char *rules))
{
    tracer = trace;
}

static const struct dsmtp_profile *profile_of(enum oracle_profile profile)
{
    char word[WORD_MAX] = "";
    const char *name = states_profile_word(profile);
    for (size_t i = 0; name[i] != '\0' && i + 1 < sizeof(word); i++)
        word[i] = (char)tolower((unsigned char)name[i]);
    return dsmtp_profile_find(word);
}

bool drive_knows(enum oracle_profile profile)
{
    return profile_of(profile) != NULL;
}

/* Is this record applied under this usage, or one that is equal to it then? One is enough. */
static bool applied(const struct dsmtp_host_plan *plan, size_t index, unsigned usage)
{
    const struct dsmtp_tlsa *want = &plan->tlsa[index];
    for (size_t i = 0; i < plan->tlsa_count; i++) {
        const struct dsmtp_tlsa *r = &plan->tlsa[i];
        if (r->why == DSMTP_UNUSABLE_NO && r->effective_usage == usage &&
            r->selector == want->selector && r->matching == want->matching && r->len == want->len &&
            memcmp(r->data, want->data, r->len) == 0)
            return true;
    }
    return false;
}

/* The marks on the records of a host that has a secure set, against the oracle. */
static bool marks_are_wrong(const struct world *world, size_t host,
                            const struct dsmtp_host_plan *plan)
{
    bool original = strcmp(plan->tlsa_base, world_name(world, host, ORACLE_NAME_ORIGINAL)) == 0;
    const struct oracle_tlsa_state *set =
        &world->state->hosts[host].tlsa[original ? ORACLE_NAME_ORIGINAL : ORACLE_NAME_EXPANDED];
    if (set->state != ORACLE_TLSA_SECURE || plan->tlsa_count != set->count)
        return true;
    for (size_t i = 0; i < set->count; i++) {
        unsigned usage = oracle_applied_usage(world->state, set, i);
        if (set->records[i] == ORACLE_RECORD_FULL_JUNK)
            continue;
        if (usage != 0 ? !applied(plan, i, usage) : plan->tlsa[i].why == DSMTP_UNUSABLE_NO)
            return true;
    }
    return false;
}

static void note_host(struct drive *out, const struct dsmtp_host_plan *plan)
{
    size_t host = 0;
    if (!world_host(&out->world, plan->name, &host)) {
        /* E3: Postfix goes on from NXDOMAIN to the name itself, which then has no address. */
        if (oracle_host_count(out->world.state) > 0 || !oracle_may_ask_address(out->world.state))
            world_stray(&out->world, "%s is in the plan", plan->name);
        return;
    }
    out->planned[host] = true;
    out->level[host] = plan->level;
    bool by_records = plan->level == DSMTP_LEVEL_DANE ||
                      (plan->level == DSMTP_LEVEL_ENCRYPT && plan->tlsa_count > 0 &&
                       plan->tlsa_security == DSMTP_SECURITY_SECURE);
    if (by_records && out->world.shape == 0)
        out->wrong_marks = out->wrong_marks || marks_are_wrong(&out->world, host, plan);
}

static void ended(void *arg, struct dsmtp_job *job, enum dsmtp_status status,
                  const struct dsmtp_outcome *outcome)
{
    struct drive *out = arg;
    (void)job;
    out->ended++;
    out->status = status;
    if (status != DSMTP_OK)
        return;
    out->verdict = outcome->verdict;
    out->same_for_all = true;
    for (unsigned i = 0; i < outcome->recipient_count; i++)
        out->same_for_all = out->same_for_all && outcome->recipients[i].verdict == out->verdict;
    for (unsigned i = 0; i < outcome->plan->host_count; i++)
        note_host(out, &outcome->plan->hosts[i]);
}

void drive(const struct oracle_state *state, unsigned shape, enum dsmtp_mode mode,
           struct drive *out)
{
    static const enum dsmtp_policy policies[ORACLE_LOCAL_COUNT] = {
        [ORACLE_LOCAL_NONE] = DSMTP_POLICY_DANE,
        [ORACLE_LOCAL_CLEAR] = DSMTP_POLICY_NONE,
        [ORACLE_LOCAL_MAY] = DSMTP_POLICY_MAY,
        [ORACLE_LOCAL_ENCRYPT] = DSMTP_POLICY_ENCRYPT,
        [ORACLE_LOCAL_DANE_ONLY] = DSMTP_POLICY_DANE_ONLY,
    };
    static const char *const recipients[WORLD_RECIPIENTS] = {"user@" WORLD_NEXTHOP,
                                                             "other@" WORLD_NEXTHOP};
    static const char message[] = "Subject: hello\r\n\r\nsecret\r\n.\r\n";
    memset(out, 0, sizeof(*out));
    world_init(&out->world, state, shape);
    struct dsmtp_engine engine = {.profile = *profile_of(state->profile),
                                  .resolver = world_resolver(&out->world),
                                  .connector = world_connector(&out->world),
                                  .service_port = 25,
                                  .dial_port = 25,
                                  .helo = "client.example",
                                  .trace = tracer};
    struct dsmtp_job_config config = {.engine = &engine,
                                      .mode = mode,
                                      .target = WORLD_NEXTHOP,
                                      .nexthop = WORLD_NEXTHOP,
                                      .kind = DSMTP_NEXTHOP_DOMAIN,
                                      .policy = policies[state->local],
                                      .from = "sender@client.example",
                                      .recipients = recipients,
                                      .recipient_count = WORLD_RECIPIENTS,
                                      .data = message,
                                      .len = sizeof(message) - 1,
                                      .done = ended,
                                      .arg = out};
    struct dsmtp_job *job = NULL;
    out->status = dsmtp_job_open(&config, &job);
    if (out->status != DSMTP_OK || !fake_run(&out->world.loop, CALLS_MAX))
        world_stray(&out->world, "the job did not start, or did not end");
    dsmtp_job_close(&job);
    out->idle =
        out->world.loop.first == NULL && out->world.questions == 0 && out->world.streams == 0;
    world_fini(&out->world);
}
