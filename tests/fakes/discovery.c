/* discovery.c - see discovery.h. */
#include "fakes/discovery.h"

#include <stdio.h>
#include <string.h>

enum { QUESTIONS_MAX = 2000 };

enum dsmtp_status fake_discover(struct dsmtp_discover *d, const struct fake_world *world,
                                enum fake_order order, unsigned seed)
{
    static struct dsmtp_question *open[QUESTIONS_MAX];
    static struct fake_reply reply;
    unsigned count = 0;

    for (;;) {
        struct dsmtp_question *q;
        unsigned pick;

        while ((q = dsmtp_discover_want(d)) != NULL && count < QUESTIONS_MAX)
            open[count++] = q;
        if (count == 0)
            return DSMTP_OK;
        seed = seed * 1103515245u + 12345u;
        pick = order == FAKE_FIRST_FIRST  ? 0
               : order == FAKE_LAST_FIRST ? count - 1
                                          : (seed >> 16) % count;
        q = open[pick];
        memmove(open + pick, open + pick + 1, (--count - pick) * sizeof(struct dsmtp_question *));
        if (dsmtp_discover_plan(d) != NULL)
            return DSMTP_MISUSE;
        fake_answer(world, &q->query, &reply);
        DSMTP_TRY(dsmtp_discover_feed(d, q, &reply.answer));
    }
}

void fake_describe(const struct dsmtp_plan *p, char *out, size_t room)
{
    size_t len = 0;

    if (p == NULL) {
        snprintf(out, room, "no plan");
        return;
    }
    len += (size_t)snprintf(out, room, "%s %s %u", dsmtp_verdict_name(p->verdict),
                            dsmtp_reason_name(p->reason), p->rounds);
    for (unsigned i = 0; i < p->host_count && len < room; i++) {
        const struct dsmtp_host_plan *h = &p->hosts[i];
        bool named = h->level == DSMTP_LEVEL_DANE || h->level == DSMTP_LEVEL_AUDIT;

        len += (size_t)snprintf(out + len, room - len, " | %s %s %s", h->name,
                                dsmtp_level_name(h->level), dsmtp_reason_name(h->reason));
        if (h->tlsa_base != NULL && len < room)
            len += (size_t)snprintf(out + len, room - len, " %s=%u", h->tlsa_base, h->tlsa_count);
        for (unsigned k = 0; named && k < h->name_count && len < room; k++)
            len += (size_t)snprintf(out + len, room - len, "%s%s", k == 0 ? " for " : ",",
                                    h->names[k]);
    }
}
