/* survey.c - the questions of survey.h. */
#include "core/survey.h"

#include <string.h>

#include "model/name.h"

static bool known(const struct dsmtp_survey *s, const char *signer)
{
    for (unsigned i = 0; i < s->zone_count; i++)
        if (strcmp(s->zones[i]->signer, signer) == 0)
            return true;
    return false;
}

/* The zones behind the secure answers. The root's keys are nobody's here to change. */
static void collect_zones(struct dsmtp_survey *s)
{
    for (unsigned i = 0; i < s->search->count && s->zone_count < DSMTP_SURVEY_ZONES_MAX; i++) {
        const struct dsmtp_answer *a = &s->search->questions[i]->answer;

        if (a->security == DSMTP_SECURITY_SECURE && a->signature.signer != NULL &&
            strcmp(a->signature.signer, ".") != 0 && !known(s, a->signature.signer))
            s->zones[s->zone_count++] = &a->signature;
    }
}

static enum dsmtp_status prepare_host(struct dsmtp_survey *s, unsigned host)
{
    const struct dsmtp_host_plan *h = &s->search->plan.hosts[host];
    char owner[DSMTP_NAME_SIZE];

    if (h->tlsa_asked || h->address_count == 0 || h->reason == DSMTP_REASON_ADDRESS_LITERAL ||
        dsmtp_name_tlsa(h->name, s->search->config.port, owner) != DSMTP_OK)
        return DSMTP_OK;
    s->hosts[host].query = (struct dsmtp_query){dsmtp_arena_strdup(s->arena, owner), DSMTP_RR_TLSA};
    return s->hosts[host].query.name != NULL ? DSMTP_OK : DSMTP_NOMEM;
}

enum dsmtp_status dsmtp_survey_init(struct dsmtp_survey *s, struct dsmtp_arena *arena,
                                    const struct dsmtp_discover *search)
{
    unsigned hosts = search->plan.host_count;

    *s = (struct dsmtp_survey){.arena = arena, .search = search};
    collect_zones(s);
    s->count = hosts + 2 * s->zone_count;
    s->questions = dsmtp_arena_alloc(arena, s->count, sizeof(*s->questions));
    if (s->questions == NULL)
        return DSMTP_NOMEM;
    s->hosts = s->questions;
    s->ds = s->hosts + hosts;
    s->nsec3 = s->ds + s->zone_count;
    for (unsigned i = 0; i < hosts; i++)
        DSMTP_TRY(prepare_host(s, i));
    for (unsigned i = 0; i < s->zone_count; i++) {
        s->ds[i].query = (struct dsmtp_query){s->zones[i]->signer, DSMTP_RR_DS};
        s->nsec3[i].query = (struct dsmtp_query){s->zones[i]->signer, DSMTP_RR_NSEC3PARAM};
    }
    return DSMTP_OK;
}

struct dsmtp_question *dsmtp_survey_want(struct dsmtp_survey *s)
{
    while (s->wanted < s->count) {
        struct dsmtp_question *q = &s->questions[s->wanted++];

        if (q->query.name != NULL)
            return q;
    }
    return NULL;
}

enum dsmtp_status dsmtp_survey_feed(struct dsmtp_survey *s, struct dsmtp_question *question,
                                    const struct dsmtp_answer *answer)
{
    DSMTP_TRY(dsmtp_answer_copy(s->arena, answer, &question->answer));
    question->answered = true;
    return DSMTP_OK;
}
